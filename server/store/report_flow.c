#include "server/store/report_flow.h"

#include "lib/json_write.h"
#include "server/store/array_text.h"
#include "server/store/report_flow_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ----------------------------------------------------------------------------------------------------------- reading
 */

/* Across companies where none is named: row-level security decides who sees which report. */
#define COLUMNS                                                                                                    \
	"SELECT r.report_id, r.company_id, r.incident_id, i.no, r.snapshot_id, s.version, r.issue, r.replaces, "   \
	"c.name, c.member_no, r.kind, to_char(r.month, 'YYYY-MM'), r.language, r.state, r.grade, r.issue_reason, " \
	"r.comment, r.withdraw_reason, r.error, " REPORT_STEP_OF_R ", r.needs_comment, "                           \
	"EXISTS (SELECT FROM report n WHERE n.company_id = r.company_id AND n.replaces = r.report_id), "           \
	"r.comment_by, cu.display_name, r.approved_by, au.display_name, r.published_by, pu.display_name, "         \
	"r.comment_at, r.approved_at, r.published_at, r.sent_at, r.opened_at, r.withdrawn_at, r.created_at, "      \
	"r.updated_at, r.version, (SELECT count(*) FROM report_job j WHERE j.company_id = r.company_id "           \
	"AND j.report_id = r.report_id AND j.failed_at IS NULL), k.number, k.revoked_at IS NOT NULL, r.made_by, "  \
	"mu.display_name FROM report r "                                                                           \
	"JOIN company c ON c.company_id = r.company_id "                                                           \
	"JOIN snapshot s ON s.company_id = r.company_id AND s.snapshot_id = r.snapshot_id "                        \
	"LEFT JOIN incident i ON i.company_id = r.company_id AND i.incident_id = r.incident_id "                   \
	"LEFT JOIN certificate k ON k.company_id = r.company_id AND k.report_id = r.report_id "                    \
	"LEFT JOIN app_user cu ON cu.user_id = r.comment_by LEFT JOIN app_user au ON au.user_id = r.approved_by "  \
	"LEFT JOIN app_user pu ON pu.user_id = r.published_by LEFT JOIN app_user mu ON mu.user_id = r.made_by "

int report_list(struct db *db, const struct report_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, filter->company_id);
	db_arg_optional(&args, filter->incident_id);
	db_arg_text(&args, filter->month);
	db_arg_text(&args, filter->kind);
	db_arg_text(&args, filter->grade);
	db_arg_text(&args, filter->state);
	db_arg_optional(&args, filter->after_id);
	db_arg_integer(&args, filter->limit);
	return db_run(db,
		      COLUMNS
		      "WHERE ($1::bigint IS NULL OR r.company_id = $1::bigint) "
		      "AND ($2::bigint IS NULL OR r.incident_id = $2::bigint) "
		      "AND ($3::text IS NULL OR r.month = ($3::text || '-01')::date) "
		      "AND ($4::text IS NULL OR r.kind = $4::text) AND ($5::text IS NULL OR r.grade = $5::text) "
		      "AND ($6::text IS NULL OR r.state = $6::text OR " REPORT_STEP_OF_R " = $6::text) "
		      "AND ($7::bigint IS NULL OR r.report_id < $7::bigint) ORDER BY r.report_id DESC LIMIT $8::bigint",
		      &args, out, why);
}

#define GET COLUMNS "WHERE r.report_id = $2::bigint AND ($1::bigint IS NULL OR r.company_id = $1::bigint)"

int report_get(struct db *db, int64_t company_id, int64_t report_id, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_integer(&args, report_id);
	return db_run(db, lock ? GET " FOR UPDATE OF r" : GET, &args, out, why);
}

int report_ids(struct db *db, const int64_t *ids, size_t count, struct db_result **out, struct err *why)
{
	/* Across companies. */
	return array_text_run(db, COLUMNS "WHERE r.report_id = ANY ($1::bigint[])", ids, count, out, why);
}

void report_read(const struct db_result *r, int row, struct report_row *out)
{
	*out = (struct report_row){
		.report_id = db_integer(r, row, 0),
		.company_id = db_integer(r, row, 1),
		.incident_id = db_integer(r, row, 2),
		.incident_no = db_integer(r, row, 3),
		.snapshot_id = db_integer(r, row, 4),
		.snapshot_version = db_integer(r, row, 5),
		.issue = db_integer(r, row, 6),
		.replaces = db_integer(r, row, 7),
		.company = db_text(r, row, 8),
		.member_no = db_text(r, row, 9),
		.kind = db_text(r, row, 10),
		.month = db_text(r, row, 11),
		.language = db_text(r, row, 12),
		.state = db_text(r, row, 13),
		.grade = db_text(r, row, 14),
		.issue_reason = db_text(r, row, 15),
		.comment = db_text(r, row, 16),
		.withdraw_reason = db_text(r, row, 17),
		.error = db_text(r, row, 18),
		.step = db_text(r, row, 19),
		.needs_comment = db_bool(r, row, 20),
		.newer_issue = db_bool(r, row, 21),
		.comment_by_id = db_integer(r, row, 22),
		.comment_by = db_text(r, row, 23),
		.approved_by_id = db_integer(r, row, 24),
		.approved_by = db_text(r, row, 25),
		.published_by_id = db_integer(r, row, 26),
		.published_by = db_text(r, row, 27),
		.comment_at = db_time(r, row, 28),
		.approved_at = db_time(r, row, 29),
		.published_at = db_time(r, row, 30),
		.sent_at = db_time(r, row, 31),
		.opened_at = db_time(r, row, 32),
		.withdrawn_at = db_time(r, row, 33),
		.created_at = db_time(r, row, 34),
		.updated_at = db_time(r, row, 35),
		.version = db_integer(r, row, 36),
		.waiting_jobs = db_integer(r, row, 37),
		.certificate = db_integer(r, row, 38),
		.revoked = db_bool(r, row, 39),
		.made_by_id = db_integer(r, row, 40),
		.made_by = db_text(r, row, 41),
	};
}

struct report_stand report_stand_of(const struct report_row *row)
{
	return (struct report_stand){ .kind = row->kind,
				      .state = row->state,
				      .needs_comment = row->needs_comment,
				      .commented = row->comment != NULL,
				      .newer_issue = row->newer_issue,
				      .revoked = row->revoked,
				      .comment_by = row->comment_by_id,
				      .made_by = row->made_by_id };
}

/* ------------------------------------------------------------------------------------------------------------- trail
 */

/* The person's address, as the api has it in the audit trail. */
static int actor_of(struct db *db, int64_t user_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, user_id);
	return db_run(db, "SELECT coalesce((SELECT email FROM app_user WHERE user_id = $1::bigint), 'role:reporter')",
		      &args, out, why);
}

static void write_detail(const struct report_act *act, struct buffer *out)
{
	const struct report_row *row = act->row;
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "report_id", row->report_id);
	json_put_string(&w, "kind", row->kind);
	json_put_string(&w, "month", row->month);
	json_put_integer(&w, "issue", row->issue);
	json_put_string(&w, "what", act->what);
	if (act->text)
		json_put_string(&w, act->text_name, act->text);
	json_close_object(&w);
}

static int leave(struct db *db, const struct report_act *act, const char *detail, struct err *why)
{
	const struct report_row *row = act->row;
	char action[48], subject[48];
	struct db_result *actor;
	int failed;

	if (desk_trail_change(db, row->company_id, CHANGE_REPORT, row->report_id, why) != 0)
		return -1;
	if (act->in_timeline &&
	    desk_trail_incident(db, row->company_id, row->incident_id, "report", act->user_id, detail, why) != 0)
		return -1;
	if (actor_of(db, act->user_id, &actor, why) != 0)
		return -1;
	snprintf(action, sizeof(action), "report.%s", act->what);
	snprintf(subject, sizeof(subject), "report %" PRId64, row->report_id);
	failed = audit_append(db, db_text(actor, 0, 0), action, row->company_id, subject, detail, why);
	db_result_free(actor);
	return failed;
}

int report_act_leave(struct db *db, const struct report_act *act, struct err *why)
{
	struct buffer detail = { 0 };
	int failed;

	write_detail(act, &detail);
	failed = detail.failed ? err_set(why, ERR_NOMEM, "no memory for the trail of a report")
			       : leave(db, act, buffer_string(&detail), why);
	buffer_release(&detail);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------- steps
 */

int report_hold(struct db *db, int64_t company_id, int64_t report_id, struct held_report *out, struct err *why)
{
	out->result = NULL;
	if (report_get(db, company_id, report_id, true, &out->result, why) != 0)
		return -1;
	if (db_rows(out->result) == 0) {
		report_hold_release(out);
		return err_set(why, ERR_NOT_FOUND, "no such report");
	}
	report_read(out->result, 0, &out->row);
	return 0;
}

void report_hold_release(struct held_report *held)
{
	db_result_free(held->result);
	held->result = NULL;
}

int report_hold_for(struct db *db, int64_t company_id, int64_t report_id, enum report_step step, int64_t user_id,
		    struct held_report *out, struct err *why)
{
	enum report_refusal refusal;
	struct report_stand stand;

	if (report_hold(db, company_id, report_id, out, why) != 0)
		return -1;
	stand = report_stand_of(&out->row);
	refusal = report_step_check(&stand, step, user_id);
	if (refusal == REPORT_STEP_OPEN)
		return 0;
	report_hold_release(out);
	return err_set(why, ERR_CONFLICT, "R-%" PRId64 ": %s", report_id, report_refusal_text(refusal, false));
}

#define SET   "UPDATE report SET version = version + 1, updated_at = now(), "
#define WHERE " WHERE company_id = $1::bigint AND report_id = $2::bigint"

static void key_of(const struct held_report *held, struct db_args *args)
{
	db_arg_integer(args, held->row.company_id);
	db_arg_integer(args, held->row.report_id);
}

static int take_step(struct db *db, const char *sql, const struct db_args *args, const struct report_act *act,
		     struct err *why)
{
	return db_run(db, sql, args, NULL, why) == 0 ? report_act_leave(db, act, why) : -1;
}

int report_comment(struct db *db, int64_t company_id, int64_t report_id, const char *comment, int64_t user_id,
		   struct err *why)
{
	struct db_args args = { 0 };
	struct held_report held;
	int failed;

	if (report_hold_for(db, company_id, report_id, REPORT_COMMENT, user_id, &held, why) != 0)
		return -1;
	key_of(&held, &args);
	db_arg_text(&args, *comment ? comment : NULL);
	db_arg_optional(&args, *comment ? user_id : 0);
	failed = take_step(
	    db,
	    SET "comment = $3::text, comment_by = $4::bigint, "
		"comment_at = CASE WHEN $3::text IS NOT NULL THEN now() END, error = NULL" WHERE,
	    &args,
	    &(struct report_act){
		.row = &held.row, .what = "comment", .user_id = user_id, .text_name = "comment", .text = comment },
	    why);
	report_hold_release(&held);
	return failed;
}

int report_approve(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, struct err *why)
{
	struct db_args args = { 0 };
	struct held_report held;
	int failed;

	if (report_hold_for(db, company_id, report_id, REPORT_APPROVE, user_id, &held, why) != 0)
		return -1;
	key_of(&held, &args);
	db_arg_integer(&args, user_id);
	failed =
	    take_step(db, SET "state = 'approved', approved_by = $3::bigint, approved_at = now(), error = NULL" WHERE,
		      &args, &(struct report_act){ .row = &held.row, .what = "approve", .user_id = user_id }, why);
	report_hold_release(&held);
	return failed;
}

int report_unapprove(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, struct err *why)
{
	struct db_args args = { 0 };
	struct held_report held;
	int failed;

	if (report_hold_for(db, company_id, report_id, REPORT_UNAPPROVE, user_id, &held, why) != 0)
		return -1;
	key_of(&held, &args);
	failed = take_step(db, SET "state = 'draft', approved_by = NULL, approved_at = NULL, error = NULL" WHERE, &args,
			   &(struct report_act){ .row = &held.row, .what = "unapprove", .user_id = user_id }, why);
	report_hold_release(&held);
	return failed;
}

static int withdraw_held(struct db *db, const struct held_report *held, const char *reason, int64_t user_id,
			 struct err *why)
{
	struct db_args args = { 0 };

	key_of(held, &args);
	db_arg_text(&args, reason);
	return take_step(db, SET "state = 'withdrawn', withdrawn_at = now(), withdraw_reason = $3::text" WHERE, &args,
			 &(struct report_act){ .row = &held->row,
					       .what = "withdraw",
					       .user_id = user_id,
					       .text_name = "reason",
					       .text = reason,
					       .in_timeline = true },
			 why);
}

int report_withdraw(struct db *db, int64_t company_id, int64_t report_id, const char *reason, int64_t user_id,
		    struct err *why)
{
	struct held_report held;
	int failed;

	if (!*reason)
		return err_set(why, ERR_USAGE, "to withdraw a report needs a reason");
	if (report_hold_for(db, company_id, report_id, REPORT_WITHDRAW, user_id, &held, why) != 0)
		return -1;
	failed = withdraw_held(db, &held, reason, user_id, why);
	report_hold_release(&held);
	return failed;
}

/* -------------------------------------------------------------------------------------------------------- publishing
 */

/* What the member gets is kept; what was drawn of the draft goes. */
static int settle_files(struct db *db, const struct report_row *row, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	bool drawn;

	db_arg_integer(&args, row->company_id);
	db_arg_integer(&args, row->report_id);
	db_arg_text(&args, row->language);
	if (db_run(db,
		   "SELECT EXISTS (SELECT FROM report_file WHERE company_id = $1::bigint AND report_id = $2::bigint "
		   "AND language = $3::text AND format = 'pdf' AND final)",
		   &args, &result, why) != 0)
		return -1;
	drawn = db_bool(result, 0, 0);
	db_result_free(result);
	if (!drawn)
		return err_set(why, ERR_CONFLICT, "R-%" PRId64 " cannot be published before its PDF is drawn",
			       row->report_id);
	args.count = 2;
	return db_run(db,
		      "DELETE FROM report_file WHERE company_id = $1::bigint AND report_id = $2::bigint AND NOT final",
		      &args, NULL, why);
}

/* The one that it is instead of, if that is still published. */
static int withdraw_old(struct db *db, const struct report_row *row, int64_t user_id, struct err *why)
{
	struct held_report old;
	int failed = 0;

	if (!row->replaces)
		return 0;
	if (report_hold(db, row->company_id, row->replaces, &old, why) != 0)
		return -1;
	if (strcmp(old.row.state, "published") == 0)
		failed = withdraw_held(db, &old, row->issue_reason, user_id, why);
	report_hold_release(&old);
	return failed;
}

static int publish_held(struct db *db, const struct held_report *held, int64_t user_id, struct err *why)
{
	struct db_args args = { 0 };

	if (settle_files(db, &held->row, why) != 0 || withdraw_old(db, &held->row, user_id, why) != 0)
		return -1;
	key_of(held, &args);
	db_arg_optional(&args, user_id);
	return take_step(
	    db, SET "state = 'published', published_by = $3::bigint, published_at = now(), error = NULL" WHERE, &args,
	    &(struct report_act){ .row = &held->row, .what = "publish", .user_id = user_id, .in_timeline = true }, why);
}

int report_publish(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, struct err *why)
{
	struct held_report held;
	int failed;

	if (report_hold_for(db, company_id, report_id, REPORT_PUBLISH, user_id, &held, why) != 0)
		return -1;
	failed = publish_held(db, &held, user_id, why);
	report_hold_release(&held);
	return failed;
}
