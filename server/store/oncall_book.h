/* Schedules, calendars, policies and routes as they are in the database, parsed and kept until they change: what the
 * engine, the API and hinomictl ask who is on call. Used from one thread. What it lends is valid until the next
 * refresh.
 *
 * People who cannot be on call any more (disabled, or of another role) count as nobody: who lies below them in a
 * schedule shows, and else there is a gap, which is told. Overrides of the last OVERRIDE_HISTORY_DAYS are known. */
#ifndef SERVER_STORE_ONCALL_BOOK_H
#define SERVER_STORE_ONCALL_BOOK_H

#include "server/model/escalation_policy.h"
#include "server/model/escalation_route.h"
#include "server/model/schedule.h"
#include "server/model/sla.h"
#include "server/store/db.h"

struct oncall_book;
enum { OVERRIDE_HISTORY_DAYS = 400 };

int oncall_book_open(struct oncall_book **out, struct err *why);
void oncall_book_close(struct oncall_book *book); /* NULL is allowed */
/* Reads what changed since the last call (versions, overrides, holidays, people): one cheap statement when nothing did.
 * A document that does not parse is kept as it was, logged, and shown by oncall_book_fault(). Inside or outside a
 * transaction; of the api in one of the whole staff's scope (scope.h: SCOPE_ALL), as others see none of it. On an error
 * the book stays as it was. */
int oncall_book_refresh(struct oncall_book *book, struct db *db, struct err *why);
const char *oncall_book_fault(const struct oncall_book *book); /* NULL: all is well */

const struct calendar *oncall_book_calendar(const struct oncall_book *book, int64_t calendar_id); /* NULL: none */
const struct schedule_calendars *oncall_book_calendars(const struct oncall_book *book);
const struct holidays *oncall_book_holidays(const struct oncall_book *book); /* the last one ends the table */
/* Whether the person may be on call: staff who may answer pages, not disabled. */
bool oncall_book_available(const struct oncall_book *book, int64_t user_id);

struct oncall_entry {
	int64_t schedule_id;
	const char *name, *timezone;
	const struct schedule *schedule;
};
size_t oncall_book_count(const struct oncall_book *book);
const struct oncall_entry *oncall_book_entry(const struct oncall_book *book, size_t i);                /* by name */
const struct oncall_entry *oncall_book_schedule(const struct oncall_book *book, int64_t schedule_id);  /* NULL: none */
const struct escalation_policy *oncall_book_policy(const struct oncall_book *book, int64_t policy_id); /* NULL: none */
const struct escalation_routes *oncall_book_routes(const struct oncall_book *book);
/* severity 1..5; acknowledge or notify. */
const struct sla_target *oncall_book_promise(const struct oncall_book *book, int severity, bool notify);

#endif
