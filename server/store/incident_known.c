/* What is known of the incidents that a plan touches. */
#include "server/store/columns.h"
#include "server/store/correlation.h"

#include <inttypes.h>
#include <stdlib.h>

/* Segments of one key do not overlap, so of those that begin before the range only the last can reach into it: the scan
 * begins there, however long the key's history is. */
static const char read_segments_sql[] =
    "SELECT s.key, s.first_ts, s.last_ts, s.is_cluster, s.incident_id "
    "FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[]) AS r (key, from_ts, to_ts) "
    "CROSS JOIN LATERAL ((SELECT p.key, p.first_ts, p.last_ts, p.is_cluster, p.incident_id FROM incident_segment p "
    "WHERE p.company_id = $1::bigint AND p.key = r.key AND p.first_ts <= r.from_ts ORDER BY p.first_ts DESC LIMIT 1) "
    "UNION ALL (SELECT n.key, n.first_ts, n.last_ts, n.is_cluster, n.incident_id FROM incident_segment n "
    "WHERE n.company_id = $1::bigint AND n.key = r.key AND n.first_ts > r.from_ts AND n.first_ts <= r.to_ts)) s "
    "WHERE s.last_ts >= r.from_ts";

static time_us earlier(time_us t, time_us by)
{
	time_us out;

	return __builtin_sub_overflow(t, by, &out) || out == TIME_NONE ? INT64_MIN + 1 : out;
}

static time_us later(time_us t, time_us by)
{
	time_us out;

	return __builtin_add_overflow(t, by, &out) ? INT64_MAX : out;
}

int correlation_segments(struct db *db, int64_t company_id, const struct plan_segment *runs, size_t run_count,
			 struct plan_segment **out, size_t *out_count, struct err *why)
{
	struct array_text columns[3] = { 0 };
	struct plan_segment *list;
	struct db_result *r;
	size_t count;

	for (size_t i = 0; i < run_count; i++) {
		array_text_integer(&columns[0], runs[i].key);
		array_text_time(&columns[1], earlier(runs[i].first, runs[i].window));
		array_text_time(&columns[2], later(runs[i].last, runs[i].window));
	}
	if (columns_run(db, read_segments_sql, company_id, columns, ARRAY_LEN(columns), &r, why) != 0)
		return -1;
	count = (size_t)db_rows(r);
	list = calloc(count + 1, sizeof(*list));
	for (size_t i = 0; list && i < count; i++)
		list[i] = (struct plan_segment){
			.key = db_integer(r, (int)i, 0),
			.first = db_time(r, (int)i, 1),
			.last = db_time(r, (int)i, 2),
			.is_cluster = db_bool(r, (int)i, 3),
			.incident_id = db_integer(r, (int)i, 4),
		};
	db_result_free(r);
	*out = list;
	*out_count = list ? count : 0;
	return list ? 0 : err_set(why, ERR_NOMEM, "no memory for %zu segments", count);
}

static void decode_tags(struct slice words, struct incident_tags *out)
{
	while (words.len) {
		size_t end = slice_find(words, ' ');

		incident_tags_add(out, slice_take(words, end));
		words = slice_skip(words, end + 1);
	}
}

static int decode_incident(const struct db_result *r, int row, struct plan_incident *i, struct err *why)
{
	struct incident_facts *f = &i->facts;

	*i = (struct plan_incident){ .id = db_integer(r, row, 0), .no = db_integer(r, row, 1) };
	f->first = db_time(r, row, 2);
	f->last = db_time(r, row, 3);
	f->alerts = db_integer(r, row, 6);
	f->detections = db_integer(r, row, 7);
	f->blocked = db_integer(r, row, 8);
	f->runs = db_integer(r, row, 9);
	i->handling.owner_id = db_integer(r, row, 13);
	i->handling.acknowledged_at = db_time(r, row, 14);
	i->handling.contained_at = db_time(r, row, 15);
	i->handling.closed_at = db_time(r, row, 16);
	i->rule = db_slice(r, row, 17);
	f->got_through = db_bool(r, row, 18);
	f->raise = (struct incident_raise){ (int)db_integer(r, row, 19), db_bool(r, row, 21), db_slice(r, row, 20) };
	decode_tags(db_slice(r, row, 22), &f->tags);
	if (!direction_parse(db_slice(r, row, 4), &f->direction) || !stage_parse(db_slice(r, row, 5), &f->stage) ||
	    !incident_top_parse(db_slice(r, row, 11), &f->top) ||
	    !incident_state_parse(db_slice(r, row, 12), &i->handling.state))
		return err_set(why, ERR_CORRUPT,
			       "incident %" PRId64 " has a direction, stage, state or title_key that "
			       "is unknown here: is the database newer than this program?",
			       i->id);
	if (f->top.severity != EVIDENCE_SEVERITY)
		f->top.title = db_slice(r, row, 10);
	return 0;
}

static int read_incidents(struct db *db, int64_t company_id, struct correlation_batch *b, struct incident_plan *p,
			  struct err *why)
{
	struct array_text ids = { 0 };
	size_t count;

	for (size_t i = 0; i < p->segment_count; i++)
		array_text_integer(&ids, p->segments[i].incident_id);
	/* In order of id, so that two who lock several incidents cannot wait for each other. */
	if (columns_run(
		db,
		"SELECT incident_id, no, first_ts, last_ts, direction, stage, alert_count, detection_count, "
		"blocked_count, run_count, coalesce(top_title, title), title_key, state, owner_id, acknowledged_at, "
		"contained_at, closed_at, rule, "
		"coalesce(got_through, NOT (direction = 'inbound' AND blocked_count = alert_count)), "
		"raised_severity, raised_title, raised_by_window, array_to_string(tags, ' ') "
		"FROM incident WHERE company_id = $1::bigint AND incident_id = ANY ($2::bigint[]) "
		"ORDER BY incident_id FOR UPDATE",
		company_id, &ids, 1, &b->incident_rows, why) != 0)
		return -1;
	count = (size_t)db_rows(b->incident_rows);
	p->incidents = calloc(count + 1, sizeof(*p->incidents));
	if (!p->incidents)
		return err_set(why, ERR_NOMEM, "no memory for %zu incidents", count);
	for (size_t i = 0; i < count; i++)
		if (decode_incident(b->incident_rows, (int)i, &p->incidents[p->incident_count++], why) != 0)
			return -1;
	return 0;
}

int correlation_known(struct db *db, int64_t company_id, struct correlation_batch *b, struct incident_plan *p,
		      struct err *why)
{
	if (p->run_count == 0)
		return 0;
	if (correlation_segments(db, company_id, p->runs, p->run_count, &p->segments, &p->segment_count, why) != 0)
		return -1;
	return p->segment_count ? read_incidents(db, company_id, b, p, why) : 0;
}
