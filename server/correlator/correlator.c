#include "server/correlator/correlator.h"

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/random.h"
#include "server/correlator/campaigns.h"
#include "server/correlator/company.h"
#include "server/correlator/hunts.h"
#include "server/correlator/rule_book.h"
#include "server/correlator/setbacks.h"
#include "server/correlator/window_keeper.h"
#include "server/store/correlation.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	/* Rounds begin at least this far apart. The first alert after a pause is dealt with at once; under load the
	 * alerts of a fifth of a second share their transactions. */
	ROUND_SPACING_MS = 200,
	CONFLICT_TRIES = 3,
	PRUNE_EVERY_MS = 60 * 1000,
	RECONNECT_FIRST_MS = 100,
	RECONNECT_MOST_MS = 10 * 1000,
	USER_SIZE = 128,
};

struct correlator {
	struct role_context *context;
	struct db *db;
	struct setbacks setbacks;
	struct rule_book book;
	int64_t pruned_ms, campaigns_ms; /* when old hits and campaigns were looked for last */
	bool was_ready;
};

static int open_database(struct correlator *c, struct err *why)
{
	const struct settings *settings = &c->context->settings;
	char user[USER_SIZE];

	snprintf(user, sizeof(user), "%scorrelator", settings->database.user_prefix);
	if (db_open(&c->db, settings->database.conninfo, user, "hinomi correlator", why) != 0)
		return -1;
	if (correlation_prepare(c->db, why) == 0 && rule_book_refresh(&c->book, c->db, why) == 0)
		return 0;
	db_close(c->db);
	c->db = NULL;
	return -1;
}

static struct company_options options_of(const struct settings *s)
{
	return (struct company_options){
		.window = s->correlator.window * 1000,
		.timezone = s->timezone,
		.settle = s->correlator.settle * 1000,
		.group_hits = s->correlator.group_hits,
		.company_hits = s->correlator.company_hits,
		.beacon_score = s->correlator.beacon_score,
		.contacts_max = s->correlator.contacts_max,
		.observables_daily = s->correlator.observables_daily,
		.first_report_severity = s->reporter.first_report_severity,
	};
}

/* A failure is the company's own unless the database is away. */
static int correlate(struct correlator *c, int64_t company_id, bool due, bool *more, struct err *why)
{
	const struct company_options options = options_of(&c->context->settings);
	struct company_result result;
	int failed = -1;

	for (int i = 0; i < CONFLICT_TRIES && failed; i++) {
		failed = company_correlate(c->db, company_id, &options, &c->book, due, &result, why);
		if (failed && why->code != ERR_CONFLICT)
			break;
	}
	if (failed && why->code == ERR_UNAVAILABLE)
		return -1;
	if (failed) {
		int64_t wait = setbacks_add(&c->setbacks, company_id, clock_monotonic_ms());

		log_error("company %" PRId64 " is tried again in %" PRId64 " ms: %s", company_id, wait, why->text);
		return 0;
	}
	setbacks_clear(&c->setbacks, company_id);
	*more = *more || result.more;
	if (result.alerts)
		log_debug("company %" PRId64 ": %zu alerts", company_id, result.alerts);
	return 0;
}

/* One transaction for each company that has work: however much one has, the others wait for a bounded part of it. */
static int do_round(struct correlator *c, bool *more, struct err *why)
{
	struct db_result *companies;
	int failed = 0;

	if (correlation_companies(c->db, &companies, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(companies) && !failed; i++) {
		int64_t company_id = db_integer(companies, i, 0);

		if (role_wait(c->context, -1, 0)) /* takes signals in, between any two companies */
			break;
		if (!setbacks_waiting(&c->setbacks, company_id, clock_monotonic_ms()))
			failed = correlate(c, company_id, db_bool(companies, i, 1), more, why);
	}
	db_result_free(companies);
	return failed;
}

static int look_for_campaigns(struct correlator *c, bool *more, struct err *why)
{
	const struct settings *settings = &c->context->settings;
	const struct campaigns_options options = { settings->correlator.campaign_members,
						   (int)settings->correlator.campaign_days };
	struct campaigns_result result;

	if (campaigns_round(c->db, &options, &result, why) != 0) {
		if (why->code == ERR_UNAVAILABLE)
			return -1;
		log_error("campaigns are looked for again in the next round: %s", why->text);
	} else if (result.more) {
		*more = true;
		c->campaigns_ms = 0; /* at once */
	}
	return 0;
}

static bool is_time(int64_t *last_ms, int64_t interval_ms)
{
	int64_t now = clock_monotonic_ms();

	if (*last_ms && now - *last_ms < interval_ms)
		return false;
	*last_ms = now;
	return true;
}

/* What looks over the companies: campaigns, hunts, hits that have become old. A slice of it in each round, so that it
 * never holds the alerts up. */
static int do_chores(struct correlator *c, bool *more, struct err *why)
{
	const struct settings *settings = &c->context->settings;
	time_us keep = settings->correlator.hits_keep * 1000 + rule_book_longest(&c->book);

	if (is_time(&c->campaigns_ms, settings->correlator.campaign_interval) && look_for_campaigns(c, more, why) != 0)
		return -1;
	if (hunts_round(c->db, more, why) != 0)
		return -1;
	return is_time(&c->pruned_ms, PRUNE_EVERY_MS) ? window_keeper_prune(c->db, keep, why) : 0;
}

/* Until somebody rings, or it is time to look anyway. What the last statements brought in is not in the socket. */
static int wait_for_work(struct correlator *c, struct err *why)
{
	unsigned rung = 0;

	if (db_notifications(c->db, &rung, why) != 0)
		return -1;
	if (rung)
		return 0;
	role_wait(c->context, db_descriptor(c->db), c->context->settings.correlator.poll);
	return db_notifications(c->db, &rung, why);
}

static int serve(struct correlator *c, struct err *why)
{
	while (!c->context->stopping) {
		int64_t started = clock_monotonic_ms();
		bool more = false;

		if (rule_book_refresh(&c->book, c->db, why) != 0 || do_round(c, &more, why) != 0 ||
		    do_chores(c, &more, why) != 0)
			return -1;
		if (more)
			continue;
		if (wait_for_work(c, why) != 0)
			return -1;
		role_wait(c->context, -1, started + ROUND_SPACING_MS - clock_monotonic_ms());
	}
	return 0;
}

static int correlator_run(struct role_context *context, struct err *why)
{
	struct correlator c = { .context = context };
	unsigned attempts = 0;

	while (!context->stopping) {
		if (open_database(&c, why) == 0) {
			if (!c.was_ready)
				role_ready(context);
			c.was_ready = true;
			attempts = 0;
			if (serve(&c, why) == 0)
				break;
			db_close(c.db);
			c.db = NULL;
		}
		log_warning("%s; trying again", why->text);
		role_wait(context, -1, backoff_ms(attempts++, RECONNECT_FIRST_MS, RECONNECT_MOST_MS));
	}
	db_close(c.db);
	setbacks_release(&c.setbacks);
	rule_book_release(&c.book);
	return 0;
}

const struct role correlator_role = {
	.name = "correlator",
	.purpose = "alerts to incidents and counts",
	.run = correlator_run,
};
