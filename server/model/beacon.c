#include "server/model/beacon.h"

#include "lib/json_write.h"

#include <math.h>
#include <stdlib.h>

#define NEW_DAYS   7.0
#define KNOWN_DAYS 30.0
#define FULL_HOURS 24.0
#define BROKEN     3.0 /* medians: a longer gap is a break */

static const struct {
	const char *name;
	int weight;
} parts[BEACON_PARTS] = {
	[BEACON_INTERVAL] = { "interval", 30 },
	[BEACON_JITTER] = { "jitter", 15 },
	[BEACON_SIZE] = { "size", 15 },
	[BEACON_DURATION] = { "duration", 20 },
	[BEACON_PREVALENCE] = { "prevalence", 10 },
	[BEACON_FIRST_SEEN] = { "first_seen", 10 },
};

int beacon_part_weight(enum beacon_part part)
{
	return parts[part].weight;
}

int64_t beacon_common(int64_t all_companies)
{
	int64_t tenth = (all_companies + 9) / 10;

	return tenth > BEACON_COMMON_LEAST ? tenth : BEACON_COMMON_LEAST;
}

/* ------------------------------------------------------------------------------------------------------ statistics */

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* Of sorted values, at least one. */
static double quantile(const double *sorted, size_t count, double p)
{
	double at = (double)(count - 1) * p;
	size_t below = (size_t)at;

	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

struct spread {
	double q1, median, q3, deviation;
};

/* Sorts the values. */
static struct spread spread_of(double *values, size_t count)
{
	double distances[BEACON_TIMES_MAX] = { 0 };
	struct spread s;

	qsort(values, count, sizeof(*values), by_value);
	s.q1 = quantile(values, count, 0.25);
	s.median = quantile(values, count, 0.5);
	s.q3 = quantile(values, count, 0.75);
	for (size_t i = 0; i < count; i++)
		distances[i] = fabs(values[i] - s.median);
	qsort(distances, count, sizeof(*distances), by_value);
	s.deviation = quantile(distances, count, 0.5);
	return s;
}

/* share 0..1, and whatever lies outside is cut off. */
static int points(enum beacon_part part, double share)
{
	if (!(share > 0))
		return 0;
	return (int)lround(parts[part].weight * (share < 1 ? share : 1));
}

/* ----------------------------------------------------------------------------------------------------------- calls */

struct calls {
	double at[BEACON_TIMES_MAX]; /* seconds since the first */
	double bytes[BEACON_TIMES_MAX];
	size_t count, bytes_count; /* bytes: of calls all of whose bytes are known */
};

static void take_calls(const struct beacon_series *s, struct calls *out)
{
	size_t count = s->count < BEACON_TIMES_MAX ? s->count : BEACON_TIMES_MAX;

	out->count = out->bytes_count = 0;
	for (size_t i = 0, next; i < count; i = next) {
		double bytes = 0;
		bool known = true;

		for (next = i; next < count && s->times[next] - s->times[i] <= BEACON_CALL; next++) {
			known = known && s->bytes[next] >= 0;
			bytes += (double)s->bytes[next];
		}
		out->at[out->count++] = (double)(s->times[i] - s->times[0]) / US_PER_SECOND;
		if (known)
			out->bytes[out->bytes_count++] = bytes;
	}
}

/* ----------------------------------------------------------------------------------------------------------- parts */

static void score_gaps(const struct calls *c, struct beacon_score *out, double *unbroken)
{
	double gaps[BEACON_TIMES_MAX] = { 0 }, narrow, covered = 0, skew = 0;
	size_t count = c->count - 1;
	struct spread s;

	for (size_t i = 0; i < count; i++)
		gaps[i] = c->at[i + 1] - c->at[i];
	s = spread_of(gaps, count);
	narrow = 1 - (s.q3 - s.q1) / s.median;
	if (s.q3 > s.q1)
		skew = fabs(s.q3 + s.q1 - 2 * s.median) / (s.q3 - s.q1);
	out->part[BEACON_INTERVAL] = points(BEACON_INTERVAL, 1 - 2 * s.deviation / s.median);
	out->part[BEACON_JITTER] = points(BEACON_JITTER, narrow > 0 ? narrow * (1 - skew) : 0);
	out->median_gap_s = s.median;
	out->deviation_s = s.deviation;
	for (size_t i = 0; i < count; i++)
		covered += gaps[i] <= BROKEN * s.median ? gaps[i] : 0;
	*unbroken = covered / c->at[c->count - 1];
}

static void score_size(struct calls *c, struct beacon_score *out)
{
	struct spread s;

	out->median_bytes = -1;
	if (c->bytes_count == 0 || 2 * c->bytes_count < c->count)
		return;
	s = spread_of(c->bytes, c->bytes_count);
	out->part[BEACON_SIZE] = points(BEACON_SIZE, 1 - 2 * s.deviation / (s.median > 1 ? s.median : 1));
	out->median_bytes = llround(s.median);
}

static void score_duration(const struct beacon_series *s, double unbroken, struct beacon_score *out)
{
	time_us last = s->times[s->count - 1], first = s->first < last ? s->first : s->times[0];
	double hours, length;

	out->duration_s = (double)(last - first) / US_PER_SECOND;
	hours = out->duration_s / 3600;
	length = hours < FULL_HOURS ? log(1 + hours) / log(1 + FULL_HOURS) : 1;
	out->part[BEACON_DURATION] = points(BEACON_DURATION, (length + unbroken) / 2);
}

static void score_destination(const struct beacon_series *s, struct beacon_score *out)
{
	double days = (double)(s->times[s->count - 1] - s->first_seen) / US_PER_DAY;
	double common = (double)beacon_common(s->all_companies);

	out->companies = s->companies;
	out->common = s->companies >= beacon_common(s->all_companies);
	out->part[BEACON_PREVALENCE] = points(BEACON_PREVALENCE, (common - (double)s->companies) / (common - 1));
	out->part[BEACON_FIRST_SEEN] = points(BEACON_FIRST_SEEN, (KNOWN_DAYS - days) / (KNOWN_DAYS - NEW_DAYS));
}

void beacon_score(const struct beacon_series *series, struct beacon_score *out)
{
	struct calls calls = { 0 };
	double unbroken;

	*out = (struct beacon_score){ .median_bytes = -1 };
	take_calls(series, &calls);
	out->calls = (int64_t)calls.count;
	if (calls.count < BEACON_CALLS_MIN)
		return;
	score_gaps(&calls, out, &unbroken);
	score_size(&calls, out);
	score_duration(series, unbroken, out);
	score_destination(series, out);
	for (size_t i = 0; i < BEACON_PARTS; i++)
		out->total += out->part[i];
	if (out->common && out->total > BEACON_COMMON_MOST)
		out->total = BEACON_COMMON_MOST;
}

/* Tenths are fine enough for reading. */
static double rounded(double v)
{
	return round(v * 10) / 10;
}

void beacon_score_json(const struct beacon_score *s, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	for (size_t i = 0; i < BEACON_PARTS; i++)
		json_put_integer(&w, parts[i].name, s->part[i]);
	json_put_integer(&w, "calls", s->calls);
	json_put_real(&w, "median_gap_s", rounded(s->median_gap_s));
	json_put_real(&w, "deviation_s", rounded(s->deviation_s));
	json_put_known(&w, "median_bytes", s->median_bytes >= 0, s->median_bytes);
	json_put_real(&w, "duration_s", rounded(s->duration_s));
	json_put_integer(&w, "companies", s->companies);
	json_put_bool(&w, "common", s->common);
	json_close_object(&w);
}
