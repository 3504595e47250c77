#include "server/reporter/reporter.h"

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/random.h"
#include "server/reporter/crew.h"
#include "server/store/month_close.h"
#include "server/store/report_work.h"

#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>

enum {
	CALENDAR_EVERY_MS = 10 * 1000,
	DRAIN_MS = 8 * 1000,
	BREAK_OFF_MS = 4 * 1000, /* of the time that the supervisor leaves a role */
	JOIN_EVERY_MS = 50,
	RECONNECT_FIRST_MS = 100,
	RECONNECT_MOST_MS = 10 * 1000,
	USER_SIZE = 128,
	CREWS_MAX = 8,
};

struct reporter {
	struct role_context *context;
	struct db *db;
	struct crew *crew;
	struct crew *dismissed[CREWS_MAX]; /* of settings that are no more: they finish what they have */
	int64_t calendar_ms;
	bool was_ready, reopen;
};

static int open_database(struct reporter *r, struct err *why)
{
	const struct settings *settings = &r->context->settings;
	char user[USER_SIZE];

	snprintf(user, sizeof(user), "%sreporter", settings->database.user_prefix);
	if (db_open(&r->db, settings->database.conninfo, user, "hinomi reporter", why) != 0)
		return -1;
	if (report_work_prepare(r->db, why) == 0)
		return 0;
	db_close(r->db);
	r->db = NULL;
	return -1;
}

/* ---------------------------------------------------------------------------------------------- the calendar */

static int close_what_is_due(struct reporter *r, struct err *why)
{
	const struct settings *s = &r->context->settings;
	char month[MONTH_TEXT_SIZE];
	bool asked;

	if (s->reporter.close_business_day == 0)
		return 0;
	if (month_close_due(r->db, s->timezone, (int)s->reporter.close_business_day, month, why) != 0)
		return -1;
	if (!*month)
		return 0;
	if (report_close_ask(r->db, month, &asked, why) != 0)
		return -1;
	if (asked)
		log_info("%s is closed: its business day has come", month);
	return 0;
}

static int tell_what_is_late(struct reporter *r, struct err *why)
{
	const struct settings *s = &r->context->settings;
	bool asked;

	if (s->reporter.due_business_day == 0)
		return 0;
	if (report_overdue_ask(r->db, s->timezone, (int)s->reporter.due_business_day, &asked, why) != 0)
		return -1;
	if (asked)
		log_warning("reports of the last month are not sent yet: the leads are told");
	return 0;
}

static int bury(struct reporter *r, struct err *why)
{
	int64_t count;

	if (report_job_bury(r->db, &count, why) != 0)
		return -1;
	if (count)
		log_error("%" PRId64 " jobs are given up: the process ended each time that it worked on them", count);
	return 0;
}

/* A chore that fails is tried again in its next round, unless the database is away. */
static int forgive(const char *chore, int failed, struct err *why)
{
	if (!failed)
		return 0;
	if (why->code == ERR_UNAVAILABLE)
		return -1;
	log_error("%s: %s", chore, why->text);
	return 0;
}

static int do_chores(struct reporter *r, struct err *why)
{
	int64_t now = clock_monotonic_ms();

	if (forgive("jobs that end the process", bury(r, why), why) != 0)
		return -1;
	if (r->calendar_ms && now - r->calendar_ms < CALENDAR_EVERY_MS)
		return 0;
	r->calendar_ms = now;
	if (forgive("closing by the calendar", close_what_is_due(r, why), why) != 0)
		return -1;
	return forgive("reports that are late", tell_what_is_late(r, why), why);
}

/* ---------------------------------------------------------------------------------------------- the crew */

static void join_dismissed(struct reporter *r)
{
	for (size_t i = 0; i < CREWS_MAX; i++)
		if (r->dismissed[i] && crew_close(r->dismissed[i], false))
			r->dismissed[i] = NULL;
}

/* New settings are those of another crew; the one before finishes what it has. */
static void reopen_crew(struct reporter *r)
{
	struct crew *fresh;
	struct err why = { 0 };
	size_t place = 0;

	join_dismissed(r);
	while (place < CREWS_MAX && r->dismissed[place])
		place++;
	if (!r->reopen || place == CREWS_MAX)
		return;
	r->reopen = false;
	if (crew_open(&fresh, r->context->config_path, &why) != 0) {
		log_error("drawing goes on with the settings before: %s", why.text);
		return;
	}
	crew_dismiss(r->crew);
	r->dismissed[place] = r->crew;
	r->crew = fresh;
}

static bool close_all(struct reporter *r, bool at_once)
{
	bool all = true;

	if (r->crew && crew_close(r->crew, at_once))
		r->crew = NULL;
	for (size_t i = 0; i < CREWS_MAX; i++) {
		if (r->dismissed[i] && crew_close(r->dismissed[i], at_once))
			r->dismissed[i] = NULL;
		all = all && !r->dismissed[i];
	}
	return all && !r->crew;
}

/* Jobs may end; what does not in time is broken off and done again by another, from the start. */
static void drain(struct reporter *r)
{
	int64_t start = clock_monotonic_ms(), passed = 0;

	while (!close_all(r, passed >= DRAIN_MS) && passed < DRAIN_MS + BREAK_OFF_MS) {
		poll(NULL, 0, JOIN_EVERY_MS);
		passed = clock_monotonic_ms() - start;
	}
}

/* ---------------------------------------------------------------------------------------------- the loop */

static void take_events(struct reporter *r)
{
	enum role_event event;

	while ((event = role_next_event(r->context)) != ROLE_NOTHING)
		if (event == ROLE_RELOAD)
			r->reopen = true;
}

/* Until a signal comes, something comes from the database (fd; -1: not asked), or the time is over. */
static void wait_for(struct reporter *r, int fd, int64_t ms)
{
	struct pollfd waiting[2] = { { .fd = r->context->signal_fd, .events = POLLIN },
				     { .fd = fd, .events = POLLIN } };

	poll(waiting, fd >= 0 ? 2 : 1, (int)ms);
	take_events(r);
}

/* Until somebody rings, a job that was put off falls due, or it is time to look anyway. */
static int wait_for_work(struct reporter *r, struct err *why)
{
	int64_t ms = r->context->settings.reporter.poll;
	time_us next, now;
	unsigned rung = 0;

	if (report_job_next_due(r->db, &next, &now, why) != 0 || db_notifications(r->db, &rung, why) != 0)
		return -1;
	if (next != TIME_NONE && (next - now) / 1000 + 1 < ms)
		ms = (next - now) / 1000 + 1;
	wait_for(r, db_descriptor(r->db), rung ? 0 : ms);
	return db_notifications(r->db, &rung, why);
}

static int serve(struct reporter *r, struct err *why)
{
	while (!r->context->stopping) {
		reopen_crew(r);
		if (do_chores(r, why) != 0)
			return -1;
		crew_wake(r->crew);
		if (wait_for_work(r, why) != 0)
			return -1;
	}
	return 0;
}

static void run(struct reporter *r, struct err *why)
{
	unsigned attempts = 0;

	while (!r->context->stopping) {
		if (open_database(r, why) == 0) {
			if (!r->was_ready)
				role_ready(r->context);
			r->was_ready = true;
			attempts = 0;
			if (serve(r, why) == 0)
				break;
			db_close(r->db);
			r->db = NULL;
		}
		log_warning("%s; trying again", why->text);
		wait_for(r, -1, backoff_ms(attempts++, RECONNECT_FIRST_MS, RECONNECT_MOST_MS));
	}
}

static int reporter_run(struct role_context *context, struct err *why)
{
	struct reporter r = { .context = context };

	/* Each thread takes and gives back much memory at once: without arenas of their own it is the same memory. */
	mallopt(M_ARENA_MAX, 2);
	if (crew_open(&r.crew, context->config_path, why) != 0)
		return -1;
	run(&r, why);
	drain(&r);
	db_close(r.db);
	return 0;
}

const struct role reporter_role = {
	.name = "reporter",
	.purpose = "months closed, reports drawn and taken on their way",
	.run = reporter_run,
};
