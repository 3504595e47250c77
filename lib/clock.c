#include "lib/clock.h"

#include <stdio.h>
#include <time.h>

time_us clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (time_us)t.tv_sec * US_PER_SECOND + t.tv_nsec / 1000;
}

int64_t clock_monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Both directions count in 400-year eras of 146,097 days that start on 1 March, so that the leap day is the
 * last day of a year. */
int64_t days_from_civil(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

void civil_from_days(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2 ? 1 : 0));
}

static int days_in_month(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool time_from_fields(int year, int month, int day, int hour, int minute, int second, int microsecond, int zone_seconds,
		      time_us *out)
{
	int64_t seconds;

	if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || microsecond < 0 ||
	    microsecond > 999999 || zone_seconds < -86400 || zone_seconds > 86400)
		return false;
	if (second == 60)
		second = 59;
	seconds = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zone_seconds;
	*out = seconds * US_PER_SECOND + microsecond;
	return true;
}

/* Takes exactly `digits` decimal digits off the front. */
static bool take_digits(struct slice *s, size_t digits, int *out)
{
	uint64_t v;

	if (s->len < digits || !slice_to_uint64(slice_take(*s, digits), &v))
		return false;
	*out = (int)v;
	*s = slice_skip(*s, digits);
	return true;
}

static bool take_byte(struct slice *s, uint8_t byte)
{
	if (s->len == 0 || s->ptr[0] != byte)
		return false;
	*s = slice_skip(*s, 1);
	return true;
}

static bool take_fraction(struct slice *s, int *microsecond)
{
	int scale = 100000;
	size_t digits = 0;

	*microsecond = 0;
	if (!take_byte(s, '.') && !take_byte(s, ','))
		return true;
	while (s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9') {
		*microsecond += (s->ptr[0] - '0') * scale;
		scale /= 10;
		digits++;
		*s = slice_skip(*s, 1);
	}
	return digits > 0;
}

static bool take_zone(struct slice *s, int default_zone, int *zone)
{
	int hours, minutes, sign;

	*zone = default_zone;
	if (s->len == 0)
		return true;
	if (take_byte(s, 'Z') || take_byte(s, 'z')) {
		*zone = 0;
		return true;
	}
	sign = s->ptr[0] == '-' ? -1 : 1;
	if (!take_byte(s, '+') && !take_byte(s, '-'))
		return false;
	if (!take_digits(s, 2, &hours))
		return false;
	take_byte(s, ':');
	if (!take_digits(s, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*zone = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool time_parse(struct slice s, int default_zone_seconds, time_us *out)
{
	int year, month, day, hour, minute, second, microsecond, zone;

	if (!take_digits(&s, 4, &year) || !take_byte(&s, '-') || !take_digits(&s, 2, &month) || !take_byte(&s, '-') ||
	    !take_digits(&s, 2, &day))
		return false;
	if (!take_byte(&s, 'T') && !take_byte(&s, 't') && !take_byte(&s, ' '))
		return false;
	if (!take_digits(&s, 2, &hour) || !take_byte(&s, ':') || !take_digits(&s, 2, &minute) || !take_byte(&s, ':') ||
	    !take_digits(&s, 2, &second))
		return false;
	if (!take_fraction(&s, &microsecond) || !take_zone(&s, default_zone_seconds, &zone) || s.len != 0)
		return false;
	return time_from_fields(year, month, day, hour, minute, second, microsecond, zone, out);
}

void time_to_text(time_us t, char out[TIME_TEXT_SIZE])
{
	int64_t seconds = t / US_PER_SECOND, fraction = t % US_PER_SECOND, days, rest;
	int year, month, day;

	if (fraction < 0) {
		fraction += US_PER_SECOND;
		seconds--;
	}
	days = seconds / 86400;
	rest = seconds % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	civil_from_days(days, &year, &month, &day);
	snprintf(out, TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", year, month, day, (int)(rest / 3600),
		 (int)(rest / 60 % 60), (int)(rest % 60), (int)fraction);
}
