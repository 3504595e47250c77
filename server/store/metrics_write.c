#include "server/store/metrics_write.h"

void metrics_detections_write(const struct metrics_detections *m, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_string(w, "from", m->from);
	json_put_string(w, "to", m->to);
	json_put_integer(w, "monitored_companies", m->monitored.companies);
	json_put_integer(w, "monitored_days", m->monitored.days);
	json_put_real(w, "mean_monitored_days", metrics_mean_days(m));
	json_put_integer(w, "outside_spans", m->outside_spans);
	json_open_array(w, "rows");
	for (int i = 0; i < METRICS_ROWS; i++) {
		const struct metrics_row *row = &m->rows[i];

		json_open_object(w, NULL);
		json_put_string(w, "direction", row->direction);
		json_put_string(w, "engine", row->engine);
		json_put_integer(w, "companies", row->affected.companies);
		json_put_integer(w, "detections", row->affected.detections);
		json_put_integer(w, "monitored_days", row->affected.days);
		json_put_real(w, "per_company_month", metrics_rate(row->affected.detections, row->affected.days));
		json_put_real(w, "per_monitored_company_month", metrics_monitored_rate(m, row));
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

static const char *const month_counts[METRICS_DIRECTIONS][METRICS_ENGINES] = {
	{ "inbound_ips", "inbound_antivirus", "inbound_web", "inbound_dns", "inbound_other" },
	{ "outbound_ips", "outbound_antivirus", "outbound_web", "outbound_dns", "outbound_other" },
};

static void write_counts(const struct metrics_counts *c, struct json_writer *w)
{
	json_put_integer(w, "inbound", metrics_counts_of(c, METRICS_INBOUND));
	json_put_integer(w, "outbound", metrics_counts_of(c, METRICS_OUTBOUND));
	for (int i = 0; i < METRICS_DIRECTIONS; i++)
		for (int k = 0; k < METRICS_ENGINES; k++)
			json_put_integer(w, month_counts[i][k], c->engines[i][k]);
	json_put_integer(w, "elsewhere", c->elsewhere);
	json_put_integer(w, "inbound_stopped", c->stopped[METRICS_INBOUND]);
	json_put_integer(w, "outbound_stopped", c->stopped[METRICS_OUTBOUND]);
	json_put_integer(w, "viruses", c->viruses);
	json_put_integer(w, "viruses_removed", c->viruses_removed);
}

void metrics_months_write(const char *from, const char *to, const struct db_result *result, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_string(w, "from", from);
	json_put_string(w, "to", to);
	json_open_array(w, "rows");
	for (int row = 0; row < db_rows(result); row++) {
		struct metrics_month m;

		metrics_month_read(result, row, &m);
		json_open_object(w, NULL);
		json_put_integer(w, "company_id", m.company_id);
		json_put_string(w, "company", m.company);
		json_put_string(w, "month", m.month);
		json_put_integer(w, "incidents", m.incidents);
		json_put_integer(w, "detections", m.detections);
		json_put_integer(w, "monitored_days", m.monitored_days);
		json_put_real(w, "company_months", metrics_company_months(m.monitored_days));
		write_counts(&m.counts, w);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

static void write_affected(const struct exposure_row *row, const char *const names[4], struct json_writer *w)
{
	json_put_integer(w, names[0], row->companies);
	json_put_integer(w, names[1], row->detections);
	json_put_integer(w, names[2], row->days);
	json_put_real(w, names[3], metrics_rate(row->detections, row->days));
}

void metrics_trend_write(const struct metrics_trend_month *months, size_t count, struct json_writer *w)
{
	static const char *const inbound[] = { "inbound_companies", "inbound", "inbound_days",
					       "inbound_per_company_month" };
	static const char *const outbound[] = { "outbound_companies", "outbound", "outbound_days",
						"outbound_per_company_month" };

	json_open_object(w, NULL);
	json_put_string(w, "from", count ? months[0].month : NULL);
	json_put_string(w, "to", count ? months[count - 1].month : NULL);
	json_open_array(w, "rows");
	for (size_t i = 0; i < count; i++) {
		const struct metrics_trend_month *m = &months[i];

		json_open_object(w, NULL);
		json_put_string(w, "month", m->month);
		json_put_integer(w, "monitored_companies", m->monitored.companies);
		json_put_integer(w, "monitored_days", m->monitored.days);
		write_affected(&m->inbound, inbound, w);
		write_affected(&m->outbound, outbound, w);
		json_put_real(w, "prevalence", metrics_prevalence(m));
		json_put_integer(w, "incidents", m->incidents);
		json_put_integer(w, "due_hours", m->due_hours);
		json_put_integer(w, "seen_hours", m->seen_hours);
		json_put_real(w, "coverage", metrics_covered(m->due_hours, m->seen_hours));
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

void metrics_incidents_write(const char *from, const char *to, const struct metrics_incidents *m, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_string(w, "from", from);
	json_put_string(w, "to", to);
	json_put_integer(w, "monitored_companies", m->companies);
	json_put_integer(w, "companies_with_incidents", m->with_incidents);
	json_put_integer(w, "incidents", m->incidents);
	json_put_integer(w, "unmonitored_incidents", m->unmonitored);
	json_put_real(w, "median", (double)m->median_hundredths / 100);
	json_put_real(w, "p90", (double)m->p90_hundredths / 100);
	json_put_integer(w, "most", m->most);
	json_open_array(w, "classes");
	for (int i = 0; i < METRICS_INCIDENT_CLASSES; i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "from", m->classes[i].from);
		json_put_known(w, "to", m->classes[i].to != INT64_MAX, m->classes[i].to);
		json_put_integer(w, "companies", m->classes[i].companies);
		json_close_object(w);
	}
	json_close_array(w);
	json_put_integer(w, "judged", m->judged);
	json_put_real(w, "judged_share", metrics_judged_share(m));
	json_put_integer(w, "true_positives", m->true_positives);
	json_put_integer(w, "benign_positives", m->benign_positives);
	json_put_integer(w, "false_positives", m->false_positives);
	json_put_integer(w, "undetermined", m->undetermined);
	json_put_integer(w, "not_judged", m->not_judged);
	json_close_object(w);
}

static void write_hours(const struct metrics_coverage *c, struct json_writer *w)
{
	json_put_integer(w, "monitored_days", c->monitored_days);
	json_put_integer(w, "due_hours", c->due_hours);
	json_put_integer(w, "seen_hours", c->seen_hours);
	json_put_real(w, "coverage", metrics_covered(c->due_hours, c->seen_hours));
}

static void write_records(const struct metrics_coverage *c, struct json_writer *w)
{
	json_put_integer(w, "silent_days", c->silent_days);
	json_put_integer(w, "expected", c->expected);
	json_put_integer(w, "received", c->received);
	json_put_integer(w, "dropped", c->dropped);
	json_put_integer(w, "missing", c->missing);
}

void metrics_coverage_write_sum(const struct metrics_coverage_sum *sum, struct json_writer *w)
{
	json_put_integer(w, "companies", sum->companies);
	json_put_integer(w, "sensors", sum->sensors);
	json_put_integer(w, "silent_companies", sum->silent_companies);
	write_hours(&sum->figures, w);
	json_put_integer(w, "silent_hours", sum->silent_hours);
	write_records(&sum->figures, w);
}

void metrics_coverage_write_company(const struct metrics_company_coverage *row, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_integer(w, "company_id", row->company_id);
	json_put_string(w, "company", row->company);
	json_put_integer(w, "sensors", row->sensors);
	write_hours(&row->figures, w);
	json_put_integer(w, "silent_hours", row->silent_hours);
	write_records(&row->figures, w);
	json_close_object(w);
}

void metrics_coverage_write_sensor(const struct metrics_sensor_coverage *row, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_integer(w, "company_id", row->company_id);
	json_put_string(w, "company", row->company);
	json_put_integer(w, "sensor_id", row->sensor_id);
	json_put_string(w, "sensor", row->name);
	json_put_string(w, "site", row->site);
	json_put_string(w, "agent_version", row->agent_version);
	json_put_time(w, "last_seen_at", row->last_seen_at);
	json_put_time(w, "revoked_at", row->revoked_at);
	write_hours(&row->figures, w);
	write_records(&row->figures, w);
	json_close_object(w);
}

void metrics_peers_write(const char *month, const struct peer_row *peers, size_t count, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_string(w, "month", month);
	json_open_array(w, "rows");
	for (size_t i = 0; i < count; i++) {
		const struct peer_row *p = &peers[i];

		json_open_object(w, NULL);
		json_put_string(w, "dimension", p->dimension);
		json_put_string(w, "value", p->value);
		json_put_integer(w, "companies", p->companies);
		json_put_bool(w, "hidden", p->hidden);
		json_put_known(w, "with_inbound", !p->hidden, p->with_inbound);
		json_put_known(w, "with_outbound", !p->hidden, p->with_outbound);
		json_put_known(w, "with_viruses", !p->hidden, p->with_viruses);
		json_put_known(w, "median_inbound", !p->hidden, p->median_inbound);
		json_put_known(w, "median_outbound", !p->hidden, p->median_outbound);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

void metrics_cohorts_write(const struct db_result *result, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_open_array(w, "cohorts");
	for (int row = 0; row < db_rows(result); row++) {
		struct metrics_cohort_choice choice;

		metrics_cohort_read(result, row, &choice);
		json_open_object(w, NULL);
		json_put_string(w, "dimension", choice.dimension);
		json_put_string(w, "value", choice.value);
		json_put_integer(w, "companies", choice.companies);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}
