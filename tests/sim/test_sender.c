/* Spool and sender against a server that acks, disconnects and restarts as it likes: each record arrives at least once
 * and in order of its first arrival, and none leaves the spool before its ack. Sockets and time are left out. */
#include "tests/unit/suite.h"

#include "lib/random.h"
#include "sensor-agent/sender.h"
#include "sensor-agent/spool.h"

#include <stdio.h>
#include <unistd.h>

enum { RECORDS = 3000, WINDOW = 50, WINDOWS = 4 };

/* What is under way, as the server sees it. */
struct server {
	struct arrived {
		uint64_t epoch, sequence;
		unsigned number; /* of the record; 0: a heartbeat */
	} events[WINDOWS * WINDOW];
	size_t windows[WINDOWS + 1]; /* their sizes */
	size_t window_count, event_count;
	size_t acked;    /* of the first window */
	unsigned stored; /* records 1..stored are safe */
};

struct world {
	char dir[64];
	struct spool *spool;
	struct sender *sender;
	struct server server;
	unsigned put, committed;
};

static void open_spool(struct world *w)
{
	struct err why = { 0 };

	if (spool_open(&w->spool, &(struct spool_plan){ w->dir, 1 << 20, 1 << 14, NULL }, &why) != 0)
		ck_abort_msg("%s", why.text);
}

static void put_some(struct world *w)
{
	struct err why = { 0 };

	for (uint64_t k = random_below(60); k > 0 && w->put < RECORDS; k--) {
		struct spool_entry entry = { .read_at = w->put + 1, .bytes = SLICE_LITERAL("a record") };

		ck_assert_int_eq(spool_put(w->spool, &entry, &why), 0);
		w->put++;
	}
	ck_assert_int_eq(spool_commit(w->spool, &why), 0);
	w->committed = w->put;
}

static void send_window(struct world *w)
{
	struct server *server = &w->server;
	struct spool_entry entry;
	struct spool_mark behind;
	size_t count = 0;

	if (!sender_may_begin(w->sender))
		return;
	sender_begin(w->sender);
	if (random_below(4) == 0) {
		server->events[server->event_count + count++] = (struct arrived){ 0 };
		ck_assert_int_eq(sender_add(w->sender, NULL, NULL), 0);
	}
	while (count < 1 + random_below(WINDOW) && spool_read(w->spool, &entry, &behind, NULL) == 1) {
		server->events[server->event_count + count++] =
		    (struct arrived){ entry.epoch, entry.sequence, (unsigned)entry.read_at };
		ck_assert_int_eq(sender_add(w->sender, &behind, NULL), 0);
	}
	ck_assert_uint_eq(sender_end(w->sender), count);
	if (count == 0)
		return;
	server->windows[server->window_count++] = count;
	server->event_count += count;
}

/* The server stores the next events of its first window, and acks them unless the connection ends just then. */
static void store_and_ack(struct world *w, bool ack)
{
	struct server *server = &w->server;
	struct sender_progress progress;
	size_t upto;

	if (server->window_count == 0)
		return;
	upto = server->acked + 1 + random_below(server->windows[0] - server->acked);
	for (size_t i = server->acked; i < upto; i++) {
		unsigned number = server->events[i].number;

		/* In order, without a hole; a resend is known. */
		ck_assert_uint_le(number, server->stored + 1);
		if (number > server->stored)
			server->stored = number;
	}
	if (!ack)
		return;
	server->acked = upto;
	ck_assert_int_eq(sender_ack(w->sender, 0, &progress, NULL), 0);
	ck_assert_uint_eq(progress.entries, 0);
	ck_assert_int_eq(sender_ack(w->sender, (uint32_t)upto, &progress, NULL), 0);
	if (progress.entries)
		spool_acked(w->spool, &progress.behind, progress.entries);
	if (upto < server->windows[0])
		return;
	server->event_count -= upto;
	memmove(server->events, server->events + upto, server->event_count * sizeof(*server->events));
	memmove(server->windows, server->windows + 1, server->window_count * sizeof(*server->windows));
	server->window_count--;
	server->acked = 0;
}

static void disconnect(struct world *w)
{
	w->server.window_count = w->server.event_count = w->server.acked = 0;
	sender_reset(w->sender);
	spool_rewind(w->spool);
}

static void restart_agent(struct world *w)
{
	spool_close(w->spool);
	open_spool(w);
	disconnect(w);
}

static void step(struct world *w)
{
	struct spool_figures figures;

	switch (random_below(20)) {
	case 0:
		store_and_ack(w, false);
		disconnect(w);
		break;
	case 1:
		restart_agent(w);
		break;
	case 2:
	case 3:
	case 4:
		put_some(w);
		break;
	case 5:
	case 6:
	case 7:
	case 8:
	case 9:
	case 10:
		send_window(w);
		break;
	default:
		store_and_ack(w, true);
	}
	spool_figures(w->spool, &figures);
	ck_assert_uint_le(w->committed - figures.records, w->server.stored);
	ck_assert_uint_eq(figures.dropped, 0);
}

START_TEST(no_record_is_lost_whatever_the_server_does)
{
	struct world w = { 0 };
	struct spool_figures figures;
	char path[128];

	snprintf(w.dir, sizeof(w.dir), "/tmp/hinomi-sender.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(w.dir));
	w.sender = sender_new(WINDOWS);
	open_spool(&w);
	do {
		step(&w);
		spool_figures(w.spool, &figures);
	} while (w.put < RECORDS || figures.records > 0);
	ck_assert_uint_eq(w.server.stored, RECORDS);
	spool_close(w.spool);
	sender_free(w.sender);
	snprintf(path, sizeof(path), "rm -r %s", w.dir);
	ck_assert_int_eq(system(path), 0);
}
END_TEST

START_TEST(an_ack_of_what_was_not_sent_is_refused)
{
	struct sender *s = sender_new(2);
	struct spool_mark mark = { 1, 100, 7, 1 };
	struct sender_progress progress;
	struct err why = { 0 };

	ck_assert_int_eq(sender_ack(s, 0, &progress, &why), 0);
	ck_assert_int_eq(sender_ack(s, 1, &progress, &why), -1);
	ck_assert_int_eq(why.code, ERR_PROTOCOL);
	sender_begin(s);
	ck_assert_uint_eq(sender_end(s), 0);
	ck_assert(sender_is_idle(s));
	sender_begin(s);
	sender_add(s, NULL, NULL);
	sender_add(s, &mark, NULL);
	ck_assert_uint_eq(sender_end(s), 2);
	ck_assert_int_eq(sender_ack(s, 3, &progress, &why), -1);
	ck_assert_int_eq(sender_ack(s, 1, &progress, &why), 0);
	ck_assert_uint_eq(progress.entries, 0); /* the heartbeat */
	ck_assert_int_eq(sender_ack(s, 2, &progress, &why), 0);
	ck_assert_uint_eq(progress.entries, 1);
	ck_assert_uint_eq(progress.behind.offset, 100);
	ck_assert(sender_is_idle(s));
	ck_assert_int_eq(sender_ack(s, 2, &progress, &why), -1);
	sender_free(s);
}
END_TEST

START_TEST(a_lower_ack_changes_nothing)
{
	struct sender *s = sender_new(1);
	struct spool_mark mark = { 1, 100, 7, 1 };
	struct sender_progress progress;

	sender_begin(s);
	for (int i = 0; i < 5; i++)
		sender_add(s, &mark, NULL);
	sender_end(s);
	ck_assert(!sender_may_begin(s));
	ck_assert_int_eq(sender_ack(s, 4, &progress, NULL), 0);
	ck_assert_uint_eq(progress.entries, 4);
	ck_assert_int_eq(sender_ack(s, 2, &progress, NULL), 0);
	ck_assert_uint_eq(progress.entries, 0);
	ck_assert_int_eq(sender_ack(s, 5, &progress, NULL), 0);
	ck_assert_uint_eq(progress.entries, 1);
	ck_assert(sender_may_begin(s));
	sender_free(s);
}
END_TEST

SUITE_MAIN("sender", no_record_is_lost_whatever_the_server_does, an_ack_of_what_was_not_sent_is_refused,
	   a_lower_ack_changes_nothing)
