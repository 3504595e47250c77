#include "server/api/event_ring.h"

#include "lib/buffer.h"
#include "lib/siphash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { DISGUISE_ROUNDS = 4 };

static const char *const names[] = {
	[EVENT_ALERT] = "alert.upsert",   [EVENT_INCIDENT] = "incident.upsert", [EVENT_SENSOR] = "sensor.upsert",
	[EVENT_TICKET] = "ticket.upsert", [EVENT_ORDER] = "order.upsert",       [EVENT_PAGE] = "page.upsert",
	[EVENT_REPORT] = "report.upsert",
};

/* first and next only grow; number n lives in slot n % capacity. The index finds the latest event of an object: open
 * addressing, at most half full, of event numbers (0: empty). */
struct event_ring {
	struct event_ring_limits limits;
	uint32_t epoch;
	uint8_t secret[EVENT_SECRET_SIZE];
	uint64_t first, next;
	size_t bytes;
	struct event *events;
	uint64_t *index;
	size_t index_mask;
};

void event_text_release(struct event_text *text)
{
	if (text && --text->references == 0)
		free(text);
}

struct event_ring *event_ring_new(const struct event_ring_limits *limits, uint32_t epoch,
				  const uint8_t secret[EVENT_SECRET_SIZE])
{
	struct event_ring *ring = calloc(1, sizeof(*ring));
	size_t slots = 16;

	if (!ring)
		return NULL;
	while (slots < 2 * limits->events)
		slots *= 2;
	ring->limits = *limits;
	ring->epoch = epoch;
	memcpy(ring->secret, secret, EVENT_SECRET_SIZE);
	ring->first = ring->next = 1;
	ring->index_mask = slots - 1;
	ring->events = calloc(limits->events, sizeof(*ring->events));
	ring->index = calloc(slots, sizeof(*ring->index));
	if (!ring->events || !ring->index) {
		event_ring_free(ring);
		return NULL;
	}
	return ring;
}

static struct event *at(const struct event_ring *ring, uint64_t number)
{
	return &ring->events[number % ring->limits.events];
}

static size_t home(const struct event_ring *ring, const struct event *e)
{
	uint64_t h = ((uint64_t)e->id * 4 + (uint64_t)e->kind) * 0x9e3779b97f4a7c15U;

	return (size_t)(h >> 32) & ring->index_mask;
}

/* Where the object stands in the index, or the empty slot where it belongs. */
static size_t find(const struct event_ring *ring, const struct event *e)
{
	size_t slot = home(ring, e);

	for (; ring->index[slot]; slot = (slot + 1) & ring->index_mask) {
		const struct event *other = at(ring, ring->index[slot]);

		if (other->id == e->id && other->kind == e->kind)
			break;
	}
	return slot;
}

/* Empties a slot and moves up whatever could not be found any more. */
static void unindex(struct event_ring *ring, size_t hole)
{
	size_t slot = hole;

	ring->index[hole] = 0;
	while (ring->index[slot = (slot + 1) & ring->index_mask]) {
		size_t wanted = home(ring, at(ring, ring->index[slot]));

		if (((slot - wanted) & ring->index_mask) < ((slot - hole) & ring->index_mask))
			continue;
		ring->index[hole] = ring->index[slot];
		ring->index[slot] = 0;
		hole = slot;
	}
}

static void drop_first(struct event_ring *ring)
{
	struct event *e = at(ring, ring->first);

	if (e->text) {
		size_t slot = find(ring, e);

		if (ring->index[slot] == ring->first)
			unindex(ring, slot);
		ring->bytes -= e->text->len;
		event_text_release(e->text);
		e->text = NULL;
	}
	ring->first++;
}

void event_ring_drop(struct event_ring *ring)
{
	while (ring->first < ring->next)
		drop_first(ring);
	/* One number that nobody ever gets: cursors from before lie below `first`. */
	ring->first = ++ring->next;
}

void event_ring_free(struct event_ring *ring)
{
	if (!ring)
		return;
	if (ring->events && ring->index)
		event_ring_drop(ring);
	free(ring->events);
	free(ring->index);
	free(ring);
}

void event_ring_expire(struct event_ring *ring, int64_t now_ms)
{
	while (ring->first < ring->next && now_ms - at(ring, ring->first)->at_ms >= ring->limits.keep_ms)
		drop_first(ring);
}

static struct event_text *make_text(const struct event_ring *ring, enum event_kind kind, struct slice data)
{
	char cursor[EVENT_CURSOR_SIZE], head[128];
	struct event_text *text;
	int n;

	event_ring_cursor(ring, ring->next, cursor);
	n = snprintf(head, sizeof(head), "id: %s\nevent: %s\ndata: ", cursor, names[kind]);
	text = malloc(sizeof(*text) + (size_t)n + data.len + 2);
	if (!text)
		return NULL;
	text->references = 1;
	text->len = (size_t)n + data.len + 2;
	memcpy(text->bytes, head, (size_t)n);
	memcpy(text->bytes + n, data.ptr, data.len);
	memcpy(text->bytes + (size_t)n + data.len, "\n\n", 2);
	return text;
}

/* Room for one more. */
static void make_room(struct event_ring *ring, size_t bytes)
{
	while (ring->first < ring->next &&
	       (ring->next - ring->first >= ring->limits.events || ring->bytes + bytes > ring->limits.bytes))
		drop_first(ring);
}

static void append(struct event_ring *ring, const struct event *event, struct event_text *text, int64_t now_ms)
{
	struct event *e = at(ring, ring->next);

	*e = *event;
	e->superseded_by = 0;
	e->at_ms = now_ms;
	e->text = text;
	ring->next++;
}

enum event_append event_ring_append(struct event_ring *ring, const struct event *event, struct slice data,
				    int64_t now_ms)
{
	struct event_text *text;
	enum event_append verdict;
	size_t slot;

	if (event->kind == EVENT_FLOOD) {
		make_room(ring, 0);
		append(ring, event, NULL, now_ms);
		return EVENT_NEW;
	}
	slot = find(ring, event);
	if (ring->index[slot] && at(ring, ring->index[slot])->version >= event->version)
		return EVENT_STALE;
	verdict = ring->index[slot] ? EVENT_NEWER : EVENT_NEW;
	text = make_text(ring, event->kind, data);
	if (!text) {
		event_ring_drop(ring);
		return EVENT_NO_MEMORY;
	}
	make_room(ring, text->len);
	slot = find(ring, event);
	if (ring->index[slot])
		at(ring, ring->index[slot])->superseded_by = ring->next;
	ring->index[slot] = ring->next;
	ring->bytes += text->len;
	append(ring, event, text, now_ms);
	return verdict;
}

uint64_t event_ring_first(const struct event_ring *ring)
{
	return ring->first;
}

uint64_t event_ring_next(const struct event_ring *ring)
{
	return ring->next;
}

const struct event *event_ring_at(const struct event_ring *ring, uint64_t number)
{
	return at(ring, number);
}

static uint32_t scramble(const struct event_ring *ring, unsigned round, uint32_t half)
{
	const uint8_t text[] = { (uint8_t)round, (uint8_t)(half >> 24), (uint8_t)(half >> 16), (uint8_t)(half >> 8),
				 (uint8_t)half };

	return (uint32_t)siphash24(ring->secret, slice_of(text, sizeof(text)));
}

/* A Feistel network of four rounds: a permutation that nobody without the secret tells from chance (Luby and Rackoff,
 * 1988). */
static uint64_t disguise(const struct event_ring *ring, uint64_t number)
{
	uint32_t left = (uint32_t)(number >> 32), right = (uint32_t)number;

	for (unsigned round = 0; round < DISGUISE_ROUNDS; round++) {
		uint32_t before = left;

		left = right;
		right = before ^ scramble(ring, round, right);
	}
	return (uint64_t)left << 32 | right;
}

static uint64_t undisguise(const struct event_ring *ring, uint64_t disguised)
{
	uint32_t left = (uint32_t)(disguised >> 32), right = (uint32_t)disguised;

	for (unsigned round = DISGUISE_ROUNDS; round-- > 0;) {
		uint32_t after = right;

		right = left;
		left = after ^ scramble(ring, round, right);
	}
	return (uint64_t)left << 32 | right;
}

void event_ring_cursor(const struct event_ring *ring, uint64_t number, char out[EVENT_CURSOR_SIZE])
{
	snprintf(out, EVENT_CURSOR_SIZE, "%08" PRIx32 "-%" PRIu64, ring->epoch, disguise(ring, number));
}

bool event_ring_resume(const struct event_ring *ring, struct slice cursor, uint64_t *next)
{
	char mine[EVENT_CURSOR_SIZE];
	size_t dash = slice_find(cursor, '-');
	uint64_t number;

	event_ring_cursor(ring, 0, mine);
	if (!slice_equal(slice_take(cursor, dash + 1), slice_take(slice_of_string(mine), dash + 1)) || dash != 8 ||
	    !slice_to_uint64(slice_skip(cursor, dash + 1), &number))
		return false;
	number = undisguise(ring, number);
	if (number >= ring->next || number + 1 < ring->first)
		return false;
	*next = number + 1;
	return true;
}
