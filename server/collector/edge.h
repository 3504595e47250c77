/* The sensors' side: accepts connections, keeps them in lists by what they wait for, and looks after those that wait
 * too long. connection.h has what one connection does.
 *
 * Fairness. Whatever a connection wants to do beyond a bounded turn (a handshake, more of a large frame) it queues for
 * (edge_queue()), and each pass of the loop serves some of the queue: ten thousand sensors that come back at once do
 * not keep those that are connected from being read. */
#ifndef SERVER_COLLECTOR_EDGE_H
#define SERVER_COLLECTOR_EDGE_H

#include "lib/log.h"
#include "server/collector/own_certificate.h"
#include "server/collector/reading.h"
#include "server/collector/writers.h"

#include <sys/queue.h>

struct connection;
TAILQ_HEAD(connection_list, connection);

/* What a connection may wait for, each with a time-out of its own; in each list the one that waits longest is first. */
enum wait_kind {
	WAIT_HANDSHAKE,
	WAIT_WINDOW, /* the next event of a window that has begun */
	WAIT_IDLE,   /* anything at all */
	WAIT_WRITE,  /* for the sensor to take our acks */
	WAIT_KINDS,
	WAIT_NOTHING = WAIT_KINDS, /* we are the ones it waits for */
};

enum { EDGE_SCRATCH = 16 * 1024 }; /* one TLS record, so that OpenSSL never keeps a rest back */

/* Certificates issued here and not in a list yet. More in a second than the keyholder signs: the oldest are forgotten,
 * and come in with the next list. */
enum { EDGE_EXPECTED_MOST = 64, EDGE_EXPECTED_MS = 60 * 1000 };
struct edge_expected {
	uint8_t fingerprint[TLS_FINGERPRINT_SIZE];
	int64_t company_id, sensor_id;
	int64_t until_ms;
};

struct edge {
	struct event_base *base;
	const struct settings *settings; /* may be reloaded in place */
	struct lumberjack_limits limits;
	struct fleet *fleet;
	struct budget budget;
	struct writers *writers;
	struct reading *reading;
	struct allow_list allowed;
	struct edge_expected expected[EDGE_EXPECTED_MOST]; /* a ring */
	size_t expected_next;
	time_us clock_offset; /* the database's clock minus ours */
	time_us expiry;       /* when the first certificate of an open connection expires, or earlier */
	SSL_CTX *tls;
	int listen_fd;
	struct event *listener, *accept_again, *sweep, *turn;
	struct connection_list all, waits[WAIT_KINDS], pending, paused, queue;
	size_t count; /* of open connections */
	unsigned moves,
	    moves_seen; /* connections that came or went since memory was trimmed; the same at the last sweep */
	bool accepting, has_list, can_detect, closing;
	uint8_t scratch[EDGE_SCRATCH];
	struct log_limit refused, broken, full;
};

struct edge_plan {
	struct event_base *base;
	const struct settings *settings;
	int listen_fd;                     /* borrowed */
	struct detector *detector;         /* borrowed */
	const struct own_certificate *own; /* borrowed during the call */
};
/* Serves from the first edge_allow() and edge_detect() on: without a list nobody could be told from a stranger, without
 * rules and mutes records would be judged by too little. */
int edge_new(struct edge **out, const struct edge_plan *plan, struct err *why);
void edge_free(struct edge *e); /* NULL is allowed */

/* For new connections; those that are open keep the old certificate. */
int edge_set_certificate(struct edge *e, const struct own_certificate *own, struct err *why);
/* A list that was just read; taken over. Connections that it does not allow any more are closed. */
void edge_allow(struct edge *e, struct allow_list *list, time_us clock_offset);
void edge_detect(struct edge *e);
/* Just issued here: its sensor may be faster than the next list. It is let in, and read from once a list has it. */
void edge_expect(struct edge *e, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE], int64_t company_id,
		 int64_t sensor_id);
/* After a reload. */
int edge_configure(struct edge *e, struct err *why);

/* Accepts and reads no more; stores what came. */
void edge_stop(struct edge *e);
bool edge_is_done(const struct edge *e);

/* For connection.c: NULL: not one that was just issued. */
const struct edge_expected *edge_find_expected(const struct edge *e, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE]);
/* For connection.c: a turn for this connection, soon. */
void edge_queue(struct edge *e, struct connection *c);
/* An open connection has gone: there is room for another. */
void edge_has_room(struct edge *e);

#endif
