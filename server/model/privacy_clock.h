/* Clocks of the Act on the Protection of Personal Information, article 26: the member reports a leak to the Commission
 * soon (速報, "about 3 to 5 days") and fully (確報, 30 days; 60 where bad intent is likely). The duty is the member's;
 * we remind and file nothing. Pure.
 *
 * Days are days since 1970-01-01 in the operator's zone. The day of learning is day 1, days off count (the Commission's
 * guideline, general rules, 3-5-3-4). Where the guideline moves a last day that is a day off to the next working day,
 * we do not: our day is never later than the law's. */
#ifndef SERVER_MODEL_PRIVACY_CLOCK_H
#define SERVER_MODEL_PRIVACY_CLOCK_H

#include "lib/zone.h"

#include <stdbool.h>

enum { PRIVACY_FIRST_FROM = 3, PRIVACY_FIRST_DAYS = 5, PRIVACY_FINAL_DAYS = 30, PRIVACY_FINAL_DAYS_MALICIOUS = 60 };
enum { PRIVACY_FINAL_WARN_DAYS = 7, PRIVACY_REMINDER_HOUR = 9 };

struct privacy_clock {
	time_us known_at;          /* the member learned of the leak, or that there may be one */
	time_us first_reported_at; /* TIME_NONE: not yet */
	time_us final_reported_at;
	bool malicious;
	bool dropped; /* no duty after all */
};

struct privacy_dates {
	int64_t first_from, first_on; /* 速報: from day 3 to the end of day 5 */
	int64_t final_from, final_on; /* 確報: the last seven days to the end of day 30 or 60 */
};
struct privacy_dates privacy_clock_dates(const struct privacy_clock *clock, const struct zone *zone);

enum privacy_state {
	PRIVACY_FIRST_RUNNING,
	PRIVACY_FIRST_DUE,
	PRIVACY_FIRST_OVERDUE,
	PRIVACY_FINAL_RUNNING,
	PRIVACY_FINAL_DUE,
	PRIVACY_FINAL_OVERDUE, /* whether the first one was made or not */
	PRIVACY_REPORTED,
	PRIVACY_DROPPED,
};
enum privacy_state privacy_clock_state(const struct privacy_clock *clock, const struct zone *zone, time_us now);
const char *privacy_state_name(enum privacy_state state);

/* Reminders, in the order in which they come: at 9 o'clock of the first day of the state, and of the last day. The
 * column privacy_clock.reminded holds the last that went out. */
enum privacy_reminder {
	PRIVACY_REMIND_NONE,
	PRIVACY_REMIND_FIRST,         /* day 3 */
	PRIVACY_REMIND_FIRST_LAST,    /* day 5 */
	PRIVACY_REMIND_FIRST_OVERDUE, /* day 6 */
	PRIVACY_REMIND_FINAL,         /* 7 days are left, this one included */
	PRIVACY_REMIND_FINAL_LAST,    /* the last day */
	PRIVACY_REMIND_FINAL_OVERDUE, /* the day after */
	PRIVACY_REMINDERS
};
/* When that one is due. */
time_us privacy_clock_remind_at(const struct privacy_clock *clock, const struct zone *zone,
				enum privacy_reminder reminder);
/* The latest reminder that is due and was not overtaken by a report; PRIVACY_REMIND_NONE: none, or not beyond `sent`.
 * One that was missed altogether is not made up for by a later one's day. */
enum privacy_reminder privacy_clock_reminder(const struct privacy_clock *clock, const struct zone *zone, time_us now,
					     enum privacy_reminder sent);

#endif
