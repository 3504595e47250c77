#include "server/store/metrics_incidents.h"

#include "server/store/metrics_sql.h"

#include <math.h>

static const struct metrics_incident_class classes[METRICS_INCIDENT_CLASSES] = {
	{ 0, 0, 0 }, { 1, 1, 0 }, { 2, 2, 0 }, { 3, 5, 0 }, { 6, 10, 0 }, { 11, INT64_MAX, 0 },
};

/* Rounded half up here: round() of a float goes to the even neighbour. */
#define HUNDREDTHS(quantile) \
	"floor(coalesce(percentile_cont(" quantile ") WITHIN GROUP (ORDER BY incidents), 0) * 100 + 0.5)::bigint, "

#define FOUND                                                                                          \
	"found AS (SELECT i.company_id, i.disposition FROM incident i JOIN cohort USING (company_id) " \
	"WHERE " METRICS_INCIDENTS "), "
#define OF_COMPANY                                                                                                 \
	"monitored AS (SELECT DISTINCT company_id FROM span WHERE to_day >= from_day), "                           \
	"of_company AS (SELECT m.company_id, count(f.company_id) AS incidents FROM monitored m LEFT JOIN found f " \
	"ON f.company_id = m.company_id GROUP BY m.company_id), "
#define JUDGED                                                                          \
	"judged AS (SELECT count(*) AS incidents, "                                     \
	"count(*) FILTER (WHERE disposition = 'true_positive') AS true_positives, "     \
	"count(*) FILTER (WHERE disposition = 'benign_positive') AS benign_positives, " \
	"count(*) FILTER (WHERE disposition = 'false_positive') AS false_positives, "   \
	"count(*) FILTER (WHERE disposition = 'undetermined') AS undetermined, "        \
	"count(*) FILTER (WHERE disposition IS NULL) AS not_judged FROM found), "
#define SPREAD                                                                                                        \
	"spread AS (SELECT count(*) AS companies, count(*) FILTER (WHERE incidents > 0), "                            \
	"coalesce(sum(incidents), 0)::bigint, " HUNDREDTHS("0.5") HUNDREDTHS(                                         \
	    "0.9") "coalesce(max(incidents), 0)::bigint, "                                                            \
		   "count(*) FILTER (WHERE incidents = 0), count(*) FILTER (WHERE incidents = 1), "                   \
		   "count(*) FILTER (WHERE incidents = 2), count(*) FILTER (WHERE incidents BETWEEN 3 AND 5), "       \
		   "count(*) FILTER (WHERE incidents BETWEEN 6 AND 10), count(*) FILTER (WHERE incidents > 10) FROM " \
		   "of_company) "

static const char incidents_sql[] = "WITH " METRICS_COHORT METRICS_SPANS FOUND OF_COMPANY JUDGED SPREAD
				    "SELECT s.*, j.* FROM spread s CROSS JOIN judged j";

enum {
	C_COMPANIES,
	C_WITH,
	C_WATCHED,
	C_MEDIAN,
	C_P90,
	C_MOST,
	C_CLASSES,
	C_JUDGED = C_CLASSES + METRICS_INCIDENT_CLASSES
};

int metrics_incidents(struct db *db, const struct metrics_period *period, struct metrics_incidents *out,
		      struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	metrics_add_period(&args, period);
	if (metrics_plan(db, why) != 0 || db_run(db, incidents_sql, &args, &result, why) != 0)
		return -1;
	*out = (struct metrics_incidents){
		.companies = db_integer(result, 0, C_COMPANIES),
		.with_incidents = db_integer(result, 0, C_WITH),
		.median_hundredths = db_integer(result, 0, C_MEDIAN),
		.p90_hundredths = db_integer(result, 0, C_P90),
		.most = db_integer(result, 0, C_MOST),
		.incidents = db_integer(result, 0, C_JUDGED),
		.true_positives = db_integer(result, 0, C_JUDGED + 1),
		.benign_positives = db_integer(result, 0, C_JUDGED + 2),
		.false_positives = db_integer(result, 0, C_JUDGED + 3),
		.undetermined = db_integer(result, 0, C_JUDGED + 4),
		.not_judged = db_integer(result, 0, C_JUDGED + 5),
	};
	out->unmonitored = out->incidents - db_integer(result, 0, C_WATCHED);
	out->judged = out->incidents - out->not_judged;
	for (int i = 0; i < METRICS_INCIDENT_CLASSES; i++) {
		out->classes[i] = classes[i];
		out->classes[i].companies = db_integer(result, 0, C_CLASSES + i);
	}
	db_result_free(result);
	return 0;
}

double metrics_judged_share(const struct metrics_incidents *m)
{
	return m->incidents > 0 ? (double)m->judged / (double)m->incidents : (double)NAN;
}
