#include "server/collector/edge.h"

#include "lib/log.h"
#include "server/collector/connection.h"

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ACCEPTS_AT_ONCE = 32,
	TURNS_AT_ONCE = 16,
	SWEEP_MS = 500,
	MOVES_WORTH_TRIMMING = 1000,
	ACCEPT_AGAIN_MS = 500, /* after descriptors ran out */
	LOG_INTERVAL_MS = 10 * 1000,
};

/* ----------------------------------------------------------------------------------------------------------- turns */

void edge_queue(struct edge *e, struct connection *c)
{
	static const struct timeval now = { 0, 0 };

	if (c->queued)
		return;
	c->queued = true;
	/* By a timer, so that the loop looks at the sockets in between. */
	if (TAILQ_EMPTY(&e->queue))
		event_add(e->turn, &now);
	TAILQ_INSERT_TAIL(&e->queue, c, in_queue);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval now = { 0, 0 };
	struct edge *e = arg;
	struct connection *c;

	(void)fd;
	(void)what;
	for (int i = 0; i < TURNS_AT_ONCE && (c = TAILQ_FIRST(&e->queue)) != NULL; i++) {
		TAILQ_REMOVE(&e->queue, c, in_queue);
		c->queued = false;
		connection_turn(c);
	}
	if (!TAILQ_EMPTY(&e->queue))
		event_add(e->turn, &now);
	writers_kick(e->writers);
}

/* ------------------------------------------------------------------------------------------------------- accepting */

static void set_accepting(struct edge *e)
{
	bool wanted =
	    e->has_list && e->can_detect && !e->closing && e->count < (size_t)e->settings->collector.max_connections;

	if (wanted == e->accepting)
		return;
	e->accepting = wanted;
	if (wanted)
		event_add(e->listener, NULL);
	else
		event_del(e->listener);
}

void edge_has_room(struct edge *e)
{
	e->moves++;
	if (!event_pending(e->accept_again, EV_TIMEOUT, NULL))
		set_accepting(e);
}

static void on_accept_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	set_accepting(arg);
}

/* Out of descriptors or memory: those who wait stay in the kernel's queue. */
static void pause_accepting(struct edge *e)
{
	static const struct timeval a_while = { 0, ACCEPT_AGAIN_MS * 1000 };
	unsigned skipped;

	if (log_allowed(&e->full, LOG_INTERVAL_MS, &skipped))
		log_warning("cannot accept more than %zu connections: %s; raise the limit of open files (%u more since "
			    "the last line)",
			    e->count, strerror(errno), skipped);
	event_del(e->listener);
	e->accepting = false;
	event_add(e->accept_again, &a_while);
}

static void on_listener(evutil_socket_t fd, short what, void *arg)
{
	struct edge *e = arg;
	int on = 1;

	(void)what;
	for (int i = 0; i < ACCEPTS_AT_ONCE && e->accepting; i++) {
		int accepted = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (accepted < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
				pause_accepting(e);
			return;
		}
		setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		e->moves++;
		connection_open(e, accepted);
		set_accepting(e);
	}
}

static int accept_certificate(void *arg, SSL *ssl, X509 *leaf)
{
	return connection_identify(arg, SSL_get_app_data(ssl), leaf);
}

int edge_set_certificate(struct edge *e, const struct own_certificate *own, struct err *why)
{
	const struct tls_server_plan plan = {
		.certificate = own->certificate,
		.key = own->key,
		.least_version = TLS1_3_VERSION,
		.policy = TLS_CLIENT_REQUIRE,
		.client_ca = own->ca,
		.accept = accept_certificate,
		.accept_arg = e,
	};
	SSL_CTX *fresh;

	if (tls_server_new(&fresh, &plan, why) != 0)
		return -1;
	SSL_CTX_free(e->tls); /* connections hold references of their own */
	e->tls = fresh;
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- batches */

static void on_stored(void *arg, struct batch *batch)
{
	(void)arg;
	for (size_t i = 0; i < batch->connection_count; i++)
		connection_stored(batch->connections[i], batch->serial);
}

static void on_freed(void *arg)
{
	struct edge *e = arg;
	struct connection *c, *next;

	for (c = TAILQ_FIRST(&e->paused); c; c = next) {
		next = TAILQ_NEXT(c, in_paused);
		connection_resume(c);
	}
}

/* --------------------------------------------------------------------------------------------------------- sweeping */

static void sweep_list(struct edge *e, enum wait_kind kind, int64_t timeout, const char *reason)
{
	int64_t since = clock_monotonic_ms() - timeout;
	struct connection *c;

	while ((c = TAILQ_FIRST(&e->waits[kind])) != NULL && c->waits_since <= since)
		connection_close(c, reason);
}

/* A certificate ends while its connection lives. */
static void sweep_expired(struct edge *e)
{
	struct connection *c, *next;
	time_us now = clock_now();

	if (now < e->expiry)
		return;
	e->expiry = INT64_MAX;
	for (c = TAILQ_FIRST(&e->all); c; c = next) {
		next = TAILQ_NEXT(c, in_all);
		if (c->state != CONNECTION_OPEN)
			continue;
		if (c->not_after <= now)
			connection_close(c, "its certificate has expired");
		else if (c->not_after < e->expiry)
			e->expiry = c->not_after;
	}
}

/* Half-read windows alone can fill the memory, and then nothing is on its way that would ever free it: the largest of
 * them go. Their sensors send them again. */
static void relieve(struct edge *e)
{
	while (e->budget.used >= e->budget.most && writers_idle(e->writers)) {
		struct connection *c, *largest = TAILQ_FIRST(&e->paused);

		TAILQ_FOREACH(c, &e->paused, in_paused)
		largest = c->counted > largest->counted ? c : largest;
		if (!largest)
			return;
		connection_close(largest, "collector.memory is full of windows that are half there");
	}
	if (writers_idle(e->writers))
		on_freed(e);
}

/* Handshakes and lost connections leave the heap full of holes. When many have come or gone, and it is quiet again,
 * what the holes hold is given back. */
static void give_back(struct edge *e)
{
	bool quiet = e->moves == e->moves_seen;

	e->moves_seen = e->moves;
	if (!quiet || e->moves < MOVES_WORTH_TRIMMING)
		return;
	e->moves = e->moves_seen = 0;
	malloc_trim(0);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct edge *e = arg;
	int64_t now = clock_monotonic_ms();
	struct connection *c, *next;

	(void)fd;
	(void)what;
	sweep_list(e, WAIT_HANDSHAKE, e->settings->collector.handshake_timeout, "the TLS handshake took too long");
	sweep_list(e, WAIT_WINDOW, e->settings->collector.window_timeout, "a window was not completed in time");
	sweep_list(e, WAIT_WRITE, e->settings->collector.window_timeout, "it does not take our acks");
	sweep_list(e, WAIT_IDLE, e->settings->collector.idle_timeout, "it was silent for too long");
	sweep_expired(e);
	for (c = TAILQ_FIRST(&e->pending); c; c = next) {
		next = TAILQ_NEXT(c, in_pending);
		connection_keep_alive(c, now);
	}
	relieve(e);
	give_back(e);
}

/* ------------------------------------------------------------------------------------------------------- allow-list */

void edge_expect(struct edge *e, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE], int64_t company_id, int64_t sensor_id)
{
	struct edge_expected *x = &e->expected[e->expected_next++ % EDGE_EXPECTED_MOST];

	*x = (struct edge_expected){ .company_id = company_id,
				     .sensor_id = sensor_id,
				     .until_ms = clock_monotonic_ms() + EDGE_EXPECTED_MS };
	memcpy(x->fingerprint, fingerprint, TLS_FINGERPRINT_SIZE);
}

const struct edge_expected *edge_find_expected(const struct edge *e, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE])
{
	int64_t now = clock_monotonic_ms();

	for (size_t i = 0; i < EDGE_EXPECTED_MOST; i++)
		if (e->expected[i].until_ms > now &&
		    memcmp(e->expected[i].fingerprint, fingerprint, TLS_FINGERPRINT_SIZE) == 0)
			return &e->expected[i];
	return NULL;
}

/* An open connection and a new list. A list that was asked for before a certificate was recorded does not have it. */
static void judge(struct edge *e, struct connection *c)
{
	const struct allowed *a = allow_list_find(&e->allowed, c->fingerprint);

	if (!a && c->awaits_list && edge_find_expected(e, c->fingerprint))
		return;
	if (!a || a->revoked) {
		connection_close(c, "its certificate was revoked");
		return;
	}
	c->sensor->zone = a->zone;
	c->awaits_list = false;
	connection_resume(c);
}

void edge_allow(struct edge *e, struct allow_list *list, time_us clock_offset)
{
	struct connection *c, *next;

	allow_list_release(&e->allowed);
	e->allowed = *list;
	*list = (struct allow_list){ 0 };
	e->clock_offset = clock_offset;
	e->has_list = true;
	fleet_refresh(e->fleet, &e->allowed);
	for (c = TAILQ_FIRST(&e->all); c; c = next) {
		next = TAILQ_NEXT(c, in_all);
		if (c->state == CONNECTION_OPEN)
			judge(e, c);
	}
	set_accepting(e);
}

void edge_detect(struct edge *e)
{
	e->can_detect = true;
	set_accepting(e);
}

/* ------------------------------------------------------------------------------------------------------------ whole */

int edge_configure(struct edge *e, struct err *why)
{
	const struct settings *s = e->settings;

	e->limits = (struct lumberjack_limits){
		.window_events = (uint32_t)s->collector.window_events,
		.record_size = (uint32_t)s->collector.record_size,
		.compressed_size = (uint32_t)s->collector.compressed_size,
		.inflated_size = (uint32_t)s->collector.inflated_size,
	};
	e->budget.most = (size_t)s->collector.memory;
	set_accepting(e);
	return reading_configure(e->reading, s, why);
}

static int make_events(struct edge *e, struct err *why)
{
	static const struct timeval interval = { 0, SWEEP_MS * 1000 };

	e->listener = event_new(e->base, e->listen_fd, EV_READ | EV_PERSIST, on_listener, e);
	e->accept_again = evtimer_new(e->base, on_accept_again, e);
	e->sweep = event_new(e->base, -1, EV_PERSIST, on_sweep, e);
	e->turn = evtimer_new(e->base, on_turn, e);
	if (!e->listener || !e->accept_again || !e->sweep || !e->turn || event_add(e->sweep, &interval) != 0)
		return err_set(why, ERR_NOMEM, "no memory for the sensors' side");
	return 0;
}

static int make_parts(struct edge *e, struct detector *detector, struct err *why)
{
	const struct writers_plan plan = { .base = e->base,
					   .settings = e->settings,
					   .fleet = e->fleet,
					   .budget = &e->budget,
					   .stored = on_stored,
					   .freed = on_freed,
					   .arg = e };

	if (!e->fleet)
		return err_set(why, ERR_NOMEM, "no memory for the sensors' side");
	if (make_events(e, why) != 0 || reading_new(&e->reading, detector, why) != 0)
		return -1;
	if (edge_configure(e, why) != 0)
		return -1;
	return writers_new(&e->writers, &plan, why);
}

int edge_new(struct edge **out, const struct edge_plan *plan, struct err *why)
{
	struct edge *e = calloc(1, sizeof(*e));

	if (!e)
		return err_set(why, ERR_NOMEM, "no memory for the sensors' side");
	e->base = plan->base;
	e->settings = plan->settings;
	e->listen_fd = plan->listen_fd;
	e->expiry = INT64_MAX;
	e->fleet = fleet_new();
	TAILQ_INIT(&e->all);
	TAILQ_INIT(&e->pending);
	TAILQ_INIT(&e->paused);
	TAILQ_INIT(&e->queue);
	for (int i = 0; i < WAIT_KINDS; i++)
		TAILQ_INIT(&e->waits[i]);
	if (edge_set_certificate(e, plan->own, why) != 0 || make_parts(e, plan->detector, why) != 0) {
		edge_free(e);
		return -1;
	}
	*out = e;
	return 0;
}

static void event_release(struct event *event)
{
	if (event)
		event_free(event);
}

void edge_free(struct edge *e)
{
	struct connection *c;

	if (!e)
		return;
	e->closing = true;
	while ((c = TAILQ_FIRST(&e->all)) != NULL)
		connection_close(c, NULL);
	event_release(e->listener);
	event_release(e->accept_again);
	event_release(e->sweep);
	event_release(e->turn);
	writers_free(e->writers);
	reading_free(e->reading);
	fleet_free(e->fleet);
	allow_list_release(&e->allowed);
	SSL_CTX_free(e->tls);
	free(e);
}

void edge_stop(struct edge *e)
{
	struct connection *c, *next;

	e->closing = true;
	set_accepting(e);
	for (c = TAILQ_FIRST(&e->all); c; c = next) {
		next = TAILQ_NEXT(c, in_all);
		if (c->state == CONNECTION_OPEN)
			connection_stop(c);
		else
			connection_close(c, NULL);
	}
	writers_drain(e->writers);
}

bool edge_is_done(const struct edge *e)
{
	const struct connection *c;

	if (!writers_idle(e->writers))
		return false;
	TAILQ_FOREACH(c, &e->all, in_all)
	if (c->out.len)
		return false;
	return true;
}
