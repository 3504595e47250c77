/* Plans that are sold, contracts of companies, and how many of their visits were used. Days are texts YYYY-MM-DD for
 * people, and days since 1970-01-01 for server/model/contract.h. All inside the caller's transaction. */
#ifndef SERVER_STORE_CONTRACT_H
#define SERVER_STORE_CONTRACT_H

#include "server/model/contract.h"
#include "server/store/db.h"

enum { TAX_RATES_MAX = 64 };
struct tax_rates {
	struct tax_rate list[TAX_RATES_MAX];
	size_t count;
};
/* All there are, ascending. */
int contract_tax_rates(struct db *db, struct tax_rates *out, struct err *why);
/* Today in that zone. */
int contract_today(struct db *db, const char *timezone, int64_t *day, struct err *why);
/* The day of an instant in that zone. */
int contract_day_of(struct db *db, time_us at, const char *timezone, int64_t *day, struct err *why);
enum { CONTRACT_DAY_SIZE = 16 };
void contract_day_text(int64_t day, char out[CONTRACT_DAY_SIZE]);

/* ---------------------------------------------------------------------------------------------- plans */

struct plan_row {
	int64_t id; /* not read when one is added */
	const char *name;
	int64_t service_class, member_yen, other_yen, dispatches, insurance_yen, member_share_yen;
	const char *from_day, *to_day; /* to_day NULL: open */
	int64_t from, to;              /* the same in days; to INT64_MAX: open. Not read when one is written */
	int64_t version;
};
/* The latest first. */
int plan_list(struct db *db, struct db_result **out, struct err *why);
int plan_get(struct db *db, int64_t plan_id, bool lock, struct db_result **out, struct err *why);
void plan_read(const struct db_result *result, int row, struct plan_row *out);
int plan_add(struct db *db, const struct plan_row *plan, int64_t *plan_id, struct err *why);
/* Name and to_day alone. */
int plan_update(struct db *db, const struct plan_row *plan, struct err *why);

/* ---------------------------------------------------------------------------------------------- contracts */

struct contract_row {
	int64_t id, company_id, plan_id;
	const char *plan;
	bool is_member;
	const char *from_day, *to_day;
	int64_t from, to;
	const char *insurance_no, *note;
	int64_t made_by;
	const char *made_by_name;
	time_us made_at;
	int64_t version;
	/* Of the plan. */
	int64_t service_class, yen, dispatches, insurance_yen, member_share_yen;
};
/* The latest first. */
int contract_list(struct db *db, int64_t company_id, struct db_result **out, struct err *why);
/* company_id 0: whichever the transaction sees. */
int contract_get(struct db *db, int64_t company_id, int64_t contract_id, bool lock, struct db_result **out,
		 struct err *why);
/* That is valid on the day: at most one row. lock as above: visits are counted one order after the other. */
int contract_valid(struct db *db, int64_t company_id, int64_t day, bool lock, struct db_result **out, struct err *why);
void contract_read(const struct db_result *result, int row, struct contract_row *out);
/* Another one (not `except`) that is valid on a day of these; 0: none. to_day NULL: open. */
int contract_overlap(struct db *db, int64_t company_id, const char *from_day, const char *to_day, int64_t except,
		     int64_t *contract_id, struct err *why);
/* plan_id, is_member, from_day, to_day, insurance_no, note, made_by (0: nobody) are read. ERR_CONFLICT: one overlaps.
 */
int contract_add(struct db *db, const struct contract_row *contract, int64_t *contract_id, struct err *why);
/* to_day, insurance_no, note alone. */
int contract_update(struct db *db, const struct contract_row *contract, struct err *why);
/* Visits on days first to last that the contract included. */
int contract_visits(struct db *db, int64_t company_id, int64_t first, int64_t last, const char *timezone, int64_t *out,
		    struct err *why);

#endif
