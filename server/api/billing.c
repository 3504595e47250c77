#include "server/api/billing.h"

#include "server/api/filters.h"
#include "server/api/reports.h"
#include "server/store/billing.h"

#include <stdio.h>

static void reply_csv(struct call *call, const struct billing_list *list)
{
	struct csv_writer csv;
	char name[64];

	call_reply_empty(call, 200);
	call->reply->content_type = "text/csv; charset=utf-8";
	snprintf(name, sizeof(name), "attachment; filename=\"billing-%s.csv\"", list->month);
	http_reply_header(call->reply, "Content-Disposition", name);
	csv_begin(&csv, &call->reply->body);
	billing_csv(list, &csv);
}

int billing_get(struct call *call, struct err *why)
{
	static const char *const formats[] = { "json", "csv", NULL };
	const char *month = NULL, *format = formats[0];
	struct billing_list list;
	struct pool pool = { 0 };
	struct json_writer w;
	int failed;

	if (!reports_month(call, &month) || !filters_word(call, "format", formats, &format))
		return 0;
	if (!month)
		return call_refuse_parameter(call, "month", FAULT_MISSING);
	failed = billing_read(call->db, month, &pool, &list, why);
	if (!failed && strcmp(format, "csv") == 0) {
		reply_csv(call, &list);
	} else if (!failed) {
		call_reply(call, 200, &w);
		billing_write(&list, &w);
	}
	pool_release(&pool);
	return failed;
}
