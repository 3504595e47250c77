/* Which events are under way to the server, window by window, and what an ack frees. Pure: no socket, no spool.
 *
 * Events are numbered 1, 2, ... in each window, as Beats clients do. Acks come in the order of the windows: one speaks
 * of the oldest window that is not yet acked to its end. 0 says only that the server is alive. */
#ifndef SENSOR_AGENT_SENDER_H
#define SENSOR_AGENT_SENDER_H

#include "sensor-agent/spool_ledger.h"

struct sender;

/* windows: how many may be under way, at most 16. NULL: no memory. */
struct sender *sender_new(unsigned windows);
void sender_free(struct sender *s); /* NULL is allowed */

bool sender_may_begin(const struct sender *s);
bool sender_is_idle(const struct sender *s); /* nothing waits for an ack */
/* A window: begin, add its events, end. sender_end() returns how many events there are; 0: the window is as if never
 * begun. */
void sender_begin(struct sender *s);
/* behind: the place in the spool behind this event; NULL: an event that is not from the spool (a heartbeat). */
int sender_add(struct sender *s, const struct spool_mark *behind, struct err *why);
uint32_t sender_end(struct sender *s);

struct sender_progress {
	uint64_t entries;         /* so many events of the spool are acked by this */
	struct spool_mark behind; /* when entries > 0: up to here */
};
/* ERR_PROTOCOL: the server acked what was not sent. */
int sender_ack(struct sender *s, uint32_t number, struct sender_progress *out, struct err *why);
/* The connection is gone: everything not acked will be read from the spool again. */
void sender_reset(struct sender *s);

#endif
