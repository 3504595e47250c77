/* Who is on call, against a reference that goes minute by minute by the C library's clock. HINOMI_SCHEDULE_ROUNDS
 * random schedules (90) in seven zones, over days at which their clocks change. */
#include "lib/buffer.h"
#include "tests/unit/rota.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define MINUTE (60 * US_PER_SECOND)
#define HOUR   (60 * MINUTE)

static uint64_t seed = 2463534242u;
static unsigned draw(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % below);
}

enum { LAYERS = 3, OVERRIDES = 4, DAYS = 16, MINUTES = DAYS * 1440 };

/* A random schedule as plain facts. Wall times are local, in minutes since the local 1970. */
struct plain_layer {
	int64_t people[4];
	int count;
	char unit; /* h, d, w, m */
	int every;
	long start_day, start_minute; /* local */
	long from_day, to_day;        /* LONG_MIN, LONG_MAX: none */
	bool restricted;
	bool week[7][1440];
	int calendar; /* 0: none, 1: while open, 2: while closed */
};
struct world {
	const char *zone;
	long first_day;
	struct plain_layer layers[LAYERS];
	int layer_count;
	struct schedule_override overrides[OVERRIDES];
	size_t override_count;
	char document[8192];
};

static void put_day(struct buffer *b, const char *name, long day)
{
	int year, month, of_month;

	civil_from_days(day, &year, &month, &of_month);
	buffer_printf(b, ", \"%s\": \"%04d-%02d-%02d\"", name, year, month, of_month);
}

static void random_hours(struct plain_layer *l, struct buffer *b)
{
	static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

	l->restricted = true;
	buffer_printf(b, ", \"hours\": {");
	for (int d = 0; d < 7; d++) {
		int minute = (int)draw(4) * 45;

		buffer_printf(b, "%s\"%s\": [", d ? ", " : "", names[d]);
		for (int n = 0; minute < 1440 && draw(3); n++) {
			int end = draw(3) ? minute + 1 + (int)draw(900) : 1440;

			if (end > 1440)
				end = 1440;
			buffer_printf(b, "%s[\"%02d:%02d\", \"%02d:%02d\"]", n ? ", " : "", minute / 60, minute % 60,
				      end / 60, end % 60);
			for (int m = minute; m < end; m++)
				l->week[d][m] = true;
			minute = end;
		}
		buffer_printf(b, "]");
	}
	buffer_printf(b, "}");
}

static void random_layer(struct plain_layer *l, long first_day, struct buffer *b)
{
	static const char units[] = "hdwm", *const names[] = { "hour", "day", "week", "month" };
	unsigned unit = draw(4);

	memset(l, 0, sizeof(*l));
	l->unit = units[unit];
	l->every = 1 + (int)draw(l->unit == 'h' ? 30 : 3);
	/* Often in the hours that clock changes touch. */
	l->start_minute = draw(2) ? (long)draw(240) : (long)draw(1440);
	l->start_day = first_day + 3 - (long)draw(400);
	l->from_day = draw(3) ? -1000000 : first_day + (long)draw(DAYS);
	l->to_day = draw(3) ? 1000000 : first_day + DAYS - (long)draw(5);
	if (l->to_day < l->from_day)
		l->to_day = l->from_day;
	buffer_printf(b, "{\"name\": \"x\", \"people\": [");
	l->count = 1 + (int)draw(4);
	for (int i = 0; i < l->count; i++) {
		l->people[i] = draw(6);
		buffer_printf(b, "%s%" PRId64, i ? ", " : "", l->people[i]);
	}
	buffer_printf(b, "], \"rotation\": {\"unit\": \"%s\", \"every\": %d, \"handover\": \"%02ld:%02ld\"",
		      names[unit], l->every, l->start_minute / 60, l->start_minute % 60);
	put_day(b, "start", l->start_day);
	buffer_printf(b, "}");
	if (l->from_day > 0)
		put_day(b, "from", l->from_day);
	if (l->to_day < 1000000)
		put_day(b, "to", l->to_day);
	if (draw(2))
		random_hours(l, b);
	l->calendar = (int)draw(3);
	if (l->calendar)
		buffer_printf(b, ", \"calendar\": 1, \"calendar_open\": %s", l->calendar == 1 ? "true" : "false");
	buffer_printf(b, "}");
}

static void random_world(struct world *w, const char *zone, long first_day)
{
	struct buffer b = { 0 };

	memset(w, 0, sizeof(*w));
	w->zone = zone;
	w->first_day = first_day;
	buffer_printf(&b, "{\"layers\": [");
	w->layer_count = 1 + (int)draw(LAYERS);
	for (int i = 0; i < w->layer_count; i++) {
		buffer_printf(&b, "%s", i ? ", " : "");
		random_layer(&w->layers[i], first_day, &b);
	}
	buffer_printf(&b, "]}");
	ck_assert_uint_lt(b.len, sizeof(w->document));
	memcpy(w->document, b.data, b.len);
	buffer_release(&b);
	w->override_count = draw(OVERRIDES + 1);
	for (size_t i = 0; i < w->override_count; i++) {
		time_us from = first_day * US_PER_DAY + (time_us)draw(MINUTES) * MINUTE;

		w->overrides[i] = (struct schedule_override){ (int64_t)i + 1, 90 + (int64_t)i, from,
							      from + (1 + (time_us)draw(2000)) * MINUTE };
	}
}

/* How many days a date lies behind another when so many months are added to its month: by trying. */
static long month_boundary(long start_day, long months)
{
	int year, month, day, y, m, d;
	long at = start_day;

	civil_from_days(start_day, &year, &month, &day);
	for (long i = 0; i < months; i++) {
		/* The first of the next month. */
		do
			civil_from_days(++at, &y, &m, &d);
		while (d != 1);
	}
	if (months == 0)
		return start_day;
	/* As far into it as the day says, or the month goes. */
	civil_from_days(at, &y, &m, &d);
	while (d < day) {
		int next_year, next_month, next_day;

		civil_from_days(at + 1, &next_year, &next_month, &next_day);
		if (next_month != m)
			break;
		at++;
		d = next_day;
	}
	return at;
}

/* The turn that began last at or before this wall time, counting hand-overs one by one. */
static long plain_turn(const struct plain_layer *l, long wall, time_us t, time_us start)
{
	long n = 0;

	if (l->unit == 'h') {
		while (start + (n + 1) * l->every * HOUR <= t)
			n++;
		return n;
	}
	for (;; n++) {
		long day = l->unit == 'd'   ? l->start_day + (n + 1) * l->every
			   : l->unit == 'w' ? l->start_day + 7 * (n + 1) * l->every
					    : month_boundary(l->start_day, (n + 1) * l->every);

		if (day * 1440 + l->start_minute > wall)
			return n;
	}
}

/* The office of make_office(). */
static bool plain_office(long wall)
{
	long day = wall / 1440, minute = wall % 1440;
	int year, month, of_month;

	civil_from_days(day, &year, &month, &of_month);
	if ((month == 12 && of_month >= 29 && of_month <= 31) || (month == 1 && of_month == 1))
		return false;
	return (day + 3) % 7 < 5 && minute >= 540 && minute < 1050;
}

static int64_t plain_layer_person(const struct plain_layer *l, long wall, time_us t, time_us start)
{
	long day = wall / 1440;

	if (wall < l->start_day * 1440 + l->start_minute || day < l->from_day || day > l->to_day)
		return 0;
	if (l->restricted && !l->week[(day + 3) % 7][wall % 1440])
		return 0;
	if (l->calendar && plain_office(wall) != (l->calendar == 1))
		return 0;
	return l->people[plain_turn(l, wall, t, start) % l->count];
}

static int64_t plain_person(const struct world *w, long wall, time_us t, const time_us *starts)
{
	int64_t person = 0;

	for (int i = 0; i < w->layer_count; i++) {
		int64_t p = plain_layer_person(&w->layers[i], wall, t, starts[i]);

		person = p ? p : person;
	}
	for (size_t i = 0; i < w->override_count; i++)
		if (w->overrides[i].from <= t && t < w->overrides[i].to)
			person = w->overrides[i].user_id;
	return person;
}

/* Minutes of the local time that the C library's clock shows. */
static long wall_at(time_us t)
{
	time_t seconds = (time_t)(t / US_PER_SECOND);
	struct tm tm;

	localtime_r(&seconds, &tm);
	return (long)((seconds + tm.tm_gmtoff) / 60);
}

/* The first instant at which that clock showed this time or a later one. */
static time_us first_at(long wall)
{
	time_us t = (wall - 27 * 60) * MINUTE;

	while (wall_at(t) < wall)
		t += MINUTE;
	return t;
}

static int64_t answers[MINUTES];

/* A time that the clock has shown counts as passed, also when the clock goes back: hand-overs happen once. */
static void compute_reference(const struct world *w)
{
	time_us start = (time_us)w->first_day * US_PER_DAY, starts[LAYERS] = { 0 };
	long shown = 0;

	for (int i = 0; i < w->layer_count; i++)
		starts[i] = first_at(w->layers[i].start_day * 1440 + w->layers[i].start_minute);
	/* A day before already: it may have shown more than it shows now. */
	for (int m = -1440; m < MINUTES; m++) {
		time_us t = start + m * MINUTE;

		if (wall_at(t) > shown)
			shown = wall_at(t);
		if (m >= 0)
			answers[m] = plain_person(w, shown, t, starts);
	}
}

static void hold_against_reference(const struct world *w, const struct schedule *s)
{
	time_us start = (time_us)w->first_day * US_PER_DAY;
	int cursor = 0;

	for (int m = 0; m < MINUTES; m++) {
		time_us t = start + m * MINUTE;

		if (m == 0 || answers[m] != answers[m - 1] || draw(20) == 0) {
			ck_assert_msg(who(s, t) == answers[m], "%s in %s, minute %d (%ld): %" PRId64 ", not %" PRId64,
				      w->document, w->zone, m, (long)(t / US_PER_SECOND), who(s, t), answers[m]);
			if (m)
				ck_assert_int_eq(who(s, t - 1), answers[m - 1]);
		}
		if (m && answers[m] != answers[m - 1]) {
			/* No step from within the stretch that ends here leads beyond its end. */
			for (time_us at = start + (cursor + (int)draw((unsigned)(m - cursor))) * MINUTE; at < t;) {
				time_us next = schedule_next_change(s, at);

				ck_assert_int_ne(next, TIME_NONE);
				ck_assert_int_gt(next, at);
				ck_assert_msg(next <= t, "%s in %s skips minute %d", w->document, w->zone, m);
				at = next;
			}
			cursor = m;
		}
	}
}

static void hold_spans(const struct world *w, const struct schedule *s)
{
	static struct oncall_span spans[SCHEDULE_SPANS_MAX];
	time_us from = (time_us)w->first_day * US_PER_DAY + (time_us)draw(2000) * MINUTE;
	time_us to = from + (1 + (time_us)draw(12 * 1440)) * MINUTE, cursor = from, gap_time = 0;
	size_t n, gaps = 0;
	bool more;

	n = schedule_spans(s, from, to, spans, SCHEDULE_SPANS_MAX, &more);
	ck_assert(!more);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(spans[i].from, cursor);
		ck_assert_int_gt(spans[i].to, spans[i].from);
		for (int k = 0; k < 5; k++) {
			time_us at =
			    spans[i].from + (time_us)draw((unsigned)((spans[i].to - spans[i].from) / MINUTE)) * MINUTE;
			struct oncall o = schedule_at(s, at);

			ck_assert_int_eq(o.user_id, spans[i].who.user_id);
			ck_assert_int_eq(o.layer, spans[i].who.layer);
			ck_assert_int_eq(o.override_id, spans[i].who.override_id);
		}
		if (spans[i].who.user_id == 0) {
			gaps++;
			gap_time += spans[i].to - spans[i].from;
		}
		cursor = spans[i].to;
	}
	ck_assert_int_eq(cursor, to);
	ck_assert_uint_eq(schedule_gaps(s, from, to, spans, SCHEDULE_SPANS_MAX, &more), gaps);
	for (size_t i = 0; i < gaps; i++)
		gap_time -= spans[i].to - spans[i].from;
	ck_assert_int_eq(gap_time, 0);
}

START_TEST(a_reference_agrees)
{
	static const struct {
		const char *zone;
		int year, month, day;
	} cases[] = {
		{ "Asia/Tokyo", 2026, 12, 20 },         { "Europe/Berlin", 2026, 3, 22 },
		{ "Europe/Berlin", 2026, 10, 18 },      { "Australia/Lord_Howe", 2026, 9, 28 },
		{ "Australia/Lord_Howe", 2026, 3, 29 }, { "America/New_York", 2028, 2, 25 },
		{ "America/Nuuk", 2026, 3, 22 },        { "Pacific/Apia", 2011, 12, 22 },
		{ "America/St_Johns", 2010, 10, 31 },
	};
	static struct world w;
	const char *wanted = getenv("HINOMI_SCHEDULE_ROUNDS");
	long rounds = wanted ? strtol(wanted, NULL, 10) : 90;

	for (long round = 0; round < rounds; round++) {
		size_t i = (size_t)round % ARRAY_LEN(cases);
		struct zone *zone = load(cases[i].zone);
		struct calendar *c = make_office(zone);
		struct schedule *s;

		office = c;
		setenv("TZ", cases[i].zone, 1);
		tzset();
		random_world(&w, cases[i].zone, (long)days_from_civil(cases[i].year, cases[i].month, cases[i].day));
		s = parse(w.document, zone, w.overrides, w.override_count);
		compute_reference(&w);
		hold_against_reference(&w, s);
		hold_spans(&w, s);
		schedule_release(s);
		calendar_release(c);
		zone_release(zone);
	}
}
END_TEST

SUITE_MAIN("rota", a_reference_agrees)
