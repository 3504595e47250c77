#include "server/model/detector.h"

#include "lib/random.h"
#include "server/model/judge.h"
#include "server/model/rule_hits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	MATCHES_MAX = 63, /* rule_hits.h reads one more: that of indicators */
	ID_SIZE = 256,
	SIGNATURE_MOST = 1024, /* bytes, as everywhere (normalise.h) */
	INDICATOR_SCORE = 15,  /* that meeting one adds */
};

struct detector {
	struct rules *rules;       /* NULL: none yet */
	struct grouping *grouping; /* as long as there are none */
	struct mutes *mutes;
	struct indicator_set *indicators;
	int64_t indicator_rule;
	bool observe;
	struct sigma_scratch *scratch;
	struct observables seen;
	/* Of the record at hand. */
	uint32_t matched[MATCHES_MAX];
	const char *uids[MATCHES_MAX];
	size_t match_count;
	struct rule_indicators met;
	struct indicator_key first_met;
	char id[ID_SIZE], signature[INDICATOR_TEXT_SIZE + 16];
	struct buffer hits;
	struct detector_figures figures;
};

struct detector *detector_new(void)
{
	struct detector *d = calloc(1, sizeof(*d));
	uint8_t secret[16];

	if (!d)
		return NULL;
	random_bytes(secret, sizeof(secret));
	d->grouping = grouping_base();
	d->mutes = mutes_new();
	d->indicators = indicator_set_new(secret);
	d->scratch = sigma_scratch_new();
	if (d->grouping && d->mutes && d->indicators && d->scratch)
		return d;
	detector_free(d);
	return NULL;
}

void detector_free(struct detector *d)
{
	if (!d)
		return;
	rules_free(d->rules);
	grouping_free(d->grouping);
	mutes_free(d->mutes);
	indicator_set_free(d->indicators);
	sigma_scratch_free(d->scratch);
	buffer_release(&d->hits);
	free(d);
}

void detector_set_rules(struct detector *d, struct rules *rules)
{
	rules_free(d->rules);
	d->rules = rules;
}

void detector_set_mutes(struct detector *d, struct mutes *mutes)
{
	mutes_free(d->mutes);
	d->mutes = mutes;
}

struct indicator_set *detector_indicators(struct detector *d)
{
	return d->indicators;
}

void detector_set_indicator_rule(struct detector *d, int64_t rule_id)
{
	d->indicator_rule = rule_id;
}

void detector_set_observe(struct detector *d, bool observe)
{
	d->observe = observe;
}

const struct rules *detector_rules(const struct detector *d)
{
	return d->rules;
}

void detector_figures(const struct detector *d, struct detector_figures *out)
{
	*out = d->figures;
	out->limits_hit = sigma_scratch_limits_hit(d->scratch);
}

/* ------------------------------------------------------------------------------------------------------- interest */

static const struct sigma_set *sigma_of(const struct detector *d)
{
	return d->rules ? d->rules->sigma : NULL;
}

static bool rules_want(const struct detector *d, struct slice event)
{
	return event.len && sigma_of(d) && sigma_set_wants(sigma_of(d), event);
}

/* Records that name somebody whom an inside host reached out to; of others not even the ends are read. */
static bool has_observables(struct slice event)
{
	static const char *const sources[] = { "alert", "flow", "dns", "http", "http2", "tls", "quic", "fileinfo" };

	if (slice_starts_with(event, "fortigate."))
		return !slice_is(event, "fortigate.event");
	if (!slice_starts_with(event, "eve."))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (slice_is(slice_skip(event, 4), sources[i]))
			return true;
	return false;
}

static bool observables_wanted(const struct detector *d, struct slice event)
{
	return (d->observe || indicator_set_count(d->indicators)) && has_observables(event);
}

bool detector_wants(const struct detector *d, const struct normalised *record)
{
	return record->verdict != VERDICT_ALERT &&
	       (rules_want(d, record->event) || observables_wanted(d, record->event));
}

/* ---------------------------------------------------------------------------------------------------------- rules */

/* The level of which not all that matched can be kept; those below it are not kept at all. */
static enum sigma_level least_kept(const struct detector *d, const struct sigma_matches *matches)
{
	size_t of_level[SIGMA_CRITICAL + 1] = { 0 }, above = 0;
	int level = SIGMA_CRITICAL;

	for (size_t i = 0; i < matches->count; i++)
		of_level[sigma_set_rule(sigma_of(d), matches->rules[i])->level]++;
	for (; level > SIGMA_INFORMATIONAL && above + of_level[level] <= MATCHES_MAX; level--)
		above += of_level[level];
	return (enum sigma_level)level;
}

/* A copy, because asking mutes uses the scratch again. Of too many the gravest. */
static void keep_matches(struct detector *d, const struct sigma_matches *matches)
{
	enum sigma_level least = SIGMA_INFORMATIONAL;
	size_t above = 0, kept = 0;

	if (matches->count > MATCHES_MAX)
		least = least_kept(d, matches);
	for (size_t i = 0; i < matches->count; i++)
		above += sigma_set_rule(sigma_of(d), matches->rules[i])->level > least;
	for (size_t i = 0; i < matches->count; i++) {
		const struct sigma_rule *r = sigma_set_rule(sigma_of(d), matches->rules[i]);

		if (r->level < least || (r->level == least && kept == MATCHES_MAX - above))
			continue;
		kept += r->level == least;
		d->matched[d->match_count] = matches->rules[i];
		d->uids[d->match_count++] = r->uid;
	}
	d->figures.hits_lost += matches->count - d->match_count;
}

/* The gravest rule that is worth something by itself; NULL: none. */
static const struct sigma_rule *gravest_of(const struct detector *d)
{
	const struct sigma_rule *gravest = NULL;

	for (size_t i = 0; i < d->match_count; i++) {
		const struct sigma_rule *r = sigma_set_rule(sigma_of(d), d->matched[i]);

		if (r->stands_alone && (!gravest || r->level > gravest->level))
			gravest = r;
	}
	return gravest;
}

static int score_of_severity(int severity)
{
	static const int scores[] = { [SEVERITY_CRITICAL] = 90,
				      [SEVERITY_HIGH] = 70,
				      [SEVERITY_MEDIUM] = 50,
				      [SEVERITY_LOW] = 30,
				      [SEVERITY_INFO] = 10 };

	return scores[severity];
}

/* Outbound, whoever is called is the attacker, unless the inside host scans, or only asked for a name. */
static void name_attacker(struct alert *a)
{
	const struct endpoint *remote = alert_remote(a);

	if (a->direction != DIRECTION_OUTBOUND || a->attacker.family || a->stage == STAGE_NONE ||
	    a->engine == ENGINE_DNS || !remote)
		return;
	a->attacker = a->stage == STAGE_RECONNAISSANCE ? a->inside : remote->ip;
}

static void become_alert_of_rule(struct detector *d, const struct sigma_rule *r, struct alert *a)
{
	int len = snprintf(d->id, sizeof(d->id), "sigma:%s", r->uid);

	a->kind = KIND_ALERT;
	a->signature_id = slice_of(d->id, len < ID_SIZE ? (size_t)len : ID_SIZE - 1);
	a->signature = slice_take(slice_of_string(r->title), SIGNATURE_MOST);
	a->category = SLICE_LITERAL("sigma");
	a->severity = sigma_level_severity(r->level);
	a->score = score_of_severity(a->severity);
	a->stage = r->stage;
	a->technique_count = r->technique_count;
	for (size_t i = 0; i < r->technique_count; i++)
		a->technique[i] = slice_of_string(r->technique[i]);
	name_attacker(a);
}

/* ----------------------------------------------------------------------------------------------------- indicators */

static void look_up(struct detector *d, const struct indicator_key *key, time_us now)
{
	int64_t id = indicator_set_find(d->indicators, key, now);

	for (size_t i = 0; i < d->met.count; i++)
		if (d->met.ids[i] == id)
			return;
	if (!id)
		return;
	if (d->met.count == RULE_HITS_INDICATORS_MAX) {
		d->figures.hits_lost++;
		return;
	}
	if (d->met.count == 0)
		d->first_met = *key;
	d->met.ids[d->met.count++] = id;
}

static void find_indicators(struct detector *d, const struct alert *a, time_us now)
{
	const struct endpoint *remote = alert_remote(a);
	struct indicator_key key;

	if (indicator_set_count(d->indicators) == 0)
		return;
	for (size_t i = 0; i < d->seen.count; i++)
		look_up(d, &d->seen.items[i].key, now);
	if (a->direction == DIRECTION_INBOUND && remote && indicator_key_of_address(&remote->ip, &key))
		look_up(d, &key, now);
}

static bool was_stopped(const struct alert *a)
{
	return a->action == ACTION_BLOCKED || a->action == ACTION_REMOVED;
}

static int severity_of_indicator(const struct alert *a, bool was_detected)
{
	if (a->direction != DIRECTION_INBOUND)
		return SEVERITY_HIGH;
	/* Listed addresses knock all day; what they do, other engines say. */
	return was_stopped(a) || !was_detected ? SEVERITY_LOW : SEVERITY_MEDIUM;
}

static void become_alert_of_indicator(struct detector *d, struct alert *a)
{
	char what[INDICATOR_TEXT_SIZE];
	int len;

	indicator_key_text(&d->first_met, what);
	a->kind = KIND_ALERT;
	len = snprintf(d->id, sizeof(d->id), "indicator:%" PRId64, d->met.ids[0]);
	a->signature_id = slice_of(d->id, (size_t)len);
	len = snprintf(d->signature, sizeof(d->signature), "Indicator: %s", what);
	a->signature = slice_take(slice_of(d->signature, (size_t)len), SIGNATURE_MOST);
	a->category = SLICE_LITERAL("indicator");
	a->severity = severity_of_indicator(a, false);
	a->score = score_of_severity(a->severity);
	if (a->direction == DIRECTION_INBOUND)
		a->stage = STAGE_RECONNAISSANCE;
	else
		a->stage = d->first_met.kind == INDICATOR_HASH ? STAGE_DELIVERY : STAGE_COMMAND_AND_CONTROL;
	name_attacker(a);
}

/* What was blocked on its way in did no harm, whoever sent it. */
static void add_to_score(struct alert *a)
{
	if (a->direction == DIRECTION_INBOUND && was_stopped(a))
		return;
	a->score = a->score + INDICATOR_SCORE > 100 ? 100 : a->score + INDICATOR_SCORE;
	if (severity_of_score(a->score) < a->severity)
		a->severity = severity_of_score(a->score);
}

/* ---------------------------------------------------------------------------------------------------------- judge */

static void write_hits(struct detector *d, const struct sigma_hits *hits, struct alert *a)
{
	const struct sigma_matches matches = { d->matched, d->match_count };

	buffer_clear(&d->hits);
	d->figures.hits_lost +=
	    rule_hits_write(sigma_of(d), d->rules ? d->rules->version : 0, &matches, hits, &d->met, &d->hits);
	a->rule_hits = d->hits.len && !d->hits.failed ? buffer_slice(&d->hits) : (struct slice){ 0 };
}

static void apply_mute(struct detector *d, const struct detector_place *place, const struct sigma_record *seen,
		       struct alert *a)
{
	static const struct sigma_hits none;
	const struct mute_question question = { .company_id = place->company_id,
						.ts = place->ts,
						.now = place->now,
						.met_indicator = d->met.count > 0,
						.record = seen,
						.rule_uids = d->uids,
						.uid_count = d->match_count };
	const struct mute *mute = mutes_find(d->mutes, d->scratch, &question);

	if (!mute)
		return;
	d->figures.muted++;
	write_hits(d, &none, a);
	a->mute_id = mute->mute_id;
	a->link_key = 0;
	a->cluster_key = mute->is_drill ? grouping_drill_key(mute->mute_id) : 0;
}

/* What becomes of a record that no rule made an alert of. */
static enum detected leave(const struct normalised *record)
{
	return record->verdict == VERDICT_UNPARSED ? DETECTED_UNPARSED : DETECTED_IGNORED;
}

/* The record is an alert, or is made one, or is evidence, or neither. */
static enum detected decide(struct detector *d, struct normalised *record, size_t hits)
{
	const struct sigma_rule *gravest = gravest_of(d);
	struct alert *a = &record->alert;
	int of_rule = gravest ? sigma_level_severity(gravest->level) : 0;
	int of_indicator = d->met.count ? severity_of_indicator(a, record->verdict == VERDICT_ALERT) : 0;

	a->raised = of_rule && (!of_indicator || of_rule < of_indicator) ? of_rule : of_indicator;
	if (record->verdict == VERDICT_ALERT) {
		if (d->met.count)
			add_to_score(a);
		return DETECTED_ALERT;
	}
	if (!a->raised && !hits)
		return leave(record);
	if (!a->raised) {
		d->figures.evidence++;
		return DETECTED_CONTEXT;
	}
	d->figures.raised++;
	if (a->raised == of_rule)
		become_alert_of_rule(d, gravest, a);
	else
		become_alert_of_indicator(d, a);
	return DETECTED_ALERT;
}

static void match(struct detector *d, const struct sigma_record *record, struct sigma_hits *hits)
{
	struct sigma_matches matches = { 0 };

	if (!rules_want(d, record->event))
		return;
	sigma_match(sigma_of(d), d->scratch, record, &matches);
	keep_matches(d, &matches);
	if (matches.count)
		sigma_hits(sigma_of(d), d->scratch, record, &matches, hits);
}

/* Indicators count as they are known now, also for a record that comes late: a hunt of what is new has looked at what
 * had come before. */
static void look_at(struct detector *d, const struct sigma_record *record, time_us now)
{
	d->seen.count = 0;
	d->seen.inside.family = 0;
	if (!observables_wanted(d, record->event))
		return;
	observables_read(record, &d->seen);
	find_indicators(d, record->alert, now);
}

void detector_judge(struct detector *d, const struct detector_place *place, struct normalised *record,
		    struct detection *out)
{
	const struct sigma_record seen = { .event = record->event,
					   .alert = &record->alert,
					   .json = record->json,
					   .body = record->body,
					   .ts = place->ts,
					   .zone = place->zone };
	struct alert *a = &record->alert;
	struct sigma_hits hits = { 0 };

	d->match_count = d->met.count = 0;
	d->met.rule_id = d->indicator_rule;
	match(d, &seen, &hits);
	look_at(d, &seen, place->now);
	out->seen = d->observe && (d->seen.count || d->seen.inside.family) ? &d->seen : NULL;
	out->verdict = decide(d, record, hits.count);
	if (out->verdict == DETECTED_UNPARSED || out->verdict == DETECTED_IGNORED)
		return;
	d->figures.matched += d->match_count || d->met.count;
	if (d->match_count || d->met.count)
		write_hits(d, &hits, a);
	grouping_set_keys(d->rules ? d->rules->grouping : d->grouping, a, place->ts, place->zone);
	if (out->verdict == DETECTED_ALERT && mutes_count(d->mutes))
		apply_mute(d, place, &seen, a);
}
