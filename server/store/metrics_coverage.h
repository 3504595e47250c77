/* How well was watched: the hours in which sensors were heard. As metrics.h; from sensor_day, the gap ledger.
 *
 * Hours are those of the clock in the operator's zone (a day always has 24: the one that is skipped when summer time
 * begins counts as the one behind it, the one that comes twice counts once), by our clock, not that of devices.
 *
 *   due    of a sensor: each hour of a monitored day from the one in which it was made to the one in which it was
 *          revoked, both included, and before the hour that runs now. Of a company: the sum over its sensors, and 24
 *          hours of each monitored day on which it had no sensor (of today: those before the running hour).
 *   seen   a due hour in which the sensor brought anything, a heartbeat too. A day from before hours were kept counts
 * as seen throughout when anything came on it. silent hours of a company: hours that were due of any of its sensors (or
 * of the day without one), and in which no sensor of it was seen. With one sensor that is due - seen. silent days: days
 * before today with due hours and none seen; of a company: of all its sensors.
 *
 * expected, received, dropped and missing count numbered records on monitored days (docs/wire.md):
 * missing = expected - received - dropped, of each day and never below 0. */
#ifndef SERVER_STORE_METRICS_COVERAGE_H
#define SERVER_STORE_METRICS_COVERAGE_H

#include "server/store/db.h"
#include "server/store/metrics_period.h"

struct metrics_coverage {
	int64_t monitored_days;
	int64_t due_hours, seen_hours; /* seen_hours <= due_hours */
	int64_t silent_days;
	int64_t expected, received, dropped, missing;
};
/* Coverage, seen / due; not a number when nothing was due. */
double metrics_covered(int64_t due_hours, int64_t seen_hours);

/* Texts are borrowed from the result; NULL: not known. */
struct metrics_sensor_coverage {
	int64_t company_id, sensor_id;
	const char *company, *name, *site, *agent_version;
	time_us last_seen_at, revoked_at;
	struct metrics_coverage figures;
};
/* period: days. By company_id, sensor_id: sensors with due hours in the period. Rows behind (after_company,
 * after_sensor) only, at most `most` of them; 0: all. */
int metrics_coverage_sensors(struct db *db, const struct metrics_period *period, int64_t after_company,
			     int64_t after_sensor, int64_t most, struct db_result **out, struct err *why);
void metrics_coverage_sensor_read(const struct db_result *result, int row, struct metrics_sensor_coverage *out);

struct metrics_company_coverage {
	int64_t company_id;
	const char *company;
	int64_t sensors;      /* with due hours in the period */
	int64_t silent_hours; /* no sensor of the company said anything */
	struct metrics_coverage figures;
};
/* By company_id: companies monitored on a day of the period. As above. */
int metrics_coverage_companies(struct db *db, const struct metrics_period *period, int64_t after_company, int64_t most,
			       struct db_result **out, struct err *why);
void metrics_coverage_company_read(const struct db_result *result, int row, struct metrics_company_coverage *out);

/* All companies together. */
struct metrics_coverage_sum {
	int64_t companies, sensors;
	int64_t silent_hours;
	int64_t silent_companies; /* companies with at least one silent day */
	struct metrics_coverage figures;
};
int metrics_coverage_sum(struct db *db, const struct metrics_period *period, struct metrics_coverage_sum *out,
			 struct err *why);

#endif
