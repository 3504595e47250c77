/* An incident as the API gives it (docs/openapi.yaml schema Incident). Pure. */
#ifndef SERVER_API_INCIDENT_VIEW_H
#define SERVER_API_INCIDENT_VIEW_H

#include "lib/json_write.h"
#include "server/store/incident_query.h"

/* An object {id, display_name}; null when there is nobody. */
void incident_view_put_person(struct json_writer *w, const char *key, int64_t user_id, const char *name);
/* The members, into an object that is open. */
void incident_view_put_members(struct json_writer *w, const struct incident_row *incident);
void incident_view_put(struct json_writer *w, const char *key, const struct incident_row *incident);

#endif
