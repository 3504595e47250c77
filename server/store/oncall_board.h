/* Figures of the on-call board: pages that wait, whether the engine is well, and what each person was sent. Inside a
 * transaction of the whole staff's scope (scope.h: SCOPE_ALL). Across companies. */
#ifndef SERVER_STORE_ONCALL_BOARD_H
#define SERVER_STORE_ONCALL_BOARD_H

#include "server/store/db.h"

enum { BOARD_ALIVE_S = 15, BOARD_QUARANTINE_DAYS = 7 };

struct board_figures {
	time_us now;        /* the database's */
	int64_t unacked[5]; /* by severity, critical first */
	int64_t acknowledged, nobody, exhausted, fenced;
	time_us oldest_unacked; /* TIME_NONE: none */
	int64_t pages_late_s;   /* how long the oldest page that is due waits for the engine; 0: none is due */
	int64_t requests_waiting, oldest_request_s;
	int64_t messages_waiting, oldest_due_s; /* due now */
	int64_t quarantined;                    /* lately */
	int64_t holiday_days;                   /* days that the table of holidays still covers; < 0: it ended */
};
int board_figures_read(struct db *db, struct board_figures *out, struct err *why);

/* Texts are borrowed from the result. */
struct board_engine {
	const char *name;
	time_us started_at, ticked_at;
	bool alive; /* it ticked within BOARD_ALIVE_S */
	time_us mail_ok_at;
	const char *mail_error;
	time_us pulsed_at;
	const char *pulse_error;
};
int board_engines(struct db *db, struct db_result **out, struct err *why);
void board_engine_read(const struct db_result *result, int row, struct board_engine *out);

/* schedule_id of those that a policy in use goes to. */
int board_schedules_used(struct db *db, struct db_result **out, struct err *why);

struct board_load {
	int64_t user_id;
	const char *name;
	int64_t pages, notices, night_notices, nights, acknowledged, declined, median_answer_s; /* the last < 0: none */
};
/* Of days from..to (YYYY-MM-DD, both in) of the zone: people with anything to tell, and all who can be paged; the most
 * notices first. */
int board_load(struct db *db, const char *from, const char *to, const char *timezone, struct db_result **out,
	       struct err *why);
void board_load_read(const struct db_result *result, int row, struct board_load *out);

/* user_id, display_name, role, channels (how many are enabled) of people who can be paged, by name. */
int board_people(struct db *db, struct db_result **out, struct err *why);

#endif
