#include "server/api/live.h"

#include "server/api/hub.h"

static bool choose_topic(struct stream_scope *scope, struct slice topic)
{
	if (slice_is(topic, "alerts"))
		scope->alerts = true;
	else if (slice_is(topic, "incidents"))
		scope->incidents = true;
	else if (slice_is(topic, "sensors"))
		scope->sensors = true;
	else if (slice_is(topic, "tickets"))
		scope->tickets = true;
	else if (slice_is(topic, "orders"))
		scope->orders = true;
	else if (slice_is(topic, "pages"))
		scope->pages = true;
	else if (slice_is(topic, "reports"))
		scope->reports = true;
	else
		return false;
	return true;
}

static bool read_topics(struct call *call, struct stream_scope *scope)
{
	struct slice rest = slice_of_string(parameters_get(&call->query, "topics"));

	if (!rest.ptr) {
		scope->alerts = scope->incidents = scope->sensors = scope->tickets = scope->orders = scope->pages =
		    scope->reports = true;
		return true;
	}
	for (bool more = true; more;) {
		size_t comma = slice_find(rest, ',');

		if (!choose_topic(scope, slice_take(rest, comma))) {
			call_refuse_parameter(call, "topics", FAULT_CHOICE);
			return false;
		}
		more = comma < rest.len;
		rest = slice_skip(rest, comma + 1);
	}
	return true;
}

/* The parameter is what the client chose to say; the header is what a browser's EventSource adds when it comes back,
 * with the address it began with, so the header is the newer one. */
static const char *cursor_of(const struct call *call)
{
	const char *header = http_request_header(call->exchange, "Last-Event-ID");

	return header && *header ? header : parameters_get(&call->query, "cursor");
}

int live_stream(struct call *call, struct err *why)
{
	struct hub_stream stream = { .scope.company_id = call->person.company_id, .cursor = cursor_of(call) };
	const struct http_source *source;

	if (!read_topics(call, &stream.scope))
		return 0;
	/* A wall asks for all there is; what it may not see it is not told. */
	if (!person_may(call->person.role, PERMISSION_SEE_DESK))
		stream.scope.tickets = stream.scope.orders = false;
	if (call->person.company_id || !person_may(call->person.role, PERMISSION_SEE_ONCALL))
		stream.scope.pages = false;
	if (!person_may(call->person.role, PERMISSION_SEE_REPORTS))
		stream.scope.reports = false;
	memcpy(stream.session, call->session, sizeof(stream.session));
	if (hub_open(call->api->hub, &stream, &source, why) != 0)
		return why->code == ERR_LIMIT ? call_refuse(call, PROBLEM_TOO_MANY) : -1;
	call_reply_empty(call, 200);
	call->reply->content_type = "text/event-stream";
	call->reply->source = source;
	/* For a proxy in front: what comes in small pieces must go out in small pieces. */
	http_reply_header(call->reply, "X-Accel-Buffering", "no");
	return 0;
}

void live_position(const struct call *call, char out[LIVE_POSITION_SIZE])
{
	hub_cursor(call->api->hub, out);
}

void live_reply_position(struct call *call, const char position[LIVE_POSITION_SIZE])
{
	http_reply_header(call->reply, "X-Stream-Cursor", position);
}
