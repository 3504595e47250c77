#include "sensor-agent/uplink.h"

#include "sensor-agent/certificate.h"
#include "sensor-agent/envelope.h"
#include "sensor-agent/sender.h"

#include "lib/log.h"
#include "lib/lumberjack.h"
#include "lib/random.h"
#include "lib/tls.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>

enum {
	WINDOW_BYTES = 2 * 1024 * 1024, /* of frames before compression; at least one event */
	OUTPUT_MOST = 1024 * 1024,      /* compressed bytes waiting for the socket before no window is added */
	OUTPUT_LOW = 128 * 1024,
	CONNECT_MS = 20 * 1000, /* name, connection and handshake together */
	FIRST_WAIT_MS = 500,
	KEEP_ROOM = 256 * 1024, /* a larger buffer is given back after use */
};

struct uplink {
	struct uplink_plan plan;
	struct sender *sender;
	struct lumberjack_deflater *deflater;
	struct buffer frames, json, wire;

	struct evdns_base *dns;
	struct evdns_getaddrinfo_request *lookup; /* of the server's name, under way */
	struct bufferevent *connection;
	struct event *tick, *retry;
	bool connected; /* the handshake is done, as far as we can see */
	bool proven;    /* the server has answered: it takes our certificate */
	bool renewed;
	int64_t since_ms; /* of the connection or of the try */
	int64_t heard_ms; /* last byte from the server, or last time nothing was under way */
	int64_t next_heartbeat_ms;
	unsigned attempt;
	uint64_t acked;
	struct err trouble;
	struct log_limit trouble_log;
	struct err told; /* the trouble last logged */
};

static void connect_now(evutil_socket_t fd, short what, void *arg);

/* ------------------------------------------------------------------------------------------------ coming and going */

static void changed(const struct uplink *u)
{
	if (u->plan.changed)
		u->plan.changed(u->plan.arg);
}

static void hang_up(struct uplink *u)
{
	if (u->connection) {
		SSL *ssl = bufferevent_openssl_get_ssl(u->connection);

		/* So that the other side sees an end, not a loss. */
		if (u->connected && ssl)
			SSL_shutdown(ssl);
		ERR_clear_error();
		bufferevent_free(u->connection);
	}
	u->connection = NULL;
	u->connected = u->proven = false;
	sender_reset(u->sender);
	spool_rewind(u->plan.spool);
}

static void try_again_in(struct uplink *u, int64_t ms)
{
	struct timeval wait = { ms / 1000, (ms % 1000) * 1000 };

	event_add(u->retry, &wait);
}

/* u->trouble says why. */
static void lose(struct uplink *u)
{
	int64_t wait = backoff_ms(u->attempt++, FIRST_WAIT_MS, u->plan.settings->uplink.connect_most);
	bool was_connected = u->proven;
	unsigned skipped;

	hang_up(u);
	if (was_connected || strcmp(u->told.text, u->trouble.text) != 0 ||
	    log_allowed(&u->trouble_log, 60 * 1000, &skipped)) {
		u->told = u->trouble;
		log_warning("%s; trying again, after %.1f s this time", u->trouble.text, (double)wait / 1000);
	} else {
		log_debug("%s; trying again after %.1f s", u->trouble.text, (double)wait / 1000);
	}
	try_again_in(u, wait);
	changed(u);
}

static void say_what_ended(struct uplink *u, short what)
{
	SSL *ssl = bufferevent_openssl_get_ssl(u->connection);
	unsigned long code = bufferevent_get_openssl_error(u->connection);
	int number = EVUTIL_SOCKET_ERROR();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;
	const char *doing = u->proven ? "connection lost" : u->connected ? "refused" : "cannot connect";
	long verified = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;

	if (!u->connected && verified != X509_V_OK)
		reason = X509_verify_cert_error_string(verified);
	else if (!reason && !u->connected)
		reason = "refused (is the server running, and the port reachable?)";
	else if (!reason && (what & BEV_EVENT_EOF))
		reason = "the server closed it";
	else if (!reason)
		reason = number ? strerror(number) : "no reason given";
	err_set(&u->trouble, ERR_UNAVAILABLE, "%s:%d: %s: %s%s", u->plan.host, u->plan.port, doing, reason,
		code && ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET
		    ? " (the server refuses our certificate? see hinomi-agent status)"
		    : "");
	ERR_clear_error();
}

static void prepare_socket(evutil_socket_t fd)
{
	int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) != 0)
		log_debug("cannot set socket options: %s", strerror(errno));
}

static void on_event(struct bufferevent *connection, short what, void *arg)
{
	struct uplink *u = arg;

	if (what & BEV_EVENT_CONNECTED) {
		prepare_socket(bufferevent_getfd(connection));
		u->connected = true;
		u->since_ms = u->heard_ms = clock_monotonic_ms();
		u->next_heartbeat_ms = u->since_ms;
		uplink_pump(u);
		return;
	}
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) {
		say_what_ended(u, what);
		lose(u);
	}
}

/* ------------------------------------------------------------------------------------------------ acks */

static int take_ack(struct uplink *u, uint32_t number, struct err *why)
{
	struct sender_progress progress;

	u->heard_ms = clock_monotonic_ms();
	if (sender_ack(u->sender, number, &progress, why) != 0)
		return -1;
	if (!u->proven) {
		u->proven = true;
		u->trouble = (struct err){ 0 };
		log_info("connected to %s:%d", u->plan.host, u->plan.port);
	}
	if (number == 0)
		return 0;
	u->attempt = 0;
	if (progress.entries) {
		u->acked += progress.entries;
		spool_acked(u->plan.spool, &progress.behind, progress.entries);
	}
	return 0;
}

static int take_acks(struct uplink *u, struct evbuffer *in, struct err *why)
{
	uint8_t bytes[LUMBERJACK_ACK_SIZE];
	ev_ssize_t n;

	while ((n = evbuffer_copyout(in, bytes, sizeof(bytes))) > 0) {
		uint32_t number;
		enum parse got = lumberjack_parse_ack(slice_of(bytes, (size_t)n), &number);

		if (got == PARSE_MORE)
			return 0;
		if (got == PARSE_BAD)
			return err_set(why, ERR_PROTOCOL, "the server sends something that is not an ack");
		evbuffer_drain(in, sizeof(bytes));
		if (take_ack(u, number, why) != 0)
			return -1;
	}
	return 0;
}

static void on_read(struct bufferevent *connection, void *arg)
{
	struct uplink *u = arg;
	struct err why;

	if (take_acks(u, bufferevent_get_input(connection), &why) != 0) {
		err_set(&u->trouble, ERR_PROTOCOL, "%s:%d: %s", u->plan.host, u->plan.port, why.text);
		lose(u);
		return;
	}
	uplink_pump(u);
	changed(u);
}

/* ------------------------------------------------------------------------------------------------ windows */

static int add_heartbeat(struct uplink *u, struct err *why)
{
	struct health health = { 0 };
	int64_t now = clock_monotonic_ms();

	if (!u->plan.health || now < u->next_heartbeat_ms)
		return 0;
	u->next_heartbeat_ms = now + u->plan.settings->uplink.heartbeat;
	u->plan.health(u->plan.arg, &health);
	health.now = clock_now();
	buffer_clear(&u->json);
	envelope_put_heartbeat(&u->json, &health);
	lumberjack_put_json(&u->frames, 1, buffer_slice(&u->json));
	return sender_add(u->sender, NULL, why);
}

/* 0: the window is full, or there is nothing more */
static int add_entries(struct uplink *u, struct err *why)
{
	uint32_t number = u->frames.len ? 1 : 0;

	while (number < u->plan.settings->uplink.window && u->frames.len < WINDOW_BYTES) {
		struct spool_entry entry;
		struct spool_mark behind;
		int got = spool_read(u->plan.spool, &entry, &behind, why);

		if (got <= 0)
			return got;
		buffer_clear(&u->json);
		envelope_put_entry(&u->json, &entry);
		lumberjack_put_json(&u->frames, ++number, buffer_slice(&u->json));
		if (sender_add(u->sender, &behind, why) != 0)
			return -1;
	}
	return 0;
}

static void give_back(struct buffer *b)
{
	buffer_clear(b);
	if (b->room > KEEP_ROOM)
		buffer_release(b);
}

/* 1: a window is on its way; 0: there was nothing to send */
static int send_window(struct uplink *u, struct err *why)
{
	uint32_t count;

	buffer_clear(&u->frames);
	buffer_clear(&u->wire);
	sender_begin(u->sender);
	if (add_heartbeat(u, why) != 0 || add_entries(u, why) != 0)
		return -1;
	if (sender_is_idle(u->sender))
		u->heard_ms = clock_monotonic_ms();
	count = sender_end(u->sender);
	if (count == 0)
		return 0;
	lumberjack_put_window(&u->wire, count);
	if (u->json.failed || u->frames.failed)
		return err_set(why, ERR_NOMEM, "no memory for a window");
	if (lumberjack_put_compressed(u->deflater, &u->wire, buffer_slice(&u->frames), why) != 0)
		return -1;
	if (u->wire.failed || bufferevent_write(u->connection, u->wire.data, u->wire.len) != 0)
		return err_set(why, ERR_NOMEM, "no memory for a window");
	return 1;
}

void uplink_pump(struct uplink *u)
{
	struct err why = { 0 };
	int got = 1;

	if (!u->connected)
		return;
	if (u->renewed && sender_is_idle(u->sender)) {
		u->renewed = false;
		hang_up(u);
		try_again_in(u, 0);
		return;
	}
	while (got > 0 && !u->renewed && sender_may_begin(u->sender) &&
	       evbuffer_get_length(bufferevent_get_output(u->connection)) < OUTPUT_MOST)
		got = send_window(u, &why);
	give_back(&u->frames);
	give_back(&u->json);
	give_back(&u->wire);
	if (got < 0 && why.code == ERR_IO) {
		u->plan.failed(u->plan.arg, &why);
	} else if (got < 0) {
		u->trouble = why;
		lose(u);
	}
}

static void on_write(struct bufferevent *connection, void *arg)
{
	(void)connection;
	uplink_pump(arg);
}

/* ------------------------------------------------------------------------------------------------ time */

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct uplink *u = arg;
	int64_t now = clock_monotonic_ms();
	const struct agent_settings *settings = u->plan.settings;

	(void)fd;
	(void)what;
	if (u->connection && !u->connected && now - u->since_ms > CONNECT_MS) {
		err_set(&u->trouble, ERR_UNAVAILABLE, "%s:%d: cannot connect: no answer within %d s", u->plan.host,
			u->plan.port, CONNECT_MS / 1000);
		lose(u);
	} else if (u->connected && !sender_is_idle(u->sender) && now - u->heard_ms > settings->uplink.ack_timeout) {
		err_set(&u->trouble, ERR_UNAVAILABLE, "%s:%d: silent for %.0f s while events wait for its ack",
			u->plan.host, u->plan.port, (double)(now - u->heard_ms) / 1000);
		lose(u);
	} else {
		uplink_pump(u);
	}
}

/* ------------------------------------------------------------------------------------------------ connecting */

static SSL_CTX *load_tls(const struct uplink *u, struct err *why)
{
	struct buffer ca = { 0 }, certificate = { 0 }, key = { 0 };
	const char *dir = u->plan.settings->state_dir;
	struct certificate_life life;
	SSL_CTX *ctx = NULL;

	if (certificate_read(&life, dir, why) != 0)
		return NULL;

	buffer_printf(&ca, "%s/ca.pem", dir);
	buffer_printf(&certificate, "%s/agent.pem", dir);
	buffer_printf(&key, "%s/agent.key", dir);
	if (tls_client_new(&ctx,
			   &(struct tls_client_plan){ .ca_file = buffer_string(&ca),
						      .certificate_file = buffer_string(&certificate),
						      .key_file = buffer_string(&key),
						      .least_version = TLS1_3_VERSION },
			   why) != 0)
		ctx = NULL;
	buffer_release(&ca);
	buffer_release(&certificate);
	buffer_release(&key);
	return ctx;
}

static SSL *make_session(const struct uplink *u, struct err *why)
{
	SSL_CTX *ctx = load_tls(u, why);
	SSL *ssl;

	if (!ctx)
		return NULL;
	ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	if (!ssl) {
		tls_fail(why, NULL, "cannot set up TLS");
		return NULL;
	}
	/* libevent takes it that SSL_write() writes all or nothing: a partial write would lose the rest of a chunk. */
	SSL_clear_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE);
	if (tls_client_expect(ssl, u->plan.host, why) != 0) {
		SSL_free(ssl);
		return NULL;
	}
	return ssl;
}

static int begin(struct uplink *u, const struct evutil_addrinfo *address, struct err *why)
{
	SSL *ssl = make_session(u, why);

	if (!ssl)
		return -1;
	u->connection = bufferevent_openssl_socket_new(u->plan.base, -1, ssl, BUFFEREVENT_SSL_CONNECTING,
						       BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (!u->connection) {
		SSL_free(ssl);
		return err_set(why, ERR_NOMEM, "no memory for a connection");
	}
	/* A server that is killed closes without a goodbye; what counts is acked or not. */
	bufferevent_openssl_set_allow_dirty_shutdown(u->connection, 1);
	bufferevent_setcb(u->connection, on_read, on_write, on_event, u);
	bufferevent_setwatermark(u->connection, EV_WRITE, OUTPUT_LOW, 0);
	bufferevent_set_max_single_write(u->connection, OUTPUT_LOW);
	bufferevent_enable(u->connection, EV_READ | EV_WRITE);
	u->since_ms = clock_monotonic_ms();
	if (bufferevent_socket_connect(u->connection, address->ai_addr, (int)address->ai_addrlen) != 0)
		return err_set(why, ERR_UNAVAILABLE, "%s:%d: cannot connect: %s", u->plan.host, u->plan.port,
			       strerror(EVUTIL_SOCKET_ERROR()));
	return 0;
}

/* Of several addresses another one is tried each time. */
static const struct evutil_addrinfo *choose(const struct evutil_addrinfo *list, unsigned attempt)
{
	const struct evutil_addrinfo *address = list;
	unsigned count = 0;

	for (; address; address = address->ai_next)
		count++;
	address = list;
	for (attempt = count ? attempt % count : 0; attempt > 0; attempt--)
		address = address->ai_next;
	return address;
}

static void on_address(int result, struct evutil_addrinfo *list, void *arg)
{
	struct uplink *u = arg;

	u->lookup = NULL;
	if (result == EVUTIL_EAI_CANCEL)
		return;
	if (result != 0 || !list) {
		err_set(&u->trouble, ERR_UNAVAILABLE, "%s: cannot find its address: %s", u->plan.host,
			evutil_gai_strerror(result));
		lose(u);
		return;
	}
	if (begin(u, choose(list, u->attempt), &u->trouble) != 0)
		lose(u);
	evutil_freeaddrinfo(list);
}

/* Name servers and hosts as they are now: networks of appliances change. */
static void refresh_dns(struct evdns_base *dns)
{
	evdns_base_clear_nameservers_and_suspend(dns);
	evdns_base_clear_host_addresses(dns);
	evdns_base_search_clear(dns);
	if (evdns_base_resolv_conf_parse(dns, DNS_OPTIONS_ALL, "/etc/resolv.conf") != 0)
		log_debug("/etc/resolv.conf names no name server");
	evdns_base_resume(dns);
}

static void connect_now(evutil_socket_t fd, short what, void *arg)
{
	const struct evutil_addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct uplink *u = arg;
	struct evdns_getaddrinfo_request *lookup;
	char port[8];

	(void)fd;
	(void)what;
	if (u->connection || u->lookup)
		return;
	u->renewed = false;
	snprintf(port, sizeof(port), "%d", u->plan.port);
	refresh_dns(u->dns);
	/* An answer that is known already is given by the call itself, which then returns NULL. */
	lookup = evdns_getaddrinfo(u->dns, u->plan.host, port, &hints, on_address, u);
	if (lookup)
		u->lookup = lookup;
}

int uplink_new(struct uplink **out, const struct uplink_plan *plan, struct err *why)
{
	struct uplink *u = calloc(1, sizeof(*u));
	struct timeval second = { 1, 0 };

	if (!u)
		return err_set(why, ERR_NOMEM, "no memory for the uplink");
	u->plan = *plan;
	u->sender = sender_new((unsigned)plan->settings->uplink.pipelining);
	u->deflater = lumberjack_deflater_new((int)plan->settings->uplink.compression);
	u->tick = event_new(plan->base, -1, EV_PERSIST, on_tick, u);
	u->retry = evtimer_new(plan->base, connect_now, u);
	u->dns = evdns_base_new(plan->base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (!u->sender || !u->dns || !u->deflater || !u->tick || !u->retry || event_add(u->tick, &second) != 0) {
		uplink_free(u);
		return err_set(why, ERR_NOMEM, "no memory for the uplink");
	}
	try_again_in(u, 0);
	*out = u;
	return 0;
}

void uplink_free(struct uplink *u)
{
	if (!u)
		return;
	if (u->sender)
		hang_up(u);
	if (u->lookup) {
		evdns_getaddrinfo_cancel(u->lookup);
		event_base_loop(u->plan.base, EVLOOP_NONBLOCK); /* lets it end */
	}
	if (u->dns)
		evdns_base_free(u->dns, 0);
	if (u->tick)
		event_free(u->tick);
	if (u->retry)
		event_free(u->retry);
	sender_free(u->sender);
	lumberjack_deflater_free(u->deflater);
	buffer_release(&u->frames);
	buffer_release(&u->json);
	buffer_release(&u->wire);
	free(u);
}

/* ------------------------------------------------------------------------------------------------ telling */

void uplink_renewed(struct uplink *u)
{
	u->renewed = u->connected;
	uplink_pump(u);
}

bool uplink_is_idle(const struct uplink *u)
{
	return sender_is_idle(u->sender);
}

bool uplink_is_connected(const struct uplink *u)
{
	return u->proven;
}

const char *uplink_trouble(const struct uplink *u)
{
	return u->trouble.text;
}

uint64_t uplink_acked(const struct uplink *u)
{
	return u->acked;
}
