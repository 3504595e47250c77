#include "server/store/month_freeze.h"

#include "lib/json_reader.h"
#include "lib/json_shape.h"
#include "server/model/snapshot_diff.h"
#include "server/model/weather.h"
#include "server/store/change_feed.h"

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory to freeze a month");
}

void month_freeze_release(struct month_freeze *f)
{
	buffer_release(&f->body);
	buffer_release(&f->changes);
}

/* ---------------------------------------------------------------------------------------------- what changed */

static bool ends_with(struct slice text, const char *end)
{
	struct slice e = slice_of_string(end);

	return text.len >= e.len && slice_equal(slice_skip(text, text.len - e.len), e);
}

/* Whether the member at this pointer says how, not what. */
static bool is_wording(struct slice path)
{
	static const char *const ends[] = { "/ja", "/en", "_ja", "_en", "/agent_version", "/kinds", "/check" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (ends_with(path, ends[i]))
			return true;
	return false;
}

/* Seven tokens for each change of a text; when there are more, whole rows came or went. */
enum { CHANGE_TOKENS = SNAPSHOT_DIFF_MAX * 8 };

static bool only_wording(struct slice changes, size_t count)
{
	struct json_token tokens[CHANGE_TOKENS];
	struct json_reader r = { .tokens = tokens, .capacity = CHANGE_TOKENS };
	size_t listed = 0;

	if (count > SNAPSHOT_DIFF_MAX || json_read(&r, changes) != JSON_OK)
		return false;
	for (uint32_t i = json_read_first(&r, 0); i < r.tokens[0].next; i = r.tokens[i].next, listed++) {
		uint32_t path = json_read_member(&r, i, SLICE_LITERAL("path"));

		if (!json_read_is(&r, path, JSON_KIND_STRING) || !is_wording(json_read_raw(&r, path)))
			return false;
	}
	return listed > 0;
}

int month_freeze_compare(struct month_freeze *f, struct slice before, struct slice after, bool *changed,
			 struct err *why)
{
	size_t count;

	buffer_clear(&f->changes);
	if (snapshot_diff(before, after, &f->changes, &count, why) != 0)
		return -1;
	if (f->changes.failed)
		return no_memory(why);
	*changed = count > 0 && !only_wording(buffer_slice(&f->changes), count);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- the snapshot */

/* The version before; 0: none. *same: it says what the new body says. */
static int compare_with_last(struct month_freeze *f, int64_t company_id, int64_t *version, bool *same, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	bool changed = true;
	int failed = 0;

	db_arg_integer(&args, company_id);
	db_arg_text(&args, f->order->frame->month);
	if (db_run(f->writer,
		   "SELECT version, body FROM snapshot WHERE company_id = $1::bigint AND kind = 'month' "
		   "AND month = ($2::text || '-01')::date ORDER BY version DESC LIMIT 1",
		   &args, &r, why) != 0)
		return -1;
	*version = db_rows(r) ? db_integer(r, 0, 0) : 0;
	if (*version)
		failed = month_freeze_compare(f, db_slice(r, 0, 1), buffer_slice(&f->body), &changed, why);
	db_result_free(r);
	*same = !changed;
	return failed;
}

static int insert_snapshot(struct month_freeze *f, int64_t company_id, int64_t version, int64_t *snapshot_id,
			   struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, company_id);
	db_arg_text(&args, f->order->frame->month);
	db_arg_integer(&args, version);
	db_arg_text(&args, buffer_string(&f->body));
	db_arg_text(&args, f->again && f->order->reason ? f->order->reason : "");
	db_arg_text(&args, version > 1 ? buffer_string(&f->changes) : "[]");
	db_arg_optional(&args, f->order->user_id);
	if (f->body.failed || f->changes.failed)
		return no_memory(why);
	if (db_run(f->writer,
		   "INSERT INTO snapshot (company_id, kind, month, version, body, sha256, reason, changes, made_by) "
		   "VALUES ($1::bigint, 'month', ($2::text || '-01')::date, $3::integer, $4::text, "
		   "sha256(convert_to($4::text, 'UTF8')), $5::text, $6::jsonb, $7::bigint) RETURNING snapshot_id",
		   &args, &r, why) != 0)
		return -1;
	*snapshot_id = db_integer(r, 0, 0);
	db_result_free(r);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- the report */

/* Two statements: a draft (or an approved one, which must be approved anew) takes the new version; where there is no
 * report of the month yet, one is made. A published or withdrawn one is left. */
static const char move_sql[] =
    "UPDATE report SET snapshot_id = $3::bigint, grade = $4::text, needs_comment = $5::boolean, state = 'draft', "
    "approved_by = NULL, approved_at = NULL, error = NULL, version = version + 1, updated_at = now() "
    "WHERE company_id = $1::bigint AND kind = 'monthly' AND month = ($2::text || '-01')::date "
    "AND state IN ('draft', 'approved') RETURNING report_id";
static const char make_sql[] =
    "INSERT INTO report (company_id, kind, month, snapshot_id, language, grade, needs_comment) "
    "SELECT c.company_id, 'monthly', ($2::text || '-01')::date, $3::bigint, c.report_language, $4::text, $5::boolean "
    "FROM company c WHERE c.company_id = $1::bigint AND NOT EXISTS (SELECT FROM report p "
    "WHERE p.company_id = $1::bigint AND p.kind = 'monthly' AND p.month = ($2::text || '-01')::date) "
    "RETURNING report_id";

static int put_report(struct month_freeze *f, const char *sql, const struct member_month *m, int64_t snapshot_id,
		      int64_t *reports, struct err *why)
{
	enum weather weather = WEATHER_FOG;
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	weather_parse(slice_of_string(m->grade), &weather);
	db_arg_integer(&args, m->company_id);
	db_arg_text(&args, f->order->frame->month);
	db_arg_integer(&args, snapshot_id);
	db_arg_text(&args, m->grade);
	db_arg_bool(&args, weather_needs_comment(weather));
	if (db_run(f->writer, sql, &args, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && !failed; i++)
		failed = change_feed_write(f->writer, m->company_id, CHANGE_REPORT, db_integer(r, i, 0), why);
	*reports += db_rows(r);
	db_result_free(r);
	return failed;
}

int month_freeze_member(struct month_freeze *f, const struct member_month *m, int64_t *written, int64_t *reports,
			struct err *why)
{
	struct json_writer w;
	int64_t version = 0, snapshot_id;
	bool same = false;

	*written = *reports = 0;
	buffer_clear(&f->body);
	json_writer_init(&w, &f->body);
	json_shape_write(&member_month_shape, m, &w, NULL);
	if (f->body.failed)
		return no_memory(why);
	if (f->again && compare_with_last(f, m->company_id, &version, &same, why) != 0)
		return -1;
	if (same)
		return 0;
	if (insert_snapshot(f, m->company_id, version + 1, &snapshot_id, why) != 0 ||
	    put_report(f, move_sql, m, snapshot_id, reports, why) != 0 ||
	    put_report(f, make_sql, m, snapshot_id, reports, why) != 0)
		return -1;
	*written = 1;
	return 0;
}
