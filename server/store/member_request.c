#include "server/store/member_request.h"

/* $1 is the zone. */
#define OVERDUE "(r.state = 'open' AND r.due_on < (now() AT TIME ZONE $1::text)::date)"
#define COLUMNS                                                                                                   \
	"SELECT r.request_id, r.company_id, c.name, r.incident_id, i.no, r.ticket_id, r.who, r.what, r.minutes, " \
	"r.due_on::text, r.state, " OVERDUE                                                                       \
	", r.reminded_at, r.made_by, m.display_name, r.made_at, r.done_by, d.display_name, r.done_at, r.note, "   \
	"r.version, (r.due_on - DATE '1970-01-01')::bigint FROM member_request r "                                \
	"JOIN company c ON c.company_id = r.company_id LEFT JOIN incident i ON i.company_id = r.company_id "      \
	"AND i.incident_id = r.incident_id JOIN app_user m ON m.user_id = r.made_by "                             \
	"LEFT JOIN app_user d ON d.user_id = r.done_by "

/* Across companies unless the scope is one. $2 state, $3 day (since 1970-01-01) and $4 id of the row before, $5 limit,
 * $6 company. */
#define LIST(scope, compare, way)                                                                              \
	COLUMNS "WHERE " scope "($2::text IS NULL OR r.state = $2::text) AND ($4::bigint IS NULL OR "          \
		"(r.due_on, r.request_id) " compare " (DATE '1970-01-01' + coalesce($3::bigint, 0)::integer, " \
		"$4::bigint)) ORDER BY r.due_on " way ", r.request_id " way " LIMIT $5::bigint"
#define ONE "r.company_id = $6::bigint AND "

int member_request_list(struct db *db, const struct member_request_filter *filter, struct db_result **out,
			struct err *why)
{
	static const char *const lists[2][2] = {
		{ LIST("", "<", "DESC"), LIST(ONE, "<", "DESC") },
		{ LIST("", ">", "ASC"), LIST(ONE, ">", "ASC") },
	};
	struct db_args args = { 0 };

	db_arg_text(&args, filter->timezone);
	db_arg_text(&args, filter->state);
	db_arg_integer(&args, filter->due_day);
	if (filter->continued)
		db_arg_integer(&args, filter->id);
	else
		db_arg_null(&args);
	db_arg_integer(&args, filter->limit);
	if (filter->company_id)
		db_arg_integer(&args, filter->company_id);
	return db_run(db, lists[filter->soonest][filter->company_id != 0], &args, out, why);
}

int member_request_counts(struct db *db, int64_t company_id, const char *timezone, int64_t *open, int64_t *overdue,
			  struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_text(&args, timezone);
	db_arg_optional(&args, company_id);
	/* Across companies unless one is asked for. */
	if (db_run(db,
		   "SELECT count(*), count(*) FILTER (WHERE " OVERDUE ") FROM member_request r "
		   "WHERE r.state = 'open' AND ($2::bigint IS NULL OR r.company_id = $2::bigint)",
		   &args, &result, why) != 0)
		return -1;
	*open = db_integer(result, 0, 0);
	*overdue = db_integer(result, 0, 1);
	db_result_free(result);
	return 0;
}

int member_request_of_incident(struct db *db, int64_t company_id, int64_t incident_id, const char *timezone,
			       struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, timezone);
	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	return db_run(db,
		      COLUMNS "WHERE r.company_id = $2::bigint AND r.incident_id = $3::bigint "
			      "ORDER BY r.due_on, r.request_id LIMIT 200",
		      &args, out, why);
}

#define GET COLUMNS "WHERE r.request_id = $2::bigint AND ($3::bigint IS NULL OR r.company_id = $3::bigint)"

int member_request_get(struct db *db, int64_t company_id, int64_t id, const char *timezone, bool lock,
		       struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, timezone);
	db_arg_integer(&args, id);
	db_arg_optional(&args, company_id);
	return db_run(db, lock ? GET " FOR UPDATE OF r" : GET, &args, out, why);
}

void member_request_read(const struct db_result *r, int row, struct member_request_row *out)
{
	out->id = db_integer(r, row, 0);
	out->company_id = db_integer(r, row, 1);
	out->company = db_text(r, row, 2);
	out->incident_id = db_integer(r, row, 3);
	out->incident_no = db_integer(r, row, 4);
	out->ticket_id = db_integer(r, row, 5);
	out->who = db_text(r, row, 6);
	out->what = db_text(r, row, 7);
	out->minutes = db_integer(r, row, 8);
	out->due_on = db_text(r, row, 9);
	out->state = db_text(r, row, 10);
	out->overdue = db_bool(r, row, 11);
	out->reminded_at = db_time(r, row, 12);
	out->made_by = db_integer(r, row, 13);
	out->made_by_name = db_text(r, row, 14);
	out->made_at = db_time(r, row, 15);
	out->done_by = db_integer(r, row, 16);
	out->done_by_name = db_text(r, row, 17);
	out->done_at = db_time(r, row, 18);
	out->note = db_text(r, row, 19);
	out->version = db_integer(r, row, 20);
	out->due_day = db_integer(r, row, 21);
}

int member_request_add(struct db *db, const struct member_request_new *request, int64_t *id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, request->company_id);
	db_arg_optional(&args, request->incident_id);
	db_arg_optional(&args, request->ticket_id);
	db_arg_text(&args, request->who);
	db_arg_text(&args, request->what);
	db_arg_optional(&args, request->minutes);
	db_arg_text(&args, request->due_on);
	db_arg_integer(&args, request->made_by);
	if (db_run(
		db,
		"INSERT INTO member_request (company_id, incident_id, ticket_id, who, what, minutes, due_on, made_by) "
		"VALUES ($1::bigint, $2::bigint, $3::bigint, $4::text, $5::text, $6::integer, $7::date, $8::bigint) "
		"RETURNING request_id",
		&args, &result, why) != 0)
		return -1;
	*id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

int member_request_update(struct db *db, const struct member_request_change *change, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, change->company_id);
	db_arg_integer(&args, change->id);
	db_arg_text(&args, change->state);
	db_arg_text(&args, change->note);
	db_arg_text(&args, change->due_on);
	db_arg_integer(&args, change->user_id);
	return db_run(
	    db,
	    "UPDATE member_request SET state = $3::text, note = $4::text, due_on = $5::date, "
	    "reminded_at = CASE WHEN due_on = $5::date THEN reminded_at END, "
	    "done_by = CASE WHEN $3::text = 'open' THEN NULL WHEN state = $3::text THEN done_by "
	    "ELSE $6::bigint END, "
	    "done_at = CASE WHEN $3::text = 'open' THEN NULL WHEN state = $3::text THEN done_at ELSE now() END, "
	    "version = version + 1 WHERE company_id = $1::bigint AND request_id = $2::bigint",
	    &args, NULL, why);
}

int member_request_ticket(struct db *db, int64_t company_id, int64_t ticket_id, bool *known, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, ticket_id);
	if (db_run(db, "SELECT FROM ticket WHERE company_id = $1::bigint AND ticket_id = $2::bigint", &args, &result,
		   why) != 0)
		return -1;
	*known = db_rows(result) != 0;
	db_result_free(result);
	return 0;
}
