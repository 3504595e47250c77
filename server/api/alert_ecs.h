/* An alert under the names of the Elastic Common Schema 8.11. Absent values are left out, as ECS has it. Pure. */
#ifndef SERVER_API_ALERT_ECS_H
#define SERVER_API_ALERT_ECS_H

#include "server/api/alert_view.h"

void alert_ecs_put(struct json_writer *w, const char *key, const struct alert_row *alert,
		   const struct alert_record *record);

#endif
