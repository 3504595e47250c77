/* Response figures as documents; how they are worked out: server/model/response_figures.h. */
#include "server/store/metrics_write.h"

static const char *const metrics[RESPONSE_METRICS] = { "mttd", "mtta", "mttn", "mttc", "mttr" };

static void put_values(struct json_writer *w, const struct response_figure *figure,
		       const struct response_values *values)
{
	const double shown[] = { values->median_s, values->p90_s, values->mean_s };
	static const char *const names[] = { "median_s", "p90_s", "mean_s" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (figure->count)
			json_put_real(w, names[i], shown[i]);
		else
			json_put_null(w, names[i]);
	}
}

static void put_figure(struct json_writer *w, const char *key, const struct response_figure *figure)
{
	json_open_object(w, key);
	json_put_integer(w, "count", figure->count);
	put_values(w, figure, &figure->all);
	json_open_object(w, "without_waiting");
	put_values(w, figure, &figure->without_waiting);
	json_close_object(w);
	json_close_object(w);
}

static void put_promise(struct json_writer *w, const char *key, const struct response_promise *p)
{
	int64_t over = p->kept + p->missed;

	json_open_object(w, key);
	json_put_integer(w, "promised", p->promised);
	json_put_integer(w, "kept", p->kept);
	json_put_integer(w, "missed", p->missed);
	json_put_integer(w, "running", p->running);
	if (over)
		json_put_real(w, "percent", 100.0 * (double)p->kept / (double)over);
	else
		json_put_null(w, "percent");
	json_close_object(w);
}

static void put_row(struct json_writer *w, int severity, const struct response_row *row)
{
	json_open_object(w, NULL);
	json_put_known(w, "severity", severity != 0, severity);
	json_put_integer(w, "incidents", row->incidents);
	for (int i = 0; i < RESPONSE_METRICS; i++)
		put_figure(w, metrics[i], &row->figures[i]);
	put_promise(w, "acknowledge", &row->acknowledge);
	put_promise(w, "notify", &row->notify);
	json_close_object(w);
}

void metrics_response_write(const struct metrics_period *period, int64_t merged,
			    const struct response_row rows[RESPONSE_ROWS], struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_string(w, "from", period->from);
	json_put_string(w, "to", period->to);
	json_put_known(w, "company_id", period->cohort.company_id != 0, period->cohort.company_id);
	json_put_integer(w, "merged", merged);
	json_open_array(w, "rows");
	for (int i = 0; i < RESPONSE_ROWS; i++)
		put_row(w, i, &rows[i]);
	json_close_array(w);
	json_close_object(w);
}

static void csv_values(struct csv_writer *w, const struct response_figure *figure, const struct response_values *values)
{
	const double shown[] = { values->median_s, values->p90_s, values->mean_s };

	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		if (figure->count)
			csv_real(w, shown[i]);
		else
			csv_text(w, NULL);
	}
}

static void csv_row(struct csv_writer *w, int severity, const struct response_row *row, int metric)
{
	const struct response_figure *figure = &row->figures[metric];
	const struct response_promise *p = metric == RESPONSE_ACKNOWLEDGE ? &row->acknowledge : &row->notify;
	bool promised = metric == RESPONSE_ACKNOWLEDGE || metric == RESPONSE_NOTIFY;

	csv_known(w, severity != 0, severity);
	csv_text(w, metrics[metric]);
	csv_integer(w, row->incidents);
	csv_integer(w, figure->count);
	csv_values(w, figure, &figure->all);
	csv_values(w, figure, &figure->without_waiting);
	csv_known(w, promised, p->promised);
	csv_known(w, promised, p->kept);
	csv_known(w, promised, p->missed);
	csv_known(w, promised, p->running);
	csv_end_line(w);
}

void metrics_response_csv(const struct response_row rows[RESPONSE_ROWS], struct csv_writer *w)
{
	csv_heading(w, "severity,figure,incidents,count,median_s,p90_s,mean_s,without_waiting_median_s,"
		       "without_waiting_p90_s,without_waiting_mean_s,promised,kept,missed,running");
	for (int i = 0; i < RESPONSE_ROWS; i++)
		for (int metric = 0; metric < RESPONSE_METRICS; metric++)
			csv_row(w, i, &rows[i], metric);
}
