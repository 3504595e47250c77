/* Carries a plan out: incidents and their segments. */
#include "server/store/columns.h"
#include "server/store/correlation.h"
#include "server/store/incident_page.h"
#include "server/store/incident_trail.h"

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
	FACT_DIRECTION,
	FACT_GOT_THROUGH,
	FACT_TOP_TITLE,
	FACT_RAISED_SEVERITY,
	FACT_RAISED_TITLE,
	FACT_RAISED_BY_WINDOW,
	FACT_TAGS,
	FACT_COLUMNS,
};

/* An array within the array. */
static void put_tags(struct array_text *column, const struct incident_tags *tags)
{
	struct array_text words = { 0 };
	const char *text;

	for (size_t i = 0; i < tags->count; i++)
		array_text_string(&words, tags->items[i]);
	text = array_text(&words);
	if (text)
		array_text_string(column, slice_of_string(text));
	else
		column->text.failed = true;
	array_text_release(&words);
}

static void put_raise(struct array_text *columns, const struct incident_facts *f)
{
	const struct slice none = { 0 };
	bool raised = f->raise.severity != 0;

	array_text_optional(&columns[FACT_RAISED_SEVERITY], f->raise.severity);
	array_text_string(&columns[FACT_RAISED_TITLE], raised ? f->raise.title : none);
	columns_bool(&columns[FACT_RAISED_BY_WINDOW], f->raise.by_window);
	put_tags(&columns[FACT_TAGS], &f->tags);
}

static void put_facts(struct array_text *columns, const struct plan_incident *i, time_us window)
{
	const struct incident_facts *f = &i->facts;
	const struct slice title = incident_facts_title(f), none = { 0 };
	bool other_title = f->alerts && f->top.title.ptr && !(title.ptr && slice_equal(title, f->top.title));
	struct buffer key = { 0 }, reason = { 0 };

	incident_top_key(&f->top, &key);
	incident_reason(f, i->rule, window, &reason);
	array_text_time(&columns[FACT_FIRST], f->first);
	array_text_time(&columns[FACT_LAST], f->last);
	array_text_string(&columns[FACT_STAGE], slice_of_string(stage_name(f->stage)));
	array_text_integer(&columns[FACT_SEVERITY], incident_facts_severity(f));
	array_text_string(&columns[FACT_TITLE], title.ptr ? title : SLICE_LITERAL(""));
	array_text_string(&columns[FACT_TITLE_KEY], buffer_slice(&key));
	array_text_string(&columns[FACT_REASON], buffer_slice(&reason));
	array_text_integer(&columns[FACT_ALERTS], f->alerts);
	array_text_integer(&columns[FACT_DETECTIONS], f->detections);
	array_text_integer(&columns[FACT_BLOCKED], f->blocked);
	array_text_integer(&columns[FACT_RUNS], f->runs);
	array_text_string(&columns[FACT_DIRECTION], slice_of_string(direction_name(f->direction)));
	columns_bool(&columns[FACT_GOT_THROUGH], f->got_through);
	array_text_string(&columns[FACT_TOP_TITLE], other_title ? f->top.title : none);
	put_raise(columns, f);
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

#define FACT_NAMES                                                                                                    \
	"first_ts, last_ts, stage, severity, title, title_key, reason, alert_count, detection_count, blocked_count, " \
	"run_count, direction, got_through, top_title, raised_severity, raised_title, raised_by_window, tags"
#define FACT_ARRAYS                                                                                              \
	"$2::timestamptz[], $3::timestamptz[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::text[], " \
	"$9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::boolean[], $15::text[], "  \
	"$16::smallint[], $17::text[], $18::boolean[], $19::text[]"

static const char insert_incidents_sql[] =
    "INSERT INTO incident (company_id, first_ts, last_ts, stage, severity, title, title_key, reason, alert_count, "
    "detection_count, blocked_count, run_count, direction, got_through, top_title, raised_severity, raised_title, "
    "raised_by_window, tags, no, rule, rule_set) "
    "SELECT $1::bigint, u.first_ts, u.last_ts, u.stage, u.severity, u.title, u.title_key, u.reason, u.alert_count, "
    "u.detection_count, u.blocked_count, u.run_count, u.direction, u.got_through, u.top_title, u.raised_severity, "
    "u.raised_title, u.raised_by_window, u.tags::text[], u.no, u.rule, u.rule_set "
    "FROM unnest(" FACT_ARRAYS ", $20::bigint[], $21::text[], $22::bigint[]) "
    "AS u (" FACT_NAMES ", no, rule, rule_set) RETURNING incident_id, no";

static int create_incidents(struct db *db, int64_t company_id, int64_t version, struct incident_plan *p,
			    struct err *why)
{
	struct array_text columns[FACT_COLUMNS + 3] = { 0 };
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
		put_facts(columns, &fresh[i], p->window);
		array_text_integer(&columns[FACT_COLUMNS], fresh[i].no);
		array_text_string(&columns[FACT_COLUMNS + 1], fresh[i].rule);
		array_text_integer(&columns[FACT_COLUMNS + 2], version);
	}
	if (columns_run(db, insert_incidents_sql, company_id, columns, ARRAY_LEN(columns), &result, why) != 0)
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
    "direction = u.direction, got_through = u.got_through, top_title = u.top_title, "
    "raised_severity = u.raised_severity, raised_title = u.raised_title, raised_by_window = u.raised_by_window, "
    "tags = u.tags::text[], version = i.version + 1, updated_at = now() "
    "FROM unnest(" FACT_ARRAYS ", $20::bigint[]) AS u (" FACT_NAMES ", incident_id) "
    "WHERE i.company_id = $1::bigint AND i.incident_id = u.incident_id";

static int update_incidents(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct array_text columns[FACT_COLUMNS + 1] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < p->incident_count; i++) {
		if (p->incidents[i].fate != FATE_UPDATE)
			continue;
		put_facts(columns, &p->incidents[i], p->window);
		array_text_integer(&columns[FACT_COLUMNS], p->incidents[i].id);
		count++;
	}
	return count ? columns_run(db, update_incidents_sql, company_id, columns, ARRAY_LEN(columns), NULL, why) : 0;
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
	return count ? columns_run(db, update_handling_sql, company_id, columns, ARRAY_LEN(columns), NULL, why) : 0;
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
		if (count && columns_run(db, statements[s], company_id, columns, 2, NULL, why) != 0)
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
	return columns_run(
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
	return columns_run(
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
		columns_bool(&columns[3], s->is_cluster);
		array_text_integer(&columns[4], p->incidents[s->incident].id);
	}
	return columns_run(db,
			   "INSERT INTO incident_segment (company_id, key, first_ts, last_ts, is_cluster, incident_id) "
			   "SELECT $1::bigint, u.* FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[], "
			   "$5::boolean[], $6::bigint[]) AS u",
			   company_id, columns, ARRAY_LEN(columns), NULL, why);
}

/* Incidents come before the segments that name them, and what is removed goes before what takes its place. */
int correlation_write(struct db *db, int64_t company_id, int64_t version, struct incident_plan *p, struct err *why)
{
	if (create_incidents(db, company_id, version, p, why) != 0 || update_incidents(db, company_id, p, why) != 0 ||
	    update_handling(db, company_id, p, why) != 0 || absorb(db, company_id, p, why) != 0)
		return -1;
	if (remove_segments(db, company_id, p, why) != 0 || extend_segments(db, company_id, p, why) != 0 ||
	    insert_segments(db, company_id, p, why) != 0)
		return -1;
	return incident_trail_write(db, company_id, p, why) == 0 ? incident_page_write(db, company_id, p, why) : -1;
}
