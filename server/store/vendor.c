#include "server/store/vendor.h"

/* Orders of all companies are counted: across companies. */
#define COLUMNS                                                                                                       \
	"SELECT v.vendor_id, v.name, array_to_json(v.areas)::text, v.calendar_id, k.name, v.email, v.phone, v.note, " \
	"v.active, (SELECT count(*) FROM dispatch_order o WHERE o.vendor_id = v.vendor_id "                           \
	"AND o.state IN ('requested', 'accepted', 'arrived', 'left', 'reported')), "                                  \
	"(SELECT count(*) FROM app_user u WHERE u.scope_vendor = v.vendor_id AND u.disabled_at IS NULL), v.version, "

#define FROM "FROM vendor v LEFT JOIN calendar k ON k.calendar_id = v.calendar_id "

int vendor_list(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db, COLUMNS "false " FROM "ORDER BY v.name LIMIT 2000", NULL, out, why);
}

#define GET COLUMNS "false " FROM "WHERE v.vendor_id = $1::bigint"

int vendor_get(struct db *db, int64_t vendor_id, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, vendor_id);
	return db_run(db, lock ? GET " FOR UPDATE OF v" : GET, &args, out, why);
}

int vendor_match(struct db *db, int64_t company_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	return db_run(db,
		      COLUMNS "v.areas = '{}' OR coalesce(c.area = ANY (v.areas), false) " FROM
			      "JOIN company c ON c.company_id = $1::bigint WHERE v.active ORDER BY v.name LIMIT 2000",
		      &args, out, why);
}

void vendor_read(const struct db_result *r, int row, struct vendor_row *out)
{
	*out = (struct vendor_row){
		.id = db_integer(r, row, 0),
		.name = db_text(r, row, 1),
		.areas = db_text(r, row, 2),
		.calendar_id = db_integer(r, row, 3),
		.calendar = db_text(r, row, 4),
		.email = db_text(r, row, 5),
		.phone = db_text(r, row, 6),
		.note = db_text(r, row, 7),
		.active = db_bool(r, row, 8),
		.open_orders = db_integer(r, row, 9),
		.people = db_integer(r, row, 10),
		.version = db_integer(r, row, 11),
		.in_area = db_bool(r, row, 12),
	};
}

/* Asked for before it is written: a constraint that refuses would take the whole transaction with it. */
static int is_taken(struct db *db, const char *name, int64_t except, bool *taken, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_text(&args, name);
	db_arg_integer(&args, except);
	if (db_run(db, "SELECT FROM vendor WHERE name = $1::text AND vendor_id <> $2::bigint", &args, &result, why) !=
	    0)
		return -1;
	*taken = db_rows(result) != 0;
	db_result_free(result);
	return 0;
}

static void put(struct db_args *args, const struct vendor_row *vendor)
{
	db_arg_text(args, vendor->name);
	db_arg_text(args, vendor->areas);
	db_arg_optional(args, vendor->calendar_id);
	db_arg_text(args, vendor->email);
	db_arg_text(args, vendor->phone);
	db_arg_text(args, vendor->note);
	db_arg_bool(args, vendor->active);
}

#define AREAS "ARRAY(SELECT jsonb_array_elements_text($2::jsonb))"

int vendor_add(struct db *db, const struct vendor_row *vendor, int64_t *vendor_id, bool *taken, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	if (is_taken(db, vendor->name, 0, taken, why) != 0)
		return -1;
	if (*taken)
		return 0;
	put(&args, vendor);
	if (db_run(db,
		   "INSERT INTO vendor (name, areas, calendar_id, email, phone, note, active) VALUES ($1::text, " AREAS
		   ", $3::bigint, $4::text, $5::text, $6::text, $7::boolean) RETURNING vendor_id",
		   &args, &result, why) != 0)
		return -1;
	*vendor_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

int vendor_update(struct db *db, const struct vendor_row *vendor, bool *taken, struct err *why)
{
	struct db_args args = { 0 };

	if (is_taken(db, vendor->name, vendor->id, taken, why) != 0)
		return -1;
	if (*taken)
		return 0;
	put(&args, vendor);
	db_arg_integer(&args, vendor->id);
	return db_run(db,
		      "UPDATE vendor SET name = $1::text, areas = " AREAS ", calendar_id = $3::bigint, "
		      "email = $4::text, phone = $5::text, note = $6::text, active = $7::boolean, "
		      "version = version + 1 WHERE vendor_id = $8::bigint",
		      &args, NULL, why);
}
