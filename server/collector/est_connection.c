#include "server/collector/est_connection.h"

#include "lib/log.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { INPUT_MOST = EST_HEAD_MOST + EST_BODY_MOST };

enum state {
	READING_HEAD,
	READING_BODY,
	WORKING,   /* the request was handed over */
	SENDING,   /* the answer */
	LINGERING, /* all is sent; a peer that is still sending must get to read it before a reset */
};

struct est_connection {
	struct est_connection_plan plan;
	struct bufferevent *stream;
	struct event *deadline;
	enum state state;
	struct est_request request;
	void *job;
	char address[EST_ADDRESS_SIZE];
	uint8_t peer[EST_PEER_MOST];
	size_t peer_length;
};

/* ------------------------------------------------------------------------------------------------ its end */

void est_connection_free(struct est_connection *c)
{
	if (c->deadline)
		event_free(c->deadline);
	if (c->stream)
		bufferevent_free(c->stream);
	else if (c->plan.fd >= 0)
		close(c->plan.fd);
	OPENSSL_cleanse(&c->request, sizeof(c->request));
	free(c);
}

static void end(struct est_connection *c)
{
	c->plan.ended(c->plan.arg, c);
	est_connection_free(c);
}

static void set_deadline(struct est_connection *c, int64_t ms)
{
	const struct timeval after = { ms / 1000, (ms % 1000) * 1000 };

	event_add(c->deadline, &after);
}

/* ------------------------------------------------------------------------------------------------ the answer */

void est_connection_answer(struct est_connection *c, const struct est_answer *answer)
{
	struct buffer text = { 0 };

	if (c->state >= SENDING)
		return;
	est_answer_write(&text, answer, clock_now());
	c->state = SENDING;
	set_deadline(c, text.failed ? 0 : EST_SEND_MS);
	if (!text.failed)
		bufferevent_write(c->stream, text.data, text.len);
	buffer_release(&text);
}

static void answer_refusal(struct est_connection *c, const struct est_refusal *refusal)
{
	est_connection_answer(c, &(const struct est_answer){
				     .status = refusal->status, .reason = refusal->reason, .allow = refusal->allow });
}

/* All is with the kernel: close our side, and leave theirs open until they have read it. */
static void linger(struct est_connection *c)
{
	c->state = LINGERING;
	SSL_shutdown(bufferevent_openssl_get_ssl(c->stream));
	ERR_clear_error();
	shutdown(c->plan.fd, SHUT_WR);
	set_deadline(c, EST_LINGER_MS);
}

static void on_written(struct bufferevent *stream, void *arg)
{
	struct est_connection *c = arg;

	if (c->state == SENDING && evbuffer_get_length(bufferevent_get_output(stream)) == 0)
		linger(c);
}

/* ------------------------------------------------------------------------------------------------ the request */

static void hand_over(struct est_connection *c, struct evbuffer *in)
{
	size_t length = c->request.body_length;
	const uint8_t *body = length ? evbuffer_pullup(in, (ev_ssize_t)length) : NULL;

	c->state = WORKING;
	set_deadline(c, EST_WORK_MS);
	c->plan.request(c->plan.arg, c, &c->request, slice_of(body, body ? length : 0));
	OPENSSL_cleanse(&c->request, sizeof(c->request));
	evbuffer_drain(in, length);
}

static void read_body(struct est_connection *c, struct evbuffer *in)
{
	if (evbuffer_get_length(in) >= c->request.body_length)
		hand_over(c, in);
}

static void read_head(struct est_connection *c, struct evbuffer *in)
{
	size_t length = evbuffer_get_length(in), used = 0;
	size_t most = length < EST_HEAD_MOST ? length : EST_HEAD_MOST;
	const uint8_t *bytes = most ? evbuffer_pullup(in, (ev_ssize_t)most) : NULL;
	struct est_refusal refusal;
	enum parse got;

	if (!bytes)
		return;
	got = est_request_parse(slice_of(bytes, most), &c->request, &used, &refusal);
	if (got == PARSE_BAD)
		answer_refusal(c, &refusal);
	if (got != PARSE_OK)
		return;
	OPENSSL_cleanse(evbuffer_pullup(in, (ev_ssize_t)used), used); /* it may hold a token */
	evbuffer_drain(in, used);
	c->state = READING_BODY;
	if (c->request.expects_continue && evbuffer_get_length(in) < c->request.body_length)
		bufferevent_write(c->stream, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	read_body(c, in);
}

static void on_readable(struct bufferevent *stream, void *arg)
{
	struct est_connection *c = arg;
	struct evbuffer *in = bufferevent_get_input(stream);

	if (c->state == READING_HEAD)
		read_head(c, in);
	else if (c->state == READING_BODY)
		read_body(c, in);
	/* Nobody reads what comes after a request. */
	if (c->state >= WORKING)
		evbuffer_drain(in, evbuffer_get_length(in));
}

static void on_event(struct bufferevent *stream, short what, void *arg)
{
	struct est_connection *c = arg;
	unsigned long code;

	if (what & BEV_EVENT_CONNECTED)
		return;
	while ((code = bufferevent_get_openssl_error(stream)) != 0)
		log_debug("EST: %s: %s", c->address, ERR_reason_error_string(code));
	ERR_clear_error();
	end(c);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct est_connection *c = arg;

	(void)fd;
	(void)what;
	/* In the handshake nothing could be said, and who does not read in time will not read this. */
	if (c->state == WORKING || c->state == READING_BODY)
		est_connection_answer(c, &(const struct est_answer){ .status = c->state == WORKING ? 503 : 408,
								     .reason = c->state == WORKING
										   ? "this took too long; try again"
										   : "the request did not come in time",
								     .retry_after_s = c->state == WORKING ? 10 : 0 });
	else
		end(c);
}

/* ------------------------------------------------------------------------------------------------ its start */

static void read_address(struct est_connection *c, const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		inet_ntop(AF_INET, &v4.sin_addr, c->address, sizeof(c->address));
		c->peer_length = sizeof(v4.sin_addr);
		memcpy(c->peer, &v4.sin_addr, c->peer_length);
	} else if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		inet_ntop(AF_INET6, &v6.sin6_addr, c->address, sizeof(c->address));
		/* Whoever has one IPv6 address has 2^64 of them; a mapped IPv4 address is a whole one. */
		c->peer_length = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) ? 16 : 8;
		memcpy(c->peer, &v6.sin6_addr, c->peer_length);
	}
}

static int open_stream(struct est_connection *c, struct err *why)
{
	SSL *ssl = SSL_new(c->plan.tls);

	if (!ssl)
		return tls_fail(why, NULL, "cannot set up a connection");
	c->stream = bufferevent_openssl_socket_new(c->plan.base, c->plan.fd, ssl, BUFFEREVENT_SSL_ACCEPTING,
						   BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (!c->stream) {
		/* It does not say whether it freed them already; better to lose both than to close twice. */
		c->plan.fd = -1;
		return err_set(why, ERR_NOMEM, "no memory for a connection");
	}
	bufferevent_setcb(c->stream, on_readable, on_written, on_event, c);
	bufferevent_setwatermark(c->stream, EV_READ, 0, INPUT_MOST);
	bufferevent_enable(c->stream, EV_READ | EV_WRITE);
	return 0;
}

int est_connection_new(struct est_connection **out, const struct est_connection_plan *plan, struct err *why)
{
	struct est_connection *c = calloc(1, sizeof(*c));

	if (!c) {
		close(plan->fd);
		return err_set(why, ERR_NOMEM, "no memory for a connection");
	}
	c->plan = *plan;
	c->deadline = evtimer_new(plan->base, on_deadline, c);
	if (!c->deadline) {
		err_set(why, ERR_NOMEM, "no memory for a connection");
	} else if (open_stream(c, why) == 0) {
		read_address(c, plan->address);
		set_deadline(c, EST_DEADLINE_MS);
		*out = c;
		return 0;
	}
	est_connection_free(c);
	return -1;
}

const char *est_connection_address(const struct est_connection *c)
{
	return c->address;
}

struct slice est_connection_peer(const struct est_connection *c)
{
	return slice_of(c->peer, c->peer_length);
}

X509 *est_connection_certificate(const struct est_connection *c)
{
	return SSL_get1_peer_certificate(bufferevent_openssl_get_ssl(c->stream));
}

void est_connection_set_job(struct est_connection *c, void *job)
{
	c->job = job;
}

void *est_connection_job(const struct est_connection *c)
{
	return c->job;
}
