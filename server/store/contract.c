#include "server/store/contract.h"

#include <stdio.h>

int contract_tax_rates(struct db *db, struct tax_rates *out, struct err *why)
{
	struct db_result *result;

	if (db_run(db,
		   "SELECT from_day - '1970-01-01'::date, (percent * 100)::bigint FROM tax_rate ORDER BY from_day "
		   "DESC LIMIT 64",
		   NULL, &result, why) != 0)
		return -1;
	out->count = (size_t)db_rows(result);
	for (size_t i = 0; i < out->count; i++) {
		int row = (int)(out->count - 1 - i);

		out->list[i] = (struct tax_rate){ db_integer(result, row, 0), db_integer(result, row, 1) };
	}
	db_result_free(result);
	return 0;
}

int contract_day_of(struct db *db, time_us at, const char *timezone, int64_t *day, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_text(&args, timezone);
	db_arg_time(&args, at);
	if (db_run(db, "SELECT (coalesce($2::timestamptz, now()) AT TIME ZONE $1::text)::date - '1970-01-01'::date",
		   &args, &result, why) != 0)
		return -1;
	*day = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

int contract_today(struct db *db, const char *timezone, int64_t *day, struct err *why)
{
	return contract_day_of(db, TIME_NONE, timezone, day, why);
}

void contract_day_text(int64_t day, char out[CONTRACT_DAY_SIZE])
{
	int year, month, day_of_month;

	civil_from_days(day, &year, &month, &day_of_month);
	snprintf(out, CONTRACT_DAY_SIZE, "%04d-%02d-%02d", year, month, day_of_month);
}

/* ------------------------------------------------------------------------------------------------------------- plans
 */

#define PLAN                                                                                                    \
	"SELECT p.plan_id, p.name, p.service_class, p.member_yen, p.other_yen, p.dispatches, p.insurance_yen, " \
	"p.member_share_yen, p.from_day::text, p.to_day::text, p.from_day - '1970-01-01'::date, "               \
	"p.to_day - '1970-01-01'::date, p.version FROM plan p "

int plan_list(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db, PLAN "ORDER BY p.from_day DESC, p.plan_id DESC LIMIT 1000", NULL, out, why);
}

int plan_get(struct db *db, int64_t plan_id, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, plan_id);
	return db_run(db, lock ? PLAN "WHERE p.plan_id = $1::bigint FOR UPDATE" : PLAN "WHERE p.plan_id = $1::bigint",
		      &args, out, why);
}

void plan_read(const struct db_result *r, int row, struct plan_row *out)
{
	*out = (struct plan_row){
		.id = db_integer(r, row, 0),
		.name = db_text(r, row, 1),
		.service_class = db_integer(r, row, 2),
		.member_yen = db_integer(r, row, 3),
		.other_yen = db_integer(r, row, 4),
		.dispatches = db_integer(r, row, 5),
		.insurance_yen = db_integer(r, row, 6),
		.member_share_yen = db_integer(r, row, 7),
		.from_day = db_text(r, row, 8),
		.to_day = db_text(r, row, 9),
		.from = db_integer(r, row, 10),
		.to = db_is_null(r, row, 11) ? INT64_MAX : db_integer(r, row, 11),
		.version = db_integer(r, row, 12),
	};
}

static int one_id(struct db *db, const char *sql, const struct db_args *args, int64_t *id, struct err *why)
{
	struct db_result *result;

	if (db_run(db, sql, args, &result, why) != 0)
		return -1;
	*id = db_rows(result) ? db_integer(result, 0, 0) : 0;
	db_result_free(result);
	return 0;
}

int plan_add(struct db *db, const struct plan_row *plan, int64_t *plan_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, plan->name);
	db_arg_integer(&args, plan->service_class);
	db_arg_integer(&args, plan->member_yen);
	db_arg_integer(&args, plan->other_yen);
	db_arg_integer(&args, plan->dispatches);
	db_arg_integer(&args, plan->insurance_yen);
	db_arg_integer(&args, plan->member_share_yen);
	db_arg_text(&args, plan->from_day);
	db_arg_text(&args, plan->to_day);
	return one_id(db,
		      "INSERT INTO plan (name, service_class, member_yen, other_yen, dispatches, insurance_yen, "
		      "member_share_yen, from_day, to_day) VALUES ($1::text, $2::smallint, $3::bigint, $4::bigint, "
		      "$5::integer, $6::bigint, $7::bigint, $8::date, $9::date) RETURNING plan_id",
		      &args, plan_id, why);
}

int plan_update(struct db *db, const struct plan_row *plan, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, plan->id);
	db_arg_text(&args, plan->name);
	db_arg_text(&args, plan->to_day);
	return db_run(db,
		      "UPDATE plan SET name = $2::text, to_day = $3::date, version = version + 1 "
		      "WHERE plan_id = $1::bigint",
		      &args, NULL, why);
}

/* --------------------------------------------------------------------------------------------------------- contracts
 */

#define CONTRACT                                                                                                 \
	"SELECT k.contract_id, k.company_id, k.plan_id, p.name, k.is_member, k.from_day::text, k.to_day::text, " \
	"k.from_day - '1970-01-01'::date, k.to_day - '1970-01-01'::date, k.insurance_no, k.note, k.made_by, "    \
	"u.display_name, k.made_at, k.version, p.service_class, "                                                \
	"CASE WHEN k.is_member THEN p.member_yen ELSE p.other_yen END, p.dispatches, p.insurance_yen, "          \
	"p.member_share_yen FROM contract k JOIN plan p ON p.plan_id = k.plan_id "                               \
	"LEFT JOIN app_user u ON u.user_id = k.made_by "

int contract_list(struct db *db, int64_t company_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	return db_run(db, CONTRACT "WHERE k.company_id = $1::bigint ORDER BY k.from_day DESC LIMIT 500", &args, out,
		      why);
}

/* Across companies when none is named: row-level security decides. */
#define GET CONTRACT "WHERE k.contract_id = $2::bigint AND ($1::bigint IS NULL OR k.company_id = $1::bigint)"

int contract_get(struct db *db, int64_t company_id, int64_t contract_id, bool lock, struct db_result **out,
		 struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_integer(&args, contract_id);
	return db_run(db, lock ? GET " FOR UPDATE OF k" : GET, &args, out, why);
}

#define VALID                                       \
	CONTRACT "WHERE k.company_id = $1::bigint " \
		 "AND daterange(k.from_day, k.to_day, '[]') @> ('1970-01-01'::date + $2::integer)"

int contract_valid(struct db *db, int64_t company_id, int64_t day, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, day);
	return db_run(db, lock ? VALID " FOR UPDATE OF k" : VALID, &args, out, why);
}

void contract_read(const struct db_result *r, int row, struct contract_row *out)
{
	*out = (struct contract_row){
		.id = db_integer(r, row, 0),
		.company_id = db_integer(r, row, 1),
		.plan_id = db_integer(r, row, 2),
		.plan = db_text(r, row, 3),
		.is_member = db_bool(r, row, 4),
		.from_day = db_text(r, row, 5),
		.to_day = db_text(r, row, 6),
		.from = db_integer(r, row, 7),
		.to = db_is_null(r, row, 8) ? INT64_MAX : db_integer(r, row, 8),
		.insurance_no = db_text(r, row, 9),
		.note = db_text(r, row, 10),
		.made_by = db_integer(r, row, 11),
		.made_by_name = db_text(r, row, 12),
		.made_at = db_time(r, row, 13),
		.version = db_integer(r, row, 14),
		.service_class = db_integer(r, row, 15),
		.yen = db_integer(r, row, 16),
		.dispatches = db_integer(r, row, 17),
		.insurance_yen = db_integer(r, row, 18),
		.member_share_yen = db_integer(r, row, 19),
	};
}

int contract_overlap(struct db *db, int64_t company_id, const char *from_day, const char *to_day, int64_t except,
		     int64_t *contract_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_text(&args, from_day);
	db_arg_text(&args, to_day);
	db_arg_integer(&args, except);
	return one_id(db,
		      "SELECT contract_id FROM contract WHERE company_id = $1::bigint AND contract_id <> $4::bigint "
		      "AND daterange(from_day, to_day, '[]') && daterange($2::date, $3::date, '[]') "
		      "ORDER BY from_day LIMIT 1",
		      &args, contract_id, why);
}

int contract_add(struct db *db, const struct contract_row *contract, int64_t *contract_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, contract->company_id);
	db_arg_integer(&args, contract->plan_id);
	db_arg_bool(&args, contract->is_member);
	db_arg_text(&args, contract->from_day);
	db_arg_text(&args, contract->to_day);
	db_arg_text(&args, contract->insurance_no);
	db_arg_text(&args, contract->note ? contract->note : "");
	db_arg_optional(&args, contract->made_by);
	return one_id(db,
		      "INSERT INTO contract (company_id, plan_id, is_member, from_day, to_day, insurance_no, note, "
		      "made_by) VALUES ($1::bigint, $2::bigint, $3::boolean, $4::date, $5::date, $6::text, $7::text, "
		      "$8::bigint) RETURNING contract_id",
		      &args, contract_id, why);
}

int contract_update(struct db *db, const struct contract_row *contract, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, contract->company_id);
	db_arg_integer(&args, contract->id);
	db_arg_text(&args, contract->to_day);
	db_arg_text(&args, contract->insurance_no);
	db_arg_text(&args, contract->note);
	return db_run(db,
		      "UPDATE contract SET to_day = $3::date, insurance_no = $4::text, note = $5::text, "
		      "version = version + 1 WHERE company_id = $1::bigint AND contract_id = $2::bigint",
		      &args, NULL, why);
}

int contract_visits(struct db *db, int64_t company_id, int64_t first, int64_t last, const char *timezone, int64_t *out,
		    struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, first);
	db_arg_integer(&args, last);
	db_arg_text(&args, timezone);
	return one_id(db,
		      "SELECT count(*) FROM dispatch_order WHERE company_id = $1::bigint AND kind = 'onsite' "
		      "AND state = 'approved' AND entitled AND (arrived_at AT TIME ZONE $4::text)::date "
		      "BETWEEN '1970-01-01'::date + $2::integer AND '1970-01-01'::date + $3::integer",
		      &args, out, why);
}
