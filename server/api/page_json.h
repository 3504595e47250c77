/* Pages and messages as the API gives them (docs/openapi.yaml schemas Page, PageSubject, Message). Pure. */
#ifndef SERVER_API_PAGE_JSON_H
#define SERVER_API_PAGE_JSON_H

#include "lib/json_write.h"
#include "server/store/message_query.h"
#include "server/store/page_query.h"

/* The members of Page, into an object that is open. */
void page_json_put_members(struct json_writer *w, const struct page_row *page);
void page_json_put(struct json_writer *w, const char *key, const struct page_row *page);
void page_json_put_subject(struct json_writer *w, const char *key, const struct page_subject_row *subject);
void page_json_put_message(struct json_writer *w, const char *key, const struct message_row *message);
/* {id, name}; null for 0. */
void page_json_put_named(struct json_writer *w, const char *key, int64_t id, const char *name);

#endif
