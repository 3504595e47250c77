/* An intake in memory, for tests of sources: what was committed survives intake_crash(), the rest does not. Include it
 * once per program; it takes the place of sensor-agent/intake.c. */
#ifndef TESTS_UNIT_FAKE_INTAKE_H
#define TESTS_UNIT_FAKE_INTAKE_H

#include "lib/buffer.h"
#include "sensor-agent/intake.h"
#include "tests/unit/suite.h"

struct fake_record {
	char *text; /* the bytes, terminated */
	size_t len;
	enum intake_source source;
	uint64_t original_length;
	char peer[64];
};

struct fake_position {
	char name[INTAKE_POSITION_NAME_MOST + 1];
	uint8_t state[INTAKE_POSITION_MOST];
	size_t len;
};

struct fake_half {
	struct fake_position positions[64];
	size_t position_count;
	uint64_t dropped;
};

struct intake {
	struct fake_record *records;
	size_t count, committed, room;
	struct fake_half now, durable;
	bool full;
	size_t capacity; /* above 0: full when so many records are there */
};

int intake_put(struct intake *in, const struct intake_record *r, struct err *why)
{
	struct fake_record *to;

	if (in->full || (in->capacity && in->count >= in->capacity))
		return err_set(why, ERR_FULL, "full");
	if (in->count == in->room) {
		in->room = in->room ? 2 * in->room : 64;
		in->records = realloc(in->records, in->room * sizeof(*in->records));
		ck_assert(in->records != NULL);
	}
	to = &in->records[in->count++];
	*to = (struct fake_record){ .text = malloc(r->bytes.len + 1),
				    .len = r->bytes.len,
				    .source = r->source,
				    .original_length = r->original_length };
	ck_assert(to->text != NULL);
	memcpy(to->text, r->bytes.ptr, r->bytes.len);
	to->text[r->bytes.len] = '\0';
	if (r->peer)
		snprintf(to->peer, sizeof(to->peer), "%s", r->peer);
	return 0;
}

void intake_dropped(struct intake *in, uint64_t count)
{
	in->now.dropped += count;
}

int intake_position(struct intake *in, const char *name, struct slice state, struct err *why)
{
	struct fake_half *h = &in->now;
	size_t i = 0;

	if (strlen(name) > INTAKE_POSITION_NAME_MOST || state.len > INTAKE_POSITION_MOST)
		return err_set(why, ERR_LIMIT, "too long");
	while (i < h->position_count && strcmp(h->positions[i].name, name) != 0)
		i++;
	if (state.len == 0) {
		if (i < h->position_count)
			h->positions[i] = h->positions[--h->position_count];
		return 0;
	}
	ck_assert(i < ARRAY_LEN(h->positions));
	h->position_count += i == h->position_count;
	snprintf(h->positions[i].name, sizeof(h->positions[i].name), "%s", name);
	memcpy(h->positions[i].state, state.ptr, state.len);
	h->positions[i].len = state.len;
	return 0;
}

bool intake_saved_position(const struct intake *in, const char *name, struct slice *state)
{
	for (size_t i = 0; i < in->now.position_count; i++)
		if (strcmp(in->now.positions[i].name, name) == 0) {
			*state = slice_of(in->now.positions[i].state, in->now.positions[i].len);
			return true;
		}
	return false;
}

const char *intake_position_name(const struct intake *in, size_t index)
{
	return index < in->now.position_count ? in->now.positions[index].name : NULL;
}

int intake_commit(struct intake *in, struct err *why)
{
	(void)why;
	in->durable = in->now;
	in->committed = in->count;
	return 0;
}

bool intake_has_room(const struct intake *in)
{
	return !in->full && (!in->capacity || in->count < in->capacity);
}

/* The agent dies here and starts again at its last commit. */
static inline void intake_crash(struct intake *in)
{
	in->now = in->durable;
	while (in->count > in->committed)
		free(in->records[--in->count].text);
}

static inline void intake_clear(struct intake *in)
{
	for (size_t i = 0; i < in->count; i++)
		free(in->records[i].text);
	free(in->records);
	*in = (struct intake){ 0 };
}

#endif
