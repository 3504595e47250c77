#include "server/api/reports.h"

#include "server/api/filters.h"
#include "server/api/incidents.h"
#include "server/api/pages.h"
#include "server/api/report_view.h"
#include "server/store/report_board.h"
#include "server/store/report_delivery.h"

const char *const reports_grades[] = { "sunny", "hazy", "cloudy", "rainy", "fog", NULL };

static const char *const kinds[] = { "monthly", "first", "interim", "final", "certificate", NULL };
static const char *const states[] = { "draft",  "needs_comment", "approved", "published", "sent",
				      "opened", "withdrawn",     "failed",   NULL };
static const char *const board_states[] = { "none", "draft",  "needs_comment", "approved", "published",
					    "sent", "opened", "withdrawn",     "failed",   NULL };

bool reports_month(struct call *call, const char **out)
{
	const char *text = parameters_get(&call->query, "month");

	if (text && !filters_is_month(text)) {
		call_refuse_parameter(call, "month", FAULT_MONTH);
		return false;
	}
	*out = text;
	return true;
}

/* -------------------------------------------------------------------------------------------------------------- list
 */

static void write_list(struct call *call, struct page *page, const struct db_result *result)
{
	int rows = db_rows(result), given = rows < page->limit ? rows : page->limit;
	struct report_row last = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	report_view_put_list(call, &w, result, given);
	if (given)
		report_read(result, given - 1, &last);
	pages_next(call, page, rows > given, 0, last.report_id, &w);
	json_close_object(&w);
}

/* 1: go on; 0: refused; -1. */
static int read_filter(struct call *call, struct report_filter *filter, struct err *why)
{
	int go = filters_company(call, &filter->company_id, why);

	if (go != 1)
		return go;
	return reports_month(call, &filter->month) && filters_word(call, "kind", kinds, &filter->kind) &&
		       filters_word(call, "state", states, &filter->state) &&
		       filters_word(call, "grade", reports_grades, &filter->grade) &&
		       call_id_parameter(call, "incident", &filter->incident_id)
		   ? 1
		   : 0;
}

int reports_list(struct call *call, struct err *why)
{
	struct report_filter filter = { 0 };
	struct db_result *result;
	struct page page;
	int go;

	if (!pages_read(call, CURSOR_REPORTS, &page))
		return 0;
	go = read_filter(call, &filter, why);
	if (go != 1)
		return go;
	if (page.continued)
		filter.after_id = page.cursor.id;
	filter.limit = page.limit + 1;
	if (report_list(call->db, &filter, &result, why) != 0)
		return -1;
	write_list(call, &page, result);
	db_result_free(result);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------- board
 */

static void put_months(struct json_writer *w, const char *from, const char *to)
{
	int year = 0, month = 0;
	char text[16];

	json_open_array(w, "months");
	for (const char *c = from; c < from + 4; c++)
		year = year * 10 + (*c - '0');
	month = (from[5] - '0') * 10 + (from[6] - '0');
	do {
		snprintf(text, sizeof(text), "%04d-%02d", year, month);
		json_put_string(w, NULL, text);
		year += month == 12;
		month = month % 12 + 1;
	} while (strcmp(text, to) < 0);
	json_close_array(w);
}

static void write_board(struct call *call, struct page *page, const struct report_board_filter *filter,
			const struct db_result *result)
{
	int rows = db_rows(result), given = rows < page->limit ? rows : page->limit;
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_months(&w, filter->from, filter->to);
	json_open_array(&w, "rows");
	for (int i = 0; i < given; i++) {
		json_open_object(&w, NULL);
		json_put_integer(&w, "company_id", db_integer(result, i, 0));
		json_put_string(&w, "company", db_text(result, i, 1));
		json_put_string(&w, "member_no", db_text(result, i, 2));
		json_put_integer(&w, "recipients", db_integer(result, i, 3));
		json_put_raw(&w, "cells", db_slice(result, i, 4));
		json_close_object(&w);
	}
	json_close_array(&w);
	pages_next(call, page, rows > given, 0, given ? db_integer(result, given - 1, 0) : 0, &w);
	json_close_object(&w);
}

static bool read_board_filter(struct call *call, struct report_board_filter *filter, struct buffer *pattern)
{
	const char *text = NULL;

	filter->timezone = call->api->settings->timezone;
	if (!filters_months_within(call, REPORT_BOARD_MONTHS, &filter->from, &filter->to) ||
	    !filters_text(call, "q", pattern, &text) || !filters_word(call, "state", board_states, &filter->state) ||
	    !filters_word(call, "grade", reports_grades, &filter->grade))
		return false;
	if (text)
		filter->pattern = buffer_string(pattern);
	return true;
}

int reports_board(struct call *call, struct err *why)
{
	struct report_board_filter filter = { 0 };
	struct buffer pattern = { 0 };
	struct db_result *result;
	struct page page;
	int failed = 0;

	if (!pages_read(call, CURSOR_REPORT_BOARD, &page))
		return 0;
	if (read_board_filter(call, &filter, &pattern)) {
		if (page.continued)
			filter.after_company = page.cursor.id;
		filter.limit = page.limit + 1;
		failed = report_board_list(call->db, &filter, &result, why);
		if (!failed) {
			write_board(call, &page, &filter, result);
			db_result_free(result);
		}
	}
	buffer_release(&pattern);
	return failed;
}

/* --------------------------------------------------------------------------------------------------------------- one
 */

static int put_figures(struct call *call, const struct report_row *row, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (report_body(call->db, row->company_id, row->snapshot_id, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_CORRUPT, "a report without a snapshot");
	}
	json_put_raw(w, "figures", db_slice(result, 0, 0));
	json_open_object(w, "snapshot");
	json_put_integer(w, "id", row->snapshot_id);
	json_put_integer(w, "version", db_integer(result, 0, 2));
	json_put_string(w, "sha256", db_text(result, 0, 1));
	json_put_time(w, "made_at", db_time(result, 0, 3));
	json_close_object(w);
	db_result_free(result);
	return 0;
}

static int put_versions(struct call *call, const struct report_row *row, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (report_versions(call->db, row->company_id, row->snapshot_id, &result, why) != 0)
		return -1;
	report_view_put_versions(call, w, result);
	db_result_free(result);
	return 0;
}

static void put_delivery(const struct call *call, struct json_writer *w, const struct report_delivery_row *d)
{
	json_open_object(w, NULL);
	json_put_integer(w, "id", d->delivery_id);
	json_put_known(w, "contact_id", d->contact_id != 0, d->contact_id);
	json_put_string(w, "name", d->name);
	json_put_string(w, "address", d->address);
	json_put_string(w, "language", d->language);
	json_put_bool(w, "attached", d->attached);
	json_put_string(w, "asked_by", call->person.company_id ? NULL : d->asked_by);
	json_put_time(w, "asked_at", d->asked_at);
	json_put_time(w, "handed_over_at", d->handed_over_at);
	json_put_time(w, "failed_at", d->failed_at);
	json_put_time(w, "opened_at", d->opened_at);
	json_put_string(w, "opened_by", d->opened_by);
	json_close_object(w);
}

static int put_deliveries(struct call *call, const struct report_row *row, struct json_writer *w, struct err *why)
{
	struct report_delivery_row delivery;
	struct db_result *result;

	if (report_delivery_list(call->db, row->company_id, row->report_id, &result, why) != 0)
		return -1;
	json_open_array(w, "deliveries");
	for (int i = 0; i < db_rows(result); i++) {
		report_delivery_read(result, i, &delivery);
		put_delivery(call, w, &delivery);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int write_report(struct call *call, const struct report_row *row, struct err *why)
{
	struct json_writer w;

	call_reply(call, 200, &w);
	incidents_reply_version(call, row->version);
	json_open_object(&w, NULL);
	report_view_put_members(call, &w, row);
	if (put_figures(call, row, &w, why) != 0 || put_versions(call, row, &w, why) != 0 ||
	    put_deliveries(call, row, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

int reports_get(struct call *call, struct err *why)
{
	struct report_row row;
	struct db_result *result;
	int failed;

	if (report_get(call->db, call->person.company_id, call->id, false, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such report");
	}
	report_read(result, 0, &row);
	failed = write_report(call, &row, why);
	db_result_free(result);
	return failed;
}
