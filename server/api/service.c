#include "server/api/service.h"

#include "lib/log.h"
#include "server/api/headers.h"
#include "server/api/health.h"
#include "server/api/hub.h"
#include "server/api/routes.h"
#include "server/api/serve_call.h"

#include <stdlib.h>
#include <strings.h>

/* What goes to a worker. */
struct ticket {
	struct service *service;
	struct http_exchange *exchange;
	const struct api_route *route; /* NULL: the page for Prometheus */
	struct router_match match;     /* its texts are the exchange's */
};

static bool wants_japanese(const struct http_exchange *exchange)
{
	return headers_prefers_japanese(http_request_header(exchange, "Accept-Language"), true);
}

/* api_route.page, also where no route was found. */
static bool is_page(struct slice path)
{
	return slice_starts_with(path, "/a/") || slice_starts_with(path, "/r/") || slice_is(path, "/verify");
}

static enum http_serve refuse(struct http_exchange *exchange, enum problem_code code)
{
	struct problem problem = { .code = code, .japanese = wants_japanese(exchange) };
	struct json_writer w;

	if (is_page(http_request_of(exchange)->path)) {
		call_refuse_page(exchange, code, problem.japanese);
		return HTTP_ANSWERED;
	}
	problem_reply_open(exchange, &problem, &w);
	json_close_object(&w);
	return HTTP_ANSWERED;
}

/* ---- in the event loop ---- */

static enum http_serve give_file(struct http_exchange *exchange, const struct static_file *file)
{
	struct http_reply *reply = http_reply_of(exchange);
	const char *held = http_request_header(exchange, "If-None-Match");

	http_reply_header(reply, "Cache-Control", file->forever ? "public, max-age=31536000, immutable" : "no-cache");
	http_reply_header(reply, "ETag", file->tag);
	http_reply_header(reply, "Vary", "Accept-Encoding");
	if (held && slice_contains(slice_of_string(held), file->tag)) {
		reply->status = 304;
		return HTTP_ANSWERED;
	}
	reply->status = 200;
	reply->content_type = file->content_type;
	reply->borrowed = file->content;
	if (file->gzipped.ptr && headers_accepts_gzip(http_request_header(exchange, "Accept-Encoding"))) {
		http_reply_header(reply, "Content-Encoding", "gzip");
		reply->borrowed = file->gzipped;
	}
	return HTTP_ANSWERED;
}

static enum http_serve serve_file(const struct service *service, struct http_exchange *exchange)
{
	const struct http_request *request = http_request_of(exchange);
	const struct static_file *file = NULL;

	if (!slice_starts_with(request->path, "/v1/"))
		file = static_files_find(service->files, request->path);
	if (!file)
		return refuse(exchange, PROBLEM_NOT_FOUND);
	if (strcmp(request->method, "GET") != 0) {
		refuse(exchange, PROBLEM_METHOD);
		http_reply_header(http_reply_of(exchange), "Allow", "GET, HEAD");
		return HTTP_ANSWERED;
	}
	return give_file(exchange, file);
}

static bool is_own(const struct service *service, const struct http_exchange *exchange)
{
	const struct settings *s = service->api->settings;

	return headers_same_origin(http_request_header(exchange, "Sec-Fetch-Site"),
				   http_request_header(exchange, "Origin"), s->api.insecure_http ? "http" : "https",
				   http_request_header(exchange, "Host"), s->api.public_url);
}

/* A request that changes something must come from our own pages (issue of CSRF; the cookie is Lax besides). */
static bool may_change(const struct service *service, const struct http_exchange *exchange)
{
	const char *type = http_request_header(exchange, "Content-Type");

	return type && headers_is_json(type) && is_own(service, exchange);
}

static enum http_serve give_to(struct service *service, struct workers *workers, struct http_exchange *exchange,
			       const struct api_route *route, const struct router_match *match)
{
	struct ticket *ticket = malloc(sizeof(*ticket));

	if (ticket) {
		*ticket = (struct ticket){ service, exchange, route, *match };
		if (workers_give(workers, ticket))
			return HTTP_TAKEN;
	}
	free(ticket);
	return refuse(exchange, PROBLEM_BUSY);
}

static enum http_serve serve_route(struct service *service, struct http_exchange *exchange,
				   const struct router_match *match)
{
	const struct api_route *route = &api_routes[match->index];

	if (strcmp(route->route.method, "GET") != 0 && !route->by_token && !route->page &&
	    !may_change(service, exchange))
		return refuse(exchange, PROBLEM_CROSS_SITE);
	if (route->handler == health_alive) {
		serve_alive(exchange);
		return HTTP_ANSWERED;
	}
	return give_to(service, route->hashes ? service->hashers : service->workers, exchange, route, match);
}

static void begin(struct service *service, struct http_exchange *exchange)
{
	*http_slot(exchange) = service;
	atomic_fetch_add(&service->in_flight, 1);
}

static enum http_serve refuse_draining(struct http_exchange *exchange)
{
	refuse(exchange, PROBLEM_UNAVAILABLE);
	http_reply_of(exchange)->close = true;
	return HTTP_ANSWERED;
}

static enum http_serve serve_people(void *arg, struct http_exchange *exchange)
{
	struct service *service = arg;
	const struct http_request *request = http_request_of(exchange);
	struct router_match match;

	begin(service, exchange);
	if (atomic_load(&service->draining))
		return refuse_draining(exchange);
	switch (router_find(&api_routes[0].route, sizeof(api_routes[0]), api_route_count, request->method,
			    request->path, &match)) {
	case ROUTER_FOUND:
		return serve_route(service, exchange, &match);
	case ROUTER_WRONG_METHOD:
		refuse(exchange, PROBLEM_METHOD);
		http_reply_header(http_reply_of(exchange), "Allow", match.allow);
		return HTTP_ANSWERED;
	case ROUTER_NO_PATH:
	default:
		return serve_file(service, exchange);
	}
}

static enum http_serve serve_metrics(void *arg, struct http_exchange *exchange)
{
	struct service *service = arg;
	const struct http_request *request = http_request_of(exchange);

	begin(service, exchange);
	if (atomic_load(&service->draining))
		return refuse_draining(exchange);
	if (!slice_is(request->path, "/metrics") || strcmp(request->method, "GET") != 0)
		return refuse(exchange, PROBLEM_NOT_FOUND);
	return give_to(service, service->workers, exchange, NULL, &(struct router_match){ 0 });
}

static bool is_large(void *arg, const struct http_exchange *exchange)
{
	const struct http_request *request = http_request_of(exchange);
	struct router_match match;

	(void)arg;
	return router_find(&api_routes[0].route, sizeof(api_routes[0]), api_route_count, request->method, request->path,
			   &match) == ROUTER_FOUND &&
	       api_routes[match.index].large;
}

static void refuse_status(void *arg, struct http_exchange *exchange, int status)
{
	(void)arg;
	refuse(exchange, status == 503 ? PROBLEM_BUSY : problem_of_status(status));
	http_reply_of(exchange)->status = status;
}

static void finished(void *arg, struct http_exchange *exchange, int status)
{
	struct service *service = arg;
	const struct http_request *request = http_request_of(exchange);

	if (*http_slot(exchange))
		atomic_fetch_sub(&service->in_flight, 1);
	/* How long a stream was open says nothing about how fast we are. */
	if (!slice_is(request->path, "/v1/stream"))
		telemetry_request(&service->telemetry, status, clock_monotonic_ms() - request->started_ms);
}

static void finished_metrics(void *arg, struct http_exchange *exchange, int status)
{
	struct service *service = arg;

	(void)status;
	if (*http_slot(exchange))
		atomic_fetch_sub(&service->in_flight, 1);
}

struct http_service service_for_people(struct service *service)
{
	return (struct http_service){
		.serve = serve_people, .large = is_large, .refuse = refuse_status, .finished = finished, .arg = service
	};
}

struct http_service service_for_metrics(struct service *service)
{
	return (struct http_service){
		.serve = serve_metrics, .refuse = refuse_status, .finished = finished_metrics, .arg = service
	};
}

/* ---- in a worker ---- */

/* False: the connection is lost. */
static bool write_metrics(struct service *service, struct db *db, struct http_exchange *exchange)
{
	struct http_reply *reply = http_reply_of(exchange);
	struct err why = { 0 };
	struct vitals vitals;
	bool read = db && serve_vitals(db, &vitals, &why) == 0;
	struct telemetry_now now = {
		.connections = service->people ? http_server_connections(service->people) : 0,
		.streams = service->api->hub ? hub_streams(service->api->hub) : 0,
		.workers = (unsigned)service->api->settings->api.workers,
		.workers_busy = workers_busy(service->workers),
		.vitals = read ? &vitals : NULL,
	};

	if (db && !read)
		log_warning("the page for Prometheus lacks the database's figures: %s", why.text);
	reply->status = 200;
	reply->content_type = "text/plain; version=0.0.4; charset=utf-8";
	telemetry_write(&service->telemetry, &now, &reply->body);
	return read || why.code != ERR_UNAVAILABLE;
}

bool service_work(void *arg, struct db *db, void *piece)
{
	struct ticket *ticket = piece;
	struct http_exchange *exchange = ticket->exchange;
	bool good;

	(void)arg;
	if (ticket->route)
		good = serve_call(ticket->service->api, db, exchange, ticket->route, &ticket->match);
	else
		good = write_metrics(ticket->service, db, exchange);
	free(ticket);
	http_answer(exchange);
	return good;
}
