/* One sensor's conversation, without its socket: bytes in, events out one by one, acks out when their batches are
 * committed. Pure but for memory.
 *
 * The owner offers bytes, then calls session_next() and tells with session_put() which batch each event went to.
 * Batches are named by growing numbers; those of one session are committed in that order. What was read and not yet
 * used is kept by session_keep(), so that the owner may stop between any two events.
 *
 * Acks (docs/wire.md): the sequence of the last event of a window, or of what was committed of it; windows in order;
 * `A 0` for an empty window, and every SESSION_KEEP_ALIVE_MS while something is due. An ack of version 1 is never
 * sent: whoever speaks it is refused by closing. */
#ifndef SERVER_COLLECTOR_SESSION_H
#define SERVER_COLLECTOR_SESSION_H

#include "lib/lumberjack.h"

enum {
	SESSION_KEEP_ALIVE_MS = 3000,
	/* Pieces of windows that wait for their commit. Whoever sends more, smaller windows than this waits. */
	SESSION_SLICES_MOST = 64,
};

/* Events that follow each other in one window and went to one batch. */
struct session_slice {
	uint64_t batch;
	uint32_t sequence; /* of its last event */
	bool ends_window;
};

struct session {
	const struct lumberjack_limits *limits;
	struct lumberjack_decoder *decoder; /* NULL between windows */
	struct buffer rest;                 /* bytes that wait for more, or for their turn */
	struct slice offered;               /* bytes not used yet: in rest, or the owner's */
	size_t need;                        /* fewer bytes than this are of no use */
	struct session_slice *slices;       /* a ring; NULL while nothing waits */
	uint8_t first, count;
	bool ends_window; /* the last event given out does */
	uint32_t sequence;
	int64_t quiet_since; /* ms; nothing was sent since */
};

void session_init(struct session *s, const struct lumberjack_limits *limits); /* borrowed */
void session_release(struct session *s);

/* Bytes that arrived. They are borrowed until session_keep(). ERR_NOMEM. */
int session_offer(struct session *s, struct slice bytes, struct err *why);

enum session_got {
	SESSION_EVENT,
	SESSION_NEED, /* everything offered was used, or waits for more */
	SESSION_HOLD, /* too much waits for its commit: go on after session_committed() */
	SESSION_BAD,  /* close */
};
/* The event's body is valid until the next call. Acks that are due at once (empty windows) go to `acks`. */
enum session_got session_next(struct session *s, struct lumberjack_item *event, struct buffer *acks, struct err *why);
/* The event just given went to this batch. ERR_NOMEM: it cannot be acked; close. */
int session_put(struct session *s, uint64_t batch, int64_t now_ms, struct err *why);
/* Stops for now: keeps what is left of the bytes offered. */
int session_keep(struct session *s, struct err *why);

/* Everything of this batch is durable. */
void session_committed(struct session *s, uint64_t batch, int64_t now_ms, struct buffer *acks);
/* Something is due: an ack, or the rest of a window. */
bool session_is_pending(const struct session *s);
/* `A 0` when something is due, or `waits` (the owner does not read), and it has been quiet for long enough. */
void session_keep_alive(struct session *s, bool waits, int64_t now_ms, struct buffer *acks);

/* In the middle of a window. */
bool session_in_window(const struct session *s);
/* Bytes on the heap. */
size_t session_memory(const struct session *s);
/* The batch that the newest event went to; 0: nothing waits. */
uint64_t session_newest(const struct session *s);

#endif
