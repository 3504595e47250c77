/* What the pages behind the links of notices and mails share (answer.h, report_link.h). */
#ifndef SERVER_API_LINK_PAGE_H
#define SERVER_API_LINK_PAGE_H

#include "server/api/call.h"

/* "Not found" for a token that is none, whatever is wrong with it; 429 for an address that brings many. */
void link_page_refuse(struct call *call);
/* In Japanese or English: as the notice is, until somebody chooses another one. */
bool link_page_japanese(const struct call *call, const char *language);
/* When to ask again: header Retry-After. */
void link_page_wait(struct call *call, int64_t seconds);

#endif
