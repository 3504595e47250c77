#include "server/api/figures.h"

#include "server/api/figures_reply.h"
#include "server/api/filters.h"
#include "server/api/pages.h"
#include "server/store/company_query.h"
#include "server/store/metrics_write.h"
#include "server/store/scope.h"

int figures_detections(struct call *call, struct err *why)
{
	struct metrics_detections table;
	struct figure_request r;
	struct csv_writer csv;
	struct json_writer w;
	int go = figure_read_days(call, &r, why);

	if (go != 1)
		return go;
	if (metrics_detections(call->db, &r.period, &table, why) != 0)
		return -1;
	if (r.csv) {
		figure_reply_csv(call, &r, "detections", &csv);
		metrics_detections_csv(&table, &csv);
	} else {
		call_reply(call, 200, &w);
		metrics_detections_write(&table, &w);
	}
	return 0;
}

int figures_company_months(struct call *call, struct err *why)
{
	struct figure_request r = { 0 };
	struct db_result *result;
	struct csv_writer csv;
	struct json_writer w;
	int go;

	if (!filters_months(call, &r.period.from, &r.period.to))
		return 0;
	go = figure_read_rest(call, &r, why);
	if (go != 1)
		return go;
	if (metrics_months(call->db, &r.period, METRICS_BY_MONTH, &result, why) != 0)
		return -1;
	if (r.csv) {
		figure_reply_csv(call, &r, "company-months", &csv);
		metrics_months_csv(result, &csv);
	} else {
		call_reply(call, 200, &w);
		metrics_months_write(r.period.from, r.period.to, result, &w);
	}
	db_result_free(result);
	return 0;
}

static bool read_month(struct call *call, const char *name, const char **out)
{
	*out = parameters_get(&call->query, name);
	if (*out && filters_is_month(*out))
		return true;
	call_refuse_parameter(call, name, *out ? FAULT_MONTH : FAULT_MISSING);
	return false;
}

int figures_trend(struct call *call, struct err *why)
{
	struct metrics_trend_month months[METRICS_TREND_MOST];
	int64_t count = METRICS_TREND_USUAL;
	struct figure_request r = { 0 };
	struct csv_writer csv;
	struct json_writer w;
	int go;

	if (!read_month(call, "to", &r.period.to) || !filters_number(call, "months", 1, METRICS_TREND_MOST, &count))
		return 0;
	go = figure_read_rest(call, &r, why);
	if (go != 1)
		return go;
	if (metrics_trend(call->db, r.period.to, (int)count, r.period.timezone, &r.period.cohort, months, why) != 0)
		return -1;
	if (r.csv) {
		figure_reply_csv(call, &r, "trend", &csv);
		metrics_trend_csv(months, (size_t)count, &csv);
	} else {
		call_reply(call, 200, &w);
		metrics_trend_write(months, (size_t)count, &w);
	}
	return 0;
}

int figures_incidents(struct call *call, struct err *why)
{
	struct metrics_incidents figures;
	struct figure_request r;
	struct csv_writer csv;
	struct json_writer w;
	int go = figure_read_days(call, &r, why);

	if (go != 1)
		return go;
	if (metrics_incidents(call->db, &r.period, &figures, why) != 0)
		return -1;
	if (r.csv) {
		figure_reply_csv(call, &r, "incidents", &csv);
		metrics_incidents_csv(r.period.from, r.period.to, &figures, &csv);
	} else {
		call_reply(call, 200, &w);
		metrics_incidents_write(r.period.from, r.period.to, &figures, &w);
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- coverage
 */

/* The rows of coverage. A page's cursor holds the company as time and the sensor as id. */
struct coverage {
	struct figure_request r;
	bool of_sensors;
	struct page page;
	struct db_result *rows;
};

static int coverage_query(struct call *call, struct coverage *c, struct err *why)
{
	int64_t company = c->page.continued ? c->page.cursor.time : 0,
		sensor = c->page.continued ? c->page.cursor.id : 0;
	int64_t most = c->r.csv ? 0 : c->page.limit + 1;

	if (c->of_sensors)
		return metrics_coverage_sensors(call->db, &c->r.period, company, sensor, most, &c->rows, why);
	return metrics_coverage_companies(call->db, &c->r.period, company, most, &c->rows, why);
}

static void coverage_csv(struct call *call, const struct coverage *c)
{
	struct csv_writer csv;

	figure_reply_csv(call, &c->r, c->of_sensors ? "coverage-sensors" : "coverage", &csv);
	if (c->of_sensors)
		metrics_coverage_csv_sensors(c->rows, &csv);
	else
		metrics_coverage_csv_companies(c->rows, &csv);
}

static void coverage_rows(struct call *call, const struct coverage *c, struct json_writer *w)
{
	int count = db_rows(c->rows) > c->page.limit ? c->page.limit : db_rows(c->rows);
	struct metrics_company_coverage company = { 0 };
	struct metrics_sensor_coverage sensor = { 0 };

	json_open_array(w, "rows");
	for (int i = 0; i < count && c->of_sensors; i++) {
		metrics_coverage_sensor_read(c->rows, i, &sensor);
		metrics_coverage_write_sensor(&sensor, w);
	}
	for (int i = 0; i < count && !c->of_sensors; i++) {
		metrics_coverage_company_read(c->rows, i, &company);
		metrics_coverage_write_company(&company, w);
	}
	json_close_array(w);
	pages_next(call, &c->page, db_rows(c->rows) > count, c->of_sensors ? sensor.company_id : company.company_id,
		   sensor.sensor_id, w);
}

static int coverage_json(struct call *call, const struct coverage *c, struct err *why)
{
	struct metrics_coverage_sum sum;
	struct json_writer w;

	if (metrics_coverage_sum(call->db, &c->r.period, &sum, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_put_string(&w, "from", c->r.period.from);
	json_put_string(&w, "to", c->r.period.to);
	json_put_string(&w, "by", c->of_sensors ? "sensor" : "company");
	json_open_object(&w, "total");
	metrics_coverage_write_sum(&sum, &w);
	json_close_object(&w);
	coverage_rows(call, c, &w);
	json_close_object(&w);
	return 0;
}

int figures_coverage(struct call *call, struct err *why)
{
	static const char *const rows_of[] = { "company", "sensor", NULL };
	const char *by = rows_of[0];
	struct coverage c = { 0 };
	int failed = 0, go = figure_read_days(call, &c.r, why);

	if (go != 1)
		return go;
	if (!filters_word(call, "by", rows_of, &by) || !pages_read(call, CURSOR_COVERAGE, &c.page))
		return 0;
	c.of_sensors = by == rows_of[1];
	if (coverage_query(call, &c, why) != 0)
		return -1;
	if (c.r.csv)
		coverage_csv(call, &c);
	else
		failed = coverage_json(call, &c, why);
	db_result_free(c.rows);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------- peers
 */

/* Leaves the cells that the company is in. */
static int keep_own(struct call *call, struct peer_row *peers, size_t *count, struct err *why)
{
	const struct cohort_size *size;
	struct db_result *result;
	struct company_row own;
	size_t kept = 0;

	if (company_query_list(call->db, call->person.company_id, NULL, call->api->settings->timezone, &result, why) !=
	    0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such company");
	}
	company_query_read(result, 0, &own);
	size = cohort_size_of(own.employees);
	for (size_t i = 0; i < *count; i++)
		if (metrics_peer_concerns(&peers[i], own.industry, size ? size->name : NULL))
			peers[kept++] = peers[i];
	*count = kept;
	db_result_free(result);
	return 0;
}

/* Somebody who sees one company gets cells of all companies: for this one statement all are seen. */
static int peers_query(struct call *call, const char *month, struct pool *pool, struct peer_row **peers, size_t *count,
		       struct err *why)
{
	int64_t bound = call->person.company_id;

	if ((bound && scope_widen(call->db, why) != 0) ||
	    metrics_peers(call->db, month, call->api->settings->timezone, pool, peers, count, why) != 0)
		return -1;
	if (!bound)
		return 0;
	return scope_also(call->db, bound, why) != 0 ? -1 : keep_own(call, *peers, count, why);
}

int figures_peers(struct call *call, struct err *why)
{
	struct figure_request r = { 0 };
	struct peer_row *peers;
	struct pool pool = { 0 };
	struct csv_writer csv;
	struct json_writer w;
	size_t count;
	int failed;

	if (!read_month(call, "month", &r.period.to) || !figure_read_format(call, &r))
		return 0;
	failed = peers_query(call, r.period.to, &pool, &peers, &count, why);
	if (!failed && r.csv) {
		figure_reply_csv(call, &r, "peers", &csv);
		metrics_peers_csv(peers, count, &csv);
	} else if (!failed) {
		call_reply(call, 200, &w);
		metrics_peers_write(r.period.to, peers, count, &w);
	}
	pool_release(&pool);
	return failed;
}

int figures_cohorts(struct call *call, struct err *why)
{
	struct figure_request r = { 0 };
	struct db_result *result;
	struct csv_writer csv;
	struct json_writer w;

	if (!figure_read_format(call, &r))
		return 0;
	if (metrics_cohorts(call->db, &result, why) != 0)
		return -1;
	if (r.csv) {
		figure_reply_csv(call, &r, "cohorts", &csv);
		metrics_cohorts_csv(result, &csv);
	} else {
		call_reply(call, 200, &w);
		metrics_cohorts_write(result, &w);
	}
	db_result_free(result);
	return 0;
}
