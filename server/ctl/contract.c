/* hinomictl contract, hinomictl plan */
#include "server/store/contract.h"
#include "server/ctl/listing.h"
#include "server/store/company_query.h"

#include <inttypes.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------------------ contract add
 */

/* The plan is there, and sold on the first day. */
static int check_plan(struct ctl *ctl, const struct contract_row *contract, struct err *why)
{
	struct db_result *result;
	struct plan_row plan;
	bool sold;

	if (plan_get(ctl->db, contract->plan_id, false, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "there is no plan %" PRId64 "; see hinomictl plan list",
			       contract->plan_id);
	}
	plan_read(result, 0, &plan);
	sold = strcmp(plan.from_day, contract->from_day) <= 0 &&
	       (!plan.to_day || strcmp(contract->from_day, plan.to_day) <= 0);
	db_result_free(result);
	return sold ? 0 : err_set(why, ERR_USAGE, "the plan is not sold on %s", contract->from_day);
}

static int check(struct ctl *ctl, const struct contract_row *contract, struct err *why)
{
	int64_t other;

	if (company_query_exists(ctl->db, contract->company_id, why) != 0 || check_plan(ctl, contract, why) != 0 ||
	    contract_overlap(ctl->db, contract->company_id, contract->from_day, contract->to_day, 0, &other, why) != 0)
		return -1;
	if (other)
		return err_set(why, ERR_CONFLICT, "contract %" PRId64 " is valid on one of these days: end it first",
			       other);
	return 0;
}

static int add_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	const struct options *o = &ctl->options;
	struct contract_row contract = { .company_id = options_integer(o, "--company", 0),
					 .plan_id = options_integer(o, "--plan", 0),
					 .is_member = options_flag(o, "--member"),
					 .from_day = options_text(o, "--from"),
					 .to_day = options_text(o, "--to"),
					 .insurance_no = options_text(o, "--insurance") };
	int64_t *contract_id = arg;
	struct json_writer w;

	if (options_check_order(o, why) != 0 || check(ctl, &contract, why) != 0 ||
	    contract_add(ctl->db, &contract, contract_id, why) != 0)
		return -1;
	note->action = "contract.add";
	note->company_id = contract.company_id;
	snprintf(note->subject, sizeof(note->subject), "contract %" PRId64, *contract_id);
	change_detail(note, &w);
	json_put_integer(&w, "plan_id", contract.plan_id);
	json_put_bool(&w, "is_member", contract.is_member);
	json_put_string(&w, "from_day", contract.from_day);
	json_put_string(&w, "to_day", contract.to_day);
	json_close_object(&w);
	return 0;
}

static int add(struct ctl *ctl, struct err *why)
{
	int64_t contract_id = 0;

	if (change_all(ctl, add_change, &contract_id, why) != 0)
		return -1;
	printf("%" PRId64 "\n", contract_id);
	return 0;
}

/* ----------------------------------------------------------------------------------------------------- contract list
 */

static void contract_cells(const struct db_result *result, int row, struct table *t)
{
	struct contract_row c;

	contract_read(result, row, &c);
	table_integer(t, c.id);
	table_text(t, c.plan);
	table_text(t, c.is_member ? "member" : "other");
	table_integer(t, c.yen);
	table_text(t, c.from_day);
	table_text(t, c.to_day);
	table_integer(t, c.dispatches);
	table_text(t, c.insurance_no);
}

static void contract_members(const struct db_result *result, int row, struct json_writer *w)
{
	struct contract_row c;

	contract_read(result, row, &c);
	json_put_integer(w, "id", c.id);
	json_put_integer(w, "company_id", c.company_id);
	json_put_integer(w, "plan_id", c.plan_id);
	json_put_string(w, "plan", c.plan);
	json_put_bool(w, "is_member", c.is_member);
	json_put_integer(w, "yen", c.yen);
	json_put_string(w, "from_day", c.from_day);
	json_put_string(w, "to_day", c.to_day);
	json_put_integer(w, "dispatches", c.dispatches);
	json_put_string(w, "insurance_no", c.insurance_no);
}

static const struct listing contracts = {
	.name = "contracts",
	.headings = ">id|plan|price|>yen a month|from|to|>visits a year|insurance no",
	.cells = contract_cells,
	.members = contract_members,
};

static int list(struct ctl *ctl, struct err *why)
{
	int64_t company_id = options_integer(&ctl->options, "--company", 0);
	struct db_result *result;

	if (company_query_exists(ctl->db, company_id, why) != 0 ||
	    contract_list(ctl->db, company_id, &result, why) != 0)
		return -1;
	return listing_print(&contracts, ctl, result);
}

/* --------------------------------------------------------------------------------------------------------- plan list
 */

static void plan_cells(const struct db_result *result, int row, struct table *t)
{
	struct plan_row p;

	plan_read(result, row, &p);
	table_integer(t, p.id);
	table_text(t, p.name);
	table_integer(t, p.service_class);
	table_integer(t, p.member_yen);
	table_integer(t, p.other_yen);
	table_integer(t, p.dispatches);
	table_integer(t, p.insurance_yen);
	table_text(t, p.from_day);
	table_text(t, p.to_day);
}

static void plan_members(const struct db_result *result, int row, struct json_writer *w)
{
	struct plan_row p;

	plan_read(result, row, &p);
	json_put_integer(w, "id", p.id);
	json_put_string(w, "name", p.name);
	json_put_integer(w, "service_class", p.service_class);
	json_put_integer(w, "member_yen", p.member_yen);
	json_put_integer(w, "other_yen", p.other_yen);
	json_put_integer(w, "dispatches", p.dispatches);
	json_put_integer(w, "insurance_yen", p.insurance_yen);
	json_put_integer(w, "member_share_yen", p.member_share_yen);
	json_put_string(w, "from_day", p.from_day);
	json_put_string(w, "to_day", p.to_day);
}

static const struct listing plans = {
	.name = "plans",
	.headings = ">id|name|>class|>yen a month, members|>others|>visits a year|>insurance|from|to",
	.cells = plan_cells,
	.members = plan_members,
};

static int list_plans(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (plan_list(ctl->db, &result, why) != 0)
		return -1;
	return listing_print(&plans, ctl, result);
}

static const struct option_spec add_options[] = {
	OPTION_COMPANY_NEEDED,
	{ "--plan", OPTION_ID, true, "ID", "see hinomictl plan list" },
	{ "--member", OPTION_FLAG, false, NULL, "of the chamber: at the members' price" },
	{ "--from", OPTION_DAY, true, "D", "first day" },
	{ "--to", OPTION_DAY, false, "D", "last day (default: open)" },
	{ "--insurance", OPTION_NAME, false, "N", "number of the insurance certificate" },
	OPTIONS_END,
};
static const struct option_spec list_options[] = { OPTION_COMPANY_NEEDED, OPTION_JSON, OPTIONS_END };
static const struct option_spec plan_options[] = { OPTION_JSON, OPTIONS_END };

const struct command contract_commands[] = {
	{ "contract", "add", "a company's contract; prints its id", add_options, false, add, NULL },
	{ "contract", "list", "a company's contracts", list_options, false, list, NULL },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
const struct command plan_commands[] = {
	{ "plan", "list", "what is sold, without tax", plan_options, false, list_plans, NULL },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
