#include "server/store/correlation.h"

#include "lib/json_write.h"
#include "server/store/array_text.h"

#include <inttypes.h>
#include <stdlib.h>

/* Advisory locks of the correlator: this in the upper 16 bits, the company below. */
#define LOCK_CLASS ((int64_t)0x6863 << 48)

enum { CLAIM_ROWS_MAX = 1000 };

int correlation_prepare(struct db *db, struct err *why)
{
	if (db_script(db, DB_ROWS_BY_KEY, why) != 0)
		return -1;
	return db_listen(db, "hinomi_work", why);
}

int correlation_companies(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db, "SELECT DISTINCT company_id FROM work", NULL, out, why);
}

/* ---------------------------------------------------------------------------------------------- columns of values */

/* Runs a statement whose $1 is the company and $2... are these arrays, and releases them. */
static int run_columns(struct db *db, const char *sql, int64_t company_id, struct array_text *columns, size_t count,
		       struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };
	int failed = 0;

	db_arg_integer(&args, company_id);
	for (size_t i = 0; i < count; i++) {
		const char *text = array_text(&columns[i]);

		if (!text)
			failed = err_set(why, ERR_NOMEM, "no memory for the values of a statement");
		db_arg_text(&args, text);
	}
	if (!failed)
		failed = db_run(db, sql, &args, out, why);
	for (size_t i = 0; i < count; i++)
		array_text_release(&columns[i]);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- claim */

static int lock_company(struct db *db, int64_t company_id, bool *got, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, LOCK_CLASS | company_id);
	if (db_run(db, "SELECT pg_try_advisory_xact_lock($1::bigint)", &args, &result, why) != 0)
		return -1;
	*got = db_bool(result, 0, 0);
	db_result_free(result);
	return 0;
}

static int take_work(struct db *db, int64_t company_id, int64_t most, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, most);
	db_arg_integer(&args, CLAIM_ROWS_MAX);
	return db_run(
	    db,
	    "WITH gone AS (DELETE FROM work w USING ("
	    "SELECT work_id, sum(size) OVER (ORDER BY work_id) AS upto, row_number() OVER (ORDER BY work_id) AS n "
	    "FROM (SELECT work_id, id_to - id_from + 1 AS size FROM work WHERE company_id = $1::bigint "
	    "ORDER BY work_id LIMIT $3::bigint) oldest) s "
	    "WHERE w.company_id = $1::bigint AND w.work_id = s.work_id AND (s.upto <= $2::bigint OR s.n = 1) "
	    "RETURNING w.id_from, w.id_to, w.ts_from, w.ts_to), "
	    /* Screens show alerts before their incidents are known, and are told when they are. */
	    "told AS (INSERT INTO change (company_id, kind, id_from, id_to, ts_from, ts_to) "
	    "SELECT $1::bigint, 'grouped', id_from, id_to, ts_from, ts_to FROM gone) "
	    "SELECT id_from, id_to, ts_from, ts_to, "
	    "(SELECT count(*) FROM (SELECT FROM work WHERE company_id = $1::bigint LIMIT $3::bigint + 1) there) FROM "
	    "gone",
	    &args, out, why);
}

/* The anchor is that of the cluster key, see grouping.h. */
static const char read_alerts_sql[] =
    "SELECT a.ts, a.cluster_key, a.link_key, a.direction, a.stage, a.severity, a.score, a.action, a.engine, "
    "a.repeat_count, left(coalesce(nullif(a.signature, ''), nullif(a.signature_id, ''), nullif(a.category, ''), "
    "a.engine), 500), "
    "CASE WHEN a.direction IN ('inbound', 'external') THEN host(a.attacker_ip) ELSE host(a.inside_ip) END, "
    "(a.ts AT TIME ZONE $6::text)::date - date '1970-01-01' "
    "FROM unnest($2::bigint[], $3::bigint[]) AS w (id_from, id_to) "
    "JOIN alert a ON a.company_id = $1::bigint AND a.id BETWEEN w.id_from AND w.id_to "
    "AND a.ts BETWEEN $4::timestamptz AND $5::timestamptz AND a.kind = 'alert'";

static int read_alerts(struct db *db, int64_t company_id, const struct db_result *work, const char *timezone,
		       struct db_result **out, struct err *why)
{
	struct array_text from = { 0 }, to = { 0 };
	time_us first = INT64_MAX, last = INT64_MIN;
	struct db_args args = { 0 };
	const char *from_text, *to_text;
	int failed;

	for (int i = 0; i < db_rows(work); i++) {
		array_text_integer(&from, db_integer(work, i, 0));
		array_text_integer(&to, db_integer(work, i, 1));
		first = db_time(work, i, 2) < first ? db_time(work, i, 2) : first;
		last = db_time(work, i, 3) > last ? db_time(work, i, 3) : last;
	}
	from_text = array_text(&from);
	to_text = array_text(&to);
	db_arg_integer(&args, company_id);
	db_arg_text(&args, from_text);
	db_arg_text(&args, to_text);
	db_arg_time(&args, first);
	db_arg_time(&args, last);
	db_arg_text(&args, timezone);
	failed = from_text && to_text ? db_run(db, read_alerts_sql, &args, out, why)
				      : err_set(why, ERR_NOMEM, "no memory for %d rows of work", db_rows(work));
	array_text_release(&from);
	array_text_release(&to);
	return failed;
}

static int decode_alert(const struct db_result *r, int row, struct plan_alert *a, struct day_count *day,
			struct err *why)
{
	enum action action;

	*a = (struct plan_alert){
		.ts = db_time(r, row, 0),
		.cluster_key = db_integer(r, row, 1),
		.link_key = db_integer(r, row, 2),
		.severity = (int)db_integer(r, row, 5),
		.score = (int)db_integer(r, row, 6),
		.repeat_count = (int32_t)db_integer(r, row, 9),
		.title = db_slice(r, row, 10),
		.anchor = db_slice(r, row, 11),
	};
	if (!direction_parse(db_slice(r, row, 3), &a->direction) || !stage_parse(db_slice(r, row, 4), &a->stage) ||
	    !action_parse(db_slice(r, row, 7), &action) || !engine_parse(db_slice(r, row, 8), &day->engine))
		return err_set(why, ERR_CORRUPT,
			       "an alert has a direction, stage, action or engine unknown here: "
			       "is the database newer than this program?");
	a->blocked = action == ACTION_BLOCKED || action == ACTION_REMOVED;
	day->day = (int32_t)db_integer(r, row, 12);
	day->direction = a->direction;
	day->severity = a->severity;
	day->action = action;
	day->detections = a->repeat_count;
	return 0;
}

static int decode_alerts(struct correlation_batch *b, struct err *why)
{
	size_t count = (size_t)db_rows(b->alert_rows);

	b->alerts = calloc(count + 1, sizeof(*b->alerts));
	b->days = calloc(count + 1, sizeof(*b->days));
	if (!b->alerts || !b->days)
		return err_set(why, ERR_NOMEM, "no memory for %zu alerts", count);
	for (size_t i = 0; i < count; i++)
		if (decode_alert(b->alert_rows, (int)i, &b->alerts[i], &b->days[i], why) != 0)
			return -1;
	b->alert_count = count;
	b->day_count = day_counts_add_up(b->days, count);
	return 0;
}

int correlation_claim(struct db *db, int64_t company_id, int64_t most, const char *timezone,
		      struct correlation_batch *out, struct err *why)
{
	struct db_result *work;
	bool got;
	int failed = 0;

	*out = (struct correlation_batch){ 0 };
	if (lock_company(db, company_id, &got, why) != 0)
		return -1;
	out->busy = !got;
	if (!got)
		return 0;
	if (take_work(db, company_id, most, &work, why) != 0)
		return -1;
	out->work_rows = (size_t)db_rows(work);
	if (out->work_rows) {
		out->more = db_integer(work, 0, 4) > db_rows(work);
		failed = read_alerts(db, company_id, work, timezone, &out->alert_rows, why);
		if (!failed)
			failed = decode_alerts(out, why);
	}
	db_result_free(work);
	return failed;
}

void correlation_batch_release(struct correlation_batch *b)
{
	free(b->alerts);
	free(b->days);
	db_result_free(b->alert_rows);
	db_result_free(b->incident_rows);
	*b = (struct correlation_batch){ 0 };
}

/* ---------------------------------------------------------------------------------------------------------- known */

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

static int read_segments(struct db *db, int64_t company_id, struct incident_plan *p, struct err *why)
{
	struct array_text columns[3] = { 0 };
	struct db_result *r;
	size_t count;

	for (size_t i = 0; i < p->run_count; i++) {
		array_text_integer(&columns[0], p->runs[i].key);
		array_text_time(&columns[1], earlier(p->runs[i].first, p->window));
		array_text_time(&columns[2], later(p->runs[i].last, p->window));
	}
	if (run_columns(db, read_segments_sql, company_id, columns, ARRAY_LEN(columns), &r, why) != 0)
		return -1;
	count = (size_t)db_rows(r);
	p->segments = calloc(count + 1, sizeof(*p->segments));
	for (size_t i = 0; p->segments && i < count; i++)
		p->segments[p->segment_count++] = (struct plan_segment){
			.key = db_integer(r, (int)i, 0),
			.first = db_time(r, (int)i, 1),
			.last = db_time(r, (int)i, 2),
			.is_cluster = db_bool(r, (int)i, 3),
			.incident_id = db_integer(r, (int)i, 4),
		};
	db_result_free(r);
	return p->segments ? 0 : err_set(why, ERR_NOMEM, "no memory for %zu segments", count);
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
	if (!direction_parse(db_slice(r, row, 4), &f->direction) || !stage_parse(db_slice(r, row, 5), &f->stage) ||
	    !incident_top_parse(db_slice(r, row, 11), &f->top) ||
	    !incident_state_parse(db_slice(r, row, 12), &i->handling.state))
		return err_set(why, ERR_CORRUPT,
			       "incident %" PRId64 " has a direction, stage, state or title_key that "
			       "is unknown here: is the database newer than this program?",
			       i->id);
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
	if (run_columns(
		db,
		"SELECT incident_id, no, first_ts, last_ts, direction, stage, alert_count, detection_count, "
		"blocked_count, run_count, title, title_key, state, owner_id, acknowledged_at, contained_at, closed_at "
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
	if (read_segments(db, company_id, p, why) != 0)
		return -1;
	return p->segment_count ? read_incidents(db, company_id, b, p, why) : 0;
}

/* ------------------------------------------------------------------------------------------------------ incidents */

/* The columns that both new and known incidents get, in this order. */
enum fact_column {
	FACT_FIRST,
	FACT_LAST,
	FACT_STAGE,
	FACT_SEVERITY,
	FACT_TITLE,
	FACT_TITLE_KEY,
	FACT_REASON,
	FACT_ALERTS,
	FACT_DETECTIONS,
	FACT_BLOCKED,
	FACT_RUNS,
	FACT_COLUMNS,
};

static void put_facts(struct array_text *columns, const struct incident_facts *f, time_us window)
{
	struct buffer key = { 0 }, reason = { 0 };

	incident_top_key(&f->top, &key);
	incident_reason(f, window, &reason);
	array_text_time(&columns[FACT_FIRST], f->first);
	array_text_time(&columns[FACT_LAST], f->last);
	array_text_string(&columns[FACT_STAGE], slice_of_string(stage_name(f->stage)));
	array_text_integer(&columns[FACT_SEVERITY], incident_facts_severity(f));
	array_text_string(&columns[FACT_TITLE], f->top.title);
	array_text_string(&columns[FACT_TITLE_KEY], buffer_slice(&key));
	array_text_string(&columns[FACT_REASON], buffer_slice(&reason));
	array_text_integer(&columns[FACT_ALERTS], f->alerts);
	array_text_integer(&columns[FACT_DETECTIONS], f->detections);
	array_text_integer(&columns[FACT_BLOCKED], f->blocked);
	array_text_integer(&columns[FACT_RUNS], f->runs);
	if (key.failed || reason.failed)
		columns[FACT_REASON].text.failed = true;
	buffer_release(&key);
	buffer_release(&reason);
}

/* Numbers are dealt from a row of the company, in this transaction: they have no gaps. */
static int deal_numbers(struct db *db, int64_t company_id, size_t count, int64_t *first, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, (int64_t)count);
	if (db_run(db,
		   "INSERT INTO incident_seq AS s (company_id, last_no) VALUES ($1::bigint, $2::bigint) "
		   "ON CONFLICT (company_id) DO UPDATE SET last_no = s.last_no + $2::bigint RETURNING last_no",
		   &args, &result, why) != 0)
		return -1;
	*first = db_integer(result, 0, 0) - (int64_t)count + 1;
	db_result_free(result);
	return 0;
}

static const char insert_incidents_sql[] =
    "INSERT INTO incident (company_id, first_ts, last_ts, stage, severity, title, title_key, reason, alert_count, "
    "detection_count, blocked_count, run_count, no, direction, rule) "
    "SELECT $1::bigint, u.*, '" INCIDENT_RULE "' "
    "FROM unnest($2::timestamptz[], $3::timestamptz[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::text[], "
    "$9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[]) AS u "
    "RETURNING incident_id, no";

static int create_incidents(struct db *db, int64_t company_id, struct incident_plan *p, struct err *why)
{
	struct array_text columns[FACT_COLUMNS + 2] = { 0 };
	struct plan_incident *fresh = NULL;
	struct db_result *result;
	size_t count = 0;
	int64_t first;

	for (size_t i = 0; i < p->incident_count; i++) {
		if (p->incidents[i].fate == FATE_CREATE) {
			fresh = fresh ? fresh : &p->incidents[i];
			count++;
		}
	}
	if (!fresh)
		return 0;
	if (deal_numbers(db, company_id, count, &first, why) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		fresh[i].no = first + (int64_t)i;
		put_facts(columns, &fresh[i].facts, p->window);
		array_text_integer(&columns[FACT_COLUMNS], fresh[i].no);
		array_text_string(&columns[FACT_COLUMNS + 1],
				  slice_of_string(direction_name(fresh[i].facts.direction)));
	}
	if (run_columns(db, insert_incidents_sql, company_id, columns, ARRAY_LEN(columns), &result, why) != 0)
		return -1;
	for (int row = 0; row < db_rows(result); row++)
		fresh[db_integer(result, row, 1) - first].id = db_integer(result, row, 0);
	db_result_free(result);
	return 0;
}

static const char update_incidents_sql[] =
    "UPDATE incident i SET first_ts = u.first_ts, last_ts = u.last_ts, stage = u.stage, severity = u.severity, "
    "title = u.title, title_key = u.title_key, reason = u.reason, alert_count = u.alert_count, "
    "detection_count = u.detection_count, blocked_count = u.blocked_count, run_count = u.run_count, "
    "version = i.version + 1, updated_at = now() "
    "FROM unnest($2::timestamptz[], $3::timestamptz[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::text[], "
    "$9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[]) "
    "AS u (first_ts, last_ts, stage, severity, title, title_key, reason, alert_count, detection_count, blocked_count, "
    "run_count, incident_id) WHERE i.company_id = $1::bigint AND i.incident_id = u.incident_id";

static int update_incidents(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct array_text columns[FACT_COLUMNS + 1] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < p->incident_count; i++) {
		if (p->incidents[i].fate != FATE_UPDATE)
			continue;
		put_facts(columns, &p->incidents[i].facts, p->window);
		array_text_integer(&columns[FACT_COLUMNS], p->incidents[i].id);
		count++;
	}
	return count ? run_columns(db, update_incidents_sql, company_id, columns, ARRAY_LEN(columns), NULL, why) : 0;
}

/* An incident that is not closed (any more) has neither disposition nor reason for closing. */
static const char update_handling_sql[] =
    "UPDATE incident i SET state = u.state, owner_id = u.owner_id, acknowledged_at = u.acknowledged_at, "
    "contained_at = u.contained_at, closed_at = u.closed_at, "
    "disposition = CASE WHEN u.state = 'closed' THEN i.disposition END, "
    "close_reason = CASE WHEN u.state = 'closed' THEN i.close_reason END "
    "FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[]) "
    "AS u (incident_id, state, owner_id, acknowledged_at, contained_at, closed_at) "
    "WHERE i.company_id = $1::bigint AND i.incident_id = u.incident_id";

static int update_handling(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct array_text columns[6] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < p->incident_count; i++) {
		const struct incident_handling *h = &p->incidents[i].handling;

		if (!p->incidents[i].handling_changed)
			continue;
		array_text_integer(&columns[0], p->incidents[i].id);
		array_text_string(&columns[1], slice_of_string(incident_state_name(h->state)));
		array_text_optional(&columns[2], h->owner_id);
		array_text_time(&columns[3], h->acknowledged_at);
		array_text_time(&columns[4], h->contained_at);
		array_text_time(&columns[5], h->closed_at);
		count++;
	}
	return count ? run_columns(db, update_handling_sql, company_id, columns, ARRAY_LEN(columns), NULL, why) : 0;
}

/* Absorbed incidents keep their figures as they were; their segments become the survivor's. */
static int absorb(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	static const char incidents_sql[] =
	    "UPDATE incident i SET state = 'merged', merged_into = u.survivor, version = i.version + 1, "
	    "updated_at = now() FROM unnest($2::bigint[], $3::bigint[]) AS u (absorbed, survivor) "
	    "WHERE i.company_id = $1::bigint AND i.incident_id = u.absorbed";
	static const char segments_sql[] = "UPDATE incident_segment s SET incident_id = u.survivor "
					   "FROM unnest($2::bigint[], $3::bigint[]) AS u (absorbed, survivor) "
					   "WHERE s.company_id = $1::bigint AND s.incident_id = u.absorbed";
	const char *const statements[] = { incidents_sql, segments_sql };

	for (size_t s = 0; s < ARRAY_LEN(statements); s++) {
		struct array_text columns[2] = { 0 };
		size_t count = 0;

		for (size_t i = 0; i < p->incident_count; i++) {
			if (p->incidents[i].fate != FATE_ABSORB)
				continue;
			array_text_integer(&columns[0], p->incidents[i].id);
			array_text_integer(&columns[1], p->incidents[p->incidents[i].into].id);
			count++;
		}
		if (count && run_columns(db, statements[s], company_id, columns, 2, NULL, why) != 0)
			return -1;
	}
	return 0;
}

/* ------------------------------------------------------------------------------------------------------- segments */

static int remove_segments(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct array_text columns[2] = { 0 };

	if (p->removed_count == 0)
		return 0;
	for (size_t i = 0; i < p->removed_count; i++) {
		array_text_integer(&columns[0], p->removed[i].key);
		array_text_time(&columns[1], p->removed[i].first);
	}
	return run_columns(
	    db,
	    "DELETE FROM incident_segment s USING unnest($2::bigint[], $3::timestamptz[]) AS u (key, first_ts) "
	    "WHERE s.company_id = $1::bigint AND s.key = u.key AND s.first_ts = u.first_ts",
	    company_id, columns, ARRAY_LEN(columns), NULL, why);
}

static int extend_segments(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct array_text columns[3] = { 0 };

	if (p->extended_count == 0)
		return 0;
	for (size_t i = 0; i < p->extended_count; i++) {
		array_text_integer(&columns[0], p->extended[i].key);
		array_text_time(&columns[1], p->extended[i].first);
		array_text_time(&columns[2], p->extended[i].last);
	}
	return run_columns(
	    db,
	    "UPDATE incident_segment s SET last_ts = u.last_ts "
	    "FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[]) AS u (key, first_ts, last_ts) "
	    "WHERE s.company_id = $1::bigint AND s.key = u.key AND s.first_ts = u.first_ts",
	    company_id, columns, ARRAY_LEN(columns), NULL, why);
}

static int insert_segments(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct array_text columns[5] = { 0 };

	if (p->inserted_count == 0)
		return 0;
	for (size_t i = 0; i < p->inserted_count; i++) {
		const struct plan_segment *s = &p->inserted[i];

		array_text_integer(&columns[0], s->key);
		array_text_time(&columns[1], s->first);
		array_text_time(&columns[2], s->last);
		array_text_string(&columns[3], slice_of_string(s->is_cluster ? "t" : "f"));
		array_text_integer(&columns[4], p->incidents[s->incident].id);
	}
	return run_columns(db,
			   "INSERT INTO incident_segment (company_id, key, first_ts, last_ts, is_cluster, incident_id) "
			   "SELECT $1::bigint, u.* FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[], "
			   "$5::boolean[], $6::bigint[]) AS u",
			   company_id, columns, ARRAY_LEN(columns), NULL, why);
}

/* ---------------------------------------------------------------------------------------- timeline, counts, change */

static void put_event_body(struct buffer *out, const struct incident_plan *p, const struct plan_event *e)
{
	const struct plan_incident *other = &p->incidents[e->other];
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	switch (e->kind) {
	case EVENT_CREATED:
		json_put_string(&w, "rule", INCIDENT_RULE);
		break;
	case EVENT_MERGED:
		json_put_integer(&w, "absorbed", other->id);
		json_put_integer(&w, "no", other->no);
		break;
	case EVENT_ABSORBED:
		json_put_integer(&w, "into", other->id);
		json_put_integer(&w, "no", other->no);
		break;
	case EVENT_SEVERITY:
		json_put_integer(&w, "from", e->from);
		json_put_integer(&w, "to", e->to);
		break;
	case EVENT_STATE:
		json_put_string(&w, "from", incident_state_name((enum incident_state)e->from));
		json_put_string(&w, "to", incident_state_name((enum incident_state)e->to));
		break;
	case EVENT_REOPENED:
		break;
	}
	json_close_object(&w);
}

static int write_events(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	static const char *const kinds[] = {
		[EVENT_CREATED] = "created",   [EVENT_MERGED] = "merged", [EVENT_ABSORBED] = "merged",
		[EVENT_SEVERITY] = "severity", [EVENT_STATE] = "state",   [EVENT_REOPENED] = "reopened",
	};
	struct array_text columns[3] = { 0 };

	if (p->event_count == 0)
		return 0;
	for (size_t i = 0; i < p->event_count; i++) {
		struct buffer body = { 0 };

		put_event_body(&body, p, &p->events[i]);
		array_text_integer(&columns[0], p->incidents[p->events[i].incident].id);
		array_text_string(&columns[1], slice_of_string(kinds[p->events[i].kind]));
		array_text_string(&columns[2], buffer_slice(&body));
		buffer_release(&body);
	}
	return run_columns(db,
			   "INSERT INTO incident_event (company_id, incident_id, kind, body) "
			   "SELECT $1::bigint, u.* FROM unnest($2::bigint[], $3::text[], $4::jsonb[]) AS u",
			   company_id, columns, ARRAY_LEN(columns), NULL, why);
}

static int write_changes(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct array_text ids = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < p->incident_count; i++) {
		if (p->incidents[i].fate == FATE_NONE)
			continue;
		array_text_integer(&ids, p->incidents[i].id);
		count++;
	}
	if (count == 0)
		return 0;
	if (run_columns(db,
			"INSERT INTO change (company_id, kind, id_from, id_to) "
			"SELECT $1::bigint, 'incident', u.id, u.id FROM unnest($2::bigint[]) AS u (id)",
			company_id, &ids, 1, NULL, why) != 0)
		return -1;
	return db_notify(db, "hinomi_change", why);
}

static int write_counts(struct db *db, int64_t company_id, const struct correlation_batch *b, struct err *why)
{
	struct array_text columns[6] = { 0 };

	if (b->day_count == 0)
		return 0;
	for (size_t i = 0; i < b->day_count; i++) {
		const struct day_count *d = &b->days[i];

		array_text_integer(&columns[0], d->day);
		array_text_string(&columns[1], slice_of_string(direction_name(d->direction)));
		array_text_string(&columns[2], slice_of_string(engine_name(d->engine)));
		array_text_integer(&columns[3], d->severity);
		array_text_string(&columns[4], slice_of_string(action_name(d->action)));
		array_text_integer(&columns[5], d->detections);
	}
	return run_columns(
	    db,
	    "INSERT INTO company_day AS c (company_id, day, direction, engine, severity, action, detections) "
	    "SELECT $1::bigint, date '1970-01-01' + u.day, u.direction, u.engine, u.severity, u.action, "
	    "u.detections FROM unnest($2::integer[], $3::text[], $4::text[], $5::smallint[], $6::text[], "
	    "$7::bigint[]) AS u (day, direction, engine, severity, action, detections) "
	    "ON CONFLICT (company_id, day, direction, engine, severity, action) "
	    "DO UPDATE SET detections = c.detections + excluded.detections",
	    company_id, columns, ARRAY_LEN(columns), NULL, why);
}

/* Incidents come before the segments that name them, and what is removed goes before what takes its place. */
int correlation_write(struct db *db, int64_t company_id, const struct correlation_batch *b, struct incident_plan *p,
		      struct err *why)
{
	if (create_incidents(db, company_id, p, why) != 0 || update_incidents(db, company_id, p, why) != 0 ||
	    update_handling(db, company_id, p, why) != 0 || absorb(db, company_id, p, why) != 0)
		return -1;
	if (remove_segments(db, company_id, p, why) != 0 || extend_segments(db, company_id, p, why) != 0 ||
	    insert_segments(db, company_id, p, why) != 0)
		return -1;
	if (write_events(db, company_id, p, why) != 0 || write_counts(db, company_id, b, why) != 0)
		return -1;
	return write_changes(db, company_id, p, why);
}
