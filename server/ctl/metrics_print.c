#include "server/ctl/metrics_print.h"

#include "server/ctl/table.h"
#include "server/store/metrics_months.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { NUMBER_SIZE = 48 };

void print_detections(const struct metrics_detections *m)
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

void print_months(const struct db_result *result)
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

void print_spread(const struct metrics_incidents *m)
{
	struct table t;

	table_open(&t, "incidents|>companies");
	for (int i = 0; i < METRICS_INCIDENT_CLASSES; i++) {
		const struct metrics_incident_class *c = &m->classes[i];
		char text[NUMBER_SIZE];

		if (c->to == INT64_MAX)
			snprintf(text, sizeof(text), "%" PRId64 " and more", c->from);
		else if (c->from == c->to)
			snprintf(text, sizeof(text), "%" PRId64, c->from);
		else
			snprintf(text, sizeof(text), "%" PRId64 " to %" PRId64, c->from, c->to);
		table_text(&t, text);
		table_integer(&t, c->companies);
	}
	table_print(&t, stdout);
	printf("\n%" PRId64 " incidents at %" PRId64 " of %" PRId64
	       " monitored companies; median %.2f, p90 %.2f, most %" PRId64 "\n",
	       m->incidents - m->unmonitored, m->with_incidents, m->companies, (double)m->median_hundredths / 100,
	       (double)m->p90_hundredths / 100, m->most);
	if (m->unmonitored)
		printf("%" PRId64 " more at companies that were not monitored\n", m->unmonitored);
	printf("%" PRId64 " of %" PRId64 " judged: %" PRId64 " true, %" PRId64 " benign, %" PRId64 " false, %" PRId64
	       " undetermined\n",
	       m->judged, m->incidents, m->true_positives, m->benign_positives, m->false_positives, m->undetermined);
}

/* A share as percent with one decimal, half up as reports and the dashboard have it: 100.0 only when nothing is
 * missing. */
static void table_share(struct table *t, double share)
{
	double tenths = floor(share * 1000 * (1 + 1e-12) + 0.5);
	char text[NUMBER_SIZE];

	if (share < 1 && tenths >= 1000)
		tenths = 999;
	snprintf(text, sizeof(text), "%.1f%%", tenths / 10);
	table_text(t, isfinite(share) ? text : NULL);
}

void print_trend(const struct metrics_trend_month *months, size_t count)
{
	struct table t;

	table_open(&t, "month|>companies|>inbound: companies|>detections|>rate|>outbound: companies|>detections|>rate|"
		       ">prevalence|>incidents|>coverage");
	for (size_t i = 0; i < count; i++) {
		const struct metrics_trend_month *m = &months[i];
		char inbound[RATE_TEXT_SIZE], outbound[RATE_TEXT_SIZE];

		exposure_rate_text(&m->inbound, inbound);
		exposure_rate_text(&m->outbound, outbound);
		table_text(&t, m->month);
		table_integer(&t, m->monitored.companies);
		table_integer(&t, m->inbound.companies);
		table_integer(&t, m->inbound.detections);
		table_text(&t, inbound);
		table_integer(&t, m->outbound.companies);
		table_integer(&t, m->outbound.detections);
		table_text(&t, outbound);
		table_share(&t, metrics_prevalence(m));
		table_integer(&t, m->incidents);
		table_share(&t, metrics_covered(m->due_hours, m->seen_hours));
	}
	table_print(&t, stdout);
}

static void table_coverage(struct table *t, const struct metrics_coverage *c)
{
	table_integer(t, c->monitored_days);
	table_integer(t, c->due_hours);
	table_integer(t, c->seen_hours);
	table_share(t, metrics_covered(c->due_hours, c->seen_hours));
	table_integer(t, c->silent_days);
	table_integer(t, c->expected);
	table_integer(t, c->received);
	table_integer(t, c->dropped);
	table_integer(t, c->missing);
}

void print_coverage(const struct metrics_coverage_sum *sum, const struct db_result *rows, bool of_sensors)
{
	struct table t;

	table_open(&t, of_sensors
			   ? ">company|name|>sensor|name|>days|>due hours|>seen|>coverage|>silent days|>expected|"
			     ">received|>dropped|>missing"
			   : ">company|name|>sensors|>silent hours|>days|>due hours|>seen|>coverage|>silent days|"
			     ">expected|>received|>dropped|>missing");
	for (int i = 0; i < db_rows(rows); i++) {
		struct metrics_company_coverage company = { 0 };
		struct metrics_sensor_coverage sensor = { 0 };

		if (of_sensors) {
			metrics_coverage_sensor_read(rows, i, &sensor);
			table_integer(&t, sensor.company_id);
			table_text(&t, sensor.company);
			table_integer(&t, sensor.sensor_id);
			table_text(&t, sensor.name);
		} else {
			metrics_coverage_company_read(rows, i, &company);
			table_integer(&t, company.company_id);
			table_text(&t, company.company);
			table_integer(&t, company.sensors);
			table_integer(&t, company.silent_hours);
		}
		table_coverage(&t, of_sensors ? &sensor.figures : &company.figures);
	}
	table_print(&t, stdout);
	printf("\n%" PRId64 " companies, %" PRId64 " sensors: seen in %" PRId64 " of %" PRId64
	       " due hours; with a silent day: %" PRId64 "\n",
	       sum->companies, sum->sensors, sum->figures.seen_hours, sum->figures.due_hours, sum->silent_companies);
}

static void table_minutes(struct table *t, bool known, double seconds)
{
	char text[NUMBER_SIZE];

	snprintf(text, sizeof(text), "%.1f", seconds / 60);
	table_text(t, known ? text : NULL);
}

void print_response(const struct response_row rows[RESPONSE_ROWS], int64_t merged)
{
	static const char *const names[RESPONSE_METRICS] = { "detect", "acknowledge", "notify", "contain", "resolve" };
	struct table t;

	table_open(&t,
		   "severity|figure|>incidents|>count|>median min|>p90 min|>mean min|>without waiting: median|>p90");
	for (int i = 0; i < RESPONSE_ROWS; i++) {
		for (int k = 0; k < RESPONSE_METRICS; k++) {
			const struct response_figure *f = &rows[i].figures[k];
			char severity[NUMBER_SIZE];

			snprintf(severity, sizeof(severity), "%d", i);
			table_text(&t, i ? severity : "all");
			table_text(&t, names[k]);
			table_integer(&t, rows[i].incidents);
			table_integer(&t, f->count);
			table_minutes(&t, f->count > 0, f->all.median_s);
			table_minutes(&t, f->count > 0, f->all.p90_s);
			table_minutes(&t, f->count > 0, f->all.mean_s);
			table_minutes(&t, f->count > 0, f->without_waiting.median_s);
			table_minutes(&t, f->count > 0, f->without_waiting.p90_s);
		}
	}
	table_print(&t, stdout);
	printf("\n%" PRId64 " merged incidents were left out\n", merged);
}

void print_peers(const struct peer_row *peers, size_t count)
{
	struct table t;

	table_open(&t, "dimension|value|>companies|>with inbound|>outbound|>viruses|>median inbound|>outbound");
	for (size_t i = 0; i < count; i++) {
		const struct peer_row *p = &peers[i];
		const int64_t figures[] = { p->with_inbound, p->with_outbound, p->with_viruses, p->median_inbound,
					    p->median_outbound };

		table_text(&t, p->dimension);
		table_text(&t, p->value);
		table_integer(&t, p->companies);
		for (size_t k = 0; k < ARRAY_LEN(figures); k++) {
			if (p->hidden)
				table_text(&t, k ? NULL : "hidden");
			else
				table_integer(&t, figures[k]);
		}
	}
	table_print(&t, stdout);
}
