/* One connection of a sensor: TLS, its session, its place in the edge's lists.
 *
 * The socket is read a TLS record at a time into one buffer that all share, and the events go straight from there into
 * a batch; a connection keeps bytes of its own only while something is half-read. So an idle one costs this struct,
 * what OpenSSL needs, and nothing else.
 *
 * Reading stops ("paused") while the sensor has more events on the way than its share of the budget, while too many
 * windows wait for their ack, or while the sensor does not take its acks. A closed connection stays, empty, until the
 * last batch that knows it is stored. */
#ifndef SERVER_COLLECTOR_CONNECTION_H
#define SERVER_COLLECTOR_CONNECTION_H

#include "server/collector/edge.h"
#include "server/collector/session.h"

#include <event2/event_struct.h>

enum connection_state {
	CONNECTION_HANDSHAKE,
	CONNECTION_OPEN,
	CONNECTION_REFUSED, /* was told so; waits for the other side to close, so that the alert is not lost in a reset
			     */
	CONNECTION_CLOSED,
};

struct connection {
	struct edge *edge;
	struct sensor *sensor; /* NULL until the handshake is done */
	SSL *ssl;              /* NULL until the first byte came */
	struct event event;
	int fd;
	short armed; /* EV_READ, EV_WRITE */
	uint8_t state, wait;
	bool paused, held, queued, is_pending, progress;
	bool awaits_list; /* let in by edge_expect(): its networks and zone are not known yet */
	unsigned batches; /* that know it */
	int64_t waits_since;
	size_t counted; /* bytes of its own that stand in the budget */
	struct session session;
	struct buffer out;
	time_us not_after;
	int64_t company_id, sensor_id; /* of the certificate shown */
	uint8_t fingerprint[TLS_FINGERPRINT_SIZE];
	TAILQ_ENTRY(connection) in_all, in_wait, in_pending, in_paused, in_queue;
};

/* Takes over the descriptor; on failure it is closed. */
void connection_open(struct edge *e, int fd);
/* In the handshake: whether the certificate is one that is allowed; keeps whose it is. X509_V_OK, or why not. */
int connection_identify(struct edge *e, struct connection *c, X509 *leaf);
/* Its turn. */
void connection_turn(struct connection *c);
/* reason NULL: in good order. Frees it unless batches know it. */
void connection_close(struct connection *c, const char *reason);
/* A batch that knows it is stored. */
void connection_stored(struct connection *c, uint64_t serial);
/* Goes on reading if it may. */
void connection_resume(struct connection *c);
void connection_keep_alive(struct connection *c, int64_t now_ms);
/* Reads no more. */
void connection_stop(struct connection *c);

#endif
