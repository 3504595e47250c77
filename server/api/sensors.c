#include "server/api/sensors.h"

#include "server/api/filters.h"
#include "server/api/live.h"
#include "server/api/sensor_view.h"

int sensors_put(struct call *call, int64_t company_id, struct json_writer *w, struct err *why)
{
	struct sensor_row row;
	struct db_result *result;

	if (sensor_query_list(call->db, company_id, 0, call->api->settings->timezone, &result, why) != 0)
		return -1;
	json_open_array(w, "sensors");
	for (int i = 0; i < db_rows(result); i++) {
		sensor_query_read(result, i, &row);
		sensor_view_put(w, NULL, &row);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

int sensors_list(struct call *call, struct err *why)
{
	char position[LIVE_POSITION_SIZE];
	struct json_writer w;
	int64_t company_id;
	int go;

	live_position(call, position);
	go = filters_company(call, &company_id, why);
	if (go != 1)
		return go;
	call_reply(call, 200, &w);
	live_reply_position(call, position);
	json_open_object(&w, NULL);
	if (sensors_put(call, company_id, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

int sensors_get(struct call *call, struct err *why)
{
	struct sensor_row row;
	struct db_result *result;
	struct json_writer w;

	if (sensor_query_list(call->db, call->person.company_id, call->id, call->api->settings->timezone, &result,
			      why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such sensor");
	}
	sensor_query_read(result, 0, &row);
	call_reply(call, 200, &w);
	sensor_view_put(&w, NULL, &row);
	db_result_free(result);
	return 0;
}
