/* A ticket as the API gives it (docs/openapi.yaml schema Ticket). Pure. */
#ifndef SERVER_API_TICKET_VIEW_H
#define SERVER_API_TICKET_VIEW_H

#include "lib/json_write.h"
#include "server/store/ticket.h"

/* The members, into an object that is open. member: without what is not the member's to know. */
void ticket_view_put_members(struct json_writer *w, const struct ticket_row *ticket, bool member);
void ticket_view_put(struct json_writer *w, const char *key, const struct ticket_row *ticket, bool member);
/* The array `events`, from ticket_events(). */
void ticket_view_put_events(struct json_writer *w, const struct db_result *events);

#endif
