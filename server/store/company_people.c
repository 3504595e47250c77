#include "server/store/company_people.h"

#include "server/model/phone.h"

#define COLUMNS                                                                                                       \
	"SELECT p.contact_id, p.company_id, p.position, p.name, p.role, p.email, p.phone, p.language, p.night, "      \
	"p.calendar_id, k.name, p.reviewed_on::text, p.bounced_at, p.version, p.gets_reports, p.attach_reports FROM " \
	"company_contact p "                                                                                          \
	"LEFT JOIN calendar k ON k.calendar_id = p.calendar_id "

int company_people_list(struct db *db, int64_t company_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	return db_run(db,
		      COLUMNS "WHERE p.company_id = $1::bigint AND p.removed_at IS NULL "
			      "ORDER BY p.position, p.contact_id",
		      &args, out, why);
}

/* Across companies when none is named: row-level security decides. */
#define GET                                                                                              \
	COLUMNS "WHERE p.contact_id = $2::bigint AND ($1::bigint IS NULL OR p.company_id = $1::bigint) " \
		"AND p.removed_at IS NULL"

int company_people_get(struct db *db, int64_t company_id, int64_t id, bool lock, struct db_result **out,
		       struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_integer(&args, id);
	return db_run(db, lock ? GET " FOR UPDATE OF p" : GET, &args, out, why);
}

void company_people_read(const struct db_result *r, int row, struct company_person *out)
{
	*out = (struct company_person){
		.id = db_integer(r, row, 0),
		.company_id = db_integer(r, row, 1),
		.position = db_integer(r, row, 2),
		.name = db_text(r, row, 3),
		.role = db_text(r, row, 4),
		.email = db_text(r, row, 5),
		.phone = db_text(r, row, 6),
		.language = db_text(r, row, 7),
		.night = db_bool(r, row, 8),
		.calendar_id = db_integer(r, row, 9),
		.calendar = db_text(r, row, 10),
		.reviewed_on = db_text(r, row, 11),
		.bounced_at = db_time(r, row, 12),
		.version = db_integer(r, row, 13),
		.gets_reports = db_bool(r, row, 14),
		.attach_reports = db_bool(r, row, 15),
	};
}

/* Puts one of them at a place; the others keep their order. */
static int place(struct db *db, int64_t company_id, int64_t id, int64_t position, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, id);
	db_arg_integer(&args, position ? position : INT32_MAX);
	return db_run(db,
		      "UPDATE company_contact p SET position = x.place FROM (SELECT o.contact_id, "
		      "CASE WHEN o.contact_id = $2::bigint THEN least($3::bigint, o.total) "
		      "WHEN o.rank >= $3::bigint THEN o.rank + 1 ELSE o.rank END AS place FROM ("
		      "SELECT contact_id, count(*) OVER () AS total, row_number() OVER ("
		      "ORDER BY contact_id = $2::bigint, position, contact_id) AS rank FROM company_contact "
		      "WHERE company_id = $1::bigint AND removed_at IS NULL) o) x "
		      "WHERE p.company_id = $1::bigint AND p.contact_id = x.contact_id AND p.position <> x.place",
		      &args, NULL, why);
}

static int check_room(struct db *db, int64_t company_id, struct err *why)
{
	struct db_result *result;
	int rows;

	if (company_people_list(db, company_id, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	return rows < COMPANY_PEOPLE_MAX
		   ? 0
		   : err_set(why, ERR_LIMIT, "a company has at most %d people to be told", COMPANY_PEOPLE_MAX);
}

/* $2... of both statements. */
static void put(struct db_args *args, const struct company_person *p, char digits[PHONE_SIZE])
{
	digits[0] = '\0';
	if (p->phone)
		phone_normalise(slice_of_string(p->phone), digits);
	db_arg_text(args, p->name);
	db_arg_text(args, p->role);
	db_arg_text(args, p->email);
	db_arg_text(args, p->phone);
	db_arg_text(args, digits[0] ? digits : NULL);
	db_arg_text(args, p->language);
	db_arg_bool(args, p->night);
	db_arg_optional(args, p->calendar_id);
	db_arg_bool(args, p->gets_reports);
	db_arg_bool(args, p->attach_reports);
}

int company_people_add(struct db *db, const struct company_person *person, int64_t *id, struct err *why)
{
	char digits[PHONE_SIZE];
	struct db_args args = { 0 };
	struct db_result *result;

	if (check_room(db, person->company_id, why) != 0)
		return -1;
	db_arg_integer(&args, person->company_id);
	put(&args, person, digits);
	if (db_run(db,
		   "INSERT INTO company_contact (company_id, name, role, email, phone, phone_digits, language, night, "
		   "calendar_id, gets_reports, attach_reports, position) VALUES ($1::bigint, $2::text, $3::text, "
		   "$4::text, $5::text, $6::text, $7::text, $8::boolean, $9::bigint, $10::boolean, $11::boolean, 0) "
		   "RETURNING contact_id",
		   &args, &result, why) != 0)
		return -1;
	*id = db_integer(result, 0, 0);
	db_result_free(result);
	return place(db, person->company_id, *id, person->position, why);
}

int company_people_update(struct db *db, const struct company_person *person, struct err *why)
{
	char digits[PHONE_SIZE];
	struct db_args args = { 0 };

	db_arg_integer(&args, person->company_id);
	put(&args, person, digits);
	db_arg_integer(&args, person->id);
	if (db_run(db,
		   "UPDATE company_contact SET name = $2::text, role = $3::text, phone = $5::text, "
		   "bounced_at = CASE WHEN email IS NOT DISTINCT FROM $4::text THEN bounced_at END, email = $4::text, "
		   "phone_digits = $6::text, language = $7::text, night = $8::boolean, calendar_id = $9::bigint, "
		   "gets_reports = $10::boolean, attach_reports = $11::boolean, version = version + 1 "
		   "WHERE company_id = $1::bigint AND contact_id = $12::bigint",
		   &args, NULL, why) != 0)
		return -1;
	return place(db, person->company_id, person->id, person->position, why);
}

int company_people_remove(struct db *db, int64_t company_id, int64_t id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, id);
	return db_run(db,
		      "UPDATE company_contact SET removed_at = now(), version = version + 1 "
		      "WHERE company_id = $1::bigint AND contact_id = $2::bigint",
		      &args, NULL, why);
}

int company_people_review(struct db *db, int64_t company_id, int64_t id, const char *timezone, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, id);
	db_arg_text(&args, timezone);
	return db_run(db,
		      "UPDATE company_contact SET reviewed_on = (now() AT TIME ZONE $3::text)::date, "
		      "version = version + 1 WHERE company_id = $1::bigint AND contact_id = $2::bigint",
		      &args, NULL, why);
}

int company_people_calendar(struct db *db, int64_t calendar_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	if (!calendar_id)
		return 0;
	db_arg_integer(&args, calendar_id);
	if (db_run(db, "SELECT FROM calendar WHERE calendar_id = $1::bigint", &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	return rows ? 0 : err_set(why, ERR_NOT_FOUND, "there is no such calendar");
}

int company_people_search(struct db *db, const struct caller_search *search, int limit, struct db_result **out,
			  struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, search->digits);
	db_arg_text(&args, search->text);
	db_arg_text(&args, search->pattern);
	db_arg_integer(&args, limit);
	/* Across companies: this is what the desk asks with. Ranks: the whole number or address before a part of one.
	 */
	return db_run(
	    db,
	    "SELECT b.company_id, b.why, b.contact_id FROM (SELECT DISTINCT ON (x.company_id) x.* FROM ("
	    "SELECT company_id, 'phone' AS why, contact_id, CASE WHEN phone_digits = $1::text THEN 0 ELSE 3 END AS "
	    "rank "
	    "FROM company_contact WHERE removed_at IS NULL AND phone_digits LIKE '%' || $1::text UNION ALL "
	    "SELECT company_id, 'mail', contact_id, 0 FROM company_contact WHERE removed_at IS NULL "
	    "AND lower(email) = lower($2::text) UNION ALL "
	    "SELECT scope_company, 'user', NULL, 1 FROM app_user WHERE email = lower($2::text) AND role = 'member' "
	    "AND disabled_at IS NULL UNION ALL "
	    "SELECT company_id, 'member_no', NULL, 0 FROM company WHERE member_no = $2::text UNION ALL "
	    "SELECT company_id, 'company', NULL, CASE WHEN name = $2::text THEN 0 ELSE 4 END FROM company "
	    "WHERE name ILIKE $3::text AND left_at IS NULL UNION ALL "
	    "SELECT company_id, 'person', contact_id, 5 FROM company_contact WHERE removed_at IS NULL "
	    "AND (name ILIKE $3::text OR email ILIKE $3::text) UNION ALL "
	    "SELECT company_id, 'ticket', NULL, 6 FROM ticket WHERE company_id IS NOT NULL "
	    "AND (caller_phone_digits LIKE '%' || $1::text OR caller_email = lower($2::text))) x "
	    "ORDER BY x.company_id, x.rank, x.contact_id) b JOIN company c ON c.company_id = b.company_id "
	    "ORDER BY b.rank, c.name, b.company_id LIMIT $4::bigint",
	    &args, out, why);
}
