#include "server/ctl/report_verify.h"

#include "lib/encode.h"
#include "server/ctl/report_frame.h"
#include "server/store/report_facts.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_ROWS = 100, HASH_SIZE = 32, PDF_BYTES_MAX = 64 << 20, WHAT_SIZE = 96 };

struct verify {
	struct ctl *ctl;
	const char *month;
	bool redraw;
	struct press *press; /* with the first drawing */
	struct report_frame beside;
	struct report_facts_frame frame;
	struct pool pool;
	int64_t snapshots, files, wrong; /* wrong: a hash is not that of its bytes */
	int64_t drawn, differ;
	struct json_writer *json; /* of the array of findings; NULL: lines */
};

/* ---------------------------------------------------------------------------------------------- findings */

static void tell(struct verify *v, const char *what, const char *finding)
{
	if (!v->json) {
		fprintf(stderr, "%s: %s\n", what, finding);
		return;
	}
	json_open_object(v->json, NULL);
	json_put_string(v->json, "what", what);
	json_put_string(v->json, "finding", finding);
	json_close_object(v->json);
}

static void check_hash(struct verify *v, const char *what, struct slice content, const char *sha256)
{
	unsigned char sum[HASH_SIZE];
	unsigned len = sizeof(sum);
	struct buffer text = { 0 };

	if (EVP_Digest(content.ptr, content.len, sum, &len, EVP_sha256(), NULL) != 1)
		abort(); /* only when memory is gone */
	hex_encode(&text, slice_of(sum, sizeof(sum)));
	if (strcmp(buffer_string(&text), sha256 ? sha256 : "") != 0) {
		v->wrong++;
		tell(v, what, "its SHA-256 is not that of what is kept");
	}
	buffer_release(&text);
}

/* ---------------------------------------------------------------------------------------------- snapshots */

/* One version; company_id 0: the chamber's. */
static int check_version(struct verify *v, int64_t company_id, int64_t version, struct err *why)
{
	char what[WHAT_SIZE];
	struct frozen_row row;
	struct db_result *r;
	int failed = company_id ? frozen_member(v->ctl->db, company_id, v->month, version, &r, why)
				: frozen_chamber(v->ctl->db, v->month, version, &r, why);

	if (failed)
		return -1;
	if (db_rows(r)) {
		frozen_read(r, 0, &row);
		if (company_id)
			snprintf(what, sizeof(what), "snapshot %s of company %" PRId64 ", version %" PRId64, v->month,
				 company_id, version);
		else
			snprintf(what, sizeof(what), "closing %s, version %" PRId64, v->month, version);
		check_hash(v, what, slice_of_string(row.body), row.sha256);
		v->snapshots++;
	}
	db_result_free(r);
	return 0;
}

static int check_versions(struct verify *v, int64_t company_id, struct err *why)
{
	struct db_result *r;
	int failed = 0;

	if (frozen_versions(v->ctl->db, company_id, v->month, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && !failed; i++) {
		struct frozen_row row;

		frozen_read(r, i, &row);
		failed = check_version(v, company_id, row.version, why);
	}
	db_result_free(r);
	return failed;
}

/* A certificate's has no month of its own in frozen_versions(). */
static int check_body(struct verify *v, const struct report_row *report, struct err *why)
{
	char what[WHAT_SIZE];
	struct db_result *r;

	if (report_body(v->ctl->db, report->company_id, report->snapshot_id, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		snprintf(what, sizeof(what), "snapshot of report R-%" PRId64, report->report_id);
		check_hash(v, what, db_slice(r, 0, 0), db_text(r, 0, 1));
		v->snapshots++;
	}
	db_result_free(r);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- files */

static int draw(struct verify *v, const struct report_row *report, struct buffer *out, struct err *why)
{
	struct document_order order = { .format = DOCUMENT_PDF, .texts = &v->frame.texts, .frame = v->beside.frame };
	struct pool pool = { 0 };
	int pages, failed = 0;

	order.japanese = strcmp(report->language, "en") != 0;
	if (!v->press)
		failed = press_open(&v->press, why);
	if (!failed)
		failed = report_frame_member(v->ctl, report, &pool, &order, why);
	if (!failed)
		failed = document_draw(v->press, &order, out, &pages, why);
	pool_release(&pool);
	return failed;
}

/* What cannot be drawn is a finding, not the end. */
static void compare(struct verify *v, const struct report_row *report, const char *what, struct slice kept)
{
	struct buffer fresh;
	struct err why = { 0 };

	buffer_init(&fresh, PDF_BYTES_MAX);
	v->drawn++;
	if (draw(v, report, &fresh, &why) != 0) {
		v->differ++;
		tell(v, what, why.text);
	} else if (!slice_equal(buffer_slice(&fresh), kept)) {
		v->differ++;
		tell(v, what, "drawn anew it is another file: program, settings or texts have changed since");
	}
	buffer_release(&fresh);
}

static int check_file(struct verify *v, const struct report_row *report, struct err *why)
{
	struct report_file file;
	const char *sha256;
	char what[WHAT_SIZE];
	struct db_result *r;

	if (report_file_get(v->ctl->db, report->company_id, report->report_id, "pdf", NULL, 0, &r, why) != 0)
		return -1;
	snprintf(what, sizeof(what), "published report R-%" PRId64, report->report_id);
	if (db_rows(r)) {
		report_file_read(r, 0, &file, &sha256);
		check_hash(v, what, file.content, sha256);
		v->files++;
		if (v->redraw)
			compare(v, report, what, file.content);
	} else {
		v->wrong++;
		tell(v, what, "its file is not there");
	}
	db_result_free(r);
	return 0;
}

/* Versions of a company's month are looked at with its first issue. */
static int check_report(struct verify *v, const struct report_row *report, struct err *why)
{
	bool monthly = strcmp(report->kind, "monthly") == 0;

	if (monthly && report->issue == 1 && check_versions(v, report->company_id, why) != 0)
		return -1;
	if (!monthly && check_body(v, report, why) != 0)
		return -1;
	return report->published_at == TIME_NONE ? 0 : check_file(v, report, why);
}

static int check_reports(struct verify *v, struct err *why)
{
	struct report_filter filter = { .month = v->month, .limit = PAGE_ROWS };
	bool more = true;
	int failed = 0;

	while (more && !failed) {
		struct db_result *r;

		if (report_list(v->ctl->db, &filter, &r, why) != 0)
			return -1;
		for (int i = 0; i < db_rows(r) && !failed; i++) {
			struct report_row report;

			report_read(r, i, &report);
			filter.after_id = report.report_id;
			failed = check_report(v, &report, why);
		}
		more = db_rows(r) == PAGE_ROWS;
		db_result_free(r);
	}
	return failed;
}

/* ---------------------------------------------------------------------------------------------- all of it */

static int check_all(struct verify *v, struct err *why)
{
	const char *timezone = v->ctl->settings.timezone;

	if (report_facts_frame_read(v->ctl->db, v->month, timezone, NULL, &v->pool, &v->frame, why) != 0)
		return -1;
	return check_versions(v, 0, why) != 0 ? -1 : check_reports(v, why);
}

static void print(const struct verify *v)
{
	printf("%" PRId64 " snapshots and %" PRId64 " published files, %" PRId64 " wrong\n", v->snapshots, v->files,
	       v->wrong);
	if (v->redraw)
		printf("%" PRId64 " drawn anew, %" PRId64 " differ\n", v->drawn, v->differ);
}

static int check_and_print(struct verify *v, struct err *why)
{
	bool as_json = options_flag(&v->ctl->options, "--json");
	struct buffer json = { 0 };
	struct json_writer w;
	int failed;

	json_writer_init(&w, &json);
	json_open_object(&w, NULL);
	json_put_string(&w, "month", v->month);
	json_open_array(&w, "findings");
	v->json = as_json ? &w : NULL;
	failed = check_all(v, why);
	json_close_array(&w);
	json_put_integer(&w, "snapshots", v->snapshots);
	json_put_integer(&w, "files", v->files);
	json_put_integer(&w, "wrong", v->wrong);
	json_put_integer(&w, "drawn", v->drawn);
	json_put_integer(&w, "differ", v->differ);
	json_close_object(&w);
	if (!failed && as_json)
		print_json(&json);
	else
		buffer_release(&json);
	if (!failed && !as_json)
		print(v);
	return failed;
}

int report_verify(struct ctl *ctl, struct err *why)
{
	struct verify v = { .ctl = ctl,
			    .month = options_text(&ctl->options, "--month"),
			    .redraw = !options_flag(&ctl->options, "--hashes-only") };
	int failed;

	report_frame_open(&v.beside, &ctl->settings);
	failed = check_and_print(&v, why);
	press_close(v.press);
	pool_release(&v.pool);
	if (failed)
		return -1;
	if (v.wrong)
		return err_set(why, ERR_CORRUPT, "%" PRId64 " of what is kept is not what was frozen or published",
			       v.wrong);
	return v.differ ? err_set(why, ERR_CONFLICT, "%" PRId64 " published reports would be drawn differently now",
				  v.differ)
			: 0;
}
