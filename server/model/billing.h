/* What companies pay for a month: one line for each that had a contract on a day of it, and totals by plan and by
 * membership of the chamber. Pure.
 *
 * A price is of the month, whole: the contract that was valid on the last contracted day of the month gives plan, class
 * and price, and the tax is that of this day. Parts of a yen are cut off (server/model/contract.h). */
#ifndef SERVER_MODEL_BILLING_H
#define SERVER_MODEL_BILLING_H

#include "lib/json_write.h"
#include "lib/pool.h"
#include "server/model/contract.h"
#include "server/model/csv_write.h"

/* A contract on days of the month. */
struct billing_contract {
	int64_t company_id, plan_id, service_class;
	const char *company, *member_no; /* member_no NULL: none */
	const char *plan;
	bool is_member;                /* by the contract */
	const char *from_day, *to_day; /* to_day NULL: open */
	int64_t yen;                   /* a month, without tax */
	int64_t days;                  /* in the month, */
	int64_t last_day;              /* and the last of them, since 1970-01-01 */
};
struct billing_line {
	struct billing_contract contract; /* that gives the price */
	int64_t days;                     /* in the month, of all contracts of the company */
	struct contract_price price;
	bool changed;  /* another plan or class earlier in the month */
	bool over_cap; /* beyond what the standard allows */
};
struct billing_total {
	int64_t plan_id;
	const char *plan;
	bool is_member;
	int64_t companies, yen, taxed; /* taxed -1: of some no tax is known */
};
struct billing_list {
	const char *month;
	struct billing_line *lines; /* by company_id */
	size_t count;
	struct billing_total *totals; /* by plan, members first */
	size_t total_count;
	struct billing_total all; /* plan NULL */
};

/* contracts: by company_id, then first day. Lists live in the pool, texts stay borrowed. False: no memory. */
bool billing_make(const char *month, const struct billing_contract *contracts, size_t count,
		  const struct tax_rate *rates, size_t rate_count, struct pool *pool, struct billing_list *out);

/* {"month", "lines": [...], "totals": [...], "companies", "yen", "yen_taxed"} */
void billing_write(const struct billing_list *list, struct json_writer *w);
/* The lines. */
void billing_csv(const struct billing_list *list, struct csv_writer *w);

#endif
