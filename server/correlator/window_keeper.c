#include "server/correlator/window_keeper.h"

#include "lib/log.h"
#include "server/store/correlation.h"
#include "server/store/rule_state.h"

#include <inttypes.h>

/* WINDOWS in one transaction; TURNS of them for a company before the next one, so that alerts never wait long. */
enum { WINDOWS = 1000, TURNS = 10 };

static int prune_once(struct db *db, int64_t company_id, time_us keep, int64_t *windows, struct err *why)
{
	bool got = false;
	int failed;

	*windows = 0;
	if (db_begin(db, why) != 0)
		return -1;
	failed = correlation_lock(db, company_id, &got, why);
	if (!failed && got)
		failed = rule_state_prune(db, company_id, keep, WINDOWS, windows, why);
	if (!failed)
		failed = db_commit(db, why);
	if (failed)
		db_rollback(db);
	return failed;
}

static int prune_company(struct db *db, int64_t company_id, time_us keep, struct err *why)
{
	int64_t windows, all = 0;

	for (int turn = 0; turn < TURNS; turn++) {
		if (prune_once(db, company_id, keep, &windows, why) != 0) {
			if (why->code == ERR_UNAVAILABLE)
				return -1;
			log_error("company %" PRId64 ": old hits are forgotten later: %s", company_id, why->text);
			return 0;
		}
		all += windows;
		if (windows < WINDOWS)
			break;
	}
	log_debug("company %" PRId64 ": old hits of %" PRId64 " windows", company_id, all);
	return 0;
}

int window_keeper_prune(struct db *db, time_us keep, struct err *why)
{
	struct db_result *companies;
	int failed = 0;

	if (rule_state_old_companies(db, keep, &companies, why) != 0)
		return -1;
	for (int row = 0; row < db_rows(companies) && !failed; row++)
		failed = prune_company(db, db_integer(companies, row, 0), keep, why);
	db_result_free(companies);
	return failed;
}
