/* A sensor as the API gives it (docs/openapi.yaml schema Sensor). Pure. */
#ifndef SERVER_API_SENSOR_VIEW_H
#define SERVER_API_SENSOR_VIEW_H

#include "lib/json_write.h"
#include "server/store/sensor_query.h"

void sensor_view_put(struct json_writer *w, const char *key, const struct sensor_row *sensor);

#endif
