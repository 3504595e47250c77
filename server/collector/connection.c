#include "server/collector/connection.h"

#include "lib/log.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	TURN_BYTES = 128 * 1024, /* read in one turn */
	TURN_EVENTS = 1000,
	OUT_MOST = 4096, /* acks that the sensor has not taken */
	LOG_INTERVAL_MS = 10 * 1000,
};

static void on_event(evutil_socket_t fd, short what, void *arg);

/* ---------------------------------------------------------------------------------------------------------- lists */

static void arm(struct connection *c)
{
	short wanted = 0;

	if (c->state != CONNECTION_CLOSED) {
		wanted = c->paused || c->queued ? 0 : EV_READ;
		if (c->out.len)
			wanted |= EV_WRITE;
	}
	if (wanted == c->armed)
		return;
	if (c->armed)
		event_del(&c->event);
	c->armed = wanted;
	if (!wanted)
		return;
	event_assign(&c->event, c->edge->base, c->fd, (short)(wanted | EV_PERSIST), on_event, c);
	event_add(&c->event, NULL);
}

static void wait_for(struct connection *c, enum wait_kind kind)
{
	if (c->wait != WAIT_NOTHING)
		TAILQ_REMOVE(&c->edge->waits[c->wait], c, in_wait);
	c->wait = (uint8_t)kind;
	c->waits_since = clock_monotonic_ms();
	if (kind != WAIT_NOTHING)
		TAILQ_INSERT_TAIL(&c->edge->waits[kind], c, in_wait);
}

static enum wait_kind what_it_waits_for(const struct connection *c)
{
	if (c->out.len)
		return WAIT_WRITE;
	if (c->paused || c->queued)
		return WAIT_NOTHING;
	return session_in_window(&c->session) ? WAIT_WINDOW : WAIT_IDLE;
}

static void set_pending(struct connection *c, bool pending)
{
	if (c->is_pending == pending)
		return;
	c->is_pending = pending;
	if (pending)
		TAILQ_INSERT_TAIL(&c->edge->pending, c, in_pending);
	else
		TAILQ_REMOVE(&c->edge->pending, c, in_pending);
}

static void set_paused(struct connection *c, bool paused)
{
	if (c->paused == paused)
		return;
	c->paused = paused;
	if (paused)
		TAILQ_INSERT_TAIL(&c->edge->paused, c, in_paused);
	else
		TAILQ_REMOVE(&c->edge->paused, c, in_paused);
}

static void count_memory(struct connection *c)
{
	size_t now = session_memory(&c->session) + c->out.room;

	c->edge->budget.used += now - c->counted;
	c->counted = now;
}

/* After whatever was done with an open connection: its lists, its events, its memory. */
static void settle(struct connection *c)
{
	enum wait_kind kind;

	if (c->state != CONNECTION_OPEN)
		return;
	count_memory(c);
	set_pending(c, c->paused || session_is_pending(&c->session));
	kind = what_it_waits_for(c);
	if (c->progress || c->wait != kind)
		wait_for(c, kind);
	c->progress = false;
	arm(c);
}

/* ----------------------------------------------------------------------------------------------- coming and going */

void connection_open(struct edge *e, int fd)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c) {
		close(fd);
		return;
	}
	c->edge = e;
	c->fd = fd;
	c->state = CONNECTION_HANDSHAKE;
	c->wait = WAIT_NOTHING;
	session_init(&c->session, &e->limits);
	TAILQ_INSERT_TAIL(&e->all, c, in_all);
	e->count++;
	wait_for(c, WAIT_HANDSHAKE);
	arm(c);
}

static void log_closing(struct connection *c, const char *reason)
{
	unsigned skipped;

	if (!reason || c->state == CONNECTION_REFUSED || !log_allowed(&c->edge->broken, LOG_INTERVAL_MS, &skipped))
		return;
	if (c->sensor)
		log_info("sensor %" PRId64 " of company %" PRId64 " disconnected: %s (%u more since the last line)",
			 c->sensor_id, c->company_id, reason, skipped);
	else
		log_info("a connection was closed: %s (%u more since the last line)", reason, skipped);
}

static void free_if_forgotten(struct connection *c)
{
	if (c->state == CONNECTION_CLOSED && c->batches == 0)
		free(c);
}

static void close_socket(struct connection *c)
{
	if (c->ssl) {
		/* Our close_notify; nobody waits for theirs. After an error of TLS it must not be tried. */
		if (c->state == CONNECTION_OPEN)
			SSL_shutdown(c->ssl);
		ERR_clear_error();
		SSL_free(c->ssl);
		c->ssl = NULL;
	}
	close(c->fd);
	c->fd = -1;
}

void connection_close(struct connection *c, const char *reason)
{
	struct edge *e = c->edge;

	if (c->state == CONNECTION_CLOSED)
		return;
	log_closing(c, reason);
	if (c->armed)
		event_del(&c->event);
	c->armed = 0;
	close_socket(c);
	c->state = CONNECTION_CLOSED;
	wait_for(c, WAIT_NOTHING);
	set_pending(c, false);
	set_paused(c, false);
	if (c->queued)
		TAILQ_REMOVE(&e->queue, c, in_queue);
	c->queued = false;
	session_release(&c->session);
	buffer_release(&c->out);
	count_memory(c);
	if (c->sensor) {
		c->sensor->connections--;
		fleet_release(e->fleet, c->sensor);
		c->sensor = NULL;
	}
	TAILQ_REMOVE(&e->all, c, in_all);
	e->count--;
	free_if_forgotten(c);
	edge_has_room(e);
}

/* ------------------------------------------------------------------------------------------------------ handshake */

/* "urn:hinomi:company:17:sensor:3" */
static bool parse_identity(const char *uri, int64_t *company_id, int64_t *sensor_id)
{
	static const char company[] = "urn:hinomi:company:", sensor[] = ":sensor:";
	struct slice s = slice_of_string(uri);
	size_t colon;

	if (!slice_starts_with(s, company))
		return false;
	s = slice_skip(s, sizeof(company) - 1);
	colon = slice_find(s, ':');
	if (!slice_to_int64(slice_take(s, colon), company_id))
		return false;
	s = slice_skip(s, colon);
	return slice_starts_with(s, sensor) && slice_to_int64(slice_skip(s, sizeof(sensor) - 1), sensor_id);
}

static bool is_expected(const struct edge *e, const struct connection *c)
{
	const struct edge_expected *x = edge_find_expected(e, c->fingerprint);

	return x && x->company_id == c->company_id && x->sensor_id == c->sensor_id;
}

int connection_identify(struct edge *e, struct connection *c, X509 *leaf)
{
	const struct allowed *a;
	char uri[128];

	if (!tls_fingerprint(leaf, c->fingerprint) || !tls_uri_name(leaf, uri, sizeof(uri)) ||
	    !parse_identity(uri, &c->company_id, &c->sensor_id))
		return X509_V_ERR_CERT_REJECTED;
	c->not_after = tls_not_after(leaf);
	a = allow_list_find(&e->allowed, c->fingerprint);
	if (!a)
		return is_expected(e, c) ? X509_V_OK : X509_V_ERR_CERT_REJECTED;
	if (a->company_id != c->company_id || a->sensor_id != c->sensor_id)
		return X509_V_ERR_CERT_REJECTED;
	return a->revoked ? X509_V_ERR_CERT_REVOKED : X509_V_OK;
}

static void admit(struct connection *c)
{
	struct edge *e = c->edge;
	const struct allowed *a = allow_list_find(&e->allowed, c->fingerprint);

	c->awaits_list = !a && is_expected(e, c);
	if (c->awaits_list || (a && !a->revoked))
		c->sensor = fleet_get(e->fleet, c->company_id, c->sensor_id);
	if (!c->sensor) {
		connection_close(c, "its certificate was revoked in the handshake, or memory is short");
		return;
	}
	c->sensor->connections++;
	if (a) {
		c->sensor->home = allow_list_networks(&e->allowed, c->company_id);
		c->sensor->zone = a->zone;
	}
	if (c->not_after < e->expiry)
		e->expiry = c->not_after;
	c->state = CONNECTION_OPEN;
	c->progress = true;
	log_debug("sensor %" PRId64 " of company %" PRId64 " connected", c->sensor_id, c->company_id);
	settle(c);
}

static void refuse(struct connection *c)
{
	struct err why = { 0 };
	unsigned skipped;

	tls_fail(&why, c->ssl, "handshake");
	if (log_allowed(&c->edge->refused, LOG_INTERVAL_MS, &skipped))
		log_info("a connection was refused: %s (%u more since the last line)", why.text, skipped);
	SSL_free(c->ssl);
	c->ssl = NULL;
	shutdown(c->fd, SHUT_WR);
	c->state = CONNECTION_REFUSED;
	arm(c);
}

/* What whoever was refused still sends is of no interest. It stays in the list of handshakes, with their time-out. */
static void discard(struct connection *c)
{
	ssize_t n = recv(c->fd, c->edge->scratch, EDGE_SCRATCH, 0);

	if (n == 0 || (n < 0 && errno != EAGAIN))
		connection_close(c, NULL);
}

/* TLS memory is taken when the first byte is there, not for whoever only connects. */
static void handshake(struct connection *c)
{
	int result;

	if (!c->ssl) {
		c->ssl = SSL_new(c->edge->tls);
		if (!c->ssl || SSL_set_fd(c->ssl, c->fd) != 1) {
			ERR_clear_error();
			connection_close(c, "no memory for TLS");
			return;
		}
		SSL_set_app_data(c->ssl, c);
	}
	ERR_clear_error();
	result = SSL_accept(c->ssl);
	if (result == 1) {
		admit(c);
		return;
	}
	/* Our side of a handshake fits into a socket's buffer: there is nothing to wait for but them. */
	if (SSL_get_error(c->ssl, result) == SSL_ERROR_WANT_READ)
		arm(c);
	else
		refuse(c);
}

/* --------------------------------------------------------------------------------------------------------- output */

/* False: the connection was closed. */
static bool flush(struct connection *c)
{
	while (c->out.len) {
		int n;

		ERR_clear_error();
		n = SSL_write(c->ssl, c->out.data, (int)c->out.len);
		if (n > 0) {
			buffer_consume(&c->out, (size_t)n);
			c->progress = true;
			continue;
		}
		switch (SSL_get_error(c->ssl, n)) {
		case SSL_ERROR_WANT_READ:
		case SSL_ERROR_WANT_WRITE:
			return true;
		default:
			c->state = CONNECTION_HANDSHAKE; /* TLS is broken: no close_notify */
			connection_close(c, "it does not take our acks");
			return false;
		}
	}
	if (c->out.failed) {
		connection_close(c, "no memory for acks");
		return false;
	}
	buffer_release(&c->out);
	return true;
}

void connection_keep_alive(struct connection *c, int64_t now_ms)
{
	/* Whoever takes nothing needs no sign of life. */
	if (c->out.len)
		return;
	session_keep_alive(&c->session, c->paused, now_ms, &c->out);
	if (c->out.len && flush(c))
		settle(c);
}

void connection_stored(struct connection *c, uint64_t serial)
{
	c->batches--;
	if (c->state == CONNECTION_CLOSED) {
		free_if_forgotten(c);
		return;
	}
	if (c->sensor->gone) {
		connection_close(c, "the sensor is not in the database any more");
		return;
	}
	session_committed(&c->session, serial, clock_monotonic_ms(), &c->out);
	c->held = false;
	if (flush(c))
		settle(c);
}

/* --------------------------------------------------------------------------------------------------------- input */

static bool may_read(const struct connection *c)
{
	const struct edge *e = c->edge;

	return !e->closing && !c->held && !c->awaits_list && c->out.len <= OUT_MOST &&
	       budget_allows(&e->budget, c->sensor->held + c->counted);
}

/* Into a batch. False: closed. */
static bool take_event(struct connection *c, const struct lumberjack_item *item)
{
	struct edge *e = c->edge;
	const struct reading_sender sender = { c->company_id, &c->sensor->home, c->sensor->zone };
	struct batch *batch = writers_batch(e->writers, c->sensor);
	struct err why = { 0 };
	size_t bytes;

	if (!batch || reading_add(e->reading, &batch->rows, c->sensor->index, &sender, item,
				  clock_now() + e->clock_offset, &bytes, &why) != 0) {
		connection_close(c, "no memory for its events");
		return false;
	}
	/* Whatever becomes of the connection: the event is in the batch, and its memory is given back with it. */
	writers_added(e->writers, c->sensor, bytes);
	if (session_newest(&c->session) != batch->serial) {
		if (!batch_add_connection(batch, c)) {
			connection_close(c, "no memory for its acks");
			return false;
		}
		c->batches++;
	}
	if (session_put(&c->session, batch->serial, clock_monotonic_ms(), &why) != 0) {
		connection_close(c, why.text);
		return false;
	}
	c->progress = true;
	return true;
}

enum use { USE_MORE, USE_STOP, USE_CLOSED };

/* Takes events out of what was read, until there are no more, or it is enough for now. */
static enum use use_input(struct connection *c, unsigned *events)
{
	struct err why = { 0 };

	for (;;) {
		struct lumberjack_item item;

		if (!may_read(c)) {
			set_paused(c, true);
			return USE_STOP;
		}
		if (*events >= TURN_EVENTS) {
			edge_queue(c->edge, c);
			return USE_STOP;
		}
		switch (session_next(&c->session, &item, &c->out, &why)) {
		case SESSION_EVENT:
			(*events)++;
			if (!take_event(c, &item))
				return USE_CLOSED;
			break;
		case SESSION_NEED:
			return USE_MORE;
		case SESSION_HOLD:
			c->held = true;
			break;
		case SESSION_BAD:
			connection_close(c, why.text);
			return USE_CLOSED;
		}
	}
}

/* Bytes read; 0: none there now; -1: closed. */
static int read_some(struct connection *c)
{
	int n;

	ERR_clear_error();
	n = SSL_read(c->ssl, c->edge->scratch, EDGE_SCRATCH);
	if (n > 0)
		return n;
	switch (SSL_get_error(c->ssl, n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return 0;
	case SSL_ERROR_ZERO_RETURN:
		connection_close(c, NULL);
		return -1;
	default:
		c->state = CONNECTION_HANDSHAKE; /* TLS is broken: no close_notify */
		connection_close(c, session_is_pending(&c->session) ? "it broke off in the middle" : NULL);
		return -1;
	}
}

/* False: closed. */
static bool read_turn(struct connection *c)
{
	unsigned events = 0;
	struct err why = { 0 };
	int64_t bytes = 0;
	enum use use = use_input(c, &events);

	while (use == USE_MORE && bytes < TURN_BYTES) {
		int n;

		/* What is left moves into a buffer of its own before the shared one is used again. */
		if (session_keep(&c->session, &why) != 0) {
			connection_close(c, why.text);
			return false;
		}
		n = read_some(c);
		if (n < 0)
			return false;
		if (n == 0)
			break;
		bytes += n;
		if (!session_in_window(&c->session))
			c->progress = true;
		if (session_offer(&c->session, slice_of(c->edge->scratch, (size_t)n), &why) != 0) {
			connection_close(c, why.text);
			return false;
		}
		use = use_input(c, &events);
	}
	if (use == USE_CLOSED)
		return false;
	if (session_keep(&c->session, &why) != 0) {
		connection_close(c, why.text);
		return false;
	}
	return true;
}

void connection_turn(struct connection *c)
{
	if (c->state == CONNECTION_HANDSHAKE)
		handshake(c);
	else if (c->state == CONNECTION_OPEN && !c->paused && read_turn(c) && flush(c))
		settle(c);
}

void connection_resume(struct connection *c)
{
	if (c->state != CONNECTION_OPEN || !c->paused || !may_read(c))
		return;
	set_paused(c, false);
	edge_queue(c->edge, c);
	settle(c);
}

void connection_stop(struct connection *c)
{
	if (c->state != CONNECTION_OPEN)
		return;
	set_paused(c, true);
	settle(c);
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct connection *c = arg;
	struct edge *e = c->edge;

	(void)fd;
	if (c->state == CONNECTION_HANDSHAKE) {
		edge_queue(e, c);
		arm(c);
		return;
	}
	if (c->state == CONNECTION_REFUSED) {
		discard(c);
		return;
	}
	if ((what & EV_WRITE) && !flush(c))
		return;
	if (what & EV_WRITE)
		connection_resume(c);
	if (what & EV_READ)
		connection_turn(c);
	else
		settle(c);
	writers_kick(e->writers);
}
