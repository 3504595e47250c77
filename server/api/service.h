/* What happens to a request between the HTTP server and its handler (call.h), and back.
 *
 * In the event loop, where nothing may wait: route, origin (CSRF), files of the dashboard; then the request goes to the
 * workers, or is refused with 503 when their queue is full. In a worker: who asks, whether he may, parameters, body, a
 * transaction, Idempotency-Key, the handler, commit. */
#ifndef SERVER_API_SERVICE_H
#define SERVER_API_SERVICE_H

#include "server/api/call.h"
#include "server/api/http/server.h"
#include "server/api/static_files.h"
#include "server/api/telemetry.h"
#include "server/api/workers.h"

#include <stdatomic.h>

struct service {
	const struct api *api;
	struct workers *workers; /* for everything, */
	struct workers *hashers; /* but for what works out password hashes */
	const struct static_files *files;
	struct telemetry telemetry;
	atomic_bool draining;  /* nothing new is begun */
	atomic_uint in_flight; /* exchanges given to us whose replies have not been sent */
	struct http_server *people;
};

/* For http_server_start(); the service must outlive the server. */
struct http_service service_for_people(struct service *service);
struct http_service service_for_metrics(struct service *service); /* GET /metrics alone */

/* What both pools of workers do (workers.h); arg is the service. */
bool service_work(void *arg, struct db *db, void *piece);

#endif
