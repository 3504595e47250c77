/* A sensor's session on a clock of our own, against clients that behave as the real ones do: go-lumber (Filebeat),
 * which counts from 1 in every window and keeps two under way; pylogbeat, which counts on and wants exactly its last
 * number; lumberjack-client (npm), which compresses everything and waits for nothing. Windows, compression and the cuts
 * of the stream are drawn at random; batches are sealed and committed at random. The client judges the acks. */
#include "server/collector/session.h"
#include "tests/unit/suite.h"

#include "lib/clock.h"

static const struct lumberjack_limits limits = {
	.window_events = 1000, .record_size = 4096, .compressed_size = 65536, .inflated_size = 1 << 20
};

/* Park and Miller's generator: a seed gives one run. */
static uint64_t seed;
static unsigned chance(unsigned n)
{
	seed = seed * 16807 % 2147483647;
	return (unsigned)(seed % n);
}

/* ------------------------------------------------------------------------------------------------------ a client */

enum { WINDOWS = 60, EVENTS_MOST = 40 };

struct window {
	uint32_t first, last; /* numbers; last before first: empty */
};

struct client {
	bool counts_on;    /* pylogbeat; else from 1 in every window */
	unsigned pipeline; /* windows under way at most */
	bool mixes;        /* J frames in between C frames; else a window is one or the other */
	bool compresses;   /* always, an empty window, too */
	struct window windows[WINDOWS];
	unsigned sent, acked;
	uint32_t number;
	struct buffer wire;     /* sent, and not read by the server yet */
	struct buffer received; /* acks not looked at yet */
	unsigned keep_alives;
	struct lumberjack_deflater *z;
};

static void send_window(struct client *c, unsigned events)
{
	struct window *w = &c->windows[c->sent++];
	struct buffer frames = { 0 };
	bool compressed = c->compresses || chance(2);

	if (!c->counts_on)
		c->number = 0;
	*w = (struct window){ .first = c->number + 1, .last = c->number + events };
	lumberjack_put_window(&c->wire, events);
	for (unsigned i = 0; i < events; i++) {
		uint8_t body[2000];
		size_t len = chance(10) ? chance(60) : chance(sizeof(body));

		memset(body, 'a' + (int)(c->number % 26), sizeof(body));
		lumberjack_put_json(compressed ? &frames : &c->wire, ++c->number, slice_of(body, len));
		if (c->mixes && chance(5) == 0) {
			if (frames.len)
				ck_assert_int_eq(lumberjack_put_compressed(c->z, &c->wire, buffer_slice(&frames), NULL),
						 0);
			buffer_clear(&frames);
			compressed = chance(2);
		}
	}
	if (frames.len || (c->compresses && events == 0))
		ck_assert_int_eq(lumberjack_put_compressed(c->z, &c->wire, buffer_slice(&frames), NULL), 0);
	buffer_release(&frames);
}

/* Nobody waits for the number of an empty window. */
static void skip_empty(struct client *c)
{
	while (c->acked < c->sent && c->windows[c->acked].last < c->windows[c->acked].first)
		c->acked++;
}

/* Every ack must be one that the client accepts: of its oldest window, a number in it, growing; or 0. */
static void judge_acks(struct client *c, uint32_t *so_far)
{
	uint32_t number;

	while (lumberjack_parse_ack(buffer_slice(&c->received), &number) == PARSE_OK) {
		struct window *w;

		skip_empty(c);
		w = &c->windows[c->acked];
		buffer_consume(&c->received, LUMBERJACK_ACK_SIZE);
		if (number == 0) {
			c->keep_alives++;
			continue;
		}
		ck_assert_uint_lt(c->acked, c->sent);
		ck_assert_uint_ge(number, w->first);
		ck_assert_uint_le(number, w->last);
		ck_assert_uint_gt(number, *so_far);
		*so_far = number;
		if (number != w->last)
			continue;
		c->acked++;
		if (!c->counts_on)
			*so_far = 0;
	}
}

/* --------------------------------------------------------------------------------------------------- the server */

struct server {
	struct session session;
	uint64_t batch;     /* that is being filled */
	uint64_t committed; /* up to here */
	uint32_t events;
	int64_t now;
};

static void take_events(struct server *s, struct client *c)
{
	struct lumberjack_item item;
	struct err why;
	enum session_got got;

	while ((got = session_next(&s->session, &item, &c->received, &why)) == SESSION_EVENT) {
		s->events++;
		ck_assert_int_eq(session_put(&s->session, s->batch, s->now, &why), 0);
		if (chance(7) == 0)
			s->batch++;
		if (chance(11) == 0)
			break; /* stops in the middle: out of budget */
	}
	ck_assert_int_ne(got, SESSION_BAD);
	ck_assert_int_eq(session_keep(&s->session, &why), 0);
}

static void read_some(struct server *s, struct client *c)
{
	/* The owner's buffer is used again at once: what is kept must be a copy. */
	uint8_t shared[3000];
	size_t n = chance(3) ? chance(sizeof(shared)) : chance(8);
	struct err why;

	n = n < c->wire.len ? n : c->wire.len;
	if (n)
		memcpy(shared, c->wire.data, n);
	buffer_consume(&c->wire, n);
	ck_assert_int_eq(session_offer(&s->session, slice_of(shared, n), &why), 0);
	take_events(s, c);
	memset(shared, 0xAA, sizeof(shared));
}

static void commit_some(struct server *s, struct client *c)
{
	if (s->committed >= s->batch)
		s->batch++; /* sealed because its time is over */
	s->committed += 1 + chance((unsigned)(s->batch - s->committed));
	if (s->committed >= s->batch)
		s->batch = s->committed + 1;
	session_committed(&s->session, s->committed, s->now, &c->received);
}

static void run(uint64_t with_seed, struct client client)
{
	struct server server = { .batch = 1 };
	struct client *c = &client;
	uint32_t so_far = 0, sent_events = 0;

	seed = with_seed;
	c->z = lumberjack_deflater_new(3);
	session_init(&server.session, &limits);
	/* The end of a compressed frame may come behind the ack of its last event. */
	for (int step = 0; (c->acked < WINDOWS || session_is_pending(&server.session)) && step < 200000; step++) {
		server.now += 10;
		if (c->sent < WINDOWS && c->sent - c->acked < c->pipeline) {
			/* The first and last are not empty: their acks begin and end the run. */
			unsigned events = c->sent % (WINDOWS - 1) && chance(12) == 0 ? 0 : 1 + chance(EVENTS_MOST);

			sent_events += events;
			send_window(c, events);
		}
		if (chance(2))
			read_some(&server, c);
		else if (server.session.count)
			commit_some(&server, c);
		session_keep_alive(&server.session, false, server.now, &c->received);
		judge_acks(c, &so_far);
		skip_empty(c);
	}
	ck_assert_uint_eq(c->acked, WINDOWS);
	ck_assert_uint_eq(server.events, sent_events);
	ck_assert(!session_is_pending(&server.session));
	ck_assert_uint_eq(session_memory(&server.session), 0);
	session_release(&server.session);
	lumberjack_deflater_free(c->z);
	buffer_release(&c->wire);
	buffer_release(&c->received);
}

START_TEST(filebeat_two_windows_under_way)
{
	for (uint64_t s = 1; s <= 60; s++)
		run(s * 7919, (struct client){ .pipeline = 2 });
}
END_TEST

START_TEST(pylogbeat_counts_on)
{
	for (uint64_t s = 1; s <= 60; s++)
		run(s * 104729, (struct client){ .pipeline = 1, .counts_on = true, .compresses = true });
}
END_TEST

START_TEST(lumberjack_client_waits_for_nothing)
{
	for (uint64_t s = 1; s <= 60; s++)
		run(s * 1299709, (struct client){ .pipeline = WINDOWS, .compresses = true });
}
END_TEST

START_TEST(anything_that_the_protocol_allows)
{
	for (uint64_t s = 1; s <= 60; s++)
		run(s * 15485863, (struct client){ .pipeline = 40, .mixes = true, .counts_on = s % 2 });
}
END_TEST

/* ---------------------------------------------------------------------------------------------------- single rules */

static void offer(struct session *s, const struct buffer *bytes)
{
	struct err why;

	ck_assert_int_eq(session_offer(s, buffer_slice(bytes), &why), 0);
}

static void put_events(struct buffer *out, uint32_t first, uint32_t last)
{
	lumberjack_put_window(out, last - first + 1);
	for (uint32_t n = first; n <= last; n++)
		lumberjack_put_json(out, n, SLICE_LITERAL("{}"));
}

static void ck_acks(struct buffer *acks, const char *want)
{
	struct buffer text = { 0 };
	uint32_t number;

	while (lumberjack_parse_ack(buffer_slice(acks), &number) == PARSE_OK) {
		buffer_printf(&text, text.len ? " %u" : "%u", number);
		buffer_consume(acks, LUMBERJACK_ACK_SIZE);
	}
	ck_assert_str_eq(buffer_string(&text), want);
	buffer_release(&text);
}

START_TEST(partial_acks_and_keep_alives)
{
	struct buffer in = { 0 }, acks = { 0 };
	struct lumberjack_item item;
	struct session s;
	struct err why;

	session_init(&s, &limits);
	put_events(&in, 1, 4);
	offer(&s, &in);
	for (uint64_t i = 0; i < 4; i++) {
		ck_assert_int_eq(session_next(&s, &item, &acks, &why), SESSION_EVENT);
		ck_assert_int_eq(session_put(&s, i < 3 ? 5 : 6, 1000, &why), 0);
	}
	ck_assert_int_eq(session_next(&s, &item, &acks, &why), SESSION_NEED);
	session_keep_alive(&s, false, 3999, &acks);
	ck_acks(&acks, "");
	session_keep_alive(&s, false, 4000, &acks);
	session_keep_alive(&s, false, 6999, &acks);
	ck_acks(&acks, "0");
	session_committed(&s, 4, 7000, &acks);
	ck_acks(&acks, "");
	session_committed(&s, 5, 7000, &acks);
	ck_acks(&acks, "3");
	session_keep_alive(&s, false, 9999, &acks);
	ck_acks(&acks, "");
	session_committed(&s, 6, 9999, &acks);
	ck_acks(&acks, "4");
	session_keep_alive(&s, false, 99999, &acks);
	ck_acks(&acks, "");
	/* Not read because of us, though nothing of it is known yet. */
	session_keep_alive(&s, true, 199999, &acks);
	ck_acks(&acks, "0");
	session_release(&s);
	buffer_release(&in);
	buffer_release(&acks);
}
END_TEST

START_TEST(many_small_windows_wait)
{
	struct buffer in = { 0 }, acks = { 0 };
	struct lumberjack_item item;
	struct session s;
	struct err why;
	unsigned events = 0;

	session_init(&s, &limits);
	for (int i = 0; i < 100; i++)
		put_events(&in, 1, 1);
	offer(&s, &in);
	while (session_next(&s, &item, &acks, &why) == SESSION_EVENT) {
		ck_assert_int_eq(session_put(&s, 1, 0, &why), 0);
		events++;
	}
	ck_assert_uint_eq(events, SESSION_SLICES_MOST);
	ck_assert_int_eq(session_next(&s, &item, &acks, &why), SESSION_HOLD);
	ck_assert_int_eq(session_keep(&s, &why), 0);
	session_committed(&s, 1, 0, &acks);
	ck_assert_uint_eq(acks.len, SESSION_SLICES_MOST * LUMBERJACK_ACK_SIZE);
	while (session_next(&s, &item, &acks, &why) == SESSION_EVENT) {
		ck_assert_int_eq(session_put(&s, 2, 0, &why), 0);
		events++;
	}
	ck_assert_uint_eq(events, 100);
	session_release(&s);
	buffer_release(&in);
	buffer_release(&acks);
}
END_TEST

/* What must end the connection, and how much memory it could take until then. */
START_TEST(broken_peers)
{
	static const struct {
		const char *name;
		size_t len;
		const char *bytes;
	} cases[] = {
		{ "version 1", 12,
		  "1W\0\0\0\1"
		  "1D\0\0\0\1" },
		{ "HTTP", 16, "GET / HTTP/1.1\r\n" },
		{ "event of 4 GiB", 16,
		  "2W\0\0\0\1"
		  "2J\0\0\0\1\377\377\377\377" },
		{ "window of 4 billion", 6, "2W\377\377\377\377" },
		{ "compressed 4 GiB", 12,
		  "2W\0\0\0\1"
		  "2C\377\377\377\377" },
		{ "event outside a window", 12, "2J\0\0\0\1\0\0\0\2{}" },
		{ "window in a window", 12,
		  "2W\0\0\0\2"
		  "2W\0\0\0\1" },
		{ "an ack", 6, "2A\0\0\0\1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buffer acks = { 0 };
		struct lumberjack_item item;
		struct session s;
		struct err why = { 0 };
		enum session_got got = SESSION_NEED;

		session_init(&s, &limits);
		/* One byte at a time, as slowly as one likes. */
		for (size_t at = 0; at < cases[i].len && got == SESSION_NEED; at++) {
			ck_assert_int_eq(session_offer(&s, slice_of(cases[i].bytes + at, 1), &why), 0);
			got = session_next(&s, &item, &acks, &why);
			if (got == SESSION_NEED)
				ck_assert_int_eq(session_keep(&s, &why), 0);
			ck_assert_uint_lt(session_memory(&s), 1024);
		}
		ck_assert_msg(got == SESSION_BAD, "%s", cases[i].name);
		ck_assert_msg(why.text[0] && acks.len == 0, "%s", cases[i].name);
		session_release(&s);
		buffer_release(&acks);
	}
}
END_TEST

/* A bomb gives its events one by one, and stops where it is told to. */
START_TEST(bomb_is_bounded)
{
	struct lumberjack_deflater *z = lumberjack_deflater_new(9);
	struct buffer frames = { 0 }, in = { 0 }, acks = { 0 };
	struct lumberjack_item item;
	struct session s;
	struct err why;
	unsigned events = 0;
	static uint8_t zeros[4000];

	for (uint32_t n = 1; n <= 1000; n++)
		lumberjack_put_json(&frames, n, slice_of(zeros, sizeof(zeros)));
	lumberjack_put_window(&in, 1000);
	ck_assert_int_eq(lumberjack_put_compressed(z, &in, buffer_slice(&frames), &why), 0);
	ck_assert_uint_lt(in.len, 20000);
	session_init(&s, &limits);
	offer(&s, &in);
	while (session_next(&s, &item, &acks, &why) == SESSION_EVENT) {
		ck_assert_int_eq(session_put(&s, 1, 0, &why), 0);
		ck_assert_uint_lt(session_memory(&s), lumberjack_decoder_most(&limits) + 4096);
		events++;
	}
	/* 4 MB is more than inflated_size. */
	ck_assert_uint_lt(events, 270);
	ck_assert_int_eq(why.code, ERR_LIMIT);
	session_release(&s);
	lumberjack_deflater_free(z);
	buffer_release(&frames);
	buffer_release(&in);
	buffer_release(&acks);
}
END_TEST

SUITE_MAIN("session", filebeat_two_windows_under_way, pylogbeat_counts_on, lumberjack_client_waits_for_nothing,
	   anything_that_the_protocol_allows, partial_acks_and_keep_alives, many_small_windows_wait, broken_peers,
	   bomb_is_bounded)
