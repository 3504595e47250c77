/* Documents of schedules. Invariants: spans fill a stretch of time without holes and say what schedule_at() says; the
 * next change lies ahead, and nothing changes before it; gaps are the spans with nobody. */
#include "server/model/schedule.h"

#include <stdlib.h>

static void check(int holds)
{
	if (!holds)
		abort();
}

static const struct calendar *office;
static const struct calendar *find(const void *context, int64_t calendar_id)
{
	(void)context;
	return calendar_id == 1 ? office : NULL;
}

static const struct zone *prepare(void)
{
	static struct zone *zone;
	struct calendar *c;
	struct err why;

	if (!zone) {
		check(zone_load(&zone, "Europe/Berlin", &why) == 0);
		check(calendar_parse(&c, SLICE_LITERAL("{\"hours\": {\"mon\": [[\"09:00\", \"17:30\"]]}}"), zone, NULL,
				     &why) == 0);
		office = c;
	}
	return zone;
}

static bool same(struct oncall a, struct oncall b)
{
	return a.user_id == b.user_id && a.layer == b.layer && a.override_id == b.override_id;
}

static void try_stretch(const struct schedule *s, time_us from)
{
	static struct oncall_span spans[40], gaps[40];
	bool more, more_gaps;
	size_t n = schedule_spans(s, from, from + 5 * US_PER_DAY, spans, ARRAY_LEN(spans), &more), nobody = 0;
	size_t m = schedule_gaps(s, from, from + 5 * US_PER_DAY, gaps, ARRAY_LEN(gaps), &more_gaps);

	for (size_t i = 0; i < n; i++) {
		time_us next = schedule_next_change(s, spans[i].from);

		check(spans[i].from == (i ? spans[i - 1].to : from) && spans[i].to > spans[i].from);
		check(same(schedule_at(s, spans[i].from), spans[i].who));
		check(same(schedule_at(s, spans[i].to - 1), spans[i].who));
		check(next == TIME_NONE || next > spans[i].from);
		check(i == 0 || !same(spans[i].who, spans[i - 1].who));
		if (spans[i].who.user_id == 0 && nobody < m) {
			check(gaps[nobody].from == spans[i].from && gaps[nobody].to == spans[i].to);
			nobody++;
		}
	}
	check(more || spans[n - 1].to == from + 5 * US_PER_DAY);
	check(more || nobody == m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct schedule_override overrides[] = {
		{ 1, 8, 0, 3600 * US_PER_SECOND }, { 2, 9, 1774742400 * US_PER_SECOND, 1774753200 * US_PER_SECOND }
	};
	struct schedule_calendars calendars = { find, NULL };
	const struct zone *zone = prepare();
	struct oncall_turn turn;
	struct schedule *s;
	struct err why;
	int64_t people[4];

	if (schedule_parse(&s, slice_of(data, size), zone, &calendars, overrides, ARRAY_LEN(overrides), &why) != 0) {
		check(why.code == ERR_USAGE);
		return 0;
	}
	try_stretch(s, 1774569600 * US_PER_SECOND); /* 27 March 2026: over the hour that is left out */
	try_stretch(s, 1792800000 * US_PER_SECOND); /* 24 October 2026: over the one that comes twice */
	schedule_turn(s, 1774569600 * US_PER_SECOND, &turn);
	check(turn.until == TIME_NONE || turn.next.user_id != turn.now.user_id);
	schedule_people(s, people, ARRAY_LEN(people));
	schedule_release(s);
	return 0;
}
