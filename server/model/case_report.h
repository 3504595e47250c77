/* A report of one case, frozen: first (速報: at once, from the incident as it stands), interim (続報) and final
 * (最終報告), in the five steps of SCS ★3, 6-1-1-1. Kept as JSON (table snapshot). Pure. */
#ifndef SERVER_MODEL_CASE_REPORT_H
#define SERVER_MODEL_CASE_REPORT_H

#include "server/model/member_month.h"

struct step_entry {
	int64_t step; /* 1 発見報告, 2 初動, 3 調査・対応, 4 復旧, 5 最終報告 */
	time_us at;
	bool done;
	const char *text, *by; /* NULL: by itself */
};
struct case_report {
	int64_t format; /* CASE_REPORT_FORMAT */
	int64_t company_id;
	const char *company, *member_no, *operator_name, *timezone;
	const char *kind; /* first, interim, final */
	struct case_row incident;
	const char *title;  /* of the incident: for the IT person */
	const char *reason; /* why it is an incident, in words */
	const char *stage;
	const char *do_ja, *do_en; /* what to do now (plain_words: advice) */
	int64_t detections, stopped;
	struct device_count *devices;
	size_t devices_count;
	struct step_entry *steps; /* by step, then time */
	size_t steps_count;
	struct request_row *requests; /* all that are open */
	size_t requests_count;
	struct dispatch_row *dispatches;
	size_t dispatches_count;
	struct annex_row *annex; /* its detections, at most MEMBER_ANNEX_MAX */
	size_t annex_count;
	int64_t annex_more_rows, annex_more_detections;
	time_us made_at;
};
enum { CASE_REPORT_FORMAT = 1 };
extern const struct json_shape case_report_shape;

#endif
