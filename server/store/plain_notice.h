/* Notices that are of no page: the same words to several receivers, each in their language. Part of the engine. */
#ifndef SERVER_STORE_PLAIN_NOTICE_H
#define SERVER_STORE_PLAIN_NOTICE_H

#include "server/store/page_targets.h"

struct plain_notice {
	const char *kind;
	const char *identity; /* without the receiver */
	int priority;
	int64_t contact_company_id;          /* of receivers that are a member's contacts */
	struct buffer facts[PAGE_LANGUAGES]; /* JSON objects; released by the call */
};
int plain_notice_write(struct db *db, struct plain_notice *notice, const struct page_receivers *receivers,
		       struct err *why);
/* The same to all leads and admins. */
int plain_notice_leads(struct db *db, struct plain_notice *notice, struct err *why);

#endif
