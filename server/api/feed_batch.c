#include "server/api/feed_batch.h"

#include <stdlib.h>

void feed_batch_clear(struct feed_batch *batch)
{
	batch->range_count = batch->flooded_count = batch->incidents.count = 0;
	batch->tickets.count = batch->orders.count = batch->pages.count = batch->reports.count = 0;
	batch->alerts = 0;
}

static void add_pair(struct feed_pairs *pairs, int64_t company_id, int64_t id)
{
	if (pairs->count == FEED_OBJECTS_MOST)
		feed_pairs_unique(pairs);
	if (pairs->count == FEED_OBJECTS_MOST)
		return;
	pairs->companies[pairs->count] = company_id;
	pairs->ids[pairs->count++] = id;
}

static void flood(struct feed_batch *batch, int64_t company_id, int64_t alerts)
{
	size_t i = 0;

	while (i < batch->flooded_count && batch->flooded[i] != company_id)
		i++;
	if (i == FEED_OBJECTS_MOST)
		return;
	if (i == batch->flooded_count) {
		batch->flooded[batch->flooded_count++] = company_id;
		batch->flooded_alerts[i] = 0;
	}
	batch->flooded_alerts[i] += alerts;
}

static void add_alerts(struct feed_batch *batch, const struct change *c)
{
	int64_t alerts = c->id_to - c->id_from + 1;

	if (batch->range_count == FEED_OBJECTS_MOST || alerts > FEED_ALERTS_MOST - batch->alerts) {
		flood(batch, c->company_id, c->kind == CHANGE_ALERTS ? alerts : 0);
		return;
	}
	batch->alerts += alerts;
	batch->range_is_new[batch->range_count] = c->kind == CHANGE_ALERTS;
	batch->ranges[batch->range_count++] =
	    (struct alert_range){ c->company_id, c->id_from, c->id_to, c->ts_from, c->ts_to };
}

void feed_batch_add(struct feed_batch *batch, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_ALERTS:
	case CHANGE_GROUPED:
		add_alerts(batch, change);
		break;
	case CHANGE_INCIDENT:
		add_pair(&batch->incidents, change->company_id, change->id_from);
		break;
	case CHANGE_SENSOR:
		add_pair(&batch->sensors, change->company_id, change->id_from);
		break;
	case CHANGE_TICKET:
		add_pair(&batch->tickets, change->company_id, change->id_from);
		break;
	case CHANGE_ORDER:
		add_pair(&batch->orders, change->company_id, change->id_from);
		break;
	case CHANGE_PAGE:
		add_pair(&batch->pages, change->company_id, change->id_from);
		break;
	case CHANGE_REPORT:
		add_pair(&batch->reports, change->company_id, change->id_from);
		break;
	case CHANGE_COMPANY: /* no event of the stream */
		break;
	}
}

struct pair {
	int64_t company_id, id;
};

static int compare(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->company_id != y->company_id)
		return x->company_id < y->company_id ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

void feed_pairs_unique(struct feed_pairs *pairs)
{
	struct pair *list = malloc(pairs->count * sizeof(*list) + 1);
	size_t kept = 0;

	if (!list)
		return; /* twice does no harm */
	for (size_t i = 0; i < pairs->count; i++)
		list[i] = (struct pair){ pairs->companies[i], pairs->ids[i] };
	qsort(list, pairs->count, sizeof(*list), compare);
	for (size_t i = 0; i < pairs->count; i++) {
		if (i && compare(&list[i], &list[i - 1]) == 0)
			continue;
		pairs->companies[kept] = list[i].company_id;
		pairs->ids[kept++] = list[i].id;
	}
	pairs->count = kept;
	free(list);
}
