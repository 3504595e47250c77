#include "server/store/correlation.h"

#include "server/store/columns.h"

#include <stdlib.h>

/* Advisory locks of the correlator: this in the upper 16 bits, the company below. */
#define LOCK_CLASS ((int64_t)0x6863 << 48)

enum { CLAIM_ROWS_MAX = 1000 };

int correlation_prepare(struct db *db, struct err *why)
{
	if (db_script(db, DB_ROWS_BY_KEY, why) != 0 || db_listen(db, "hinomi_rules", why) != 0)
		return -1;
	return db_listen(db, "hinomi_work", why);
}

int correlation_companies(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db,
		      "SELECT company_id, bool_or(due) FROM ("
		      "SELECT company_id, false AS due FROM work UNION "
		      "SELECT company_id, false FROM observation UNION "
		      "SELECT company_id, true FROM rule_window WHERE due_at <= now()) w GROUP BY company_id",
		      NULL, out, why);
}

int correlation_lock(struct db *db, int64_t company_id, bool *got, struct err *why)
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

/* ---------------------------------------------------------------------------------------------------------- claim */

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
    "(a.ts AT TIME ZONE $6::text)::date - date '1970-01-01', a.id, a.kind = 'alert', a.rule_hits, a.mute_id, "
    "host(a.attacker_ip), CASE WHEN a.inside_ip IS NOT NULL THEN host(CASE WHEN a.inside_ip = a.source_ip "
    "THEN a.destination_ip ELSE a.source_ip END) END, "
    "CASE WHEN a.inside_ip = a.source_ip THEN a.destination_port ELSE a.source_port END, a.signature_id, a.received_at "
    "FROM unnest($2::bigint[], $3::bigint[]) AS w (id_from, id_to) "
    "JOIN alert a ON a.company_id = $1::bigint AND a.id BETWEEN w.id_from AND w.id_to "
    "AND a.ts BETWEEN $4::timestamptz AND $5::timestamptz AND a.kind IN ('alert', 'context')";

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

static int unknown_name(struct err *why)
{
	return err_set(why, ERR_CORRUPT,
		       "an alert has a direction, stage, action or engine unknown here: "
		       "is the database newer than this program?");
}

static int decode_alert(const struct db_result *r, int row, struct plan_alert *a, struct day_count *day,
			struct err *why)
{
	enum action action;

	*a = (struct plan_alert){
		.ts = db_time(r, row, 0),
		.received = db_time(r, row, 21),
		.id = db_integer(r, row, 13),
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
		return unknown_name(why);
	a->blocked = action == ACTION_BLOCKED || action == ACTION_REMOVED;
	day->day = (int32_t)db_integer(r, row, 12);
	day->direction = a->direction;
	day->severity = a->severity;
	day->action = action;
	day->detections = a->repeat_count;
	return 0;
}

/* What campaigns want to know; indicators are in the rule hits. */
static void decode_sighting(const struct db_result *r, int row, const struct plan_alert *a, const struct day_count *day,
			    struct campaign_alert *out)
{
	*out = (struct campaign_alert){
		.ts = a->ts,
		.day = day->day,
		.cluster_key = a->cluster_key,
		.drill = !db_is_null(r, row, 16),
		.direction = a->direction,
		.engine = day->engine,
		.stage = a->stage,
		.severity = a->severity,
		.score = a->score,
		.blocked = a->blocked,
		.attacker = db_slice(r, row, 17),
		.remote = db_slice(r, row, 18),
		.remote_port = db_is_null(r, row, 19) ? PORT_NONE : (int)db_integer(r, row, 19),
		.signature_id = db_slice(r, row, 20),
		.title = a->title,
	};
}

static int decode_record(const struct db_result *r, int row, size_t alert, struct correlation_record *record,
			 struct err *why)
{
	*record = (struct correlation_record){
		.id = db_integer(r, row, 13),
		.ts = db_time(r, row, 0),
		.day = (int32_t)db_integer(r, row, 12),
		.cluster_key = db_integer(r, row, 1),
		.alert = alert,
		.rule_hits = db_slice(r, row, 15),
		.mute_id = db_integer(r, row, 16),
		.repeat_count = (int32_t)db_integer(r, row, 9),
	};
	return direction_parse(db_slice(r, row, 3), &record->direction) ? 0 : unknown_name(why);
}

static int decode_alerts(struct correlation_batch *b, struct err *why)
{
	const struct db_result *r = b->alert_rows;
	size_t count = (size_t)db_rows(r);

	b->alerts = calloc(count + 1, sizeof(*b->alerts));
	b->days = calloc(count + 1, sizeof(*b->days));
	b->records = calloc(count + 1, sizeof(*b->records));
	b->sightings = calloc(count + 1, sizeof(*b->sightings));
	if (!b->alerts || !b->days || !b->records || !b->sightings)
		return err_set(why, ERR_NOMEM, "no memory for %zu alerts", count);
	for (int row = 0; row < db_rows(r); row++) {
		bool is_alert = db_bool(r, row, 14);
		bool tells = !db_is_null(r, row, 15) || !db_is_null(r, row, 16);

		if (tells && decode_record(r, row, is_alert ? b->alert_count : SIZE_MAX, &b->records[b->record_count++],
					   why) != 0)
			return -1;
		if (!is_alert)
			continue;
		if (decode_alert(r, row, &b->alerts[b->alert_count], &b->days[b->alert_count], why) != 0)
			return -1;
		decode_sighting(r, row, &b->alerts[b->alert_count], &b->days[b->alert_count],
				&b->sightings[b->alert_count]);
		b->alert_count++;
	}
	b->day_count = day_counts_add_up(b->days, b->alert_count);
	return 0;
}

int correlation_claim(struct db *db, int64_t company_id, int64_t most, const char *timezone,
		      struct correlation_batch *out, struct err *why)
{
	struct db_result *work;
	int failed = 0;

	*out = (struct correlation_batch){ 0 };
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
	free(b->records);
	free(b->sightings);
	db_result_free(b->alert_rows);
	db_result_free(b->incident_rows);
	*b = (struct correlation_batch){ 0 };
}
