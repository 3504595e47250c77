/* Twelve months of one company, as it shows them to a trading partner. */
#include "server/store/metrics_coverage.h"
#include "server/store/metrics_months.h"
#include "server/store/report_facts_parts.h"
#include "server/store/response_query.h"

#include <math.h>

enum { CASE_SEVERITY = 3 };

struct certificate_making {
	struct db *db;
	const struct report_facts_frame *frame;
	struct facts_time time;
	struct metrics_period period;
	struct pool *pool;
	struct monitoring_certificate *c;
};

/* Also how many days there are in these months, to the last or to today. */
static int read_company(struct certificate_making *k, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	bool failed = false;
	int rows;

	db_arg_integer(&args, k->c->company_id);
	db_arg_text(&args, k->time.first_day);
	db_arg_text(&args, k->time.last_day);
	if (db_run(k->db, "SELECT name, ($3::date - $2::date + 1)::bigint FROM company WHERE company_id = $1::bigint",
		   &args, &r, why) != 0)
		return -1;
	rows = db_rows(r);
	if (rows) {
		k->c->company = facts_text(k->pool, db_text(r, 0, 0), &failed);
		k->c->days = db_integer(r, 0, 1);
	}
	db_result_free(r);
	if (failed)
		return facts_no_memory(why);
	return rows ? 0 : err_set(why, ERR_NOT_FOUND, "there is no such company");
}

static int read_months(struct certificate_making *k, struct err *why)
{
	struct metrics_period period = k->period;
	char first[METRICS_MONTH_SIZE];
	struct db_result *r;

	metrics_month_add(k->frame->month, 1 - CERTIFICATE_MONTHS, first);
	period.from = first;
	period.to = k->frame->month;
	if (metrics_months(k->db, &period, METRICS_BY_COMPANY, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r); i++) {
		struct metrics_month m;

		metrics_month_read(r, i, &m);
		k->c->monitored_days += m.monitored_days;
		k->c->inbound += metrics_counts_of(&m.counts, METRICS_INBOUND);
		k->c->inbound_stopped += m.counts.stopped[METRICS_INBOUND];
		k->c->outbound += metrics_counts_of(&m.counts, METRICS_OUTBOUND);
		k->c->outbound_stopped += m.counts.stopped[METRICS_OUTBOUND];
		k->c->viruses_removed += m.counts.viruses_removed;
	}
	db_result_free(r);
	return 0;
}

static int read_coverage(struct certificate_making *k, struct err *why)
{
	struct metrics_coverage_sum sum;

	if (metrics_coverage_sum(k->db, &k->period, &sum, why) != 0)
		return -1;
	k->c->due_hours = sum.figures.due_hours;
	k->c->seen_hours = sum.figures.seen_hours;
	k->c->sensors = sum.sensors;
	return 0;
}

/* Cases that began in these months; closed ones, whenever that was. */
static int read_cases(struct certificate_making *k, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, k->c->company_id);
	db_arg_time(&args, k->time.from);
	db_arg_time(&args, k->time.to);
	db_arg_integer(&args, CASE_SEVERITY);
	if (db_run(
		k->db,
		"SELECT count(*), count(*) FILTER (WHERE state = 'closed') FROM incident WHERE company_id = $1::bigint "
		"AND first_ts >= $2::timestamptz AND first_ts < $3::timestamptz AND state <> 'merged' "
		"AND severity <= $4::bigint",
		&args, &r, why) != 0)
		return -1;
	k->c->cases = db_integer(r, 0, 0);
	k->c->cases_closed = db_integer(r, 0, 1);
	db_result_free(r);
	return 0;
}

static int measure(struct certificate_making *k, struct response_samples *samples, struct err *why)
{
	struct response_row rows[RESPONSE_ROWS];
	size_t kept = 0;

	for (size_t i = 0; i < samples->count; i++)
		if (samples->list[i].severity <= CASE_SEVERITY)
			samples->list[kept++] = samples->list[i];
	samples->count = kept;
	if (response_figures(samples, rows, why) != 0)
		return -1;
	k->c->told_count = rows[0].figures[RESPONSE_NOTIFY].count;
	k->c->told_median_s = (int64_t)floor(rows[0].figures[RESPONSE_NOTIFY].all.median_s + 0.5);
	k->c->acknowledged_count = rows[0].figures[RESPONSE_ACKNOWLEDGE].count;
	k->c->acknowledged_median_s = (int64_t)floor(rows[0].figures[RESPONSE_ACKNOWLEDGE].all.median_s + 0.5);
	return 0;
}

static int read_times(struct certificate_making *k, struct err *why)
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

int report_facts_certificate(struct db *db, const struct report_facts_frame *frame, int64_t company_id,
			     struct pool *pool, struct monitoring_certificate *out, struct err *why)
{
	static int (*const parts[])(struct certificate_making *, struct err *) = {
		read_company, read_months, read_coverage, read_cases, read_times,
	};
	struct certificate_making k = { .db = db, .frame = frame, .pool = pool, .c = out };
	bool failed = false;

	if (facts_time_read(db, frame, CERTIFICATE_MONTHS, &k.time, why) != 0)
		return -1;
	k.period = facts_period(frame, &k.time);
	k.period.cohort.company_id = company_id;
	*out = (struct monitoring_certificate){
		.format = MONITORING_CERTIFICATE_FORMAT,
		.company_id = company_id,
		.operator_name = facts_text(pool, k.time.operator_name, &failed),
		.timezone = frame->timezone,
		.first_day = facts_text(pool, k.time.first_day, &failed),
		.last_day = facts_text(pool, k.time.last_day, &failed),
		.made_at = k.time.now,
	};
	if (failed)
		return facts_no_memory(why);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i](&k, why) != 0)
			return -1;
	return 0;
}
