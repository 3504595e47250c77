#include "server/escalator/escalator.h"

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/random.h"
#include "server/escalator/dispatch.h"
#include "server/store/engine_state.h"
#include "server/store/oncall_book.h"
#include "server/store/page_engine.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	/* So few at a time that a graver one that comes meanwhile is next within a moment. */
	REQUESTS_AT_ONCE = 10,
	PAGES_AT_ONCE = 10,
	STATE_EVERY_MS = 5 * 1000,
	PROBE_EVERY_MS = 15 * 1000,
	PROMISES_EVERY_MS = 5 * 1000,
	UPKEEP_EVERY_MS = 10 * 1000,
	REMINDERS_EVERY_MS = 60 * 1000,
	MAIL_GOOD_MS = 60 * 1000,
	OLDEST_GOOD_MS = 30 * 1000,
	DRAIN_MS = 5 * 1000,
	RECONNECT_FIRST_MS = 100,
	RECONNECT_MOST_MS = 5 * 1000,
	USER_SIZE = 128,
};

/* When the last good answer came, by the monotonic clock. */
struct watched {
	time_us last;    /* as the delivery told it: only whether it changed counts */
	int64_t good_ms; /* -1: never */
};

struct escalator {
	struct role_context *context;
	struct db *db;
	struct oncall_book *book;
	struct dispatch dispatch;
	struct watched mail, pulse;
	int64_t state_ms, probe_ms, promises_ms, upkeep_ms, reminders_ms, pulse_ms;
	int64_t wait_ms; /* until the next notice falls due */
	bool was_ready, reopen;
};

static struct page_engine engine_of(const struct escalator *e)
{
	const struct settings *s = &e->context->settings;

	return (struct page_engine){ .book = e->book,
				     .fallback = &s->escalator.fallback,
				     .notice_life_ms = s->escalator.notice_life };
}

/* ---------------------------------------------------------------------------------------------- connection */

static int open_database(struct escalator *e, struct err *why)
{
	const struct settings *settings = &e->context->settings;
	char user[USER_SIZE];

	snprintf(user, sizeof(user), "%sescalator", settings->database.user_prefix);
	if (db_open(&e->db, settings->database.conninfo, user, "hinomi escalator", why) != 0)
		return -1;
	if (engine_state_prepare(e->db, why) == 0 && dispatch_connect(&e->dispatch, e->db, why) == 0 &&
	    oncall_book_refresh(e->book, e->db, why) == 0)
		return 0;
	db_close(e->db);
	e->db = NULL;
	return -1;
}

/* ---------------------------------------------------------------------------------------------- chores */

static bool is_time(int64_t *last_ms, int64_t interval_ms)
{
	int64_t now = clock_monotonic_ms();

	if (*last_ms && now - *last_ms < interval_ms)
		return false;
	*last_ms = now;
	return true;
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

static int do_chores(struct escalator *e, struct err *why)
{
	const struct page_engine engine = engine_of(e);
	bool drills = e->context->settings.escalator.monthly_drill;
	int done;

	if (is_time(&e->promises_ms, PROMISES_EVERY_MS) &&
	    forgive("promised times", page_engine_promises(e->db, &engine, &done, why), why) != 0)
		return -1;
	if (is_time(&e->upkeep_ms, UPKEEP_EVERY_MS) &&
	    forgive("upkeep of pages", page_engine_upkeep(e->db, &engine, &done, why), why) != 0)
		return -1;
	if (is_time(&e->reminders_ms, REMINDERS_EVERY_MS) &&
	    forgive("reminders", page_engine_reminders(e->db, &engine, drills, &done, why), why) != 0)
		return -1;
	return 0;
}

/* ---------------------------------------------------------------------------------------------- how it is */

static void watch(struct watched *w, struct delivery_mail_state state)
{
	if (state.ok_at == TIME_NONE || state.ok_at == w->last)
		return;
	w->last = state.ok_at;
	w->good_ms = clock_monotonic_ms();
}

static int64_t ms_ago(const struct watched *w)
{
	return w->good_ms < 0 ? -1 : clock_monotonic_ms() - w->good_ms;
}

/* The outside watcher is told only while everything works: this loop, writing to the database (which was done a moment
 * ago), the mail server if there is one, and no notice waits for long. */
static void pulse(struct escalator *e, time_us oldest, time_us now)
{
	const struct settings *s = &e->context->settings;
	bool mail = !*s->escalator.smtp_url || (e->mail.good_ms >= 0 && ms_ago(&e->mail) < MAIL_GOOD_MS);
	bool prompt = oldest == TIME_NONE || now - oldest < OLDEST_GOOD_MS * INT64_C(1000);

	if (*s->escalator.pulse_url && mail && prompt && is_time(&e->pulse_ms, s->escalator.pulse_interval))
		delivery_pulse(e->dispatch.delivery);
}

static int tell_state(struct escalator *e, struct err *why)
{
	struct delivery_mail_state mail = delivery_mail_state(e->dispatch.delivery);
	struct delivery_mail_state told = delivery_pulse_state(e->dispatch.delivery);
	struct engine_pulse state = { .name = e->dispatch.lease_by };
	time_us next, oldest, now;

	watch(&e->mail, mail);
	watch(&e->pulse, told);
	state.mail_ok_ms_ago = ms_ago(&e->mail);
	state.mail_error = mail.error;
	state.pulsed_ms_ago = ms_ago(&e->pulse);
	state.pulse_error = told.error;
	if (*e->context->settings.escalator.smtp_url && is_time(&e->probe_ms, PROBE_EVERY_MS))
		delivery_probe_mail(e->dispatch.delivery);
	if (!is_time(&e->state_ms, STATE_EVERY_MS))
		return 0;
	if (engine_state_write(e->db, &state, why) != 0 || outbox_next_due(e->db, &next, &oldest, &now, why) != 0)
		return -1;
	pulse(e, oldest, now);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- the loop */

/* *busy: there may be more to do at once. */
static int do_round(struct escalator *e, bool *busy, struct err *why)
{
	const struct page_engine engine = engine_of(e);
	int requests = 0, pages = 0, begun = 0;

	if (oncall_book_refresh(e->book, e->db, why) != 0 || dispatch_settle(&e->dispatch, e->db, why) != 0)
		return -1;
	if (page_engine_requests(e->db, &engine, REQUESTS_AT_ONCE, &requests, why) != 0 ||
	    page_engine_tick(e->db, &engine, PAGES_AT_ONCE, &pages, why) != 0)
		return -1;
	if (!e->reopen && dispatch_claim(&e->dispatch, e->db, &begun, why) != 0)
		return -1;
	*busy = requests > 0 || pages > 0 || begun > 0;
	if (do_chores(e, why) != 0)
		return -1;
	return tell_state(e, why);
}

/* Settings are taken over in place; what the sender has made of them is made anew when nothing is on its way. */
static void take_events(struct escalator *e)
{
	enum role_event event;

	while ((event = role_next_event(e->context)) != ROLE_NOTHING)
		if (event == ROLE_RELOAD)
			e->reopen = true;
}

static void reopen_sender(struct escalator *e)
{
	struct err why = { 0 };

	if (!e->reopen || delivery_open_count(e->dispatch.delivery) > 0 || dispatch_has_results(&e->dispatch))
		return;
	e->reopen = false;
	if (dispatch_reopen(&e->dispatch, &why) != 0)
		log_error("sending goes on with the settings before: %s", why.text);
}

/* Until somebody rings, something that is being sent moves, or it is time. What the last statements brought in is not
 * in the socket any more. */
static int wait_for_work(struct escalator *e, int64_t timeout_ms, struct err *why)
{
	int fds[2] = { e->context->signal_fd, -1 };
	unsigned rung = 0;

	if (e->db) {
		if (db_notifications(e->db, &rung, why) != 0)
			return -1;
		fds[1] = db_descriptor(e->db);
	}
	if (delivery_poll(e->dispatch.delivery, fds, fds[1] >= 0 ? 2 : 1, rung ? 0 : timeout_ms, why) != 0)
		return -1;
	take_events(e);
	return e->db ? db_notifications(e->db, &rung, why) : 0;
}

static int serve(struct escalator *e, struct err *why)
{
	while (!e->context->stopping) {
		bool busy = false;

		reopen_sender(e);
		if (do_round(e, &busy, why) != 0 ||
		    wait_for_work(e, busy ? 0 : e->context->settings.escalator.poll, why) != 0)
			return -1;
	}
	return 0;
}

/* What is on its way may end; what does not in time is sent again by another, with the same id. */
static void drain(struct escalator *e)
{
	int64_t until = clock_monotonic_ms() + DRAIN_MS;
	struct err why = { 0 };

	while (delivery_open_count(e->dispatch.delivery) > 0 && clock_monotonic_ms() < until)
		if (delivery_poll(e->dispatch.delivery, NULL, 0, 100, &why) != 0 ||
		    (e->db && dispatch_settle(&e->dispatch, e->db, &why) != 0))
			break;
	if (e->db && (dispatch_settle(&e->dispatch, e->db, &why) != 0 ||
		      engine_state_remove(e->db, e->dispatch.lease_by, &why) != 0))
		log_warning("%s", why.text);
}

/* Sends that are on their way go on while the database is away; what becomes of them is kept. */
static void wait_to_reconnect(struct escalator *e, int64_t ms)
{
	int64_t until = clock_monotonic_ms() + ms;
	struct err why = { 0 };

	while (!e->context->stopping && clock_monotonic_ms() < until)
		if (wait_for_work(e, until - clock_monotonic_ms(), &why) != 0)
			break;
}

static int run(struct escalator *e, struct err *why)
{
	unsigned attempts = 0;

	while (!e->context->stopping) {
		if (open_database(e, why) == 0) {
			if (!e->was_ready)
				role_ready(e->context);
			e->was_ready = true;
			attempts = 0;
			if (serve(e, why) == 0)
				break;
			db_close(e->db);
			e->db = NULL;
		}
		log_warning("%s; trying again", why->text);
		wait_to_reconnect(e, backoff_ms(attempts++, RECONNECT_FIRST_MS, RECONNECT_MOST_MS));
	}
	drain(e);
	return 0;
}

static int escalator_run(struct role_context *context, struct err *why)
{
	struct escalator e = { .context = context, .mail.good_ms = -1, .pulse.good_ms = -1 };
	int failed;

	e.mail.last = e.pulse.last = TIME_NONE;
	if (oncall_book_open(&e.book, why) != 0)
		return -1;
	failed = dispatch_open(&e.dispatch, &context->settings, why);
	if (!failed)
		failed = run(&e, why);
	dispatch_close(&e.dispatch);
	db_close(e.db);
	oncall_book_close(e.book);
	return failed;
}

const struct role escalator_role = {
	.name = "escalator",
	.purpose = "pages and notices to people",
	.run = escalator_run,
};
