/* Long lists in pages, newest first: `limit` and `cursor` of the query, `next` and the Link header of the reply. */
#ifndef SERVER_API_PAGES_H
#define SERVER_API_PAGES_H

#include "server/api/call.h"

enum { PAGES_LIMIT_DEFAULT = 100, PAGES_LIMIT_MOST = 500 };

struct page {
	struct cursor cursor; /* list and filter are set; time and id when `continued` */
	bool continued;       /* the rows behind (time, id), not the first ones */
	int limit;            /* rows of the page; ask the store for one more to see whether there is a next page */
};

/* The filter is the path and all parameters but limit and cursor. False: refused, return 0. */
bool pages_read(struct call *call, enum cursor_list list, struct page *out);
/* Writes member `next`: a cursor behind the last row given, with a Link header; null when `more` is false. */
void pages_next(struct call *call, const struct page *page, bool more, time_us last_time, int64_t last_id,
		struct json_writer *w);

#endif
