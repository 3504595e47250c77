/* The escalator's side of pages. Each call is one transaction of its own: what was decided, the notices that it made
 * and that the request is dealt with stand or fall together. Several engines may run: rows are taken with SKIP LOCKED.
 * All time is the database's. Across companies. */
#ifndef SERVER_STORE_PAGE_ENGINE_H
#define SERVER_STORE_PAGE_ENGINE_H

#include "server/model/escalation_route.h"
#include "server/model/page_machine.h"
#include "server/store/db.h"

struct oncall_book;

/* Takes up to `most` requests, the gravest first, and makes pages of them as the routes say. *done: requests dealt
 * with, also those that nobody is paged for. A request that fails is counted (crashes) and left; from the fifth on it
 * is fenced off and told about. */
int page_engine_requests(struct db *db, struct oncall_book *book, int most, int *done, struct err *why);
/* Takes up to `most` pages that are due through page_machine_tick(). */
int page_engine_tick(struct db *db, struct oncall_book *book, int most, int *done, struct err *why);
/* Carries out what page_machine_... ordered, for a page that the transaction holds: used by the API too, when somebody
 * answers, declines or escalates. */
int page_engine_orders(struct db *db, struct oncall_book *book, int64_t page_id, const struct page_orders *orders,
		       int64_t user_id, struct err *why);
/* Promised times: warns of those that will break, notes those that broke. *done: how many. */
int page_engine_promises(struct db *db, struct oncall_book *book, int *done, struct err *why);
/* Notices of the calendar: due requests to members, clocks of the personal-information law, gaps in schedules within
 * seven days (a mail to the leads, once a gap), the monthly drill (first business day, 10:00, calendar 1), the end of
 * the table of holidays. */
int page_engine_reminders(struct db *db, struct oncall_book *book, int *done, struct err *why);

/* A page row for page_machine; lock: FOR UPDATE. ERR_NOT_FOUND. `policy` is the page's snapshot. */
struct page_held {
	int64_t page_id, version;
	struct page_machine machine;
	struct escalation_policy policy;
};
int page_engine_hold(struct db *db, int64_t page_id, struct page_held *out, struct err *why);
/* Writes the machine's state back, moves the version, tells open screens (change feed, kind page). */
int page_engine_keep(struct db *db, const struct page_held *page, struct err *why);
/* Adds to the page's timeline. body JSON or NULL. */
int page_engine_event(struct db *db, int64_t page_id, const char *kind, int64_t user_id, const char *body,
		      struct err *why);

#endif
