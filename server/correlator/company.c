#include "server/correlator/company.h"

#include "lib/log.h"
#include "server/correlator/batch_rules.h"
#include "server/correlator/naming.h"
#include "server/correlator/observe.h"
#include "server/correlator/windows.h"
#include "server/store/campaign.h"
#include "server/store/correlation.h"
#include "server/store/first_report_ask.h"
#include "server/store/incident_cause.h"

#include <inttypes.h>

/* What one transaction works on. */
struct transaction {
	struct db *db;
	int64_t company_id;
	const struct company_options *options;
	struct rule_book *book;
	bool due;
	struct correlation_batch batch;
	struct batch_rules rules;
	struct firings firings;
	struct observe_result observed;
	struct windows_result windows;
};

static void release(struct transaction *t)
{
	firings_release(&t->firings);
	batch_rules_release(&t->rules);
	correlation_batch_release(&t->batch);
}

/* Never silently: whoever reads the log sees which company has more than fits. */
static void say_what_was_lost(const struct transaction *t)
{
	if (t->windows.lost)
		log_warning("company %" PRId64 ": %" PRId64 " hits of correlations were dropped from groups with more "
			    "than correlator.group_hits",
			    t->company_id, t->windows.lost);
	if (t->windows.dropped)
		log_warning("company %" PRId64 ": %" PRId64 " windows with %" PRId64
			    " hits were dropped, the oldest of "
			    "the largest correlations first, to keep within correlator.company_hits",
			    t->company_id, t->windows.windows, t->windows.dropped);
}

/* ------------------------------------------------------------------------------------------------------------ intake
 */

static int observe(struct transaction *t, struct err *why)
{
	const struct observe_options options = {
		.beacon_score = t->options->beacon_score,
		.contacts_max = t->options->contacts_max,
		.observables_daily = t->options->observables_daily,
		.beacon_rule = t->book->beacon_rule,
		.rule_set = rule_book_version(t->book),
		.rule_title = SLICE_LITERAL("Beacon: regular contact from inside"),
	};

	return observe_company(t->db, t->company_id, &options, &t->firings, &t->observed, why);
}

static int evaluate(struct transaction *t, struct err *why)
{
	const struct windows_options options = {
		.window = t->options->window,
		.settle = t->options->settle,
		.group_hits = t->options->group_hits,
		.company_hits = t->options->company_hits,
	};

	return windows_evaluate(t->db, t->company_id, &options, t->book, &t->rules, t->due, &t->firings, &t->windows,
				why);
}

static int take_in(struct transaction *t, struct err *why)
{
	if (correlation_claim(t->db, t->company_id, COMPANY_ALERTS_MAX, t->options->timezone, &t->batch, why) != 0 ||
	    observe(t, why) != 0)
		return -1;
	if (batch_rules_read(&t->rules, t->db, t->book, &t->batch, why) != 0)
		return -1;
	return evaluate(t, why);
}

/* ---------------------------------------------------------------------------------------------------------- decision
 */

static int write_causes(const struct transaction *t, const struct incident_plan *plan, struct err *why)
{
	struct incident_causes causes = { 0 };
	int failed = incident_causes_collect(&causes, plan, t->rules.singles, t->rules.single_count,
					     rule_book_version(t->book), why);

	if (!failed)
		failed = incident_cause_write(t->db, t->company_id, plan, &causes, why);
	incident_causes_release(&causes);
	return failed;
}

static int write_all(struct transaction *t, struct incident_plan *plan, struct err *why)
{
	const struct batch_rules *r = &t->rules;

	if (correlation_write(t->db, t->company_id, rule_book_version(t->book), plan, why) != 0 ||
	    first_report_ask(t->db, t->company_id, plan, t->options->first_report_severity, why) != 0 ||
	    write_causes(t, plan, why) != 0)
		return -1;
	return correlation_count(t->db, t->company_id, &t->batch, r->rules, r->rule_count, r->mutes, r->mute_count,
				 why);
}

static int decide_and_write(struct transaction *t, struct err *why)
{
	struct incident_plan plan = { .window = t->options->window,
				      .alerts = t->batch.alerts,
				      .alert_count = t->batch.alert_count,
				      .firings = t->firings.items,
				      .firing_count = t->firings.count };
	struct namer namer = { t->db, t->company_id, t->book, &t->batch, &plan, &t->firings.pool };
	int failed = -1;

	if (incident_plan_runs(&plan, why) == 0 &&
	    correlation_known(t->db, t->company_id, &t->batch, &plan, why) == 0 &&
	    incident_plan_make(&plan, why) == 0 && naming_rules(&namer, why) == 0)
		failed = write_all(t, &plan, why);
	incident_plan_release(&plan);
	return failed;
}

static int write_sightings(struct transaction *t, struct err *why)
{
	struct campaign_sightings sightings = { 0 };
	int failed = 0;

	for (size_t i = 0; i < t->batch.alert_count && !failed; i++)
		failed = campaign_sightings_add(&sightings, &t->batch.sightings[i], why);
	campaign_sightings_add_up(&sightings);
	if (!failed && sightings.count)
		failed = campaign_write_sightings(t->db, t->company_id, &sightings, why);
	campaign_sightings_release(&sightings);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------- whole
 */

static int work(struct transaction *t, struct err *why)
{
	if (take_in(t, why) != 0 || decide_and_write(t, why) != 0 || write_sightings(t, why) != 0)
		return -1;
	return db_commit(t->db, why);
}

int company_correlate(struct db *db, int64_t company_id, const struct company_options *options, struct rule_book *book,
		      bool due, struct company_result *out, struct err *why)
{
	struct transaction t = { .db = db, .company_id = company_id, .options = options, .book = book, .due = due };
	bool got = false;
	int failed;

	*out = (struct company_result){ 0 };
	if (db_begin(db, why) != 0)
		return -1;
	failed = correlation_lock(db, company_id, &got, why);
	if (!failed && got)
		failed = work(&t, why);
	if (failed || !got) {
		db_rollback(db); /* somebody else is at it, or it went wrong */
	} else {
		out->alerts = t.batch.alert_count;
		out->more = t.batch.more || t.observed.more || t.windows.more;
		say_what_was_lost(&t);
	}
	release(&t);
	return failed;
}
