#include "server/api/figures_reply.h"

#include "server/api/filters.h"

#include <stdio.h>

bool figure_read_format(struct call *call, struct figure_request *out)
{
	static const char *const formats[] = { "json", "csv", NULL };
	const char *format = formats[0];

	if (!filters_word(call, "format", formats, &format))
		return false;
	out->csv = format == formats[1];
	return true;
}

static bool read_cohort(struct call *call, struct cohort *cohort)
{
	static const char *const names[] = { "member", "industry", "size", "area", "tag" };
	bool known;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = parameters_get(&call->query, names[i]);

		if (value && cohort_set(cohort, names[i], value, &known, NULL) != 0) {
			call_refuse_parameter(call, names[i], FAULT_CHOICE);
			return false;
		}
	}
	return true;
}

int figure_read_rest(struct call *call, struct figure_request *out, struct err *why)
{
	int go = filters_company(call, &out->period.cohort.company_id, why);

	if (go != 1)
		return go;
	out->period.timezone = call->api->settings->timezone;
	return figure_read_format(call, out) && read_cohort(call, &out->period.cohort) ? 1 : 0;
}

int figure_read_days(struct call *call, struct figure_request *out, struct err *why)
{
	*out = (struct figure_request){ 0 };
	if (!filters_days(call, &out->period.from, &out->period.to))
		return 0;
	return figure_read_rest(call, out, why);
}

void figure_reply_csv(struct call *call, const struct figure_request *r, const char *name, struct csv_writer *csv)
{
	enum { NAME_SIZE = 128 };
	const char *from = r->period.from, *to = r->period.to;
	char text[NAME_SIZE];

	http_reply_clear(call->reply);
	call->reply->status = 200;
	call->reply->content_type = "text/csv; charset=utf-8; header=present";
	http_reply_header(call->reply, "Cache-Control", "no-store");
	/* Days and months hold nothing but digits and hyphens. */
	snprintf(text, sizeof(text), "attachment; filename=\"%s%s%s%s%s.csv\"", name, from ? "_" : "", from ? from : "",
		 to ? "_" : "", to ? to : "");
	http_reply_header(call->reply, "Content-Disposition", text);
	csv_begin(csv, &call->reply->body);
}
