#include "server/model/firing_group.h"

#include "lib/siphash.h"
#include "server/model/grouping.h"

#include <stdlib.h>

static int no_memory(const struct firing_group *g, struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for %zu hits of a correlation", g->count);
}

int64_t firing_moment_id(int64_t inner_key, time_us at)
{
	static const uint8_t key[16] = "hinomi moments 1";
	const int64_t parts[2] = { inner_key, at };
	int64_t id = (int64_t)siphash24(key, slice_of(parts, sizeof(parts)));

	return id ? id : 1;
}

/* As window_evaluate() sorts them; of doubles the stored one comes first and stays. */
static int hit_order(const void *left, const void *right)
{
	const struct group_hit *a = left, *b = right;

	if (a->hit.ts != b->hit.ts)
		return a->hit.ts < b->hit.ts ? -1 : 1;
	if (a->hit.id != b->hit.id)
		return a->hit.id < b->hit.id ? -1 : 1;
	if (a->hit.rule_no != b->hit.rule_no)
		return a->hit.rule_no < b->hit.rule_no ? -1 : 1;
	return (b->is_stored ? 1 : 0) - (a->is_stored ? 1 : 0);
}

static void sort_hits(struct firing_group *g)
{
	size_t kept = 0;

	if (g->count)
		qsort(g->hits, g->count, sizeof(*g->hits), hit_order);
	for (size_t i = 0; i < g->count; i++) {
		const struct window_hit *last = kept ? &g->hits[kept - 1].hit : NULL, *next = &g->hits[i].hit;

		if (!last || last->ts != next->ts || last->id != next->id || last->rule_no != next->rule_no)
			g->hits[kept++] = g->hits[i];
	}
	g->count = kept;
}

static struct window_hit *copy_hits(const struct firing_group *g)
{
	struct window_hit *copy = calloc(g->count + 1, sizeof(*copy));

	for (size_t i = 0; copy && i < g->count; i++)
		copy[i] = g->hits[i].hit;
	return copy;
}

/* -------------------------------------------------------------------------------------------------------- firings */

static bool is_news(const struct group_hit *h)
{
	return h->hit.member && !h->was_told;
}

static struct plan_tie tie_of(const struct firing_group *g, const struct group_hit *h)
{
	const struct correlation_entry *inner = g->entry->parts[h->hit.rule_no]->correlation;
	int64_t key = h->hit.cluster_key;

	return (struct plan_tie){
		.ts = h->hit.ts,
		.key = key,
		.window = inner ? inner->correlation->timespan : grouping_window(key, g->window),
		.is_cluster = !inner,
		.direction = h->direction,
	};
}

static void count_rule(struct cause_rule *rules, const struct group_hit *h, bool is_alert)
{
	struct cause_rule *r = &rules[h->hit.rule_no];

	if (r->hits++ == 0) {
		r->first = h->hit.ts;
		r->alert_id = is_alert ? h->hit.id : 0;
	}
	r->last = h->hit.ts; /* hits come in order of time */
}

/* Rules that were met move to the front, with their names. */
static size_t name_rules(const struct firing_group *g, struct cause_rule *rules)
{
	size_t kept = 0;

	for (size_t no = 0; no < g->entry->correlation->rule_count; no++) {
		if (rules[no].hits == 0)
			continue;
		rules[kept] = rules[no];
		rules[kept].no = (uint16_t)no;
		rules[kept].rule_id = g->entry->parts[no]->rule_id;
		rules[kept++].title = g->entry->parts[no]->title;
	}
	return kept;
}

static void describe(const struct firing_group *g, const struct window_firing *w, struct cause *c)
{
	const struct sigma_correlation *correlation = g->entry->correlation;

	cause_init(c);
	c->rule_id = g->entry->rule->rule_id;
	c->group_key = g->key;
	c->rule_set = g->version;
	c->severity = g->entry->rule->severity;
	c->title = g->entry->rule->title;
	c->first = w->first;
	c->last = w->last;
	c->group = g->group;
	c->condition = g->entry->condition;
	c->measured = w->measured;
	c->least_is_best = correlation->condition_count &&
			   (correlation->conditions[0].op == SIGMA_LT || correlation->conditions[0].op == SIGMA_LTE);
	c->is_story = g->entry->is_story;
}

/* Cause, stage and tags of a firing whose members are told now. */
static int state(const struct firing_group *g, const struct window_firing *w, struct pool *pool, struct plan_firing *f,
		 struct err *why)
{
	struct cause_rule *rules = pool_take_array(pool, g->entry->correlation->rule_count, sizeof(*rules));
	size_t tie = 0;

	if (!rules)
		return no_memory(g, why);
	f->stage = g->entry->rule->stage;
	f->tags = g->entry->rule->tags;
	f->tag_count = g->entry->rule->tag_count;
	describe(g, w, &f->cause);
	for (size_t i = w->from; i < w->to; i++) {
		const struct group_hit *h = &g->hits[i];

		if (!is_news(h))
			continue;
		count_rule(rules, h, f->ties[tie].is_cluster);
		if (f->ties[tie++].is_cluster)
			cause_add_alert(&f->cause, h->hit.ts, h->hit.id);
	}
	f->cause.hits = (int64_t)f->tie_count;
	f->cause.rules = rules;
	f->cause.rule_count = name_rules(g, rules);
	return 0;
}

static int tell(const struct firing_group *g, const struct window_firing *w, size_t news, struct firings *out,
		struct err *why)
{
	struct plan_tie *ties = pool_take_array(&out->pool, news, sizeof(*ties));
	struct plan_firing f = {
		.key = g->key,
		.window = g->entry->correlation->timespan,
		.first = w->first,
		.last = w->last,
		.is_quiet = firing_group_is_quiet(g->entry),
		.ties = ties,
	};

	if (!ties)
		return no_memory(g, why);
	for (size_t i = w->from; i < w->to; i++)
		if (is_news(&g->hits[i]))
			ties[f.tie_count++] = tie_of(g, &g->hits[i]);
	if (!f.is_quiet && state(g, w, &out->pool, &f, why) != 0)
		return -1;
	for (size_t i = w->from; i < w->to; i++)
		g->hits[i].is_told = is_news(&g->hits[i]);
	return firings_add(out, &f, why);
}

static int tell_news(const struct firing_group *g, const struct window_firing *w, struct firings *out, struct err *why)
{
	size_t news = 0;

	for (size_t i = w->from; i < w->to; i++)
		news += is_news(&g->hits[i]);
	return news ? tell(g, w, news, out, why) : 0;
}

/* -------------------------------------------------------------------------------------------------------- moments */

static size_t collect(const struct window_hit *hits, size_t count, time_us *moments)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (hits[i].completes)
			moments[n++] = hits[i].ts;
	return n;
}

/* What held before the new hits came. */
static int find_told(struct firing_group *g, struct err *why)
{
	struct window_hit *hits = calloc(g->count + 1, sizeof(*hits));
	struct window_firing *list = NULL;
	size_t count = 0, firing_count;
	time_us due;
	int failed;

	if (!hits)
		return no_memory(g, why);
	for (size_t i = 0; i < g->count; i++)
		if (g->hits[i].is_stored)
			hits[count++] = g->hits[i].hit;
	failed = window_evaluate_known(g->entry->correlation, g->known, hits, &count, &list, &firing_count, &due, why);
	if (!failed)
		g->told_count = collect(hits, count, g->told);
	free(list);
	free(hits);
	return failed;
}

/* Whether a window has been judged before is not known, so of a correlation that is not monotone all are handed out. */
static int find_moments(struct firing_group *g, const struct window_hit *hits, struct err *why)
{
	if (!g->entry->is_named)
		return 0;
	g->moments = calloc(g->count + 1, sizeof(*g->moments));
	g->told = calloc(g->count + 1, sizeof(*g->told));
	if (!g->moments || !g->told)
		return no_memory(g, why);
	g->moment_count = collect(hits, g->count, g->moments);
	return g->moment_count && g->entry->correlation->monotone ? find_told(g, why) : 0;
}

static bool was_told(const struct firing_group *g, const struct sigma_correlation *outer, time_us at)
{
	size_t low = 0, high = g->told_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sigma_moment_time(outer, g->entry->correlation, g->told[middle]) < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < g->told_count && sigma_moment_time(outer, g->entry->correlation, g->told[low]) == at;
}

bool firing_group_moment(const struct firing_group *g, size_t index, const struct sigma_correlation *outer, time_us *at)
{
	*at = sigma_moment_time(outer, g->entry->correlation, g->moments[index]);
	if (index && sigma_moment_time(outer, g->entry->correlation, g->moments[index - 1]) == *at)
		return false;
	return !was_told(g, outer, *at);
}

/* ---------------------------------------------------------------------------------------------------------- whole */

bool firing_group_is_quiet(const struct correlation_entry *entry)
{
	return !entry->rule->stands_alone;
}

/* Sorts hits, marks members and finds firings. *hits and *list are from malloc(). */
static int judge(struct firing_group *g, struct window_hit **hits, struct window_firing **list, size_t *firing_count,
		 struct err *why)
{
	size_t count;

	sort_hits(g);
	*list = NULL;
	*firing_count = 0;
	*hits = copy_hits(g);
	if (!*hits)
		return no_memory(g, why);
	count = g->count;
	if (window_evaluate_known(g->entry->correlation, g->known, *hits, &count, list, firing_count, &g->due, why) !=
	    0)
		return -1;
	for (size_t i = 0; i < g->count; i++)
		g->hits[i].hit.member = (*hits)[i].member;
	return 0;
}

static void find_untold(struct firing_group *g)
{
	g->untold_first = INT64_MAX;
	g->untold_last = INT64_MIN;
	for (size_t i = 0; i < g->count; i++) {
		if (!is_news(&g->hits[i]))
			continue;
		if (g->untold_first > g->untold_last)
			g->untold_first = g->hits[i].hit.ts;
		g->untold_last = g->hits[i].hit.ts; /* they are in order of time */
	}
}

int firing_group_evaluate(struct firing_group *g, struct firings *out, struct err *why)
{
	struct window_firing *list;
	struct window_hit *hits;
	size_t count;
	int failed = judge(g, &hits, &list, &count, why);

	for (size_t i = 0; i < count && !failed && !firing_group_is_quiet(g->entry); i++)
		failed = tell_news(g, &list[i], out, why);
	if (!failed)
		failed = find_moments(g, hits, why);
	if (!failed && firing_group_is_quiet(g->entry))
		find_untold(g);
	free(list);
	free(hits);
	return failed;
}

static bool reaches(time_us earlier, time_us later, time_us window)
{
	time_us gap;

	return !__builtin_sub_overflow(later, earlier, &gap) && gap <= window;
}

static bool is_live(const struct firing_group *g, const struct window_firing *w, const struct plan_segment *live,
		    size_t count)
{
	time_us span = g->entry->correlation->timespan;

	for (size_t i = 0; i < count; i++)
		if (reaches(live[i].last, w->first, span) && reaches(w->last, live[i].first, span))
			return true;
	return false;
}

int firing_group_follow(struct firing_group *g, const struct plan_segment *live, size_t count, struct firings *out,
			struct err *why)
{
	struct window_firing *list;
	struct window_hit *hits;
	size_t firing_count;
	int failed = judge(g, &hits, &list, &firing_count, why);

	for (size_t i = 0; i < firing_count && !failed; i++)
		if (is_live(g, &list[i], live, count))
			failed = tell_news(g, &list[i], out, why);
	free(list);
	free(hits);
	return failed;
}

/* Members of a quiet group that go untold are missing in the incident, should there be one. */
static size_t count_untold(const struct firing_group *g, size_t lost)
{
	size_t redundant = 0;

	for (size_t i = 0; i < g->count; i++) {
		if (!g->hits[i].hit.redundant)
			continue;
		redundant++;
		lost += is_news(&g->hits[i]) && !g->hits[i].is_told;
	}
	return lost < redundant ? lost : redundant;
}

size_t firing_group_thin(struct firing_group *g, size_t most, struct err *why)
{
	struct window_hit *hits = copy_hits(g);
	size_t lost;

	if (!hits) {
		no_memory(g, why);
		return SIZE_MAX;
	}
	lost = window_thin(g->entry->correlation, hits, g->count, most);
	for (size_t i = 0; i < g->count; i++)
		g->hits[i].hit.redundant = hits[i].redundant;
	free(hits);
	return firing_group_is_quiet(g->entry) ? count_untold(g, lost) : lost;
}

void firing_group_release(struct firing_group *g)
{
	free(g->hits);
	free(g->moments);
	free(g->told);
	*g = (struct firing_group){ 0 };
}
