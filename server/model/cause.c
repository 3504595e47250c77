#include "server/model/cause.h"

#include <math.h>

void cause_init(struct cause *c)
{
	*c = (struct cause){ .measured = NAN };
}

static bool alert_before(const struct cause_alert *a, const struct cause_alert *b)
{
	return a->ts != b->ts ? a->ts < b->ts : a->id < b->id;
}

void cause_add_alert(struct cause *c, time_us ts, int64_t id)
{
	const struct cause_alert one = { ts, id };
	size_t at = c->alert_count;

	for (size_t i = 0; i < c->alert_count; i++)
		if (c->alerts[i].ts == ts && c->alerts[i].id == id)
			return;
	if (at == CAUSE_ALERTS_MAX) {
		at--;
		if (alert_before(&c->alerts[at], &one))
			return;
	} else {
		c->alert_count++;
	}
	for (; at > 0 && alert_before(&one, &c->alerts[at - 1]); at--)
		c->alerts[at] = c->alerts[at - 1];
	c->alerts[at] = one;
}

static struct slice newer_text(struct slice known, struct slice fresh)
{
	return fresh.ptr ? fresh : known;
}

static int slice_order(struct slice a, struct slice b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static void combine_about(struct cause *c, const struct cause *other)
{
	if (!other->about.ptr)
		return;
	if (!c->about.ptr || other->last > c->last ||
	    (other->last == c->last && slice_order(other->about, c->about) > 0))
		c->about = other->about;
}

static void combine_measured(struct cause *c, const struct cause *other)
{
	if (isnan(other->measured))
		return;
	if (isnan(c->measured) ||
	    (other->least_is_best ? other->measured < c->measured : other->measured > c->measured))
		c->measured = other->measured;
	c->least_is_best = other->least_is_best;
}

static void combine_rule(struct cause_rule *r, const struct cause_rule *other)
{
	r->rule_id = other->rule_id ? other->rule_id : r->rule_id;
	r->title = newer_text(r->title, other->title);
	r->hits += other->hits;
	if (other->first < r->first || (other->first == r->first && other->alert_id < r->alert_id)) {
		r->first = other->first;
		r->alert_id = other->alert_id;
	}
	r->last = other->last > r->last ? other->last : r->last;
}

/* Both lists are by place; so is what comes of them. */
static int combine_rules(struct cause *c, const struct cause *other, struct pool *pool, struct err *why)
{
	struct cause_rule *all;
	size_t a = 0, b = 0, n = 0;

	if (other->rule_count == 0)
		return 0;
	all = pool_take_array(pool, c->rule_count + other->rule_count, sizeof(*all));
	if (!all)
		return err_set(why, ERR_NOMEM, "no memory for the rules of a cause");
	while (a < c->rule_count || b < other->rule_count) {
		bool first = b == other->rule_count || (a < c->rule_count && c->rules[a].no <= other->rules[b].no);

		if (n && all[n - 1].no == (first ? c->rules[a].no : other->rules[b].no))
			combine_rule(&all[n - 1], first ? &c->rules[a] : &other->rules[b]);
		else
			all[n++] = first ? c->rules[a] : other->rules[b];
		a += first;
		b += !first;
	}
	c->rules = all;
	c->rule_count = n;
	return 0;
}

int cause_combine(struct cause *c, const struct cause *other, struct pool *pool, struct err *why)
{
	if (c->rule_set == 0 || (other->rule_set != 0 && other->rule_set < c->rule_set))
		c->rule_set = other->rule_set;
	if (other->severity < c->severity)
		c->severity = other->severity;
	if (!c->is_whole && !other->is_whole)
		c->hits += other->hits;
	else if (other->hits > c->hits)
		c->hits = other->hits;
	c->is_whole = c->is_whole || other->is_whole;
	c->title = newer_text(c->title, other->title);
	c->group = newer_text(c->group, other->group);
	c->condition = newer_text(c->condition, other->condition);
	c->is_story = c->is_story || other->is_story;
	combine_measured(c, other);
	combine_about(c, other);
	c->first = other->first < c->first ? other->first : c->first;
	c->last = other->last > c->last ? other->last : c->last;
	for (size_t i = 0; i < other->alert_count; i++)
		cause_add_alert(c, other->alerts[i].ts, other->alerts[i].id);
	return combine_rules(c, other, pool, why);
}
