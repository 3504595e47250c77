#include "server/correlator/naming.h"

#include "server/store/top_alert.h"

#include <inttypes.h>
#include <stdlib.h>

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for the names of rules");
}

static int name(struct plan_incident *i, const struct rule_book *book, const char *rule, struct pool *pool,
		struct err *why)
{
	struct buffer text = { 0 };
	char *copy;

	buffer_printf(&text, "%s/%" PRId64, rule, rule_book_version(book));
	copy = text.failed ? NULL : pool_string(pool, buffer_slice(&text));
	buffer_release(&text);
	if (!copy)
		return no_memory(why);
	i->rule = slice_of_string(copy);
	return 0;
}

static bool is_top(const struct incident_facts *f, const struct plan_alert *a)
{
	return a->ts == f->top.ts && slice_equal(a->title, f->top.title) && slice_equal(a->anchor, f->top.anchor);
}

/* The alert after which each new incident is called, SIZE_MAX: none. Of equal ones the one with the lowest number. */
static size_t *find_tops(const struct incident_plan *p)
{
	size_t *tops = calloc(p->incident_count + 1, sizeof(*tops));

	for (size_t i = 0; tops && i < p->incident_count; i++)
		tops[i] = SIZE_MAX;
	for (size_t i = 0; tops && i < p->alert_count; i++) {
		size_t incident = p->incident_of_alert[i];

		if (incident == PLAN_NO_INCIDENT || p->incidents[incident].fate != FATE_CREATE ||
		    !is_top(&p->incidents[incident].facts, &p->alerts[i]))
			continue;
		if (tops[incident] == SIZE_MAX || p->alerts[i].id < p->alerts[tops[incident]].id)
			tops[incident] = i;
	}
	return tops;
}

/* One without an alert, or of a drill, needs no look at its alert. */
static int name_plain(const struct rule_book *book, struct plan_incident *i, bool has_top, struct pool *pool,
		      struct err *why)
{
	if (!has_top)
		return name(i, book, "firing", pool, why);
	if (incident_tags_has(&i->facts.tags, INCIDENT_TAG_DRILL))
		return name(i, book, "drill", pool, why);
	return name(i, book, "earlier", pool, why);
}

/* day: of the alert, in the operator's zone. */
static const char *rule_of(const struct grouping *grouping, const struct alert *a, int32_t day)
{
	struct alert again = *a;

	grouping_set_keys(grouping, &again, day * US_PER_DAY, 0);
	return again.cluster_key == a->cluster_key ? grouping_cluster_rule(grouping, a) : NULL;
}

struct place {
	int64_t alert_id;
	size_t incident;
};

static int place_order(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	return (a->alert_id > b->alert_id) - (a->alert_id < b->alert_id);
}

static struct place *sort_tops(const struct incident_plan *p, const size_t *tops, size_t *count)
{
	struct place *places = calloc(p->incident_count + 1, sizeof(*places));

	*count = 0;
	for (size_t i = 0; places && i < p->incident_count; i++)
		if (tops[i] != SIZE_MAX)
			places[(*count)++] = (struct place){ p->alerts[tops[i]].id, i };
	if (*count)
		qsort(places, *count, sizeof(*places), place_order);
	return places;
}

static int name_by_alert(const struct namer *n, const size_t *tops, const struct place *place, struct alert *a,
			 struct err *why)
{
	struct plan_incident *incident = &n->plan->incidents[place->incident];
	const struct plan_alert *top = &n->plan->alerts[tops[place->incident]];
	const char *rule;

	if (incident_tags_has(&incident->facts.tags, INCIDENT_TAG_DRILL))
		return 0;
	a->raised = top->raise.severity;
	rule = rule_of(n->book->current.rules->grouping, a, n->batch->sightings[tops[place->incident]].day);
	return rule ? name(incident, n->book, rule, n->pool, why) : 0;
}

static int name_by_alerts(const struct namer *n, const struct db_result *r, const size_t *tops, struct err *why)
{
	size_t count;
	struct place *places = sort_tops(n->plan, tops, &count);
	int failed = places ? 0 : no_memory(why);

	for (int row = 0; row < db_rows(r) && !failed; row++) {
		struct place key = { 0 };
		const struct place *place;
		struct alert a;

		if (!top_alert_decode(r, row, &key.alert_id, &a))
			continue;
		place = bsearch(&key, places, count, sizeof(*places), place_order);
		if (place)
			failed = name_by_alert(n, tops, place, &a, why);
	}
	free(places);
	return failed;
}

static int read_tops(struct db *db, int64_t company_id, const struct incident_plan *p, const size_t *tops,
		     struct db_result **r, struct err *why)
{
	struct top_alert *list = calloc(p->incident_count + 1, sizeof(*list));
	size_t n = 0;
	int failed;

	if (!list)
		return no_memory(why);
	for (size_t i = 0; i < p->incident_count; i++)
		if (tops[i] != SIZE_MAX)
			list[n++] = (struct top_alert){ p->alerts[tops[i]].id, p->alerts[tops[i]].ts };
	*r = NULL;
	failed = n ? top_alert_read(db, company_id, list, n, r, why) : 0;
	free(list);
	return failed;
}

static int name_by_rules(const struct namer *n, struct err *why)
{
	struct incident_plan *p = n->plan;
	size_t *tops = find_tops(p);
	struct db_result *r;
	int failed = tops ? read_tops(n->db, n->company_id, p, tops, &r, why) : no_memory(why);

	if (failed) {
		free(tops);
		return failed;
	}
	for (size_t i = 0; i < p->incident_count && !failed; i++)
		if (p->incidents[i].fate == FATE_CREATE)
			failed = name_plain(n->book, &p->incidents[i], tops[i] != SIZE_MAX, n->pool, why);
	if (!failed && r)
		failed = name_by_alerts(n, r, tops, why);
	db_result_free(r);
	free(tops);
	return failed;
}

int naming_rules(const struct namer *n, struct err *why)
{
	struct incident_plan *p = n->plan;
	bool any = false;

	for (size_t i = 0; i < p->incident_count; i++)
		any = any || p->incidents[i].fate == FATE_CREATE;
	if (!any)
		return 0;
	if (rule_book_version(n->book))
		return name_by_rules(n, why);
	for (size_t i = 0; i < p->incident_count; i++)
		if (p->incidents[i].fate == FATE_CREATE)
			p->incidents[i].rule = SLICE_LITERAL(INCIDENT_RULE);
	return 0;
}
