#include "server/ctl/report_build.h"

#include "server/ctl/report_frame.h"
#include "server/ctl/report_room.h"
#include "server/store/company_query.h"
#include "server/store/month_close.h"
#include "server/store/report_flow.h"
#include "server/store/report_work.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 2, PAGE_ROWS = 100 };

struct build {
	struct ctl *ctl;
	const char *month, *language; /* NULL: each its own */
	int64_t company_id;           /* 0: of no member alone */
	bool all, preliminary;
	enum document_format formats[ROOM_FORMATS_MAX];
	struct room_order order;
	struct report_facts_frame frame;
	struct report_frame beside; /* what stands on every document */
	struct pool pool;
	struct room *room;
};

/* ---------------------------------------------------------------------------------------------- options */

static int add_format(struct build *b, struct slice name, struct err *why)
{
	enum document_format format;

	if (!document_format_parse(name, &format) || format == DOCUMENT_PNG)
		return err_set(why, ERR_USAGE, "--format: %.*s is none of pdf, xlsx, csv, json", (int)name.len,
			       (const char *)name.ptr);
	for (size_t i = 0; i < b->order.format_count; i++)
		if (b->formats[i] == format)
			return 0;
	b->formats[b->order.format_count++] = format;
	return 0;
}

static int read_formats(struct build *b, struct err *why)
{
	const char *text = options_text(&b->ctl->options, "--format");
	struct slice left = slice_of_string(text ? text : "pdf,xlsx,csv");
	bool more = true;

	while (more) {
		size_t end = slice_find(left, ',');

		more = end < left.len;
		if (add_format(b, slice_trim(slice_take(left, end)), why) != 0)
			return -1;
		left = slice_skip(left, end + 1);
	}
	return 0;
}

static int read_options(struct build *b, struct err *why)
{
	const struct options *o = &b->ctl->options;
	int64_t workers = options_integer(o, "--workers", WORKERS);

	b->month = options_text(o, "--month");
	b->language = options_text(o, "--language");
	b->company_id = options_integer(o, "--company", 0);
	b->all = options_flag(o, "--all");
	if (b->all && b->company_id)
		return err_set(why, ERR_USAGE, "--company and --all: which of the two?");
	if (b->language && strcmp(b->language, "ja") != 0 && strcmp(b->language, "en") != 0)
		return err_set(why, ERR_USAGE, "--language: ja or en");
	if (workers < 1 || workers > ROOM_WORKERS_MAX)
		return err_set(why, ERR_USAGE, "--workers: 1 to %d", ROOM_WORKERS_MAX);
	b->order.out = options_text(o, "--out");
	b->order.workers = (size_t)workers;
	b->order.formats = b->formats;
	b->order.texts = &b->frame.texts;
	return read_formats(b, why);
}

/* ---------------------------------------------------------------------------------------------- items */

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory to build reports");
}

/* The item goes to the room, or is freed. */
static int hand_over(struct build *b, struct room_item *item, bool short_of_memory, struct err *why)
{
	if (short_of_memory) {
		room_item_free(item);
		return no_memory(why);
	}
	return room_put(b->room, item, why);
}

static bool is_japanese(const struct build *b, const char *own)
{
	return strcmp(b->language ? b->language : own, "en") != 0;
}

/* A struct as JSON, for what is not frozen. */
static struct slice write_body(const struct json_shape *shape, const void *document, struct pool *pool)
{
	struct buffer body = { 0 };
	struct json_writer w;
	const char *text;

	json_writer_init(&w, &body);
	json_shape_write(shape, document, &w, NULL);
	text = body.failed ? NULL : pool_string(pool, buffer_slice(&body));
	buffer_release(&body);
	return slice_of_string(text);
}

static struct room_item *new_item(const struct build *b, enum document_kind kind, int64_t company_id,
				  const char *company, const char *language)
{
	struct room_item *item = room_item_new();

	if (!item)
		return NULL;
	item->company_id = company_id;
	item->company = pool_string(&item->pool, slice_of_string(company ? company : ""));
	item->document.kind = kind;
	item->document.japanese = is_japanese(b, language);
	item->document.frame = b->beside.frame;
	return item;
}

/* ---------------------------------------------------------------------------------------------- of an open month */

static int put_chamber_now(struct build *b, const struct chamber_month *chamber, struct err *why)
{
	struct room_item *item = new_item(b, DOCUMENT_CHAMBER, 0, chamber->operator_name, "ja");

	if (!item)
		return no_memory(why);
	item->document.frame.number = b->month;
	item->document.body = write_body(&chamber_month_shape, chamber, &item->pool);
	return hand_over(b, item, !item->document.body.ptr, why);
}

static int put_member_now(void *context, const struct member_month *month, struct err *why)
{
	struct build *b = context;
	char language[REPORT_LANGUAGE_SIZE];
	struct room_item *item;

	if (report_language(b->ctl->db, month->company_id, language, why) != 0)
		return -1;
	item = new_item(b, DOCUMENT_MONTHLY, month->company_id, month->company, language);
	if (!item)
		return no_memory(why);
	item->document.body = write_body(&member_month_shape, month, &item->pool);
	return hand_over(b, item, !item->document.body.ptr, why);
}

static int build_now(struct build *b, struct err *why)
{
	struct chamber_month chamber;
	struct pool pool = { 0 };
	int failed = report_facts_chamber(b->ctl->db, &b->frame, &pool, &chamber, why);

	if (!failed)
		failed = room_open(&b->room, &b->order, why);
	if (!failed && !b->company_id)
		failed = put_chamber_now(b, &chamber, why);
	if (!failed && (b->company_id || b->all))
		failed = report_facts_members(b->ctl->db, &b->frame, &chamber, b->company_id, put_member_now, b, why);
	pool_release(&pool);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- of a closed month */

static int put_chamber(struct build *b, const struct frozen_row *frozen, struct err *why)
{
	struct room_item *item = new_item(b, DOCUMENT_CHAMBER, 0, "", "ja");
	const char *body;

	if (!item)
		return no_memory(why);
	body = pool_string(&item->pool, slice_of_string(frozen->body));
	item->document.body = slice_of_string(body);
	report_frame_chamber(frozen, &item->pool, &item->document.frame);
	return hand_over(b, item, !body, why);
}

/* What was published is what it was then. */
static int put_kept(struct build *b, const struct report_row *report, struct room_item *item, bool *short_of_memory,
		    struct err *why)
{
	struct report_file file;
	struct db_result *r;
	const char *sha256;
	uint8_t *copy;

	if (report_file_get(b->ctl->db, report->company_id, report->report_id, "pdf",
			    item->document.japanese ? "ja" : "en", 0, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		report_file_read(r, 0, &file, &sha256);
		copy = file.final ? pool_take(&item->pool, file.content.len) : NULL;
		*short_of_memory = file.final && !copy;
		if (copy) {
			memcpy(copy, file.content.ptr, file.content.len);
			item->kept = slice_of(copy, file.content.len);
		}
	}
	db_result_free(r);
	return 0;
}

static int put_report(struct build *b, const struct report_row *report, struct err *why)
{
	struct room_item *item = new_item(b, DOCUMENT_MONTHLY, report->company_id, report->company, report->language);
	bool short_of_memory = false;

	if (!item)
		return no_memory(why);
	if (report_frame_member(b->ctl, report, &item->pool, &item->document, why) != 0 ||
	    (strcmp(report->state, "published") == 0 && put_kept(b, report, item, &short_of_memory, why) != 0)) {
		room_item_free(item);
		return -1;
	}
	return hand_over(b, item, short_of_memory, why);
}

/* The newest issue of each company that was not taken back. *last: of the page; 0: it was the last page. */
static int put_page(struct build *b, int64_t *last, int64_t *count, struct err *why)
{
	const struct report_filter filter = {
		.month = b->month,
		.kind = "monthly",
		.company_id = b->company_id,
		.after_id = *last,
		.limit = PAGE_ROWS,
	};
	struct db_result *r;
	int failed = 0;

	if (report_list(b->ctl->db, &filter, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && !failed; i++) {
		struct report_row report;

		report_read(r, i, &report);
		*last = report.report_id;
		if (report.newer_issue || strcmp(report.state, "withdrawn") == 0)
			continue;
		failed = put_report(b, &report, why);
		*count += 1;
	}
	if (db_rows(r) < PAGE_ROWS)
		*last = 0;
	db_result_free(r);
	return failed;
}

static int put_members(struct build *b, struct err *why)
{
	int64_t last = 0, count = 0;

	do {
		if (put_page(b, &last, &count, why) != 0)
			return -1;
	} while (last);
	if (!count && b->company_id)
		return err_set(why, ERR_NOT_FOUND,
			       "company %" PRId64 " has no report of %s: it was not monitored then, or the report was "
			       "taken back",
			       b->company_id, b->month);
	return 0;
}

static int build_closed(struct build *b, const struct frozen_row *frozen, struct err *why)
{
	if (room_open(&b->room, &b->order, why) != 0 || (!b->company_id && put_chamber(b, frozen, why) != 0))
		return -1;
	return b->company_id || b->all ? put_members(b, why) : 0;
}

/* ---------------------------------------------------------------------------------------------- what came out */

static void print_text(const struct build *b, const struct room_result *results)
{
	int64_t documents = 0, files = 0;

	for (const struct room_result *r = results; r; r = r->next) {
		documents += !r->error;
		files += (int64_t)r->file_count;
		for (size_t i = 0; i < r->file_count && !b->all; i++)
			printf("%s/%s\n", b->order.out, r->files[i]);
	}
	if (b->all)
		printf("%" PRId64 " reports of %s in %" PRId64 " files in %s\n", documents, b->month, files,
		       b->order.out);
	if (b->preliminary)
		puts("The month is not closed: these figures are preliminary, and marked so.");
}

static void write_result(const struct room_result *result, struct json_writer *w)
{
	json_open_object(w, NULL);
	if (result->company_id) {
		json_put_integer(w, "company_id", result->company_id);
		json_put_string(w, "company", result->company);
	} else {
		json_put_null(w, "company_id");
	}
	json_open_array(w, "files");
	for (size_t i = 0; i < result->file_count; i++)
		json_put_string(w, NULL, result->files[i]);
	json_close_array(w);
	if (result->error)
		json_put_string(w, "error", result->error);
	json_close_object(w);
}

static void print_document(const struct build *b, const struct room_result *results)
{
	struct buffer json = { 0 };
	struct json_writer w;

	json_writer_init(&w, &json);
	json_open_object(&w, NULL);
	json_put_string(&w, "month", b->month);
	json_put_bool(&w, "preliminary", b->preliminary);
	json_put_string(&w, "out", b->order.out);
	json_open_array(&w, "built");
	for (const struct room_result *r = results; r; r = r->next)
		if (!r->error)
			write_result(r, &w);
	json_close_array(&w);
	json_open_array(&w, "failed");
	for (const struct room_result *r = results; r; r = r->next)
		if (r->error)
			write_result(r, &w);
	json_close_array(&w);
	json_close_object(&w);
	print_json(&json);
}

/* Each that failed on stderr; -1 when any did. */
static int tell_failures(const struct room_result *results, struct err *why)
{
	int64_t failed = 0;

	for (const struct room_result *r = results; r; r = r->next) {
		if (!r->error)
			continue;
		failed++;
		if (r->company_id)
			fprintf(stderr, "company %" PRId64 " %s: %s\n", r->company_id, r->company, r->error);
		else
			fprintf(stderr, "the chamber's report: %s\n", r->error);
	}
	return failed ? err_set(why, ERR_CORRUPT, "%" PRId64 " reports could not be built; the others are", failed) : 0;
}

static int finish(struct build *b, struct err *why)
{
	const struct room_result *results = NULL;

	if (room_finish(b->room, &results, why) != 0)
		return -1;
	if (options_flag(&b->ctl->options, "--json"))
		print_document(b, results);
	else
		print_text(b, results);
	return tell_failures(results, why);
}

/* ---------------------------------------------------------------------------------------------- all of it */

static int build_all(struct build *b, const struct db_result *closed, struct err *why)
{
	struct frozen_row frozen;
	int failed;

	b->preliminary = db_rows(closed) == 0;
	if (b->preliminary) {
		failed = build_now(b, why);
	} else {
		frozen_read(closed, 0, &frozen);
		failed = build_closed(b, &frozen, why);
	}
	if (!failed)
		failed = finish(b, why);
	room_close(b->room);
	return failed;
}

static int build_from_snapshot(struct build *b, struct err *why)
{
	const struct settings *s = &b->ctl->settings;
	const struct report_facts_target target = { s->reporter.target_companies, s->reporter.target_from,
						    s->reporter.target_years };
	struct db_result *closed;
	int failed;

	if (b->company_id && company_query_exists(b->ctl->db, b->company_id, why) != 0)
		return -1;
	if (report_facts_frame_read(b->ctl->db, b->month, s->timezone, &target, &b->pool, &b->frame, why) != 0 ||
	    frozen_chamber(b->ctl->db, b->month, 0, &closed, why) != 0)
		return -1;
	failed = build_all(b, closed, why);
	db_result_free(closed);
	return failed;
}

/* All from one moment of the database. */
int report_build(struct ctl *ctl, struct err *why)
{
	struct build b = { .ctl = ctl };
	int failed;

	if (read_options(&b, why) != 0)
		return -1;
	report_frame_open(&b.beside, &ctl->settings);
	failed = db_script(ctl->db,
			   "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL work_mem = '64MB'; "
			   "SET LOCAL jit = off",
			   why);
	if (!failed)
		failed = build_from_snapshot(&b, why);
	db_rollback(ctl->db);
	pool_release(&b.pool);
	return failed;
}
