#include "server/collector/detection.h"

#include "lib/buffer.h"
#include "lib/log.h"
#include "lib/random.h"
#include "server/collector/rule_builder.h"
#include "server/collector/watch.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	LOOK_MS = 3 * 1000,
	CONNECT_TIMEOUT_MS = 10 * 1000,
	RETRY_FIRST_MS = 100,
	RETRY_MOST_MS = 5 * 1000,
	INDICATORS_WAIT_MS = 60 * 1000,
	LOG_INTERVAL_MS = 10 * 1000,
	LOSS_INTERVAL_MS = 10 * 60 * 1000,
	PROBLEMS_LOGGED = 5,
};

struct detection_keeper {
	struct detection_plan plan;
	char *conninfo, *user;
	struct detection_feed *feed;
	struct rule_builder *builder;
	struct rule_source waiting; /* for the builder; a newer one takes its place */
	bool is_waiting;
	struct watch watch;
	struct event *timer; /* next look; next attempt to connect; end of an attempt */
	bool connected, told;
	bool rules_known, mutes_known, indicators_known, indicators_came;
	int64_t indicators_until; /* no longer than this are sensors kept waiting for them */
	unsigned failures;
	struct log_limit trouble, lossy;
	struct detector_figures figures; /* that were complained about */
};

/* ---------------------------------------------------------------------------------------------------------- ready */

static void tell_if_ready(struct detection_keeper *k)
{
	if (k->told || !k->rules_known || !k->mutes_known)
		return;
	if (k->indicators_until == 0)
		k->indicators_until = clock_monotonic_ms() + INDICATORS_WAIT_MS;
	if (!k->indicators_known && clock_monotonic_ms() < k->indicators_until)
		return;
	if (!k->indicators_known)
		log_warning("sensors are served while indicators are still being loaded (%zu so far)",
			    indicator_set_count(detector_indicators(k->plan.detector)));
	k->told = true;
	k->plan.ready(k->plan.arg);
}

/* ---------------------------------------------------------------------------------------------------------- rules */

static void complain_of_rules(const struct rule_source *source, const struct sigma_problems *problems,
			      const struct err *why)
{
	log_error("version %" PRId64 " of the rule set does not build, the last one stays in force: %s",
		  source->version, why->text);
	for (size_t i = 1; i < problems->count && i < PROBLEMS_LOGGED; i++)
		log_error("rule set: %s:%d: %s", problems->items[i].file, problems->items[i].line,
			  problems->items[i].reason);
}

static void build_next(struct detection_keeper *k)
{
	struct err why = { 0 };

	if (!k->is_waiting || rule_builder_is_busy(k->builder))
		return;
	k->is_waiting = false;
	detector_set_indicator_rule(k->plan.detector, rule_source_number(&k->waiting, "builtin:indicator"));
	if (k->waiting.version == 0) {
		rule_source_release(&k->waiting);
		detector_set_rules(k->plan.detector, NULL);
		k->rules_known = true;
	} else if (rule_builder_start(k->builder, &k->waiting, &why) != 0) {
		log_error("%s", why.text);
		k->rules_known = true;
	}
}

static void on_built(void *arg, const struct rule_source *source, struct rules *rules,
		     const struct sigma_problems *problems, const struct err *why)
{
	struct detection_keeper *k = arg;

	k->rules_known = true;
	if (rules) {
		detector_set_rules(k->plan.detector, rules);
		log_info("version %" PRId64 " of the rule set is in force: %zu rules", source->version,
			 rules->sigma ? sigma_set_count(rules->sigma) : 0);
	} else {
		complain_of_rules(source, problems, why);
	}
	build_next(k);
	tell_if_ready(k);
}

/* ----------------------------------------------------------------------------------------------------------- feed */

static void set_timer(struct detection_keeper *k, int64_t ms)
{
	struct timeval t = { ms / 1000, ms % 1000 * 1000 };

	event_add(k->timer, &t);
}

static void watch(struct detection_keeper *k)
{
	watch_set(&k->watch, detection_feed_descriptor(k->feed), detection_feed_wants_read(k->feed),
		  detection_feed_wants_write(k->feed));
}

static void rest(struct detection_keeper *k, const struct err *why)
{
	unsigned skipped;

	if (log_allowed(&k->trouble, LOG_INTERVAL_MS, &skipped))
		log_warning("rules, mutes and indicators cannot be read: %s (%u more like this)", why->text, skipped);
	watch_set(&k->watch, -1, false, false);
	k->connected = false;
	set_timer(k, backoff_ms(k->failures++, RETRY_FIRST_MS, RETRY_MOST_MS));
}

static void connect_now(struct detection_keeper *k)
{
	struct err why = { 0 };

	watch_set(&k->watch, -1, false, false);
	if (detection_feed_connect(k->feed, &why) != 0) {
		rest(k, &why);
		return;
	}
	set_timer(k, CONNECT_TIMEOUT_MS);
	watch(k);
}

static void take_rules(struct detection_keeper *k)
{
	if (k->is_waiting)
		rule_source_release(&k->waiting);
	detection_feed_take_rules(k->feed, &k->waiting);
	k->is_waiting = true;
	build_next(k);
}

static void take_mutes(struct detection_keeper *k)
{
	struct mutes *mutes = detection_feed_take_mutes(k->feed);
	size_t count = mutes_count(mutes);

	detector_set_mutes(k->plan.detector, mutes);
	if (count || k->mutes_known)
		log_info("mutes in force: %zu (those of groups once for each company)", count);
	k->mutes_known = true;
}

static void note_indicators(struct detection_keeper *k)
{
	if (k->indicators_came)
		log_info("indicators in force: %zu", indicator_set_count(detector_indicators(k->plan.detector)));
	k->indicators_came = false;
	k->indicators_known = true;
}

static void take(struct detection_keeper *k, enum detection_feed_event event, const struct err *why)
{
	if (why->code != ERR_NONE)
		log_error("%s", why->text);
	if (event == DETECTION_RULES) {
		take_rules(k);
	} else if (event == DETECTION_MUTES) {
		take_mutes(k);
	} else if (event == DETECTION_INDICATORS) {
		k->indicators_came = true;
	} else if (event == DETECTION_CURRENT) {
		note_indicators(k);
	}
	if (!k->connected)
		set_timer(k, LOOK_MS);
	k->connected = true;
	k->failures = 0;
	tell_if_ready(k);
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct detection_keeper *k = arg;
	struct err why = { 0 };
	enum detection_feed_event event;

	(void)fd;
	(void)what;
	while ((event = detection_feed_step(k->feed, &why)) != DETECTION_WAIT && event != DETECTION_LOST)
		take(k, event, &why);
	if (event == DETECTION_LOST)
		rest(k, &why);
	else
		watch(k);
}

/* What rules could not say is not passed over in silence. */
static void complain_of_losses(struct detection_keeper *k)
{
	struct detector_figures now;
	unsigned skipped;

	detector_figures(k->plan.detector, &now);
	if (now.hits_lost == k->figures.hits_lost && now.limits_hit == k->figures.limits_hit)
		return;
	if (!log_allowed(&k->lossy, LOSS_INTERVAL_MS, &skipped))
		return;
	log_warning("rules: %" PRIu64 " hits were too many for their record, and regular expressions gave up %" PRIu64
		    " times (since the last line like this): make these rules narrower",
		    now.hits_lost - k->figures.hits_lost, now.limits_hit - k->figures.limits_hit);
	k->figures = now;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct detection_keeper *k = arg;
	struct err why = { 0 };

	(void)fd;
	(void)what;
	if (!k->connected) {
		connect_now(k);
		return;
	}
	set_timer(k, LOOK_MS);
	tell_if_ready(k);
	complain_of_losses(k);
	if (detection_feed_look(k->feed, &why) != 0)
		rest(k, &why);
	else
		watch(k);
}

/* ---------------------------------------------------------------------------------------------------------- whole */

int detection_new(struct detection_keeper **out, const struct detection_plan *plan, struct err *why)
{
	struct detection_keeper *k = calloc(1, sizeof(*k));
	struct buffer user = { 0 };

	if (!k)
		return err_set(why, ERR_NOMEM, "no memory for detection");
	k->plan = *plan;
	buffer_printf(&user, "%scollector", plan->settings->database.user_prefix);
	k->conninfo = slice_to_string(slice_of_string(plan->settings->database.conninfo));
	k->user = slice_to_string(buffer_slice(&user));
	buffer_release(&user);
	watch_init(&k->watch, plan->base, on_ready, k);
	k->timer = evtimer_new(plan->base, on_timer, k);
	k->feed = detection_feed_new(
	    &(struct detection_feed_plan){ k->conninfo, k->user, detector_indicators(plan->detector) });
	if (!k->conninfo || !k->user || !k->timer || !k->feed) {
		detection_free(k);
		return err_set(why, ERR_NOMEM, "no memory for detection");
	}
	if (rule_builder_new(&k->builder, plan->base, on_built, k, why) != 0) {
		detection_free(k);
		return -1;
	}
	connect_now(k);
	*out = k;
	return 0;
}

void detection_free(struct detection_keeper *k)
{
	if (!k)
		return;
	watch_set(&k->watch, -1, false, false);
	if (k->timer)
		event_free(k->timer);
	rule_builder_free(k->builder);
	rule_source_release(&k->waiting);
	detection_feed_free(k->feed);
	free(k->conninfo);
	free(k->user);
	free(k);
}
