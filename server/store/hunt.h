/* Retro-hunts: have any members met these indicators in the last months? Indicators of one source, by range of
 * change_no, are looked up among `observable` (docs/decisions/0012-observables.md), and what is found stands in
 * hunt_hit.
 *
 * A hunt looks back on purpose: contacts before valid_from and after valid_until count too, and both are shown.
 * Indicators that are revoked or held back when it runs are not looked for. */
#ifndef SERVER_STORE_HUNT_H
#define SERVER_STORE_HUNT_H

#include "server/model/indicator.h"
#include "server/store/db.h"

/* Within the caller's transaction; the correlator runs it (doorbell hinomi_work). */
int hunt_create(struct db *db, const char *actor, int64_t source_id, int64_t change_from, int64_t change_to,
		int64_t *hunt_id, struct err *why);
/* For one indicator; ERR_NOT_FOUND, ERR_CONFLICT: it is revoked or held back. */
int hunt_create_for(struct db *db, const char *actor, int64_t indicator_id, int64_t *hunt_id, struct err *why);

struct hunt_row {
	int64_t id, source_id;
	time_us created_at, finished_at;              /* finished_at TIME_NONE: not yet */
	const char *actor, *source, *state, *message; /* borrowed from the result; state "due", "done", "failed" */
	int64_t change_from, change_to, indicators, duration_ms;
	int64_t companies, hits; /* found so far, as far as the caller may see */
};
/* Newest first; before 0: from the newest. */
int hunt_list(struct db *db, int64_t before, int64_t limit, struct db_result **out, struct err *why);
/* No row: there is none. */
int hunt_get(struct db *db, int64_t hunt_id, struct db_result **out, struct err *why);
void hunt_read(const struct db_result *result, int row, struct hunt_row *out);

/* Members that a hunt found, the one in contact last first. */
struct hunt_company_row {
	int64_t company_id;
	const char *company;
	time_us first, last;
	int64_t contacts, indicators, observables;
};
int hunt_companies(struct db *db, int64_t hunt_id, struct db_result **out, struct err *why);
/* The same for one indicator, from what is kept now: who has met it. The one in contact last first. */
int hunt_members(struct db *db, const struct indicator_key *indicator, int64_t limit, struct db_result **out,
		 struct err *why);
void hunt_company_read(const struct db_result *result, int row, struct hunt_company_row *out);

/* What was met, last contact first; company_id 0: at all members; indicator_id 0: all. */
struct hunt_hit_row {
	int64_t company_id, indicator_id;
	const char *company, *indicator; /* indicator: its value */
	struct indicator_key observable;
	time_us first, last, valid_from, valid_until;
	int64_t contacts;
};
int hunt_hits(struct db *db, int64_t hunt_id, int64_t company_id, int64_t indicator_id, int64_t limit,
	      struct db_result **out, struct err *why);
/* False: the row's key is not one. */
bool hunt_hit_read(const struct db_result *result, int row, struct hunt_hit_row *out);

/* What the correlator does: takes up one hunt that is due and looks for its next HUNT_SLICE indicators, in a
 * transaction of its own. *worked: there was one (more may be left). Two at once do not hinder each other. A statement
 * that fails, or takes longer than HUNT_TIMEOUT_MS, makes the hunt "failed" and says why in it; -1 only when the
 * database is away or refuses even that. */
enum {
	HUNT_SLICE = 1000,
	HUNT_TIMEOUT_MS = 60 * 1000,
	HUNT_HITS_MAX = 20000 /* of one indicator; beyond: told in message */
};
int hunt_run_next(struct db *db, bool *worked, struct err *why);

#endif
