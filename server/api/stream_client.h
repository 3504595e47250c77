/* One reader of the live stream: what it gets next, and when. Pure: ring, figures and the time are arguments.
 *
 * - Events are given in windows of STREAM_WINDOW_MS. A window is fixed when it opens; an event that a later one of the
 *   same window supersedes is left out.
 * - A reader has missed something when its cursor is not ours or too old, when a company it sees was flooded, or when
 *   more bytes wait for it than it can be expected to take: STREAM_BACKLOG for one that did not even finish the
 *   last window in time, STREAM_BURST for one that did. It then gets one `reset` and goes on from there. Resets of one
 *   reader are STREAM_RESET_MS apart; until then it gets nothing, as it will load again anyway.
 * - `:hb` every STREAM_HEARTBEAT_MS; each reader's beat has its own place within that time.
 * - `counts` when it opened, and when the figures changed, at most once in STREAM_COUNTS_MS. */
#ifndef SERVER_API_STREAM_CLIENT_H
#define SERVER_API_STREAM_CLIENT_H

#include "lib/clock.h"
#include "server/api/event_ring.h"
#include "server/api/live_counts.h"

enum {
	STREAM_WINDOW_MS = 100,
	STREAM_HEARTBEAT_MS = 15000,
	STREAM_RESET_MS = 5000,
	STREAM_COUNTS_MS = 1000,
	STREAM_BACKLOG = 256 * 1024,
	STREAM_BURST = 1024 * 1024,
	STREAM_NOTE_SIZE = 512,
};

struct stream_scope {
	int64_t company_id; /* the only one this person sees; 0: all */
	bool alerts, incidents, sensors, tickets, orders, pages, reports;
};

struct stream_client {
	struct stream_scope scope;
	uint64_t next;       /* number of the next event to look at */
	uint64_t window_end; /* the open window reaches to here; no window is open when next has got there */
	int64_t window_ms;   /* when the last window opened */
	int64_t finished_ms; /* when the reader had taken all of it */
	int64_t heartbeat_ms, reset_ms, counts_ms; /* next beat; last reset; last figures */
	bool window_open, missed, counts_due, ending, ended;
	bool reset_before, counts_before;
	struct live_figures counts;
	struct event_text *text; /* half-written event, with how much of it was taken */
	size_t text_taken;
	char note[STREAM_NOTE_SIZE]; /* half-written frame that is no event of the ring */
	size_t note_len, note_taken;
};

/* What the reader is told besides events. */
struct stream_moment {
	const struct event_ring *ring;
	const struct live_counts *counts;
	int64_t now_ms; /* monotonic */
	time_us wall;   /* for server_time */
};

/* cursor: ptr NULL: from now on. phase: 0 .. STREAM_HEARTBEAT_MS - 1, when its first heartbeat comes. */
void stream_client_init(struct stream_client *client, const struct stream_scope *scope, struct slice cursor,
			int64_t phase, const struct stream_moment *moment);
void stream_client_release(struct stream_client *client);

/* Bytes put; 0: nothing to say now; -1: the stream is over. */
long stream_client_read(struct stream_client *client, const struct stream_moment *moment, char *to, size_t room);
/* When it will have something to say, in monotonic ms, if nothing is appended before. Moves on over events that are
 * none of its business, so that its reader is not woken for them. */
int64_t stream_client_due(struct stream_client *client, const struct stream_moment *moment);
/* Says bye and ends. */
void stream_client_end(struct stream_client *client);

#endif
