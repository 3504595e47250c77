/* Whom targets of a policy would reach, by name: for looking ahead. (Whom they do reach is the engine's.) Inside a
 * transaction of the whole staff's scope (scope.h: SCOPE_ALL). */
#ifndef SERVER_STORE_PAGE_AUDIENCE_H
#define SERVER_STORE_PAGE_AUDIENCE_H

#include "server/store/db.h"

/* Texts are borrowed; zero-initialise. */
struct page_audience {
	struct db_result *people;   /* user_id, display_name, role: whoever could be told, also by name alone */
	struct db_result *channels; /* channel_id, name: shared ones */
	struct db_result *contacts; /* contact_id, name: of the company, in order, those with a mail address */
	struct db_result *tags;     /* of the company, one a row */
};
/* company_id 0: none; without contacts and tags. */
int page_audience_load(struct page_audience *out, struct db *db, int64_t company_id, struct err *why);
void page_audience_release(struct page_audience *audience);
/* The id's name in one of these lists; NULL: it is not there. */
const char *page_audience_name(const struct db_result *list, int64_t id);

#endif
