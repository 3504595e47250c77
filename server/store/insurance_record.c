#include "server/store/insurance_record.h"

#include <stdlib.h>

/* One row per contract, or one with NULLs: the days are of the incident. */
enum standing_column { S_EVENT_DAY, S_RAISED_DAY, S_ON_DAY, S_CONTRACT, S_FROM, S_TO, S_LIMIT, S_SHARE, S_PLAN, S_NO };
enum { CONTRACTS_MOST = 1000 };

static void judge(const struct db_result *r, struct insurance_contract *contracts, struct insurance_standing *out)
{
	int rows = db_rows(r), count = db_is_null(r, 0, S_CONTRACT) ? 0 : rows;
	struct insurance_entitlement e;

	for (int i = 0; i < count; i++)
		contracts[i] = (struct insurance_contract){
			.contract_id = db_integer(r, i, S_CONTRACT),
			.from_day = db_integer(r, i, S_FROM),
			.to_day = db_is_null(r, i, S_TO) ? INSURANCE_OPEN_END : db_integer(r, i, S_TO),
			.limit_yen = db_integer(r, i, S_LIMIT),
			.share_yen = db_integer(r, i, S_SHARE),
		};
	e = insurance_entitlement(contracts, (size_t)count, db_integer(r, 0, S_EVENT_DAY),
				  db_integer(r, 0, S_RAISED_DAY));
	out->verdict = e.verdict;
	out->on_day = db_text(r, 0, S_ON_DAY);
	if (!e.contract)
		return;
	out->contract_id = e.contract->contract_id;
	out->limit_yen = e.contract->limit_yen;
	out->share_yen = e.contract->share_yen;
	out->plan = db_text(r, (int)(e.contract - contracts), S_PLAN);
	out->insurance_no = db_text(r, (int)(e.contract - contracts), S_NO);
}

static int query_standing(struct db *db, int64_t company_id, int64_t incident_id, const char *timezone,
			  struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	db_arg_text(&args, timezone);
	db_arg_integer(&args, CONTRACTS_MOST);
	return db_run(db,
		      "SELECT d.event - DATE '1970-01-01', d.raised - DATE '1970-01-01', d.event::text, c.contract_id, "
		      "c.from_day - DATE '1970-01-01', c.to_day - DATE '1970-01-01', p.insurance_yen, "
		      "p.member_share_yen, p.name, c.insurance_no "
		      "FROM (SELECT (coalesce(k.event_at, i.first_ts) AT TIME ZONE $3::text)::date AS event, "
		      "(coalesce(k.raised_at, i.created_at) AT TIME ZONE $3::text)::date AS raised FROM incident i "
		      "LEFT JOIN incident_clock k ON k.company_id = i.company_id AND k.incident_id = i.incident_id "
		      "WHERE i.company_id = $1::bigint AND i.incident_id = $2::bigint) d "
		      "LEFT JOIN (contract c JOIN plan p ON p.plan_id = c.plan_id) ON c.company_id = $1::bigint "
		      "ORDER BY c.from_day DESC LIMIT $4::bigint",
		      &args, out, why);
}

int insurance_record_standing(struct db *db, int64_t company_id, int64_t incident_id, const char *timezone,
			      struct insurance_standing *out, struct err *why)
{
	struct insurance_contract *contracts;

	*out = (struct insurance_standing){ 0 };
	if (query_standing(db, company_id, incident_id, timezone, &out->result, why) != 0)
		return -1;
	if (db_rows(out->result) == 0) {
		insurance_standing_release(out);
		return err_set(why, ERR_NOT_FOUND, "no such incident");
	}
	contracts = calloc((size_t)db_rows(out->result), sizeof(*contracts));
	if (!contracts) {
		insurance_standing_release(out);
		return err_set(why, ERR_NOMEM, "no memory for contracts");
	}
	judge(out->result, contracts, out);
	free(contracts);
	return 0;
}

void insurance_standing_release(struct insurance_standing *standing)
{
	db_result_free(standing->result);
	standing->result = NULL;
}

#define COLUMNS                                                                                                    \
	"SELECT n.insurance_id, n.company_id, n.incident_id, n.contract_id, c.insurance_no, n.limit_yen, "         \
	"p.member_share_yen, n.claim_no, n.claimed_yen, n.state, n.paid_yen, n.member_share_yen, n.reason, "       \
	"n.opened_by, u.display_name, n.opened_at, n.submitted_at, n.decided_at, n.version FROM insurance_case n " \
	"JOIN contract c ON c.company_id = n.company_id AND c.contract_id = n.contract_id "                        \
	"JOIN plan p ON p.plan_id = c.plan_id JOIN app_user u ON u.user_id = n.opened_by "

int insurance_record_of_incident(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out,
				 struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	return db_run(db, COLUMNS "WHERE n.company_id = $1::bigint AND n.incident_id = $2::bigint", &args, out, why);
}

int insurance_record_hold(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, id);
	db_arg_optional(&args, company_id);
	return db_run(db,
		      COLUMNS "WHERE n.insurance_id = $1::bigint AND ($2::bigint IS NULL OR n.company_id = $2::bigint) "
			      "FOR UPDATE OF n",
		      &args, out, why);
}

static int64_t amount(const struct db_result *r, int row, int column)
{
	return db_is_null(r, row, column) ? -1 : db_integer(r, row, column);
}

void insurance_record_read(const struct db_result *r, int row, struct insurance_row *out)
{
	out->id = db_integer(r, row, 0);
	out->company_id = db_integer(r, row, 1);
	out->incident_id = db_integer(r, row, 2);
	out->contract_id = db_integer(r, row, 3);
	out->insurance_no = db_text(r, row, 4);
	out->limit_yen = db_integer(r, row, 5);
	out->share_yen = db_integer(r, row, 6);
	out->claim_no = db_text(r, row, 7);
	out->claimed_yen = amount(r, row, 8);
	out->state = db_text(r, row, 9);
	out->paid_yen = amount(r, row, 10);
	out->member_share_yen = amount(r, row, 11);
	out->reason = db_text(r, row, 12);
	out->opened_by = db_integer(r, row, 13);
	out->opened_by_name = db_text(r, row, 14);
	out->opened_at = db_time(r, row, 15);
	out->submitted_at = db_time(r, row, 16);
	out->decided_at = db_time(r, row, 17);
	out->version = db_integer(r, row, 18);
}

static void arg_amount(struct db_args *args, int64_t yen)
{
	if (yen < 0)
		db_arg_null(args);
	else
		db_arg_integer(args, yen);
}

int insurance_record_add(struct db *db, const struct insurance_new *insurance, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, insurance->company_id);
	db_arg_integer(&args, insurance->incident_id);
	db_arg_integer(&args, insurance->contract_id);
	db_arg_integer(&args, insurance->limit_yen);
	db_arg_text(&args, insurance->claim_no);
	arg_amount(&args, insurance->claimed_yen);
	db_arg_text(&args, insurance->reason);
	db_arg_integer(&args, insurance->opened_by);
	return db_run(
	    db,
	    "INSERT INTO insurance_case (company_id, incident_id, contract_id, limit_yen, claim_no, claimed_yen, "
	    "reason, opened_by) VALUES ($1::bigint, $2::bigint, $3::bigint, $4::bigint, $5::text, $6::bigint, "
	    "$7::text, $8::bigint)",
	    &args, NULL, why);
}

int insurance_record_update(struct db *db, const struct insurance_change *change, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, change->company_id);
	db_arg_integer(&args, change->id);
	db_arg_text(&args, change->state);
	db_arg_text(&args, change->claim_no);
	db_arg_text(&args, change->reason);
	arg_amount(&args, change->claimed_yen);
	arg_amount(&args, change->paid_yen);
	arg_amount(&args, change->member_share_yen);
	return db_run(db,
		      "UPDATE insurance_case SET state = $3::text, claim_no = $4::text, reason = $5::text, "
		      "claimed_yen = $6::bigint, paid_yen = $7::bigint, member_share_yen = $8::bigint, "
		      "submitted_at = CASE WHEN $3::text <> 'prepared' THEN coalesce(submitted_at, now()) END, "
		      "decided_at = CASE WHEN $3::text IN ('covered', 'declined') "
		      "THEN CASE WHEN state = $3::text THEN coalesce(decided_at, now()) ELSE now() END END, "
		      "version = version + 1 WHERE company_id = $1::bigint AND insurance_id = $2::bigint",
		      &args, NULL, why);
}
