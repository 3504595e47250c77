#include "server/api/calendars.h"

#include "server/api/audit_trail.h"
#include "server/api/filters.h"
#include "server/api/oncall_call.h"
#include "server/store/calendar_admin.h"

#include <inttypes.h>
#include <stdio.h>

static void put_members(struct json_writer *w, const struct calendar_row *row, const struct oncall_book *book)
{
	const struct calendar *calendar = oncall_book_calendar(book, row->calendar_id);

	json_put_integer(w, "id", row->calendar_id);
	json_put_string(w, "name", row->name);
	json_put_string(w, "timezone", row->timezone);
	json_put_raw(w, "rules", slice_of_string(row->rules));
	json_put_integer(w, "version", row->version);
	json_put_time(w, "updated_at", row->updated_at);
	if (calendar)
		json_put_bool(w, "open", calendar_is_open(calendar, clock_now()));
	else
		json_put_null(w, "open");
	json_put_time(w, "next_change", calendar ? calendar_next_change(calendar, clock_now()) : TIME_NONE);
}

static void write_list(struct call *call, const struct db_result *rows, const struct oncall_book *book)
{
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "calendars");
	for (int i = 0; i < db_rows(rows); i++) {
		struct calendar_row row;

		calendar_read(rows, i, &row);
		json_open_object(&w, NULL);
		put_members(&w, &row, book);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
}

int calendars_list(struct call *call, struct err *why)
{
	struct oncall_book *book;
	struct db_result *rows;

	if (oncall_call_book(call, &book, why) != 0)
		return -1;
	if (calendar_list(call->db, &rows, why) != 0) {
		oncall_book_close(book);
		return -1;
	}
	write_list(call, rows, book);
	db_result_free(rows);
	oncall_book_close(book);
	return 0;
}

/* The row's texts belong to *rows. */
static int find(struct call *call, int64_t id, bool lock, struct db_result **rows, struct calendar_row *out,
		struct err *why)
{
	if (calendar_get(call->db, id, lock, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		db_result_free(*rows);
		return err_set(why, ERR_NOT_FOUND, "no such calendar");
	}
	calendar_read(*rows, 0, out);
	return 0;
}

static void write_one(struct call *call, int status, const struct calendar_row *row, const struct oncall_book *book)
{
	struct json_writer w;

	call_reply(call, status, &w);
	oncall_call_etag(call, row->version);
	json_open_object(&w, NULL);
	put_members(&w, row, book);
	json_close_object(&w);
}

/* As it is now: in the reply, and in the audit trail when `action` says what was done. */
static int conclude(struct call *call, int64_t id, int status, const char *action, struct err *why)
{
	struct buffer detail = { 0 };
	struct oncall_book *book;
	struct calendar_row row;
	struct db_result *rows;
	struct json_writer w;
	char subject[48];
	int failed = 0;

	if (find(call, id, false, &rows, &row, why) != 0)
		return -1;
	if (oncall_call_book(call, &book, why) != 0) {
		db_result_free(rows);
		return -1;
	}
	write_one(call, status, &row, book);
	if (action) {
		json_writer_init(&w, &detail);
		json_open_object(&w, NULL);
		put_members(&w, &row, book);
		json_close_object(&w);
		snprintf(subject, sizeof(subject), "calendar %" PRId64, id);
		failed = audit_trail_add(call, action, 0, subject, &detail, why);
	}
	oncall_book_close(book);
	db_result_free(rows);
	return failed;
}

int calendars_get(struct call *call, struct err *why)
{
	return conclude(call, call->id, 200, NULL, why);
}

/* 1: go on; 0: refused. `rules` holds the document. */
static int read_document(struct call *call, struct buffer *rules, struct calendar_document *out)
{
	if (!oncall_call_name(call, &out->name) || !oncall_call_timezone(call, &out->timezone) ||
	    !oncall_call_document(call, "rules", rules))
		return 0;
	out->rules = buffer_string(rules);
	return 1;
}

int calendars_add(struct call *call, struct err *why)
{
	struct calendar_document document;
	struct buffer rules = { 0 };
	int64_t id = 0;
	int failed = 0;

	if (read_document(call, &rules, &document) == 1)
		failed = calendar_create(call->db, &document, &id, why) == 0
			     ? conclude(call, id, 201, "calendar.add", why)
			     : oncall_call_refused(call, why);
	buffer_release(&rules);
	return failed;
}

static int put_held(struct call *call, const struct calendar_row *now, struct err *why)
{
	struct calendar_document document;
	struct buffer rules = { 0 };
	int failed = 0;
	bool stale;

	if (!call_condition(call, now->version, &stale))
		return 0;
	if (stale)
		return oncall_call_stale(call);
	if (read_document(call, &rules, &document) == 1)
		failed = calendar_update(call->db, now->calendar_id, now->version, &document, why) == 0
			     ? conclude(call, now->calendar_id, 200, "calendar.change", why)
			     : oncall_call_refused(call, why);
	buffer_release(&rules);
	return failed;
}

int calendars_put(struct call *call, struct err *why)
{
	struct calendar_row row;
	struct db_result *rows;
	int failed;

	if (find(call, call->id, true, &rows, &row, why) != 0)
		return -1;
	failed = put_held(call, &row, why);
	db_result_free(rows);
	return failed;
}

int calendars_holidays(struct call *call, struct err *why)
{
	const char *from = NULL, *to = NULL;
	struct db_result *rows;
	struct json_writer w;

	if (!filters_days_if_any(call, &from, &to))
		return 0;
	if (holiday_list(call->db, from, to, &rows, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "holidays");
	for (int i = 0; i < db_rows(rows); i++) {
		json_open_object(&w, NULL);
		json_put_string(&w, "day", db_text(rows, i, 0));
		json_put_string(&w, "name_ja", db_text(rows, i, 1));
		json_put_string(&w, "name_en", db_text(rows, i, 2));
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(rows);
	return 0;
}
