/* Many sensors at once: opens COUNT mutual-TLS connections to the collector and keeps them without a word.
 * Steered over stdin, answers on stdout:
 *
 *   (at the start)  "open COUNT SECONDS"     all connected and served once
 *   "again\n"       "again COUNT SECONDS"    all were closed at the same moment, connected anew, and served
 *   end of input    closes and ends
 *
 * Served means: the TLS handshake is done, and an empty window ("2W" 0) was acked by the collector itself. A refused
 * or broken attempt is made again after up to a second, as an agent would.
 *
 * usage: idle_sensors ADDRESS PORT CA COUNT CERTIFICATE KEY [CERTIFICATE KEY]...
 * The certificates take turns: what a connection costs does not depend on whose it is. */
#include "lib/clock.h"
#include "lib/slice.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <inttypes.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { OPENING_AT_ONCE = 256, ACK_SIZE = 6, HOMES = 16 };

struct fleet {
	struct event_base *base;
	struct sockaddr_in server;
	SSL_CTX **contexts;
	size_t context_count;
	struct connection *all;
	int64_t count, next, served;
	bool bounded; /* at most OPENING_AT_ONCE attempts; off when all come back at once */
	int64_t started;
	const char *what;
};

struct connection {
	struct fleet *fleet;
	struct bufferevent *bev;
	struct event *retry;
	size_t index;
	bool served;
};

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void connection_open(struct connection *c);

static void open_next(struct fleet *f)
{
	if (f->bounded && f->next < f->count)
		connection_open(&f->all[f->next++]);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	connection_open(arg);
}

static void connection_retry(struct connection *c)
{
	struct timeval soon = { 0, 50000 + (suseconds_t)(c->index * 7919 % 900000) };

	bufferevent_free(c->bev);
	c->bev = NULL;
	evtimer_add(c->retry, &soon);
}

static void on_readable(struct bufferevent *bev, void *arg)
{
	struct connection *c = arg;
	struct fleet *f = c->fleet;
	struct evbuffer *in = bufferevent_get_input(bev);

	if (c->served || evbuffer_get_length(in) < ACK_SIZE) {
		if (c->served)
			evbuffer_drain(in, evbuffer_get_length(in));
		return;
	}
	evbuffer_drain(in, evbuffer_get_length(in));
	c->served = true;
	if (++f->served == f->count) {
		printf("%s %" PRId64 " %.3f\n", f->what, f->count, (double)(clock_monotonic_ms() - f->started) / 1000);
		fflush(stdout);
	}
	open_next(f);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	static const unsigned char empty_window[6] = { '2', 'W', 0, 0, 0, 0 };
	struct connection *c = arg;

	if (what & BEV_EVENT_CONNECTED) {
		bufferevent_write(bev, empty_window, sizeof(empty_window));
		return;
	}
	if (c->served) {
		fprintf(stderr, "idle_sensors: the collector closed an idle connection\n");
		exit(EXIT_FAILURE);
	}
	connection_retry(c);
}

/* Clients share one machine: several source addresses, so that ports do not run short. */
static int socket_from_home(const struct connection *c)
{
	struct sockaddr_in home = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		die("idle_sensors: socket (ulimit -n?)");
	setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &on, sizeof(on));
	home.sin_addr.s_addr = htonl(0x7f000101 + (uint32_t)(c->index % HOMES));
	if (bind(fd, (struct sockaddr *)&home, sizeof(home)) != 0)
		die("idle_sensors: bind");
	return fd;
}

static void connection_open(struct connection *c)
{
	struct fleet *f = c->fleet;
	SSL *ssl = SSL_new(f->contexts[c->index % f->context_count]);

	if (!ssl)
		die("idle_sensors: SSL_new");
	SSL_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
	c->served = false;
	c->bev = bufferevent_openssl_socket_new(f->base, socket_from_home(c), ssl, BUFFEREVENT_SSL_CONNECTING,
						BEV_OPT_CLOSE_ON_FREE);
	if (!c->bev)
		die("idle_sensors: bufferevent");
	bufferevent_setcb(c->bev, on_readable, NULL, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	if (bufferevent_socket_connect(c->bev, (struct sockaddr *)&f->server, sizeof(f->server)) != 0)
		connection_retry(c);
}

static void on_all_closed(evutil_socket_t fd, short what, void *arg)
{
	struct fleet *f = arg;

	(void)fd;
	(void)what;
	for (int64_t i = 0; i < f->count; i++)
		connection_open(&f->all[i]);
}

/* A freed bufferevent closes its socket when the loop comes round, so they are opened behind that. */
static void all_again(struct fleet *f)
{
	static const struct timeval now = { 0, 0 };

	for (int64_t i = 0; i < f->count; i++)
		if (f->all[i].bev) {
			bufferevent_free(f->all[i].bev);
			f->all[i].bev = NULL;
		}
	f->what = "again";
	f->served = 0;
	f->bounded = false;
	f->started = clock_monotonic_ms();
	event_base_once(f->base, -1, EV_TIMEOUT, on_all_closed, f, &now);
}

static void on_command(evutil_socket_t fd, short what, void *arg)
{
	struct fleet *f = arg;
	char line[64];
	ssize_t n = read(fd, line, sizeof(line));

	(void)what;
	if (n <= 0)
		event_base_loopbreak(f->base);
	else if (f->served == f->count)
		all_again(f);
}

static SSL_CTX *context_new(const char *ca, const char *certificate, const char *key)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx || SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1 ||
	    SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "idle_sensors: cannot use %s, %s and %s\n", ca, certificate, key);
		exit(EXIT_FAILURE);
	}
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return ctx;
}

static void fleet_prepare(struct fleet *f, int argc, char **argv)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	f->base = event_base_new();
	f->context_count = (size_t)(argc - 5) / 2;
	f->contexts = calloc(f->context_count, sizeof(*f->contexts));
	f->all = calloc((size_t)f->count, sizeof(*f->all));
	if (!f->base || !f->contexts || !f->all)
		die("idle_sensors");
	for (size_t i = 0; i < f->context_count; i++)
		f->contexts[i] = context_new(argv[3], argv[5 + 2 * i], argv[6 + 2 * i]);
	for (size_t i = 0; i < (size_t)f->count; i++) {
		f->all[i] = (struct connection){ .fleet = f, .index = i };
		f->all[i].retry = evtimer_new(f->base, on_retry, &f->all[i]);
	}
}

int main(int argc, char **argv)
{
	struct fleet f = { .what = "open", .bounded = true };
	struct event *commands;
	int64_t port;

	if (argc < 7 || argc % 2 == 0 || !slice_to_int64(slice_of_string(argv[2]), &port) ||
	    !slice_to_int64(slice_of_string(argv[4]), &f.count) || f.count < 1 ||
	    inet_pton(AF_INET, argv[1], &f.server.sin_addr) != 1) {
		fputs("usage: idle_sensors ADDRESS PORT CA COUNT CERTIFICATE KEY [CERTIFICATE KEY]...\n", stderr);
		return 2;
	}
	f.server.sin_family = AF_INET;
	f.server.sin_port = htons((uint16_t)port);
	fleet_prepare(&f, argc, argv);
	commands = event_new(f.base, STDIN_FILENO, EV_READ | EV_PERSIST, on_command, &f);
	event_add(commands, NULL);
	f.started = clock_monotonic_ms();
	for (int i = 0; i < OPENING_AT_ONCE; i++)
		open_next(&f);
	event_base_dispatch(f.base);
	return EXIT_SUCCESS;
}
