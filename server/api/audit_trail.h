/* Handler: the audit trail, and the way all handlers write into it. */
#ifndef SERVER_API_AUDIT_TRAIL_H
#define SERVER_API_AUDIT_TRAIL_H

#include "server/api/call.h"

int audit_trail_list(struct call *call, struct err *why);

/* Appends what the person of the call did; the last thing before a handler returns, as it waits for all others who
 * append. detail: a JSON object that was written into the buffer (which is released), or NULL: {}. */
int audit_trail_add(struct call *call, const char *action, int64_t company_id, const char *subject,
		    struct buffer *detail, struct err *why);

#endif
