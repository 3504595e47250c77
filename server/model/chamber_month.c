#include "server/model/chamber_month.h"

static const struct json_field table_rows[] = {
	JSON_TEXT(table_row, direction),     JSON_TEXT(table_row, engine),  JSON_INTEGER(table_row, companies),
	JSON_INTEGER(table_row, detections), JSON_INTEGER(table_row, days),
};
static JSON_SHAPE(table_row, table_rows);

static const struct json_field trends[] = {
	JSON_TEXT(chamber_trend, month),
	JSON_INTEGER(chamber_trend, companies),
	JSON_INTEGER(chamber_trend, days),
	JSON_INTEGER(chamber_trend, inbound_companies),
	JSON_INTEGER(chamber_trend, inbound),
	JSON_INTEGER(chamber_trend, inbound_days),
	JSON_INTEGER(chamber_trend, outbound_companies),
	JSON_INTEGER(chamber_trend, outbound),
	JSON_INTEGER(chamber_trend, outbound_days),
	JSON_INTEGER(chamber_trend, incidents),
	JSON_INTEGER(chamber_trend, due_hours),
	JSON_INTEGER(chamber_trend, seen_hours),
};
static JSON_SHAPE(chamber_trend, trends);

static const struct json_field incident_classes[] = {
	JSON_INTEGER(incident_class, from),
	JSON_INTEGER(incident_class, to),
	JSON_INTEGER(incident_class, companies),
};
static JSON_SHAPE(incident_class, incident_classes);

static const struct json_field responses[] = {
	JSON_INTEGER(response_line, severity),
	JSON_TEXT(response_line, metric),
	JSON_INTEGER(response_line, count),
	JSON_INTEGER(response_line, median_s),
	JSON_INTEGER(response_line, p90_s),
	JSON_INTEGER(response_line, mean_s),
	JSON_INTEGER(response_line, waiting_median_s),
	JSON_INTEGER(response_line, waiting_p90_s),
};
static JSON_SHAPE(response_line, responses);

static const struct json_field promises[] = {
	JSON_INTEGER(promise_line, severity), JSON_TEXT(promise_line, promise),   JSON_INTEGER(promise_line, promised),
	JSON_INTEGER(promise_line, kept),     JSON_INTEGER(promise_line, missed), JSON_INTEGER(promise_line, running),
};
static JSON_SHAPE(promise_line, promises);

static const struct json_field counts[] = {
	JSON_TEXT(named_count, name),
	JSON_INTEGER(named_count, count),
};
static JSON_SHAPE(named_count, counts);

static const struct json_field prices[] = {
	JSON_TEXT(price_line, plan),   JSON_FLAG(price_line, member),       JSON_INTEGER(price_line, companies),
	JSON_INTEGER(price_line, yen), JSON_INTEGER(price_line, taxed_yen),
};
static JSON_SHAPE(price_line, prices);

static const struct json_field noisy[] = {
	JSON_INTEGER(noisy_sensor, company_id), JSON_INTEGER(noisy_sensor, sensor_id),
	JSON_TEXT(noisy_sensor, company),       JSON_TEXT(noisy_sensor, sensor),
	JSON_INTEGER(noisy_sensor, detections),
};
static JSON_SHAPE(noisy_sensor, noisy);

static const struct json_field growth[] = {
	JSON_TEXT(growth_point, month),
	JSON_INTEGER(growth_point, companies),
	JSON_INTEGER(growth_point, planned),
};
static JSON_SHAPE(growth_point, growth);

static const struct json_field fields[] = {
	JSON_INTEGER(chamber_month, format),
	JSON_TEXT(chamber_month, operator_name),
	JSON_TEXT(chamber_month, timezone),
	JSON_TEXT(chamber_month, month),
	JSON_TEXT(chamber_month, first_day),
	JSON_TEXT(chamber_month, last_day),
	JSON_FLAG(chamber_month, preliminary),
	JSON_INTEGER(chamber_month, monitored_companies),
	JSON_INTEGER(chamber_month, monitored_days),
	JSON_INTEGER(chamber_month, outside_spans),
	JSON_LIST(chamber_month, table, table_row_shape),
	JSON_LIST(chamber_month, trend, chamber_trend_shape),
	JSON_INTEGER(chamber_month, incidents),
	JSON_INTEGER(chamber_month, companies_with_incidents),
	JSON_INTEGER(chamber_month, incidents_median_hundredths),
	JSON_INTEGER(chamber_month, incidents_p90_hundredths),
	JSON_INTEGER(chamber_month, incidents_most),
	JSON_LIST(chamber_month, incident_classes, incident_class_shape),
	JSON_INTEGER(chamber_month, judged),
	JSON_INTEGER(chamber_month, true_positives),
	JSON_INTEGER(chamber_month, benign),
	JSON_INTEGER(chamber_month, false_positives),
	JSON_INTEGER(chamber_month, undetermined),
	JSON_INTEGER(chamber_month, not_judged),
	JSON_LIST(chamber_month, response, response_line_shape),
	JSON_LIST(chamber_month, promises, promise_line_shape),
	JSON_LIST(chamber_month, ticket_categories, named_count_shape),
	JSON_LIST(chamber_month, ticket_channels, named_count_shape),
	JSON_LIST(chamber_month, dispatch_kinds, named_count_shape),
	JSON_LIST(chamber_month, dispatch_states, named_count_shape),
	JSON_LIST(chamber_month, grades, named_count_shape),
	JSON_INTEGER(chamber_month, tickets),
	JSON_INTEGER(chamber_month, dispatches),
	JSON_INTEGER(chamber_month, insurance_cases),
	JSON_INTEGER(chamber_month, insurance_paid_yen),
	JSON_LIST(chamber_month, prices, price_line_shape),
	JSON_INTEGER(chamber_month, due_hours),
	JSON_INTEGER(chamber_month, seen_hours),
	JSON_INTEGER(chamber_month, silent_companies),
	JSON_LIST(chamber_month, noisy, noisy_sensor_shape),
	JSON_LIST(chamber_month, growth, growth_point_shape),
	JSON_INTEGER(chamber_month, growth_target),
	JSON_TEXT(chamber_month, growth_target_day),
	JSON_LIST(chamber_month, peers, peer_row_shape),
	JSON_TIME(chamber_month, made_at),
};
JSON_SHAPE(chamber_month, fields);
