/* The escalator's side of pages. Each call is one transaction of its own for each request or page: what was decided,
 * the notices that it made and that the request is dealt with stand or fall together. Several engines may run: rows are
 * taken with SKIP LOCKED, and pages of one policy are begun by one engine at a time. All time is the database's. Across
 * companies: a page belongs to the operator's staff.
 *
 * What an engine cannot do (a document that does not parse, say) is counted at the row and tried again after 2, 8, 18
 * and 32 seconds; from the fifth time on the row is fenced off: the leads are told by a notice of kind lamp, the lamp
 * shows it, the others go on, and it is tried once an hour. The count is written before the row is worked on, so that a
 * row that kills the process is found as well. */
#ifndef SERVER_STORE_PAGE_ENGINE_H
#define SERVER_STORE_PAGE_ENGINE_H

#include "lib/config.h"
#include "server/model/escalation_route.h"
#include "server/model/page_machine.h"
#include "server/store/db.h"

struct oncall_book;

enum { PAGE_CRASHES_MAX = 5 };
/* Whether a row of page_request or page may be tried, by its columns crashes and tried_at. */
#define PAGE_MAY_BE_TRIED(row)                                                                          \
	"(" row ".crashes = 0 OR " row ".tried_at IS NULL OR " row ".tried_at < now() - CASE WHEN " row \
	".crashes < 5 "                                                                                 \
	"THEN " row ".crashes * " row ".crashes * interval '2 seconds' ELSE interval '1 hour' END)"

/* What decisions are made with. The book must have been refreshed (oncall_book.h). */
struct page_engine {
	struct oncall_book *book;
	const struct config_list *fallback; /* mail addresses when nobody is on call; NULL or empty: leads and admins */
	int64_t notice_life_ms;             /* a notice that asks is not sent after this */
};

/* Takes up to `most` requests, the gravest first, and makes pages of them as the routes say. *done: requests dealt
 * with, also those that nobody is paged for. */
int page_engine_requests(struct db *db, const struct page_engine *engine, int most, int *done, struct err *why);
/* Takes up to `most` pages that are due through page_machine_tick(), the gravest first. */
int page_engine_tick(struct db *db, const struct page_engine *engine, int most, int *done, struct err *why);
/* Carries out what page_machine_... ordered, for a page that the transaction holds and that page_engine_keep() has
 * written: used by the API too, when somebody answers, declines or escalates. user_id: who did it; 0: the system. */
int page_engine_orders(struct db *db, const struct page_engine *engine, int64_t page_id,
		       const struct page_orders *orders, int64_t user_id, struct err *why);
/* Promised times: warns of those that will break, notes those that broke. *done: how many. */
int page_engine_promises(struct db *db, const struct page_engine *engine, int *done, struct err *why);
/* What must not be forgotten: leads are told of rows that are fenced off, and pages whose subjects were settled without
 * a request for it (a sensor was revoked, say) get one. *done: how many. */
int page_engine_upkeep(struct db *db, const struct page_engine *engine, int *done, struct err *why);
/* Notices of the calendar: due requests to members, orders that no vendor accepts, clocks of the personal-information
 * law, gaps in schedules within seven days (a mail to the leads, once a gap), the monthly drill (first business day,
 * 10:00, calendar 1; when `drills`), the end of the table of holidays. */
int page_engine_reminders(struct db *db, const struct page_engine *engine, bool drills, int *done, struct err *why);

/* A page row for page_machine; lock: FOR UPDATE. ERR_NOT_FOUND. `policy` is the page's snapshot. */
struct page_held {
	int64_t page_id, version;
	struct page_machine machine;
	int64_t member_next; /* which of the member's contacts a member step tells next, from 1 */
	bool nobody;         /* a step found nobody on call */
	time_us now;         /* of the transaction: the database's clock */
	struct escalation_policy policy;
};
int page_engine_hold(struct db *db, int64_t page_id, bool lock, struct page_held *out, struct err *why);
/* Writes the machine's state back, moves the version, tells open screens (change feed, kind page). */
int page_engine_keep(struct db *db, const struct page_held *page, struct err *why);
/* Adds to the page's timeline. body JSON or NULL. */
int page_engine_event(struct db *db, int64_t page_id, const char *kind, int64_t user_id, const char *body,
		      struct err *why);
/* The calendar that the page's policy names, or NULL. */
const struct calendar *page_engine_hours(const struct page_engine *engine, const struct page_held *page);

#endif
