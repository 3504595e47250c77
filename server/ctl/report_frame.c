#include "server/ctl/report_frame.h"

#include "server/store/report_work.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_SIZE = 32 };

void report_frame_open(struct report_frame *out, const struct settings *s)
{
	*out = (struct report_frame){ 0 };
	settings_public_url(s, out->public_url);
	out->frame.desk_phone = s->escalator.desk_phone;
	out->frame.desk_mail = s->escalator.desk_mail;
	out->frame.desk_hours = s->reporter.desk_hours;
	out->frame.sender = s->escalator.mail_name;
	out->frame.public_url = out->public_url;
}

static const char *copy(struct pool *pool, const char *text)
{
	return text ? pool_string(pool, slice_of_string(text)) : NULL;
}

void report_frame_chamber(const struct frozen_row *frozen, struct pool *pool, struct document_frame *out)
{
	out->number = copy(pool, frozen->month);
	out->issue = frozen->version;
	out->issue_reason = copy(pool, frozen->reason);
	out->snapshot_sha256 = copy(pool, frozen->sha256);
	out->snapshot_version = frozen->version;
}

static bool is_final(const struct report_row *report)
{
	return strcmp(report->state, "published") == 0 || strcmp(report->state, "withdrawn") == 0;
}

static int put_body(struct ctl *ctl, const struct report_row *report, struct pool *pool, struct document_order *out,
		    struct err *why)
{
	struct db_result *r;
	int failed = 0;

	if (report_body(ctl->db, report->company_id, report->snapshot_id, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		out->body = slice_of_string(copy(pool, db_text(r, 0, 0)));
		out->frame.snapshot_sha256 = copy(pool, db_text(r, 0, 1));
		out->frame.snapshot_version = db_integer(r, 0, 2);
	}
	if (!db_rows(r))
		failed =
		    err_set(why, ERR_NOT_FOUND, "the snapshot of report R-%" PRId64 " is not there", report->report_id);
	else if (!out->body.ptr)
		failed = err_set(why, ERR_NOMEM, "no memory for a report");
	db_result_free(r);
	return failed;
}

int report_frame_member(struct ctl *ctl, const struct report_row *report, struct pool *pool, struct document_order *out,
			struct err *why)
{
	struct document_frame *f = &out->frame;
	char number[NUMBER_SIZE], day[REPORT_DAY_SIZE];

	if (!document_kind_parse(slice_of_string(report->kind), &out->kind))
		return err_set(why, ERR_CORRUPT, "report R-%" PRId64 " is of a kind that is not known",
			       report->report_id);
	if (put_body(ctl, report, pool, out, why) != 0)
		return -1;
	snprintf(number, sizeof(number), "R-%" PRId64, report->report_id);
	f->number = copy(pool, number);
	f->issue = report->issue;
	f->issue_reason = copy(pool, report->issue_reason);
	f->draft = !is_final(report);
	f->comment = copy(pool, report->comment);
	f->approved_by = copy(pool, report->approved_by);
	if (!is_final(report))
		return 0;
	if (report_day(ctl->db, report->published_at, ctl->settings.timezone, day, why) != 0)
		return -1;
	f->published_on = copy(pool, day);
	return 0;
}
