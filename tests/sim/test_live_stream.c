/* The live stream with a clock of its own: ring, readers and the feed's memory of gaps, alone and together. What must
 * come out is derived from what was put in, never from the code. */
#include "tests/unit/suite.h"

#include "lib/buffer.h"
#include "server/api/feed_batch.h"
#include "server/api/gaps.h"
#include "server/api/stream_client.h"

#include <inttypes.h>
#include <stdio.h>

static const struct stream_scope everything = { .alerts = true, .incidents = true, .sensors = true };

struct stage {
	struct event_ring *ring;
	struct live_counts counts;
	int64_t now;
};

static struct stage stage_new(size_t events, size_t bytes)
{
	const struct event_ring_limits limits = { events, bytes, 600000 };

	return (struct stage){ .ring = event_ring_new(&limits, 0x7f3a, (const uint8_t *)"a secret of ours"),
			       .now = 1000000 };
}

static void stage_free(struct stage *s)
{
	event_ring_free(s->ring);
	live_counts_release(&s->counts);
}

static struct stream_moment moment(const struct stage *s)
{
	return (struct stream_moment){ s->ring, &s->counts, s->now, 0 };
}

static enum event_append put(struct stage *s, enum event_kind kind, int64_t company, int64_t id, int64_t version)
{
	const struct event event = { .company_id = company, .kind = kind, .id = id, .version = version };
	char data[96];

	snprintf(data, sizeof(data), "{\"o\":%" PRId64 ",\"v\":%" PRId64 "}", id, version);
	return event_ring_append(s->ring, &event, slice_of_string(data), s->now);
}

/* All that the reader gets now, taken in pieces of `piece` bytes; terminated. */
static const char *read_all(struct stage *s, struct stream_client *client, size_t piece, struct buffer *out)
{
	struct stream_moment m = moment(s);
	char room[4096];
	long n;

	buffer_clear(out);
	while ((n = stream_client_read(client, &m, room, piece)) > 0)
		buffer_put(out, room, (size_t)n);
	return buffer_string(out);
}

static size_t count_of(const char *text, const char *needle)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, needle)) != NULL; at += strlen(needle))
		n++;
	return n;
}

static struct stream_client reader(struct stage *s, const struct stream_scope *scope, const char *cursor)
{
	struct stream_moment m = moment(s);
	struct stream_client client;

	stream_client_init(&client, scope, slice_of_string(cursor), STREAM_HEARTBEAT_MS - 1, &m);
	return client;
}

/* ------------------------------------------------------------------------------------------------------------- ring */

static bool resumes(const struct stage *s, uint64_t number, uint64_t *next)
{
	char cursor[EVENT_CURSOR_SIZE];

	event_ring_cursor(s->ring, number, cursor);
	return event_ring_resume(s->ring, slice_of_string(cursor), next);
}

/* Who reads of one company must not learn how much happened at the others. */
START_TEST(ring_cursors_tell_no_numbers)
{
	struct stage s = stage_new(4, 100000);
	char cursor[EVENT_CURSOR_SIZE];
	uint64_t before = 0, value = 0;
	int up = 0;

	for (uint64_t i = 1; i <= 1000; i++) {
		event_ring_cursor(s.ring, i, cursor);
		ck_assert(slice_to_uint64(slice_of_string(cursor + 9), &value));
		ck_assert_uint_gt(value, 1000000);
		ck_assert_uint_ne(value, before);
		up += value > before;
		before = value;
	}
	ck_assert_int_gt(up, 400);
	ck_assert_int_lt(up, 600);
	stage_free(&s);
}
END_TEST

START_TEST(ring_keeps_the_latest)
{
	struct stage s = stage_new(4, 100000);
	uint64_t next = 0;

	for (int64_t i = 1; i <= 6; i++)
		ck_assert_int_eq(put(&s, EVENT_ALERT, 1, i, 1), EVENT_NEW);
	ck_assert_uint_eq(event_ring_first(s.ring), 3);
	ck_assert_uint_eq(event_ring_next(s.ring), 7);
	ck_assert_int_eq(put(&s, EVENT_ALERT, 1, 6, 1), EVENT_STALE);
	ck_assert_int_eq(put(&s, EVENT_ALERT, 1, 6, 2), EVENT_NEWER);
	ck_assert_uint_eq(event_ring_at(s.ring, 6)->superseded_by, 7);
	ck_assert_int_eq(put(&s, EVENT_INCIDENT, 1, 6, 1), EVENT_NEW);
	/* Object 1 fell out long ago, so the ring knows nothing about it. */
	ck_assert_int_eq(put(&s, EVENT_ALERT, 1, 1, 1), EVENT_NEW);
	ck_assert(resumes(&s, 5, &next));
	ck_assert_uint_eq(next, 6);
	ck_assert(resumes(&s, 9, &next));
	ck_assert_uint_eq(next, 10);
	stage_free(&s);
}
END_TEST

START_TEST(ring_refuses_cursors)
{
	static const char *const bad[] = { "", "-", "00007f3a", "00007f3a-", "00007f3a-9" };
	/* With what stands for event 9, which is a good one behind the right epoch. */
	static const char *const bad_heads[] = { "00007f3b-", "7f3a-", "00007f3a--", "-", "00007F3A-", "00007f3a" };
	struct stage s = stage_new(4, 100000);
	char good[EVENT_CURSOR_SIZE], cursor[2 * EVENT_CURSOR_SIZE];
	uint64_t next;

	for (int64_t i = 1; i <= 9; i++)
		put(&s, EVENT_ALERT, 1, i, 1);
	event_ring_cursor(s.ring, 9, good);
	ck_assert(event_ring_resume(s.ring, slice_of_string(good), &next));
	ck_assert(!resumes(&s, 1, &next));
	ck_assert(!resumes(&s, 10, &next));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!event_ring_resume(s.ring, slice_of_string(bad[i]), &next), "took %s", bad[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad_heads); i++) {
		snprintf(cursor, sizeof(cursor), "%s%s", bad_heads[i], good + 9);
		ck_assert_msg(!event_ring_resume(s.ring, slice_of_string(cursor), &next), "took %s", cursor);
	}
	snprintf(cursor, sizeof(cursor), "%sx", good);
	ck_assert(!event_ring_resume(s.ring, slice_of_string(cursor), &next));
	stage_free(&s);
}
END_TEST

START_TEST(ring_is_bounded_by_bytes_and_age)
{
	struct stage s = stage_new(1000, 400);
	uint64_t next;
	char cursor[EVENT_CURSOR_SIZE];

	for (int64_t i = 1; i <= 50; i++)
		put(&s, EVENT_ALERT, 1, i, 1);
	/* A frame has at least 60 bytes. */
	ck_assert_uint_le(event_ring_next(s.ring) - event_ring_first(s.ring), 6);
	ck_assert_uint_ge(event_ring_next(s.ring) - event_ring_first(s.ring), 2);
	event_ring_cursor(s.ring, 50, cursor);
	event_ring_expire(s.ring, s.now + 599999);
	ck_assert_uint_lt(event_ring_first(s.ring), 51);
	event_ring_expire(s.ring, s.now + 600000);
	ck_assert_uint_eq(event_ring_first(s.ring), 51);
	/* Who has everything may still go on, until all is dropped. */
	ck_assert(event_ring_resume(s.ring, slice_of_string(cursor), &next));
	event_ring_drop(s.ring);
	ck_assert(!event_ring_resume(s.ring, slice_of_string(cursor), &next));
	stage_free(&s);
}
END_TEST

/* The index against a plain search, over objects that come, change and fall out. */
START_TEST(ring_index_is_right)
{
	struct stage s = stage_new(64, 1000000);
	int64_t versions[200] = { 0 };
	uint64_t where[200] = { 0 };
	uint32_t dice = 1;

	for (int round = 0; round < 20000; round++) {
		size_t id;

		dice = dice * 1664525 + 1013904223;
		id = (dice >> 16) % 200;
		where[id] = where[id] >= event_ring_first(s.ring) ? where[id] : 0;
		ck_assert_int_eq(put(&s, EVENT_SENSOR, 1, (int64_t)id, ++versions[id]),
				 where[id] ? EVENT_NEWER : EVENT_NEW);
		if (where[id] >= event_ring_first(s.ring))
			ck_assert_uint_eq(event_ring_at(s.ring, where[id])->superseded_by, event_ring_next(s.ring) - 1);
		where[id] = event_ring_next(s.ring) - 1;
	}
	stage_free(&s);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------- readers */

START_TEST(windows_coalesce)
{
	struct stage s = stage_new(100, 100000);
	struct stream_client c = reader(&s, &everything, NULL);
	struct buffer out = { 0 };
	const char *text = read_all(&s, &c, 4096, &out);
	char second[EVENT_CURSOR_SIZE], third[EVENT_CURSOR_SIZE], wanted[512];

	event_ring_cursor(s.ring, 2, second);
	event_ring_cursor(s.ring, 3, third);
	ck_assert_ptr_eq(strstr(text, "retry: 2000\n:hb\n\n"), text);
	ck_assert_uint_eq(count_of(text, "event: counts"), 1);
	s.now += 500;
	put(&s, EVENT_INCIDENT, 1, 7, 1);
	put(&s, EVENT_INCIDENT, 1, 8, 1);
	put(&s, EVENT_INCIDENT, 1, 7, 2);
	/* After a quiet time at once; of object 7 the last version alone, where it stands in the order. */
	text = read_all(&s, &c, 4096, &out);
	snprintf(wanted, sizeof(wanted),
		 "id: %s\nevent: incident.upsert\ndata: {\"o\":8,\"v\":1}\n\n"
		 "id: %s\nevent: incident.upsert\ndata: {\"o\":7,\"v\":2}\n\n",
		 second, third);
	ck_assert_str_eq(text, wanted);
	s.now += 50;
	put(&s, EVENT_INCIDENT, 1, 7, 3);
	ck_assert_str_eq(read_all(&s, &c, 4096, &out), "");
	ck_assert_int_eq(stream_client_due(&c, &(struct stream_moment){ s.ring, &s.counts, s.now, 0 }), s.now + 50);
	s.now += 49;
	put(&s, EVENT_INCIDENT, 1, 7, 4);
	ck_assert_str_eq(read_all(&s, &c, 4096, &out), "");
	s.now += 1;
	text = read_all(&s, &c, 4096, &out);
	ck_assert_uint_eq(count_of(text, "event: "), 1);
	ck_assert_ptr_nonnull(strstr(text, "{\"o\":7,\"v\":4}"));
	stream_client_release(&c);
	buffer_release(&out);
	stage_free(&s);
}
END_TEST

START_TEST(scopes_and_topics)
{
	static const struct stream_scope member = { .company_id = 2,
						    .alerts = true,
						    .incidents = true,
						    .sensors = true },
					 topics = { .incidents = true },
					 desk = { .company_id = 2, .tickets = true, .orders = true };
	struct stage s = stage_new(100, 100000);
	struct stream_client a = reader(&s, &member, NULL), b = reader(&s, &topics, NULL), c = reader(&s, &desk, NULL);
	struct stream_moment m = moment(&s);
	struct buffer out = { 0 };
	const char *text;

	read_all(&s, &a, 4096, &out);
	read_all(&s, &b, 4096, &out);
	read_all(&s, &c, 4096, &out);
	s.now += 1000;
	put(&s, EVENT_ALERT, 1, 1, 1);
	m = moment(&s);
	/* What is nobody's business wakes nobody before the heartbeat. */
	ck_assert_int_gt(stream_client_due(&a, &m), s.now + 1000);
	ck_assert_int_gt(stream_client_due(&b, &m), s.now + 1000);
	put(&s, EVENT_ALERT, 2, 2, 1);
	put(&s, EVENT_INCIDENT, 1, 3, 1);
	put(&s, EVENT_SENSOR, 2, 4, 1);
	put(&s, EVENT_TICKET, 2, 5, 1);
	put(&s, EVENT_TICKET, 0, 6, 1); /* of no company yet: staff's */
	put(&s, EVENT_ORDER, 2, 7, 1);
	put(&s, EVENT_ORDER, 1, 8, 1);
	text = read_all(&s, &a, 4096, &out);
	ck_assert_uint_eq(count_of(text, "event: "), 2);
	ck_assert_ptr_nonnull(strstr(text, "\"o\":2,"));
	ck_assert_ptr_nonnull(strstr(text, "\"o\":4,"));
	text = read_all(&s, &b, 4096, &out);
	ck_assert_uint_eq(count_of(text, "event: "), 1);
	ck_assert_ptr_nonnull(strstr(text, "\"o\":3,"));
	text = read_all(&s, &c, 4096, &out);
	ck_assert_uint_eq(count_of(text, "event: "), 2);
	ck_assert_uint_eq(count_of(text, "event: ticket.upsert"), 1);
	ck_assert_ptr_nonnull(strstr(text, "\"o\":5,"));
	ck_assert_ptr_nonnull(strstr(text, "\"o\":7,"));
	stream_client_release(&a);
	stream_client_release(&b);
	stream_client_release(&c);
	buffer_release(&out);
	stage_free(&s);
}
END_TEST

START_TEST(pieces_make_no_difference)
{
	struct stage s = stage_new(100, 100000);
	struct stream_client a = reader(&s, &everything, NULL), b = reader(&s, &everything, NULL);
	struct buffer one = { 0 }, other = { 0 };

	for (int64_t i = 0; i < 10; i++)
		put(&s, EVENT_ALERT, 1, i, 1);
	read_all(&s, &a, 4096, &one);
	read_all(&s, &b, 3, &other);
	ck_assert_str_eq(buffer_string(&one), buffer_string(&other));
	ck_assert_uint_eq(count_of(buffer_string(&one), "event: alert.upsert"), 10);
	stream_client_release(&a);
	stream_client_release(&b);
	buffer_release(&one);
	buffer_release(&other);
	stage_free(&s);
}
END_TEST

START_TEST(heartbeats)
{
	struct stage s = stage_new(100, 100000);
	struct stream_moment m = moment(&s);
	struct buffer out = { 0 };
	struct stream_client c;

	stream_client_init(&c, &everything, slice_of(NULL, 0), 4000, &m);
	read_all(&s, &c, 4096, &out);
	ck_assert_int_eq(stream_client_due(&c, &m), s.now + 4000);
	for (int64_t i = 0; i < 4; i++) {
		s.now = 1000000 + 4000 + i * 15000 - 1;
		ck_assert_str_eq(read_all(&s, &c, 4096, &out), "");
		s.now++;
		ck_assert_str_eq(read_all(&s, &c, 4096, &out), ":hb\n\n");
	}
	/* After a long silence one is enough. */
	s.now += 100000;
	ck_assert_str_eq(read_all(&s, &c, 4096, &out), ":hb\n\n");
	stream_client_release(&c);
	buffer_release(&out);
	stage_free(&s);
}
END_TEST

START_TEST(figures_when_they_change)
{
	static const struct live_open open[] = { { 1, 1, 2 }, { 2, 3, 5 } };
	static const struct stream_scope member = {
		.company_id = 2, .alerts = true, .incidents = true, .sensors = true
	};
	struct stage s = stage_new(100, 100000);
	struct stream_client all = reader(&s, &everything, NULL), one = reader(&s, &member, NULL);
	struct buffer out = { 0 };

	read_all(&s, &all, 4096, &out);
	read_all(&s, &one, 4096, &out);
	s.now += 5000;
	live_counts_set_open(&s.counts, open, 2);
	ck_assert_ptr_nonnull(
	    strstr(read_all(&s, &all, 4096, &out), "{\"open_by_severity\":[2,0,5,0,0],\"alerts_per_minute\":0,"));
	ck_assert_ptr_nonnull(strstr(read_all(&s, &one, 4096, &out), "[0,0,5,0,0]"));
	live_counts_add_alerts(&s.counts, 1, 3, s.now);
	s.now += 999;
	ck_assert_str_eq(read_all(&s, &all, 4096, &out), "");
	s.now += 1;
	ck_assert_ptr_nonnull(strstr(read_all(&s, &all, 4096, &out), "\"alerts_per_minute\":3"));
	ck_assert_str_eq(read_all(&s, &one, 4096, &out), "");
	/* A minute later they are no alerts of the last minute. */
	s.now += 60000;
	ck_assert_ptr_nonnull(strstr(read_all(&s, &all, 4096, &out), "\"alerts_per_minute\":0"));
	stream_client_release(&all);
	stream_client_release(&one);
	buffer_release(&out);
	stage_free(&s);
}
END_TEST

/* A burst that one window may not hold. */
START_TEST(too_much_is_one_reset)
{
	struct stage s = stage_new(50000, 64 << 20);
	struct stream_client c = reader(&s, &everything, NULL);
	struct buffer out = { 0 };
	const char *text;
	int64_t id = 0;

	read_all(&s, &c, 4096, &out);
	for (int i = 0; i < 3; i++) {
		s.now += 1000;
		for (int k = 0; k < 20000; k++)
			put(&s, EVENT_ALERT, 1, ++id, 1);
		text = read_all(&s, &c, 4096, &out);
		ck_assert_uint_eq(count_of(text, "event: "), i == 0);
		ck_assert_uint_eq(count_of(text, "event: reset"), i == 0);
	}
	/* The second one 5 s behind the first, also when all is quiet by then. */
	s.now += 2999;
	ck_assert_str_eq(read_all(&s, &c, 4096, &out), "");
	s.now += 1;
	ck_assert_uint_eq(count_of(read_all(&s, &c, 4096, &out), "event: reset"), 1);
	s.now += 1000;
	put(&s, EVENT_ALERT, 1, ++id, 1);
	ck_assert_uint_eq(count_of(read_all(&s, &c, 4096, &out), "event: alert.upsert"), 1);
	put(&s, EVENT_FLOOD, 1, 0, 0);
	s.now += 10000;
	ck_assert_uint_eq(count_of(read_all(&s, &c, 4096, &out), "event: reset"), 1);
	stream_client_release(&c);
	buffer_release(&out);
	stage_free(&s);
}
END_TEST

/* Who does not take a window in time has a smaller backlog, and never keeps more than one event alive. */
START_TEST(slow_reader)
{
	struct stage s = stage_new(50000, 64 << 20);
	struct stream_client c = reader(&s, &everything, NULL);
	struct stream_moment m;
	struct buffer out = { 0 };
	char room[64];
	int64_t id = 0;

	read_all(&s, &c, 4096, &out);
	s.now += 1000;
	for (int k = 0; k < 100; k++)
		put(&s, EVENT_ALERT, 1, ++id, 1);
	m = moment(&s);
	ck_assert_int_eq(stream_client_read(&c, &m, room, 10), 10);
	s.now += 200;
	/* 5000 events of at least 60 bytes: above 256 KiB, below 1 MiB. */
	for (int k = 0; k < 5000; k++)
		put(&s, EVENT_ALERT, 1, ++id, 1);
	ck_assert_uint_eq(count_of(read_all(&s, &c, 4096, &out), "event: alert.upsert"), 100);
	ck_assert_uint_eq(count_of(buffer_string(&out), "event: reset"), 1);
	/* The same in time. */
	s.now += 1000;
	for (int k = 0; k < 5000; k++)
		put(&s, EVENT_ALERT, 1, ++id, 1);
	ck_assert_uint_eq(count_of(read_all(&s, &c, 4096, &out), "event: alert.upsert"), 5000);
	/* The ring goes on under a half-read event: that one is finished, then there is a gap. */
	s.now += 6000;
	put(&s, EVENT_ALERT, 1, ++id, 1);
	put(&s, EVENT_ALERT, 1, ++id, 1);
	m = moment(&s);
	ck_assert_int_eq(stream_client_read(&c, &m, room, 10), 10);
	event_ring_drop(s.ring);
	s.now += 200;
	ck_assert_uint_eq(count_of(read_all(&s, &c, 4096, &out), "event: "), 2);
	ck_assert_uint_eq(count_of(buffer_string(&out), "event: reset"), 1);
	stream_client_release(&c);
	buffer_release(&out);
	stage_free(&s);
}
END_TEST

START_TEST(the_end)
{
	struct stage s = stage_new(100, 100000);
	struct stream_client c = reader(&s, &everything, "00000000-1");
	struct stream_moment m = moment(&s);
	struct buffer out = { 0 };
	char room[16];

	ck_assert_uint_eq(count_of(read_all(&s, &c, 4096, &out), "event: reset"), 1);
	stream_client_end(&c);
	ck_assert_int_eq(stream_client_due(&c, &m), s.now);
	ck_assert_uint_eq(count_of(read_all(&s, &c, 4096, &out), "event: bye"), 1);
	ck_assert_int_eq(stream_client_read(&c, &m, room, sizeof(room)), -1);
	stream_client_release(&c);
	buffer_release(&out);
	stage_free(&s);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------- all together
 * A database in which transactions number their changes when they write and show them when they commit, a feed that
 * looks now and then, and readers that list, listen, lag, go away and come back. At the end each reader has what the
 * database has, nothing came twice, and nothing went backwards. */

enum { OBJECTS = 60, OPEN_MAX = 12, READERS = 6, STEPS = 4000 };

struct transaction {
	int64_t change_id, object;
	bool open;
};

struct listener {
	struct stream_scope scope;
	struct stream_client client;
	bool connected;
	int64_t held[OBJECTS];      /* version; 0: none */
	int64_t delivered[OBJECTS]; /* on this connection */
	char cursor[EVENT_CURSOR_SIZE];
	struct buffer in;
};

struct world {
	struct stage stage;
	uint64_t dice;
	int64_t versions[OBJECTS]; /* committed */
	int64_t next_change;
	struct transaction open[OPEN_MAX];
	int64_t *visible; /* object of each committed change, by id; -1: not committed */
	struct gaps *gaps;
	struct listener listeners[READERS];
	size_t resets, resumed, events;
};

static uint64_t roll(struct world *w, uint64_t below)
{
	w->dice += 0x9e3779b97f4a7c15U;
	uint64_t z = (w->dice ^ (w->dice >> 30)) * 0xbf58476d1ce4e5b9U;

	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (z ^ (z >> 31)) % below;
}

static int64_t company_of(int64_t object)
{
	return 1 + object % 3;
}

static enum event_kind kind_of(int64_t object)
{
	return object % 2 ? EVENT_INCIDENT : EVENT_ALERT;
}

static bool sees(const struct listener *l, int64_t object)
{
	if (l->scope.company_id && l->scope.company_id != company_of(object))
		return false;
	return kind_of(object) == EVENT_ALERT ? l->scope.alerts : l->scope.incidents;
}

static void write_or_commit(struct world *w)
{
	struct transaction *t = &w->open[roll(w, OPEN_MAX)];

	if (!t->open) {
		*t = (struct transaction){ w->next_change++, (int64_t)roll(w, OBJECTS), true };
		return;
	}
	t->open = false;
	if (roll(w, 20) == 0)
		return; /* rolled back: the number is never seen */
	w->versions[t->object]++;
	w->visible[t->change_id] = t->object;
}

static void take_change(struct world *w, int64_t id)
{
	int64_t object = w->visible[id];

	if (object >= 0 && gaps_take(w->gaps, id, w->stage.now))
		put(&w->stage, kind_of(object), company_of(object), object, w->versions[object]);
}

static void look(struct world *w)
{
	int64_t missing[OPEN_MAX + STEPS];
	const int64_t *list;
	size_t count = gaps_missing(w->gaps, &list);
	int64_t above = gaps_highest(w->gaps);

	memcpy(missing, list, count * sizeof(*missing));
	for (size_t i = 0; i < count; i++)
		take_change(w, missing[i]);
	for (int64_t id = above + 1; id < w->next_change; id++)
		take_change(w, id);
}

static void list_all(struct world *w, struct listener *l)
{
	event_ring_cursor(w->stage.ring, event_ring_next(w->stage.ring) - 1, l->cursor);
	for (int64_t i = 0; i < OBJECTS; i++)
		l->held[i] = sees(l, i) ? w->versions[i] : 0;
}

static void connect_listener(struct world *w, struct listener *l)
{
	struct stream_moment m = moment(&w->stage);

	if (!*l->cursor || roll(w, 4) == 0)
		list_all(w, l);
	else
		w->resumed++;
	if (roll(w, 3) == 0)
		write_or_commit(w); /* between list and stream */
	stream_client_init(&l->client, &l->scope, slice_of_string(l->cursor), (int64_t)roll(w, STREAM_HEARTBEAT_MS),
			   &m);
	memset(l->delivered, 0, sizeof(l->delivered));
	buffer_clear(&l->in);
	l->connected = true;
}

static void disconnect(struct listener *l)
{
	stream_client_release(&l->client);
	l->connected = false;
}

static void take_event(struct world *w, struct listener *l, const char *name, int64_t object, int64_t version)
{
	if (strcmp(name, "reset") == 0) {
		/* The dashboard loads again, and the stream goes on. */
		w->resets++;
		list_all(w, l);
		return;
	}
	if (strcmp(name, "counts") == 0)
		return;
	w->events++;
	ck_assert(sees(l, object));
	ck_assert_int_gt(version, l->delivered[object]);
	l->delivered[object] = version;
	if (version > l->held[object])
		l->held[object] = version;
}

/* Takes whole frames out of what was read. */
static void take_frames(struct world *w, struct listener *l)
{
	char *end;

	buffer_string(&l->in);
	while ((end = memmem(l->in.data, l->in.len, "\n\n", 2)) != NULL) {
		int64_t object = 0, version = 0;
		char cursor[EVENT_CURSOR_SIZE], name[32];
		const char *text = (const char *)l->in.data;

		*end = '\0';
		if (sscanf(text, "id: %47s\nevent: %31s\ndata: {\"o\":%" SCNd64 ",\"v\":%" SCNd64, cursor, name,
			   &object, &version) >= 2) {
			snprintf(l->cursor, sizeof(l->cursor), "%s", cursor);
			take_event(w, l, name, object, version);
		}
		buffer_consume(&l->in, (size_t)(end + 2 - (char *)l->in.data));
		buffer_string(&l->in);
	}
}

static void listen_on(struct world *w, struct listener *l, size_t most)
{
	struct stream_moment m = moment(&w->stage);
	char room[4096];

	while (most) {
		size_t piece = most < sizeof(room) ? most : sizeof(room);
		long n = stream_client_read(&l->client, &m, room, piece);

		if (n <= 0)
			break;
		buffer_put(&l->in, room, (size_t)n);
		most -= (size_t)n;
	}
	take_frames(w, l);
}

static void step(struct world *w)
{
	struct listener *l = &w->listeners[roll(w, READERS)];

	w->stage.now += (int64_t)roll(w, 60);
	switch (roll(w, 8)) {
	case 0:
	case 1:
	case 2:
		write_or_commit(w);
		break;
	case 3:
		look(w);
		break;
	case 4:
		if (!l->connected)
			connect_listener(w, l);
		else if (roll(w, 10) == 0)
			disconnect(l);
		break;
	default:
		if (l->connected)
			listen_on(w, l, 1 + roll(w, 600));
	}
}

static void settle(struct world *w)
{
	for (size_t i = 0; i < OPEN_MAX; i++)
		while (w->open[i].open)
			write_or_commit(w);
	look(w);
	for (size_t i = 0; i < READERS; i++) {
		struct listener *l = &w->listeners[i];

		if (!l->connected)
			connect_listener(w, l);
	}
	look(w); /* connecting may have committed something */
	for (int k = 0; k < 100; k++) {
		w->stage.now += 100;
		for (size_t i = 0; i < READERS; i++)
			listen_on(w, &w->listeners[i], 100000);
	}
}

static void run_world(uint64_t seed, size_t *resets, size_t *resumed, size_t *events)
{
	static const struct stream_scope scopes[READERS] = {
		{ .alerts = true, .incidents = true, .sensors = true },
		{ .company_id = 1, .alerts = true, .incidents = true, .sensors = true },
		{ .alerts = true },
		{ .company_id = 2, .incidents = true },
		{ .alerts = true, .incidents = true, .sensors = true },
		{ .company_id = 3, .alerts = true, .incidents = true, .sensors = true }
	};
	struct world *w = calloc(1, sizeof(*w));

	/* Every other world has a ring so small that readers fall out of it. */
	w->stage = stage_new(seed % 2 ? 40 : 5000, 1 << 20);
	w->dice = seed;
	w->next_change = 1;
	w->visible = malloc((STEPS + 100) * sizeof(*w->visible));
	for (size_t i = 0; i < STEPS + 100; i++)
		w->visible[i] = -1;
	w->gaps = gaps_new(0, INT64_MAX);
	for (size_t i = 0; i < READERS; i++)
		w->listeners[i].scope = scopes[i];
	for (int i = 0; i < STEPS; i++)
		step(w);
	settle(w);
	for (size_t i = 0; i < READERS; i++)
		for (int64_t k = 0; k < OBJECTS; k++)
			ck_assert_msg(w->listeners[i].held[k] == (sees(&w->listeners[i], k) ? w->versions[k] : 0),
				      "seed %" PRIu64 ": reader %zu has object %" PRId64 " as %" PRId64
				      ", not %" PRId64,
				      seed, i, k, w->listeners[i].held[k], w->versions[k]);
	*resets += w->resets;
	*resumed += w->resumed;
	*events += w->events;
	for (size_t i = 0; i < READERS; i++) {
		disconnect(&w->listeners[i]);
		buffer_release(&w->listeners[i].in);
	}
	gaps_free(w->gaps);
	free(w->visible);
	stage_free(&w->stage);
	free(w);
}

START_TEST(nothing_is_lost_or_doubled)
{
	size_t resets = 0, resumed = 0, events = 0;

	for (uint64_t seed = 1; seed <= 60; seed++)
		run_world(seed, &resets, &resumed, &events);
	/* The worlds were worth looking at. */
	ck_assert_uint_gt(resets, 20);
	ck_assert_uint_gt(resumed, 100);
	ck_assert_uint_gt(events, 10000);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------- batch
 */

START_TEST(a_look_is_put_in_order)
{
	struct feed_batch *b = calloc(1, sizeof(*b));

	feed_batch_add(b, &(struct change){ 1, 1, CHANGE_INCIDENT, 5, 5, 0, 0 });
	feed_batch_add(b, &(struct change){ 2, 1, CHANGE_INCIDENT, 4, 4, 0, 0 });
	feed_batch_add(b, &(struct change){ 3, 1, CHANGE_INCIDENT, 5, 5, 0, 0 });
	feed_batch_add(b, &(struct change){ 4, 2, CHANGE_ALERTS, 1, 1500, 0, 9 });
	feed_batch_add(b, &(struct change){ 5, 3, CHANGE_ALERTS, 2000, 2999, 0, 9 });
	feed_batch_add(b, &(struct change){ 6, 3, CHANGE_GROUPED, 2000, 2999, 0, 9 });
	feed_batch_add(b, &(struct change){ 7, 2, CHANGE_ALERTS, 3000, 3499, 0, 9 });
	feed_batch_add(b, &(struct change){ 8, 1, CHANGE_SENSOR, 7, 7, 0, 0 });
	feed_batch_add(b, &(struct change){ 9, 1, CHANGE_COMPANY, 1, 1, 0, 0 });
	feed_pairs_unique(&b->incidents);
	ck_assert_uint_eq(b->incidents.count, 2);
	ck_assert_int_eq(b->incidents.ids[0], 4);
	ck_assert_int_eq(b->incidents.ids[1], 5);
	/* 1500 fit into 2000, then 1000 do not, then 500 do. */
	ck_assert_uint_eq(b->range_count, 2);
	ck_assert_int_eq(b->alerts, 2000);
	ck_assert_uint_eq(b->flooded_count, 1);
	ck_assert_int_eq(b->flooded[0], 3);
	ck_assert_int_eq(b->flooded_alerts[0], 1000);
	feed_batch_clear(b);
	ck_assert_uint_eq(b->range_count + b->incidents.count + b->flooded_count, 0);
	ck_assert_uint_eq(b->sensors.count, 1);
	free(b);
}
END_TEST

SUITE_MAIN("live stream", ring_cursors_tell_no_numbers, ring_keeps_the_latest, ring_refuses_cursors,
	   ring_is_bounded_by_bytes_and_age, ring_index_is_right, windows_coalesce, scopes_and_topics,
	   pieces_make_no_difference, heartbeats, figures_when_they_change, too_much_is_one_reset, slow_reader, the_end,
	   nothing_is_lost_or_doubled, a_look_is_put_in_order)
