#include "server/correlator/correlator.h"

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/random.h"
#include "server/correlator/company.h"
#include "server/correlator/hunts.h"
#include "server/correlator/setbacks.h"
#include "server/store/correlation.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	/* Rounds begin at least this far apart. The first alert after a pause is dealt with at once; under load the
	 * alerts of a fifth of a second share their transactions. */
	ROUND_SPACING_MS = 200,
	CONFLICT_TRIES = 3,
	RECONNECT_FIRST_MS = 100,
	RECONNECT_MOST_MS = 10 * 1000,
	USER_SIZE = 128,
};

struct correlator {
	struct role_context *context;
	struct db *db;
	struct setbacks setbacks;
	bool was_ready;
};

static int open_database(struct correlator *c, struct err *why)
{
	const struct settings *settings = &c->context->settings;
	char user[USER_SIZE];

	snprintf(user, sizeof(user), "%scorrelator", settings->database.user_prefix);
	if (db_open(&c->db, settings->database.conninfo, user, "hinomi correlator", why) != 0)
		return -1;
	if (correlation_prepare(c->db, why) == 0)
		return 0;
	db_close(c->db);
	c->db = NULL;
	return -1;
}

/* A failure is the company's own unless the database is away. */
static int correlate(struct correlator *c, int64_t company_id, bool *more, struct err *why)
{
	const struct settings *settings = &c->context->settings;
	struct company_result result;
	int failed = -1;

	for (int i = 0; i < CONFLICT_TRIES && failed; i++) {
		failed = company_correlate(c->db, company_id, settings->correlator.window * 1000, settings->timezone,
					   &result, why);
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

/* One transaction for each company that has work. */
static int do_round(struct correlator *c, bool *more, struct err *why)
{
	struct db_result *companies;
	int failed = 0;

	*more = false;
	if (correlation_companies(c->db, &companies, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(companies) && !failed; i++) {
		int64_t company_id = db_integer(companies, i, 0);

		if (role_wait(c->context, -1, 0)) /* takes signals in, between any two companies */
			break;
		if (!setbacks_waiting(&c->setbacks, company_id, clock_monotonic_ms()))
			failed = correlate(c, company_id, more, why);
	}
	db_result_free(companies);
	return failed ? failed : hunts_round(c->db, more, why);
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
		bool more;

		if (do_round(c, &more, why) != 0)
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
	return 0;
}

const struct role correlator_role = {
	.name = "correlator",
	.purpose = "alerts to incidents and counts",
	.run = correlator_run,
};
