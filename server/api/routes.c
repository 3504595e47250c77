#include "server/api/routes.h"

#include "server/api/audit_trail.h"
#include "server/api/health.h"
#include "server/api/sessions.h"

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

const struct api_route api_routes[] = {
	{ .route = { "POST", "/v1/session" },
	  .permission = PERMISSION_ANYBODY,
	  .handler = sessions_sign_in,
	  .members = NAMES("email", "password"),
	  .hashes = true },
	{ .route = { "DELETE", "/v1/session" }, .permission = PERMISSION_SIGNED_IN, .handler = sessions_sign_out },
	{ .route = { "POST", "/v1/setup" },
	  .permission = PERMISSION_ANYBODY,
	  .handler = sessions_set_up,
	  .members = NAMES("token", "password"),
	  .hashes = true },
	{ .route = { "GET", "/v1/me" }, .permission = PERMISSION_SIGNED_IN, .handler = sessions_me },
	{ .route = { "PATCH", "/v1/me" },
	  .permission = PERMISSION_CHANGE_SELF,
	  .handler = sessions_change_me,
	  .members = NAMES("language") },
	{ .route = { "GET", "/v1/audit" },
	  .permission = PERMISSION_READ_AUDIT,
	  .handler = audit_trail_list,
	  .parameters = NAMES("limit", "cursor") },
	{ .route = { "GET", "/healthz" }, .permission = PERMISSION_ANYBODY, .handler = health_alive },
	{ .route = { "GET", "/readyz" }, .permission = PERMISSION_ANYBODY, .handler = health_ready },
};
const size_t api_route_count = ARRAY_LEN(api_routes);
