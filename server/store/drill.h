/* Drills: tests of the way to each person. Who is to be reached stands in drill_person before anything is sent; the
 * escalator sends (page_request.h: kind drill), and whoever answers by the link is noted here. Inside the caller's
 * transaction (scope.h: SCOPE_ALL); audit is the caller's. */
#ifndef SERVER_STORE_DRILL_H
#define SERVER_STORE_DRILL_H

#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct drill_row {
	int64_t drill_id;
	time_us started_at;
	int64_t started_by; /* 0: by the calendar */
	const char *by_name;
	const char *month; /* YYYY-MM-DD; NULL: by hand */
	int64_t people, sent, answered;
};
/* Newest first, below `before` (INT64_MAX: all). */
int drill_list(struct db *db, int64_t before, int limit, struct db_result **out, struct err *why);
int drill_get(struct db *db, int64_t drill_id, struct db_result **out, struct err *why);
void drill_read(const struct db_result *result, int row, struct drill_row *out);

struct drill_result_row {
	int64_t user_id;
	const char *name;
	time_us answered_at, sent_at;
	bool waiting;             /* a message of it is on its way */
	const char *last_error;   /* NULL: none */
	const char *channel_kind; /* NULL: nothing was written yet */
};
/* By name. */
int drill_results(struct db *db, int64_t drill_id, struct db_result **out, struct err *why);
void drill_result_read(const struct db_result *result, int row, struct drill_result_row *out);

/* For these people, and asks the escalator to send. */
int drill_start(struct db *db, int64_t user_id, const int64_t *people, size_t count, int64_t *drill_id,
		struct err *why);
/* Everybody who can be paged: user_id. */
int drill_everybody(struct db *db, struct db_result **out, struct err *why);
/* *first: it had not been answered. ERR_NOT_FOUND: not one of this drill. */
int drill_answer(struct db *db, int64_t drill_id, int64_t user_id, bool *first, struct err *why);

#endif
