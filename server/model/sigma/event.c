#include "server/model/sigma/event.h"

/* Bits of events that nobody names; behind them those of names. */
enum { OTHER_EVE, OTHER_FORTIGATE, OTHER, FIRST_NAME };

#define BIT(n) ((sigma_events)1 << (n))

bool sigma_event_is_pattern(struct slice name)
{
	return slice_is(name, "*") || slice_is(name, "eve.*") || slice_is(name, "fortigate.*");
}

static size_t find(const struct sigma_event_names *e, struct slice name)
{
	uint32_t at = sigma_path_hash(name) % sizeof(e->table);

	for (; e->table[at]; at = (at + 1) % sizeof(e->table))
		if (slice_is(name, e->names[e->table[at] - 1]))
			return e->table[at] - 1;
	return SIZE_MAX;
}

bool sigma_event_add(struct sigma_event_names *e, struct slice name)
{
	uint32_t at = sigma_path_hash(name) % sizeof(e->table);

	if (find(e, name) != SIZE_MAX)
		return true;
	if (name.len > SIGMA_EVENT_NAME_MAX || e->count == SIGMA_EVENTS_MAX)
		return false;
	memcpy(e->names[e->count++], name.ptr, name.len);
	while (e->table[at])
		at = (at + 1) % sizeof(e->table);
	e->table[at] = (uint8_t)e->count;
	return true;
}

static sigma_events bits_of_prefix(const struct sigma_event_names *e, const char *prefix, sigma_events others)
{
	sigma_events bits = others;

	for (size_t i = 0; i < e->count; i++)
		if (slice_starts_with(slice_of_string(e->names[i]), prefix))
			bits |= BIT(FIRST_NAME + i);
	return bits;
}

sigma_events sigma_event_bits(const struct sigma_event_names *e, struct slice name)
{
	size_t i;

	if (slice_is(name, "*"))
		return SIGMA_ALL_EVENTS;
	if (slice_is(name, "eve.*"))
		return bits_of_prefix(e, "eve.", BIT(OTHER_EVE));
	if (slice_is(name, "fortigate.*"))
		return bits_of_prefix(e, "fortigate.", BIT(OTHER_FORTIGATE));
	i = find(e, name);
	return i == SIZE_MAX ? 0 : BIT(FIRST_NAME + i);
}

sigma_events sigma_event_of(const struct sigma_event_names *e, struct slice event)
{
	size_t i = find(e, event);

	if (i != SIZE_MAX)
		return BIT(FIRST_NAME + i);
	if (slice_starts_with(event, "eve."))
		return BIT(OTHER_EVE);
	return slice_starts_with(event, "fortigate.") ? BIT(OTHER_FORTIGATE) : BIT(OTHER);
}
