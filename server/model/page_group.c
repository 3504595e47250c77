#include "server/model/page_group.h"

static bool is_recent(time_us at, time_us now)
{
	return at > now - STORM_WINDOW;
}

bool page_group_joins(const struct page_open *page, time_us now)
{
	return page->state == PAGE_TRIGGERED && !page->is_storm && is_recent(page->created_at, now);
}

/* The newest storm that is still going on; NULL: none. */
static const struct page_open *running_storm(const struct page_open *open, size_t count, time_us now)
{
	const struct page_open *storm = NULL;

	for (size_t i = 0; i < count; i++)
		if (open[i].is_storm && is_recent(open[i].added_at, now) &&
		    (!storm || open[i].page_id > storm->page_id))
			storm = &open[i];
	return storm;
}

static const struct page_open *same_group(const struct page_open *open, size_t count)
{
	const struct page_open *page = NULL;

	for (size_t i = 0; i < count; i++)
		if (open[i].same_group && (!page || open[i].page_id > page->page_id))
			page = &open[i];
	return page;
}

static struct page_placement storm_or_new(const struct page_open *open, size_t count, int severity, time_us now)
{
	struct page_placement storm = { .place = PLACE_STORM, .severity = severity };
	int begun = 0;

	for (size_t i = 0; i < count; i++) {
		begun += !open[i].is_storm && is_recent(open[i].created_at, now);
		if (!page_group_joins(&open[i], now))
			continue;
		storm.joined++;
		if (open[i].severity < storm.severity)
			storm.severity = open[i].severity;
	}
	if (storm.joined >= STORM_PAGES || begun >= STORM_BEGUN)
		return storm;
	return (struct page_placement){ .place = PLACE_NEW, .severity = severity };
}

struct page_placement page_group_place(const struct page_open *open, size_t count, int severity, bool by_hand,
				       time_us now)
{
	struct page_placement result = { .place = PLACE_NEW, .severity = severity };
	const struct page_open *page = same_group(open, count);

	if (by_hand)
		return result;
	if (!page)
		page = running_storm(open, count, now);
	if (page) {
		result.place = PLACE_ADD;
		result.page_id = page->page_id;
		return result;
	}
	return storm_or_new(open, count, severity, now);
}

void page_group_storm_key(int64_t policy_id, char *key, size_t room)
{
	snprintf(key, room, "policy:%lld storm", (long long)policy_id);
}

enum page_effect page_group_effect(int64_t waiting, int64_t taken_on)
{
	if (waiting > 0)
		return PAGE_STAYS;
	return taken_on > 0 ? PAGE_IS_ACKNOWLEDGED : PAGE_IS_CLOSED;
}
