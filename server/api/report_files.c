#include "server/api/report_files.h"

#include "server/api/filters.h"
#include "server/api/months.h"
#include "server/store/chamber_file.h"
#include "server/store/month_close.h"
#include "server/store/report_delivery.h"
#include "server/store/report_flow.h"
#include "server/store/report_work.h"
#include "server/store/scope.h"

#include <inttypes.h>
#include <stdio.h>

enum { PAGE_MOST = 200, NAME_SIZE = 160, SHORT_SIZE = 40, TAG_SIZE = 80 };

static const char *const formats[] = { "pdf", "xlsx", "csv", "json", "png", NULL };

/* Which file is asked for. */
struct wanted {
	const char *format, *language; /* language NULL: the report's */
	int64_t page;                  /* png: 1..; others 0 */
	bool picture;
};
/* What there is of it. */
struct found {
	const char *sha256;
	struct slice content;
	int pages;
};

static bool read_wanted(struct call *call, struct wanted *out)
{
	static const char *const languages[] = { "ja", "en", NULL };

	*out = (struct wanted){ .format = formats[0] };
	if (!filters_word(call, "format", formats, &out->format) ||
	    !filters_word(call, "language", languages, &out->language))
		return false;
	out->picture = strcmp(out->format, "png") == 0;
	out->page = out->picture;
	if (out->picture || !parameters_get(&call->query, "page"))
		return filters_number(call, "page", 1, PAGE_MOST, &out->page);
	call_refuse_parameter(call, "page", FAULT_UNKNOWN);
	return false;
}

/* ------------------------------------------------------------------------------------------------------- the replies
 */

static const char *content_type(const char *format)
{
	static const struct {
		const char *format, *type;
	} types[] = {
		{ "pdf", "application/pdf" },
		{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
		{ "csv", "text/csv; charset=utf-8" },
		{ "json", "application/json" },
		{ "png", "image/png" },
	};
	size_t i = 0;

	while (i < ARRAY_LEN(types) - 1 && strcmp(types[i].format, format) != 0)
		i++;
	return types[i].type;
}

static bool has_it(const struct call *call, const char *tag)
{
	const char *header = http_request_header(call->exchange, "If-None-Match");

	return header && strstr(header, tag);
}

/* name: without its ending, in ASCII. */
static void reply_file(struct call *call, const struct wanted *wanted, const struct found *file, const char *name)
{
	struct http_reply *reply = call->reply;
	char text[NAME_SIZE + 40], tag[TAG_SIZE];

	snprintf(tag, sizeof(tag), "\"%s\"", file->sha256);
	http_reply_clear(reply);
	reply->status = has_it(call, tag) ? 304 : 200;
	http_reply_header(reply, "Cache-Control", "private, no-store");
	http_reply_header(reply, "ETag", tag);
	if (reply->status == 304)
		return;
	reply->content_type = content_type(wanted->format);
	if (wanted->picture)
		snprintf(text, sizeof(text), "inline; filename=\"%s-%d.png\"", name, (int)wanted->page);
	else
		snprintf(text, sizeof(text), "attachment; filename=\"%s.%s\"", name, wanted->format);
	http_reply_header(reply, "Content-Disposition", text);
	snprintf(text, sizeof(text), "%d", file->pages);
	http_reply_header(reply, "X-Pages", text);
	buffer_put_slice(&reply->body, file->content);
}

static void reply_waiting(struct call *call)
{
	struct json_writer w;

	call_reply(call, 202, &w);
	http_reply_header(call->reply, "Retry-After", "1");
	json_open_object(&w, NULL);
	json_put_bool(&w, "waiting", true);
	json_close_object(&w);
}

static int refuse_failed(struct call *call, const char *error)
{
	struct json_writer w;

	call_refuse_open(call, PROBLEM_NOT_DRAWN, &w);
	if (!call->person.company_id)
		json_put_string(&w, "reason", error);
	json_close_object(&w);
	return 0;
}

/* A GET is read-only: what it leaves behind is a second transaction, which serve_call commits. */
static int begin_writing(struct call *call, struct err *why)
{
	if (db_commit(call->db, why) != 0)
		return -1;
	return scope_begin(call->db, call->person.company_id ? call->person.company_id : SCOPE_ALL, false, why);
}

static int ask_for(struct call *call, const struct report_job *job, struct err *why)
{
	if (begin_writing(call, why) != 0 || report_job_write(call->db, job, why) != 0)
		return -1;
	reply_waiting(call);
	return 0;
}

/* ------------------------------------------------------------------------------------------------- a member's report
 */

/* Letters that any file system takes. */
static void plain(const char *text, char out[SHORT_SIZE])
{
	size_t n = 0;

	for (; text && *text && n < SHORT_SIZE - 1; text++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", *text))
			out[n++] = *text;
	out[n] = '\0';
}

static void name_of(const struct report_row *row, char out[NAME_SIZE])
{
	char member[SHORT_SIZE], what[SHORT_SIZE * 2], issue[SHORT_SIZE] = "";

	plain(row->member_no, member);
	if (!*member)
		snprintf(member, sizeof(member), "%" PRId64, row->company_id);
	if (row->certificate)
		snprintf(what, sizeof(what), "certificate-KM-%" PRId64, row->certificate);
	else if (row->incident_id)
		snprintf(what, sizeof(what), "%s-%" PRId64, row->kind, row->incident_no);
	else
		snprintf(what, sizeof(what), "%s", row->month);
	if (row->issue > 1)
		snprintf(issue, sizeof(issue), "-%" PRId64, row->issue);
	snprintf(out, NAME_SIZE, "%s-%s%s", what, member, issue);
}

/* Somebody of the member looked at it: noted the first time. */
static int note_opened(struct call *call, const struct report_row *row, struct err *why)
{
	if (call->person.role != PERSON_MEMBER || row->opened_at != TIME_NONE)
		return 0;
	if (begin_writing(call, why) != 0)
		return -1;
	return report_opened(call->db, row->company_id, row->report_id, 0, call->person.email, why);
}

static int give(struct call *call, const struct report_row *row, const struct wanted *wanted,
		const struct db_result *result, struct err *why)
{
	struct report_file file;
	struct found found;
	char name[NAME_SIZE];

	report_file_read(result, 0, &file, &found.sha256);
	found.content = file.content;
	found.pages = file.pages;
	name_of(row, name);
	reply_file(call, wanted, &found, name);
	return note_opened(call, row, why);
}

/* Pages of what was drawn already; 0: nothing was. */
static int count_pages(struct call *call, const struct report_row *row, const struct wanted *wanted, int *pages,
		       struct err *why)
{
	struct report_file file;
	struct db_result *result;
	const char *sha256;

	*pages = 0;
	for (int i = 0; i < 2 && *pages == 0; i++) {
		if (report_file_get(call->db, row->company_id, row->report_id, i ? "png" : "pdf", wanted->language, i,
				    &result, why) != 0)
			return -1;
		if (db_rows(result)) {
			report_file_read(result, 0, &file, &sha256);
			*pages = file.pages;
		}
		db_result_free(result);
	}
	return 0;
}

static int draw(struct call *call, const struct report_row *row, const struct wanted *wanted, struct err *why)
{
	struct report_job job = { .kind = "draw",
				  .company_id = row->company_id,
				  .report_id = row->report_id,
				  .format = wanted->format,
				  .language = wanted->language ? wanted->language : row->language,
				  .page = (int)wanted->page,
				  .priority = 1,
				  .asked_by = call->person.user_id };
	int pages = 0;

	/* How many pages there are is known when the first one is drawn. */
	if (wanted->page > 1) {
		if (count_pages(call, row, wanted, &pages, why) != 0)
			return -1;
		if (pages && wanted->page > pages)
			return err_set(why, ERR_NOT_FOUND, "no such page");
		job.page = pages ? job.page : 1;
	}
	return ask_for(call, &job, why);
}

static int give_or_draw(struct call *call, const struct report_row *row, const struct wanted *wanted, struct err *why)
{
	struct db_result *result;
	int failed;

	if (report_file_get(call->db, row->company_id, row->report_id, wanted->format, wanted->language,
			    (int)wanted->page, &result, why) != 0)
		return -1;
	if (db_rows(result)) {
		failed = give(call, row, wanted, result, why);
		db_result_free(result);
		return failed;
	}
	db_result_free(result);
	if (report_file_failure(call->db, row->company_id, row->report_id, wanted->format, wanted->language,
				(int)wanted->page, &result, why) != 0)
		return -1;
	failed = db_rows(result) ? refuse_failed(call, db_text(result, 0, 0)) : draw(call, row, wanted, why);
	db_result_free(result);
	return failed;
}

int report_files_get(struct call *call, struct err *why)
{
	struct wanted wanted;
	struct report_row row;
	struct db_result *result;
	int failed;

	if (!read_wanted(call, &wanted))
		return 0;
	if (report_get(call->db, call->person.company_id, call->id, false, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such report");
	}
	report_read(result, 0, &row);
	/* A certificate has no tables. */
	if (strcmp(row.kind, "certificate") == 0 && strchr("xc", wanted.format[0]))
		failed = call_refuse_parameter(call, "format", FAULT_CHOICE);
	else
		failed = give_or_draw(call, &row, &wanted, why);
	db_result_free(result);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- the chamber's report
 */

static int get_chamber(struct call *call, const char *month, const struct wanted *wanted, const char *format, int page,
		       struct db_result **result, struct err *why)
{
	return chamber_file_get(call->db, month, 0, format, wanted->language ? wanted->language : "ja", page, result,
				why);
}

static int count_chamber_pages(struct call *call, const char *month, const struct wanted *wanted, int *pages,
			       struct err *why)
{
	struct chamber_file file;
	struct db_result *result;
	const char *sha256;

	*pages = 0;
	for (int i = 0; i < 2 && *pages == 0; i++) {
		if (get_chamber(call, month, wanted, i ? "png" : "pdf", i, &result, why) != 0)
			return -1;
		if (db_rows(result)) {
			chamber_file_read(result, 0, &file, &sha256);
			*pages = file.pages;
		}
		db_result_free(result);
	}
	return 0;
}

static int draw_chamber(struct call *call, const char *month, const struct wanted *wanted, struct err *why)
{
	struct report_job job = { .kind = "draw_chamber",
				  .month = month,
				  .format = wanted->format,
				  .language = wanted->language ? wanted->language : "ja",
				  .page = (int)wanted->page,
				  .priority = 1,
				  .asked_by = call->person.user_id };
	int pages = 0;

	if (wanted->page > 1) {
		if (count_chamber_pages(call, month, wanted, &pages, why) != 0)
			return -1;
		if (pages && wanted->page > pages)
			return err_set(why, ERR_NOT_FOUND, "no such page");
		job.page = pages ? job.page : 1;
	}
	return ask_for(call, &job, why);
}

static void give_chamber(struct call *call, const char *month, const struct wanted *wanted,
			 const struct db_result *result)
{
	struct chamber_file file;
	struct found found;
	char name[NAME_SIZE];

	chamber_file_read(result, 0, &file, &found.sha256);
	found.content = file.content;
	found.pages = file.pages;
	snprintf(name, sizeof(name), "%s-chamber", month);
	reply_file(call, wanted, &found, name);
}

static int check_closed(struct call *call, const char *month, struct err *why)
{
	struct db_result *result;
	int rows;

	if (frozen_chamber(call->db, month, 0, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	return rows ? 0 : err_set(why, ERR_NOT_FOUND, "the month is not closed");
}

int report_files_month(struct call *call, struct err *why)
{
	char month[MONTHS_TEXT_SIZE];
	struct wanted wanted;
	struct db_result *result;
	int failed;

	if (!read_wanted(call, &wanted))
		return 0;
	if (months_of_path(call, month, why) != 0 || check_closed(call, month, why) != 0 ||
	    get_chamber(call, month, &wanted, wanted.format, (int)wanted.page, &result, why) != 0)
		return -1;
	if (db_rows(result)) {
		give_chamber(call, month, &wanted, result);
		db_result_free(result);
		return 0;
	}
	db_result_free(result);
	if (chamber_file_failure(call->db, month, wanted.format, wanted.language ? wanted.language : "ja",
				 (int)wanted.page, &result, why) != 0)
		return -1;
	failed = db_rows(result) ? refuse_failed(call, db_text(result, 0, 0)) : draw_chamber(call, month, &wanted, why);
	db_result_free(result);
	return failed;
}
