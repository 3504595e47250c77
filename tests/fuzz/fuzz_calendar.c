/* Documents of calendars. Invariants: what changes at the next change is whether it is open, and nothing changes
 * before; open time counted there and back is the same. */
#include "server/model/calendar.h"

#include <stdlib.h>

static const int64_t days[] = { 20758, 20761, 20819 };
static const struct holidays holidays = { days, ARRAY_LEN(days) };

static void check(int holds)
{
	if (!holds)
		abort();
}

static void follow(const struct calendar *c, time_us t)
{
	for (int i = 0; i < 20; i++) {
		time_us next = calendar_next_change(c, t);
		bool open = calendar_is_open(c, t);

		if (next == TIME_NONE)
			return;
		check(next > t);
		check(calendar_is_open(c, next - 1) == open && calendar_is_open(c, t + (next - t) / 2) == open);
		check(calendar_is_open(c, next) != open);
		check(calendar_between(c, t, next) == (open ? next - t : 0));
		check(calendar_add(c, t, 0) == (open ? t : next));
		if (open)
			check(calendar_add(c, t, next - t) == next);
		t = next;
	}
}

static const struct zone *berlin(void)
{
	static struct zone *zone;
	struct err why;

	if (!zone && zone_load(&zone, "Europe/Berlin", &why) != 0)
		abort();
	return zone;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct calendar *c;
	struct err why;

	if (calendar_parse(&c, slice_of(data, size), berlin(), &holidays, &why) != 0) {
		check(why.code == ERR_USAGE);
		return 0;
	}
	follow(c, (time_us)20758 * US_PER_DAY); /* November 2026 */
	follow(c, (time_us)20541 * US_PER_DAY); /* days before the hour that is left out */
	calendar_business_day(c, 20758, 3);
	calendar_release(c);
	return 0;
}
