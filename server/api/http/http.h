/* HTTP as the handlers see it: one request, one reply, or a stream. Nothing of libmicrohttpd shows here.
 *
 * An exchange is one request with its reply. An event loop reads the request whole and calls service->serve(), which
 * either fills the reply at once, or takes the exchange away to a worker, who fills the reply and calls
 * http_answer(). The exchange is in the hands of one thread at a time. */
#ifndef SERVER_API_HTTP_HTTP_H
#define SERVER_API_HTTP_HTTP_H

#include "lib/buffer.h"

struct http_exchange;
struct http_stream;

/* Most requests may have HTTP_BODY_MAX, those that the service says (http_service.large) HTTP_LARGE_MAX; of the latter
 * so many are read or served at once, more are a 503. */
enum { HTTP_BODY_MAX = 64 * 1024, HTTP_LARGE_MAX = 8 * 1024 * 1024, HTTP_LARGE_AT_ONCE = 4 };
enum { HTTP_HEADERS_MAX = 16, HTTP_ID_SIZE = 25 };

struct http_request {
	const char *method; /* HEAD is given as GET; the reply's body is then left out */
	struct slice path;  /* as it came: not decoded */
	struct slice query; /* behind the question mark, not decoded */
	struct slice body;
	char id[HTTP_ID_SIZE]; /* drawn by us; X-Request-Id of the reply */
	char address[64];      /* who is connected to us */
	int64_t started_ms;
};

struct http_header {
	const char *name; /* static */
	char *value;      /* the reply's */
};

/* Where the bytes of an endless reply come from. */
struct http_source {
	/* In an event loop. Returns how many bytes it put, or -1 to end the stream. With nothing to send it returns 0
	 * and must have called http_stream_pause() before, under the lock that whoever wakes the stream takes. */
	long (*read)(void *arg, struct http_stream *stream, char *to, size_t room);
	/* The stream is over; called once. Afterwards the stream must not be woken. */
	void (*closed)(void *arg);
	void *arg;
};

struct http_reply {
	int status;               /* 0: none yet */
	const char *content_type; /* static; NULL: no body */
	struct buffer body;
	struct slice borrowed; /* used in place of body when ptr is set; must outlive the server */
	struct http_header headers[HTTP_HEADERS_MAX];
	unsigned header_count;
	bool close;                       /* end the connection behind this reply */
	const struct http_source *source; /* a stream, the reply's from now on: closed when it is cleared; NULL: none */
};

const struct http_request *http_request_of(const struct http_exchange *exchange);
struct http_reply *http_reply_of(struct http_exchange *exchange);
/* A request header, or NULL; valid as long as the exchange. */
const char *http_request_header(const struct http_exchange *exchange, const char *name);
/* A place for the service to keep what belongs to the exchange; the service frees it in finished(). */
void **http_slot(struct http_exchange *exchange);
/* Hands a taken exchange back to its event loop, with the reply filled in. From any thread, once. */
void http_answer(struct http_exchange *exchange);

/* Copies the value; name is static. Beyond HTTP_HEADERS_MAX, or without memory, the header is left out. */
void http_reply_header(struct http_reply *reply, const char *name, const char *value);
/* Empties the reply, so that another can be put in its place. */
void http_reply_clear(struct http_reply *reply);

/* Only from source->read. */
void http_stream_pause(struct http_stream *stream);
/* Once for each pause, from any thread. */
void http_stream_wake(struct http_stream *stream);

#endif
