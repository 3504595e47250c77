#include "server/api/feed_load.h"

#include "server/api/alert_view.h"
#include "server/api/incident_view.h"
#include "server/api/sensor_view.h"

#include <stdlib.h>

enum { SENSORS_AT_ONCE = 500 };

/* {"<object>": ..., "ver": n, ..., "server_time": "..."} */
static void begin(struct buffer *data, struct json_writer *w)
{
	buffer_clear(data);
	json_writer_init(w, data);
	json_open_object(w, NULL);
}

static enum event_append finish(struct hub *hub, const struct event *event, struct buffer *data, struct json_writer *w)
{
	json_put_integer(w, "ver", event->version);
	json_put_time(w, "server_time", clock_now());
	json_close_object(w);
	if (!data->failed)
		return hub_append(hub, event, buffer_slice(data));
	hub_drop(hub); /* nobody must believe that nothing happened */
	return EVENT_NO_MEMORY;
}

/* ----------------------------------------------------------------------------------------------------------- alerts */

static void put_alerts(struct hub *hub, const struct db_result *result)
{
	struct buffer data = { 0 };
	struct json_writer w;

	for (int i = 0; i < db_rows(result); i++) {
		struct event event = { .kind = EVENT_ALERT };
		struct alert_row row;

		alert_query_read(result, i, &row);
		begin(&data, &w);
		alert_view_put(&w, "alert", &row, &(struct alert_record){ .wanted = false }, ALERT_NATIVE);
		event.company_id = row.company_id;
		event.id = row.id;
		/* An alert changes once in its life: when its incident is known. */
		event.version = row.incident_id ? 2 : 1;
		if (finish(hub, &event, &data, &w) == EVENT_NEW)
			hub_count_alerts(hub, row.company_id, 1);
	}
	buffer_release(&data);
}

static int load_alerts(struct db *db, struct hub *hub, const struct feed_batch *batch, struct err *why)
{
	struct db_result *result;

	for (size_t i = 0; i < batch->flooded_count; i++) {
		hub_append(hub, &(struct event){ .kind = EVENT_FLOOD, .company_id = batch->flooded[i] },
			   slice_of(NULL, 0));
		hub_count_alerts(hub, batch->flooded[i], batch->flooded_alerts[i]);
	}
	if (batch->range_count == 0)
		return 0;
	if (alert_query_ranges(db, batch->ranges, batch->range_count, &result, why) != 0)
		return -1;
	put_alerts(hub, result);
	db_result_free(result);
	return 0;
}

/* -------------------------------------------------------------------------------------------------------- incidents */

static void put_incident(struct hub *hub, const struct incident_row *row, struct buffer *data)
{
	struct json_writer w;

	begin(data, &w);
	incident_view_put(&w, "incident", row);
	json_put_string(&w, "by", row->last_kind ? row->last_user_name : NULL);
	json_put_string(&w, "op", row->last_kind ? row->last_kind : "alert");
	finish(hub,
	       &(struct event){
		   .kind = EVENT_INCIDENT, .company_id = row->company_id, .id = row->id, .version = row->version },
	       data, &w);
}

static int load_incidents(struct db *db, struct hub *hub, const struct feed_pairs *pairs, struct err *why)
{
	struct buffer data = { 0 };
	struct db_result *result;

	if (pairs->count == 0)
		return 0;
	if (incident_query_ids(db, pairs->companies, pairs->ids, pairs->count, &result, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(result); i++) {
		struct incident_row row;

		incident_query_read(result, i, &row);
		put_incident(hub, &row, &data);
	}
	buffer_release(&data);
	db_result_free(result);
	return 0;
}

int feed_load_changes(struct db *db, struct hub *hub, const struct feed_batch *batch, struct err *why)
{
	if (load_alerts(db, hub, batch, why) != 0)
		return -1;
	return load_incidents(db, hub, &batch->incidents, why);
}

/* ---------------------------------------------------------------------------------------------------------- sensors */

static void put_sensors(struct hub *hub, const struct db_result *result)
{
	struct buffer data = { 0 };
	struct json_writer w;

	for (int i = 0; i < db_rows(result); i++) {
		struct sensor_row row;

		sensor_query_read(result, i, &row);
		begin(&data, &w);
		sensor_view_put(&w, "sensor", &row);
		/* A sensor has no version of its own: the time of reading is one that grows. */
		finish(hub,
		       &(struct event){ .kind = EVENT_SENSOR,
					.company_id = row.company_id,
					.id = row.id,
					.version = clock_now() / 1000 },
		       &data, &w);
	}
	buffer_release(&data);
}

int feed_load_sensors(struct db *db, struct hub *hub, struct feed_batch *batch, const char *timezone, struct err *why)
{
	struct feed_pairs *pairs = &batch->sensors;
	struct db_result *result;
	size_t count, first;

	feed_pairs_unique(pairs);
	count = pairs->count < SENSORS_AT_ONCE ? pairs->count : SENSORS_AT_ONCE;
	first = pairs->count - count;
	if (count == 0)
		return 0;
	if (sensor_query_some(db, pairs->companies + first, pairs->ids + first, count, timezone, &result, why) != 0)
		return -1;
	put_sensors(hub, result);
	db_result_free(result);
	pairs->count = first;
	return 0;
}

/* ---------------------------------------------------------------------------------------------------- open incidents
 */

int feed_load_open(struct db *db, struct hub *hub, struct err *why)
{
	struct db_result *result;
	struct live_open *list;
	int rows;

	if (incident_query_open(db, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	list = calloc((size_t)rows + 1, sizeof(*list));
	for (int i = 0; list && i < rows; i++)
		list[i] =
		    (struct live_open){ db_integer(result, i, 0), db_integer(result, i, 1), db_integer(result, i, 2) };
	db_result_free(result);
	if (!list)
		return err_set(why, ERR_NOMEM, "no memory for the number of open incidents");
	hub_set_open(hub, list, (size_t)rows);
	free(list);
	return 0;
}
