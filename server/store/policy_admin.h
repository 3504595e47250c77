/* Escalation policies, routes and promised times as people see and change them. The engine takes changes over at the
 * next refresh of its book (oncall_book.h); a page that is under way keeps the policy it began with. All inside the
 * caller's transaction, whose scope is the whole staff's (scope.h: SCOPE_ALL); audit is the caller's. */
#ifndef SERVER_STORE_POLICY_ADMIN_H
#define SERVER_STORE_POLICY_ADMIN_H

#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct policy_row {
	int64_t policy_id;
	const char *name;
	const char *rules; /* JSON: the document of server/model/escalation_policy.h */
	int64_t version;
	time_us updated_at, archived_at; /* archived_at TIME_NONE: in use */
};
/* By name; archived: those too. */
int policy_list(struct db *db, bool archived, struct db_result **out, struct err *why);
/* At most one row, also when it is archived. lock: nobody else changes it until the transaction ends. */
int policy_get(struct db *db, int64_t policy_id, bool lock, struct db_result **out, struct err *why);
void policy_read(const struct db_result *result, int row, struct policy_row *out);

/* Whether it could be stored: parses, and the schedules, persons, channels and calendars it names exist and are in use.
 * ERR_USAGE says what is wrong, and where. The two below check by themselves. */
int policy_check(struct db *db, const char *name, const char *rules, struct err *why);
/* ERR_USAGE as above; ERR_CONFLICT: the name is taken (the transaction is broken then). */
int policy_create(struct db *db, const char *name, const char *rules, int64_t *policy_id, struct err *why);
/* version: that the change is made to; the new one is one more. ERR_NOT_FOUND: none, or archived; ERR_CONFLICT: it has
 * another version, or the name is taken: whoever holds the row (lock) and compared knows which. */
int policy_update(struct db *db, int64_t policy_id, int64_t version, const char *name, const char *rules,
		  struct err *why);
/* ERR_USAGE: the routes still go to it; the others as above. */
int policy_archive(struct db *db, int64_t policy_id, int64_t version, struct err *why);

/* The routes are one document, kept in all its versions. */
struct routes_row {
	int64_t version;
	const char *rules;   /* JSON: the document of server/model/escalation_route.h */
	int64_t saved_by;    /* 0: as shipped */
	const char *by_name; /* NULL: as shipped */
	time_us saved_at;
};
/* The version in force: one row. */
int routes_get(struct db *db, struct db_result **out, struct err *why);
void routes_read(const struct db_result *result, int row, struct routes_row *out);
/* Parses, and the policies and calendars it names exist and are in use. */
int routes_check(struct db *db, const char *rules, struct err *why);
/* Makes version + 1 of it. ERR_USAGE as above; ERR_CONFLICT: `version` is not the one in force any more (the
 * transaction may be broken then). */
int routes_put(struct db *db, int64_t version, const char *rules, int64_t user_id, struct err *why);

/* Promised times of one severity. */
struct promise_row {
	int64_t severity;        /* 1..5 */
	int64_t acknowledge_s;   /* 0: nothing is promised */
	int64_t notify_s;        /* the same */
	int64_t notify_calendar; /* its seconds count in this calendar's hours; 0: around the clock */
	int64_t warn_percent;    /* 1..99 */
	int64_t version;
};
enum { PROMISE_SECONDS_MAX = 366 * 86400 };
/* By severity; severities without a row have no promise. lock as above. The version of them all: the sum. */
int promise_list(struct db *db, bool lock, struct db_result **out, struct err *why);
void promise_read(const struct db_result *result, int row, struct promise_row *out);
/* Writes one (version is not read, and grows). ERR_USAGE: a number out of range, or no such calendar. */
int promise_put(struct db *db, const struct promise_row *promise, struct err *why);

#endif
