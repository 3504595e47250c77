#include "lib/buffer.h"
#include "server/model/snapshot_diff.h"
#include "server/model/weather.h"
#include "server/store/report_flow_inner.h"

#include <inttypes.h>
#include <string.h>

/* -------------------------------------------------------------------------------------------------------- snapshots */

int report_body(struct db *db, int64_t company_id, int64_t snapshot_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, snapshot_id);
	return db_run(db,
		      "SELECT body, encode(sha256, 'hex'), version, made_at FROM snapshot "
		      "WHERE company_id = $1::bigint AND snapshot_id = $2::bigint",
		      &args, out, why);
}

int report_versions(struct db *db, int64_t company_id, int64_t snapshot_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, snapshot_id);
	return db_run(db,
		      "SELECT s.version, encode(s.sha256, 'hex'), s.reason, s.changes::text, s.made_at, u.display_name "
		      "FROM snapshot o JOIN snapshot s ON s.company_id = o.company_id AND s.kind = o.kind "
		      "AND s.month IS NOT DISTINCT FROM o.month AND s.incident_id IS NOT DISTINCT FROM o.incident_id "
		      "LEFT JOIN app_user u ON u.user_id = s.made_by "
		      "WHERE o.company_id = $1::bigint AND o.snapshot_id = $2::bigint "
		      "ORDER BY s.version DESC LIMIT 200",
		      &args, out, why);
}

/* The newest one of the same: version, body. At most one row. */
static int newest(struct db *db, const struct report_frozen *f, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, f->company_id);
	db_arg_text(&args, f->kind);
	db_arg_text(&args, f->month);
	db_arg_optional(&args, f->incident_id);
	return db_run(db,
		      "SELECT version, body FROM snapshot WHERE company_id = $1::bigint AND kind = $2::text "
		      "AND month IS NOT DISTINCT FROM ($3::text || '-01')::date "
		      "AND incident_id IS NOT DISTINCT FROM $4::bigint ORDER BY version DESC LIMIT 1",
		      &args, out, why);
}

static int insert_frozen(struct db *db, const struct report_frozen *f, int64_t version, const char *changes,
			 int64_t *snapshot_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, f->company_id);
	db_arg_text(&args, f->kind);
	db_arg_text(&args, f->month);
	db_arg_optional(&args, f->incident_id);
	db_arg_integer(&args, version);
	db_arg_bytes(&args, f->body);
	db_arg_text(&args, version > 1 ? f->reason : "");
	db_arg_text(&args, changes);
	db_arg_optional(&args, f->user_id);
	if (db_run(
		db,
		"INSERT INTO snapshot (company_id, kind, month, incident_id, version, body, sha256, reason, changes, "
		"made_by) VALUES ($1::bigint, $2::text, ($3::text || '-01')::date, $4::bigint, $5::integer, "
		"convert_from($6::bytea, 'UTF8'), sha256($6::bytea), $7::text, $8::jsonb, $9::bigint) "
		"RETURNING snapshot_id",
		&args, &result, why) != 0)
		return -1;
	*snapshot_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

int report_freeze(struct db *db, const struct report_frozen *frozen, int64_t *snapshot_id, struct err *why)
{
	struct buffer changes = { 0 };
	struct db_result *before;
	int64_t version = 1;
	size_t count;
	int failed = 0;

	if (newest(db, frozen, &before, why) != 0)
		return -1;
	if (db_rows(before) > 0) {
		version = db_integer(before, 0, 0) + 1;
		failed = snapshot_diff(db_slice(before, 0, 1), frozen->body, &changes, &count, why);
	} else {
		buffer_put_string(&changes, "[]");
	}
	if (!failed && changes.failed)
		failed = err_set(why, ERR_NOMEM, "no memory for what changed in a report");
	if (!failed)
		failed = insert_frozen(db, frozen, version, buffer_string(&changes), snapshot_id, why);
	buffer_release(&changes);
	db_result_free(before);
	return failed;
}

/* -------------------------------------------------------------------------------------------------------- new drafts
 */

/* The newest one of the same: report_id, issue, state, withdraw_reason. At most one row. */
static int latest(struct db *db, const struct report_new *n, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, n->company_id);
	db_arg_text(&args, n->kind);
	db_arg_text(&args, n->month);
	db_arg_optional(&args, n->incident_id);
	return db_run(db,
		      "SELECT r.report_id, r.issue, CASE WHEN k.revoked_at IS NULL THEN r.state ELSE 'withdrawn' END, "
		      "coalesce(r.withdraw_reason, k.revoke_reason) FROM report r "
		      "LEFT JOIN certificate k ON k.company_id = r.company_id AND k.report_id = r.report_id "
		      "WHERE r.company_id = $1::bigint AND r.kind = $2::text "
		      "AND r.month IS NOT DISTINCT FROM ($3::text || '-01')::date "
		      "AND r.incident_id IS NOT DISTINCT FROM $4::bigint ORDER BY r.issue DESC LIMIT 1",
		      &args, out, why);
}

static bool in_the_way(const struct report_new *n, const char *state)
{
	bool over = strcmp(state, "published") == 0 || strcmp(state, "withdrawn") == 0;

	if (strcmp(n->kind, "interim") == 0)
		return !over;
	return strcmp(n->kind, "certificate") != 0 || strcmp(state, "withdrawn") != 0;
}

/* An advisory lock of the transaction: nobody may lock rows of a company only to draft something. */
static int queue_up(struct db *db, const struct report_new *n, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, n->company_id);
	db_arg_text(&args, n->kind);
	db_arg_text(&args, n->month ? n->month : "");
	db_arg_integer(&args, n->incident_id);
	return db_run(db,
		      "SELECT pg_advisory_xact_lock(hashtextextended('report ' || $1::bigint || ' ' || $2::text || ' ' "
		      "|| $3::text || ' ' || $4::bigint, 0))",
		      &args, NULL, why);
}

int report_in_the_way(struct db *db, const struct report_new *report, int64_t *exists, struct err *why)
{
	struct db_result *result;

	*exists = 0;
	if (queue_up(db, report, why) != 0 || latest(db, report, &result, why) != 0)
		return -1;
	if (db_rows(result) > 0 && in_the_way(report, db_text(result, 0, 2)))
		*exists = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

/* What a new issue takes from the one before; zeroes: there is none. */
struct forerunner {
	int64_t issue, replaces;
	const char *reason;
};

static int insert_draft(struct db *db, const struct report_new *n, const struct forerunner *before, int64_t *report_id,
			struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, n->company_id);
	db_arg_text(&args, n->kind);
	db_arg_text(&args, n->month);
	db_arg_optional(&args, n->incident_id);
	db_arg_integer(&args, n->snapshot_id);
	db_arg_text(&args, n->language);
	db_arg_integer(&args, before->issue + 1);
	db_arg_optional(&args, before->replaces);
	db_arg_text(&args, before->reason ? before->reason : "");
	db_arg_optional(&args, n->user_id);
	if (db_run(db,
		   "INSERT INTO report (company_id, kind, month, incident_id, snapshot_id, language, issue, replaces, "
		   "issue_reason, made_by) VALUES ($1::bigint, $2::text, ($3::text || '-01')::date, $4::bigint, "
		   "$5::bigint, "
		   "$6::text, $7::integer, $8::bigint, $9::text, $10::bigint) RETURNING report_id",
		   &args, &result, why) != 0)
		return -1;
	*report_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

static int leave_trail(struct db *db, int64_t company_id, int64_t report_id, const char *what, int64_t user_id,
		       struct err *why)
{
	struct held_report held;
	int failed;

	if (report_hold(db, company_id, report_id, &held, why) != 0)
		return -1;
	failed = report_act_leave(db,
				  &(struct report_act){ .row = &held.row,
							.what = what,
							.user_id = user_id,
							.text_name = "reason",
							.text = *held.row.issue_reason ? held.row.issue_reason : NULL },
				  why);
	report_hold_release(&held);
	return failed;
}

int report_create(struct db *db, const struct report_new *report, int64_t *report_id, struct err *why)
{
	struct forerunner before = { 0 };
	struct db_result *result;
	int failed = 0;

	if (queue_up(db, report, why) != 0 || latest(db, report, &result, why) != 0)
		return -1;
	if (db_rows(result) > 0) {
		before.issue = db_integer(result, 0, 1);
		if (strcmp(report->kind, "certificate") == 0)
			before.reason = db_text(result, 0, 3);
		if (in_the_way(report, db_text(result, 0, 2)))
			failed = err_set(why, ERR_CONFLICT, "R-%" PRId64 " is there already", db_integer(result, 0, 0));
	}
	if (!failed)
		failed = insert_draft(db, report, &before, report_id, why);
	db_result_free(result);
	return failed ? -1 : leave_trail(db, report->company_id, *report_id, "draft", report->user_id, why);
}

/* ------------------------------------------------------------------------------------------------------ issued again
 */

/* The newest snapshot that such a report is drawn from: snapshot_id, grade. The documents of a case say which kind of
 * report they are for. */
static int newest_for(struct db *db, const struct report_row *row, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, row->company_id);
	db_arg_text(&args, row->month);
	db_arg_optional(&args, row->incident_id);
	db_arg_text(&args, row->kind);
	if (db_run(db,
		   "SELECT snapshot_id, coalesce(body::jsonb ->> 'grade', '') FROM snapshot "
		   "WHERE company_id = $1::bigint "
		   "AND CASE WHEN $3::bigint IS NULL THEN kind = 'month' AND month = ($2::text || '-01')::date "
		   "ELSE kind = 'case' AND incident_id = $3::bigint AND body::jsonb ->> 'kind' = $4::text END "
		   "ORDER BY version DESC LIMIT 1",
		   &args, out, why) != 0)
		return -1;
	if (db_rows(*out) > 0)
		return 0;
	db_result_free(*out);
	return err_set(why, ERR_CONFLICT, "nothing is frozen that R-%" PRId64 " could be drawn from", row->report_id);
}

static int set_grade(struct db *db, int64_t company_id, int64_t report_id, const char *grade, struct err *why)
{
	struct db_args args = { 0 };
	enum weather weather;

	if (!weather_parse(slice_of_string(grade), &weather))
		return 0;
	db_arg_integer(&args, company_id);
	db_arg_integer(&args, report_id);
	db_arg_text(&args, grade);
	db_arg_bool(&args, weather_needs_comment(weather));
	return db_run(db,
		      "UPDATE report SET grade = $3::text, needs_comment = $4::boolean "
		      "WHERE company_id = $1::bigint AND report_id = $2::bigint",
		      &args, NULL, why);
}

static int reissue_held(struct db *db, const struct report_row *row, const char *reason, int64_t user_id,
			int64_t *new_id, struct err *why)
{
	struct report_new again = { .company_id = row->company_id,
				    .incident_id = row->incident_id,
				    .user_id = user_id,
				    .kind = row->kind,
				    .month = row->month,
				    .language = row->language };
	struct forerunner before = { .replaces = row->report_id, .reason = reason };
	struct db_result *newest, *last;
	int failed;

	if (newest_for(db, row, &newest, why) != 0)
		return -1;
	again.snapshot_id = db_integer(newest, 0, 0);
	/* Of interim reports others may have been made since. */
	failed = queue_up(db, &again, why);
	if (!failed)
		failed = latest(db, &again, &last, why);
	if (!failed) {
		before.issue = db_integer(last, 0, 1);
		db_result_free(last);
		failed = insert_draft(db, &again, &before, new_id, why);
	}
	if (!failed)
		failed = set_grade(db, row->company_id, *new_id, db_text(newest, 0, 1), why);
	db_result_free(newest);
	return failed ? -1 : leave_trail(db, row->company_id, *new_id, "reissue", user_id, why);
}

int report_reissue(struct db *db, int64_t company_id, int64_t report_id, const char *reason, int64_t user_id,
		   int64_t *new_id, struct err *why)
{
	struct held_report held;
	int failed;

	if (!*reason)
		return err_set(why, ERR_USAGE, "to issue a report again needs a reason");
	if (report_hold_for(db, company_id, report_id, REPORT_REISSUE, user_id, &held, why) != 0)
		return -1;
	failed = reissue_held(db, &held.row, reason, user_id, new_id, why);
	report_hold_release(&held);
	return failed;
}

int report_refresh(struct db *db, int64_t company_id, int64_t report_id, int64_t snapshot_id, const char *reason,
		   int64_t user_id, struct err *why)
{
	struct db_args args = { 0 };
	struct held_report held;
	int failed;

	if (report_hold_for(db, company_id, report_id, REPORT_REFRESH, user_id, &held, why) != 0)
		return -1;
	db_arg_integer(&args, held.row.company_id);
	db_arg_integer(&args, report_id);
	db_arg_integer(&args, snapshot_id);
	failed = db_run(db,
			"UPDATE report SET snapshot_id = $3::bigint, state = 'draft', approved_by = NULL, "
			"approved_at = NULL, error = NULL, version = version + 1, updated_at = now() "
			"WHERE company_id = $1::bigint AND report_id = $2::bigint",
			&args, NULL, why);
	if (!failed)
		failed = report_act_leave(db,
					  &(struct report_act){ .row = &held.row,
								.what = "refresh",
								.user_id = user_id,
								.text_name = "reason",
								.text = reason },
					  why);
	report_hold_release(&held);
	return failed;
}
