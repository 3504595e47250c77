#include "server/api/http/server.h"

#include "lib/clock.h"
#include "lib/log.h"
#include "server/api/http/exchange.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CONNECTION_MEMORY = 64 * 1024,
	IDLE_TIMEOUT_S = 30,
	REQUEST_DEADLINE_MS = 60 * 1000, /* a byte every 29 s would otherwise hold a connection for ever */
};

struct http_server {
	struct MHD_Daemon *daemon;
	struct http_service service;
	bool tls;
	pthread_mutex_t lock; /* of the list and of waiting_since_ms in it */
	struct http_connection *connections;
	unsigned connection_count;
	atomic_uint large; /* requests with a large body */
};

static struct http_connection *connection_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void set_waiting(struct http_server *server, struct MHD_Connection *connection, int64_t since_ms)
{
	struct http_connection *c = connection_of(connection);

	if (!c)
		return;
	pthread_mutex_lock(&server->lock);
	c->waiting_since_ms = since_ms;
	pthread_mutex_unlock(&server->lock);
}

static void connection_started(struct http_server *server, struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct http_connection *c = calloc(1, sizeof(*c));

	*context = c;
	if (!c || !info)
		return;
	c->fd = info->connect_fd;
	c->waiting_since_ms = clock_monotonic_ms();
	pthread_mutex_lock(&server->lock);
	c->next = server->connections;
	c->link = &server->connections;
	if (c->next)
		c->next->link = &c->next;
	server->connections = c;
	server->connection_count++;
	pthread_mutex_unlock(&server->lock);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct http_server *server = cls;
	struct http_connection *c = *context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		connection_started(server, connection, context);
		return;
	}
	if (!c)
		return;
	/* Here the descriptor is still open: the sweep never meets one that now belongs to somebody else. */
	pthread_mutex_lock(&server->lock);
	if (c->link) {
		*c->link = c->next;
		if (c->next)
			c->next->link = c->link;
		server->connection_count--;
	}
	pthread_mutex_unlock(&server->lock);
	free(c);
	*context = NULL;
}

void http_server_sweep(struct http_server *server)
{
	int64_t now = clock_monotonic_ms();

	pthread_mutex_lock(&server->lock);
	for (struct http_connection *c = server->connections; c; c = c->next)
		if (c->waiting_since_ms && now - c->waiting_since_ms > REQUEST_DEADLINE_MS)
			shutdown(c->fd, SHUT_RDWR);
	pthread_mutex_unlock(&server->lock);
}

unsigned http_server_connections(struct http_server *server)
{
	unsigned n;

	pthread_mutex_lock(&server->lock);
	n = server->connection_count;
	pthread_mutex_unlock(&server->lock);
	return n;
}

static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	(void)connection;
	return exchange_new(cls, target);
}

static enum MHD_Result refuse(struct http_exchange *exchange, int status)
{
	struct http_server *server = exchange->server;

	server->service.refuse(server->service.arg, exchange, status);
	exchange->reply.close = true;
	return exchange_reply(exchange, server->tls);
}

/* The request is whole. Suspended first: the answer may come before serve() returns. */
static enum MHD_Result serve(struct http_exchange *exchange)
{
	struct http_server *server = exchange->server;

	set_waiting(server, exchange->connection, 0);
	exchange->request.body = buffer_slice(&exchange->body);
	exchange->stage = EXCHANGE_TAKEN;
	MHD_suspend_connection(exchange->connection);
	if (server->service.serve(server->service.arg, exchange) == HTTP_ANSWERED)
		MHD_resume_connection(exchange->connection);
	return MHD_YES;
}

/* A body beyond the usual: only with its length said, only where the service takes such, and so many at once. Whoever
 * sends one need not be signed in yet: this bounds what that costs. 0, or the status of a refusal. */
static int admit_large(struct http_exchange *exchange)
{
	struct http_server *server = exchange->server;

	if (!server->service.large || !server->service.large(server->service.arg, exchange))
		return MHD_HTTP_CONTENT_TOO_LARGE;
	exchange->large = true;
	if (atomic_fetch_add(&server->large, 1) >= HTTP_LARGE_AT_ONCE)
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	exchange_allow(exchange, HTTP_LARGE_MAX);
	return 0;
}

/* 0, or the status with which the request is refused. */
static int guard(struct http_exchange *exchange, struct MHD_Connection *connection)
{
	uint64_t length;
	int status = exchange_guard(connection, &length);

	return !status && length > HTTP_BODY_MAX ? admit_large(exchange) : status;
}

/* Called when the headers are there, with each piece of the body, at its end, and after a resume. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
				  const char *version, const char *data, size_t *size, void **context)
{
	struct http_server *server = cls;
	struct http_exchange *exchange = *context;
	int status;

	(void)url;
	(void)version;
	if (!exchange)
		return MHD_NO;
	switch (exchange->stage) {
	case EXCHANGE_NEW:
		exchange_read_head(exchange, connection, method);
		exchange->stage = EXCHANGE_BODY;
		status = guard(exchange, connection);
		return status ? refuse(exchange, status) : MHD_YES;
	case EXCHANGE_BODY:
		if (*size > 0) {
			exchange_take(exchange, data, *size);
			*size = 0;
			return MHD_YES;
		}
		return exchange->too_large ? refuse(exchange, MHD_HTTP_CONTENT_TOO_LARGE) : serve(exchange);
	case EXCHANGE_TAKEN:
		return exchange_reply(exchange, server->tls);
	case EXCHANGE_REPLIED:
	default:
		return MHD_NO;
	}
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode code)
{
	struct http_server *server = cls;
	struct http_exchange *exchange = *context;

	(void)code;
	if (!exchange)
		return;
	set_waiting(server, connection, clock_monotonic_ms());
	if (server->service.finished)
		server->service.finished(server->service.arg, exchange, exchange->reply.status);
	if (exchange->large)
		atomic_fetch_sub(&server->large, 1);
	exchange_free(exchange);
	*context = NULL;
}

/* libmicrohttpd's own messages are about single connections, most of them a peer's doing: for debugging only. */
static void on_message(void *cls, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
static void on_message(void *cls, const char *format, va_list args)
{
	char text[256];
	int n = vsnprintf(text, sizeof(text), format, args);

	(void)cls;
	while (n > 0 && (size_t)n < sizeof(text) && text[n - 1] == '\n')
		text[--n] = '\0';
	log_debug("http: %s", text);
}

static struct MHD_Daemon *start_daemon(struct http_server *server, const struct http_options *options)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	struct MHD_OptionItem pool[] = {
		{ MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)options->threads, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (server->tls)
		flags |= MHD_USE_TLS;
	return MHD_start_daemon(
	    flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_message, NULL,
	    MHD_OPTION_LISTEN_SOCKET, (MHD_socket)options->listen_fd, MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
	    options->max_connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->max_per_address,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY,
	    options->threads > 1 ? pool : none, MHD_OPTION_ARRAY, server->tls ? tls : none, MHD_OPTION_END);
}

int http_server_start(struct http_server **out, const struct http_options *options, const struct http_service *service,
		      struct err *why)
{
	struct http_server *server = calloc(1, sizeof(*server));

	if (!server)
		return err_set(why, ERR_NOMEM, "no memory for an HTTP server");
	server->service = *service;
	server->tls = options->certificate != NULL;
	pthread_mutex_init(&server->lock, NULL);
	server->daemon = start_daemon(server, options);
	if (!server->daemon) {
		pthread_mutex_destroy(&server->lock);
		free(server);
		return err_set(why, ERR_IO, "the HTTP server does not start%s",
			       options->certificate ? "; are api.certificate and api.key a pair in PEM?" : "");
	}
	*out = server;
	return 0;
}

void http_server_stop(struct http_server *server)
{
	MHD_socket door;

	if (!server)
		return;
	/* A pool of threads would shut the socket down, which others hold as well: it is taken away first. */
	door = MHD_quiesce_daemon(server->daemon);
	MHD_stop_daemon(server->daemon);
	if (door != MHD_INVALID_SOCKET)
		close(door);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
