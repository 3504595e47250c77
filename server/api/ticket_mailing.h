/* Mails of the desk: an answer to who asked, an order to a vendor. They go into the outbox of the escalator, in the
 * transaction of the call; that one sees all companies. */
#ifndef SERVER_API_TICKET_MAILING_H
#define SERVER_API_TICKET_MAILING_H

#include "server/api/call.h"
#include "server/store/dispatch.h"
#include "server/store/ticket.h"

/* event_id: the entry that holds the answer. The ticket has a mail address. */
int ticket_mailing_answer(struct call *call, const struct ticket_row *ticket, const char *text, int64_t event_id,
			  struct err *why);
/* change: what changed, in words; NULL: it is new. Nothing when the vendor has no address. */
int ticket_mailing_order(struct call *call, const struct dispatch_row *order, const char *change, struct err *why);

#endif
