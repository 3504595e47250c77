#include "server/store/response_query.h"

#include "server/store/metrics_sql.h"

/* Behind those of metrics_sql.h: $11 most. Waiting within (t2, column), in us. */
#define WAITED(column)                                                                               \
	"coalesce((SELECT sum(greatest(extract(epoch FROM least(coalesce(w.to_at, now()), k." column \
	") - greatest(w.from_at, k.raised_at)) * 1000000, 0))::bigint FROM incident_pause w "        \
	"WHERE w.company_id = k.company_id AND w.incident_id = k.incident_id), 0)"
#define PERIOD                                                                                                    \
	"FROM incident_clock k JOIN incident i ON i.company_id = k.company_id AND i.incident_id = k.incident_id " \
	"JOIN cohort c ON c.company_id = k.company_id "                                                           \
	"WHERE k.raised_at >= $1::date::timestamp AT TIME ZONE $3::text "                                         \
	"AND k.raised_at < ($2::date + 1)::timestamp AT TIME ZONE $3::text "

static const char incidents_sql[] =
    "WITH " METRICS_COHORT_LAST
    "SELECT i.severity, k.event_at, k.raised_at, k.acknowledged_at, k.told_at, k.contained_at, k.resolved_at, "
    "k.closed_at, now(), " WAITED("acknowledged_at") ", " WAITED("told_at") ", " WAITED("contained_at") ", " WAITED(
	"resolved_at") " " PERIOD "AND i.state <> 'merged' LIMIT $11::bigint";

enum column {
	C_SEVERITY,
	C_EVENT,
	C_RAISED,
	C_ACKNOWLEDGED,
	C_TOLD,
	C_CONTAINED,
	C_RESOLVED,
	C_CLOSED,
	C_NOW,
	C_WAITED
};

static void read_sample(const struct db_result *r, int row, const struct promises *promises,
			struct response_sample *out)
{
	static const int ends[] = { C_ACKNOWLEDGED, C_TOLD, C_CONTAINED, C_RESOLVED };
	const struct incident_clock clock = { .raised_at = db_time(r, row, C_RAISED),
					      .acknowledged_at = db_time(r, row, C_ACKNOWLEDGED),
					      .told_at = db_time(r, row, C_TOLD),
					      .closed_at = db_time(r, row, C_CLOSED) };
	int64_t severity = db_integer(r, row, C_SEVERITY);
	time_us now = db_time(r, row, C_NOW);

	*out = (struct response_sample){ .severity = (int)severity };
	out->took[RESPONSE_DETECT] = clock.raised_at - db_time(r, row, C_EVENT);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		time_us end = db_time(r, row, ends[i]);

		out->took[RESPONSE_ACKNOWLEDGE + i] = end == TIME_NONE ? RESPONSE_UNSET : end - clock.raised_at;
		out->waited[RESPONSE_ACKNOWLEDGE + i] = db_integer(r, row, C_WAITED + (int)i);
	}
	out->acknowledge =
	    promises_state(promises_target(promises, severity, PROMISE_ACKNOWLEDGE), PROMISE_ACKNOWLEDGE, &clock, now);
	out->notify = promises_state(promises_target(promises, severity, PROMISE_NOTIFY), PROMISE_NOTIFY, &clock, now);
}

static int count_merged(struct db *db, const struct metrics_period *period, int64_t *merged, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	metrics_add_period(&args, period);
	if (db_run(db, "WITH " METRICS_COHORT_LAST "SELECT count(*) " PERIOD "AND i.state = 'merged'", &args, &result,
		   why) != 0)
		return -1;
	*merged = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

int response_query(struct db *db, const struct metrics_period *period, const struct promises *promises,
		   struct response_samples *samples, int64_t *merged, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int failed = 0;

	if (count_merged(db, period, merged, why) != 0)
		return -1;
	metrics_add_period(&args, period);
	db_arg_integer(&args, RESPONSE_SAMPLES_MOST + 1);
	if (db_run(db, incidents_sql, &args, &result, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(result) && !failed; i++) {
		struct response_sample sample;

		read_sample(result, i, promises, &sample);
		failed = response_samples_add(samples, &sample, why);
	}
	db_result_free(result);
	return failed;
}
