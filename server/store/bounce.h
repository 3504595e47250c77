/* Mail that came back. It was handed over, so the notice counted as sent; now it is known that nobody has read it.
 * Across companies: a notice belongs to its receiver. */
#ifndef SERVER_STORE_BOUNCE_H
#define SERVER_STORE_BOUNCE_H

#include "server/store/outbox.h"

struct bounce {
	uint8_t id[OUTBOX_ID_SIZE]; /* of the notice: from the address that it came back to, or its Message-ID */
	bool permanent;             /* there is no such receiver; else: not delivered in all the time it was tried */
	int code;                   /* SMTP status of the server that refused it; 0: not told */
	const char *text;           /* what it said */
};
enum bounce_outcome {
	BOUNCE_UNKNOWN, /* no such notice: it may be older than what is kept, or not ours */
	BOUNCE_TAKEN,
	BOUNCE_AGAIN, /* it came back before */
};
/* One transaction: the notice, a line in the delivery log, the page's and the incident's timelines; a channel whose
 * address does not exist is switched off, a member's contact is marked; then the person's next channel is tried, or,
 * when there is none, the page's next step is taken now. */
int bounce_take(struct db *db, const struct bounce *bounce, enum bounce_outcome *outcome, struct err *why);

#endif
