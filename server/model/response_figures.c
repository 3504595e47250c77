#include "server/model/response_figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int response_samples_add(struct response_samples *samples, const struct response_sample *sample, struct err *why)
{
	if (samples->count == RESPONSE_SAMPLES_MOST)
		return err_set(why, ERR_LIMIT, "more than %d incidents in the period: ask for a shorter one",
			       RESPONSE_SAMPLES_MOST);
	if (samples->count == samples->room) {
		size_t room = samples->room ? samples->room * 2 : 256;
		struct response_sample *list = realloc(samples->list, room * sizeof(*list));

		if (!list)
			return err_set(why, ERR_NOMEM, "no memory for %zu incidents", room);
		samples->list = list;
		samples->room = room;
	}
	samples->list[samples->count++] = *sample;
	return 0;
}

void response_samples_release(struct response_samples *samples)
{
	free(samples->list);
	*samples = (struct response_samples){ 0 };
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of sorted values, at least one. */
static double quantile(const double *values, size_t count, double q)
{
	double place = (double)(count - 1) * q, below = floor(place);
	size_t i = (size_t)below;

	return i + 1 < count ? values[i] + (place - below) * (values[i + 1] - values[i]) : values[i];
}

static struct response_values describe(double *values, size_t count)
{
	double sum = 0;

	if (!count)
		return (struct response_values){ 0 };
	qsort(values, count, sizeof(*values), compare);
	for (size_t i = 0; i < count; i++)
		sum += values[i];
	return (struct response_values){ .median_s = quantile(values, count, 0.5),
					 .p90_s = quantile(values, count, 0.9),
					 .mean_s = sum / (double)count };
}

static bool belongs(const struct response_sample *sample, int row)
{
	return row == 0 || sample->severity == row;
}

static double seconds(int64_t us)
{
	return us > 0 ? (double)us / (double)US_PER_SECOND : 0;
}

static void measure(const struct response_samples *samples, int row, enum response_metric metric, double *room,
		    struct response_figure *out)
{
	for (int waiting = 0; waiting < 2; waiting++) {
		size_t count = 0;

		for (size_t i = 0; i < samples->count; i++) {
			const struct response_sample *s = &samples->list[i];

			if (belongs(s, row) && s->took[metric] != RESPONSE_UNSET)
				room[count++] = seconds(s->took[metric] - (waiting ? 0 : s->waited[metric]));
		}
		out->count = (int64_t)count;
		*(waiting ? &out->all : &out->without_waiting) = describe(room, count);
	}
}

static void count_promise(enum sla_state state, struct response_promise *out)
{
	if (state == SLA_NONE)
		return;
	out->promised++;
	if (state == SLA_KEPT)
		out->kept++;
	else if (state == SLA_RUNNING || state == SLA_WARN)
		out->running++;
	else
		out->missed++;
}

static void count_row(const struct response_samples *samples, int row, struct response_row *out)
{
	for (size_t i = 0; i < samples->count; i++) {
		const struct response_sample *s = &samples->list[i];

		if (!belongs(s, row))
			continue;
		out->incidents++;
		count_promise(s->acknowledge, &out->acknowledge);
		count_promise(s->notify, &out->notify);
	}
}

int response_figures(const struct response_samples *samples, struct response_row rows[RESPONSE_ROWS], struct err *why)
{
	double *room = malloc((samples->count + 1) * sizeof(*room));

	if (!room)
		return err_set(why, ERR_NOMEM, "no memory for the figures of %zu incidents", samples->count);
	memset(rows, 0, RESPONSE_ROWS * sizeof(*rows));
	for (int row = 0; row < RESPONSE_ROWS; row++) {
		count_row(samples, row, &rows[row]);
		for (int metric = 0; metric < RESPONSE_METRICS; metric++)
			measure(samples, row, (enum response_metric)metric, room, &rows[row].figures[metric]);
	}
	free(room);
	return 0;
}
