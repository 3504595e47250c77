#include "server/store/oncall_board.h"

/* People who can be paged: staff that may answer. */
#define CAN_ANSWER                                                                                    \
	"u.disabled_at IS NULL AND u.scope_company IS NULL AND u.scope_vendor IS NULL AND u.role IN " \
	"('analyst', 'lead', 'admin', 'desk')"

#define AGE(column) "coalesce(extract(epoch FROM now() - min(" column "))::bigint, 0)"
#define UNACKED(n)  "count(*) FILTER (WHERE p.state = 'triggered' AND p.severity = " n ")"

static const char figures_sql[] =
    "SELECT now(), " UNACKED("1") ", " UNACKED("2") ", " UNACKED("3") ", " UNACKED("4") ", " UNACKED(
	"5") ", "
	     "count(*) FILTER (WHERE p.state = 'acknowledged'), count(*) FILTER (WHERE p.nobody), "
	     "count(*) FILTER (WHERE p.state = 'triggered' AND p.exhausted), count(*) FILTER (WHERE p.crashes >= 5), "
	     "min(p.created_at) FILTER (WHERE p.state = 'triggered'), "
	     "coalesce(greatest(extract(epoch FROM now() - min(p.next_at) FILTER (WHERE p.crashes < 5))::bigint, 0), "
	     "0), "
	     "r.waiting, r.age, o.waiting, o.age, o.quarantined, h.days FROM page p RIGHT JOIN (SELECT count(*) AS "
	     "waiting, " AGE(
		 "q.created_at") " AS age FROM page_request q) r ON p.state IN ('triggered', 'acknowledged') "
				 "CROSS JOIN (SELECT count(*) FILTER (WHERE n.state = 'pending' AND n.not_before <= "
				 "now()) AS waiting, "
				 "coalesce(extract(epoch FROM now() - min(n.not_before) FILTER (WHERE n.state = "
				 "'pending' "
				 "AND n.not_before <= now()))::bigint, 0) AS age, count(*) FILTER (WHERE n.state = "
				 "'quarantined' "
				 "AND n.created_at > now() - interval '7 days') AS quarantined FROM outbox n "
				 "WHERE n.state = 'pending' OR n.created_at > now() - interval '7 days') o "
				 "CROSS JOIN (SELECT coalesce(max(d.day) - current_date, -1)::bigint AS days FROM "
				 "holiday d) h "
				 "GROUP BY r.waiting, r.age, o.waiting, o.age, o.quarantined, h.days";

int board_figures_read(struct db *db, struct board_figures *out, struct err *why)
{
	struct db_result *r;

	if (db_run(db, figures_sql, NULL, &r, why) != 0)
		return -1;
	*out = (struct board_figures){
		.now = db_time(r, 0, 0),
		.unacked = { db_integer(r, 0, 1), db_integer(r, 0, 2), db_integer(r, 0, 3), db_integer(r, 0, 4),
			     db_integer(r, 0, 5) },
		.acknowledged = db_integer(r, 0, 6),
		.nobody = db_integer(r, 0, 7),
		.exhausted = db_integer(r, 0, 8),
		.fenced = db_integer(r, 0, 9),
		.oldest_unacked = db_time(r, 0, 10),
		.pages_late_s = db_integer(r, 0, 11),
		.requests_waiting = db_integer(r, 0, 12),
		.oldest_request_s = db_integer(r, 0, 13),
		.messages_waiting = db_integer(r, 0, 14),
		.oldest_due_s = db_integer(r, 0, 15),
		.quarantined = db_integer(r, 0, 16),
		.holiday_days = db_integer(r, 0, 17),
	};
	db_result_free(r);
	return 0;
}

int board_engines(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(
	    db,
	    "SELECT e.name, e.started_at, e.ticked_at, e.ticked_at > now() - interval '15 seconds', e.mail_ok_at, "
	    "e.mail_error, e.pulsed_at, e.pulse_error FROM engine e ORDER BY e.ticked_at DESC, e.name LIMIT 50",
	    NULL, out, why);
}

void board_engine_read(const struct db_result *r, int row, struct board_engine *out)
{
	*out = (struct board_engine){
		.name = db_text(r, row, 0),
		.started_at = db_time(r, row, 1),
		.ticked_at = db_time(r, row, 2),
		.alive = db_bool(r, row, 3),
		.mail_ok_at = db_time(r, row, 4),
		.mail_error = db_text(r, row, 5),
		.pulsed_at = db_time(r, row, 6),
		.pulse_error = db_text(r, row, 7),
	};
}

int board_schedules_used(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db,
		      "SELECT DISTINCT (t->>'schedule')::bigint FROM escalation_policy p, "
		      "jsonb_array_elements(p.rules->'steps') AS s, jsonb_array_elements(s->'targets') AS t "
		      "WHERE p.archived_at IS NULL AND t ? 'schedule'",
		      NULL, out, why);
}

/* $1, $2: days, both in; $3: zone. What was said by one means at one time counts once, whatever the channels. */
static const char load_sql[] =
    "WITH span AS (SELECT ($1::date)::timestamp AT TIME ZONE $3::text AS from_at, "
    "($2::date + 1)::timestamp AT TIME ZONE $3::text AS to_at), "
    "sent AS (SELECT o.user_id, count(DISTINCT o.page_id) AS pages, count(*) AS notices, "
    "count(*) FILTER (WHERE extract(hour FROM o.sent_at AT TIME ZONE $3::text) >= 22 "
    "OR extract(hour FROM o.sent_at AT TIME ZONE $3::text) < 7) AS night, "
    "count(DISTINCT ((o.sent_at AT TIME ZONE $3::text) - interval '7 hours')::date) FILTER (WHERE "
    "extract(hour FROM o.sent_at AT TIME ZONE $3::text) >= 22 "
    "OR extract(hour FROM o.sent_at AT TIME ZONE $3::text) < 7) AS nights "
    "FROM outbox o, span WHERE o.user_id IS NOT NULL AND o.sent_at >= span.from_at AND o.sent_at < span.to_at "
    "AND o.kind IN ('page', 'page_graver', 'expired', 'leads', 'nobody', 'bundle') GROUP BY o.user_id), "
    "done AS (SELECT v.user_id, count(DISTINCT v.page_id) FILTER (WHERE v.kind = 'acknowledged') AS acknowledged, "
    "count(*) FILTER (WHERE v.kind = 'declined') AS declined, "
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM v.at - p.created_at)) "
    "FILTER (WHERE v.kind = 'acknowledged') AS median FROM page_event v JOIN page p ON p.page_id = v.page_id, span "
    "WHERE v.user_id IS NOT NULL AND v.at >= span.from_at AND v.at < span.to_at "
    "AND (v.kind = 'declined' OR (v.kind = 'acknowledged' AND NOT v.body ? 'confirmed')) GROUP BY v.user_id) "
    "SELECT u.user_id, u.display_name, coalesce(s.pages, 0), coalesce(s.notices, 0), coalesce(s.night, 0), "
    "coalesce(s.nights, 0), coalesce(d.acknowledged, 0), coalesce(d.declined, 0), coalesce(d.median::bigint, -1) "
    "FROM app_user u LEFT JOIN sent s ON s.user_id = u.user_id LEFT JOIN done d ON d.user_id = u.user_id "
    "WHERE s.user_id IS NOT NULL OR d.user_id IS NOT NULL OR (" CAN_ANSWER ") "
    "ORDER BY 4 DESC, u.display_name, u.user_id";

int board_load(struct db *db, const char *from, const char *to, const char *timezone, struct db_result **out,
	       struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, from);
	db_arg_text(&args, to);
	db_arg_text(&args, timezone);
	return db_run(db, load_sql, &args, out, why);
}

void board_load_read(const struct db_result *r, int row, struct board_load *out)
{
	*out = (struct board_load){
		.user_id = db_integer(r, row, 0),
		.name = db_text(r, row, 1),
		.pages = db_integer(r, row, 2),
		.notices = db_integer(r, row, 3),
		.night_notices = db_integer(r, row, 4),
		.nights = db_integer(r, row, 5),
		.acknowledged = db_integer(r, row, 6),
		.declined = db_integer(r, row, 7),
		.median_answer_s = db_integer(r, row, 8),
	};
}

int board_people(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(
	    db,
	    "SELECT u.user_id, u.display_name, u.role, (SELECT count(*) FROM channel c WHERE c.user_id = u.user_id "
	    "AND c.enabled AND c.removed_at IS NULL) FROM app_user u WHERE " CAN_ANSWER
	    " ORDER BY u.display_name, u.user_id",
	    NULL, out, why);
}
