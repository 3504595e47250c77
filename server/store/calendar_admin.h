/* Business-hours calendars and the days off by law, as people see and change them. Calendars are not taken away:
 * documents, contacts and promises name them by their number. All inside the caller's transaction, whose scope is the
 * whole staff's (scope.h: SCOPE_ALL); audit is the caller's. */
#ifndef SERVER_STORE_CALENDAR_ADMIN_H
#define SERVER_STORE_CALENDAR_ADMIN_H

#include "server/model/holiday_file.h"
#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct calendar_row {
	int64_t calendar_id;
	const char *name, *timezone;
	const char *rules; /* JSON: the document of server/model/calendar.h */
	int64_t version;
	time_us updated_at;
};
int calendar_list(struct db *db, struct db_result **out, struct err *why); /* by name */
/* At most one row. lock: nobody else changes it until the transaction ends. */
int calendar_get(struct db *db, int64_t calendar_id, bool lock, struct db_result **out, struct err *why);
void calendar_read(const struct db_result *result, int row, struct calendar_row *out);

struct calendar_document {
	const char *name;     /* 1..100 characters */
	const char *timezone; /* IANA */
	const char *rules;    /* JSON */
};
/* Whether it could be stored. ERR_USAGE says what is wrong, and where. The two below check by themselves. */
int calendar_check(const struct calendar_document *document, struct err *why);
/* ERR_USAGE as above; ERR_CONFLICT: the name is taken (the transaction is broken then). */
int calendar_create(struct db *db, const struct calendar_document *document, int64_t *calendar_id, struct err *why);
/* version: that the change is made to; the new one is one more. ERR_NOT_FOUND; ERR_CONFLICT: it has another version, or
 * the name is taken. */
int calendar_update(struct db *db, int64_t calendar_id, int64_t version, const struct calendar_document *document,
		    struct err *why);

/* day (YYYY-MM-DD), name_ja, name_en, in order of days; from, to: YYYY-MM-DD, both inclusive, NULL: no bound. */
int holiday_list(struct db *db, const char *from, const char *to, struct db_result **out, struct err *why);
/* The days of the years that the file covers become those of the file; other years stay. */
int holiday_replace(struct db *db, const struct holiday_file *file, struct err *why);

#endif
