#include "sensor-agent/sender.h"

#include <stdlib.h>

enum { WINDOWS_MOST = 16, FIRST_ROOM = 64 };

struct window {
	struct event {
		struct spool_mark behind;
		bool is_entry;
	} * events;
	uint32_t count, room, acked;
};

struct sender {
	struct window windows[WINDOWS_MOST]; /* a ring */
	unsigned most, first, count;         /* count: ended ones; the one being filled stands behind them */
};

struct sender *sender_new(unsigned windows)
{
	struct sender *s = calloc(1, sizeof(*s));

	if (s)
		s->most = windows < 1 ? 1 : windows < WINDOWS_MOST ? windows : WINDOWS_MOST;
	return s;
}

static void clear(struct window *w)
{
	free(w->events);
	*w = (struct window){ 0 };
}

void sender_reset(struct sender *s)
{
	for (unsigned i = 0; i < WINDOWS_MOST; i++)
		clear(&s->windows[i]);
	s->first = s->count = 0;
}

void sender_free(struct sender *s)
{
	if (!s)
		return;
	sender_reset(s);
	free(s);
}

bool sender_may_begin(const struct sender *s)
{
	return s->count < s->most;
}

bool sender_is_idle(const struct sender *s)
{
	return s->count == 0;
}

static struct window *filling(struct sender *s)
{
	return &s->windows[(s->first + s->count) % WINDOWS_MOST];
}

void sender_begin(struct sender *s)
{
	clear(filling(s));
}

int sender_add(struct sender *s, const struct spool_mark *behind, struct err *why)
{
	struct window *w = filling(s);

	if (w->count == w->room) {
		uint32_t room = w->room ? 2 * w->room : FIRST_ROOM;
		struct event *events = realloc(w->events, room * sizeof(*events));

		if (!events)
			return err_set(why, ERR_NOMEM, "no memory for a window");
		w->events = events;
		w->room = room;
	}
	w->events[w->count] = (struct event){ .is_entry = behind != NULL };
	if (behind)
		w->events[w->count].behind = *behind;
	w->count++;
	return 0;
}

uint32_t sender_end(struct sender *s)
{
	struct window *w = filling(s);
	uint32_t count = w->count;

	if (count)
		s->count++;
	else
		clear(w);
	return count;
}

int sender_ack(struct sender *s, uint32_t number, struct sender_progress *out, struct err *why)
{
	struct window *w = &s->windows[s->first];

	*out = (struct sender_progress){ 0 };
	if (number == 0)
		return 0;
	if (s->count == 0 || number > w->count)
		return err_set(why, ERR_PROTOCOL, "the server acked event %u of %u", number, s->count ? w->count : 0);
	while (w->acked < number) {
		const struct event *event = &w->events[w->acked++];

		if (!event->is_entry)
			continue;
		out->entries++;
		out->behind = event->behind;
	}
	if (w->acked == w->count) {
		clear(w);
		s->first = (s->first + 1) % WINDOWS_MOST;
		s->count--;
	}
	return 0;
}
