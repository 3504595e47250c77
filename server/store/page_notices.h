/* Writes the notices of an order, one for each receiver, bundled where somebody is told too often
 * (server/model/notice_throttle.h). Part of the engine. */
#ifndef SERVER_STORE_PAGE_NOTICES_H
#define SERVER_STORE_PAGE_NOTICES_H

#include "server/store/page_targets.h"

/* What is the same for all receivers. Texts are by language; NULL: none. */
struct page_notice {
	const char *kind;     /* of those to people; contacts of a member get kind member */
	const char *identity; /* without the receiver: "page 17 step 0.0.1" */
	bool throttled;
	int64_t expires_ms;
	int attempt_of;
	const char *step; /* "2/5" */
	const char *next_who[PAGE_LANGUAGES], *next_at[PAGE_LANGUAGES];
	const char *schedule;                                          /* kind nobody */
	const char *asked;                                             /* kind leads */
	int64_t loops;                                                 /* kind leads; 0: none */
	const char *who, *at[PAGE_LANGUAGES], *reason[PAGE_LANGUAGES]; /* answered, closed, expired */
};
/* *written: how many were new. */
int page_notices_write(struct db *db, const struct page_view *view, const struct page_notice *notice,
		       const struct page_receivers *receivers, int *written, struct err *why);

#endif
