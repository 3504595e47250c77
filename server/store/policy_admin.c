#include "server/store/policy_admin.h"

#include "server/store/oncall_check.h"

#include <inttypes.h>

#define COLUMNS "SELECT policy_id, name, rules::text, version, updated_at, archived_at FROM escalation_policy "

int policy_list(struct db *db, bool archived, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_bool(&args, archived);
	return db_run(db, COLUMNS "WHERE $1::boolean OR archived_at IS NULL ORDER BY name, policy_id", &args, out, why);
}

int policy_get(struct db *db, int64_t policy_id, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, policy_id);
	return db_run(db,
		      lock ? COLUMNS "WHERE policy_id = $1::bigint FOR UPDATE" : COLUMNS "WHERE policy_id = $1::bigint",
		      &args, out, why);
}

void policy_read(const struct db_result *r, int row, struct policy_row *out)
{
	*out = (struct policy_row){ .policy_id = db_integer(r, row, 0),
				    .name = db_text(r, row, 1),
				    .rules = db_text(r, row, 2),
				    .version = db_integer(r, row, 3),
				    .updated_at = db_time(r, row, 4),
				    .archived_at = db_time(r, row, 5) };
}

/* A shared channel in use: a person's own is reached through the person. */
static int check_channel(struct db *db, int64_t channel_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	db_arg_integer(&args, channel_id);
	if (db_run(db, "SELECT 1 FROM channel WHERE channel_id = $1::bigint AND user_id IS NULL AND removed_at IS NULL",
		   &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	return rows ? 0 : err_set(why, ERR_USAGE, "there is no shared channel %" PRId64, channel_id);
}

static int check_target(struct db *db, const struct oncall_book *book, const struct policy_target *target,
			struct err *why)
{
	switch (target->kind) {
	case TARGET_SCHEDULE:
		if (!oncall_book_schedule(book, target->id))
			return err_set(why, ERR_USAGE, "there is no schedule %" PRId64 " in use", target->id);
		return 0;
	case TARGET_PERSON:
		return oncall_check_person(book, target->id, why);
	case TARGET_CHANNEL:
		return check_channel(db, target->id, why);
	case TARGET_ROLE:
	case TARGET_MEMBER_NEXT:
	case TARGET_MEMBER_ALL:
		break;
	}
	return 0;
}

static int check_rules(struct db *db, const struct oncall_book *book, const char *rules, struct err *why)
{
	struct escalation_policy policy;

	if (escalation_policy_parse(slice_of_string(rules), &policy, why) != 0)
		return err_prefix(why, "rules");
	if (policy.hours && !oncall_book_calendar(book, policy.hours))
		return err_set(why, ERR_USAGE, "rules: hours: there is no calendar %" PRId64, policy.hours);
	for (int i = 0; i < policy.step_count; i++)
		for (int n = 0; n < policy.steps[i].target_count; n++)
			if (check_target(db, book, &policy.steps[i].targets[n], why) != 0)
				return err_prefix(why, "rules: steps[%d].targets[%d]", i, n);
	return 0;
}

int policy_check(struct db *db, const char *name, const char *rules, struct err *why)
{
	struct oncall_book *book;
	int failed;

	if (oncall_check_name(name, why) != 0 || oncall_check_length(rules, why) != 0 ||
	    oncall_check_open(&book, db, why) != 0)
		return -1;
	failed = check_rules(db, book, rules, why);
	oncall_book_close(book);
	return failed;
}

int policy_create(struct db *db, const char *name, const char *rules, int64_t *policy_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	if (policy_check(db, name, rules, why) != 0)
		return -1;
	db_arg_text(&args, name);
	db_arg_text(&args, rules);
	if (db_run(db,
		   "INSERT INTO escalation_policy (name, rules) VALUES ($1::text, $2::text::jsonb) RETURNING policy_id",
		   &args, &result, why) != 0)
		return -1;
	*policy_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

static const char in_use[] = "SELECT 1 FROM escalation_policy WHERE policy_id = $1::bigint AND archived_at IS NULL";

/* Runs a change of the row, whose id and version are $1 and $2. */
static int change(struct db *db, const char *sql, const struct db_args *args, int64_t policy_id, struct err *why)
{
	struct db_result *result;
	int64_t affected;

	if (db_run(db, sql, args, &result, why) != 0)
		return -1;
	affected = db_affected(result);
	db_result_free(result);
	return oncall_check_changed(db, affected, policy_id, in_use, "policy", why);
}

int policy_update(struct db *db, int64_t policy_id, int64_t version, const char *name, const char *rules,
		  struct err *why)
{
	struct db_args args = { 0 };

	if (policy_check(db, name, rules, why) != 0)
		return -1;
	db_arg_integer(&args, policy_id);
	db_arg_integer(&args, version);
	db_arg_text(&args, name);
	db_arg_text(&args, rules);
	return change(db,
		      "UPDATE escalation_policy SET name = $3::text, rules = $4::text::jsonb, version = version + 1, "
		      "updated_at = now() "
		      "WHERE policy_id = $1::bigint AND version = $2::bigint AND archived_at IS NULL",
		      &args, policy_id, why);
}

static int check_unused(struct db *db, int64_t policy_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	db_arg_integer(&args, policy_id);
	if (db_run(db,
		   "SELECT 1 FROM (SELECT rules FROM escalation_route ORDER BY version DESC LIMIT 1) r "
		   "WHERE jsonb_path_exists(rules, '$.routes[*].policy ? (@ == $id)', "
		   "jsonb_build_object('id', $1::bigint))",
		   &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	return rows ? err_set(why, ERR_USAGE, "the routes go to this policy: change them first") : 0;
}

int policy_archive(struct db *db, int64_t policy_id, int64_t version, struct err *why)
{
	struct db_args args = { 0 };

	if (check_unused(db, policy_id, why) != 0)
		return -1;
	db_arg_integer(&args, policy_id);
	db_arg_integer(&args, version);
	return change(db,
		      "UPDATE escalation_policy SET archived_at = now(), version = version + 1, updated_at = now() "
		      "WHERE policy_id = $1::bigint AND version = $2::bigint AND archived_at IS NULL",
		      &args, policy_id, why);
}
