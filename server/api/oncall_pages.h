/* Handlers: pages, the list and one; what people do with them is page_answers.h. */
#ifndef SERVER_API_ONCALL_PAGES_H
#define SERVER_API_ONCALL_PAGES_H

#include "server/api/call.h"
#include "server/store/page_query.h"

int oncall_pages_list(struct call *call, struct err *why);
int oncall_pages_get(struct call *call, struct err *why);

/* The page as it is now; the row's texts belong to *rows. ERR_NOT_FOUND. */
int oncall_pages_find(struct call *call, int64_t page_id, struct db_result **rows, struct page_row *out,
		      struct err *why);

#endif
