/* An alert as the API gives it (contracts.md, docs/openapi.yaml schema Alert). Pure. */
#ifndef SERVER_API_ALERT_VIEW_H
#define SERVER_API_ALERT_VIEW_H

#include "lib/json_write.h"
#include "server/store/alert_query.h"

enum alert_format { ALERT_NATIVE, ALERT_ECS };

/* The record as it came. */
struct alert_record {
	bool wanted;        /* false: the members are left out */
	struct slice bytes; /* ptr NULL: it could not be read */
};

/* ALERT_ECS: the names of the Elastic Common Schema 8.11; what it has no name for is under `hinomi`. */
void alert_view_put(struct json_writer *w, const char *key, const struct alert_row *alert,
		    const struct alert_record *record, enum alert_format format);

#endif
