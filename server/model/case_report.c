#include "server/model/case_report.h"

static const struct json_field steps[] = {
	JSON_INTEGER(step_entry, step), JSON_TIME(step_entry, at), JSON_FLAG(step_entry, done),
	JSON_TEXT(step_entry, text),    JSON_TEXT(step_entry, by),
};
static JSON_SHAPE(step_entry, steps);

static const struct json_field fields[] = {
	JSON_INTEGER(case_report, format),
	JSON_INTEGER(case_report, company_id),
	JSON_TEXT(case_report, company),
	JSON_TEXT(case_report, member_no),
	JSON_TEXT(case_report, operator_name),
	JSON_TEXT(case_report, timezone),
	JSON_TEXT(case_report, kind),
	JSON_STRUCT(case_report, incident, case_row_shape),
	JSON_TEXT(case_report, title),
	JSON_TEXT(case_report, reason),
	JSON_TEXT(case_report, stage),
	JSON_TEXT(case_report, do_ja),
	JSON_TEXT(case_report, do_en),
	JSON_INTEGER(case_report, detections),
	JSON_INTEGER(case_report, stopped),
	JSON_LIST(case_report, devices, device_count_shape),
	JSON_LIST(case_report, steps, step_entry_shape),
	JSON_LIST(case_report, requests, request_row_shape),
	JSON_LIST(case_report, dispatches, dispatch_row_shape),
	JSON_LIST(case_report, annex, annex_row_shape),
	JSON_INTEGER(case_report, annex_more_rows),
	JSON_INTEGER(case_report, annex_more_detections),
	JSON_TIME(case_report, made_at),
};
JSON_SHAPE(case_report, fields);
