/* hinomictl report */
#include "server/ctl/listing.h"
#include "server/ctl/report_build.h"
#include "server/ctl/report_certificate.h"
#include "server/ctl/report_verify.h"
#include "server/store/billing.h"
#include "server/store/month_close.h"
#include "server/store/report_flow.h"
#include "server/store/report_work.h"

#include <inttypes.h>
#include <string.h>

enum { LIST_ROWS = 200 };

/* ---------------------------------------------------------------------------------------------- close */

static void print_closed(const struct ctl *ctl, const char *month, const struct month_closed *closed)
{
	struct buffer json = { 0 };
	struct json_writer w;

	if (!options_flag(&ctl->options, "--json")) {
		printf("%s is closed, version %d: %" PRId64 " companies, %" PRId64 " frozen anew, %" PRId64
		       " drafts made or moved\n",
		       month, closed->version, closed->companies, closed->written, closed->reports);
		return;
	}
	json_writer_init(&w, &json);
	json_open_object(&w, NULL);
	json_put_string(&w, "month", month);
	json_put_integer(&w, "version", closed->version);
	json_put_integer(&w, "companies", closed->companies);
	json_put_integer(&w, "written", closed->written);
	json_put_integer(&w, "reports", closed->reports);
	json_close_object(&w);
	print_json(&json);
}

static int close_month(struct ctl *ctl, struct err *why)
{
	const struct settings *s = &ctl->settings;
	const struct report_facts_target target = { s->reporter.target_companies, s->reporter.target_from,
						    s->reporter.target_years };
	const char *month = options_text(&ctl->options, "--month");
	struct report_facts_frame frame;
	const struct month_close_order order = {
		.frame = &frame,
		.reason = options_text(&ctl->options, "--reason"),
		.actor = ctl->actor,
		.company_id = options_integer(&ctl->options, "--company", 0),
	};
	struct month_closed closed;
	struct pool pool = { 0 };
	int failed = report_facts_frame_read(ctl->db, month, s->timezone, &target, &pool, &frame, why);

	if (!failed)
		failed = month_close(ctl->db, &order, &closed, why);
	pool_release(&pool);
	if (!failed)
		print_closed(ctl, month, &closed);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- list */

static void put_report(const struct report_row *r, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_integer(w, "id", r->report_id);
	json_put_integer(w, "company_id", r->company_id);
	json_put_string(w, "company", r->company);
	json_put_string(w, "kind", r->kind);
	json_put_string(w, "step", r->step);
	json_put_string(w, "grade", r->grade);
	json_put_string(w, "language", r->language);
	json_put_integer(w, "issue", r->issue);
	json_put_integer(w, "snapshot_version", r->snapshot_version);
	json_put_time(w, "published_at", r->published_at);
	json_put_time(w, "sent_at", r->sent_at);
	json_put_time(w, "opened_at", r->opened_at);
	if (r->error)
		json_put_string(w, "error", r->error);
	json_close_object(w);
}

static void put_cells(const struct report_row *r, struct table *t)
{
	char number[32];

	snprintf(number, sizeof(number), "R-%" PRId64, r->report_id);
	table_text(t, number);
	table_integer(t, r->company_id);
	table_text(t, r->company);
	table_text(t, r->kind);
	table_integer(t, r->issue);
	table_text(t, r->grade);
	table_text(t, r->step);
	table_time(t, r->published_at);
	table_time(t, r->sent_at);
	table_text(t, r->error);
}

/* One page after the other; the table is wide, and read as a whole. */
static int each_report(struct ctl *ctl, struct table *t, struct json_writer *w, struct err *why)
{
	struct report_filter filter = { .month = options_text(&ctl->options, "--month"), .limit = LIST_ROWS };
	bool more = true;

	while (more) {
		struct db_result *r;

		if (report_list(ctl->db, &filter, &r, why) != 0)
			return -1;
		for (int i = 0; i < db_rows(r); i++) {
			struct report_row report;

			report_read(r, i, &report);
			filter.after_id = report.report_id;
			if (w)
				put_report(&report, w);
			else
				put_cells(&report, t);
		}
		more = db_rows(r) == LIST_ROWS;
		db_result_free(r);
	}
	return 0;
}

static int list(struct ctl *ctl, struct err *why)
{
	bool as_json = options_flag(&ctl->options, "--json");
	struct buffer json = { 0 };
	struct json_writer w;
	struct table t;
	int failed;

	json_writer_init(&w, &json);
	json_open_object(&w, NULL);
	json_open_array(&w, "reports");
	table_open(&t, "report|>company|name|kind|>issue|grade|step|published|sent|error");
	failed = each_report(ctl, &t, as_json ? &w : NULL, why);
	json_close_array(&w);
	json_close_object(&w);
	if (!failed && as_json)
		print_json(&json);
	else
		buffer_release(&json);
	if (!failed && !as_json)
		table_print(&t, stdout);
	else
		buffer_release(&t.text);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- status */

struct standing {
	const char *month;
	struct db_result *versions, *runs;
	int64_t outdated;
	int64_t steps[8];
};
static const char *const steps[] = {
	"needs_comment", "draft", "approved", "published", "sent", "opened", "withdrawn", "failed",
};

static int count_steps(struct ctl *ctl, struct standing *s, struct err *why)
{
	struct report_filter filter = { .month = s->month, .kind = "monthly", .limit = LIST_ROWS };
	bool more = true;

	while (more) {
		struct db_result *r;

		if (report_list(ctl->db, &filter, &r, why) != 0)
			return -1;
		for (int i = 0; i < db_rows(r); i++) {
			struct report_row report;

			report_read(r, i, &report);
			filter.after_id = report.report_id;
			for (size_t k = 0; k < ARRAY_LEN(steps); k++)
				s->steps[k] += strcmp(report.step, steps[k]) == 0;
		}
		more = db_rows(r) == LIST_ROWS;
		db_result_free(r);
	}
	return 0;
}

static void write_versions(const struct standing *s, struct json_writer *w)
{
	json_open_array(w, "versions");
	for (int i = 0; i < db_rows(s->versions); i++) {
		struct frozen_row row;

		frozen_read(s->versions, i, &row);
		json_open_object(w, NULL);
		json_put_integer(w, "version", row.version);
		json_put_string(w, "sha256", row.sha256);
		json_put_string(w, "reason", row.reason);
		json_put_time(w, "made_at", row.made_at);
		json_close_object(w);
	}
	json_close_array(w);
}

static void write_runs(const struct standing *s, struct json_writer *w)
{
	json_open_array(w, "runs");
	for (int i = 0; i < db_rows(s->runs); i++) {
		struct report_run run;

		report_run_read(s->runs, i, &run);
		json_open_object(w, NULL);
		json_put_integer(w, "id", run.run_id);
		json_put_string(w, "kind", run.kind);
		json_put_string(w, "state", run.state);
		json_put_integer(w, "total", run.total);
		json_put_integer(w, "done", run.done);
		json_put_integer(w, "failed", run.failed);
		json_put_time(w, "asked_at", run.asked_at);
		json_put_time(w, "finished_at", run.finished_at);
		json_close_object(w);
	}
	json_close_array(w);
}

static void print_status_document(const struct standing *s)
{
	struct buffer json = { 0 };
	struct json_writer w;

	json_writer_init(&w, &json);
	json_open_object(&w, NULL);
	json_put_string(&w, "month", s->month);
	json_put_bool(&w, "closed", db_rows(s->versions) > 0);
	json_put_integer(&w, "outdated_companies", s->outdated);
	write_versions(s, &w);
	json_open_object(&w, "reports");
	for (size_t k = 0; k < ARRAY_LEN(steps); k++)
		json_put_integer(&w, steps[k], s->steps[k]);
	json_close_object(&w);
	write_runs(s, &w);
	json_close_object(&w);
	print_json(&json);
}

static void print_runs(const struct standing *s)
{
	struct table t;

	table_open(&t, ">run|kind|state|>total|>done|>failed|asked|finished");
	for (int i = 0; i < db_rows(s->runs); i++) {
		struct report_run run;

		report_run_read(s->runs, i, &run);
		table_integer(&t, run.run_id);
		table_text(&t, run.kind);
		table_text(&t, run.state);
		table_integer(&t, run.total);
		table_integer(&t, run.done);
		table_integer(&t, run.failed);
		table_time(&t, run.asked_at);
		table_time(&t, run.finished_at);
	}
	table_print(&t, stdout);
}

static void print_status(const struct standing *s)
{
	struct frozen_row row;
	char at[TIME_TEXT_SIZE];

	if (db_rows(s->versions)) {
		frozen_read(s->versions, 0, &row);
		time_to_text(row.made_at, at);
		printf("%s is closed: version %" PRId64 " of %s, SHA-256 %s\n", s->month, row.version, at, row.sha256);
	} else {
		printf("%s is not closed; hinomictl report close --month %s\n", s->month, s->month);
	}
	if (s->outdated)
		printf("%" PRId64 " companies have had late alerts since: close it again with a reason\n", s->outdated);
	for (size_t k = 0; k < ARRAY_LEN(steps); k++)
		if (s->steps[k])
			printf("%8" PRId64 " %s\n", s->steps[k], steps[k]);
	if (db_rows(s->runs)) {
		putchar('\n');
		print_runs(s);
	}
}

static int look(struct ctl *ctl, struct standing *s, struct err *why)
{
	if (frozen_versions(ctl->db, 0, s->month, &s->versions, why) != 0 ||
	    report_run_list(ctl->db, s->month, &s->runs, why) != 0 || count_steps(ctl, s, why) != 0)
		return -1;
	if (db_rows(s->versions) == 0)
		return 0;
	return frozen_outdated(ctl->db, s->month, ctl->settings.timezone, &s->outdated, why);
}

static int status(struct ctl *ctl, struct err *why)
{
	struct standing s = { .month = options_text(&ctl->options, "--month") };
	int failed = look(ctl, &s, why);

	if (!failed && options_flag(&ctl->options, "--json"))
		print_status_document(&s);
	else if (!failed)
		print_status(&s);
	db_result_free(s.versions);
	db_result_free(s.runs);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- billing */

static void print_billing(const struct billing_list *list)
{
	struct table t;

	table_open(&t, ">company|name|member no|plan|from|to|>days|>yen|>with tax");
	for (size_t i = 0; i < list->count; i++) {
		const struct billing_line *line = &list->lines[i];

		table_integer(&t, line->contract.company_id);
		table_text(&t, line->contract.company);
		table_text(&t, line->contract.member_no);
		table_text(&t, line->contract.plan);
		table_text(&t, line->contract.from_day);
		table_text(&t, line->contract.to_day);
		table_integer(&t, line->days);
		table_integer(&t, line->price.yen);
		table_integer(&t, line->price.taxed);
	}
	table_print(&t, stdout);
	printf("\n%" PRId64 " companies, %" PRId64 " yen, %" PRId64 " yen with tax\n", list->all.companies,
	       list->all.yen, list->all.taxed);
}

static void print_billing_as(const struct ctl *ctl, const struct billing_list *list)
{
	struct buffer out = { 0 };
	struct json_writer w;
	struct csv_writer csv;

	if (options_flag(&ctl->options, "--json")) {
		json_writer_init(&w, &out);
		billing_write(list, &w);
		print_json(&out);
	} else if (options_flag(&ctl->options, "--csv")) {
		csv_begin(&csv, &out);
		billing_csv(list, &csv);
		fwrite(out.data, 1, out.len, stdout);
	} else {
		print_billing(list);
	}
	buffer_release(&out);
}

static int billing(struct ctl *ctl, struct err *why)
{
	struct billing_list bills;
	struct pool pool = { 0 };
	int failed = billing_read(ctl->db, options_text(&ctl->options, "--month"), &pool, &bills, why);

	if (!failed)
		print_billing_as(ctl, &bills);
	pool_release(&pool);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- the table */

#define OPTION_MONTH_NEEDED                                              \
	{                                                                \
		"--month", OPTION_MONTH, true, "M", "the month, YYYY-MM" \
	}

static const struct option_spec build_options[] = {
	OPTION_MONTH_NEEDED,
	{ "--out", OPTION_PATH, true, "DIR", "folder for the files; made when it is not there" },
	{ "--company", OPTION_ID, false, "ID", "this member's report" },
	{ "--all", OPTION_FLAG, false, NULL, "every member's report, and the chamber's" },
	{ "--format", OPTION_NAME, false, "LIST", "of pdf, xlsx, csv, json; pdf,xlsx,csv when left out" },
	{ "--language", OPTION_NAME, false, "L", "ja or en; each company's own when left out" },
	{ "--workers", OPTION_COUNT, false, "N", "threads that draw; 2 when left out" },
	OPTION_JSON,
	OPTIONS_END,
};
static const struct option_spec close_options[] = {
	OPTION_MONTH_NEEDED,
	{ "--reason", OPTION_NAME, false, "R", "why again, when it is closed already" },
	{ "--company", OPTION_ID, false, "ID", "freeze only this company's month again" },
	OPTION_JSON,
	OPTIONS_END,
};
static const struct option_spec month_options[] = {
	OPTION_MONTH_NEEDED,
	OPTION_JSON,
	OPTIONS_END,
};
static const struct option_spec verify_options[] = {
	OPTION_MONTH_NEEDED,
	{ "--hashes-only", OPTION_FLAG, false, NULL, "do not draw what was published anew" },
	OPTION_JSON,
	OPTIONS_END,
};
static const struct option_spec certificate_options[] = {
	OPTION_MONTH_NEEDED,
	OPTION_COMPANY_NEEDED,
	{ "--out", OPTION_PATH, true, "DIR", "folder for the file; made when it is not there" },
	OPTIONS_END,
};
static const struct option_spec billing_options[] = {
	OPTION_MONTH_NEEDED,
	{ "--csv", OPTION_FLAG, false, NULL, "comma-separated, for a spreadsheet program" },
	OPTION_JSON,
	OPTIONS_END,
};

const struct command report_commands[] = {
	{ "report", "build", "draws reports of a month as PDF, XLSX and CSV", build_options, false, report_build,
	  "Without --company and --all: the chamber's own report. Of a closed month it draws what was frozen, and what "
	  "was\n"
	  "published comes as it was published; before that figures are preliminary and marked so. Works without "
	  "hinomid.\n"
	  "Files that are there are replaced, each as a whole. A report that cannot be drawn is told at the end, with\n"
	  "status 1; the others are built.\n" },
	{ "report", "close", "closes a month: freezes its figures and makes the drafts", close_options, false,
	  close_month,
	  "hinomid closes a month by itself (reporter.close_business_day). A month that is closed already is frozen "
	  "again\n"
	  "with a reason, where figures have changed since; nothing that was frozen is overwritten.\n" },
	{ "report", "list", "reports of a month", month_options, false, list, NULL },
	{ "report", "status", "how far a month is: closed, reports, runs", month_options, false, status, NULL },
	{ "report", "verify", "whether what is kept of a month is what was frozen and published", verify_options, false,
	  report_verify,
	  "Hashes of all snapshots and published files are computed anew; published PDFs are drawn anew and compared.\n"
	  "Another program version, other settings of the desk or texts that were changed since give other files: that "
	  "is\n"
	  "told apart from a hash that is wrong.\n" },
	{ "report", "certificate", "the monitoring certificate of twelve months up to this one, as it was published",
	  certificate_options, false, report_certificate, NULL },
	{ "report", "billing", "what companies pay for a month", billing_options, false, billing, NULL },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
