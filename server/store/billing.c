#include "server/store/billing.h"

#include "server/store/contract.h"

static const char contracts_sql[] =
    "SELECT k.company_id, c.name, c.member_no, k.plan_id, p.name, p.service_class, k.is_member, k.from_day::text, "
    "k.to_day::text, CASE WHEN k.is_member THEN p.member_yen ELSE p.other_yen END, "
    "(least(k.to_day, m.last) - greatest(k.from_day, m.first) + 1)::bigint, "
    "(least(k.to_day, m.last) - DATE '1970-01-01')::bigint "
    "FROM (SELECT ($1::text || '-01')::date AS first, "
    "(($1::text || '-01')::date + interval '1 month' - interval '1 day')::date AS last) m "
    "JOIN contract k ON k.from_day <= m.last AND (k.to_day IS NULL OR k.to_day >= m.first) "
    "JOIN plan p ON p.plan_id = k.plan_id JOIN company c ON c.company_id = k.company_id "
    "ORDER BY k.company_id, k.from_day";

/* A copy in the pool. */
static const char *keep(struct pool *pool, const char *text, bool *failed)
{
	const char *copy = text ? pool_string(pool, slice_of_string(text)) : NULL;

	*failed |= text && !copy;
	return copy;
}

static struct billing_contract *read_contracts(const struct db_result *r, struct pool *pool)
{
	struct billing_contract *list = pool_take_array(pool, (size_t)db_rows(r) + 1, sizeof(*list));
	bool failed = !list;

	for (int i = 0; i < db_rows(r) && !failed; i++)
		list[i] = (struct billing_contract){
			.company_id = db_integer(r, i, 0),
			.company = keep(pool, db_text(r, i, 1), &failed),
			.member_no = keep(pool, db_text(r, i, 2), &failed),
			.plan_id = db_integer(r, i, 3),
			.plan = keep(pool, db_text(r, i, 4), &failed),
			.service_class = db_integer(r, i, 5),
			.is_member = db_bool(r, i, 6),
			.from_day = keep(pool, db_text(r, i, 7), &failed),
			.to_day = keep(pool, db_text(r, i, 8), &failed),
			.yen = db_integer(r, i, 9),
			.days = db_integer(r, i, 10),
			.last_day = db_integer(r, i, 11),
		};
	return failed ? NULL : list;
}

int billing_read(struct db *db, const char *month, struct pool *pool, struct billing_list *out, struct err *why)
{
	const char *name = pool_string(pool, slice_of_string(month));
	struct billing_contract *contracts;
	struct db_args args = { 0 };
	struct tax_rates rates;
	struct db_result *r;
	bool made;

	if (contract_tax_rates(db, &rates, why) != 0)
		return -1;
	db_arg_text(&args, month);
	if (db_run(db, contracts_sql, &args, &r, why) != 0)
		return -1;
	contracts = read_contracts(r, pool);
	made =
	    name && contracts && billing_make(name, contracts, (size_t)db_rows(r), rates.list, rates.count, pool, out);
	db_result_free(r);
	return made ? 0 : err_set(why, ERR_NOMEM, "no memory for the billing list");
}
