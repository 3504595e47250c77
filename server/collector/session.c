#include "server/collector/session.h"

#include <stdlib.h>

void session_init(struct session *s, const struct lumberjack_limits *limits)
{
	*s = (struct session){ .limits = limits };
}

void session_release(struct session *s)
{
	lumberjack_decoder_free(s->decoder);
	buffer_release(&s->rest);
	free(s->slices);
	*s = (struct session){ .limits = s->limits };
}

bool session_in_window(const struct session *s)
{
	return s->decoder && lumberjack_in_window(s->decoder);
}

bool session_is_pending(const struct session *s)
{
	return s->count > 0 || session_in_window(s);
}

size_t session_memory(const struct session *s)
{
	return s->rest.room + (s->decoder ? lumberjack_decoder_memory(s->decoder) : 0) +
	       (s->slices ? SESSION_SLICES_MOST * sizeof(*s->slices) : 0);
}

static struct session_slice *slice_at(const struct session *s, unsigned index)
{
	return &s->slices[(s->first + index) % SESSION_SLICES_MOST];
}

uint64_t session_newest(const struct session *s)
{
	return s->count ? slice_at(s, s->count - 1U)->batch : 0;
}

/* ---------------------------------------------------------------------------------------------------------- bytes */

int session_offer(struct session *s, struct slice bytes, struct err *why)
{
	if (s->rest.len == 0) {
		s->offered = bytes;
		return 0;
	}
	buffer_put_slice(&s->rest, bytes);
	if (s->rest.failed)
		return err_set(why, ERR_NOMEM, "no memory for what a sensor sent");
	s->offered = buffer_slice(&s->rest);
	return 0;
}

int session_keep(struct session *s, struct err *why)
{
	if (s->offered.len == 0) {
		/* Nothing is half-read: nothing is held. */
		buffer_release(&s->rest);
	} else if (s->rest.len) {
		buffer_consume(&s->rest, s->rest.len - s->offered.len);
	} else {
		buffer_put_slice(&s->rest, s->offered);
	}
	s->offered = buffer_slice(&s->rest);
	if (s->offered.len == 0 && s->decoder && lumberjack_is_fresh(s->decoder)) {
		lumberjack_decoder_free(s->decoder);
		s->decoder = NULL;
		s->need = 0;
	}
	return s->rest.failed ? err_set(why, ERR_NOMEM, "no memory for what a sensor sent") : 0;
}

enum session_got session_next(struct session *s, struct lumberjack_item *event, struct buffer *acks, struct err *why)
{
	if (s->count >= SESSION_SLICES_MOST)
		return SESSION_HOLD;
	if (!s->decoder) {
		if (s->offered.len == 0)
			return SESSION_NEED;
		s->decoder = lumberjack_decoder_new(s->limits);
		if (!s->decoder) {
			err_set(why, ERR_NOMEM, "no memory to read a sensor");
			return SESSION_BAD;
		}
	}
	/* Also without any bytes: a compressed frame may have been read further than it was used. */
	while (s->offered.len >= s->need) {
		size_t used;
		enum lumberjack_got got = lumberjack_next(s->decoder, s->offered, &used, event, why);

		s->offered = slice_skip(s->offered, used);
		s->need = 0;
		switch (got) {
		case LUMBERJACK_RECORD:
			s->ends_window = event->is_last;
			s->sequence = event->number;
			return SESSION_EVENT;
		case LUMBERJACK_WINDOW:
			if (event->number == 0)
				lumberjack_put_ack(acks, 0);
			break;
		case LUMBERJACK_NEED:
			s->need = event->need;
			return SESSION_NEED;
		case LUMBERJACK_BAD:
			return SESSION_BAD;
		}
	}
	return SESSION_NEED;
}

/* ----------------------------------------------------------------------------------------------------------- acks */

int session_put(struct session *s, uint64_t batch, int64_t now_ms, struct err *why)
{
	struct session_slice *last = s->count ? slice_at(s, s->count - 1U) : NULL;

	if (!s->slices) {
		s->slices = calloc(SESSION_SLICES_MOST, sizeof(*s->slices));
		if (!s->slices)
			return err_set(why, ERR_NOMEM, "no memory for a sensor's acks");
	}
	if (s->count == 0)
		s->quiet_since = now_ms;
	if (!last || last->ends_window || last->batch != batch) {
		last = slice_at(s, s->count++);
		last->batch = batch;
	}
	last->sequence = s->sequence;
	last->ends_window = s->ends_window;
	return 0;
}

void session_committed(struct session *s, uint64_t batch, int64_t now_ms, struct buffer *acks)
{
	while (s->count && slice_at(s, 0)->batch <= batch) {
		lumberjack_put_ack(acks, slice_at(s, 0)->sequence);
		s->quiet_since = now_ms;
		s->first = (uint8_t)((s->first + 1) % SESSION_SLICES_MOST);
		s->count--;
	}
	if (s->count == 0) {
		free(s->slices);
		s->slices = NULL;
		s->first = 0;
	}
}

void session_keep_alive(struct session *s, bool waits, int64_t now_ms, struct buffer *acks)
{
	if (!waits && !session_is_pending(s)) {
		s->quiet_since = now_ms;
		return;
	}
	if (now_ms - s->quiet_since < SESSION_KEEP_ALIVE_MS)
		return;
	s->quiet_since = now_ms;
	lumberjack_put_ack(acks, 0);
}
