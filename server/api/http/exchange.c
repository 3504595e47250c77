#include "server/api/http/exchange.h"

#include "lib/clock.h"
#include "lib/encode.h"
#include "lib/random.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>

/* On every answer that does not set them otherwise (docs/decisions: no inline script or style, nothing from elsewhere,
 * no framing). */
static const struct {
	const char *name, *value;
	bool tls_only;
} standard_headers[] = {
	{ "Content-Security-Policy",
	  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
	  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
	  false },
	{ "X-Content-Type-Options", "nosniff", false },
	{ "X-Frame-Options", "DENY", false },
	{ "Referrer-Policy", "no-referrer", false },
	{ "Cross-Origin-Opener-Policy", "same-origin", false },
	{ "Cross-Origin-Resource-Policy", "same-origin", false },
	{ "Strict-Transport-Security", "max-age=31536000", true },
};

struct http_exchange *exchange_new(struct http_server *server, const char *target)
{
	struct http_exchange *exchange = calloc(1, sizeof(*exchange));

	if (!exchange)
		return NULL;
	exchange->server = server;
	exchange->target = strdup(target);
	buffer_init(&exchange->body, HTTP_BODY_MAX);
	exchange->request.started_ms = clock_monotonic_ms();
	if (!exchange->target) {
		free(exchange);
		return NULL;
	}
	return exchange;
}

void exchange_free(struct http_exchange *exchange)
{
	if (!exchange)
		return;
	http_reply_clear(&exchange->reply);
	buffer_release(&exchange->body);
	free(exchange->target);
	free(exchange);
}

static void address_of(struct MHD_Connection *connection, char *out, size_t room)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *address = info ? info->client_addr : NULL;

	out[0] = '\0';
	if (address && address->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, out,
			  (socklen_t)room);
	else if (address && address->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, out,
			  (socklen_t)room);
}

void exchange_read_head(struct http_exchange *exchange, struct MHD_Connection *connection, const char *method)
{
	struct http_request *request = &exchange->request;
	struct slice target = slice_of_string(exchange->target);
	struct buffer id = { 0 };
	uint8_t random[12];

	exchange->connection = connection;
	request->method = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0 ? MHD_HTTP_METHOD_GET : method;
	request->path = slice_take(target, slice_find(target, '?'));
	request->query = slice_skip(target, request->path.len + 1);
	random_bytes(random, sizeof(random));
	hex_encode(&id, slice_of(random, sizeof(random)));
	snprintf(request->id, sizeof(request->id), "%s", buffer_string(&id));
	buffer_release(&id);
	address_of(connection, request->address, sizeof(request->address));
}

/* Counts the headers that say where the body ends, and keeps the last length. A coding other than chunked leaves
 * the end open as well. */
struct framing {
	unsigned lengths, codings;
	const char *length;
	bool odd_coding;
};

static enum MHD_Result count_framing(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct framing *framing = cls;

	(void)kind;
	if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
		framing->lengths++;
		framing->length = value;
	} else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
		framing->codings++;
		framing->odd_coding = !value || strcasecmp(value, "chunked") != 0;
	}
	return MHD_YES;
}

/* libmicrohttpd 0.9.75 takes two Content-Length headers and reads the rest of the body as a second request. A
 * request whose end can be read in two ways is refused, and nothing after it on that connection is read. */
int exchange_guard(struct MHD_Connection *connection, uint64_t *length)
{
	struct framing framing = { 0 };

	*length = 0;
	MHD_get_connection_values(connection, MHD_HEADER_KIND, count_framing, &framing);
	if (framing.lengths + framing.codings > 1 || framing.odd_coding)
		return MHD_HTTP_BAD_REQUEST;
	if (framing.lengths && !slice_to_uint64(slice_of_string(framing.length), length))
		return MHD_HTTP_BAD_REQUEST;
	return *length > HTTP_LARGE_MAX ? MHD_HTTP_CONTENT_TOO_LARGE : 0;
}

void exchange_allow(struct http_exchange *exchange, size_t most)
{
	exchange->body.limit = most;
}

void exchange_take(struct http_exchange *exchange, const char *data, size_t len)
{
	buffer_put(&exchange->body, data, len);
	if (exchange->body.failed)
		exchange->too_large = true;
}

static bool is_set(const struct http_reply *reply, const char *name)
{
	for (unsigned i = 0; i < reply->header_count; i++)
		if (strcmp(reply->headers[i].name, name) == 0)
			return true;
	return false;
}

static void add_headers(struct http_exchange *exchange, struct MHD_Response *response, bool tls)
{
	const struct http_reply *reply = &exchange->reply;

	for (size_t i = 0; i < ARRAY_LEN(standard_headers); i++)
		if ((tls || !standard_headers[i].tls_only) && !is_set(reply, standard_headers[i].name))
			MHD_add_response_header(response, standard_headers[i].name, standard_headers[i].value);
	for (unsigned i = 0; i < reply->header_count; i++)
		MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
	if (reply->content_type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
	MHD_add_response_header(response, "X-Request-Id", exchange->request.id);
	if (reply->close)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

/* The body moves into the response. */
static struct MHD_Response *body_response(struct http_reply *reply)
{
	struct MHD_Response *response;

	if (reply->borrowed.ptr)
		return MHD_create_response_from_buffer(reply->borrowed.len, (void *)(uintptr_t)reply->borrowed.ptr,
						       MHD_RESPMEM_PERSISTENT);
	if (!reply->body.data)
		return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	response = MHD_create_response_from_buffer(reply->body.len, reply->body.data, MHD_RESPMEM_MUST_FREE);
	if (response)
		reply->body.data = NULL;
	return response;
}

enum MHD_Result exchange_reply(struct http_exchange *exchange, bool tls)
{
	struct http_reply *reply = &exchange->reply;
	struct MHD_Response *response;
	enum MHD_Result result;

	/* A body cut short must not pass for a whole one. */
	if (reply->status == 0 || reply->body.failed) {
		http_reply_clear(reply);
		reply->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
	response = reply->source ? stream_response(exchange->connection, reply->source) : body_response(reply);
	reply->source = NULL; /* the response has it now, or it is closed */
	exchange->stage = EXCHANGE_REPLIED;
	if (!response)
		return MHD_NO;
	add_headers(exchange, response, tls);
	result = MHD_queue_response(exchange->connection, (unsigned)reply->status, response);
	MHD_destroy_response(response);
	return result;
}

const struct http_request *http_request_of(const struct http_exchange *exchange)
{
	return &exchange->request;
}

struct http_reply *http_reply_of(struct http_exchange *exchange)
{
	return &exchange->reply;
}

/* The connection stands still while a worker has the exchange, so its headers can be read from there. */
const char *http_request_header(const struct http_exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

void **http_slot(struct http_exchange *exchange)
{
	return &exchange->slot;
}

void http_answer(struct http_exchange *exchange)
{
	MHD_resume_connection(exchange->connection);
}

void http_reply_header(struct http_reply *reply, const char *name, const char *value)
{
	char *copy = reply->header_count < HTTP_HEADERS_MAX ? strdup(value) : NULL;

	if (copy)
		reply->headers[reply->header_count++] = (struct http_header){ name, copy };
}

void http_reply_clear(struct http_reply *reply)
{
	for (unsigned i = 0; i < reply->header_count; i++)
		free(reply->headers[i].value);
	if (reply->source)
		reply->source->closed(reply->source->arg);
	buffer_release(&reply->body);
	*reply = (struct http_reply){ 0 };
}
