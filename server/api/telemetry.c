#include "server/api/telemetry.h"

#include <inttypes.h>

/* Upper ends, milliseconds; the last bucket is for all that are slower. */
static const struct {
	int64_t ms;
	const char *seconds;
} ends[TELEMETRY_BUCKETS] = {
	{ 1, "0.001" }, { 5, "0.005" },  { 10, "0.01" }, { 25, "0.025" }, { 50, "0.05" },
	{ 100, "0.1" }, { 250, "0.25" }, { 1000, "1" },  { 2500, "2.5" }, { 10000, "10" },
};

void telemetry_request(struct telemetry *t, int status, int64_t milliseconds)
{
	size_t i = 0;

	if (status < 100 || status > 599) {
		atomic_fetch_add(&t->unanswered, 1);
		return;
	}
	atomic_fetch_add(&t->requests[status / 100 - 1], 1);
	while (i < TELEMETRY_BUCKETS && milliseconds > ends[i].ms)
		i++;
	atomic_fetch_add(&t->bucket[i], 1);
	atomic_fetch_add(&t->milliseconds, (uint64_t)(milliseconds > 0 ? milliseconds : 0));
}

static void head(struct buffer *out, const char *name, const char *type, const char *help)
{
	buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void gauge(struct buffer *out, const char *name, const char *help, double value)
{
	head(out, name, "gauge", help);
	buffer_printf(out, "%s %.15g\n", name, value);
}

static void write_requests(struct telemetry *t, struct buffer *out)
{
	uint64_t total = 0;

	head(out, "hinomi_http_requests_total", "counter", "Requests answered, by class of status.");
	for (int i = 0; i < TELEMETRY_CLASSES; i++)
		buffer_printf(out, "hinomi_http_requests_total{class=\"%dxx\"} %" PRIuFAST64 "\n", i + 1,
			      atomic_load(&t->requests[i]));
	head(out, "hinomi_http_requests_unanswered_total", "counter", "Requests whose client was gone.");
	buffer_printf(out, "hinomi_http_requests_unanswered_total %" PRIuFAST64 "\n", atomic_load(&t->unanswered));
	head(out, "hinomi_http_request_duration_seconds", "histogram",
	     "From the request line to the end of the reply.");
	for (int i = 0; i < TELEMETRY_BUCKETS; i++) {
		total += atomic_load(&t->bucket[i]);
		buffer_printf(out, "hinomi_http_request_duration_seconds_bucket{le=\"%s\"} %" PRIu64 "\n",
			      ends[i].seconds, total);
	}
	total += atomic_load(&t->bucket[TELEMETRY_BUCKETS]);
	buffer_printf(out, "hinomi_http_request_duration_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", total);
	buffer_printf(out, "hinomi_http_request_duration_seconds_sum %.3f\n",
		      (double)atomic_load(&t->milliseconds) / 1000);
	buffer_printf(out, "hinomi_http_request_duration_seconds_count %" PRIu64 "\n", total);
}

struct family {
	const char *name, *type, *help, *label;
	const char *const *values;
	const int64_t *figures;
	size_t count;
};

static void write_family(struct buffer *out, const struct family *f)
{
	head(out, f->name, f->type, f->help);
	for (size_t i = 0; i < f->count; i++)
		buffer_printf(out, "%s{%s=\"%s\"} %" PRId64 "\n", f->name, f->label, f->values[i], f->figures[i]);
}

static void write_correlation(const struct vitals *v, struct buffer *out)
{
	const struct family families[] = {
		{ "hinomi_rules", "gauge", "Rules in force, by kind.", "kind", vitals_rule_kinds, v->rules,
		  VITALS_RULE_KINDS },
		{ "hinomi_lost_total", "counter",
		  "What was let go to keep within a bound: docs/operations.md, When a bound is hit.", "what",
		  loss_kinds, v->lost, LOSS_KINDS },
		{ "hinomi_indicators", "gauge", "Indicators by state, whether valid today or not.", "state",
		  vitals_indicator_states, v->indicators, VITALS_INDICATOR_STATES },
		{ "hinomi_hunts", "gauge", "Hunts by state.", "state", vitals_hunt_states, v->hunts,
		  VITALS_HUNT_STATES },
		{ "hinomi_mutes", "gauge", "Mutes and drills in force.", "kind", vitals_mute_kinds, v->mutes,
		  VITALS_MUTE_KINDS },
	};

	gauge(out, "hinomi_rule_set_version", "Version of the rules that was loaded last; 0: none.",
	      (double)v->rule_set);
	gauge(out, "hinomi_rule_windows", "Groups of correlations with hits: an estimate of PostgreSQL.",
	      (double)v->windows);
	gauge(out, "hinomi_rule_hits", "Hits that correlations keep.", (double)v->hits);
	gauge(out, "hinomi_campaigns", "Campaigns that were seen in the last 7 days.", (double)v->campaigns);
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		write_family(out, &families[i]);
}

static void write_escalation(const struct vitals *v, struct buffer *out)
{
	write_family(out, &(struct family){ "hinomi_pages", "gauge", "Open pages by state.", "state",
					    vitals_page_states, v->pages, VITALS_PAGE_STATES });
	gauge(out, "hinomi_pages_nobody", "Pages that wait for an answer and found nobody on call.",
	      (double)v->pages_nobody);
	gauge(out, "hinomi_page_requests_pending", "Requests for pages that wait for the escalator.",
	      (double)v->requests);
	gauge(out, "hinomi_page_requests_oldest_seconds", "How long the oldest of them waits.", v->request_age);
	write_family(out, &(struct family){ "hinomi_notices", "gauge", "Notices made in the last 24 hours, by state.",
					    "state", vitals_notice_states, v->notices, VITALS_NOTICE_STATES });
	gauge(out, "hinomi_notices_oldest_due_seconds", "How long the oldest notice that is due waits.", v->notice_age);
	gauge(out, "hinomi_escalation_fenced", "Requests, pages and notices that failed again and again.",
	      (double)v->fenced);
	gauge(out, "hinomi_engines", "Escalators that ticked in the last 30 seconds.", (double)v->engines);
	gauge(out, "hinomi_engine_age_seconds", "Since an escalator last ticked; -1: never.", v->engine_age);
	gauge(out, "hinomi_mail_age_seconds", "Since the mail server last answered; -1: never.", v->mail_age);
}

static void write_vitals(const struct vitals *vitals, struct buffer *out)
{
	gauge(out, "hinomi_database_up", "Whether the database answers.", vitals ? 1 : 0);
	if (!vitals)
		return;
	write_family(out, &(struct family){ "hinomi_sensors", "gauge", "Sensors by state.", "state", vitals_states,
					    vitals->sensors, VITALS_STATES });
	gauge(out, "hinomi_work_pending", "Pieces of work that wait for the correlator.", (double)vitals->work);
	gauge(out, "hinomi_work_oldest_seconds", "How long the oldest of them waits.", vitals->work_age);
	gauge(out, "hinomi_incidents_open", "Incidents that are open, acknowledged or contained.",
	      (double)vitals->open_incidents);
	write_correlation(vitals, out);
	write_escalation(vitals, out);
}

void telemetry_write(struct telemetry *t, const struct telemetry_now *now, struct buffer *out)
{
	head(out, "hinomi_build_info", "gauge", "The version that runs.");
	buffer_printf(out, "hinomi_build_info{version=\"%s\"} 1\n", HINOMI_VERSION);
	write_requests(t, out);
	gauge(out, "hinomi_http_connections", "Connections of people.", now->connections);
	gauge(out, "hinomi_streams", "Live streams open.", now->streams);
	gauge(out, "hinomi_workers", "Database workers there are.", now->workers);
	gauge(out, "hinomi_workers_busy", "Database workers at work.", now->workers_busy);
	write_vitals(now->vitals, out);
}
