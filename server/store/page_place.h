/* Puts a subject on a page: whichever the routes and server/model/page_group.h say. Part of the engine. */
#ifndef SERVER_STORE_PAGE_PLACE_H
#define SERVER_STORE_PAGE_PLACE_H

#include "server/model/escalation_route.h"
#include "server/store/page_engine.h"
#include "server/store/page_subject.h"

/* What the routes say of the subject as it is now. choice->policy_id 0: nobody is paged. */
int page_place_route(struct db *db, const struct page_engine *engine, const struct page_subject *s,
		     struct route_choice *choice, struct err *why);
/* Routes the subject, and begins a page, or adds to one, or joins several into one. *page_id 0: nobody is paged. */
int page_place(struct db *db, const struct page_engine *engine, const struct page_subject *s, int64_t *page_id,
	       struct err *why);
/* Takes what falls due now, writes the page back, and carries the orders out. The page is held. */
int page_place_due(struct db *db, const struct page_engine *engine, struct page_held *page, int64_t user_id,
		   struct err *why);
/* Writes the page back and carries out what was ordered. */
int page_place_settle(struct db *db, const struct page_engine *engine, const struct page_held *page,
		      const struct page_orders *orders, int64_t user_id, struct err *why);

#endif
