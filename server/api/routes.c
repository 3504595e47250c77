#include "server/api/routes.h"

#include "server/api/alerts.h"
#include "server/api/audit_trail.h"
#include "server/api/companies.h"
#include "server/api/figures.h"
#include "server/api/health.h"
#include "server/api/incident_change.h"
#include "server/api/incidents.h"
#include "server/api/live.h"
#include "server/api/sensors.h"
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
	{ .route = { "GET", "/v1/alerts" },
	  .permission = PERMISSION_SIGNED_IN,
	  .handler = alerts_list,
	  .parameters = NAMES("company", "sensor", "incident", "direction", "engine", "severity", "action", "q", "from",
			      "to", "raw", "format", "limit", "cursor") },
	{ .route = { "GET", "/v1/alerts/{id}" },
	  .permission = PERMISSION_SIGNED_IN,
	  .handler = alerts_get,
	  .parameters = NAMES("company", "format") },
	{ .route = { "GET", "/v1/incidents" },
	  .permission = PERMISSION_SIGNED_IN,
	  .handler = incidents_list,
	  .parameters = NAMES("company", "state", "severity", "direction", "from", "to", "q", "sort", "counts", "limit",
			      "cursor"),
	  .repeatable = "state" },
	{ .route = { "GET", "/v1/incidents/{id}" }, .permission = PERMISSION_SIGNED_IN, .handler = incidents_get },
	{ .route = { "PATCH", "/v1/incidents/{id}" },
	  .permission = PERMISSION_HANDLE_INCIDENTS,
	  .handler = incident_change_patch,
	  .members = NAMES("state", "disposition", "close_reason", "owner_id") },
	{ .route = { "POST", "/v1/incidents/{id}/notes" },
	  .permission = PERMISSION_HANDLE_INCIDENTS,
	  .handler = incident_change_note,
	  .members = NAMES("text") },
	{ .route = { "GET", "/v1/companies" },
	  .permission = PERMISSION_SIGNED_IN,
	  .handler = companies_list,
	  .parameters = NAMES("q") },
	{ .route = { "GET", "/v1/companies/{id}" }, .permission = PERMISSION_SIGNED_IN, .handler = companies_get },
	{ .route = { "GET", "/v1/companies/{id}/summary" },
	  .permission = PERMISSION_SIGNED_IN,
	  .handler = companies_summary },
	{ .route = { "GET", "/v1/sensors" },
	  .permission = PERMISSION_SIGNED_IN,
	  .handler = sensors_list,
	  .parameters = NAMES("company") },
	{ .route = { "GET", "/v1/sensors/{id}" }, .permission = PERMISSION_SIGNED_IN, .handler = sensors_get },
	{ .route = { "GET", "/v1/metrics/detections" },
	  .permission = PERMISSION_SIGNED_IN,
	  .handler = figures_detections,
	  .parameters = NAMES("from", "to") },
	{ .route = { "GET", "/v1/metrics/company-months" },
	  .permission = PERMISSION_SIGNED_IN,
	  .handler = figures_company_months,
	  .parameters = NAMES("from", "to", "company") },
	{ .route = { "GET", "/v1/stream" },
	  .permission = PERMISSION_SIGNED_IN,
	  .handler = live_stream,
	  .parameters = NAMES("topics", "cursor") },
	{ .route = { "GET", "/v1/audit" },
	  .permission = PERMISSION_READ_AUDIT,
	  .handler = audit_trail_list,
	  .parameters = NAMES("limit", "cursor") },
	{ .route = { "GET", "/healthz" }, .permission = PERMISSION_ANYBODY, .handler = health_alive },
	{ .route = { "GET", "/readyz" }, .permission = PERMISSION_ANYBODY, .handler = health_ready },
};
const size_t api_route_count = ARRAY_LEN(api_routes);
