#include "server/api/response.h"

#include "server/api/filters.h"
#include "server/store/response_query.h"

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

static void write_figures(struct call *call, const struct metrics_period *period, int64_t merged,
			  const struct response_row rows[RESPONSE_ROWS])
{
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_put_string(&w, "from", period->from);
	json_put_string(&w, "to", period->to);
	json_put_known(&w, "company_id", period->cohort.company_id != 0, period->cohort.company_id);
	json_put_integer(&w, "merged", merged);
	json_open_array(&w, "rows");
	for (int i = 0; i < RESPONSE_ROWS; i++)
		put_row(&w, i, &rows[i]);
	json_close_array(&w);
	json_close_object(&w);
}

int response_get(struct call *call, struct err *why)
{
	struct metrics_period period = { .timezone = call->api->settings->timezone };
	struct response_row rows[RESPONSE_ROWS];
	struct response_samples samples = { 0 };
	struct promises *promises;
	int64_t merged;
	int go, failed;

	if (!filters_days(call, &period.from, &period.to))
		return 0;
	go = filters_company(call, &period.cohort.company_id, why);
	if (go != 1)
		return go;
	if (promises_read(call->db, &promises, why) != 0)
		return -1;
	failed = response_query(call->db, &period, promises, &samples, &merged, why) != 0 ||
		 response_figures(&samples, rows, why) != 0;
	if (!failed)
		write_figures(call, &period, merged, rows);
	response_samples_release(&samples);
	promises_release(promises);
	return failed ? -1 : 0;
}
