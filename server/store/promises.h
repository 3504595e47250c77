/* The promised times of each severity with the calendars that they count in, read for one question. (Who asks all the
 * time keeps an oncall_book.) Everybody may read them, also people bound to one company. */
#ifndef SERVER_STORE_PROMISES_H
#define SERVER_STORE_PROMISES_H

#include "server/model/sla.h"
#include "server/store/db.h"
#include "server/store/incident_clock.h"

struct promises;

/* A calendar that does not parse is none: the promise then counts around the clock. */
int promises_read(struct db *db, struct promises **out, struct err *why);
void promises_release(struct promises *promises); /* NULL is allowed */

enum promise_kind { PROMISE_ACKNOWLEDGE, PROMISE_NOTIFY };
/* severity 1..5; seconds 0: nothing is promised. */
const struct sla_target *promises_target(const struct promises *promises, int64_t severity, enum promise_kind kind);
/* How one stands. An incident that was closed in time without it needs it no more: SLA_NONE. */
enum sla_state promises_state(const struct sla_target *target, enum promise_kind kind,
			      const struct incident_clock *clock, time_us now);

#endif
