/* What the pages behind the links of notices and mails share (answer.h, report_link.h). */
#ifndef SERVER_API_LINK_PAGE_H
#define SERVER_API_LINK_PAGE_H

#include "server/api/call.h"
#include "server/model/link_token.h"
#include "server/store/outbox.h"

/* What the token in the path names: the notice's id, and the token as we write it. 1; 0: it is none of ours; -1. */
int link_page_notice(struct call *call, enum link_purpose purpose, char notice[OUTBOX_ID_TEXT_SIZE],
		     char token[LINK_TOKEN_SIZE], struct err *why);
/* The token of another notice; "" when it is no notice's id. */
int link_page_token(struct call *call, enum link_purpose purpose, const char *notice, char token[LINK_TOKEN_SIZE],
		    struct err *why);

/* "Not found" for a token that is none, whatever is wrong with it; 429 for an address that brings many. */
void link_page_refuse(struct call *call);
/* In Japanese or English: as the notice is, until somebody chooses another one. */
bool link_page_japanese(const struct call *call, const char *language);
/* When to ask again: header Retry-After. */
void link_page_wait(struct call *call, int64_t seconds);

#endif
