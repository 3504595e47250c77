/* What a person does with a page: answers, declines, escalates, hands over. Each goes through the page's machine
 * (server/model/page_machine.h) under the lock of the page's row, so that of two who answer at once one is told that
 * the other was first. Answering takes the incidents on that the page is about: who is open becomes acknowledged, and
 * gets an owner. Inside the caller's transaction, whose scope is the whole staff's (scope.h: SCOPE_ALL); audit is the
 * caller's. Across companies. */
#ifndef SERVER_STORE_PAGE_ACT_H
#define SERVER_STORE_PAGE_ACT_H

#include "server/store/page_engine.h"

enum page_act_kind { PAGE_ACT_ACKNOWLEDGE, PAGE_ACT_CONFIRM, PAGE_ACT_DECLINE, PAGE_ACT_ESCALATE, PAGE_ACT_HAND_OVER };

struct page_act {
	enum page_act_kind kind;
	int64_t page_id;
	int64_t user_id; /* who does it; 0: somebody at an address that is nobody's own */
	int64_t to_user; /* PAGE_ACT_HAND_OVER */
	enum page_via via;
	int64_t version;    /* the page must have it; 0: whichever */
	const char *reason; /* NULL: none given */
};
enum page_act_verdict {
	PAGE_ACT_DONE,
	PAGE_ACT_STALE,        /* it has another version */
	PAGE_ACT_NOT_POSSIBLE, /* not in the state that it is in; or a decline of somebody who was not asked, or has
				* declined already */
};
/* ERR_NOT_FOUND: no such page. Nothing was changed unless it is done. */
int page_act(struct db *db, const struct page_engine *engine, const struct page_act *act,
	     enum page_act_verdict *verdict, struct err *why);

#endif
