/* Tickets, read. */
#include "server/store/array_text.h"
#include "server/store/ticket.h"

/* Across companies: a ticket is found by its number, and row-level security decides who sees it. What it is linked to
 * is looked up in its own company. */
#define COLUMNS                                                                                                \
	"SELECT t.ticket_id, t.company_id, c.name, t.channel, t.caller_name, t.caller_phone, t.caller_email, " \
	"t.contact_id, t.category, t.severity, t.subject, t.body, t.state, t.owner_id, o.display_name, "       \
	"t.sensor_id, s.name, t.incident_id, i.no, t.answer, t.close_reason, t.spoke_at, t.mail_thread, "      \
	"t.opened_by, b.display_name, t.opened_at, t.answered_at, t.closed_at, t.minutes, t.version, "         \
	"t.updated_at FROM ticket t LEFT JOIN company c ON c.company_id = t.company_id "                       \
	"LEFT JOIN app_user o ON o.user_id = t.owner_id LEFT JOIN app_user b ON b.user_id = t.opened_by "      \
	"LEFT JOIN sensor s ON s.company_id = t.company_id AND s.sensor_id = t.sensor_id "                     \
	"LEFT JOIN incident i ON i.company_id = t.company_id AND i.incident_id = t.incident_id "

/* $1 company (-1: of none), $2 category, $3 severity, $4 owner (-1: nobody's), $5 incident, $6 pattern, $7 digits, $8
 * number. */
#define FILTER                                                                                                       \
	"WHERE ($1::bigint IS NULL OR t.company_id = $1::bigint OR ($1::bigint = -1 AND t.company_id IS NULL)) AND " \
	"($2::text IS NULL OR t.category = $2::text) "                                                               \
	"AND ($3::bigint IS NULL OR t.severity <= $3::bigint) "                                                      \
	"AND ($4::bigint IS NULL OR coalesce(t.owner_id, -1) = $4::bigint) "                                         \
	"AND ($5::bigint IS NULL OR t.incident_id = $5::bigint) "                                                    \
	"AND (($6::text IS NULL AND $7::text IS NULL AND $8::bigint IS NULL) OR t.subject ILIKE $6::text "           \
	"OR t.caller_name ILIKE $6::text OR t.caller_email ILIKE $6::text "                                          \
	"OR t.caller_phone_digits LIKE '%' || $7::text OR t.ticket_id = $8::bigint) "

static void put_filter(struct db_args *args, const struct ticket_filter *filter)
{
	db_arg_optional(args, filter->company_id);
	db_arg_text(args, filter->category);
	db_arg_optional(args, filter->severity);
	db_arg_optional(args, filter->owner_id);
	db_arg_optional(args, filter->incident_id);
	db_arg_text(args, filter->pattern);
	db_arg_text(args, filter->digits);
	db_arg_optional(args, filter->id);
}

int ticket_list(struct db *db, const struct ticket_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	put_filter(&args, filter);
	db_arg_text(&args, filter->states);
	db_arg_integer(&args, filter->before);
	db_arg_integer(&args, filter->limit);
	return db_run(db,
		      COLUMNS FILTER "AND t.state = ANY ($9::text[]) AND t.ticket_id < $10::bigint "
				     "ORDER BY t.ticket_id DESC LIMIT $11::bigint",
		      &args, out, why);
}

int ticket_counts(struct db *db, const struct ticket_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	put_filter(&args, filter);
	/* Across companies unless the filter names one. */
	return db_run(db, "SELECT t.state, count(*) FROM ticket t " FILTER "GROUP BY t.state", &args, out, why);
}

#define GET COLUMNS "WHERE t.ticket_id = $2::bigint AND ($1::bigint IS NULL OR t.company_id = $1::bigint)"

int ticket_get(struct db *db, int64_t company_id, int64_t ticket_id, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_integer(&args, ticket_id);
	return db_run(db, lock ? GET " FOR UPDATE OF t" : GET, &args, out, why);
}

int ticket_ids(struct db *db, const int64_t *ids, size_t count, struct db_result **out, struct err *why)
{
	/* Across companies. */
	return array_text_run(db, COLUMNS "WHERE t.ticket_id = ANY ($1::bigint[])", ids, count, out, why);
}

void ticket_read(const struct db_result *r, int row, struct ticket_row *out)
{
	*out = (struct ticket_row){
		.id = db_integer(r, row, 0),
		.company_id = db_integer(r, row, 1),
		.company = db_text(r, row, 2),
		.channel = db_text(r, row, 3),
		.caller_name = db_text(r, row, 4),
		.caller_phone = db_text(r, row, 5),
		.caller_email = db_text(r, row, 6),
		.contact_id = db_integer(r, row, 7),
		.category = db_text(r, row, 8),
		.severity = db_integer(r, row, 9),
		.subject = db_text(r, row, 10),
		.body = db_text(r, row, 11),
		.state = db_text(r, row, 12),
		.owner_id = db_integer(r, row, 13),
		.owner_name = db_text(r, row, 14),
		.sensor_id = db_integer(r, row, 15),
		.sensor = db_text(r, row, 16),
		.incident_id = db_integer(r, row, 17),
		.incident_no = db_integer(r, row, 18),
		.answer = db_text(r, row, 19),
		.close_reason = db_text(r, row, 20),
		.spoke_at = db_time(r, row, 21),
		.mail_thread = db_text(r, row, 22),
		.opened_by = db_integer(r, row, 23),
		.opened_by_name = db_text(r, row, 24),
		.opened_at = db_time(r, row, 25),
		.answered_at = db_time(r, row, 26),
		.closed_at = db_time(r, row, 27),
		.minutes = db_integer(r, row, 28),
		.version = db_integer(r, row, 29),
		.updated_at = db_time(r, row, 30),
	};
}

int ticket_events(struct db *db, int64_t ticket_id, bool member, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, ticket_id);
	db_arg_bool(&args, member);
	return db_run(db,
		      "SELECT e.event_id, e.at, e.kind, e.user_id, u.display_name, e.for_member, e.body::text "
		      "FROM ticket_event e LEFT JOIN app_user u ON u.user_id = e.user_id "
		      "WHERE e.ticket_id = $1::bigint AND (e.for_member OR NOT $2::boolean) "
		      "ORDER BY e.event_id LIMIT 2000",
		      &args, out, why);
}

static int exists(struct db *db, const char *sql, int64_t company_id, int64_t id, const char *what, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	if (!id)
		return 0;
	db_arg_integer(&args, company_id);
	db_arg_integer(&args, id);
	if (db_run(db, sql, &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	return rows ? 0 : err_set(why, ERR_NOT_FOUND, "there is no such %s", what);
}

int ticket_owner_check(struct db *db, int64_t user_id, int64_t company_id, struct err *why)
{
	return exists(db,
		      "SELECT FROM app_user WHERE user_id = $2::bigint AND disabled_at IS NULL "
		      "AND role IN ('analyst', 'lead', 'admin', 'desk') "
		      "AND coalesce(scope_company, $1::bigint) = $1::bigint",
		      company_id, user_id, "person who handles its tickets", why);
}

int ticket_links_check(struct db *db, int64_t company_id, int64_t contact_id, int64_t sensor_id, int64_t incident_id,
		       struct err *why)
{
	if (exists(db,
		   "SELECT FROM company_contact WHERE company_id = $1::bigint AND contact_id = $2::bigint "
		   "AND removed_at IS NULL",
		   company_id, contact_id, "contact", why) != 0 ||
	    exists(db, "SELECT FROM sensor WHERE company_id = $1::bigint AND sensor_id = $2::bigint", company_id,
		   sensor_id, "sensor", why) != 0)
		return -1;
	return exists(db, "SELECT FROM incident WHERE company_id = $1::bigint AND incident_id = $2::bigint", company_id,
		      incident_id, "incident", why);
}
