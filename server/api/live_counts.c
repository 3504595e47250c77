#include "server/api/live_counts.h"

#include <stdlib.h>

void live_counts_release(struct live_counts *counts)
{
	free(counts->list);
	*counts = (struct live_counts){ 0 };
}

static size_t find(const struct live_counts *counts, int64_t company_id)
{
	size_t low = 0, high = counts->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (counts->list[middle].company_id < company_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct live_company *insert(struct live_counts *counts, size_t at, int64_t company_id)
{
	if (counts->count == counts->room) {
		size_t room = counts->room ? 2 * counts->room : 64;
		struct live_company *list = realloc(counts->list, room * sizeof(*list));

		if (!list)
			return NULL;
		counts->list = list;
		counts->room = room;
	}
	memmove(counts->list + at + 1, counts->list + at, (counts->count - at) * sizeof(*counts->list));
	counts->list[at] = (struct live_company){ .company_id = company_id };
	counts->count++;
	return &counts->list[at];
}

static struct live_company *get(struct live_counts *counts, int64_t company_id)
{
	size_t at = find(counts, company_id);

	if (at < counts->count && counts->list[at].company_id == company_id)
		return &counts->list[at];
	return insert(counts, at, company_id);
}

void live_counts_set_open(struct live_counts *counts, const struct live_open *list, size_t count)
{
	memset(counts->all.open, 0, sizeof(counts->all.open));
	for (size_t i = 0; i < counts->count; i++)
		memset(counts->list[i].open, 0, sizeof(counts->list[i].open));
	for (size_t i = 0; i < count; i++) {
		struct live_company *company = get(counts, list[i].company_id);

		if (list[i].severity < 1 || list[i].severity > LIVE_SEVERITIES)
			continue;
		counts->all.open[list[i].severity - 1] += list[i].count;
		if (company)
			company->open[list[i].severity - 1] += list[i].count;
	}
}

static void add(struct live_company *company, int64_t alerts, int64_t span)
{
	size_t slot = (size_t)(span % LIVE_SLOTS);

	if (company->slot_at[slot] != span)
		company->alerts[slot] = 0;
	company->slot_at[slot] = span;
	company->alerts[slot] += alerts;
}

void live_counts_add_alerts(struct live_counts *counts, int64_t company_id, int64_t alerts, int64_t now_ms)
{
	struct live_company *company = get(counts, company_id);

	add(&counts->all, alerts, now_ms / LIVE_SLOT_MS);
	if (company)
		add(company, alerts, now_ms / LIVE_SLOT_MS);
}

void live_counts_get(const struct live_counts *counts, int64_t company_id, int64_t now_ms, struct live_figures *out)
{
	size_t at = find(counts, company_id);
	const struct live_company *company = &counts->all;

	*out = (struct live_figures){ 0 };
	if (company_id != 0)
		company = at < counts->count && counts->list[at].company_id == company_id ? &counts->list[at] : NULL;
	if (!company)
		return;
	memcpy(out->open, company->open, sizeof(out->open));
	for (size_t i = 0; i < LIVE_SLOTS; i++)
		if (now_ms / LIVE_SLOT_MS - company->slot_at[i] < LIVE_SLOTS)
			out->alerts_per_minute += company->alerts[i];
}
