/* XLSX and CSV of the documents: the body is read, then written by workbooks.h or figures_csv.h. */
#include "server/report/document_parts.h"

#include "server/report/document_body.h"
#include "server/report/figures_csv.h"
#include "server/report/workbooks.h"

static int written(const struct buffer *out, struct err *why)
{
	return out->failed ? err_set(why, ERR_LIMIT, "no memory for the document") : 0;
}

int member_xlsx(const struct document_order *order, struct buffer *out, struct err *why)
{
	struct pool pool = { 0 };
	struct member_month m;
	int result = body_member_month(order, &pool, &m, why);

	if (result == 0)
		result = member_workbook(&m, order, out, why);
	pool_release(&pool);
	return result;
}

int member_csv(const struct document_order *order, struct buffer *out, struct err *why)
{
	struct pool pool = { 0 };
	struct member_month m;
	int result = body_member_month(order, &pool, &m, why);

	if (result == 0) {
		figures_csv(&member_month_shape, &m, out);
		result = written(out, why);
	}
	pool_release(&pool);
	return result;
}

int chamber_xlsx(const struct document_order *order, struct buffer *out, struct err *why)
{
	struct pool pool = { 0 };
	struct chamber_month m;
	int result = body_chamber_month(order, &pool, &m, why);

	if (result == 0)
		result = chamber_workbook(&m, order, out, why);
	pool_release(&pool);
	return result;
}

int chamber_csv(const struct document_order *order, struct buffer *out, struct err *why)
{
	struct pool pool = { 0 };
	struct chamber_month m;
	int result = body_chamber_month(order, &pool, &m, why);

	if (result == 0) {
		chamber_figures_csv(&m, out);
		result = written(out, why);
	}
	pool_release(&pool);
	return result;
}

int case_xlsx(const struct document_order *order, struct buffer *out, struct err *why)
{
	struct pool pool = { 0 };
	struct case_report r;
	int result = body_case(order, &pool, &r, why);

	if (result == 0)
		result = case_workbook(&r, order, out, why);
	pool_release(&pool);
	return result;
}

int case_csv(const struct document_order *order, struct buffer *out, struct err *why)
{
	struct pool pool = { 0 };
	struct case_report r;
	int result = body_case(order, &pool, &r, why);

	if (result == 0) {
		figures_csv(&case_report_shape, &r, out);
		result = written(out, why);
	}
	pool_release(&pool);
	return result;
}
