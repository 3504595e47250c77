#include "lib/zone_rule.h"

#include "lib/clock.h"

enum { HOUR = 3600, DAY = 86400, TIME_HOURS_MOST = 167 };

static bool take_byte(struct slice *s, char byte)
{
	if (s->len == 0 || s->ptr[0] != (uint8_t)byte)
		return false;
	*s = slice_skip(*s, 1);
	return true;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* A name is not kept: three letters or more, or anything of letters, digits and signs in <>. */
static bool take_name(struct slice *s)
{
	bool quoted = take_byte(s, '<');
	size_t n = 0;

	while (n < s->len &&
	       (is_letter(s->ptr[n]) || (quoted && (is_digit(s->ptr[n]) || s->ptr[n] == '+' || s->ptr[n] == '-'))))
		n++;
	*s = slice_skip(*s, n);
	return n >= 3 && (!quoted || take_byte(s, '>'));
}

static bool take_number(struct slice *s, int least, int most, int *out)
{
	size_t n = 0;
	uint64_t v;

	while (n < s->len && n < 4 && is_digit(s->ptr[n]))
		n++;
	if (n == 0 || !slice_to_uint64(slice_take(*s, n), &v) || v < (uint64_t)least || v > (uint64_t)most)
		return false;
	*s = slice_skip(*s, n);
	*out = (int)v;
	return true;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct slice *s, int hours_most, int32_t *out)
{
	int sign = take_byte(s, '-') ? -1 : 1, hours, minutes = 0, seconds = 0;

	if (sign == 1)
		take_byte(s, '+');
	if (!take_number(s, 0, hours_most, &hours))
		return false;
	if (take_byte(s, ':')) {
		if (!take_number(s, 0, 59, &minutes))
			return false;
		if (take_byte(s, ':') && !take_number(s, 0, 59, &seconds))
			return false;
	}
	*out = sign * (hours * HOUR + minutes * 60 + seconds);
	return true;
}

static bool take_change(struct slice *s, struct zone_change *c)
{
	c->time = 2 * HOUR;
	if (take_byte(s, 'M')) {
		c->kind = ZONE_DAY_OF_MONTH;
		if (!take_number(s, 1, 12, &c->month) || !take_byte(s, '.') || !take_number(s, 1, 5, &c->week) ||
		    !take_byte(s, '.') || !take_number(s, 0, 6, &c->weekday))
			return false;
	} else if (take_byte(s, 'J')) {
		c->kind = ZONE_DAY_NO_LEAP;
		if (!take_number(s, 1, 365, &c->day))
			return false;
	} else {
		c->kind = ZONE_DAY_OF_YEAR;
		if (!take_number(s, 0, 365, &c->day))
			return false;
	}
	return !take_byte(s, '/') || take_time(s, TIME_HOURS_MOST, &c->time);
}

bool zone_rule_parse(struct slice s, struct zone_rule *out)
{
	int32_t west;

	*out = (struct zone_rule){ 0 };
	/* POSIX counts to the west. */
	if (!take_name(&s) || !take_time(&s, 24, &west))
		return false;
	out->standard = -west;
	if (s.len == 0)
		return true;
	if (!take_name(&s))
		return false;
	out->has_saving = true;
	out->saving = out->standard + HOUR;
	if (s.len && s.ptr[0] != ',') {
		if (!take_time(&s, 24, &west))
			return false;
		out->saving = -west;
	}
	return take_byte(&s, ',') && take_change(&s, &out->begin) && take_byte(&s, ',') && take_change(&s, &out->end) &&
	       s.len == 0;
}

/* Days since 1970 of the change's day in that year. */
static int64_t day_of_change(const struct zone_change *c, int year)
{
	int64_t first, day;

	switch (c->kind) {
	case ZONE_DAY_NO_LEAP:
		/* Day 60 is 1 March in every year. */
		return c->day >= 60 ? days_from_civil(year, 3, 1) + c->day - 60
				    : days_from_civil(year, 1, 1) + c->day - 1;
	case ZONE_DAY_OF_YEAR:
		return days_from_civil(year, 1, 1) + c->day;
	case ZONE_DAY_OF_MONTH:
		break;
	}
	first = days_from_civil(year, c->month, 1);
	/* 1970-01-01 was a Thursday: weekday 4 counted from Sunday. */
	day = first + (c->weekday - (int)(((first + 4) % 7 + 7) % 7) + 7) % 7 + 7 * (c->week - 1);
	/* A fifth one that lies in the next month: the fourth is the last. */
	if (c->week == 5 &&
	    day >= (c->month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, c->month + 1, 1)))
		day -= 7;
	return day;
}

int32_t zone_rule_offset(const struct zone_rule *rule, int64_t seconds, int64_t *next)
{
	int64_t last = INT64_MIN;
	bool saving = false;
	int year, month, day;

	*next = INT64_MAX;
	if (!rule->has_saving)
		return rule->standard;
	civil_from_days((seconds >= 0 ? seconds : seconds - (DAY - 1)) / DAY, &year, &month, &day);
	/* A change may lie a week from its day, so the last one may be of the year before the last. Where saving ends
	 * when it begins, it goes on: so is written that it always is (RFC 9636, section 3.3.1). */
	for (int y = year - 2; y <= year + 2; y++) {
		int64_t begin = day_of_change(&rule->begin, y) * DAY + rule->begin.time - rule->standard;
		int64_t end = day_of_change(&rule->end, y) * DAY + rule->end.time - rule->saving;

		if (end <= seconds && end > last) {
			last = end;
			saving = false;
		}
		if (begin <= seconds && begin >= last) {
			last = begin;
			saving = true;
		}
		if (begin > seconds && begin < *next)
			*next = begin;
		if (end > seconds && end < *next)
			*next = end;
	}
	return saving ? rule->saving : rule->standard;
}
