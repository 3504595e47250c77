/* What people do to schedules, calendars, policies and routes, as the api does it: as its database user, in the whole
 * staff's scope, one transaction a command; and the on-call book.
 *
 *   oncall_admin CONNINFO schedule-create NAME ZONE RULES
 *   oncall_admin CONNINFO schedule-update ID VERSION NAME ZONE RULES
 *   oncall_admin CONNINFO schedule-archive ID VERSION
 *   oncall_admin CONNINFO override-create SCHEDULE PERSON FROM TO BY
 *   oncall_admin CONNINFO override-end SCHEDULE OVERRIDE
 *   oncall_admin CONNINFO override-list SCHEDULE FROM TO ENDED       id person, a line each; ENDED: 0 or 1
 *   oncall_admin CONNINFO calendar-create NAME ZONE RULES
 *   oncall_admin CONNINFO calendar-update ID VERSION NAME ZONE RULES
 *   oncall_admin CONNINFO policy-create NAME RULES
 *   oncall_admin CONNINFO policy-update ID VERSION NAME RULES
 *   oncall_admin CONNINFO policy-archive ID VERSION
 *   oncall_admin CONNINFO routes-put VERSION RULES BY
 *   oncall_admin CONNINFO promise-put SEVERITY ACKNOWLEDGE NOTIFY CALENDAR PERCENT
 *   oncall_admin CONNINFO book AT [SQL]...    what the book says at AT, and again after each statement of the owner
 *
 * Prints what was made; errors as "kind: text", status 1. */
#include "server/store/calendar_admin.h"
#include "server/store/oncall_book.h"
#include "server/store/policy_admin.h"
#include "server/store/schedule_admin.h"
#include "server/store/scope.h"

#include <inttypes.h>

static const char *kind_of(enum err_code code)
{
	switch (code) {
	case ERR_USAGE:
		return "usage";
	case ERR_NOT_FOUND:
		return "not found";
	case ERR_CONFLICT:
		return "conflict";
	default:
		return "other";
	}
}

static int64_t number(const char *text)
{
	int64_t n = 0;

	slice_to_int64(slice_of_string(text), &n);
	return n;
}

static time_us time_of(const char *text)
{
	time_us t = TIME_NONE;

	time_parse(slice_of_string(text), 0, &t);
	return t;
}

static int schedule_add_one(struct db *db, char **a, struct err *why)
{
	struct schedule_document d = { a[0], a[1], a[2] };
	int64_t id;

	if (schedule_create(db, &d, &id, why) != 0)
		return -1;
	printf("%" PRId64 "\n", id);
	return 0;
}

static int schedule_change(struct db *db, char **a, struct err *why)
{
	struct schedule_document d = { a[2], a[3], a[4] };

	return schedule_update(db, number(a[0]), number(a[1]), &d, why);
}

static int schedule_end(struct db *db, char **a, struct err *why)
{
	return schedule_archive(db, number(a[0]), number(a[1]), why);
}

static int override_add(struct db *db, char **a, struct err *why)
{
	struct override_new o = { number(a[0]), number(a[1]), time_of(a[2]), time_of(a[3]), "by test", number(a[4]) };
	int64_t id;

	if (override_create(db, &o, &id, why) != 0)
		return -1;
	printf("%" PRId64 "\n", id);
	return 0;
}

static int override_take_back(struct db *db, char **a, struct err *why)
{
	return override_end(db, number(a[0]), number(a[1]), why);
}

static int override_show(struct db *db, char **a, struct err *why)
{
	struct db_result *result;

	if (override_list(db, number(a[0]), time_of(a[1]), time_of(a[2]), number(a[3]) != 0, &result, why) != 0)
		return -1;
	for (int row = 0; row < db_rows(result); row++) {
		struct override_row o;

		override_read(result, row, &o);
		printf("%" PRId64 " %s by %s\n", o.override_id, o.user_name, o.made_by_name);
	}
	db_result_free(result);
	return 0;
}

static int calendar_add_one(struct db *db, char **a, struct err *why)
{
	struct calendar_document d = { a[0], a[1], a[2] };
	int64_t id;

	if (calendar_create(db, &d, &id, why) != 0)
		return -1;
	printf("%" PRId64 "\n", id);
	return 0;
}

static int calendar_change(struct db *db, char **a, struct err *why)
{
	struct calendar_document d = { a[2], a[3], a[4] };

	return calendar_update(db, number(a[0]), number(a[1]), &d, why);
}

static int policy_add(struct db *db, char **a, struct err *why)
{
	int64_t id;

	if (policy_create(db, a[0], a[1], &id, why) != 0)
		return -1;
	printf("%" PRId64 "\n", id);
	return 0;
}

static int policy_change(struct db *db, char **a, struct err *why)
{
	return policy_update(db, number(a[0]), number(a[1]), a[2], a[3], why);
}

static int policy_end(struct db *db, char **a, struct err *why)
{
	return policy_archive(db, number(a[0]), number(a[1]), why);
}

static int routes_change(struct db *db, char **a, struct err *why)
{
	return routes_put(db, number(a[0]), a[1], number(a[2]), why);
}

static int promise_change(struct db *db, char **a, struct err *why)
{
	struct promise_row p = { .severity = number(a[0]),
				 .acknowledge_s = number(a[1]),
				 .notify_s = number(a[2]),
				 .notify_calendar = number(a[3]),
				 .warn_percent = number(a[4]) };

	return promise_put(db, &p, why);
}

static const struct {
	const char *name;
	int words;
	int (*run)(struct db *db, char **words, struct err *why);
} commands[] = {
	{ "schedule-create", 3, schedule_add_one }, { "schedule-update", 5, schedule_change },
	{ "schedule-archive", 2, schedule_end },    { "override-create", 5, override_add },
	{ "override-end", 2, override_take_back },  { "override-list", 4, override_show },
	{ "calendar-create", 3, calendar_add_one }, { "calendar-update", 5, calendar_change },
	{ "policy-create", 2, policy_add },         { "policy-update", 4, policy_change },
	{ "policy-archive", 2, policy_end },        { "routes-put", 3, routes_change },
	{ "promise-put", 5, promise_change },
};

/* schedule=person, ..., holidays, promise of severity 1, policies; then the fault. */
static void show_book(const struct oncall_book *book, time_us at)
{
	for (size_t i = 0; i < oncall_book_count(book); i++) {
		const struct oncall_entry *e = oncall_book_entry(book, i);

		printf("%" PRId64 "=%" PRId64 " ", e->schedule_id, schedule_at(e->schedule, at).user_id);
	}
	printf("holidays=%zu promise=%" PRId64 " steps=%d routes=%d fault=%s\n", oncall_book_holidays(book)->count,
	       oncall_book_promise(book, 1, true)->seconds,
	       oncall_book_policy(book, 1) ? oncall_book_policy(book, 1)->step_count : -1,
	       oncall_book_routes(book) != NULL, oncall_book_fault(book) ? oncall_book_fault(book) : "none");
}

/* The book is the escalator's. */
static int watch_book(const char *conninfo, struct db *owner, int count, char **words, struct err *why)
{
	struct oncall_book *book;
	struct db *db;
	int failed;

	if (db_open(&db, conninfo, "hinomi_escalator", "oncall_admin", why) != 0)
		return -1;
	failed = oncall_book_open(&book, why);
	for (int i = 0; i < count && !failed; i++) {
		failed = i ? db_script(owner, words[i], why) : 0;
		if (!failed)
			failed = oncall_book_refresh(book, db, why);
		/* And once more, when nothing changed. */
		if (!failed)
			failed = oncall_book_refresh(book, db, why);
		if (!failed)
			show_book(book, time_of(words[0]));
	}
	oncall_book_close(book);
	db_close(db);
	return failed;
}

static int run_command(const char *conninfo, const char *name, int count, char **words, struct err *why)
{
	struct db *db;
	int failed = 0;
	size_t i = 0;

	if (strcmp(name, "book") == 0 && count > 0) {
		if (db_open(&db, conninfo, NULL, "oncall_admin", why) != 0)
			return -1;
		failed = watch_book(conninfo, db, count, words, why);
		db_close(db);
		return failed;
	}
	while (i < ARRAY_LEN(commands) && (strcmp(commands[i].name, name) != 0 || commands[i].words != count))
		i++;
	if (i == ARRAY_LEN(commands))
		return err_set(why, ERR_CONFIG, "no such command");
	if (db_open(&db, conninfo, "hinomi_api", "oncall_admin", why) != 0)
		return -1;
	if (scope_begin(db, SCOPE_ALL, false, why) != 0 || commands[i].run(db, words, why) != 0 ||
	    db_commit(db, why) != 0)
		failed = -1;
	db_close(db);
	return failed;
}

int main(int argc, char **argv)
{
	struct err why = { 0 };

	if (argc < 3 || run_command(argv[1], argv[2], argc - 3, argv + 3, &why) != 0) {
		fprintf(stderr, "%s: %s\n", kind_of(why.code), why.text);
		return 1;
	}
	return 0;
}
