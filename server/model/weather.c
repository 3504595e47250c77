#include "server/model/weather.h"

/* ------------------------------------------------------------------------------------------------------------ names */

static const struct {
	const char *name, *ja, *en;
} grades[WEATHERS] = {
	[WEATHER_SUNNY] = { "sunny", "晴れ", "clear" },
	[WEATHER_HAZY] = { "hazy", "うす曇り", "hazy" },
	[WEATHER_CLOUDY] = { "cloudy", "くもり", "cloudy" },
	[WEATHER_RAINY] = { "rainy", "雨", "rainy" },
	[WEATHER_FOG] = { "fog", "霧", "foggy" },
};

const char *weather_name(enum weather weather)
{
	return grades[weather].name;
}

const char *weather_word(enum weather weather, bool japanese)
{
	return japanese ? grades[weather].ja : grades[weather].en;
}

bool weather_parse(struct slice name, enum weather *out)
{
	for (int i = 0; i < WEATHERS; i++)
		if (slice_is(name, grades[i].name)) {
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

static bool cleared(const struct case_row *row)
{
	return row->disposition &&
	       (strcmp(row->disposition, "benign_positive") == 0 || strcmp(row->disposition, "false_positive") == 0);
}

/* Cases of a severity that were not judged benign or false; open: only those still open at the end of the month. */
static void add_cases(struct judging *j, const char *key, int64_t severity, bool open)
{
	const struct case_row *gravest = NULL;
	char count[REPORT_NUMBER_SIZE];
	int64_t found = 0;

	for (size_t i = 0; i < j->m->cases_count; i++) {
		const struct case_row *row = &j->m->cases[i];

		if (row->severity != severity || cleared(row) || (open && !row->open))
			continue;
		gravest = gravest ? gravest : row;
		found++;
	}
	if (!gravest)
		return;
	report_number(found, count);
	add(j, key, (struct value[]){ { "count", count, count }, { "what", gravest->ja, gravest->en } }, 2);
}

static struct month_count this_month(const struct member_month *m)
{
	return m->months_count > MEMBER_THIS ? m->months[MEMBER_THIS] : (struct month_count){ 0 };
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

static void add_outbound(struct judging *j, const char *key, const struct month_count *month)
{
	const char *address = j->m->devices_count ? j->m->devices[0].address : NULL;
	char count[REPORT_NUMBER_SIZE], left[REPORT_NUMBER_SIZE], devices[REPORT_NUMBER_SIZE];
	const char *ja = address ? report_text_device(j->texts, address, true, j->pool) : "";
	const char *en = address ? report_text_device(j->texts, address, false, j->pool) : "";

	report_number(month->outbound, count);
	report_number(month->outbound - month->outbound_stopped, left);
	report_number((int64_t)j->m->devices_count, devices);
	add(j, key,
	    (struct value[]){ { "count", count, count },
			      { "left", left, left },
			      { "devices", devices, devices },
			      { "device", ja, en } },
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
	    (struct value[]){
		{ "due", due_text, due_text }, { "seen", seen_text, seen_text }, { "percent", percent, percent } },
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
		add_outbound(j, "weather_cloudy_outbound", &month);
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
