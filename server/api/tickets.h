/* Handlers: tickets, read. Changing them: ticket_change.h. */
#ifndef SERVER_API_TICKETS_H
#define SERVER_API_TICKETS_H

#include "server/api/call.h"
#include "server/store/ticket.h"

int tickets_words(struct call *call, struct err *why);
int tickets_list(struct call *call, struct err *why);
int tickets_get(struct call *call, struct err *why);

/* Whether who asks is a member, who is shown less. */
bool tickets_for_member(const struct call *call);
/* Finds one that the person sees; the row's texts belong to *result. ERR_NOT_FOUND. */
int tickets_find(struct call *call, int64_t id, bool lock, struct db_result **result, struct ticket_row *out,
		 struct err *why);
/* A TicketPage as the reply. */
int tickets_reply(struct call *call, int64_t id, int status, struct err *why);
/* The array `tickets` (or under another key) of those that a filter finds, into an object that is open. */
int tickets_put(struct call *call, const char *key, const struct ticket_filter *filter, struct json_writer *w,
		struct err *why);
extern const char tickets_unclosed[]; /* as a filter's states */

#endif
