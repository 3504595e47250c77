/* hinomictl metrics: the figures, from where the api takes them too. */
#include "server/ctl/command.h"
#include "server/ctl/metrics_print.h"
#include "server/store/company_query.h"
#include "server/store/metrics_write.h"
#include "server/store/response_query.h"
#include "server/store/scope.h"

/* What every command has to say first: the period, the cohort, and how to print. */
struct request {
	struct metrics_period period;
	bool json, csv;
	struct buffer text;
	struct json_writer w;
	struct csv_writer c;
};

static int read_cohort(struct ctl *ctl, struct cohort *cohort, struct err *why)
{
	static const char *const names[] = { "--member", "--industry", "--size", "--area", "--tag" };
	bool known;

	cohort->company_id = options_integer(&ctl->options, "--company", 0);
	if (cohort->company_id && company_query_exists(ctl->db, cohort->company_id, why) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = options_text(&ctl->options, names[i]);

		if (value && cohort_set(cohort, names[i] + 2, value, &known, why) != 0)
			return -1;
	}
	return 0;
}

/* Begins a transaction of one snapshot, which ends with the connection. */
static int begin(struct ctl *ctl, struct request *r, struct err *why)
{
	*r = (struct request){ .json = options_flag(&ctl->options, "--json"),
			       .csv = options_flag(&ctl->options, "--csv") };
	if (r->json && r->csv)
		return err_set(why, ERR_USAGE, "either --json or --csv");
	r->period.from = options_text(&ctl->options, "--from");
	r->period.to = options_text(&ctl->options, "--to");
	r->period.timezone = ctl->settings.timezone;
	if (scope_begin(ctl->db, SCOPE_ALL, true, why) != 0 || read_cohort(ctl, &r->period.cohort, why) != 0)
		return -1;
	if (r->json)
		json_writer_init(&r->w, &r->text);
	if (r->csv)
		csv_begin(&r->c, &r->text);
	return 0;
}

/* Prints what was written as JSON or CSV. */
static void end(struct request *r)
{
	if (r->csv) {
		fwrite(r->text.data, 1, r->text.len, stdout);
		buffer_release(&r->text);
	} else {
		print_json(&r->text);
	}
}

static int detections(struct ctl *ctl, struct err *why)
{
	struct metrics_detections m;
	struct request r;

	if (begin(ctl, &r, why) != 0 || metrics_detections(ctl->db, &r.period, &m, why) != 0)
		return -1;
	if (!r.json && !r.csv) {
		print_detections(&m);
		return 0;
	}
	if (r.json)
		metrics_detections_write(&m, &r.w);
	else
		metrics_detections_csv(&m, &r.c);
	end(&r);
	return 0;
}

static int incidents(struct ctl *ctl, struct err *why)
{
	struct db_result *result;
	struct request r;

	if (begin(ctl, &r, why) != 0 || metrics_months(ctl->db, &r.period, METRICS_BY_MONTH, &result, why) != 0)
		return -1;
	if (r.json)
		metrics_months_write(r.period.from, r.period.to, result, &r.w);
	else if (r.csv)
		metrics_months_csv(result, &r.c);
	else
		print_months(result);
	if (r.json || r.csv)
		end(&r);
	db_result_free(result);
	return 0;
}

static int spread(struct ctl *ctl, struct err *why)
{
	struct metrics_incidents m;
	struct request r;

	if (begin(ctl, &r, why) != 0 || metrics_incidents(ctl->db, &r.period, &m, why) != 0)
		return -1;
	if (!r.json && !r.csv) {
		print_spread(&m);
		return 0;
	}
	if (r.json)
		metrics_incidents_write(r.period.from, r.period.to, &m, &r.w);
	else
		metrics_incidents_csv(r.period.from, r.period.to, &m, &r.c);
	end(&r);
	return 0;
}

static int trend(struct ctl *ctl, struct err *why)
{
	int64_t count = options_integer(&ctl->options, "--months", METRICS_TREND_USUAL);
	struct metrics_trend_month months[METRICS_TREND_MOST];
	struct request r;

	if (count < 1 || count > METRICS_TREND_MOST)
		return err_set(why, ERR_USAGE, "--months: 1 to %d", METRICS_TREND_MOST);
	if (begin(ctl, &r, why) != 0 ||
	    metrics_trend(ctl->db, r.period.to, (int)count, r.period.timezone, &r.period.cohort, months, why) != 0)
		return -1;
	if (!r.json && !r.csv) {
		print_trend(months, (size_t)count);
		return 0;
	}
	if (r.json)
		metrics_trend_write(months, (size_t)count, &r.w);
	else
		metrics_trend_csv(months, (size_t)count, &r.c);
	end(&r);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- coverage */

static void coverage_json(const struct request *r, const struct metrics_coverage_sum *sum, const struct db_result *rows,
			  bool of_sensors, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_string(w, "from", r->period.from);
	json_put_string(w, "to", r->period.to);
	json_put_string(w, "by", of_sensors ? "sensor" : "company");
	json_open_object(w, "total");
	metrics_coverage_write_sum(sum, w);
	json_close_object(w);
	json_open_array(w, "rows");
	for (int i = 0; i < db_rows(rows); i++) {
		struct metrics_company_coverage company;
		struct metrics_sensor_coverage sensor;

		if (of_sensors) {
			metrics_coverage_sensor_read(rows, i, &sensor);
			metrics_coverage_write_sensor(&sensor, w);
		} else {
			metrics_coverage_company_read(rows, i, &company);
			metrics_coverage_write_company(&company, w);
		}
	}
	json_close_array(w);
	json_close_object(w);
}

static int coverage_rows(struct ctl *ctl, const struct request *r, bool of_sensors, struct db_result **rows,
			 struct err *why)
{
	if (of_sensors)
		return metrics_coverage_sensors(ctl->db, &r->period, 0, 0, 0, rows, why);
	return metrics_coverage_companies(ctl->db, &r->period, 0, 0, rows, why);
}

static int coverage(struct ctl *ctl, struct err *why)
{
	bool of_sensors = options_flag(&ctl->options, "--sensors");
	struct metrics_coverage_sum sum;
	struct db_result *rows;
	struct request r;

	if (begin(ctl, &r, why) != 0 || metrics_coverage_sum(ctl->db, &r.period, &sum, why) != 0 ||
	    coverage_rows(ctl, &r, of_sensors, &rows, why) != 0)
		return -1;
	if (r.json)
		coverage_json(&r, &sum, rows, of_sensors, &r.w);
	else if (r.csv && of_sensors)
		metrics_coverage_csv_sensors(rows, &r.c);
	else if (r.csv)
		metrics_coverage_csv_companies(rows, &r.c);
	else
		print_coverage(&sum, rows, of_sensors);
	if (r.json || r.csv)
		end(&r);
	db_result_free(rows);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- response, peers */

static int response(struct ctl *ctl, struct err *why)
{
	struct response_row rows[RESPONSE_ROWS];
	struct response_samples samples = { 0 };
	struct promises *promises = NULL;
	struct request r;
	int64_t merged;
	int failed;

	if (begin(ctl, &r, why) != 0 || promises_read(ctl->db, &promises, why) != 0)
		return -1;
	failed = response_query(ctl->db, &r.period, promises, &samples, &merged, why) != 0 ||
		 response_figures(&samples, rows, why) != 0;
	response_samples_release(&samples);
	promises_release(promises);
	if (failed)
		return -1;
	if (!r.json && !r.csv) {
		print_response(rows, merged);
		return 0;
	}
	if (r.json)
		metrics_response_write(&r.period, merged, rows, &r.w);
	else
		metrics_response_csv(rows, &r.c);
	end(&r);
	return 0;
}

static int peers(struct ctl *ctl, struct err *why)
{
	const char *month = options_text(&ctl->options, "--month");
	struct pool pool = { 0 };
	struct peer_row *list;
	struct request r;
	size_t count;

	if (begin(ctl, &r, why) != 0 ||
	    metrics_peers(ctl->db, month, r.period.timezone, &pool, &list, &count, why) != 0)
		return -1;
	if (r.json)
		metrics_peers_write(month, list, count, &r.w);
	else if (r.csv)
		metrics_peers_csv(list, count, &r.c);
	else
		print_peers(list, count);
	if (r.json || r.csv)
		end(&r);
	pool_release(&pool);
	return 0;
}

#define OPTION_CSV                                                                \
	{                                                                         \
		"--csv", OPTION_FLAG, false, NULL, "comma-separated, for a table" \
	}
#define OPTION_DAYS                                                  \
	{ "--from", OPTION_DAY, true, "D", "first day" },            \
	{                                                            \
		"--to", OPTION_DAY, true, "D", "last day, inclusive" \
	}
#define OPTION_COHORT                                                                                  \
	OPTION_COMPANY_OPTIONAL,                                                                       \
	    { "--member", OPTION_NAME, false, "yes|no", "members of the chamber, or the others" },     \
	    { "--industry", OPTION_NAME, false, "J", "as companies have it" },                         \
	    { "--size", OPTION_NAME, false, "S", "1-5, 6-20, 21-50, 51-100, 101-300, 301-, unknown" }, \
	    { "--area", OPTION_NAME, false, "A", "as companies have it" },                             \
	{                                                                                              \
		"--tag", OPTION_NAME, false, "T", "one of their tags"                                  \
	}

static const struct option_spec day_options[] = { OPTION_DAYS, OPTION_COHORT, OPTION_JSON, OPTION_CSV, OPTIONS_END };
static const struct option_spec month_options[] = {
	{ "--from", OPTION_MONTH, true, "M", "first month" },
	{ "--to", OPTION_MONTH, true, "M", "last month, inclusive" },
	OPTION_COHORT,
	OPTION_JSON,
	OPTION_CSV,
	OPTIONS_END,
};
static const struct option_spec trend_options[] = {
	{ "--to", OPTION_MONTH, true, "M", "last month" },
	{ "--months", OPTION_COUNT, false, "N", "how many; 13 when left out" },
	OPTION_COHORT,
	OPTION_JSON,
	OPTION_CSV,
	OPTIONS_END,
};
static const struct option_spec coverage_options[] = {
	OPTION_DAYS,   { "--sensors", OPTION_FLAG, false, NULL, "a row for each sensor, not for each company" },
	OPTION_COHORT, OPTION_JSON,
	OPTION_CSV,    OPTIONS_END,
};
static const struct option_spec peer_options[] = {
	{ "--month", OPTION_MONTH, true, "M", "the month" },
	OPTION_JSON,
	OPTION_CSV,
	OPTIONS_END,
};

const struct command metrics_commands[] = {
	{ "metrics", "detections", "the detection table: per direction and engine, per company-month", day_options,
	  false, detections,
	  "A rate is detections / (monitored days x 12 / 365) over the companies that had such a detection; the last\n"
	  "column is over all monitored companies. Below 1 it is shown with one decimal; --json has it unrounded.\n" },
	{ "metrics", "incidents", "incidents per company and month, with monitored time", month_options, false,
	  incidents, "An incident counts in the month in which it began; merged ones do not count.\n" },
	{ "metrics", "spread", "how incidents are spread over companies, and how many were judged", day_options, false,
	  spread, "Over the companies that were monitored on a day of the period, also those without an incident.\n" },
	{ "metrics", "trend", "month by month: companies, detections, incidents, coverage", trend_options, false, trend,
	  "Prevalence is the share of the monitored companies that had contact from inside to outside.\n" },
	{ "metrics", "coverage", "how well was watched: hours in which sensors were heard", coverage_options, false,
	  coverage, "Hours that were due, seen and silent are defined in docs/glossary.md.\n" },
	{ "metrics", "response", "how fast incidents were dealt with: median, p90, mean by severity", day_options,
	  false, response, "Of the incidents raised in the period, without merged ones.\n" },
	{ "metrics", "peers", "the cells that members are compared with", peer_options, false, peers,
	  "A cell with fewer than five companies, or of which one has most of the detections, is hidden.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
