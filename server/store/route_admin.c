#include "server/store/oncall_check.h"
#include "server/store/policy_admin.h"

#include <inttypes.h>

#define COLUMNS                                                                    \
	"SELECT r.version, r.rules::text, r.saved_by, u.display_name, r.saved_at " \
	"FROM escalation_route r LEFT JOIN app_user u ON u.user_id = r.saved_by "

int routes_get(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db, COLUMNS "ORDER BY r.version DESC LIMIT 1", NULL, out, why);
}

void routes_read(const struct db_result *r, int row, struct routes_row *out)
{
	*out = (struct routes_row){ .version = db_integer(r, row, 0),
				    .rules = db_text(r, row, 1),
				    .saved_by = db_integer(r, row, 2),
				    .by_name = db_text(r, row, 3),
				    .saved_at = db_time(r, row, 4) };
}

static int check_policies(const struct oncall_book *book, const char *rules, struct err *why)
{
	struct escalation_routes *routes;
	int64_t policies[ROUTES_MAX];
	size_t count;

	if (escalation_routes_parse(&routes, slice_of_string(rules), oncall_book_calendars(book), why) != 0)
		return err_prefix(why, "rules");
	count = escalation_routes_policies(routes, policies, ARRAY_LEN(policies));
	escalation_routes_release(routes);
	/* Without any, what is of severity 1 has nowhere to go either. */
	if (count == 0)
		return err_set(why, ERR_USAGE, "rules: routes: none has a policy: nobody would ever be paged");
	for (size_t i = 0; i < count; i++)
		if (!oncall_book_policy(book, policies[i]))
			return err_set(why, ERR_USAGE, "rules: there is no policy %" PRId64 " in use", policies[i]);
	return 0;
}

int routes_check(struct db *db, const char *rules, struct err *why)
{
	struct oncall_book *book;
	int failed;

	if (oncall_check_length(rules, why) != 0 || oncall_check_open(&book, db, why) != 0)
		return -1;
	failed = check_policies(book, rules, why);
	oncall_book_close(book);
	return failed;
}

int routes_put(struct db *db, int64_t version, const char *rules, int64_t user_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int64_t affected;

	if (routes_check(db, rules, why) != 0)
		return -1;
	db_arg_integer(&args, version);
	db_arg_text(&args, rules);
	db_arg_integer(&args, user_id);
	/* Of two at once the key lets one through. */
	if (db_run(db,
		   "INSERT INTO escalation_route (version, rules, saved_by) "
		   "SELECT $1::bigint + 1, $2::text::jsonb, $3::bigint "
		   "WHERE (SELECT max(version) FROM escalation_route) = $1::bigint",
		   &args, &result, why) != 0)
		return -1;
	affected = db_affected(result);
	db_result_free(result);
	if (affected)
		return 0;
	return err_set(why, ERR_CONFLICT, "the routes were changed by somebody else meanwhile");
}

int promise_list(struct db *db, bool lock, struct db_result **out, struct err *why)
{
#define PROMISES                                                                                               \
	"SELECT severity, acknowledge_s, notify_s, notify_calendar_id, warn_percent, version FROM sla_target " \
	"ORDER BY severity"
	return db_run(db, lock ? PROMISES " FOR UPDATE" : PROMISES, NULL, out, why);
#undef PROMISES
}

void promise_read(const struct db_result *r, int row, struct promise_row *out)
{
	*out = (struct promise_row){ .severity = db_integer(r, row, 0),
				     .acknowledge_s = db_integer(r, row, 1),
				     .notify_s = db_integer(r, row, 2),
				     .notify_calendar = db_integer(r, row, 3),
				     .warn_percent = db_integer(r, row, 4),
				     .version = db_integer(r, row, 5) };
}

static int check_promise(struct db *db, const struct promise_row *p, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	if (p->severity < 1 || p->severity > 5)
		return err_set(why, ERR_USAGE, "severity: it must be 1 to 5");
	if (p->acknowledge_s < 0 || p->acknowledge_s > PROMISE_SECONDS_MAX || p->notify_s < 0 ||
	    p->notify_s > PROMISE_SECONDS_MAX)
		return err_set(why, ERR_USAGE, "a promised time must be 0 (none) to %d seconds", PROMISE_SECONDS_MAX);
	if (p->warn_percent < 1 || p->warn_percent > 99)
		return err_set(why, ERR_USAGE, "warn_percent: it must be 1 to 99");
	if (p->notify_calendar == 0)
		return 0;
	db_arg_integer(&args, p->notify_calendar);
	if (db_run(db, "SELECT 1 FROM calendar WHERE calendar_id = $1::bigint", &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	return rows ? 0 : err_set(why, ERR_USAGE, "there is no calendar %" PRId64, p->notify_calendar);
}

int promise_put(struct db *db, const struct promise_row *p, struct err *why)
{
	struct db_args args = { 0 };

	if (check_promise(db, p, why) != 0)
		return -1;
	db_arg_integer(&args, p->severity);
	db_arg_optional(&args, p->acknowledge_s);
	db_arg_optional(&args, p->notify_s);
	db_arg_optional(&args, p->notify_calendar);
	db_arg_integer(&args, p->warn_percent);
	return db_run(db,
		      "INSERT INTO sla_target (severity, acknowledge_s, notify_s, notify_calendar_id, warn_percent) "
		      "VALUES ($1::smallint, $2::bigint, $3::bigint, $4::bigint, $5::smallint) "
		      "ON CONFLICT (severity) DO UPDATE SET acknowledge_s = excluded.acknowledge_s, "
		      "notify_s = excluded.notify_s, notify_calendar_id = excluded.notify_calendar_id, "
		      "warn_percent = excluded.warn_percent, version = sla_target.version + 1",
		      &args, NULL, why);
}
