/* How each engine is (table engine), for the lamp, and what it needs besides pages: texts that the chamber
 * changed. Across companies. */
#ifndef SERVER_STORE_ENGINE_STATE_H
#define SERVER_STORE_ENGINE_STATE_H

#include "server/store/db.h"

/* Ages by the process's monotonic clock: the database makes times of them, so that no wall clock but its own counts.
 * -1: never. */
struct engine_pulse {
	const char *name; /* host and process */
	int64_t mail_ok_ms_ago, pulsed_ms_ago;
	const char *mail_error, *pulse_error; /* NULL: none */
};
/* Writes the engine's row, and forgets those that have not ticked for a day. One row is one process: it began when it
 * first wrote. */
int engine_state_write(struct db *db, const struct engine_pulse *pulse, struct err *why);
int engine_state_remove(struct db *db, const char *name, struct err *why);

/* Once per connection: doorbells. */
int engine_state_prepare(struct db *db, struct err *why);
/* The name of the operator, for the notices' signature. *out is the caller's: free(). */
int engine_state_operator(struct db *db, char **out, struct err *why);

/* Subject and body in force for a kind and language, or no row: as shipped. Columns: subject, body. */
int engine_state_text(struct db *db, const char *kind, const char *language, struct db_result **out, struct err *why);

#endif
