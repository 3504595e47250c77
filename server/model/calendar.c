#include "server/model/calendar.h"

#include "server/model/calendar_hours.h"

#include <stdlib.h>

enum { WEEK = 7, SPANS_MAX = 8, DAYS_MAX = 366, YEARLY_MAX = 366, SEARCH_DAYS = 732 /* two years and a bit */ };

/* Hours of one weekday: seconds of the day, in order, none empty. */
struct day_hours {
	int count;
	struct {
		int from, to;
	} spans[SPANS_MAX];
};

struct day_list {
	size_t count;
	int64_t days[DAYS_MAX]; /* ascending */
};

struct calendar {
	const struct zone *zone;
	const struct holidays *holidays; /* NULL: they do not matter */
	struct day_hours hours[WEEK];
	bool yearly[12][31];
	struct day_list closed, open;
};

static const struct day_hours no_hours;

/* ------------------------------------------------------------------------------------------------------- the document
 */

static int read_span(struct day_hours *hours, const struct document *d, uint32_t value, const char *place,
		     struct err *why)
{
	const struct json_reader *r = &d->reader;
	int count, from, to;
	uint32_t first;

	if (document_array(d, value, place, 2, &count, why) != 0)
		return -1;
	if (count != 2)
		return err_set(why, ERR_USAGE, "%s: it must be two times, as [\"09:00\", \"17:30\"]", place);
	first = json_read_first(r, value);
	if (document_time(d, first, place, false, &from, why) != 0 ||
	    document_time(d, r->tokens[first].next, place, true, &to, why) != 0)
		return -1;
	if (to <= from)
		return err_set(why, ERR_USAGE,
			       "%s: it ends before it begins; hours over midnight are two, "
			       "to 24:00 and from 00:00 of the next day",
			       place);
	if (hours->count && from < hours->spans[hours->count - 1].to)
		return err_set(why, ERR_USAGE, "%s: it begins before the one in front of it ends", place);
	hours->spans[hours->count].from = from;
	hours->spans[hours->count].to = to;
	hours->count++;
	return 0;
}

static int read_day_hours(struct day_hours *hours, const struct document *d, uint32_t value, const char *place,
			  struct err *why)
{
	const struct json_reader *r = &d->reader;
	char item[DOCUMENT_PLACE_SIZE];
	int count, n = 0;

	if (document_array(d, value, place, SPANS_MAX, &count, why) != 0)
		return -1;
	for (uint32_t i = json_read_first(r, value); i < r->tokens[value].next; i = r->tokens[i].next) {
		document_item_place(item, place, n++);
		if (read_span(hours, d, i, item, why) != 0)
			return -1;
	}
	return 0;
}

static int read_hours(struct calendar *c, const struct document *d, uint32_t value, const char *place, struct err *why)
{
	static const char *const names[WEEK] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	uint32_t days[WEEK];
	char member[DOCUMENT_PLACE_SIZE];

	if (document_object(d, value, place, names, WEEK, days, why) != 0)
		return -1;
	for (int i = 0; i < WEEK; i++) {
		document_member_place(member, place, names[i]);
		if (days[i] != JSON_NONE && read_day_hours(&c->hours[i], d, days[i], member, why) != 0)
			return -1;
	}
	return 0;
}

static int read_yearly(struct calendar *c, const struct document *d, uint32_t value, struct err *why)
{
	const struct json_reader *r = &d->reader;
	char place[DOCUMENT_PLACE_SIZE];
	int count, n = 0, month, day;

	if (document_array(d, value, "closed_yearly", YEARLY_MAX, &count, why) != 0)
		return -1;
	for (uint32_t i = json_read_first(r, value); i < r->tokens[value].next; i = r->tokens[i].next) {
		document_item_place(place, "closed_yearly", n++);
		if (document_month_day(d, i, place, &month, &day, why) != 0)
			return -1;
		c->yearly[month - 1][day - 1] = true;
	}
	return 0;
}

static int compare_days(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int read_days(struct day_list *list, const struct document *d, uint32_t value, const char *place,
		     struct err *why)
{
	const struct json_reader *r = &d->reader;
	char item[DOCUMENT_PLACE_SIZE];
	int count;

	if (document_array(d, value, place, DAYS_MAX, &count, why) != 0)
		return -1;
	for (uint32_t i = json_read_first(r, value); i < r->tokens[value].next; i = r->tokens[i].next) {
		document_item_place(item, place, (int)list->count);
		if (document_day(d, i, item, &list->days[list->count], why) != 0)
			return -1;
		list->count++;
	}
	qsort(list->days, list->count, sizeof(list->days[0]), compare_days);
	return 0;
}

static bool has_day(const int64_t *days, size_t count, int64_t day)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (days[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && days[low] == day;
}

static int check_exceptions(const struct calendar *c, struct err *why)
{
	int year, month, day;

	for (size_t i = 0; i < c->open.count; i++) {
		if (!has_day(c->closed.days, c->closed.count, c->open.days[i]))
			continue;
		civil_from_days(c->open.days[i], &year, &month, &day);
		return err_set(why, ERR_USAGE, "open: %04d-%02d-%02d stands under closed too", year, month, day);
	}
	return 0;
}

static int read_calendar(struct calendar *c, const struct document *d, const struct holidays *holidays, struct err *why)
{
	enum { HOURS, HOLIDAYS, YEARLY, CLOSED, OPEN, MEMBERS };
	static const char *const names[MEMBERS] = { "hours", "holidays", "closed_yearly", "closed", "open" };
	uint32_t v[MEMBERS];
	bool off = false;

	if (document_object(d, 0, "", names, MEMBERS, v, why) != 0 ||
	    (v[HOURS] != JSON_NONE && read_hours(c, d, v[HOURS], "hours", why) != 0) ||
	    (v[HOLIDAYS] != JSON_NONE && document_bool(d, v[HOLIDAYS], "holidays", &off, why) != 0) ||
	    (v[YEARLY] != JSON_NONE && read_yearly(c, d, v[YEARLY], why) != 0) ||
	    (v[CLOSED] != JSON_NONE && read_days(&c->closed, d, v[CLOSED], "closed", why) != 0) ||
	    (v[OPEN] != JSON_NONE && read_days(&c->open, d, v[OPEN], "open", why) != 0))
		return -1;
	c->holidays = off ? holidays : NULL;
	return check_exceptions(c, why);
}

static struct calendar *calendar_new(const struct zone *zone, struct err *why)
{
	struct calendar *c = calloc(1, sizeof(*c));

	if (c)
		c->zone = zone;
	else
		err_set(why, ERR_NOMEM, "no memory for a calendar");
	return c;
}

int calendar_parse(struct calendar **out, struct slice text, const struct zone *zone, const struct holidays *holidays,
		   struct err *why)
{
	struct calendar *c;
	struct document d;
	int failed;

	if (document_read(&d, text, why) != 0)
		return -1;
	c = calendar_new(zone, why);
	failed = !c || read_calendar(c, &d, holidays, why) != 0 ? -1 : 0;
	document_release(&d);
	if (failed)
		calendar_release(c);
	else
		*out = c;
	return failed;
}

int calendar_of_hours(struct calendar **out, const struct document *d, uint32_t value, const char *place,
		      const struct zone *zone, struct err *why)
{
	struct calendar *c = calendar_new(zone, why);

	if (!c || read_hours(c, d, value, place, why) != 0) {
		calendar_release(c);
		return -1;
	}
	*out = c;
	return 0;
}

void calendar_release(struct calendar *calendar)
{
	free(calendar);
}

/* -------------------------------------------------------------------------------------------------------------- days
 */

static bool is_off(const struct calendar *c, int64_t day)
{
	int year, month, of_month;

	if (has_day(c->open.days, c->open.count, day))
		return false;
	if (has_day(c->closed.days, c->closed.count, day))
		return true;
	civil_from_days(day, &year, &month, &of_month);
	return c->yearly[month - 1][of_month - 1] ||
	       (c->holidays && has_day(c->holidays->days, c->holidays->count, day));
}

static const struct day_hours *hours_of(const struct calendar *c, int64_t day)
{
	/* 1970-01-01 was a Thursday. */
	const struct day_hours *hours = &c->hours[((day + 3) % WEEK + WEEK) % WEEK];

	return hours->count == 0 || is_off(c, day) ? &no_hours : hours;
}

/* The day in whose hours the instant lies. Not always zone_day(): where clocks go back over midnight, the evening that
 * comes a second time belongs to the next day, which has begun. */
static int64_t day_at(const struct calendar *c, time_us t)
{
	int64_t day;

	/* Beyond, days cannot be told apart any more (lib/zone.h). */
	if (t > INT64_MAX / 2)
		t = INT64_MAX / 2;
	if (t < INT64_MIN / 2)
		t = INT64_MIN / 2;
	day = zone_day(c->zone, t);

	while (t >= zone_instant(c->zone, day + 1, 0))
		day++;
	while (t < zone_instant(c->zone, day, 0))
		day--;
	return day;
}

/* A run of open time. */
struct run {
	time_us from, to;
};
/* Goes through the runs that end after an instant, in order, none empty. */
struct walk {
	const struct calendar *calendar;
	time_us after;
	int64_t day, last;
	int next; /* span of that day */
};

/* Two years of the local calendar are looked through. */
static struct walk walk_from(const struct calendar *c, time_us t)
{
	int64_t day = day_at(c, t);

	return (struct walk){ .calendar = c, .after = t, .day = day, .last = day + SEARCH_DAYS };
}

static bool walk_next(struct walk *w, struct run *out)
{
	for (; w->day <= w->last; w->day++, w->next = 0) {
		const struct day_hours *hours = hours_of(w->calendar, w->day);

		while (w->next < hours->count) {
			int i = w->next++;

			out->to = zone_instant(w->calendar->zone, w->day, hours->spans[i].to);
			if (out->to <= w->after)
				continue;
			out->from = zone_instant(w->calendar->zone, w->day, hours->spans[i].from);
			if (out->from < out->to)
				return true;
		}
	}
	return false;
}

bool calendar_is_open(const struct calendar *c, time_us t)
{
	struct walk w = walk_from(c, t);
	struct run run;

	w.last = w.day;
	return walk_next(&w, &run) && run.from <= t;
}

bool calendar_is_business_day(const struct calendar *c, int64_t day)
{
	return hours_of(c, day)->count > 0;
}

time_us calendar_next_change(const struct calendar *c, time_us t)
{
	struct walk w = walk_from(c, t);
	struct run run;
	time_us closes = TIME_NONE;

	/* Runs that touch are one. */
	while (walk_next(&w, &run)) {
		if (closes == TIME_NONE && run.from > t)
			return run.from;
		if (closes != TIME_NONE && run.from > closes)
			return closes;
		closes = run.to;
	}
	/* It closes for good, or it is open for as long as was looked. */
	return closes == TIME_NONE || day_at(c, closes) > w.last ? TIME_NONE : closes;
}

time_us calendar_add(const struct calendar *c, time_us t, int64_t duration)
{
	struct walk w = walk_from(c, t);
	struct run run;

	while (walk_next(&w, &run)) {
		time_us from = run.from > t ? run.from : t;

		/* What is due when it closes is due then, not when it opens again. */
		if (duration < run.to - from || (duration > 0 && duration == run.to - from))
			return from + (duration > 0 ? duration : 0);
		duration -= run.to - from;
	}
	return TIME_NONE;
}

int64_t calendar_between(const struct calendar *c, time_us from, time_us to)
{
	struct walk w;
	struct run run;
	int64_t sum = 0;

	if (from >= to)
		return 0;
	w = walk_from(c, from);
	w.last = day_at(c, to);
	while (walk_next(&w, &run) && run.from < to)
		sum += (run.to < to ? run.to : to) - (run.from > from ? run.from : from);
	return sum;
}

int64_t calendar_business_day(const struct calendar *c, int64_t day, int n)
{
	for (int64_t d = day; d <= day + SEARCH_DAYS; d++)
		if (calendar_is_business_day(c, d) && --n <= 0)
			return d;
	return INT64_MAX;
}
