#include "server/store/company_admin.h"

#include "server/store/company_query.h"

#include <inttypes.h>
#include <stdio.h>

#define LOCK_COMPANIES "1668246896"

static void arg_employees(struct db_args *args, const struct company_facts *facts)
{
	if (facts->employees < 0)
		db_arg_null(args);
	else
		db_arg_integer(args, facts->employees);
}

/* Runs a statement that gives one number or no row: *out is then 0. */
static int one_number(struct db *db, const char *sql, const struct db_args *args, int64_t *out, struct err *why)
{
	struct db_result *result;

	*out = 0;
	if (db_run(db, sql, args, &result, why) != 0)
		return -1;
	if (db_rows(result) > 0)
		*out = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

static int affected(struct db *db, const char *sql, const struct db_args *args, int64_t *out, struct err *why)
{
	struct db_result *result;

	if (db_run(db, sql, args, &result, why) != 0)
		return -1;
	*out = db_affected(result);
	db_result_free(result);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- companies */

int company_lock(struct db *db, struct err *why)
{
	return db_run(db, "SELECT pg_advisory_xact_lock(" LOCK_COMPANIES ")", NULL, NULL, why);
}

int company_find(struct db *db, const struct company_facts *facts, int64_t *company_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, facts->member_no);
	db_arg_text(&args, facts->name);
	/* Across companies. */
	return one_number(db,
			  "SELECT company_id FROM company WHERE member_no = $1::text "
			  "OR (name = $2::text AND left_at IS NULL) "
			  "ORDER BY (member_no = $1::text) IS TRUE DESC, company_id LIMIT 1",
			  &args, company_id, why);
}

int company_add(struct db *db, const struct company_facts *facts, int64_t *company_id, struct err *why)
{
	struct db_args args = { 0 };
	int64_t there;

	if (company_lock(db, why) != 0 || company_find(db, facts, &there, why) != 0)
		return -1;
	if (there)
		return err_set(why, ERR_CONFLICT, "company %" PRId64 " has this member number or this name already",
			       there);
	db_arg_text(&args, facts->name);
	db_arg_text(&args, facts->member_no);
	db_arg_text(&args, facts->industry);
	db_arg_text(&args, facts->area);
	arg_employees(&args, facts);
	if (one_number(db,
		       "INSERT INTO company (operator_id, name, member_no, industry, area, employees) "
		       "SELECT operator_id, $1::text, $2::text, $3::text, $4::text, $5::integer "
		       "FROM operator ORDER BY operator_id LIMIT 1 RETURNING company_id",
		       &args, company_id, why) != 0)
		return -1;
	if (*company_id == 0)
		return err_set(why, ERR_CONFIG, "the database has no operator; run hinomictl migrate");
	return 0;
}

int company_update(struct db *db, int64_t company_id, const struct company_facts *facts, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_text(&args, facts->name);
	db_arg_text(&args, facts->member_no);
	db_arg_text(&args, facts->industry);
	db_arg_text(&args, facts->area);
	arg_employees(&args, facts);
	return db_run(db,
		      "UPDATE company SET name = coalesce($2::text, name), member_no = coalesce($3::text, member_no), "
		      "industry = coalesce($4::text, industry), area = coalesce($5::text, area), "
		      "employees = coalesce($6::integer, employees) WHERE company_id = $1::bigint",
		      &args, NULL, why);
}

int company_leave(struct db *db, int64_t company_id, const char *day, struct err *why)
{
	struct db_args args = { 0 }, later = { 0 }, open = { 0 };
	int64_t changed;

	if (company_query_exists(db, company_id, why) != 0)
		return -1;
	db_arg_integer(&args, company_id);
	if (affected(db, "UPDATE company SET left_at = now() WHERE company_id = $1::bigint AND left_at IS NULL", &args,
		     &changed, why) != 0)
		return -1;
	if (changed == 0)
		return err_set(why, ERR_CONFLICT, "company %" PRId64 " has left before", company_id);
	db_arg_integer(&later, company_id);
	db_arg_text(&later, day);
	if (db_run(db, "DELETE FROM monitoring_span WHERE company_id = $1::bigint AND from_day > $2::date", &later,
		   NULL, why) != 0)
		return -1;
	db_arg_integer(&open, company_id);
	db_arg_text(&open, day);
	return db_run(db,
		      "UPDATE monitoring_span SET to_day = $2::date WHERE company_id = $1::bigint "
		      "AND (to_day IS NULL OR to_day > $2::date)",
		      &open, NULL, why);
}

int company_tag(struct db *db, int64_t company_id, const char *add, const char *remove, struct err *why)
{
	struct db_args args = { 0 };

	if (company_query_exists(db, company_id, why) != 0)
		return -1;
	db_arg_integer(&args, company_id);
	db_arg_text(&args, add);
	db_arg_text(&args, remove);
	return db_run(db,
		      "UPDATE company SET tags = ARRAY(SELECT DISTINCT t COLLATE \"C\" FROM "
		      "unnest(array_append(array_remove(tags, $3::text), $2::text)) t WHERE t IS NOT NULL ORDER BY 1) "
		      "WHERE company_id = $1::bigint",
		      &args, NULL, why);
}

int company_today(struct db *db, const char *timezone, char out[DAY_TEXT_SIZE], struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_text(&args, timezone);
	if (db_run(db, "SELECT to_char(now() AT TIME ZONE $1::text, 'YYYY-MM-DD')", &args, &result, why) != 0)
		return -1;
	snprintf(out, DAY_TEXT_SIZE, "%s", db_text(result, 0, 0));
	db_result_free(result);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- networks */

int company_network_add(struct db *db, int64_t company_id, const char *network, const char *note, struct err *why)
{
	struct db_args args = { 0 };
	int64_t added;

	if (company_query_exists(db, company_id, why) != 0)
		return -1;
	db_arg_integer(&args, company_id);
	db_arg_text(&args, network);
	db_arg_text(&args, note);
	/* network() clears the bits behind the prefix, which cidr would refuse. */
	if (affected(db,
		     "INSERT INTO company_network (company_id, network, note) "
		     "VALUES ($1::bigint, network($2::inet), $3::text) ON CONFLICT DO NOTHING",
		     &args, &added, why) != 0)
		return -1;
	if (added == 0)
		return err_set(why, ERR_CONFLICT, "company %" PRId64 " has the network %s already", company_id,
			       network);
	return 0;
}

int company_network_remove(struct db *db, int64_t company_id, const char *network, struct err *why)
{
	struct db_args args = { 0 };
	int64_t gone;

	db_arg_integer(&args, company_id);
	db_arg_text(&args, network);
	if (affected(db, "DELETE FROM company_network WHERE company_id = $1::bigint AND network = network($2::inet)",
		     &args, &gone, why) != 0)
		return -1;
	if (gone == 0)
		return err_set(why, ERR_NOT_FOUND, "company %" PRId64 " has no network %s", company_id, network);
	return 0;
}

int company_network_list(struct db *db, int64_t company_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	return db_run(db,
		      "SELECT n.company_id, c.name, n.network::text, n.note FROM company_network n "
		      "JOIN company c ON c.company_id = n.company_id "
		      "WHERE $1::bigint IS NULL OR n.company_id = $1::bigint ORDER BY n.company_id, n.network",
		      &args, out, why);
}

void company_network_read(const struct db_result *result, int row, struct company_network_row *out)
{
	out->company_id = db_integer(result, row, 0);
	out->company = db_text(result, row, 1);
	out->network = db_text(result, row, 2);
	out->note = db_text(result, row, 3);
}

/* ---------------------------------------------------------------------------------------------- spans */

/* A span of the company, other than `except`, that has a day in common with from..to. */
static int refuse_overlap(struct db *db, int64_t company_id, int64_t except, const char *from, const char *to,
			  struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, except);
	db_arg_text(&args, from);
	db_arg_text(&args, to);
	if (db_run(db,
		   "SELECT span_id, from_day::text, coalesce('until ' || to_day::text, 'on') FROM monitoring_span "
		   "WHERE company_id = $1::bigint AND span_id <> $2::bigint "
		   "AND daterange(from_day, to_day, '[]') && daterange($3::date, $4::date, '[]') "
		   "ORDER BY from_day LIMIT 1",
		   &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	if (rows > 0)
		err_set(why, ERR_CONFLICT, "company %" PRId64 " is monitored from %s %s already (span %" PRId64 ")",
			company_id, db_text(result, 0, 1), db_text(result, 0, 2), db_integer(result, 0, 0));
	db_result_free(result);
	return rows > 0 ? -1 : 0;
}

int span_add(struct db *db, int64_t company_id, const char *from, const char *to, int64_t *span_id, struct err *why)
{
	struct db_args args = { 0 };

	if (company_query_exists(db, company_id, why) != 0 || refuse_overlap(db, company_id, 0, from, to, why) != 0)
		return -1;
	db_arg_integer(&args, company_id);
	db_arg_text(&args, from);
	db_arg_text(&args, to);
	/* Somebody else may have been faster; the table's constraint then says so (ERR_CONFLICT). */
	return one_number(db,
			  "INSERT INTO monitoring_span (company_id, from_day, to_day) "
			  "VALUES ($1::bigint, $2::date, $3::date) RETURNING span_id",
			  &args, span_id, why);
}

int span_end(struct db *db, int64_t span_id, const char *to, int64_t *company_id, struct err *why)
{
	struct db_args args = { 0 }, change = { 0 };
	struct db_result *result;
	char from[DAY_TEXT_SIZE];
	int failed = 0;

	db_arg_integer(&args, span_id);
	/* Across companies: only the span is known. */
	if (db_run(db,
		   "SELECT company_id, to_char(from_day, 'YYYY-MM-DD') FROM monitoring_span WHERE span_id = $1::bigint",
		   &args, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		failed = err_set(why, ERR_NOT_FOUND, "there is no span %" PRId64 "; see hinomictl span list", span_id);
	} else {
		*company_id = db_integer(result, 0, 0);
		snprintf(from, sizeof(from), "%s", db_text(result, 0, 1));
		if (strcmp(to, from) < 0)
			failed =
			    err_set(why, ERR_CONFLICT, "span %" PRId64 " begins on %s, after %s", span_id, from, to);
	}
	db_result_free(result);
	if (failed || refuse_overlap(db, *company_id, span_id, from, to, why) != 0)
		return -1;
	db_arg_integer(&change, *company_id);
	db_arg_integer(&change, span_id);
	db_arg_text(&change, to);
	return db_run(db,
		      "UPDATE monitoring_span SET to_day = $3::date WHERE company_id = $1::bigint "
		      "AND span_id = $2::bigint",
		      &change, NULL, why);
}

int span_find(struct db *db, int64_t company_id, const char *from, int64_t *span_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_text(&args, from);
	return one_number(db,
			  "SELECT span_id FROM monitoring_span WHERE company_id = $1::bigint AND from_day = $2::date",
			  &args, span_id, why);
}

int span_list(struct db *db, int64_t company_id, const char *timezone, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_text(&args, timezone);
	return db_run(db,
		      "SELECT s.span_id, s.company_id, c.name, s.from_day::text, s.to_day::text, "
		      "greatest(0, least(s.to_day, (now() AT TIME ZONE $2::text)::date) - s.from_day + 1)::bigint "
		      "FROM monitoring_span s JOIN company c ON c.company_id = s.company_id "
		      "WHERE $1::bigint IS NULL OR s.company_id = $1::bigint ORDER BY s.company_id, s.from_day",
		      &args, out, why);
}

void span_read(const struct db_result *result, int row, struct span_row *out)
{
	out->span_id = db_integer(result, row, 0);
	out->company_id = db_integer(result, row, 1);
	out->company = db_text(result, row, 2);
	out->from = db_text(result, row, 3);
	out->to = db_text(result, row, 4);
	out->days = db_integer(result, row, 5);
}
