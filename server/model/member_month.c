#include "server/model/member_month.h"

static const struct json_field months[] = {
	JSON_TEXT(month_count, month),        JSON_INTEGER(month_count, monitored_days),
	JSON_INTEGER(month_count, inbound),   JSON_INTEGER(month_count, inbound_stopped),
	JSON_INTEGER(month_count, outbound),  JSON_INTEGER(month_count, outbound_stopped),
	JSON_INTEGER(month_count, viruses),   JSON_INTEGER(month_count, viruses_removed),
	JSON_INTEGER(month_count, incidents),
};
static JSON_SHAPE(month_count, months);

static const struct json_field engines[] = {
	JSON_TEXT(engine_count, direction),
	JSON_TEXT(engine_count, engine),
	JSON_INTEGER(engine_count, detections),
};
static JSON_SHAPE(engine_count, engines);

static const struct json_field kinds[] = {
	JSON_TEXT(kind_count, ja),
	JSON_TEXT(kind_count, en),
	JSON_INTEGER(kind_count, detections),
	JSON_INTEGER(kind_count, stopped),
};
static JSON_SHAPE(kind_count, kinds);

static const struct json_field devices[] = {
	JSON_TEXT(device_count, address),
	JSON_TEXT(device_count, ja),
	JSON_TEXT(device_count, en),
	JSON_INTEGER(device_count, detections),
	JSON_INTEGER(device_count, stopped),
	JSON_TIME(device_count, first_at),
	JSON_TIME(device_count, last_at),
	JSON_INTEGER(device_count, severity),
	JSON_INTEGER(device_count, kinds),
	JSON_INTEGER(device_count, minor),
	JSON_INTEGER(device_count, minor_stopped),
	JSON_INTEGER(device_count, cases),
	JSON_INTEGER(device_count, open_cases),
	JSON_FLAG(device_count, check),
};
JSON_SHAPE(device_count, devices);

static const struct json_field virus_routes[] = {
	JSON_TEXT(virus_route, route),
	JSON_INTEGER(virus_route, detections),
	JSON_INTEGER(virus_route, removed),
};
static JSON_SHAPE(virus_route, virus_routes);

static const struct json_field cases[] = {
	JSON_INTEGER(case_row, incident_id),
	JSON_INTEGER(case_row, no),
	JSON_TEXT(case_row, ja),
	JSON_TEXT(case_row, en),
	JSON_TEXT(case_row, direction),
	JSON_TEXT(case_row, state),
	JSON_TEXT(case_row, disposition),
	JSON_TEXT(case_row, close_reason),
	JSON_INTEGER(case_row, severity),
	JSON_FLAG(case_row, carried),
	JSON_FLAG(case_row, open),
	JSON_TIME(case_row, event_at),
	JSON_TIME(case_row, raised_at),
	JSON_TIME(case_row, acknowledged_at),
	JSON_TIME(case_row, told_at),
	JSON_TIME(case_row, confirmed_at),
	JSON_TIME(case_row, contained_at),
	JSON_TIME(case_row, resolved_at),
	JSON_TIME(case_row, closed_at),
	JSON_INTEGER(case_row, visits),
	JSON_TEXT(case_row, device),
};
JSON_SHAPE(case_row, cases);

static const struct json_field requests[] = {
	JSON_INTEGER(request_row, request_id),  JSON_TEXT(request_row, who_ja),  JSON_TEXT(request_row, who_en),
	JSON_TEXT(request_row, what_ja),        JSON_TEXT(request_row, what_en), JSON_INTEGER(request_row, minutes),
	JSON_TEXT(request_row, due_on),         JSON_FLAG(request_row, carried), JSON_FLAG(request_row, overdue),
	JSON_INTEGER(request_row, incident_id),
};
JSON_SHAPE(request_row, requests);

static const struct json_field peers[] = {
	JSON_TEXT(peer_row, dimension),          JSON_TEXT(peer_row, value),
	JSON_INTEGER(peer_row, companies),       JSON_FLAG(peer_row, hidden),
	JSON_INTEGER(peer_row, with_inbound),    JSON_INTEGER(peer_row, with_outbound),
	JSON_INTEGER(peer_row, with_viruses),    JSON_INTEGER(peer_row, median_inbound),
	JSON_INTEGER(peer_row, median_outbound),
};
JSON_SHAPE(peer_row, peers);

static const struct json_field sensors[] = {
	JSON_INTEGER(sensor_row, sensor_id),   JSON_TEXT(sensor_row, name),
	JSON_TEXT(sensor_row, site),           JSON_TEXT(sensor_row, agent_version),
	JSON_INTEGER(sensor_row, due_hours),   JSON_INTEGER(sensor_row, seen_hours),
	JSON_INTEGER(sensor_row, expected),    JSON_INTEGER(sensor_row, received),
	JSON_INTEGER(sensor_row, dropped),     JSON_INTEGER(sensor_row, missing),
	JSON_INTEGER(sensor_row, silent_days), JSON_TIME(sensor_row, last_seen_at),
};
static JSON_SHAPE(sensor_row, sensors);

static const struct json_field dispatches[] = {
	JSON_INTEGER(dispatch_row, order_id), JSON_TEXT(dispatch_row, kind),    JSON_TIME(dispatch_row, requested_at),
	JSON_TIME(dispatch_row, arrived_at),  JSON_TIME(dispatch_row, left_at), JSON_TEXT(dispatch_row, vendor),
	JSON_FLAG(dispatch_row, entitled),
};
JSON_SHAPE(dispatch_row, dispatches);

static const struct json_field annex[] = {
	JSON_TIME(annex_row, first_at),    JSON_TIME(annex_row, last_at),     JSON_INTEGER(annex_row, detections),
	JSON_INTEGER(annex_row, severity), JSON_TEXT(annex_row, direction),   JSON_TEXT(annex_row, engine),
	JSON_TEXT(annex_row, action),      JSON_TEXT(annex_row, signature),   JSON_TEXT(annex_row, signature_id),
	JSON_TEXT(annex_row, source),      JSON_TEXT(annex_row, destination), JSON_INTEGER(annex_row, destination_port),
};
JSON_SHAPE(annex_row, annex);

static const struct json_field reasons[] = {
	JSON_TEXT(weather_reason, ja),
	JSON_TEXT(weather_reason, en),
};
static JSON_SHAPE(weather_reason, reasons);

static const struct json_field fields[] = {
	JSON_INTEGER(member_month, format),
	JSON_INTEGER(member_month, company_id),
	JSON_TEXT(member_month, company),
	JSON_TEXT(member_month, member_no),
	JSON_TEXT(member_month, industry),
	JSON_TEXT(member_month, size_class),
	JSON_TEXT(member_month, area),
	JSON_TEXT(member_month, operator_name),
	JSON_TEXT(member_month, timezone),
	JSON_TEXT(member_month, month),
	JSON_TEXT(member_month, first_day),
	JSON_TEXT(member_month, last_day),
	JSON_FLAG(member_month, preliminary),
	JSON_INTEGER(member_month, days),
	JSON_TEXT(member_month, grade),
	JSON_LIST(member_month, reasons, weather_reason_shape),
	JSON_LIST(member_month, months, month_count_shape),
	JSON_LIST(member_month, engines, engine_count_shape),
	JSON_INTEGER(member_month, elsewhere),
	JSON_LIST(member_month, inbound_kinds, kind_count_shape),
	JSON_LIST(member_month, outbound_kinds, kind_count_shape),
	JSON_LIST(member_month, devices, device_count_shape),
	JSON_LIST(member_month, virus_routes, virus_route_shape),
	JSON_LIST(member_month, requests, request_row_shape),
	JSON_INTEGER(member_month, requests_more),
	JSON_LIST(member_month, peers, peer_row_shape),
	JSON_LIST(member_month, cases, case_row_shape),
	JSON_INTEGER(member_month, cases_more),
	JSON_INTEGER(member_month, tickets),
	JSON_INTEGER(member_month, tickets_answered),
	JSON_LIST(member_month, dispatches, dispatch_row_shape),
	JSON_INTEGER(member_month, insurance_cases),
	JSON_INTEGER(member_month, monitored_days),
	JSON_INTEGER(member_month, due_hours),
	JSON_INTEGER(member_month, seen_hours),
	JSON_INTEGER(member_month, silent_hours),
	JSON_LIST(member_month, sensors, sensor_row_shape),
	JSON_LIST(member_month, annex, annex_row_shape),
	JSON_INTEGER(member_month, annex_more_rows),
	JSON_INTEGER(member_month, annex_more_detections),
	JSON_TIME(member_month, made_at),
	JSON_INTEGER(member_month, outbound_devices),
	JSON_INTEGER(member_month, outbound_minor),
	JSON_INTEGER(member_month, outbound_minor_stopped),
};
JSON_SHAPE(member_month, fields);

bool case_row_cleared(const struct case_row *row)
{
	struct slice disposition = slice_of_string(row->disposition);

	return slice_is(disposition, "benign_positive") || slice_is(disposition, "false_positive");
}

bool case_row_pending(const struct case_row *row)
{
	return row->open && !case_row_cleared(row);
}

bool device_count_pending(const struct device_count *device)
{
	if (device->open_cases > 0 || device->severity == 0)
		return true;
	return device->severity <= MEMBER_GRAVE && device->cases == 0;
}
