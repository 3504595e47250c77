/* The case of an incident: its five steps, what belongs to it, the evidence packs that were made. All inside the
 * caller's transaction. */
#ifndef SERVER_STORE_CASE_FILE_H
#define SERVER_STORE_CASE_FILE_H

#include "server/store/db.h"

enum { CASE_STEPS = 5, CASE_STEP_FIRST = 1, CASE_STEP_RECOVERY = 4, CASE_HASH_SIZE = 32 };

/* What was done in a step. Entries that nobody wrote are read off the clocks and the dispatch orders (by); they have no
 * id, text or user. Texts are borrowed from the result. */
struct case_step_row {
	int64_t id; /* 0: by itself */
	int64_t step;
	time_us at;
	bool done;
	const char *by; /* person, raised, told, confirmed, contained, arrived, reported, closed */
	const char *text;
	int64_t user_id;
	const char *user_name;
	time_us written_at;
};
/* By step, oldest first; at most 1000. */
int case_file_steps(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why);
void case_file_read_step(const struct db_result *result, int row, struct case_step_row *out);

struct case_step_new {
	int64_t company_id, incident_id, user_id; /* user_id 0: nobody */
	int64_t step;
	time_us at; /* TIME_NONE: now */
	bool done;
	const char *text;
};
/* Also sets the clocks that go with it: t4 beyond the first step, t8 when recovery is done. *written_at and *at as they
 * stand in the row. */
int case_file_add_step(struct db *db, const struct case_step_new *step, int64_t *id, time_us *at, time_us *written_at,
		       struct err *why);

/* ticket_id, subject, category, channel, state, opened_at; oldest first, at most 200. */
int case_file_tickets(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why);
/* order_id, kind, state, vendor's name (NULL: not for this person), requested_at; oldest first, at most 200. */
int case_file_orders(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why);
/* pack_id, user_id, display_name, made_at, sha256 (hex), files; newest first, at most 100. */
int case_file_packs(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why);
int case_file_add_pack(struct db *db, int64_t company_id, int64_t incident_id, int64_t user_id,
		       const uint8_t sha256[CASE_HASH_SIZE], int64_t files, int64_t *pack_id, struct err *why);

#endif
