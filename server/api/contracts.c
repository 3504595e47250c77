#include "server/api/contracts.h"

#include "server/api/desk_body.h"
#include "server/api/filters.h"
#include "server/api/incident_view.h"
#include "server/store/company_query.h"

enum { NAME_MOST = 100, NOTE_MOST = 2000 };
#define YEN_MOST INT64_C(1000000000)

/* What prices are worked out with. */
struct pricing {
	struct tax_rates rates;
	int64_t day; /* today, or the one asked for */
};

static int pricing_load(struct call *call, struct pricing *out, struct err *why)
{
	if (contract_tax_rates(call->db, &out->rates, why) != 0)
		return -1;
	return contract_today(call->db, call->api->settings->timezone, &out->day, why);
}

static struct contract_price price_of(const struct pricing *pricing, int64_t yen, int64_t day)
{
	return contract_price_at(yen, pricing->rates.list, pricing->rates.count, day);
}

static void put_percent(struct json_writer *w, const struct contract_price *price)
{
	if (price->tax_hundredths < 0)
		json_put_null(w, "tax_percent");
	else
		json_put_real(w, "tax_percent", (double)price->tax_hundredths / 100);
}

/* ------------------------------------------------------------------------------------------------------------- plans
 */

struct priced_plan {
	struct plan_row row;
	const struct pricing *pricing;
};

static void put_plan(struct json_writer *w, const void *arg)
{
	const struct priced_plan *plan = arg;
	const struct plan_row *p = &plan->row;
	struct contract_price member = price_of(plan->pricing, p->member_yen, plan->pricing->day);
	struct contract_price other = price_of(plan->pricing, p->other_yen, plan->pricing->day);
	int class = (int)p->service_class;

	json_put_integer(w, "id", p->id);
	json_put_string(w, "name", p->name);
	json_put_integer(w, "service_class", p->service_class);
	json_put_integer(w, "member_yen", p->member_yen);
	json_put_integer(w, "other_yen", p->other_yen);
	put_percent(w, &member);
	json_put_known(w, "member_yen_taxed", member.taxed >= 0, member.taxed);
	json_put_known(w, "other_yen_taxed", other.taxed >= 0, other.taxed);
	json_put_integer(w, "dispatches", p->dispatches);
	json_put_integer(w, "insurance_yen", p->insurance_yen);
	json_put_integer(w, "member_share_yen", p->member_share_yen);
	json_put_string(w, "from_day", p->from_day);
	json_put_string(w, "to_day", p->to_day);
	json_open_array(w, "warnings");
	if (contract_over_cap(class, p->member_yen) || contract_over_cap(class, p->other_yen))
		json_put_string(w, NULL, "over_cap");
	json_close_array(w);
	json_put_integer(w, "version", p->version);
}

static bool read_pricing_day(struct call *call, struct pricing *pricing)
{
	const char *text = parameters_get(&call->query, "day");

	if (!text || filters_is_day(text, &pricing->day))
		return true;
	call_refuse_parameter(call, "day", FAULT_DAY);
	return false;
}

int contracts_plans(struct call *call, struct err *why)
{
	char day[CONTRACT_DAY_SIZE];
	struct db_result *result;
	struct pricing pricing;
	struct json_writer w;

	if (pricing_load(call, &pricing, why) != 0)
		return -1;
	if (!read_pricing_day(call, &pricing))
		return 0;
	if (plan_list(call->db, &result, why) != 0)
		return -1;
	contract_day_text(pricing.day, day);
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_put_string(&w, "day", day);
	json_open_array(&w, "plans");
	for (int i = 0; i < db_rows(result); i++) {
		struct priced_plan plan = { .pricing = &pricing };

		plan_read(result, i, &plan.row);
		json_open_object(&w, NULL);
		put_plan(&w, &plan);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(result);
	return 0;
}

static int find_plan(struct call *call, int64_t id, bool lock, struct db_result **result, struct plan_row *out,
		     struct err *why)
{
	if (plan_get(call->db, id, lock, result, why) != 0)
		return -1;
	if (db_rows(*result) == 0) {
		db_result_free(*result);
		return err_set(why, ERR_NOT_FOUND, "no such plan");
	}
	plan_read(*result, 0, out);
	return 0;
}

static int conclude_plan(struct call *call, const struct pricing *pricing, int64_t id, int status, const char *action,
			 struct err *why)
{
	struct priced_plan plan = { .pricing = pricing };
	struct db_result *result;
	int failed;

	if (find_plan(call, id, false, &result, &plan.row, why) != 0)
		return -1;
	failed = desk_body_conclude(call, status, action, "plan", id, 0, plan.row.version, put_plan, &plan, why);
	db_result_free(result);
	return failed;
}

/* to_day comes no earlier than from_day. */
static bool check_days(struct call *call, const char *from_day, const char *to_day)
{
	if (!to_day || strcmp(from_day, to_day) <= 0)
		return true;
	call_refuse_member(call, "to_day", FAULT_ORDER);
	return false;
}

static bool read_plan(struct call *call, struct plan_row *p)
{
	return call_text(call, "name", 1, NAME_MOST, true, &p->name) && body_members_need(call, "member_yen") &&
	       body_members_need(call, "other_yen") && body_members_need(call, "from_day") &&
	       body_members_integer(call, "service_class", 1, 2, &p->service_class) &&
	       body_members_integer(call, "member_yen", 0, YEN_MOST, &p->member_yen) &&
	       body_members_integer(call, "other_yen", 0, YEN_MOST, &p->other_yen) &&
	       body_members_integer(call, "dispatches", 0, 1000, &p->dispatches) &&
	       body_members_integer(call, "insurance_yen", 0, YEN_MOST, &p->insurance_yen) &&
	       body_members_integer(call, "member_share_yen", 0, YEN_MOST, &p->member_share_yen) &&
	       body_members_day(call, "from_day", &p->from_day) && desk_body_day(call, "to_day", &p->to_day) &&
	       check_days(call, p->from_day, p->to_day);
}

int contracts_plan_add(struct call *call, struct err *why)
{
	struct plan_row plan = { .service_class = 1 };
	struct pricing pricing;
	int64_t id;

	if (!read_plan(call, &plan))
		return 0;
	if (pricing_load(call, &pricing, why) != 0 || plan_add(call->db, &plan, &id, why) != 0)
		return -1;
	return conclude_plan(call, &pricing, id, 201, "plan.add", why);
}

static int change_plan(struct call *call, const struct priced_plan *now, struct err *why)
{
	struct plan_row changed = now->row;
	int go = desk_body_condition(call, changed.version, put_plan, now);

	if (go != 1)
		return go;
	if (!body_members_any(call, "to_day") || !desk_body_text(call, "name", 1, NAME_MOST, &changed.name) ||
	    !desk_body_day(call, "to_day", &changed.to_day) || !check_days(call, changed.from_day, changed.to_day))
		return 0;
	if (plan_update(call->db, &changed, why) != 0)
		return -1;
	return conclude_plan(call, now->pricing, changed.id, 200, "plan.change", why);
}

int contracts_plan_change(struct call *call, struct err *why)
{
	struct pricing pricing;
	struct priced_plan plan = { .pricing = &pricing };
	struct db_result *result;
	int failed;

	if (pricing_load(call, &pricing, why) != 0 || find_plan(call, call->id, true, &result, &plan.row, why) != 0)
		return -1;
	failed = change_plan(call, &plan, why);
	db_result_free(result);
	return failed;
}

/* --------------------------------------------------------------------------------------------------------- contracts
 */

/* With what is worked out. */
struct full_contract {
	struct contract_row row;
	const struct pricing *pricing;
	bool member; /* who asks: does not see the note */
	bool runs;
	int64_t year_first, year_last, used;
};

static const char *state_of(const struct full_contract *c)
{
	if (c->pricing->day < c->row.from)
		return "future";
	return c->pricing->day > c->row.to ? "over" : "valid";
}

static void put_year(struct json_writer *w, const struct full_contract *c)
{
	char first[CONTRACT_DAY_SIZE], last[CONTRACT_DAY_SIZE];

	contract_day_text(c->year_first, first);
	contract_day_text(c->year_last, last);
	json_put_integer(w, "dispatches", c->row.dispatches);
	json_put_integer(w, "dispatches_used", c->used);
	json_put_string(w, "year_from", c->runs ? first : NULL);
	json_put_string(w, "year_to", c->runs ? last : NULL);
}

static void put_price(struct json_writer *w, const struct full_contract *c)
{
	int64_t day = c->pricing->day;
	struct contract_price price;

	if (day < c->row.from)
		day = c->row.from;
	if (day > c->row.to)
		day = c->row.to;
	price = price_of(c->pricing, c->row.yen, day);
	json_put_integer(w, "yen", c->row.yen);
	put_percent(w, &price);
	json_put_known(w, "yen_taxed", price.taxed >= 0, price.taxed);
}

static void put_contract(struct json_writer *w, const void *arg)
{
	const struct full_contract *c = arg;
	const struct contract_row *k = &c->row;

	json_put_integer(w, "id", k->id);
	json_put_integer(w, "company_id", k->company_id);
	json_put_integer(w, "plan_id", k->plan_id);
	json_put_string(w, "plan", k->plan);
	json_put_bool(w, "is_member", k->is_member);
	json_put_string(w, "from_day", k->from_day);
	json_put_string(w, "to_day", k->to_day);
	json_put_string(w, "insurance_no", k->insurance_no);
	json_put_string(w, "note", c->member ? "" : k->note);
	incident_view_put_person(w, "made_by", k->made_by, k->made_by_name);
	json_put_time(w, "made_at", k->made_at);
	json_put_string(w, "state", state_of(c));
	put_price(w, c);
	put_year(w, c);
	json_put_integer(w, "insurance_yen", k->insurance_yen);
	json_put_integer(w, "member_share_yen", k->member_share_yen);
	json_open_array(w, "warnings");
	if (contract_over_cap((int)k->service_class, k->yen))
		json_put_string(w, NULL, "over_cap");
	if (contract_over_two_years(k->from, k->to))
		json_put_string(w, NULL, "over_two_years");
	json_close_array(w);
	json_put_integer(w, "version", k->version);
}

/* Works out what the row does not say. */
static int complete(struct call *call, const struct pricing *pricing, struct full_contract *c, struct err *why)
{
	c->pricing = pricing;
	c->member = call->person.role == PERSON_MEMBER;
	c->runs = pricing->day <= c->row.to && contract_year(c->row.from, pricing->day, &c->year_first, &c->year_last);
	if (!c->runs)
		return 0;
	if (c->year_last > c->row.to)
		c->year_last = c->row.to;
	return contract_visits(call->db, c->row.company_id, c->year_first, c->year_last, call->api->settings->timezone,
			       &c->used, why);
}

static int put_one(struct call *call, const struct pricing *pricing, const struct db_result *result, int row,
		   const char *key, struct json_writer *w, struct err *why)
{
	struct full_contract contract = { 0 };

	contract_read(result, row, &contract.row);
	if (complete(call, pricing, &contract, why) != 0)
		return -1;
	json_open_object(w, key);
	put_contract(w, &contract);
	json_close_object(w);
	return 0;
}

static int check_company(struct call *call, struct err *why)
{
	if (call->person.company_id && call->person.company_id != call->id)
		return err_set(why, ERR_NOT_FOUND, "another company");
	return company_query_exists(call->db, call->id, why);
}

int contracts_list(struct call *call, struct err *why)
{
	struct db_result *result;
	struct pricing pricing;
	struct json_writer w;
	int failed = 0;

	if (check_company(call, why) != 0 || pricing_load(call, &pricing, why) != 0 ||
	    contract_list(call->db, call->id, &result, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "contracts");
	for (int i = 0; i < db_rows(result) && !failed; i++)
		failed = put_one(call, &pricing, result, i, NULL, &w, why);
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(result);
	return failed;
}

int contracts_put_valid(struct call *call, int64_t company_id, struct json_writer *w, struct err *why)
{
	struct db_result *result;
	struct pricing pricing;
	int failed = 0;

	if (pricing_load(call, &pricing, why) != 0 ||
	    contract_valid(call->db, company_id, pricing.day, false, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0)
		json_put_null(w, "contract");
	else
		failed = put_one(call, &pricing, result, 0, "contract", w, why);
	db_result_free(result);
	return failed;
}

static int find_contract(struct call *call, int64_t company_id, int64_t id, bool lock, struct db_result **result,
			 struct contract_row *out, struct err *why)
{
	if (contract_get(call->db, company_id, id, lock, result, why) != 0)
		return -1;
	if (db_rows(*result) == 0) {
		db_result_free(*result);
		return err_set(why, ERR_NOT_FOUND, "no such contract");
	}
	contract_read(*result, 0, out);
	return 0;
}

static int conclude_contract(struct call *call, const struct pricing *pricing, int64_t company_id, int64_t id,
			     int status, const char *action, struct err *why)
{
	struct full_contract contract = { 0 };
	struct db_result *result;
	int failed;

	if (find_contract(call, company_id, id, false, &result, &contract.row, why) != 0)
		return -1;
	failed = complete(call, pricing, &contract, why) != 0 ||
			 desk_body_conclude(call, status, action, "contract", id, company_id, contract.row.version,
					    put_contract, &contract, why) != 0
		     ? -1
		     : 0;
	db_result_free(result);
	return failed;
}

/* The plan is sold on the first day. 1: go on; 0: refused; -1. */
static int check_plan(struct call *call, const struct contract_row *contract, struct err *why)
{
	struct db_result *result;
	struct plan_row plan;
	bool sold;

	if (find_plan(call, contract->plan_id, false, &result, &plan, why) != 0)
		return why->code == ERR_NOT_FOUND ? call_refuse_member(call, "plan_id", FAULT_CHOICE) : -1;
	sold = strcmp(plan.from_day, contract->from_day) <= 0 &&
	       (!plan.to_day || strcmp(contract->from_day, plan.to_day) <= 0);
	db_result_free(result);
	return sold ? 1 : call_refuse_reason(call, "from_day", FAULT_CHOICE, "the plan is not sold on this day");
}

/* 1: none overlaps; 0: refused; -1. */
static int check_overlap(struct call *call, const struct contract_row *contract, struct err *why)
{
	struct json_writer w;
	int64_t other;

	if (contract_overlap(call->db, contract->company_id, contract->from_day, contract->to_day, contract->id, &other,
			     why) != 0)
		return -1;
	if (!other)
		return 1;
	call_refuse_open(call, PROBLEM_OVERLAP, &w);
	json_put_integer(&w, "contract_id", other);
	json_close_object(&w);
	return 0;
}

static bool read_contract(struct call *call, struct contract_row *k)
{
	return body_members_need(call, "plan_id") && body_members_need(call, "is_member") &&
	       body_members_need(call, "from_day") &&
	       body_members_integer(call, "plan_id", 1, INT64_MAX, &k->plan_id) &&
	       body_members_bool(call, "is_member", &k->is_member) &&
	       body_members_day(call, "from_day", &k->from_day) && desk_body_day(call, "to_day", &k->to_day) &&
	       desk_body_optional(call, "insurance_no", NAME_MOST, &k->insurance_no) &&
	       desk_body_text(call, "note", 0, NOTE_MOST, &k->note) && check_days(call, k->from_day, k->to_day);
}

int contracts_add(struct call *call, struct err *why)
{
	struct contract_row contract = { .company_id = call->id, .made_by = call->person.user_id };
	struct pricing pricing;
	int64_t id;
	int go;

	if (check_company(call, why) != 0 || pricing_load(call, &pricing, why) != 0)
		return -1;
	if (!read_contract(call, &contract))
		return 0;
	go = check_plan(call, &contract, why);
	if (go == 1)
		go = check_overlap(call, &contract, why);
	if (go != 1)
		return go;
	if (contract_add(call->db, &contract, &id, why) != 0)
		return -1;
	return conclude_contract(call, &pricing, call->id, id, 201, "contract.add", why);
}

static int change_contract(struct call *call, const struct full_contract *now, struct err *why)
{
	struct contract_row changed = now->row;
	int go = desk_body_condition(call, changed.version, put_contract, now);

	if (go != 1)
		return go;
	if (!body_members_any(call, "to_day") || !desk_body_day(call, "to_day", &changed.to_day) ||
	    !desk_body_optional(call, "insurance_no", NAME_MOST, &changed.insurance_no) ||
	    !desk_body_text(call, "note", 0, NOTE_MOST, &changed.note) ||
	    !check_days(call, changed.from_day, changed.to_day))
		return 0;
	go = check_overlap(call, &changed, why);
	if (go != 1)
		return go;
	if (contract_update(call->db, &changed, why) != 0)
		return -1;
	return conclude_contract(call, now->pricing, changed.company_id, changed.id, 200, "contract.change", why);
}

int contracts_change(struct call *call, struct err *why)
{
	struct full_contract contract = { 0 };
	struct db_result *result;
	struct pricing pricing;
	int failed;

	if (pricing_load(call, &pricing, why) != 0 ||
	    find_contract(call, call->person.company_id, call->id, true, &result, &contract.row, why) != 0)
		return -1;
	failed = complete(call, &pricing, &contract, why) != 0 || change_contract(call, &contract, why) != 0 ? -1 : 0;
	db_result_free(result);
	return failed;
}
