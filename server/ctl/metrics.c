/* hinomictl metrics: the figures, from where the api takes them too. */
#include "server/ctl/command.h"
#include "server/ctl/table.h"
#include "server/store/company_query.h"
#include "server/store/metrics_write.h"

#include <inttypes.h>

static int check_company(struct ctl *ctl, int64_t *company_id, struct err *why)
{
	*company_id = options_integer(&ctl->options, "--company", 0);
	return *company_id ? company_query_exists(ctl->db, *company_id, why) : 0;
}

/* ---------------------------------------------------------------------------------------------- detections */

static void print_detections(const struct metrics_detections *m)
{
	struct table t;

	printf("Detections from %s to %s\n\n", m->from, m->to);
	table_open(&t, "direction|engine|>companies|>detections|>per company-month|>per monitored company-month");
	for (int i = 0; i < METRICS_ROWS; i++) {
		const struct metrics_row *row = &m->rows[i];
		struct exposure_row all = m->monitored;
		char rate[RATE_TEXT_SIZE], monitored_rate[RATE_TEXT_SIZE];

		/* Over all monitored companies, also those without a detection. */
		all.detections = row->affected.detections;
		exposure_rate_text(&row->affected, rate);
		exposure_rate_text(&all, monitored_rate);
		table_text(&t, row->direction);
		table_text(&t, row->engine);
		table_integer(&t, row->affected.companies);
		table_integer(&t, row->affected.detections);
		table_text(&t, rate);
		table_text(&t, monitored_rate);
	}
	table_print(&t, stdout);
	printf("\n%" PRId64 " monitored companies, %.1f days each on average\n", m->monitored.companies,
	       metrics_mean_days(m));
	if (m->outside_spans)
		printf("%" PRId64
		       " detections lie on days on which their company was not monitored; see hinomictl span "
		       "list\n",
		       m->outside_spans);
}

static int detections(struct ctl *ctl, struct err *why)
{
	const char *from = options_text(&ctl->options, "--from"), *to = options_text(&ctl->options, "--to");
	struct metrics_detections m;
	struct buffer json = { 0 };
	struct json_writer w;
	int64_t company_id;

	if (check_company(ctl, &company_id, why) != 0 ||
	    metrics_detections(
		ctl->db, &(struct metrics_period){ from, to, ctl->settings.timezone, { .company_id = company_id } }, &m,
		why) != 0)
		return -1;
	if (options_flag(&ctl->options, "--json")) {
		json_writer_init(&w, &json);
		metrics_detections_write(&m, &w);
		print_json(&json);
	} else {
		print_detections(&m);
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------- incidents */

static void print_incidents(const struct db_result *result)
{
	struct table t;

	table_open(&t, "month|>company|name|>incidents|>detections|>monitored days|>company-months");
	for (int row = 0; row < db_rows(result); row++) {
		char months[RATE_TEXT_SIZE];
		struct metrics_month m;

		metrics_month_read(result, row, &m);
		snprintf(months, sizeof(months), "%.2f", metrics_company_months(m.monitored_days));
		table_text(&t, m.month);
		table_integer(&t, m.company_id);
		table_text(&t, m.company);
		table_integer(&t, m.incidents);
		table_integer(&t, m.detections);
		table_integer(&t, m.monitored_days);
		table_text(&t, months);
	}
	table_print(&t, stdout);
}

static int incidents(struct ctl *ctl, struct err *why)
{
	const char *from = options_text(&ctl->options, "--from"), *to = options_text(&ctl->options, "--to");
	struct db_result *result;
	struct buffer json = { 0 };
	struct json_writer w;
	int64_t company_id;

	if (check_company(ctl, &company_id, why) != 0 ||
	    metrics_months(ctl->db,
			   &(struct metrics_period){ from, to, ctl->settings.timezone, { .company_id = company_id } },
			   METRICS_BY_MONTH, &result, why) != 0)
		return -1;
	if (options_flag(&ctl->options, "--json")) {
		json_writer_init(&w, &json);
		metrics_months_write(from, to, result, &w);
		print_json(&json);
	} else {
		print_incidents(result);
	}
	db_result_free(result);
	return 0;
}

static const struct option_spec detection_options[] = {
	{ "--from", OPTION_DAY, true, "D", "first day" },
	{ "--to", OPTION_DAY, true, "D", "last day, inclusive" },
	OPTION_COMPANY_OPTIONAL,
	OPTION_JSON,
	OPTIONS_END,
};
static const struct option_spec incident_options[] = {
	{ "--from", OPTION_MONTH, true, "M", "first month" },
	{ "--to", OPTION_MONTH, true, "M", "last month, inclusive" },
	OPTION_COMPANY_OPTIONAL,
	OPTION_JSON,
	OPTIONS_END,
};

const struct command metrics_commands[] = {
	{ "metrics", "detections", "the detection table: per direction and engine, per company-month",
	  detection_options, false, detections,
	  "A rate is detections / (monitored days x 12 / 365) over the companies that had such a detection; the last\n"
	  "column is over all monitored companies. Below 1 it is shown with one decimal; --json has it unrounded.\n" },
	{ "metrics", "incidents", "incidents per company and month, with monitored time", incident_options, false,
	  incidents, "An incident counts in the month in which it began; merged ones do not count.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
