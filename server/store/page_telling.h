/* Requests that make no page: a warning of a campaign tells a member's contacts, a drill asks persons. Part of the
 * engine. */
#ifndef SERVER_STORE_PAGE_TELLING_H
#define SERVER_STORE_PAGE_TELLING_H

#include "server/store/page_engine.h"
#include "server/store/page_subject.h"

int page_telling_warn(struct db *db, const struct page_engine *engine, const struct page_subject *s, struct err *why);
int page_telling_drill(struct db *db, const struct page_subject *s, struct err *why);

/* How long a contact that is not told at night waits, in milliseconds: until its hours begin. Severity 1 never does. */
int64_t page_telling_night_wait(const struct page_engine *engine, bool night, int64_t calendar_id, int64_t severity,
				time_us now);

#endif
