#include "server/model/incident_causes.h"

#include <stdlib.h>

static int add(struct incident_causes *c, const struct incident_cause *row, struct err *why)
{
	if (c->count == c->room) {
		size_t room = c->room ? 2 * c->room : 32;
		struct incident_cause *rows = realloc(c->rows, room * sizeof(*rows));

		if (!rows)
			return err_set(why, ERR_NOMEM, "no memory for %zu causes", room);
		c->rows = rows;
		c->room = room;
	}
	c->rows[c->count++] = *row;
	return 0;
}

/* What was known comes first, so that what is new is added to it. */
static int row_order(const void *left, const void *right)
{
	const struct incident_cause *a = left, *b = right;

	if (a->incident != b->incident)
		return a->incident < b->incident ? -1 : 1;
	if (a->cause.rule_id != b->cause.rule_id)
		return a->cause.rule_id < b->cause.rule_id ? -1 : 1;
	if (a->cause.group_key != b->cause.group_key)
		return a->cause.group_key < b->cause.group_key ? -1 : 1;
	if (a->is_known != b->is_known)
		return a->is_known ? -1 : 1;
	return (a->is_new ? 1 : 0) - (b->is_new ? 1 : 0);
}

static bool same_cause(const struct incident_cause *a, const struct incident_cause *b)
{
	return a->incident == b->incident && a->cause.rule_id == b->cause.rule_id &&
	       a->cause.group_key == b->cause.group_key;
}

/* Rows of one incident, rule and group become one. */
static int squeeze(struct incident_causes *c, struct err *why)
{
	struct incident_cause *rows = c->rows;
	size_t count = c->count, kept = 0;

	if (!rows)
		return 0;
	qsort(rows, count, sizeof(*rows), row_order);
	for (size_t i = 0; i < count; i++) {
		struct incident_cause *last = kept ? &rows[kept - 1] : NULL;

		if (!last || !same_cause(last, &rows[i])) {
			rows[kept++] = rows[i];
			continue;
		}
		if (cause_combine(&last->cause, &rows[i].cause, &c->pool, why) != 0)
			return -1;
		last->is_changed = true;
		last->is_new = last->is_new && rows[i].is_new;
	}
	c->count = kept;
	return 0;
}

int incident_causes_collect(struct incident_causes *c, const struct incident_plan *p, const struct plan_single *singles,
			    size_t single_count, int64_t version, struct err *why)
{
	for (size_t i = 0; i < single_count; i++) {
		const struct plan_single *s = &singles[i];
		time_us ts = p->alerts[s->alert].ts;
		struct incident_cause row = { .incident = p->incident_of_alert[s->alert],
					      .is_changed = true,
					      .is_new = true };

		if (row.incident == PLAN_NO_INCIDENT)
			continue;
		cause_init(&row.cause);
		row.cause.rule_id = s->rule->rule_id;
		row.cause.rule_set = version;
		row.cause.severity = s->severity;
		row.cause.about = s->about;
		row.cause.title = s->rule->title;
		row.cause.first = row.cause.last = ts;
		row.cause.hits = 1;
		cause_add_alert(&row.cause, ts, p->alerts[s->alert].id);
		if (add(c, &row, why) != 0)
			return -1;
	}
	for (size_t i = 0; i < p->firing_count; i++) {
		const struct incident_cause row = { .incident = p->incident_of_firing[i],
						    .cause = p->firings[i].cause,
						    .is_changed = true,
						    .is_new = true };

		if (!p->firings[i].is_quiet && add(c, &row, why) != 0)
			return -1;
	}
	return squeeze(c, why);
}

int incident_causes_known(struct incident_causes *c, size_t incident, const struct cause *cause, struct err *why)
{
	const struct incident_cause row = { .incident = incident, .cause = *cause, .is_known = true };

	return add(c, &row, why);
}

int incident_causes_settle(struct incident_causes *c, const struct incident_plan *p, struct err *why)
{
	for (size_t i = 0; i < c->count; i++) {
		struct incident_cause *row = &c->rows[i];
		const struct plan_incident *incident = &p->incidents[row->incident];

		if (incident->fate != FATE_ABSORB)
			continue;
		row->incident = incident->into;
		row->is_known = false; /* of the survivor it is not */
		row->is_changed = true;
	}
	return squeeze(c, why);
}

void incident_causes_release(struct incident_causes *c)
{
	free(c->rows);
	pool_release(&c->pool);
	*c = (struct incident_causes){ 0 };
}
