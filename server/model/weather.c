#include "server/model/weather.h"

/* ------------------------------------------------------------------------------------------------------------ names */

static const char *const grades[WEATHERS] = {
	[WEATHER_SUNNY] = "sunny", [WEATHER_HAZY] = "hazy", [WEATHER_CLOUDY] = "cloudy",
	[WEATHER_RAINY] = "rainy", [WEATHER_FOG] = "fog",
};

const char *weather_name(enum weather weather)
{
	return grades[weather];
}

bool weather_parse(struct slice name, enum weather *out)
{
	for (int i = 0; i < WEATHERS; i++)
		if (slice_is(name, grades[i])) {
			*out = (enum weather)i;
			return true;
		}
	return false;
}

bool weather_needs_comment(enum weather weather)
{
	return weather == WEATHER_CLOUDY || weather == WEATHER_RAINY || weather == WEATHER_FOG;
}

/* ---------------------------------------------------------------------------------------------------------- reasons */

enum { REASONS_MAX = 8, VALUES_MAX = 6 };

struct judging {
	const struct member_month *m;
	const struct report_texts *texts;
	struct pool *pool;
	struct weather_reason reasons[REASONS_MAX];
	size_t count;
	bool failed; /* no memory */
};

/* A value in both languages. */
struct value {
	const char *name, *ja, *en;
};

static const char *fill(struct judging *j, const char *key, bool japanese, const struct value *values, size_t count)
{
	struct report_text_value given[VALUES_MAX] = { 0 };

	for (size_t i = 0; i < count; i++)
		given[i] = (struct report_text_value){ values[i].name, japanese ? values[i].ja : values[i].en };
	return report_text_fill(j->texts, key, japanese, given, count, j->pool);
}

static void add(struct judging *j, const char *key, const struct value *values, size_t count)
{
	struct weather_reason reason = { fill(j, key, true, values, count), fill(j, key, false, values, count) };

	j->failed = j->failed || !reason.ja || !reason.en;
	if (j->count < REASONS_MAX)
		j->reasons[j->count++] = reason;
}

static void add_count(struct judging *j, const char *key, int64_t count)
{
	char text[REPORT_NUMBER_SIZE];

	if (count > 0)
		add(j, key, &(struct value){ "count", report_number(count, text), text }, 1);
}

/* ------------------------------------------------------------------------------------------------------------ facts */

/* What became of cases, of which one was the gravest. */
struct found {
	const struct case_row *gravest;
	int64_t count, open, contained; /* contained: kept from spreading, not yet over */
	int64_t cleared;                /* judged benign or false: not counted */
};

/* Cases of a severity that were not judged benign or false; open: only those still open at the end of the month. */
static struct found find_cases(const struct member_month *m, int64_t severity, bool open)
{
	struct found found = { 0 };

	for (size_t i = 0; i < m->cases_count; i++) {
		const struct case_row *row = &m->cases[i];

		found.cleared += row->severity == severity && case_row_cleared(row);
		if (row->severity != severity || case_row_cleared(row) || (open && !row->open))
			continue;
		found.gravest = found.gravest ? found.gravest : row;
		found.count++;
		found.open += row->open;
		found.contained += !row->open && slice_is(slice_of_string(row->state), "contained");
	}
	return found;
}

static void add_cases(struct judging *j, const char *key, int64_t severity, bool open)
{
	const struct found found = find_cases(j->m, severity, open);
	char count[REPORT_NUMBER_SIZE], left[REPORT_NUMBER_SIZE], cleared[REPORT_NUMBER_SIZE];
	const char *some_cleared = found.cleared > 0 ? cleared : NULL;
	const char *some_open = found.open > 0 ? left : NULL;
	const char *contained = !found.open && found.contained > 0 ? "1" : NULL;
	const char *settled = !found.open && !found.contained ? "1" : NULL;

	if (!found.gravest)
		return;
	report_number(found.count, count);
	report_number(found.open, left);
	report_number(found.cleared, cleared);
	add(j, key,
	    (struct value[]){ { "count", count, count },
			      { "what", found.gravest->ja, found.gravest->en },
			      { "open", some_open, some_open },
			      { "contained", contained, contained },
			      { "settled", settled, settled },
			      { "cleared", some_cleared, some_cleared } },
	    open ? 2 : 6);
}

/* Everyday traffic to the outside is left out. */
static struct month_count this_month(const struct member_month *m)
{
	struct month_count month = { 0 };

	if (m->months_count > MEMBER_THIS)
		month = m->months[MEMBER_THIS];
	month.outbound = month.outbound > m->outbound_minor ? month.outbound - m->outbound_minor : 0;
	month.outbound_stopped -= m->outbound_minor_stopped;
	if (month.outbound_stopped < 0 || month.outbound_stopped > month.outbound)
		month.outbound_stopped = month.outbound;
	return month;
}

static int64_t outbound_viruses(const struct member_month *m)
{
	for (size_t i = 0; i < m->engines_count; i++)
		if (strcmp(m->engines[i].direction, "outbound") == 0 && strcmp(m->engines[i].engine, "antivirus") == 0)
			return m->engines[i].detections;
	return 0;
}

/* Cut, not rounded: what falls short of a limit must not look as if it met it. */
static void percent_of(int64_t part, int64_t whole, char out[REPORT_NUMBER_SIZE])
{
	snprintf(out, REPORT_NUMBER_SIZE, "%lld%%", whole > 0 ? (long long)(part * 100 / whole) : 0LL);
}

/* The gravest device, and whether others did something that matters too. */
static void add_outbound(struct judging *j, const char *key, const struct month_count *month)
{
	const struct device_count *device = j->m->devices_count ? &j->m->devices[0] : NULL;
	const char *address = device && device->severity <= MEMBER_GRAVE ? device->address : NULL;
	bool others = device && j->m->devices_count > 1 && device[1].severity <= MEMBER_GRAVE;
	char count[REPORT_NUMBER_SIZE], left[REPORT_NUMBER_SIZE];
	const char *ja = address ? report_text_device(j->texts, address, true, j->pool) : "";
	const char *en = address ? report_text_device(j->texts, address, false, j->pool) : "";
	const char *more = address && others ? "1" : NULL;

	report_number(month->outbound, count);
	report_number(month->outbound - month->outbound_stopped, left);
	add(j, key,
	    (struct value[]){
		{ "count", count, count }, { "left", left, left }, { "device", ja, en }, { "more", more, more } },
	    4);
}

/* ------------------------------------------------------------------------------------------------------------ rules */

static void judge_fog(struct judging *j)
{
	int64_t due = j->m->due_hours, seen = j->m->seen_hours;
	char due_text[REPORT_NUMBER_SIZE], seen_text[REPORT_NUMBER_SIZE], percent[REPORT_NUMBER_SIZE];

	if (j->m->monitored_days < 1) {
		add(j, "weather_fog_unmonitored", NULL, 0);
		return;
	}
	if (due > 0 && seen * 2 >= due)
		return;
	report_number(due, due_text);
	report_number(seen, seen_text);
	percent_of(seen, due, percent);
	add(j, "weather_fog_unseen",
	    (struct value[]){ { "due_hours", due_text, due_text },
			      { "seen", seen_text, seen_text },
			      { "percent", percent, percent } },
	    3);
}

static void judge_rainy(struct judging *j)
{
	add_cases(j, "weather_rainy_critical", 1, false);
	add_cases(j, "weather_rainy_open", 2, true);
}

static void judge_cloudy(struct judging *j)
{
	struct month_count month = this_month(j->m);

	add_cases(j, "weather_cloudy_high", 2, false);
	if (month.outbound > month.outbound_stopped)
		add_outbound(j, month.outbound_stopped ? "weather_cloudy_outbound" : "weather_cloudy_outbound_all",
			     &month);
	add_count(j, "weather_cloudy_virus_outbound", outbound_viruses(j->m));
	add_cases(j, "weather_cloudy_medium_open", 3, true);
}

static void judge_hazy(struct judging *j)
{
	struct month_count month = this_month(j->m);
	int64_t due = j->m->due_hours, missing = due - j->m->seen_hours, overdue = 0;
	char missing_text[REPORT_NUMBER_SIZE], percent[REPORT_NUMBER_SIZE];

	for (size_t i = 0; i < j->m->requests_count; i++)
		overdue += j->m->requests[i].overdue;
	add_cases(j, "weather_hazy_medium", 3, false);
	if (month.outbound > 0)
		add_outbound(j, "weather_hazy_outbound", &month);
	add_count(j, "weather_hazy_virus", month.viruses - month.viruses_removed);
	if (j->m->seen_hours * 10 < due * 9) {
		report_number(missing, missing_text);
		percent_of(j->m->seen_hours, due, percent);
		add(j, "weather_hazy_coverage",
		    (struct value[]){ { "missing", missing_text, missing_text }, { "percent", percent, percent } }, 2);
	}
	add_count(j, "weather_hazy_request", overdue);
}

static void judge_sunny(struct judging *j)
{
	if (j->m->outbound_minor > 0)
		add_count(j, "weather_sunny_minor", j->m->outbound_minor);
	else
		add(j, "weather_sunny_quiet", NULL, 0);
}

int weather_judge(struct member_month *m, const struct report_texts *texts, struct pool *pool, struct err *why)
{
	static const struct {
		enum weather weather;
		void (*judge)(struct judging *j);
	} rules[] = {
		{ WEATHER_FOG, judge_fog },   { WEATHER_RAINY, judge_rainy }, { WEATHER_CLOUDY, judge_cloudy },
		{ WEATHER_HAZY, judge_hazy }, { WEATHER_SUNNY, judge_sunny },
	};
	struct judging j = { .m = m, .texts = texts, .pool = pool };
	size_t i = 0;

	rules[i].judge(&j);
	while (!j.count && i + 1 < ARRAY_LEN(rules)) /* the last one always says something */
		rules[++i].judge(&j);
	m->grade = weather_name(rules[i].weather);
	m->reasons = pool_take_array(pool, j.count, sizeof(*m->reasons));
	if (!m->reasons || j.failed)
		return err_set(why, ERR_NOMEM, "no memory to judge a month");
	memcpy(m->reasons, j.reasons, j.count * sizeof(*m->reasons));
	m->reasons_count = j.count;
	return 0;
}
