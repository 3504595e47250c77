/* The facts of reports and the closing of months without a reporter: one command, as the database user given.
 *
 *   month_tool CONNINFO USER close MONTH [REASON [COMPANY]]   "version companies written reports"
 *   month_tool CONNINFO USER hang MONTH                       closes, but waits before it commits: prints "frozen"
 *   month_tool CONNINFO USER due DAY                          the month to close on business day DAY
 *   month_tool CONNINFO USER day MONTH DAY                    when it is closed by itself
 *   month_tool CONNINFO USER outdated MONTH
 *   month_tool CONNINFO USER versions COMPANY MONTH           "version reason changes", a line each; 0: the chamber
 *   month_tool CONNINFO USER chamber MONTH                    the document as it is now
 *   month_tool CONNINFO USER member MONTH COMPANY             likewise; COMPANY 0: all, a line each
 *   month_tool CONNINFO USER case MONTH COMPANY INCIDENT KIND
 *   month_tool CONNINFO USER certificate MONTH COMPANY
 *   month_tool CONNINFO USER frame MONTH                      "due_on target from day"
 *   month_tool CONNINFO USER billing MONTH json|csv
 *   month_tool CONNINFO USER fingerprint MONTH                seconds of the chamber and of all members, peak KiB,
 * members
 *
 * The zone is Asia/Tokyo, or $MONTH_ZONE. Errors as "kind: text", status 1. */
#include "lib/json_shape.h"
#include "server/store/billing.h"
#include "server/store/month_close.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct tool {
	struct db *db;
	const char *zone;
	struct pool pool;
	struct report_facts_frame frame;
	int count;
	char **args;
};

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

static const char *arg(const struct tool *t, int i)
{
	return i < t->count ? t->args[i] : "";
}

static int64_t number(const struct tool *t, int i)
{
	int64_t n = 0;

	slice_to_int64(slice_of_string(arg(t, i)), &n);
	return n;
}

static int read_frame(struct tool *t, struct err *why)
{
	const struct report_facts_target target = { 3000, "2026-01-01", 3 };

	return report_facts_frame_read(t->db, arg(t, 0), t->zone, &target, &t->pool, &t->frame, why);
}

static int print(const struct json_shape *shape, const void *value, struct err *why)
{
	struct buffer text = { 0 };
	struct json_writer w;
	int failed = 0;

	json_writer_init(&w, &text);
	json_shape_write(shape, value, &w, NULL);
	if (text.failed)
		failed = err_set(why, ERR_NOMEM, "no memory");
	else
		printf("%.*s\n", (int)text.len, (const char *)text.data);
	buffer_release(&text);
	return failed;
}

static int wait_for_input(void *context, struct db *writer, struct err *why)
{
	(void)context;
	(void)writer;
	(void)why;
	puts("frozen");
	fflush(stdout);
	getchar();
	return 0;
}

static int close_one(struct tool *t, month_close_also *also, struct err *why)
{
	const struct month_close_order order = {
		.frame = &t->frame, .reason = t->count > 1 ? arg(t, 1) : NULL, .company_id = number(t, 2), .also = also
	};
	struct month_closed closed;

	if (read_frame(t, why) != 0 || month_close(t->db, &order, &closed, why) != 0)
		return -1;
	printf("%d %" PRId64 " %" PRId64 " %" PRId64 "\n", closed.version, closed.companies, closed.written,
	       closed.reports);
	return 0;
}

static int run_close(struct tool *t, struct err *why)
{
	return close_one(t, NULL, why);
}

static int run_hang(struct tool *t, struct err *why)
{
	return close_one(t, wait_for_input, why);
}

static int run_due(struct tool *t, struct err *why)
{
	char month[MONTH_TEXT_SIZE];

	if (month_close_due(t->db, t->zone, (int)number(t, 0), month, why) != 0)
		return -1;
	puts(month);
	return 0;
}

static int run_day(struct tool *t, struct err *why)
{
	char day[MONTH_DAY_SIZE];

	if (month_close_day(t->db, arg(t, 0), (int)number(t, 1), day, why) != 0)
		return -1;
	puts(day);
	return 0;
}

static int run_outdated(struct tool *t, struct err *why)
{
	int64_t companies;

	if (frozen_outdated(t->db, arg(t, 0), t->zone, &companies, why) != 0)
		return -1;
	printf("%" PRId64 "\n", companies);
	return 0;
}

static int run_versions(struct tool *t, struct err *why)
{
	struct db_result *r;

	if (frozen_versions(t->db, number(t, 0), arg(t, 1), &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r); i++) {
		struct frozen_row row;

		frozen_read(r, i, &row);
		printf("%" PRId64 " %s %s\n", row.version, row.reason, row.changes);
	}
	db_result_free(r);
	return 0;
}

static int run_chamber(struct tool *t, struct err *why)
{
	struct chamber_month month;

	if (read_frame(t, why) != 0 || report_facts_chamber(t->db, &t->frame, &t->pool, &month, why) != 0)
		return -1;
	return print(&chamber_month_shape, &month, why);
}

static int print_member(void *context, const struct member_month *month, struct err *why)
{
	(void)context;
	return print(&member_month_shape, month, why);
}

static int run_member(struct tool *t, struct err *why)
{
	struct chamber_month month;

	if (db_script(t->db, "BEGIN ISOLATION LEVEL REPEATABLE READ", why) != 0 || read_frame(t, why) != 0 ||
	    report_facts_chamber(t->db, &t->frame, &t->pool, &month, why) != 0)
		return -1;
	return report_facts_members(t->db, &t->frame, &month, number(t, 1), print_member, NULL, why);
}

static int run_case(struct tool *t, struct err *why)
{
	struct case_report report;

	if (read_frame(t, why) != 0 ||
	    report_facts_case(t->db, &t->frame, number(t, 1), number(t, 2), arg(t, 3), &t->pool, &report, why) != 0)
		return -1;
	return print(&case_report_shape, &report, why);
}

static int run_certificate(struct tool *t, struct err *why)
{
	struct monitoring_certificate certificate;

	if (read_frame(t, why) != 0 ||
	    report_facts_certificate(t->db, &t->frame, number(t, 1), &t->pool, &certificate, why) != 0)
		return -1;
	return print(&monitoring_certificate_shape, &certificate, why);
}

static int run_frame(struct tool *t, struct err *why)
{
	if (read_frame(t, why) != 0)
		return -1;
	printf("%s %" PRId64 " %s %s\n", t->frame.due_on, t->frame.growth_target, t->frame.growth_from,
	       t->frame.growth_day);
	return 0;
}

static int run_billing(struct tool *t, struct err *why)
{
	struct billing_list list;
	struct buffer text = { 0 };
	struct json_writer w;
	struct csv_writer csv;

	if (billing_read(t->db, arg(t, 0), &t->pool, &list, why) != 0)
		return -1;
	json_writer_init(&w, &text);
	if (strcmp(arg(t, 1), "json") == 0) {
		billing_write(&list, &w);
	} else {
		csv_begin(&csv, &text);
		billing_csv(&list, &csv);
	}
	printf("%.*s\n", (int)text.len, (const char *)text.data);
	buffer_release(&text);
	return 0;
}

static int count_member(void *context, const struct member_month *month, struct err *why)
{
	(void)month;
	(void)why;
	++*(int64_t *)context;
	return 0;
}

static int run_fingerprint(struct tool *t, struct err *why)
{
	struct chamber_month month;
	struct rusage usage;
	int64_t companies = 0, start = clock_monotonic_ms(), chamber;

	if (read_frame(t, why) != 0 || db_script(t->db, "BEGIN ISOLATION LEVEL REPEATABLE READ", why) != 0 ||
	    report_facts_chamber(t->db, &t->frame, &t->pool, &month, why) != 0)
		return -1;
	chamber = clock_monotonic_ms();
	if (report_facts_members(t->db, &t->frame, &month, 0, count_member, &companies, why) != 0)
		return -1;
	getrusage(RUSAGE_SELF, &usage);
	printf("%.1f %.1f %ld %" PRId64 "\n", (double)(chamber - start) / 1000,
	       (double)(clock_monotonic_ms() - chamber) / 1000, usage.ru_maxrss, companies);
	db_rollback(t->db);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct tool *t, struct err *why);
} commands[] = {
	{ "close", run_close },
	{ "hang", run_hang },
	{ "due", run_due },
	{ "day", run_day },
	{ "outdated", run_outdated },
	{ "versions", run_versions },
	{ "chamber", run_chamber },
	{ "member", run_member },
	{ "case", run_case },
	{ "certificate", run_certificate },
	{ "frame", run_frame },
	{ "billing", run_billing },
	{ "fingerprint", run_fingerprint },
};

static int run(struct tool *t, const char *command, struct err *why)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(command, commands[i].name) == 0)
			return commands[i].run(t, why);
	return err_set(why, ERR_USAGE, "no such command");
}

int main(int argc, char **argv)
{
	const char *zone = getenv("MONTH_ZONE");
	struct tool t = { .zone = zone ? zone : "Asia/Tokyo", .count = argc - 4, .args = argv + 4 };
	struct err why = { 0 };
	int failed;

	if (argc < 5)
		return 2;
	failed = db_open(&t.db, argv[1], argv[2], "month_tool", &why);
	if (!failed)
		failed = run(&t, argv[3], &why);
	if (failed)
		fprintf(stderr, "%s: %s\n", kind_of(why.code), why.text);
	db_close(t.db);
	pool_release(&t.pool);
	return failed ? 1 : 0;
}
