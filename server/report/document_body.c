#include "server/report/document_body.h"

static int refuse(const char *what, struct err *why)
{
	return err_set(why, ERR_CORRUPT, "the snapshot is not a %s", what);
}

static int check_format(int64_t format, int64_t ours, const char *what, struct err *why)
{
	if (format > ours)
		return err_set(why, ERR_CORRUPT, "this %s was made by a newer version: update this program", what);
	return format >= 1 ? 0 : refuse(what, why);
}

int body_member_month(const struct document_order *order, struct pool *pool, struct member_month *out, struct err *why)
{
	static const char what[] = "member's month";

	if (json_shape_read(&member_month_shape, order->body, pool, out, why) != 0)
		return -1;
	if (!out->company || !out->month || !out->first_day || !out->last_day || !out->timezone ||
	    !out->operator_name || !out->grade)
		return refuse(what, why);
	return check_format(out->format, MEMBER_MONTH_FORMAT, what, why);
}

int body_chamber_month(const struct document_order *order, struct pool *pool, struct chamber_month *out,
		       struct err *why)
{
	static const char what[] = "chamber's month";

	if (json_shape_read(&chamber_month_shape, order->body, pool, out, why) != 0)
		return -1;
	if (!out->month || !out->first_day || !out->last_day || !out->timezone || !out->operator_name ||
	    out->table_count == 0)
		return refuse(what, why);
	return check_format(out->format, CHAMBER_MONTH_FORMAT, what, why);
}

int body_case(const struct document_order *order, struct pool *pool, struct case_report *out, struct err *why)
{
	static const char what[] = "report of a case";
	static const char *const kinds[] = {
		[DOCUMENT_FIRST] = "first", [DOCUMENT_INTERIM] = "interim", [DOCUMENT_FINAL] = "final"
	};

	if (json_shape_read(&case_report_shape, order->body, pool, out, why) != 0)
		return -1;
	if (!out->company || !out->kind || !out->timezone || !out->operator_name || out->incident.no < 1 ||
	    strcmp(out->kind, kinds[order->kind]) != 0)
		return refuse(what, why);
	return check_format(out->format, CASE_REPORT_FORMAT, what, why);
}

int body_certificate(const struct document_order *order, struct pool *pool, struct monitoring_certificate *out,
		     struct err *why)
{
	static const char what[] = "certificate";

	if (json_shape_read(&monitoring_certificate_shape, order->body, pool, out, why) != 0)
		return -1;
	if (!out->company || !out->operator_name || !out->timezone || !out->first_day || !out->last_day || !out->code ||
	    strlen(out->code) != CERTIFICATE_CODE_LENGTH || out->number < 1 || !out->issued_on || !out->valid_until ||
	    !out->check_url)
		return refuse(what, why);
	return check_format(out->format, MONITORING_CERTIFICATE_FORMAT, what, why);
}
