#include "server/reporter/paper.h"

#include "server/store/chamber_file.h"
#include "server/store/month_close.h"
#include "server/store/report_catalogue.h"
#include "server/store/report_work.h"

#include <inttypes.h>
#include <stdio.h>

enum { NUMBER_SIZE = 32, PAPER_BYTES_MAX = 64 << 20 };

/* What an order borrows from. */
struct drawing {
	struct document_order order;
	struct report_texts texts;
	struct pool pool;
	char number[NUMBER_SIZE], published_on[REPORT_DAY_SIZE], public_url[SETTINGS_URL_SIZE];
	struct buffer content;
	int pages;
};

static void release(struct drawing *d)
{
	buffer_release(&d->content);
	pool_release(&d->pool);
}

static int begin(struct work *w, struct db *db, struct drawing *d, const struct paper *paper, const char *language,
		 struct err *why)
{
	const struct settings *s = w->settings;
	struct plain_words words;

	buffer_init(&d->content, PAPER_BYTES_MAX);
	d->order.format = paper->format;
	d->order.page = paper->page;
	d->order.japanese = strcmp(language, "en") != 0;
	if (report_catalogue_read(db, &d->pool, &d->texts, &words, why) != 0)
		return -1;
	settings_public_url(s, d->public_url);
	d->order.texts = &d->texts;
	d->order.frame.desk_phone = s->escalator.desk_phone;
	d->order.frame.desk_mail = s->escalator.desk_mail;
	d->order.frame.desk_hours = s->reporter.desk_hours;
	d->order.frame.sender = s->escalator.mail_name;
	d->order.frame.public_url = d->public_url;
	return 0;
}

/* The press is opened when there is something to draw: it holds the fonts. */
static int draw(struct work *w, struct drawing *d, struct err *why)
{
	if (!w->press && press_open(&w->press, why) != 0)
		return -1;
	if (document_draw(w->press, &d->order, &d->content, &d->pages, why) != 0)
		return -1;
	if (d->content.failed)
		return err_set(why, ERR_NOMEM, "no memory for a report, or it is larger than %d MiB",
			       PAPER_BYTES_MAX >> 20);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- of a member */

/* A final one says when it was published: now, if it is just about to be. */
static int put_day(struct work *w, struct db *db, const struct report_row *report, struct drawing *d, struct err *why)
{
	if (report_day(db, report->published_at, w->settings->timezone, d->published_on, why) != 0)
		return -1;
	d->order.frame.published_on = d->published_on;
	return 0;
}

/* body, sha256, version. */
static int describe(struct work *w, struct db *db, const struct report_row *report, const struct db_result *body,
		    const struct paper *paper, struct drawing *d, struct err *why)
{
	struct document_frame *f = &d->order.frame;

	if (!document_kind_parse(slice_of_string(report->kind), &d->order.kind))
		return err_set(why, ERR_USAGE, "there is no document of kind %s", report->kind);
	if (db_rows(body) == 0)
		return err_set(why, ERR_NOT_FOUND, "the snapshot of report R-%" PRId64 " is not there",
			       report->report_id);
	snprintf(d->number, sizeof(d->number), "R-%" PRId64, report->report_id);
	d->order.body = db_slice(body, 0, 0);
	f->number = d->number;
	f->issue = report->issue;
	f->issue_reason = report->issue_reason;
	f->snapshot_sha256 = db_text(body, 0, 1);
	f->snapshot_version = db_integer(body, 0, 2);
	f->draft = !paper->final;
	f->comment = report->comment;
	f->approved_by = report->approved_by;
	return paper->final ? put_day(w, db, report, d, why) : 0;
}

static int keep(struct db *db, const struct report_row *report, const struct paper *paper, const char *language,
		const struct drawing *d, struct err *why)
{
	const struct report_file file = {
		.company_id = report->company_id,
		.report_id = report->report_id,
		.report_version = report->version,
		.format = document_format_name(paper->format),
		.language = language,
		.page = paper->format == DOCUMENT_PNG ? paper->page : 0,
		.pages = d->pages,
		.final = paper->final,
		.content = buffer_slice(&d->content),
	};

	return report_file_put(db, &file, why);
}

int paper_report(struct work *w, struct db *db, const struct report_row *report, const struct paper *paper,
		 struct err *why)
{
	const char *language = paper->language ? paper->language : report->language;
	struct drawing d = { 0 };
	struct db_result *body;
	int failed;

	if (report_body(db, report->company_id, report->snapshot_id, &body, why) != 0)
		return -1;
	failed = begin(w, db, &d, paper, language, why);
	if (!failed)
		failed = describe(w, db, report, body, paper, &d, why);
	if (!failed)
		failed = draw(w, &d, why);
	if (!failed)
		failed = keep(db, report, paper, language, &d, why);
	release(&d);
	db_result_free(body);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- of the chamber */

static void describe_chamber(const struct frozen_row *frozen, struct drawing *d)
{
	struct document_frame *f = &d->order.frame;

	d->order.kind = DOCUMENT_CHAMBER;
	d->order.body = slice_of_string(frozen->body);
	f->number = frozen->month;
	f->issue = frozen->version;
	f->issue_reason = frozen->reason;
	f->snapshot_sha256 = frozen->sha256;
	f->snapshot_version = frozen->version;
}

static int keep_chamber(struct db *db, const struct frozen_row *frozen, const struct paper *paper, const char *language,
			const struct drawing *d, struct err *why)
{
	const struct chamber_file file = {
		.month = frozen->month,
		.version = frozen->version,
		.format = document_format_name(paper->format),
		.language = language,
		.page = paper->format == DOCUMENT_PNG ? paper->page : 0,
		.pages = d->pages,
		.content = buffer_slice(&d->content),
	};

	return chamber_file_put(db, &file, why);
}

static int draw_chamber(struct work *w, struct db *db, const struct frozen_row *frozen, const struct paper *paper,
			struct err *why)
{
	const char *language = paper->language ? paper->language : "ja";
	struct drawing d = { 0 };
	int failed = begin(w, db, &d, paper, language, why);

	if (!failed) {
		describe_chamber(frozen, &d);
		failed = draw(w, &d, why);
	}
	if (!failed)
		failed = keep_chamber(db, frozen, paper, language, &d, why);
	release(&d);
	return failed;
}

int paper_chamber(struct work *w, struct db *db, const char *month, const struct paper *paper, struct err *why)
{
	struct frozen_row frozen;
	struct db_result *r;
	int failed;

	if (frozen_chamber(db, month, 0, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		frozen_read(r, 0, &frozen);
		failed = draw_chamber(w, db, &frozen, paper, why);
	} else {
		failed = err_set(why, ERR_NOT_FOUND, "%s is not closed", month);
	}
	db_result_free(r);
	return failed;
}
