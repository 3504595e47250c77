/* Checks that the administration of schedules, calendars, policies and routes has in common. ERR_USAGE says what is
 * wrong. */
#ifndef SERVER_STORE_ONCALL_CHECK_H
#define SERVER_STORE_ONCALL_CHECK_H

#include "server/store/oncall_book.h"

/* 1..100 characters on one line. */
int oncall_check_name(const char *name, struct err *why);
/* A document's length: the database writes it with more blanks, which must still be read. */
int oncall_check_length(const char *rules, struct err *why);
/* *out: owned by the caller. */
int oncall_check_zone(const char *timezone, struct zone **out, struct err *why);
int oncall_check_person(const struct oncall_book *book, int64_t user_id, struct err *why);
/* A book as things are now; the caller closes it. */
int oncall_check_open(struct oncall_book **out, struct db *db, struct err *why);

/* After an UPDATE of the row of this version, one that is in use: says whether there is none or it has another version.
 * exists: statement that gives a row when there is one, with $1 as the id. */
int oncall_check_changed(struct db *db, int64_t affected, int64_t id, const char *exists, const char *what,
			 struct err *why);

#endif
