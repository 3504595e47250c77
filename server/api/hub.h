/* The live stream's switchboard (docs/decisions/0006-live-feed.md). The feed (feed.h) puts in what was committed, and
 * every open stream gets from it what its person may see and wants to: a member's own company alone, the topics asked
 * for.
 *
 * One lock guards everything here. A thread of the hub's own wakes the streams when they have something to say: an
 * event, a heartbeat, the end. Readers pull (event_ring.h), so neither a slow reader nor many of them hold up the feed.
 *
 * Life: hub_new(), hub_start(), streams come and go, hub_stop() says bye to all of them and waits until they are gone
 * or ended, the HTTP server is stopped, hub_free(). */
#ifndef SERVER_API_HUB_H
#define SERVER_API_HUB_H

#include "lib/err.h"
#include "server/api/event_ring.h"
#include "server/api/http/http.h"
#include "server/api/live_counts.h"
#include "server/api/stream_client.h"

enum { HUB_TOKEN_SIZE = 32, HUB_CURSOR_SIZE = EVENT_CURSOR_SIZE };

struct hub;
int hub_new(struct hub **out, struct err *why);
int hub_start(struct hub *hub, struct err *why);
/* After this no stream is paused or will be. */
void hub_stop(struct hub *hub);
void hub_free(struct hub *hub); /* NULL is allowed; no stream may be open */

/* Whether somebody listens, did so a moment ago, or may be about to, with a cursor just given. While nobody does, the
 * feed need not load what changed: hub_drop() then. To be asked after the changes were read: who takes a cursor later
 * sees them in what he reads. */
bool hub_wanted(struct hub *hub);
/* Where a stream must start so that it misses nothing that a statement run after this call does not show. */
void hub_cursor(struct hub *hub, char out[HUB_CURSOR_SIZE]);

struct hub_stream {
	struct stream_scope scope;
	uint8_t session[HUB_TOKEN_SIZE]; /* SHA-256 of the session's token */
	const char *cursor;              /* from where on; NULL: from now on */
};
/* *out is for http_reply.source: the reply owns it then. ERR_LIMIT: this session has too many streams open;
 * ERR_UNAVAILABLE: we are about to stop. */
int hub_open(struct hub *hub, const struct hub_stream *stream, const struct http_source **out, struct err *why);

/* A session ended: its streams say bye at once. */
void hub_end_session(struct hub *hub, const uint8_t session[HUB_TOKEN_SIZE]);
unsigned hub_streams(struct hub *hub);

/* ---- for the feed, from one thread ---- */

/* Appends an event (event_ring_append()); nobody is woken before hub_publish(). */
enum event_append hub_append(struct hub *hub, const struct event *event, struct slice data);
void hub_publish(struct hub *hub);
/* All streams have missed something: what follows no longer joins on to what they have. */
void hub_drop(struct hub *hub);
void hub_count_alerts(struct hub *hub, int64_t company_id, int64_t count);
/* Takes the list over (live_counts.h). */
void hub_set_open(struct hub *hub, const struct live_open *list, size_t count);

/* Streams whose session must be looked at again: at most `most` tokens; returns how many. */
size_t hub_sessions_due(struct hub *hub, uint8_t (*tokens)[HUB_TOKEN_SIZE], size_t most);
/* What became of one of them: streams of a session that is over, or whose scope is another one now, say bye. */
void hub_session_checked(struct hub *hub, const uint8_t session[HUB_TOKEN_SIZE], bool alive, int64_t company_id);

#endif
