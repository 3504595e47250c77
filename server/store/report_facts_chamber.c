/* The chamber's month. Across companies. */
#include "server/store/billing.h"
#include "server/store/metrics.h"
#include "server/store/metrics_coverage.h"
#include "server/store/metrics_incidents.h"
#include "server/store/metrics_peers.h"
#include "server/store/metrics_trend.h"
#include "server/store/report_facts_parts.h"
#include "server/store/response_query.h"

#include <math.h>

struct chamber {
	struct db *db;
	const struct report_facts_frame *frame;
	struct facts_time time;
	struct metrics_period period;
	struct chamber_month *m;
	struct pool *pool;
	bool failed; /* no memory */
};

static void *list(struct chamber *k, size_t count, size_t size)
{
	return facts_list(k->pool, count, size, &k->failed);
}

/* $1 from, $2 to. */
static void put_time(const struct chamber *k, struct db_args *args)
{
	db_arg_time(args, k->time.from);
	db_arg_time(args, k->time.to);
}

/* ---------------------------------------------------------------------------------------------- detections */

static int put_table(struct chamber *k, struct err *why)
{
	struct metrics_detections d;

	k->m->table = list(k, METRICS_ROWS, sizeof(*k->m->table));
	if (k->failed)
		return facts_no_memory(why);
	if (metrics_detections(k->db, &k->period, &d, why) != 0)
		return -1;
	for (int i = 0; i < METRICS_ROWS; i++)
		k->m->table[i] = (struct table_row){ .direction = d.rows[i].direction,
						     .engine = d.rows[i].engine,
						     .companies = d.rows[i].affected.companies,
						     .detections = d.rows[i].affected.detections,
						     .days = d.rows[i].affected.days };
	k->m->table_count = METRICS_ROWS;
	k->m->monitored_companies = d.monitored.companies;
	k->m->monitored_days = d.monitored.days;
	k->m->outside_spans = d.outside_spans;
	return 0;
}

static int put_trend(struct chamber *k, struct err *why)
{
	static const struct cohort everybody;
	struct metrics_trend_month months[MEMBER_MONTHS];

	k->m->trend = list(k, MEMBER_MONTHS, sizeof(*k->m->trend));
	if (k->failed)
		return facts_no_memory(why);
	if (metrics_trend(k->db, k->frame->month, MEMBER_MONTHS, k->frame->timezone, &everybody, months, why) != 0)
		return -1;
	for (int i = 0; i < MEMBER_MONTHS; i++)
		k->m->trend[i] = (struct chamber_trend){
			.month = facts_text(k->pool, months[i].month, &k->failed),
			.companies = months[i].monitored.companies,
			.days = months[i].monitored.days,
			.inbound_companies = months[i].inbound.companies,
			.inbound = months[i].inbound.detections,
			.inbound_days = months[i].inbound.days,
			.outbound_companies = months[i].outbound.companies,
			.outbound = months[i].outbound.detections,
			.outbound_days = months[i].outbound.days,
			.incidents = months[i].incidents,
			.due_hours = months[i].due_hours,
			.seen_hours = months[i].seen_hours,
		};
	k->m->trend_count = MEMBER_MONTHS;
	return 0;
}

static int put_coverage(struct chamber *k, struct err *why)
{
	struct metrics_coverage_sum sum;

	if (metrics_coverage_sum(k->db, &k->period, &sum, why) != 0)
		return -1;
	k->m->due_hours = sum.figures.due_hours;
	k->m->seen_hours = sum.figures.seen_hours;
	k->m->silent_companies = sum.silent_companies;
	return 0;
}

/* Sensors with most detections. */
static int put_noisy(struct chamber *k, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	put_time(k, &args);
	db_arg_integer(&args, CHAMBER_NOISY_MAX);
	if (db_run(
		k->db,
		"SELECT a.company_id, a.sensor_id, c.name, coalesce(s.name, ''), a.n FROM ("
		"SELECT company_id, sensor_id, sum(repeat_count)::bigint AS n FROM alert WHERE ts >= $1::timestamptz "
		"AND ts < $2::timestamptz AND kind = 'alert' GROUP BY company_id, sensor_id "
		"ORDER BY n DESC, company_id, sensor_id LIMIT $3::bigint) a "
		"JOIN company c ON c.company_id = a.company_id "
		"LEFT JOIN sensor s ON s.company_id = a.company_id AND s.sensor_id = a.sensor_id "
		"ORDER BY a.n DESC, a.company_id, a.sensor_id",
		&args, &r, why) != 0)
		return -1;
	k->m->noisy = list(k, (size_t)db_rows(r), sizeof(*k->m->noisy));
	for (int i = 0; i < db_rows(r) && !k->failed; i++)
		k->m->noisy[k->m->noisy_count++] =
		    (struct noisy_sensor){ .company_id = db_integer(r, i, 0),
					   .sensor_id = db_integer(r, i, 1),
					   .company = facts_text(k->pool, db_text(r, i, 2), &k->failed),
					   .sensor = facts_text(k->pool, db_text(r, i, 3), &k->failed),
					   .detections = db_integer(r, i, 4) };
	db_result_free(r);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- incidents */

static int put_incidents(struct chamber *k, struct err *why)
{
	struct metrics_incidents i;

	k->m->incident_classes = list(k, METRICS_INCIDENT_CLASSES, sizeof(*k->m->incident_classes));
	if (k->failed)
		return facts_no_memory(why);
	if (metrics_incidents(k->db, &k->period, &i, why) != 0)
		return -1;
	for (int n = 0; n < METRICS_INCIDENT_CLASSES; n++)
		k->m->incident_classes[n] =
		    (struct incident_class){ i.classes[n].from, i.classes[n].to, i.classes[n].companies };
	k->m->incident_classes_count = METRICS_INCIDENT_CLASSES;
	k->m->incidents = i.incidents;
	k->m->companies_with_incidents = i.with_incidents;
	k->m->incidents_median_hundredths = i.median_hundredths;
	k->m->incidents_p90_hundredths = i.p90_hundredths;
	k->m->incidents_most = i.most;
	k->m->judged = i.judged;
	k->m->true_positives = i.true_positives;
	k->m->benign = i.benign_positives;
	k->m->false_positives = i.false_positives;
	k->m->undetermined = i.undetermined;
	k->m->not_judged = i.not_judged;
	return 0;
}

static int64_t whole(double seconds)
{
	return (int64_t)floor(seconds + 0.5);
}

static void put_response(struct chamber *k, const struct response_row rows[RESPONSE_ROWS])
{
	static const char *const names[RESPONSE_METRICS] = { "detect", "acknowledge", "notify", "contain", "resolve" };

	for (int severity = 0; severity < RESPONSE_ROWS; severity++)
		for (int metric = 0; metric < RESPONSE_METRICS; metric++) {
			const struct response_figure *f = &rows[severity].figures[metric];

			k->m->response[k->m->response_count++] = (struct response_line){
				.severity = severity,
				.metric = names[metric],
				.count = f->count,
				.median_s = whole(f->all.median_s),
				.p90_s = whole(f->all.p90_s),
				.mean_s = whole(f->all.mean_s),
				.waiting_median_s = whole(f->without_waiting.median_s),
				.waiting_p90_s = whole(f->without_waiting.p90_s),
			};
		}
}

static void put_promise(struct chamber *k, int severity, const char *name, const struct response_promise *p)
{
	k->m->promises[k->m->promises_count++] = (struct promise_line){ .severity = severity,
									.promise = name,
									.promised = p->promised,
									.kept = p->kept,
									.missed = p->missed,
									.running = p->running };
}

static int measure(struct chamber *k, const struct response_samples *samples, struct err *why)
{
	struct response_row rows[RESPONSE_ROWS];

	k->m->response = list(k, (size_t)RESPONSE_ROWS * RESPONSE_METRICS, sizeof(*k->m->response));
	k->m->promises = list(k, (size_t)RESPONSE_SEVERITIES * 2, sizeof(*k->m->promises));
	if (k->failed)
		return facts_no_memory(why);
	if (response_figures(samples, rows, why) != 0)
		return -1;
	put_response(k, rows);
	for (int severity = 1; severity <= RESPONSE_SEVERITIES; severity++) {
		put_promise(k, severity, "acknowledge", &rows[severity].acknowledge);
		put_promise(k, severity, "notify", &rows[severity].notify);
	}
	return 0;
}

static int put_times(struct chamber *k, struct err *why)
{
	struct response_samples samples = { 0 };
	struct promises *promises;
	int64_t merged;
	int failed;

	if (promises_read(k->db, &promises, why) != 0)
		return -1;
	failed = response_query(k->db, &k->period, promises, &samples, &merged, why);
	if (!failed)
		failed = measure(k, &samples, why);
	response_samples_release(&samples);
	promises_release(promises);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- the desk */

/* Columns: list, name, count. The most frequent first. Across companies. */
static const char desk_sql[] =
    "SELECT 1, category, count(*) FROM ticket WHERE opened_at >= $1::timestamptz AND opened_at < $2::timestamptz "
    "GROUP BY category "
    "UNION ALL SELECT 2, channel, count(*) FROM ticket WHERE opened_at >= $1::timestamptz AND opened_at < "
    "$2::timestamptz GROUP BY channel "
    "UNION ALL SELECT 3, kind, count(*) FROM dispatch_order WHERE requested_at >= $1::timestamptz "
    "AND requested_at < $2::timestamptz GROUP BY kind "
    "UNION ALL SELECT 4, state, count(*) FROM dispatch_order WHERE requested_at >= $1::timestamptz "
    "AND requested_at < $2::timestamptz GROUP BY state ORDER BY 1, 3 DESC, 2";

static int64_t put_names(struct chamber *k, const struct db_result *r, int number, struct named_count **out,
			 size_t *count)
{
	int64_t sum = 0;

	*out = list(k, (size_t)db_rows(r), sizeof(**out));
	for (int i = 0; i < db_rows(r) && !k->failed; i++) {
		if (db_integer(r, i, 0) != number)
			continue;
		(*out)[(*count)++] = (struct named_count){ .name = facts_text(k->pool, db_text(r, i, 1), &k->failed),
							   .count = db_integer(r, i, 2) };
		sum += db_integer(r, i, 2);
	}
	return sum;
}

static int put_desk(struct chamber *k, struct err *why)
{
	struct chamber_month *m = k->m;
	struct db_args args = { 0 };
	struct db_result *r;

	put_time(k, &args);
	if (db_run(k->db, desk_sql, &args, &r, why) != 0)
		return -1;
	m->tickets = put_names(k, r, 1, &m->ticket_categories, &m->ticket_categories_count);
	put_names(k, r, 2, &m->ticket_channels, &m->ticket_channels_count);
	m->dispatches = put_names(k, r, 3, &m->dispatch_kinds, &m->dispatch_kinds_count);
	put_names(k, r, 4, &m->dispatch_states, &m->dispatch_states_count);
	db_result_free(r);
	return 0;
}

/* Cases opened in the month, and what insurers decided to pay in it. */
static int put_insurance(struct chamber *k, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	put_time(k, &args);
	/* Across companies. */
	if (db_run(k->db,
		   "SELECT count(*) FILTER (WHERE opened_at >= $1::timestamptz AND opened_at < $2::timestamptz), "
		   "coalesce(sum(paid_yen) FILTER (WHERE state = 'covered' AND decided_at >= $1::timestamptz "
		   "AND decided_at < $2::timestamptz), 0)::bigint FROM insurance_case",
		   &args, &r, why) != 0)
		return -1;
	k->m->insurance_cases = db_integer(r, 0, 0);
	k->m->insurance_paid_yen = db_integer(r, 0, 1);
	db_result_free(r);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- growth, prices */

/* $1 last month, $2 months, $3 zone, $4 target or NULL, $5 from or NULL, $6 to or NULL.
 *
 * Planned: in a straight line from the companies that were monitored on the first day of the plan to the target on its
 * last. Spans of one company never overlap, so spans are companies. Across companies. */
static const char growth_sql[] =
    "SELECT to_char(d.day, 'YYYY-MM'), (SELECT count(*) FROM monitoring_span s WHERE s.from_day <= d.day "
    "AND (s.to_day IS NULL OR s.to_day >= d.day)), CASE WHEN d.day < $5::date THEN 0 ELSE coalesce(round(b.companies + "
    "($4::bigint - b.companies) * least((d.day - $5::date)::numeric / greatest($6::date - $5::date, 1), 1)), 0) "
    "END::bigint "
    "FROM generate_series(0, $2::integer - 1) n CROSS JOIN LATERAL (SELECT least((($1::text || '-01')::date "
    "- make_interval(months => $2::integer - 2 - n))::date - 1, (now() AT TIME ZONE $3::text)::date) AS day) d "
    "CROSS JOIN (SELECT count(*)::numeric AS companies FROM monitoring_span s WHERE s.from_day <= $5::date "
    "AND (s.to_day IS NULL OR s.to_day >= $5::date)) b ORDER BY n";

static int put_growth(struct chamber *k, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_text(&args, k->frame->month);
	db_arg_integer(&args, MEMBER_MONTHS);
	db_arg_text(&args, k->frame->timezone);
	db_arg_optional(&args, k->frame->growth_target);
	db_arg_text(&args, k->frame->growth_target ? k->frame->growth_from : NULL);
	db_arg_text(&args, k->frame->growth_target ? k->frame->growth_day : NULL);
	if (db_run(k->db, growth_sql, &args, &r, why) != 0)
		return -1;
	k->m->growth = list(k, MEMBER_MONTHS, sizeof(*k->m->growth));
	for (int i = 0; i < db_rows(r) && i < MEMBER_MONTHS && !k->failed; i++)
		k->m->growth[k->m->growth_count++] =
		    (struct growth_point){ .month = facts_text(k->pool, db_text(r, i, 0), &k->failed),
					   .companies = db_integer(r, i, 1),
					   .planned = db_integer(r, i, 2) };
	db_result_free(r);
	k->m->growth_target = k->frame->growth_target;
	k->m->growth_target_day = k->frame->growth_target ? k->frame->growth_day : NULL;
	return 0;
}

static int put_prices(struct chamber *k, struct err *why)
{
	struct billing_list bills = { 0 };
	int failed = billing_read(k->db, k->frame->month, k->pool, &bills, why);

	if (failed)
		return failed;
	k->m->prices = list(k, bills.total_count, sizeof(*k->m->prices));
	for (size_t i = 0; i < bills.total_count && !k->failed; i++)
		k->m->prices[k->m->prices_count++] = (struct price_line){ .plan = bills.totals[i].plan,
									  .member = bills.totals[i].is_member,
									  .companies = bills.totals[i].companies,
									  .yen = bills.totals[i].yen,
									  .taxed_yen = bills.totals[i].taxed };
	return 0;
}

static int put_peers(struct chamber *k, struct err *why)
{
	return metrics_peers(k->db, k->frame->month, k->frame->timezone, k->pool, &k->m->peers, &k->m->peers_count,
			     why);
}

int report_facts_chamber(struct db *db, const struct report_facts_frame *frame, struct pool *pool,
			 struct chamber_month *out, struct err *why)
{
	static int (*const parts[])(struct chamber *, struct err *) = {
		put_table, put_trend,     put_coverage, put_noisy,  put_incidents, put_times,
		put_desk,  put_insurance, put_growth,   put_prices, put_peers,
	};
	struct chamber k = { .db = db, .frame = frame, .m = out, .pool = pool };

	if (facts_time_read(db, frame, 1, &k.time, why) != 0)
		return -1;
	k.period = facts_period(frame, &k.time);
	*out = (struct chamber_month){
		.format = CHAMBER_MONTH_FORMAT,
		.operator_name = facts_text(pool, k.time.operator_name, &k.failed),
		.timezone = frame->timezone,
		.month = frame->month,
		.first_day = facts_text(pool, k.time.first_day, &k.failed),
		.last_day = facts_text(pool, k.time.last_day, &k.failed),
		.preliminary = k.time.preliminary,
		.made_at = k.time.now,
	};
	out->grades = list(&k, 1, sizeof(*out->grades));
	for (size_t i = 0; i < ARRAY_LEN(parts) && !k.failed; i++)
		if (parts[i](&k, why) != 0)
			return -1;
	return k.failed ? facts_no_memory(why) : 0;
}
