/* From records to incidents and causes, with correlations in between: whatever order and batches records come in,
 * however often they are handed out, the outcome is what a definition written differently says of the whole set. The
 * database is played by a world of arrays; the definition looks at all pairs and at every stretch of time. */
#include "tests/unit/suite.h"

#include "server/model/firing_group.h"
#include "server/model/grouping.h"
#include "server/model/incident_causes.h"

#include <math.h>
#include <stdio.h>

#define SECOND US_PER_SECOND
#define WINDOW (60 * SECOND)
#define BASE   (1600000000 * SECOND)

enum { RECORDS_MAX = 60, HITS_MAX = 6000, THINGS_MAX = 3000, ROWS_MAX = 400 };
enum { CORRELATIONS = 9, DETECTIONS = 4, PARTS = 2 };

/* ---------------------------------------------------------------------------------------------------- correlations */

static const struct sigma_correlation correlations[CORRELATIONS] = {
	{ .type = SIGMA_EVENT_COUNT,
	  .rules = { 10 },
	  .rule_count = 1,
	  .timespan = 40 * SECOND,
	  .conditions = { { SIGMA_GTE, 3 } },
	  .condition_count = 1,
	  .monotone = true,
	  .definition = 1 },
	{ .type = SIGMA_TEMPORAL_ORDERED,
	  .rules = { 11, 12 },
	  .rule_count = 2,
	  .timespan = 90 * SECOND,
	  .monotone = true,
	  .definition = 2 },
	{ .type = SIGMA_VALUE_COUNT,
	  .rules = { 10, 12 },
	  .rule_count = 2,
	  .timespan = 30 * SECOND,
	  .conditions = { { SIGMA_GTE, 2 } },
	  .condition_count = 1,
	  .monotone = true,
	  .definition = 3 },
	/* Counts firings of the first. */
	{ .type = SIGMA_TEMPORAL,
	  .rules = { 0, 11 },
	  .rule_count = 2,
	  .timespan = 120 * SECOND,
	  .monotone = true,
	  .definition = 4 },
	/* Only counts: those behind it count it. */
	{ .type = SIGMA_EVENT_COUNT,
	  .rules = { 13 },
	  .rule_count = 1,
	  .timespan = 35 * SECOND,
	  .conditions = { { SIGMA_GTE, 2 } },
	  .condition_count = 1,
	  .monotone = true,
	  .definition = 5 },
	/* Only counts likewise, in the middle of a chain. */
	{ .type = SIGMA_TEMPORAL,
	  .rules = { 4, 12 },
	  .rule_count = 2,
	  .timespan = 200 * SECOND,
	  .monotone = true,
	  .definition = 6 },
	{ .type = SIGMA_TEMPORAL_ORDERED,
	  .rules = { 5, 11 },
	  .rule_count = 2,
	  .timespan = 300 * SECOND,
	  .monotone = true,
	  .definition = 7 },
	/* Counts stretches of it. */
	{ .type = SIGMA_EVENT_COUNT,
	  .rules = { 4 },
	  .rule_count = 1,
	  .timespan = 400 * SECOND,
	  .conditions = { { SIGMA_GTE, 3 } },
	  .condition_count = 1,
	  .monotone = true,
	  .definition = 8 },
	{ .type = SIGMA_TEMPORAL,
	  .rules = { 4, 11 },
	  .rule_count = 2,
	  .timespan = 150 * SECOND,
	  .monotone = true,
	  .definition = 9 },
};
/* How many each needs. */
static const size_t least[CORRELATIONS] = { 3, 2, 2, 2, 2, 2, 2, 3, 2 };

static const char *const tag_words[] = { "kill-chain" };
static struct correlation_entry entries[CORRELATIONS];
static const struct rule_entry rules[CORRELATIONS + DETECTIONS] = {
	{ .rule_id = 100,
	  .severity = 3,
	  .stage = STAGE_DELIVERY,
	  .title = SLICE_LITERAL("many"),
	  .stands_alone = true,
	  .correlation = &entries[0] },
	{ .rule_id = 101,
	  .severity = 1,
	  .stage = STAGE_ACTIONS,
	  .title = SLICE_LITERAL("chain"),
	  .tags = tag_words,
	  .tag_count = 1,
	  .stands_alone = true,
	  .correlation = &entries[1] },
	{ .rule_id = 102,
	  .severity = 4,
	  .title = SLICE_LITERAL("values"),
	  .stands_alone = true,
	  .correlation = &entries[2] },
	{ .rule_id = 103,
	  .severity = 2,
	  .title = SLICE_LITERAL("many, then one"),
	  .stands_alone = true,
	  .correlation = &entries[3] },
	{ .rule_id = 104,
	  .severity = 1,
	  .stage = STAGE_ACTIONS,
	  .title = SLICE_LITERAL("quiet"),
	  .tags = tag_words,
	  .tag_count = 1,
	  .correlation = &entries[4] },
	{ .rule_id = 105,
	  .severity = 1,
	  .stage = STAGE_ACTIONS,
	  .title = SLICE_LITERAL("quiet too"),
	  .tags = tag_words,
	  .tag_count = 1,
	  .correlation = &entries[5] },
	{ .rule_id = 106,
	  .severity = 2,
	  .title = SLICE_LITERAL("outer"),
	  .stands_alone = true,
	  .correlation = &entries[6] },
	{ .rule_id = 107,
	  .severity = 3,
	  .title = SLICE_LITERAL("again and again"),
	  .stands_alone = true,
	  .correlation = &entries[7] },
	{ .rule_id = 108,
	  .severity = 4,
	  .title = SLICE_LITERAL("quiet, then one"),
	  .stands_alone = true,
	  .correlation = &entries[8] },
	{ .rule_id = 110, .severity = 5, .title = SLICE_LITERAL("login failed") },
	{ .rule_id = 111, .severity = 3, .title = SLICE_LITERAL("login"), .stands_alone = true },
	{ .rule_id = 112, .severity = 2, .title = SLICE_LITERAL("call out"), .stands_alone = true },
	{ .rule_id = 113, .severity = 5, .title = SLICE_LITERAL("counted quietly") },
};
/* What each counts: a correlation, or behind them a detection rule. */
enum { LOGIN_FAILED = CORRELATIONS, LOGIN, CALL_OUT, COUNTED_QUIETLY, NOTHING };
static const size_t counted[CORRELATIONS][PARTS] = {
	{ LOGIN_FAILED, NOTHING },
	{ LOGIN, CALL_OUT },
	{ LOGIN_FAILED, CALL_OUT },
	{ 0, LOGIN },
	{ COUNTED_QUIETLY, NOTHING },
	{ 4, CALL_OUT },
	{ 5, LOGIN },
	{ 4, NOTHING },
	{ 4, LOGIN },
};
static const struct rule_entry *parts[CORRELATIONS][PARTS];

static bool is_quiet(size_t correlation)
{
	return correlation == 4 || correlation == 5;
}

static void set_up(void)
{
	for (size_t i = 0; i < CORRELATIONS; i++) {
		for (size_t k = 0; k < PARTS; k++)
			parts[i][k] = counted[i][k] < ARRAY_LEN(rules) ? &rules[counted[i][k]] : NULL;
		entries[i] = (struct correlation_entry){ .correlation = &correlations[i],
							 .index = i,
							 .rule = &rules[i],
							 .parts = parts[i],
							 .condition = SLICE_LITERAL("{\"type\":\"x\"}"),
							 .is_named = i == 0 || i == 4 || i == 5,
							 .is_story = i == 1 || i == 6 };
	}
}

static int64_t key_of(size_t correlation, int group)
{
	return 1000 * ((int64_t)correlation + 1) + group;
}

static struct slice group_text(int group)
{
	static const char *const texts[] = { "{\"inside.ip\":\"192.0.2.1\"}", "{\"inside.ip\":\"192.0.2.2\"}" };

	return slice_of_string(texts[group]);
}

/* --------------------------------------------------------------------------------------------------------- records */

struct record {
	struct plan_alert alert; /* also of a context record, which is none */
	bool is_context;
	int group;
	bool meets[DETECTIONS]; /* rules 110 to 113 */
	int value;
};

/* The hits of a record, as the collector finds them. */
struct hit_of {
	size_t correlation;
	struct window_hit hit;
};

static size_t hits_of(const struct record *r, struct hit_of out[CORRELATIONS * PARTS])
{
	size_t n = 0;

	for (size_t c = 0; c < CORRELATIONS; c++)
		for (size_t no = 0; no < PARTS; no++) {
			size_t rule = counted[c][no] - CORRELATIONS;

			if (counted[c][no] < CORRELATIONS || rule >= DETECTIONS || !r->meets[rule])
				continue;
			out[n].correlation = c;
			out[n++].hit = (struct window_hit){ .ts = r->alert.ts,
							    .id = r->alert.id,
							    .cluster_key = r->alert.cluster_key,
							    .number = NAN,
							    .value_key = c == 2 ? 1 + r->value : 0,
							    .rule_no = (uint16_t)no };
		}
	return n;
}

/* ------------------------------------------------------------------------------------------------------- the world */

struct stored_hit {
	int64_t key;
	struct group_hit hit;
};
struct cause_row {
	int64_t incident_id;
	struct cause cause;
	char detail[3000];
};
struct world {
	struct plan_segment segments[THINGS_MAX];
	size_t segment_count;
	struct plan_incident incidents[RECORDS_MAX * 8]; /* id is index + 1000, no is index + 1 */
	size_t incident_count;
	struct stored_hit hits[HITS_MAX];
	size_t hit_count;
	struct cause_row causes[ROWS_MAX];
	size_t cause_count;
	size_t most;                  /* bound of a group; 0: none */
	size_t thinned, lost;         /* by it */
	size_t merged, firings, late; /* to see that something happens */
};

static void fetch_hits(const struct world *w, struct firing_group *g, bool all)
{
	time_us span = 2 * g->entry->correlation->timespan, first = INT64_MAX, last = INT64_MIN;
	size_t fresh = g->count;

	for (size_t i = 0; i < fresh; i++) {
		first = g->hits[i].hit.ts < first ? g->hits[i].hit.ts : first;
		last = g->hits[i].hit.ts > last ? g->hits[i].hit.ts : last;
	}
	for (size_t i = 0; i < w->hit_count; i++)
		if (w->hits[i].key == g->key &&
		    (all || (w->hits[i].hit.hit.ts >= first - span && w->hits[i].hit.hit.ts <= last + span)))
			g->hits[g->count++] = w->hits[i].hit;
}

static void store_hits(struct world *w, const struct firing_group *g)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct group_hit *h = &g->hits[i];
		size_t at = 0;

		while (at < w->hit_count &&
		       (w->hits[at].key != g->key || w->hits[at].hit.hit.ts != h->hit.ts ||
			w->hits[at].hit.hit.id != h->hit.id || w->hits[at].hit.hit.rule_no != h->hit.rule_no))
			at++;
		ck_assert((at < w->hit_count) == h->is_stored);
		if (h->is_stored && h->hit.redundant) {
			w->hits[at] = w->hits[--w->hit_count];
			w->thinned++;
		} else if (h->is_stored) {
			w->hits[at].hit.was_told |= h->is_told;
		} else if (!h->hit.redundant) {
			ck_assert_uint_lt(w->hit_count, HITS_MAX);
			w->hits[w->hit_count] = (struct stored_hit){ g->key, *h };
			w->hits[w->hit_count].hit.is_stored = true;
			w->hits[w->hit_count].hit.is_told = false;
			w->hits[w->hit_count++].hit.was_told = h->is_told;
		}
	}
}

struct loose_hit {
	size_t correlation;
	int group;
	struct window_hit hit;
	enum direction direction;
};

static struct firing_group group_of(size_t correlation, int group)
{
	return (struct firing_group){ .entry = &entries[correlation],
				      .key = key_of(correlation, group),
				      .group = group_text(group),
				      .version = 7,
				      .window = WINDOW,
				      .known = { INT64_MIN, INT64_MAX },
				      .untold_first = INT64_MAX,
				      .untold_last = INT64_MIN };
}

/* Moments of a group become hits of those that count it. */
static void pass_on(const struct firing_group *g, size_t correlation, int group, struct loose_hit *hits, size_t *count)
{
	for (size_t outer = 0; outer < CORRELATIONS; outer++)
		for (size_t no = 0; no < PARTS; no++)
			for (size_t m = 0; m < g->moment_count && counted[outer][no] == correlation; m++) {
				time_us ts;

				if (!firing_group_moment(g, m, &correlations[outer], &ts))
					continue;
				ck_assert_uint_lt(*count, HITS_MAX);
				hits[(*count)++] = (struct loose_hit){ .correlation = outer,
								       .group = group,
								       .hit = { .ts = ts,
										.id = firing_moment_id(g->key, ts),
										.cluster_key = g->key,
										.rule_no = (uint16_t)no,
										.number = NAN } };
			}
}

/* What firings that are told now counted of quiet ones. */
static struct plan_segment tied[HITS_MAX];
static size_t tied_count;

static void note_tied(const struct firing_group *g)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct group_hit *h = &g->hits[i];

		if (h->is_told && counted[g->entry->index][h->hit.rule_no] < CORRELATIONS)
			tied[tied_count++] =
			    (struct plan_segment){ .key = h->hit.cluster_key, .first = h->hit.ts, .last = h->hit.ts };
	}
}

static void finish_group(struct world *w, struct firing_group *g)
{
	size_t held = 0, fresh = 0;

	for (size_t i = 0; i < w->hit_count; i++)
		held += w->hits[i].key == g->key;
	for (size_t i = 0; i < g->count; i++)
		fresh += !g->hits[i].is_stored;
	if (w->most && held + fresh > w->most)
		w->lost += firing_group_thin(g, w->most, NULL);
	store_hits(w, g);
	firing_group_release(g);
}

/* One group of the batch. A quiet one is left in *g. */
static void take_group(struct world *w, size_t correlation, int group, struct loose_hit *hits, size_t *count,
		       struct firing_group *g, struct firings *out)
{
	size_t before = w->hit_count, held = 0;

	*g = group_of(correlation, group);
	g->hits = calloc(*count + w->hit_count + 1, sizeof(*g->hits));
	ck_assert_ptr_nonnull(g->hits);
	for (size_t i = 0; i < *count; i++)
		if (hits[i].correlation == correlation && hits[i].group == group)
			g->hits[g->count++] = (struct group_hit){ .hit = hits[i].hit, .direction = hits[i].direction };
	if (g->count == 0)
		return;
	for (size_t i = 0; i < before; i++)
		held += w->hits[i].key == g->key;
	fetch_hits(w, g, w->most && held + g->count > w->most);
	ck_assert_int_eq(firing_group_evaluate(g, out, NULL), 0);
	pass_on(g, correlation, group, hits, count);
	note_tied(g);
	if (!is_quiet(correlation))
		finish_group(w, g);
}

/* A quiet group is followed where it was counted, and where an incident has a segment of it. */
static void follow_group(struct world *w, struct firing_group *g, struct firings *out)
{
	static struct plan_segment live[HITS_MAX + THINGS_MAX];
	time_us span = g->entry->correlation->timespan;
	size_t n = 0;

	for (size_t i = 0; i < tied_count; i++)
		if (tied[i].key == g->key)
			live[n++] = tied[i];
	for (size_t i = 0; i < w->segment_count; i++)
		if (w->segments[i].key == g->key && g->untold_first <= g->untold_last &&
		    w->segments[i].first <= g->untold_last + span && w->segments[i].last >= g->untold_first - span)
			live[n++] = w->segments[i];
	if (n) {
		g->hits = realloc(g->hits, (g->count + w->hit_count + 1) * sizeof(*g->hits));
		ck_assert_ptr_nonnull(g->hits);
		for (size_t i = 0; i < w->hit_count; i++)
			if (w->hits[i].key == g->key)
				g->hits[g->count++] = w->hits[i].hit;
		ck_assert_int_eq(firing_group_follow(g, live, n, out, NULL), 0);
		note_tied(g);
	}
	for (size_t i = 0; i < g->count; i++)
		w->late += g->hits[i].is_stored && g->hits[i].is_told;
	finish_group(w, g);
}

static void evaluate(struct world *w, const struct record *records, size_t count, struct firings *out)
{
	static struct loose_hit hits[HITS_MAX];
	struct firing_group groups[CORRELATIONS][2];
	size_t n = 0;

	tied_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct hit_of of[CORRELATIONS * PARTS];
		size_t m = hits_of(&records[i], of);

		for (size_t k = 0; k < m; k++)
			hits[n++] = (struct loose_hit){ of[k].correlation, records[i].group, of[k].hit,
							records[i].alert.direction };
	}
	for (size_t c = 0; c < CORRELATIONS; c++)
		for (int group = 0; group < 2; group++) {
			take_group(w, c, group, hits, &n, &groups[c][group], out);
			if (!is_quiet(c))
				firing_group_release(&groups[c][group]);
		}
	/* Each stands behind those that it counts. */
	for (size_t c = CORRELATIONS; c-- > 0;)
		for (int group = 0; group < 2 && is_quiet(c); group++)
			follow_group(w, &groups[c][group], out);
	w->firings += out->count;
}

/* ------------------------------------------------------------------------------------------- incidents of the world */

static void fetch_segments(const struct world *w, struct incident_plan *p)
{
	p->segments = calloc(p->run_count * w->segment_count + 1, sizeof(*p->segments));
	p->incidents = calloc(w->incident_count + 1, sizeof(*p->incidents));
	ck_assert(p->segments && p->incidents);
	for (size_t r = 0; r < p->run_count; r++)
		for (size_t s = 0; s < w->segment_count; s++)
			if (w->segments[s].key == p->runs[r].key &&
			    w->segments[s].first <= p->runs[r].last + p->runs[r].window &&
			    w->segments[s].last >= p->runs[r].first - p->runs[r].window)
				p->segments[p->segment_count++] = w->segments[s];
	for (size_t i = 0; i < w->incident_count; i++)
		for (size_t s = 0; s < p->segment_count; s++)
			if (p->segments[s].incident_id == w->incidents[i].id) {
				p->incidents[p->incident_count++] = w->incidents[i];
				break;
			}
}

static void apply_incidents(struct world *w, struct incident_plan *p)
{
	for (size_t i = 0; i < p->incident_count; i++) {
		struct plan_incident *incident = &p->incidents[i];

		if (incident->fate == FATE_CREATE) {
			ck_assert_uint_lt(w->incident_count, ARRAY_LEN(w->incidents));
			incident->id = 1000 + (int64_t)w->incident_count;
			incident->no = 1 + (int64_t)w->incident_count++;
		}
		if (incident->fate == FATE_CREATE || incident->fate == FATE_UPDATE)
			w->incidents[incident->id - 1000] = *incident;
	}
	for (size_t i = 0; i < p->incident_count; i++) {
		if (p->incidents[i].fate != FATE_ABSORB)
			continue;
		w->merged++;
		w->incidents[p->incidents[i].id - 1000].handling.state = STATE_MERGED;
		for (size_t s = 0; s < w->segment_count; s++)
			if (w->segments[s].incident_id == p->incidents[i].id)
				w->segments[s].incident_id = p->incidents[p->incidents[i].into].id;
	}
}

static size_t segment_at(const struct world *w, int64_t key, time_us first)
{
	size_t i = 0;

	while (i < w->segment_count && (w->segments[i].key != key || w->segments[i].first != first))
		i++;
	ck_assert_uint_lt(i, w->segment_count);
	return i;
}

static void apply_segments(struct world *w, const struct incident_plan *p)
{
	for (size_t i = 0; i < p->removed_count; i++) {
		size_t at = segment_at(w, p->removed[i].key, p->removed[i].first);

		w->segments[at] = w->segments[--w->segment_count];
	}
	for (size_t i = 0; i < p->extended_count; i++)
		w->segments[segment_at(w, p->extended[i].key, p->extended[i].first)].last = p->extended[i].last;
	for (size_t i = 0; i < p->inserted_count; i++) {
		struct plan_segment *s = &w->segments[w->segment_count++];

		*s = p->inserted[i];
		s->incident_id = p->incidents[s->incident].id;
	}
}

/* ---------------------------------------------------------------------------------------------- causes of the world */

static bool is_merging(const struct incident_plan *p, size_t incident)
{
	for (size_t i = 0; i < p->incident_count; i++)
		if (p->incidents[i].fate == FATE_ABSORB && (i == incident || p->incidents[i].into == incident))
			return true;
	return false;
}

static bool is_asked_for(const struct incident_causes *c, size_t count, size_t incident, const struct cause *cause)
{
	for (size_t i = 0; i < count; i++)
		if (c->rows[i].incident == incident && c->rows[i].cause.rule_id == cause->rule_id &&
		    c->rows[i].cause.group_key == cause->group_key)
			return true;
	return false;
}

static void fetch_causes(const struct world *w, const struct incident_plan *p, struct incident_causes *c)
{
	size_t collected = c->count;

	for (size_t i = 0; i < p->incident_count; i++) {
		for (size_t r = 0; r < w->cause_count; r++) {
			struct cause cause = w->causes[r].cause;

			if (w->causes[r].incident_id != p->incidents[i].id ||
			    !(is_merging(p, i) || is_asked_for(c, collected, i, &cause)))
				continue;
			ck_assert_int_eq(
			    cause_read_detail(slice_of_string(w->causes[r].detail), &cause, &c->pool, NULL), 0);
			ck_assert_int_eq(incident_causes_known(c, i, &cause, NULL), 0);
		}
	}
}

static void store_cause(struct world *w, int64_t incident_id, const struct incident_cause *row)
{
	struct buffer detail = { 0 };
	size_t at = 0;

	while (at < w->cause_count &&
	       (w->causes[at].incident_id != incident_id || w->causes[at].cause.rule_id != row->cause.rule_id ||
		w->causes[at].cause.group_key != row->cause.group_key))
		at++;
	ck_assert_uint_lt(at, ROWS_MAX);
	ck_assert(row->is_known == (at < w->cause_count));
	w->cause_count += at == w->cause_count;
	cause_write_detail(&row->cause, &detail);
	ck_assert_uint_lt(detail.len, sizeof(w->causes[at].detail));
	w->causes[at].incident_id = incident_id;
	cause_init(&w->causes[at].cause);
	w->causes[at].cause.rule_id = row->cause.rule_id;
	w->causes[at].cause.group_key = row->cause.group_key;
	w->causes[at].cause.rule_set = row->cause.rule_set;
	w->causes[at].cause.severity = row->cause.severity;
	w->causes[at].cause.first = row->cause.first;
	w->causes[at].cause.last = row->cause.last;
	w->causes[at].cause.hits = row->cause.hits;
	snprintf(w->causes[at].detail, sizeof(w->causes[at].detail), "%s", buffer_string(&detail));
	buffer_release(&detail);
}

static void settle_causes(struct world *w, const struct incident_plan *p, struct incident_causes *c)
{
	fetch_causes(w, p, c);
	ck_assert_int_eq(incident_causes_settle(c, p, NULL), 0);
	for (size_t i = 0; i < p->incident_count; i++)
		for (size_t r = 0; r < w->cause_count && p->incidents[i].fate == FATE_ABSORB;)
			if (w->causes[r].incident_id == p->incidents[i].id)
				w->causes[r] = w->causes[--w->cause_count];
			else
				r++;
	for (size_t i = 0; i < c->count; i++)
		if (c->rows[i].is_changed)
			store_cause(w, p->incidents[c->rows[i].incident].id, &c->rows[i]);
}

/* ------------------------------------------------------------------------------------------------ one transaction */

static size_t split(const struct record *records, size_t count, struct plan_alert *alerts, struct plan_single *singles,
		    size_t *single_count)
{
	size_t n = 0;

	*single_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (records[i].is_context)
			continue;
		alerts[n] = records[i].alert;
		for (size_t r = 0; r < DETECTIONS; r++) {
			const struct rule_entry *rule = &rules[CORRELATIONS + r];
			struct incident_facts f = { .raise = alerts[n].raise };
			const struct incident_raise raise = { rule->severity, false, rule->title };

			if (!records[i].meets[r] || !rule->stands_alone)
				continue;
			incident_facts_raise(&f, &raise);
			alerts[n].raise = f.raise;
			singles[(*single_count)++] =
			    (struct plan_single){ .alert = n, .rule = rule, .severity = rule->severity };
		}
		n++;
	}
	return n;
}

static void world_take(struct world *w, const struct record *records, size_t count)
{
	struct plan_alert alerts[RECORDS_MAX];
	struct plan_single singles[2 * RECORDS_MAX];
	struct firings firings = { 0 };
	struct incident_causes causes = { 0 };
	struct incident_plan p = { .window = WINDOW, .alerts = alerts };
	struct err why = { 0 };
	size_t single_count;

	p.alert_count = split(records, count, alerts, singles, &single_count);
	evaluate(w, records, count, &firings);
	p.firings = firings.items;
	p.firing_count = firings.count;
	ck_assert_int_eq(incident_plan_runs(&p, &why), 0);
	fetch_segments(w, &p);
	ck_assert_msg(incident_plan_make(&p, &why) == 0, "%s", why.text);
	ck_assert_int_eq(incident_causes_collect(&causes, &p, singles, single_count, 7, &why), 0);
	apply_incidents(w, &p);
	apply_segments(w, &p);
	settle_causes(w, &p, &causes);
	/* Texts of tags live as long as the rules, all others are literals. */
	incident_causes_release(&causes);
	incident_plan_release(&p);
	firings_release(&firings);
}

/* --------------------------------------------------------------------------------------------------- the definition */

/* An alert, or a hit that is a member of a firing: what makes incidents. */
struct thing {
	const struct record *record; /* NULL: a moment */
	bool is_alert;
	size_t correlation; /* of a member */
	int group;
	struct window_hit hit;
	time_us ts;
	int64_t keys[2];
	time_us windows[2];
	bool is_out; /* of a quiet firing that nothing counted which stands alone */
	size_t label;
};

static size_t naive_measure(size_t correlation, const struct window_hit *hits, size_t count, time_us from, time_us to)
{
	size_t n = 0, different = 0, ordered = 0;

	for (size_t i = 0; i < count; i++) {
		bool again = false;

		if (hits[i].ts < from || hits[i].ts > to)
			continue;
		n++;
		for (size_t k = 0; k < i; k++)
			again |= hits[k].ts >= from && hits[k].ts <= to &&
				 (correlations[correlation].type == SIGMA_VALUE_COUNT
				      ? hits[k].value_key == hits[i].value_key
				      : hits[k].rule_no == hits[i].rule_no);
		different += !again;
	}
	if (correlations[correlation].type == SIGMA_TEMPORAL_ORDERED) {
		/* A first rule, and a second one that is not before it. */
		for (size_t i = 0; i < count; i++)
			for (size_t k = 0; k < count; k++)
				if (hits[i].rule_no == 0 && hits[i].ts >= from && hits[i].ts <= to) {
					ordered = ordered ? ordered : 1;
					if (hits[k].rule_no == 1 && hits[k].ts >= hits[i].ts && hits[k].ts <= to)
						ordered = 2;
				}
		return ordered;
	}
	return correlations[correlation].type == SIGMA_EVENT_COUNT ? n : different;
}

static bool naive_holds(size_t correlation, size_t measured)
{
	return measured >= least[correlation];
}

static void add_members(size_t correlation, int group, const struct window_hit *hits, size_t count,
			const struct record *records, struct thing *things, size_t *n)
{
	time_us span = correlations[correlation].timespan;

	for (size_t i = 0; i < count; i++) {
		bool member = false;

		for (size_t k = 0; k < count; k++)
			member |= hits[i].ts <= hits[k].ts && hits[i].ts >= hits[k].ts - span &&
				  naive_holds(correlation,
					      naive_measure(correlation, hits, count, hits[k].ts - span, hits[k].ts));
		if (!member)
			continue;
		ck_assert_uint_lt(*n, THINGS_MAX);
		struct thing *t = &things[(*n)++];
		size_t inner = counted[correlation][hits[i].rule_no];
		bool moment = inner < CORRELATIONS;

		*t = (struct thing){ .correlation = correlation, .group = group, .hit = hits[i], .ts = hits[i].ts };
		t->keys[0] = key_of(correlation, group);
		t->windows[0] = span;
		t->keys[1] = hits[i].cluster_key;
		t->windows[1] = moment ? correlations[inner].timespan : grouping_window(hits[i].cluster_key, WINDOW);
		for (size_t r = 0; !moment && records[r].alert.id; r++)
			if (records[r].alert.id == hits[i].id)
				t->record = &records[r];
		ck_assert(moment == (t->record == NULL));
	}
}

static size_t all_hits(size_t correlation, int group, const struct record *records, size_t count,
		       struct window_hit *hits);

/* The moments of an inner correlation, as hits of this one. */
static size_t all_moments(size_t correlation, uint16_t no, int group, const struct record *records, size_t count,
			  struct window_hit *hits)
{
	size_t inner = counted[correlation][no], m, n = 0;
	struct window_hit *list = calloc(4 * RECORDS_MAX, sizeof(*list));
	time_us span;

	ck_assert_ptr_nonnull(list);
	m = inner < CORRELATIONS ? all_hits(inner, group, records, count, list) : 0;
	for (size_t i = 0; i < m; i++) {
		time_us ts = list[i].ts;
		bool told = false;

		span = correlations[inner].timespan;
		if (!naive_holds(inner, naive_measure(inner, list, m, ts - span, ts)))
			continue;
		if (correlations[correlation].type == SIGMA_EVENT_COUNT) /* once for each stretch */
			ts -= ts % span;
		for (size_t k = 0; k < n; k++)
			told |= hits[k].ts == ts;
		if (!told)
			hits[n++] = (struct window_hit){ .ts = ts,
							 .id = firing_moment_id(key_of(inner, group), ts),
							 .cluster_key = key_of(inner, group),
							 .rule_no = no };
	}
	free(list);
	return n;
}

/* Hits of a group over all records. */
static size_t all_hits(size_t correlation, int group, const struct record *records, size_t count,
		       struct window_hit *hits)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct hit_of of[CORRELATIONS * PARTS];
		size_t m = hits_of(&records[i], of);

		for (size_t k = 0; k < m; k++)
			if (of[k].correlation == correlation && records[i].group == group)
				hits[n++] = of[k].hit;
	}
	for (size_t no = 0; no < PARTS; no++)
		n += all_moments(correlation, (uint16_t)no, group, records, count, hits + n);
	return n;
}

static bool are_tied(const struct thing *a, const struct thing *b)
{
	time_us gap = a->ts < b->ts ? b->ts - a->ts : a->ts - b->ts;

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < 2; k++)
			if (a->keys[i] && a->keys[i] == b->keys[k] && gap <= a->windows[i])
				return true;
	return false;
}

/* Of quiet firings only those members are there that hang together with a moment of theirs in a firing that is there.
 */
static size_t leave_out(struct thing *things, size_t n)
{
	bool changed = true;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		things[i].is_out = !things[i].is_alert && is_quiet(things[i].correlation);
	while (changed) {
		changed = false;
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < n && things[i].is_out; k++) {
				const struct thing *a = &things[i], *b = &things[k];

				if (b->is_out || b->is_alert || llabs(a->ts - b->ts) > a->windows[0] ||
				    (b->keys[0] != a->keys[0] && b->keys[1] != a->keys[0]))
					continue;
				things[i].is_out = false;
				changed = true;
			}
	}
	for (size_t i = 0; i < n; i++)
		if (!things[i].is_out)
			things[kept++] = things[i];
	return kept;
}

static size_t define(const struct record *records, size_t count, struct thing *things)
{
	struct window_hit hits[4 * RECORDS_MAX];
	bool changed = true;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct plan_alert *a = &records[i].alert;

		if (records[i].is_context || a->cluster_key == 0)
			continue;
		things[n++] = (struct thing){ .record = &records[i],
					      .is_alert = true,
					      .ts = a->ts,
					      .keys = { a->cluster_key, a->link_key },
					      .windows = { grouping_window(a->cluster_key, WINDOW), WINDOW } };
	}
	for (size_t c = 0; c < CORRELATIONS; c++)
		for (int group = 0; group < 2; group++)
			add_members(c, group, hits, all_hits(c, group, records, count, hits), records, things, &n);
	n = leave_out(things, n);
	for (size_t i = 0; i < n; i++)
		things[i].label = i;
	while (changed) {
		changed = false;
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < n; k++)
				if (things[k].label < things[i].label && are_tied(&things[i], &things[k])) {
					things[i].label = things[k].label;
					changed = true;
				}
	}
	return n;
}

/* ------------------------------------------------------------------------------------------------------- comparison */

static const struct plan_incident *incident_of(const struct world *w, const struct thing *t)
{
	for (size_t s = 0; s < w->segment_count; s++)
		if (w->segments[s].key == t->keys[0] && w->segments[s].first <= t->ts && t->ts <= w->segments[s].last)
			return &w->incidents[w->segments[s].incident_id - 1000];
	ck_abort_msg("a record or member is in no incident");
	return NULL;
}

static void check_facts(const struct thing *things, size_t n, size_t label, const struct incident_facts *f)
{
	time_us first = INT64_MAX, last = INT64_MIN;
	int64_t alerts = 0, detections = 0;
	int grave = 5, raised = 9, stage = 0;
	bool through = false, chain = false;

	for (size_t i = 0; i < n; i++) {
		const struct thing *t = &things[i];

		if (t->label != label)
			continue;
		if (t->record) {
			first = t->ts < first ? t->ts : first;
			last = t->ts > last ? t->ts : last;
		}
		if (t->is_alert && t->record) {
			const struct plan_alert *a = &t->record->alert;
			bool out = a->direction == DIRECTION_OUTBOUND && a->score > 20;
			int severity = out && (a->blocked || a->severity > 2) ? 2 : a->severity;

			alerts++;
			detections += a->repeat_count;
			grave = severity < grave ? severity : grave;
			through |= a->direction != DIRECTION_INBOUND || !a->blocked;
			stage = (int)a->stage > stage ? (int)a->stage : stage;
			if (t->record->meets[1] && raised > 3)
				raised = 3;
			if (t->record->meets[2] && raised > 2)
				raised = 2;
		} else if (!is_quiet(t->correlation)) {
			const struct rule_entry *rule = &rules[t->correlation];

			raised = rule->severity < raised ? rule->severity : raised;
			stage = (int)rule->stage > stage ? (int)rule->stage : stage;
			chain |= t->correlation == 1;
		}
	}
	if (alerts && !through && grave < 4)
		grave = 4;
	ck_assert_int_eq(f->first, first);
	ck_assert_int_eq(f->last, last);
	ck_assert_int_eq(f->alerts, alerts);
	ck_assert_int_eq(f->detections, detections);
	ck_assert_int_eq(f->stage, stage);
	ck_assert_int_eq(incident_facts_severity(f), raised < grave ? raised : grave);
	ck_assert(incident_tags_has(&f->tags, "kill-chain") == chain);
}

/* What a cause of (rule, group key) in an incident must say. */
static void check_cause(const struct world *w, const struct thing *things, size_t n, size_t label,
			const struct cause_row *row, const struct record *records, size_t count)
{
	struct pool pool = { 0 };
	struct cause got = row->cause;
	static struct cause_alert samples[THINGS_MAX];
	size_t sample_count = 0, best = 0;
	int64_t hits = 0, by_no[2] = { 0, 0 };
	time_us first = INT64_MAX, last = INT64_MIN, first_by_no[2] = { INT64_MAX, INT64_MAX };

	ck_assert_int_eq(cause_read_detail(slice_of_string(row->detail), &got, &pool, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		const struct thing *t = &things[i];
		bool mine = t->is_alert ? got.group_key == 0 && t->record->meets[got.rule_id - 110]
					: got.group_key == key_of(t->correlation, t->group) &&
					      got.rule_id == rules[t->correlation].rule_id;

		if (t->label != label || !mine)
			continue;
		hits++;
		first = t->ts < first ? t->ts : first;
		last = t->ts > last ? t->ts : last;
		if (t->record) { /* once, also when it is a member by two rules */
			size_t k = 0;

			while (k < sample_count && samples[k].id != t->record->alert.id)
				k++;
			samples[k] = (struct cause_alert){ t->ts, t->record->alert.id };
			sample_count += k == sample_count;
		}
		if (!t->is_alert) {
			struct window_hit all[4 * RECORDS_MAX];
			size_t m = all_hits(t->correlation, t->group, records, count, all);
			size_t measured =
			    naive_measure(t->correlation, all, m, t->ts - correlations[t->correlation].timespan, t->ts);

			best = measured > best ? measured : best;
			by_no[t->hit.rule_no]++;
			if (t->ts < first_by_no[t->hit.rule_no])
				first_by_no[t->hit.rule_no] = t->ts;
		}
	}
	ck_assert_int_gt(hits, 0);
	ck_assert_int_eq(got.hits, hits);
	ck_assert_int_eq(got.first, first);
	ck_assert_int_eq(got.last, last);
	ck_assert_int_eq(got.rule_set, 7);
	ck_assert_uint_eq(got.alert_count, sample_count < CAUSE_ALERTS_MAX ? sample_count : CAUSE_ALERTS_MAX);
	for (size_t i = 0; i < got.alert_count; i++) {
		size_t before = 0;

		for (size_t k = 0; k < sample_count; k++)
			before += samples[k].ts < got.alerts[i].ts ||
				  (samples[k].ts == got.alerts[i].ts && samples[k].id < got.alerts[i].id);
		ck_assert_uint_eq(before, i);
	}
	for (size_t i = 0; i < got.rule_count; i++) {
		ck_assert_int_eq(got.rules[i].hits, by_no[got.rules[i].no]);
		ck_assert_int_eq(got.rules[i].first, first_by_no[got.rules[i].no]);
	}
	if (got.group_key && w->thinned == 0)
		ck_assert_double_eq(got.measured, (double)best);
	pool_release(&pool);
}

static void check_world(const struct world *w, const struct record *records, size_t count)
{
	static struct thing things[THINGS_MAX];
	size_t n = define(records, count, things), components = 0, standing = 0, causes = 0, checked = 0;

	for (size_t i = 0; i < n; i++) {
		const struct plan_incident *mine = incident_of(w, &things[i]);

		ck_assert_int_ne(mine->handling.state, STATE_MERGED);
		for (size_t k = 0; k < i; k++)
			ck_assert((things[i].label == things[k].label) == (incident_of(w, &things[k]) == mine));
		if (things[i].label != i)
			continue;
		components++;
		check_facts(things, n, i, &mine->facts);
		for (size_t r = 0; r < w->cause_count; r++)
			if (w->causes[r].incident_id == mine->id) {
				check_cause(w, things, n, i, &w->causes[r], records, count);
				checked++;
			}
	}
	/* Each pair of component and rule with group has its cause. */
	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < DETECTIONS; r++) {
			bool first = true;

			if (things[i].is_alert ? !(things[i].record->meets[r] && rules[CORRELATIONS + r].stands_alone)
					       : r > 0 || is_quiet(things[i].correlation))
				continue;
			for (size_t k = 0; k < i; k++)
				first &= things[k].label != things[i].label ||
					 things[k].is_alert != things[i].is_alert ||
					 (things[k].is_alert ? !things[k].record->meets[r]
							     : things[k].keys[0] != things[i].keys[0]);
			causes += first;
		}
	for (size_t i = 0; i < w->incident_count; i++)
		standing += w->incidents[i].handling.state != STATE_MERGED;
	ck_assert_uint_eq(standing, components);
	ck_assert_uint_eq(checked, w->cause_count);
	ck_assert_uint_eq(causes, w->cause_count);
}

/* ----------------------------------------------------------------------------------------------------- random sets */

static uint64_t dice_state;

static size_t dice(size_t below)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (size_t)(dice_state % below);
}

static void random_records(struct record *records, size_t count)
{
	size_t span = 40 + dice(dice(2) ? 1500 : 300);

	memset(records, 0, (RECORDS_MAX + 1) * sizeof(*records));
	for (size_t i = 0; i < count; i++) {
		struct record *r = &records[i];
		bool outbound = dice(3) == 0;

		/* Every third key has a window of its own, a quarter of an hour. */
		r->alert = (struct plan_alert){
			.id = 1 + (int64_t)i,
			.ts = BASE + (time_us)dice(span) * 5 * SECOND,
			.cluster_key = dice(12) == 0  ? 0
				       : dice(3) == 0 ? -1000000 + 1 - (-1000000 & 0xFF)
						      : (int64_t)(20 + dice(6)),
			.direction = outbound ? DIRECTION_OUTBOUND : DIRECTION_INBOUND,
			.stage = (enum stage)dice(3),
			.severity = 1 + (int)dice(5),
			.score = (int)dice(100),
			.blocked = dice(3) != 0,
			.repeat_count = (int32_t)(1 + dice(3)),
			.title = dice(2) ? SLICE_LITERAL("scan") : SLICE_LITERAL("exploit"),
			.anchor = SLICE_LITERAL("192.0.2.1"),
		};
		if (r->alert.cluster_key && dice(4) == 0)
			r->alert.link_key = (int64_t)(60 + dice(3));
		r->is_context = dice(4) == 0;
		r->group = (int)dice(2);
		r->value = (int)dice(3);
		for (size_t k = 0; k < DETECTIONS; k++)
			r->meets[k] = dice(4) == 0;
		if (r->is_context)
			r->alert.link_key = 0;
	}
}

static void shuffle(struct record *records, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = dice(i);
		struct record r = records[i - 1];

		records[i - 1] = records[j];
		records[j] = r;
	}
}

static struct world killed;

static void take_all(struct world *w, const struct record *records, size_t count, bool large)
{
	for (size_t done = 0; done < count;) {
		size_t n = 1 + dice(large ? count - done : 4);

		n = n < count - done ? n : count - done;
		if (dice(8) == 0) { /* killed before the commit: nothing of it happened */
			memcpy(&killed, w, sizeof(killed));
			world_take(&killed, records + done, n);
		}
		world_take(w, records + done, n);
		done += n;
	}
}

static struct record records[RECORDS_MAX + 1];
static struct world world;

START_TEST(any_order_and_any_batches_give_the_same_incidents_and_causes)
{
	size_t merged = 0, firings = 0, late = 0;

	set_up();
	dice_state = 31;
	for (int round = 0; round < 150; round++) {
		size_t count = 1 + dice(RECORDS_MAX);

		random_records(records, count);
		for (int order = 0; order < 3; order++) {
			memset(&world, 0, sizeof(world));
			shuffle(records, count);
			take_all(&world, records, count, order == 0);
			check_world(&world, records, count);
			merged += world.merged;
			firings += world.firings;
			late += world.late;
		}
	}
	ck_assert_uint_gt(merged, 300);
	ck_assert_uint_gt(firings, 300);
	ck_assert_uint_gt(late, 300); /* hits that were there before what counts them fired */
}
END_TEST

START_TEST(state_within_a_bound_tells_the_same)
{
	size_t thinned = 0, checked = 0;

	set_up();
	dice_state = 77;
	for (int round = 0; round < 400; round++) {
		size_t count = 20 + dice(RECORDS_MAX - 20);

		random_records(records, count);
		for (size_t i = 0; i < count; i++) { /* crowded, but no two at the same time */
			records[i].alert.ts = BASE + (records[i].alert.ts - BASE) / 8 + (time_us)i;
			records[i].meets[0] = true;
			records[i].meets[1] = records[i].meets[2] = dice(10) == 0;
			records[i].meets[3] = dice(10) == 0;
			records[i].group = 0;
		}
		memset(&world, 0, sizeof(world));
		world.most = 12;
		take_all(&world, records, count, false);
		thinned += world.thinned;
		if (world.lost)
			continue;
		check_world(&world, records, count);
		checked += world.thinned != 0;
	}
	ck_assert_uint_gt(thinned, 100);
	ck_assert_uint_gt(checked, 10);
}
END_TEST

/* ------------------------------------------------------------------------------------------------- worked by hand */

static struct record plain(int64_t id, int64_t seconds, int64_t cluster, int meets)
{
	struct record r = { .alert = { .id = id,
				       .ts = BASE + seconds * SECOND,
				       .cluster_key = cluster,
				       .direction = DIRECTION_INBOUND,
				       .severity = SEVERITY_MEDIUM,
				       .score = 45,
				       .blocked = true,
				       .repeat_count = 1,
				       .title = SLICE_LITERAL("scan"),
				       .anchor = SLICE_LITERAL("203.0.113.9") } };

	if (meets >= 0)
		r.meets[meets] = true;
	return r;
}

START_TEST(attack_then_contact_out_is_one_incident_with_a_story)
{
	/* Blocked attack (rule 111) on a host; it speaks out (112) 80 s later: other keys, one incident, critical. */
	struct record set[] = { plain(1, 0, 5, 1), plain(2, 80, 6, 2) };
	const struct plan_incident *i;
	struct pool pool = { 0 };
	struct buffer story = { 0 };

	set_up();
	set[1].alert.direction = DIRECTION_OUTBOUND;
	memset(&world, 0, sizeof(world));
	world_take(&world, &set[0], 1);
	ck_assert_int_eq(incident_facts_severity(&world.incidents[0].facts), SEVERITY_MEDIUM); /* rule 111 says so */
	world_take(&world, &set[1], 1);
	i = &world.incidents[0];
	ck_assert_uint_eq(world.incident_count, 1);
	ck_assert_int_eq(i->facts.alerts, 2);
	ck_assert_int_eq(incident_facts_severity(&i->facts), SEVERITY_CRITICAL);
	ck_assert(slice_is(incident_facts_title(&i->facts), "chain"));
	ck_assert_uint_eq(world.cause_count, 3); /* two rules on alerts, and the chain */
	for (size_t c = 0; c < world.cause_count; c++) {
		struct cause cause = world.causes[c].cause;

		if (cause.rule_id != 101)
			continue;
		ck_assert_int_eq(cause_read_detail(slice_of_string(world.causes[c].detail), &cause, &pool, NULL), 0);
		cause_write_story(&cause, &story);
	}
	ck_assert_str_eq(
	    buffer_string(&story),
	    "{\"rule_id\":101,\"group_key\":2000,\"title\":\"chain\",\"group\":{\"inside.ip\":\"192.0.2.1\"},"
	    "\"steps\":[{\"no\":0,\"rule_id\":111,\"title\":\"login\",\"hits\":1,"
	    "\"first_ts\":\"2020-09-13T12:26:40.000000Z\",\"last_ts\":\"2020-09-13T12:26:40.000000Z\","
	    "\"alert_id\":1},{\"no\":1,\"rule_id\":112,\"title\":\"call out\",\"hits\":1,"
	    "\"first_ts\":\"2020-09-13T12:28:00.000000Z\",\"last_ts\":\"2020-09-13T12:28:00.000000Z\","
	    "\"alert_id\":2}]}");
	buffer_release(&story);
	pool_release(&pool);
}
END_TEST

START_TEST(a_context_record_has_no_incident_until_a_firing_ties_it)
{
	struct record set[] = { plain(1, 0, 5, 0), plain(2, 10, 6, 0), plain(3, 20, 7, 0) };

	set_up();
	for (size_t i = 0; i < 3; i++) {
		set[i].is_context = true;
		set[i].alert.direction = DIRECTION_OUTBOUND;
	}
	memset(&world, 0, sizeof(world));
	world_take(&world, set, 2);
	ck_assert_uint_eq(world.incident_count, 0);
	ck_assert_uint_eq(world.segment_count, 0);
	world_take(&world, &set[2], 1);
	ck_assert_uint_eq(world.incident_count, 1);
	ck_assert_int_eq(world.incidents[0].facts.alerts, 0);
	ck_assert_int_eq(world.incidents[0].facts.direction, DIRECTION_OUTBOUND);
	ck_assert_int_eq(incident_facts_severity(&world.incidents[0].facts), SEVERITY_MEDIUM);
	ck_assert(slice_is(incident_facts_title(&world.incidents[0].facts), "many"));
	ck_assert_int_eq(world.incidents[0].facts.last - world.incidents[0].facts.first, 20 * SECOND);
	ck_assert_uint_eq(world.segment_count, 4); /* three clusters and the firing */
}
END_TEST

START_TEST(a_quiet_firing_is_nothing_until_what_counts_it_fires)
{
	/* Two alerts, then a third and context that reaches it late; what counts them needs a login as well. */
	struct record set[] = { plain(1, 0, 5, 3), plain(2, 10, 6, 3), plain(3, 100, 8, 1), plain(4, 20, 9, 3) };
	struct incident_facts *facts = &world.incidents[0].facts;
	bool quiet = false, outer = false;

	set_up();
	memset(&world, 0, sizeof(world));
	set[3].is_context = true;
	world_take(&world, set, 2);
	ck_assert_uint_eq(world.incident_count, 2);
	ck_assert_uint_eq(world.segment_count, 2); /* one for each alert */
	ck_assert_uint_eq(world.cause_count, 0);
	ck_assert_uint_eq(world.merged, 0);
	world_take(&world, &set[2], 1);
	ck_assert_uint_eq(world.incident_count, 2);
	ck_assert_uint_eq(world.merged, 1);
	ck_assert_int_eq(facts->alerts, 3);
	ck_assert_uint_eq(world.segment_count, 5); /* three alerts, two firings */
	world_take(&world, &set[3], 1);
	ck_assert_uint_eq(world.segment_count, 6);
	ck_assert_int_eq(facts->alerts, 3);
	for (size_t i = 0; i < world.cause_count; i++) {
		quiet |= world.causes[i].cause.rule_id == 104;
		outer |= world.causes[i].cause.rule_id == 108;
	}
	ck_assert(outer && !quiet);
	ck_assert(!incident_tags_has(&facts->tags, "kill-chain"));
	ck_assert_int_eq(incident_facts_severity(facts), SEVERITY_MEDIUM); /* of the login */
}
END_TEST

START_TEST(conditions_that_hits_can_undo_wait_until_no_more_are_expected)
{
	/* Fewer than two within 30 s: one hit alone is that, unless another comes. */
	const struct sigma_correlation few = { .type = SIGMA_EVENT_COUNT,
					       .rules = { 10 },
					       .rule_count = 1,
					       .timespan = 30 * SECOND,
					       .conditions = { { SIGMA_LT, 2 } },
					       .condition_count = 1 };
	struct correlation_entry entry;
	struct firing_group g = { .entry = &entry, .key = 9, .group = group_text(0), .window = WINDOW };
	struct firings out = { 0 };

	set_up();
	entry = (struct correlation_entry){ .correlation = &few, .rule = &rules[0], .parts = parts[0] };
	g.hits = calloc(3, sizeof(*g.hits));
	ck_assert_ptr_nonnull(g.hits);
	g.hits[0].hit = (struct window_hit){ .ts = BASE, .id = 1, .cluster_key = 5 };
	g.count = 1;
	g.known = (struct window_known){ INT64_MIN, BASE + 29 * SECOND };
	ck_assert_int_eq(firing_group_evaluate(&g, &out, NULL), 0);
	ck_assert_uint_eq(out.count, 0);
	ck_assert_int_eq(g.due, BASE + 30 * SECOND);

	/* A second one in time: nothing to tell, ever. */
	g.hits[0].is_stored = true;
	g.hits[1].hit = (struct window_hit){ .ts = BASE + 20 * SECOND, .id = 2, .cluster_key = 5 };
	g.count = 2;
	g.known.until = BASE + 1000 * SECOND;
	ck_assert_int_eq(firing_group_evaluate(&g, &out, NULL), 0);
	ck_assert_uint_eq(out.count, 0);
	ck_assert_int_eq(g.due, INT64_MAX);

	/* Alone, it fires. */
	g.count = 1;
	ck_assert_int_eq(firing_group_evaluate(&g, &out, NULL), 0);
	ck_assert_uint_eq(out.count, 1);
	ck_assert(out.items[0].cause.least_is_best);
	firing_group_release(&g);
	firings_release(&out);
}
END_TEST

START_TEST(what_a_member_was_told_is_not_told_again)
{
	struct firing_group g = { .entry = &entries[0],
				  .key = 9,
				  .group = group_text(0),
				  .window = WINDOW,
				  .known = { INT64_MIN, INT64_MAX } };
	struct firings out = { 0 };

	set_up();
	g.hits = calloc(5, sizeof(*g.hits));
	ck_assert_ptr_nonnull(g.hits);
	for (int i = 0; i < 4; i++)
		g.hits[i] = (struct group_hit){ .hit = { .ts = BASE + i * SECOND, .id = i + 1, .cluster_key = 5 },
						.is_stored = i < 3,
						.was_told = i < 3 };
	g.count = 4;
	g.hits[4] = g.hits[0]; /* a double of a stored one */
	g.hits[4].is_stored = g.hits[4].was_told = false;
	g.count = 5;
	ck_assert_int_eq(firing_group_evaluate(&g, &out, NULL), 0);
	ck_assert_uint_eq(g.count, 4);
	ck_assert_uint_eq(out.count, 1);
	ck_assert_int_eq(out.items[0].cause.hits, 1);
	ck_assert_uint_eq(out.items[0].tie_count, 1);
	ck_assert_int_eq(out.items[0].first, BASE);
	ck_assert_double_eq(out.items[0].cause.measured, 4);
	firing_group_release(&g);
	firings_release(&out);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------- causes */

START_TEST(causes_combine_in_any_order)
{
	struct pool pool = { 0 };
	struct cause_rule first = { .no = 1, .rule_id = 5, .hits = 2, .first = 10, .last = 20, .alert_id = 3 };
	struct cause_rule second = { .no = 0, .rule_id = 4, .hits = 1, .first = 5, .last = 5, .alert_id = 2 };
	struct cause a, b, ab, ba;

	cause_init(&a);
	cause_init(&b);
	a.severity = 3;
	a.hits = 2;
	a.first = 10;
	a.last = 20;
	a.rule_set = 4;
	a.measured = 5;
	a.about = SLICE_LITERAL("{\"n\":1}");
	a.rules = &first;
	a.rule_count = 1;
	cause_add_alert(&a, 10, 3);
	cause_add_alert(&a, 20, 4);
	b.severity = 2;
	b.hits = 1;
	b.first = b.last = 5;
	b.rule_set = 3;
	b.measured = 7;
	b.about = SLICE_LITERAL("{\"n\":2}");
	b.rules = &second;
	b.rule_count = 1;
	cause_add_alert(&b, 5, 2);
	ab = a;
	ba = b;
	ck_assert_int_eq(cause_combine(&ab, &b, &pool, NULL), 0);
	ck_assert_int_eq(cause_combine(&ba, &a, &pool, NULL), 0);
	for (int i = 0; i < 2; i++) {
		const struct cause *c = i ? &ab : &ba;

		ck_assert_int_eq(c->severity, 2);
		ck_assert_int_eq(c->hits, 3);
		ck_assert_int_eq(c->first, 5);
		ck_assert_int_eq(c->last, 20);
		ck_assert_int_eq(c->rule_set, 3);
		ck_assert_double_eq(c->measured, 7);
		ck_assert(slice_is(c->about, "{\"n\":1}"));
		ck_assert_uint_eq(c->alert_count, 3);
		ck_assert_int_eq(c->alerts[0].id, 2);
		ck_assert_int_eq(c->alerts[2].id, 4);
		ck_assert_uint_eq(c->rule_count, 2);
		ck_assert_int_eq(c->rules[0].alert_id, 2);
		ck_assert_int_eq(c->rules[1].hits, 2);
	}
	pool_release(&pool);
}
END_TEST

START_TEST(a_whole_count_is_not_added)
{
	struct pool pool = { 0 };
	struct cause known, fresh;

	cause_init(&known);
	known.hits = 40;
	known.is_whole = true;
	fresh = known;
	fresh.hits = 43;
	ck_assert_int_eq(cause_combine(&known, &fresh, &pool, NULL), 0);
	ck_assert_int_eq(known.hits, 43);
	ck_assert_int_eq(cause_combine(&known, &fresh, &pool, NULL), 0);
	ck_assert_int_eq(known.hits, 43);
	pool_release(&pool);
}
END_TEST

START_TEST(details_that_are_not_ours_are_refused)
{
	static const char *const bad[] = { "",
					   "[]",
					   "7",
					   "{",
					   "{\"alerts\":[{\"id\":1}]}",
					   "{\"alerts\":[{\"id\":1,\"ts\":\"yesterday\"}]}",
					   "{\"rules\":[{\"no\":1,\"first_ts\":\"2026-01-01T00:00:00Z\"}]}",
					   "{\"rules\":[{\"no\":1,\"first_ts\":\"2026-01-01T00:00:00Z\",\"last_ts\":"
					   "\"2026-01-01T00:00:00Z\"},{\"no\":1,\"first_ts\":"
					   "\"2026-01-01T00:00:00Z\",\"last_ts\":\"2026-01-01T00:00:00Z\"}]}" };
	struct pool pool = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err why = { 0 };
		struct cause c;

		cause_init(&c);
		ck_assert_msg(cause_read_detail(slice_of_string(bad[i]), &c, &pool, &why) == -1, "%s", bad[i]);
		ck_assert_int_eq(why.code, ERR_CORRUPT);
	}
	pool_release(&pool);
}
END_TEST

SUITE_MAIN("correlations", any_order_and_any_batches_give_the_same_incidents_and_causes,
	   state_within_a_bound_tells_the_same, attack_then_contact_out_is_one_incident_with_a_story,
	   a_context_record_has_no_incident_until_a_firing_ties_it,
	   a_quiet_firing_is_nothing_until_what_counts_it_fires,
	   conditions_that_hits_can_undo_wait_until_no_more_are_expected, what_a_member_was_told_is_not_told_again,
	   causes_combine_in_any_order, a_whole_count_is_not_added, details_that_are_not_ours_are_refused)
