#include "server/store/metrics_write.h"

void metrics_detections_csv(const struct metrics_detections *m, struct csv_writer *w)
{
	csv_heading(w, "from,to,direction,engine,companies,detections,monitored_days,per_company_month,"
		       "per_monitored_company_month,monitored_companies,all_monitored_days");
	for (int i = 0; i < METRICS_ROWS; i++) {
		const struct metrics_row *row = &m->rows[i];

		csv_text(w, m->from);
		csv_text(w, m->to);
		csv_text(w, row->direction);
		csv_text(w, row->engine);
		csv_integer(w, row->affected.companies);
		csv_integer(w, row->affected.detections);
		csv_integer(w, row->affected.days);
		csv_real(w, metrics_rate(row->affected.detections, row->affected.days));
		csv_real(w, metrics_monitored_rate(m, row));
		csv_integer(w, m->monitored.companies);
		csv_integer(w, m->monitored.days);
		csv_end_line(w);
	}
}

static void put_counts(const struct metrics_counts *c, struct csv_writer *w)
{
	csv_integer(w, metrics_counts_of(c, METRICS_INBOUND));
	csv_integer(w, metrics_counts_of(c, METRICS_OUTBOUND));
	for (int i = 0; i < METRICS_DIRECTIONS; i++)
		for (int k = 0; k < METRICS_ENGINES; k++)
			csv_integer(w, c->engines[i][k]);
	csv_integer(w, c->elsewhere);
	csv_integer(w, c->stopped[METRICS_INBOUND]);
	csv_integer(w, c->stopped[METRICS_OUTBOUND]);
	csv_integer(w, c->viruses);
	csv_integer(w, c->viruses_removed);
}

void metrics_months_csv(const struct db_result *result, struct csv_writer *w)
{
	csv_heading(w, "company_id,company,month,incidents,detections,monitored_days,company_months,inbound,outbound,"
		       "inbound_ips,inbound_antivirus,inbound_web,inbound_dns,inbound_other,outbound_ips,"
		       "outbound_antivirus,outbound_web,outbound_dns,outbound_other,elsewhere,inbound_stopped,"
		       "outbound_stopped,viruses,viruses_removed");
	for (int row = 0; row < db_rows(result); row++) {
		struct metrics_month m;

		metrics_month_read(result, row, &m);
		csv_integer(w, m.company_id);
		csv_text(w, m.company);
		csv_text(w, m.month);
		csv_integer(w, m.incidents);
		csv_integer(w, m.detections);
		csv_integer(w, m.monitored_days);
		csv_real(w, metrics_company_months(m.monitored_days));
		put_counts(&m.counts, w);
		csv_end_line(w);
	}
}

static void put_affected(const struct exposure_row *row, struct csv_writer *w)
{
	csv_integer(w, row->companies);
	csv_integer(w, row->detections);
	csv_integer(w, row->days);
	csv_real(w, metrics_rate(row->detections, row->days));
}

void metrics_trend_csv(const struct metrics_trend_month *months, size_t count, struct csv_writer *w)
{
	csv_heading(w, "month,monitored_companies,monitored_days,inbound_companies,inbound,inbound_days,"
		       "inbound_per_company_month,outbound_companies,outbound,outbound_days,outbound_per_company_month,"
		       "prevalence,incidents,due_hours,seen_hours,coverage");
	for (size_t i = 0; i < count; i++) {
		const struct metrics_trend_month *m = &months[i];

		csv_text(w, m->month);
		csv_integer(w, m->monitored.companies);
		csv_integer(w, m->monitored.days);
		put_affected(&m->inbound, w);
		put_affected(&m->outbound, w);
		csv_real(w, metrics_prevalence(m));
		csv_integer(w, m->incidents);
		csv_integer(w, m->due_hours);
		csv_integer(w, m->seen_hours);
		csv_real(w, metrics_covered(m->due_hours, m->seen_hours));
		csv_end_line(w);
	}
}

void metrics_incidents_csv(const char *from, const char *to, const struct metrics_incidents *m, struct csv_writer *w)
{
	csv_heading(w, "from,to,monitored_companies,companies_with_incidents,incidents,unmonitored_incidents,median,"
		       "p90,most,had_0,had_1,had_2,had_3_to_5,had_6_to_10,had_11_or_more,judged,judged_share,"
		       "true_positives,benign_positives,false_positives,undetermined,not_judged");
	csv_text(w, from);
	csv_text(w, to);
	csv_integer(w, m->companies);
	csv_integer(w, m->with_incidents);
	csv_integer(w, m->incidents);
	csv_integer(w, m->unmonitored);
	csv_real(w, (double)m->median_hundredths / 100);
	csv_real(w, (double)m->p90_hundredths / 100);
	csv_integer(w, m->most);
	for (int i = 0; i < METRICS_INCIDENT_CLASSES; i++)
		csv_integer(w, m->classes[i].companies);
	csv_integer(w, m->judged);
	csv_real(w, metrics_judged_share(m));
	csv_integer(w, m->true_positives);
	csv_integer(w, m->benign_positives);
	csv_integer(w, m->false_positives);
	csv_integer(w, m->undetermined);
	csv_integer(w, m->not_judged);
	csv_end_line(w);
}

static void put_hours(const struct metrics_coverage *c, struct csv_writer *w)
{
	csv_integer(w, c->monitored_days);
	csv_integer(w, c->due_hours);
	csv_integer(w, c->seen_hours);
	csv_real(w, metrics_covered(c->due_hours, c->seen_hours));
}

static void put_records(const struct metrics_coverage *c, struct csv_writer *w)
{
	csv_integer(w, c->silent_days);
	csv_integer(w, c->expected);
	csv_integer(w, c->received);
	csv_integer(w, c->dropped);
	csv_integer(w, c->missing);
}

void metrics_coverage_csv_companies(const struct db_result *result, struct csv_writer *w)
{
	csv_heading(w, "company_id,company,sensors,monitored_days,due_hours,seen_hours,coverage,silent_hours,"
		       "silent_days,expected,received,dropped,missing");
	for (int row = 0; row < db_rows(result); row++) {
		struct metrics_company_coverage c;

		metrics_coverage_company_read(result, row, &c);
		csv_integer(w, c.company_id);
		csv_text(w, c.company);
		csv_integer(w, c.sensors);
		put_hours(&c.figures, w);
		csv_integer(w, c.silent_hours);
		put_records(&c.figures, w);
		csv_end_line(w);
	}
}

static void put_time(struct csv_writer *w, time_us time)
{
	char text[TIME_TEXT_SIZE];

	if (time != TIME_NONE)
		time_to_text(time, text);
	csv_text(w, time == TIME_NONE ? NULL : text);
}

void metrics_coverage_csv_sensors(const struct db_result *result, struct csv_writer *w)
{
	csv_heading(w, "company_id,company,sensor_id,sensor,site,agent_version,last_seen_at,revoked_at,monitored_days,"
		       "due_hours,seen_hours,coverage,silent_days,expected,received,dropped,missing");
	for (int row = 0; row < db_rows(result); row++) {
		struct metrics_sensor_coverage s;

		metrics_coverage_sensor_read(result, row, &s);
		csv_integer(w, s.company_id);
		csv_text(w, s.company);
		csv_integer(w, s.sensor_id);
		csv_text(w, s.name);
		csv_text(w, s.site);
		csv_text(w, s.agent_version);
		put_time(w, s.last_seen_at);
		put_time(w, s.revoked_at);
		put_hours(&s.figures, w);
		put_records(&s.figures, w);
		csv_end_line(w);
	}
}

void metrics_peers_csv(const struct peer_row *peers, size_t count, struct csv_writer *w)
{
	csv_heading(w, "dimension,value,companies,hidden,with_inbound,with_outbound,with_viruses,median_inbound,"
		       "median_outbound");
	for (size_t i = 0; i < count; i++) {
		const struct peer_row *p = &peers[i];

		csv_text(w, p->dimension);
		csv_text(w, p->value);
		csv_integer(w, p->companies);
		csv_text(w, p->hidden ? "true" : "false");
		csv_known(w, !p->hidden, p->with_inbound);
		csv_known(w, !p->hidden, p->with_outbound);
		csv_known(w, !p->hidden, p->with_viruses);
		csv_known(w, !p->hidden, p->median_inbound);
		csv_known(w, !p->hidden, p->median_outbound);
		csv_end_line(w);
	}
}

void metrics_cohorts_csv(const struct db_result *result, struct csv_writer *w)
{
	csv_heading(w, "dimension,value,companies");
	for (int row = 0; row < db_rows(result); row++) {
		struct metrics_cohort_choice choice;

		metrics_cohort_read(result, row, &choice);
		csv_text(w, choice.dimension);
		csv_text(w, choice.value);
		csv_integer(w, choice.companies);
		csv_end_line(w);
	}
}
