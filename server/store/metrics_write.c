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
