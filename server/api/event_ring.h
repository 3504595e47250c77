/* The latest events of the live stream, in order, as every reader gets them. A reader keeps no queue of its own: it
 * keeps the number of the next event it wants, so that a slow one costs no memory; who falls out of the ring has
 * missed something and must load again.
 *
 * Each event is one version of one object. When a newer version is appended, the older one is marked as superseded by
 * it, so that a reader who takes several events at once can leave it out without looking things up.
 *
 * Bounded by the number of events, their bytes and their age. Pure: the time is an argument. The texts are counted
 * references without a lock: use ring and texts under one. */
#ifndef SERVER_API_EVENT_RING_H
#define SERVER_API_EVENT_RING_H

#include "lib/slice.h"

enum event_kind {
	EVENT_ALERT,
	EVENT_INCIDENT,
	EVENT_SENSOR,
	EVENT_TICKET,
	EVENT_ORDER,
	EVENT_PAGE, /* company 0: staff who see all companies */
	EVENT_REPORT,
	EVENT_FLOOD, /* more alerts of this company than are worth showing one by one: load again */
};

enum { EVENT_CURSOR_SIZE = 48, EVENT_SECRET_SIZE = 16 };

struct event_text {
	unsigned references;
	size_t len;
	uint8_t bytes[];
};
void event_text_release(struct event_text *text); /* NULL is allowed */

struct event {
	int64_t company_id;
	enum event_kind kind;
	bool staff_only;         /* not for who is bound to its company */
	int64_t id;              /* of the object */
	int64_t version;         /* of the object; grows */
	uint64_t superseded_by;  /* number of the next event of this object; 0: this is the latest */
	int64_t at_ms;           /* when it was appended */
	struct event_text *text; /* the frame; NULL: EVENT_FLOOD */
};

struct event_ring_limits {
	size_t events, bytes;
	int64_t keep_ms;
};

struct event_ring;
/* epoch: tells this ring's cursors from those of another run. secret: hides in them how many events there were. NULL:
 * no memory. */
struct event_ring *event_ring_new(const struct event_ring_limits *limits, uint32_t epoch,
				  const uint8_t secret[EVENT_SECRET_SIZE]);
void event_ring_free(struct event_ring *ring); /* NULL is allowed; texts still held elsewhere stay */

enum event_append {
	EVENT_NEW,   /* appended: the object was not in the ring */
	EVENT_NEWER, /* appended: a newer version of one that was */
	EVENT_STALE, /* the ring has this version or a newer one already */
	EVENT_NO_MEMORY,
};
/* Appends an event; `data` is its JSON in one line. Without memory everything is dropped (event_ring_drop()), so that
 * readers load again. */
enum event_append event_ring_append(struct event_ring *ring, const struct event *event, struct slice data,
				    int64_t now_ms);
/* Forgets all events; who has a cursor from before has missed something. */
void event_ring_drop(struct event_ring *ring);
/* Forgets those older than keep_ms. */
void event_ring_expire(struct event_ring *ring, int64_t now_ms);

/* Events first .. next - 1 are there; equal when there is none. Numbers start at 1. */
uint64_t event_ring_first(const struct event_ring *ring);
uint64_t event_ring_next(const struct event_ring *ring);
const struct event *event_ring_at(const struct event_ring *ring, uint64_t number);

/* "<epoch>-<n>": the reader has everything up to this number. n is the number in disguise: readers of one company must
 * not count the events of the others. */
void event_ring_cursor(const struct event_ring *ring, uint64_t number, char out[EVENT_CURSOR_SIZE]);
/* The number of the event that follows; false when there is no such cursor, or events behind it are gone. */
bool event_ring_resume(const struct event_ring *ring, struct slice cursor, uint64_t *next);

#endif
