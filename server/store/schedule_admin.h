/* On-call schedules and overrides as people see and change them (api, hinomictl). Who is on call is asked of the book
 * (oncall_book.h), which takes changes over at its next refresh. All inside the caller's transaction, whose scope is
 * the whole staff's (scope.h: SCOPE_ALL); audit is the caller's. */
#ifndef SERVER_STORE_SCHEDULE_ADMIN_H
#define SERVER_STORE_SCHEDULE_ADMIN_H

#include "server/store/db.h"

enum {
	ONCALL_DOCUMENT_MAX = 32 << 10, /* bytes of the document of a schedule, calendar, policy or of the routes */
	OVERRIDES_MAX = 500,            /* of one schedule that are not over */
	OVERRIDE_DAYS_MAX = 366
};

/* Texts are borrowed from the result. */
struct schedule_row {
	int64_t schedule_id;
	const char *name, *timezone;
	const char *rules; /* JSON: the document of server/model/schedule.h */
	int64_t version;
	time_us updated_at, archived_at; /* archived_at TIME_NONE: in use */
};
/* By name; archived: those too. */
int schedule_list(struct db *db, bool archived, struct db_result **out, struct err *why);
/* At most one row, also when it is archived. lock: nobody else changes it until the transaction ends. */
int schedule_get(struct db *db, int64_t schedule_id, bool lock, struct db_result **out, struct err *why);
void schedule_read(const struct db_result *result, int row, struct schedule_row *out);

struct schedule_document {
	const char *name;     /* 1..100 characters */
	const char *timezone; /* IANA */
	const char *rules;    /* JSON */
};
/* Whether it could be stored: parses, and the persons and calendars that it names exist; a person must be staff that
 * may answer pages. ERR_USAGE says what is wrong, and where. The two below check by themselves. */
int schedule_check(struct db *db, const struct schedule_document *document, struct err *why);
/* ERR_USAGE as above; ERR_CONFLICT: the name is taken (the transaction is broken then). */
int schedule_create(struct db *db, const struct schedule_document *document, int64_t *schedule_id, struct err *why);
/* version: that the change is made to; the new one is one more. ERR_NOT_FOUND: none, or archived; ERR_CONFLICT: it has
 * another version, or the name is taken: whoever holds the row (lock) and compared knows which. */
int schedule_update(struct db *db, int64_t schedule_id, int64_t version, const struct schedule_document *document,
		    struct err *why);
/* ERR_USAGE names the policy that still goes to it; the others as above. */
int schedule_archive(struct db *db, int64_t schedule_id, int64_t version, struct err *why);

struct override_row {
	int64_t override_id, schedule_id, user_id;
	const char *user_name;
	time_us from, to;
	const char *reason; /* NULL: none given */
	int64_t made_by;
	const char *made_by_name;
	time_us made_at, ended_at; /* ended_at TIME_NONE: not taken back; else it counts until then, if it had begun */
};
/* Those that touch from <= t < to, in the order in which they were made: a later one lies over an earlier one.
 * schedule_id 0: of all schedules. ended: those that were taken back too. */
int override_list(struct db *db, int64_t schedule_id, time_us from, time_us to, bool ended, struct db_result **out,
		  struct err *why);
/* At most one row. schedule_id 0: of whichever. */
int override_get(struct db *db, int64_t schedule_id, int64_t override_id, bool lock, struct db_result **out,
		 struct err *why);
void override_read(const struct db_result *result, int row, struct override_row *out);

struct override_new {
	int64_t schedule_id, user_id;
	time_us from, to;   /* not over yet */
	const char *reason; /* NULL: none */
	int64_t made_by;
};
/* ERR_NOT_FOUND: no such schedule in use; ERR_USAGE: the person cannot be on call, the times make no sense, or there
 * are too many. */
int override_create(struct db *db, const struct override_new *override, int64_t *override_id, struct err *why);
/* Takes it back: what was until now stays as it was. ERR_NOT_FOUND; ERR_CONFLICT: it was taken back, or is over. */
int override_end(struct db *db, int64_t schedule_id, int64_t override_id, struct err *why);

/* What time it is for all decisions: the database's. */
int oncall_time(struct db *db, time_us *now, struct err *why);
/* user_id, display_name of those that can be on call, by name: for pickers; and of given people, also those who left,
 * for showing who a document names. */
int oncall_candidates(struct db *db, struct db_result **out, struct err *why);
int oncall_names(struct db *db, const int64_t *user_ids, size_t count, struct db_result **out, struct err *why);

#endif
