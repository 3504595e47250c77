#include "server/keyholder/keyholder.h"

#include "lib/clock.h"
#include "lib/encode.h"
#include "lib/log.h"
#include "lib/message.h"
#include "server/keyholder/answer.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PATH_ROOM = 4096,
	CLIENTS_MAX = 32, /* one per collector, with room for a restart */
	SLOT_SIGNALS = 0,
	SLOT_LISTENER = 1,
	SLOTS = 2 + CLIENTS_MAX,
};

struct client {
	int fd; /* -1: free */
	struct buffer in, out;
};

struct keyholder {
	struct role_context *context;
	int listener;
	struct answerer answerer;
	struct client clients[CLIENTS_MAX];
};

static void client_end(struct client *c)
{
	close(c->fd);
	buffer_release(&c->in);
	buffer_release(&c->out);
	*c = (struct client){ .fd = -1 };
}

/* The kernel says who connected; it cannot be forged. */
static bool peer_is_ours(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == geteuid() || peer.uid == 0);
}

static void accept_client(struct keyholder *k)
{
	int fd = accept4(k->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (!peer_is_ours(fd)) {
		log_warning("refused a connection of another user to the keyholder's socket");
		close(fd);
		return;
	}
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (k->clients[i].fd >= 0)
			continue;
		k->clients[i] = (struct client){ .fd = fd };
		return;
	}
	log_warning("refused a connection: %d are open already", CLIENTS_MAX);
	close(fd);
}

/* False: the connection is over. */
static bool flush(struct client *c)
{
	while (c->out.len) {
		ssize_t n = send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		buffer_consume(&c->out, (size_t)n);
	}
	return true;
}

static bool serve(struct keyholder *k, struct client *c)
{
	struct slice request;
	size_t used, start;
	enum parse got;

	while ((got = message_parse(buffer_slice(&c->in), &request, &used)) == PARSE_OK) {
		start = message_begin(&c->out);
		answer(&k->answerer, request, clock_monotonic_ms(), &c->out);
		message_end(&c->out, start);
		buffer_consume(&c->in, used);
	}
	return got != PARSE_BAD && !c->out.failed && flush(c);
}

static bool read_client(struct keyholder *k, struct client *c)
{
	uint8_t bytes[8192];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	buffer_put(&c->in, bytes, (size_t)n);
	return !c->in.failed && serve(k, c);
}

static void take_settings(struct keyholder *k)
{
	const struct settings *s = &k->context->settings;

	k->answerer.sensor_life_ms = s->keyholder.sensor_certificate_life;
	k->answerer.server_life_ms = s->keyholder.server_certificate_life;
	k->answerer.allowance.per_minute = s->keyholder.signatures_per_minute;
}

static void take_signals(struct keyholder *k)
{
	enum role_event event;

	while ((event = role_next_event(k->context)) != ROLE_NOTHING)
		if (event == ROLE_RELOAD)
			take_settings(k);
}

static void loop(struct keyholder *k)
{
	while (!k->context->stopping) {
		struct pollfd p[SLOTS];

		p[SLOT_SIGNALS] = (struct pollfd){ .fd = k->context->signal_fd, .events = POLLIN };
		p[SLOT_LISTENER] = (struct pollfd){ .fd = k->listener, .events = POLLIN };
		/* While an answer waits to be taken, no further request is read. */
		for (size_t i = 0; i < CLIENTS_MAX; i++)
			p[2 + i] = (struct pollfd){ .fd = k->clients[i].fd,
						    .events = k->clients[i].out.len ? POLLOUT : POLLIN };
		if (poll(p, SLOTS, -1) < 0)
			continue;
		if (p[SLOT_SIGNALS].revents)
			take_signals(k);
		for (size_t i = 0; i < CLIENTS_MAX; i++) {
			struct client *c = &k->clients[i];

			if (c->fd < 0 || !p[2 + i].revents)
				continue;
			if (!(c->out.len ? flush(c) && serve(k, c) : read_client(k, c)))
				client_end(c);
		}
		if (p[SLOT_LISTENER].revents)
			accept_client(k);
	}
}

/* Operators hand ca.pem, or the fingerprint in the log, to whoever enrols a sensor. */
static int publish(const struct keyholder *k, struct err *why)
{
	X509 *certificate = authority_certificate(k->answerer.authority);
	uint8_t fingerprint[TLS_FINGERPRINT_SIZE];
	struct buffer text = { 0 };
	char path[PATH_ROOM];
	int failed;

	snprintf(path, sizeof(path), "%s/ca.pem", k->context->settings.state_dir);
	tls_certificate_to_pem(certificate, &text);
	failed = text.failed ? err_set(why, ERR_NOMEM, "no memory for the authority's certificate")
			     : tls_file_save(path, 0644, buffer_slice(&text), why);
	buffer_clear(&text);
	if (!failed && tls_fingerprint(certificate, fingerprint)) {
		hex_encode(&text, slice_of(fingerprint, sizeof(fingerprint)));
		log_info("the authority's certificate is %s, SHA-256 %s", path, buffer_string(&text));
	}
	buffer_release(&text);
	return failed;
}

static int open_all(struct keyholder *k, struct err *why)
{
	const struct settings *s = &k->context->settings;
	char folder[PATH_ROOM], address[PATH_ROOM];

	snprintf(folder, sizeof(folder), "%s/keyholder", s->state_dir);
	if (authority_open(&k->answerer.authority, folder, why) != 0 || publish(k, why) != 0)
		return -1;
	if (*s->keyholder.socket)
		snprintf(address, sizeof(address), "unix:%s", s->keyholder.socket);
	else
		snprintf(address, sizeof(address), "unix:%s/run/keyholder.sock", s->state_dir);
	k->listener = role_listener("keyholder", address, why);
	return k->listener < 0 ? -1 : 0;
}

static int run(struct role_context *context, struct err *why)
{
	struct keyholder k = { .context = context, .listener = -1 };
	int failed;

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		k.clients[i].fd = -1;
	umask(077);
	take_settings(&k);
	failed = open_all(&k, why);
	if (!failed) {
		role_ready(context);
		loop(&k);
	}
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (k.clients[i].fd >= 0)
			client_end(&k.clients[i]);
	if (k.listener >= 0)
		close(k.listener);
	authority_free(k.answerer.authority);
	return failed;
}

const struct role keyholder_role = { "keyholder", "holds the key of the certificate authority and signs with it", run };
