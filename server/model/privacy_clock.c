#include "server/model/privacy_clock.h"

static const char *const names[] = {
	[PRIVACY_FIRST_RUNNING] = "first_running", [PRIVACY_FIRST_DUE] = "first_due",
	[PRIVACY_FIRST_OVERDUE] = "first_overdue", [PRIVACY_FINAL_RUNNING] = "final_running",
	[PRIVACY_FINAL_DUE] = "final_due",         [PRIVACY_FINAL_OVERDUE] = "final_overdue",
	[PRIVACY_REPORTED] = "reported",           [PRIVACY_DROPPED] = "dropped",
};

struct privacy_dates privacy_clock_dates(const struct privacy_clock *clock, const struct zone *zone)
{
	int64_t before = zone_day(zone, clock->known_at) - 1; /* day 0 */
	int64_t final = before + (clock->malicious ? PRIVACY_FINAL_DAYS_MALICIOUS : PRIVACY_FINAL_DAYS);

	return (struct privacy_dates){ .first_from = before + PRIVACY_FIRST_FROM,
				       .first_on = before + PRIVACY_FIRST_DAYS,
				       .final_from = final - PRIVACY_FINAL_WARN_DAYS + 1,
				       .final_on = final };
}

enum privacy_state privacy_clock_state(const struct privacy_clock *clock, const struct zone *zone, time_us now)
{
	struct privacy_dates dates = privacy_clock_dates(clock, zone);
	int64_t today = zone_day(zone, now);

	if (clock->dropped)
		return PRIVACY_DROPPED;
	if (clock->final_reported_at != TIME_NONE)
		return PRIVACY_REPORTED;
	if (today > dates.final_on)
		return PRIVACY_FINAL_OVERDUE;
	if (clock->first_reported_at != TIME_NONE)
		return today < dates.final_from ? PRIVACY_FINAL_RUNNING : PRIVACY_FINAL_DUE;
	if (today > dates.first_on)
		return PRIVACY_FIRST_OVERDUE;
	return today < dates.first_from ? PRIVACY_FIRST_RUNNING : PRIVACY_FIRST_DUE;
}

const char *privacy_state_name(enum privacy_state state)
{
	return names[state];
}

static int64_t reminder_day(const struct privacy_dates *dates, enum privacy_reminder reminder)
{
	switch (reminder) {
	case PRIVACY_REMIND_FIRST:
		return dates->first_from;
	case PRIVACY_REMIND_FIRST_LAST:
		return dates->first_on;
	case PRIVACY_REMIND_FIRST_OVERDUE:
		return dates->first_on + 1;
	case PRIVACY_REMIND_FINAL:
		return dates->final_from;
	case PRIVACY_REMIND_FINAL_LAST:
		return dates->final_on;
	case PRIVACY_REMIND_NONE:
	case PRIVACY_REMIND_FINAL_OVERDUE:
	case PRIVACY_REMINDERS:
	default:
		return dates->final_on + 1;
	}
}

time_us privacy_clock_remind_at(const struct privacy_clock *clock, const struct zone *zone,
				enum privacy_reminder reminder)
{
	struct privacy_dates dates = privacy_clock_dates(clock, zone);

	return zone_instant(zone, reminder_day(&dates, reminder), PRIVACY_REMINDER_HOUR * 3600);
}

enum privacy_reminder privacy_clock_reminder(const struct privacy_clock *clock, const struct zone *zone, time_us now,
					     enum privacy_reminder sent)
{
	enum privacy_reminder first = PRIVACY_REMIND_FIRST;

	if (clock->dropped || clock->final_reported_at != TIME_NONE)
		return PRIVACY_REMIND_NONE;
	if (clock->first_reported_at != TIME_NONE)
		first = PRIVACY_REMIND_FINAL;
	for (int i = PRIVACY_REMIND_FINAL_OVERDUE; i >= (int)first && i > (int)sent; i--)
		if (privacy_clock_remind_at(clock, zone, (enum privacy_reminder)i) <= now)
			return (enum privacy_reminder)i;
	return PRIVACY_REMIND_NONE;
}
