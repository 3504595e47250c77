/* The figures as documents: JSON as `hinomictl metrics ... --json` and /v1/metrics/... give it, CSV as --csv and
 * format=csv do. docs/openapi.yaml describes the members; columns of CSV have their names. */
#ifndef SERVER_STORE_METRICS_WRITE_H
#define SERVER_STORE_METRICS_WRITE_H

#include "lib/json_write.h"
#include "server/model/csv_write.h"
#include "server/model/response_figures.h"
#include "server/store/metrics.h"
#include "server/store/metrics_coverage.h"
#include "server/store/metrics_incidents.h"
#include "server/store/metrics_months.h"
#include "server/store/metrics_peers.h"
#include "server/store/metrics_trend.h"

void metrics_detections_write(const struct metrics_detections *m, struct json_writer *w);
void metrics_detections_csv(const struct metrics_detections *m, struct csv_writer *w);

void metrics_months_write(const char *from, const char *to, const struct db_result *result, struct json_writer *w);
void metrics_months_csv(const struct db_result *result, struct csv_writer *w);

void metrics_trend_write(const struct metrics_trend_month *months, size_t count, struct json_writer *w);
void metrics_trend_csv(const struct metrics_trend_month *months, size_t count, struct csv_writer *w);

void metrics_incidents_write(const char *from, const char *to, const struct metrics_incidents *m,
			     struct json_writer *w);
void metrics_incidents_csv(const char *from, const char *to, const struct metrics_incidents *m, struct csv_writer *w);

/* Members of an object that the caller has opened. */
void metrics_coverage_write_sum(const struct metrics_coverage_sum *sum, struct json_writer *w);
/* One row; the caller has opened the list. */
void metrics_coverage_write_company(const struct metrics_company_coverage *row, struct json_writer *w);
void metrics_coverage_write_sensor(const struct metrics_sensor_coverage *row, struct json_writer *w);
void metrics_coverage_csv_companies(const struct db_result *result, struct csv_writer *w);
void metrics_coverage_csv_sensors(const struct db_result *result, struct csv_writer *w);

void metrics_peers_write(const char *month, const struct peer_row *peers, size_t count, struct json_writer *w);
void metrics_peers_csv(const struct peer_row *peers, size_t count, struct csv_writer *w);

void metrics_cohorts_write(const struct db_result *result, struct json_writer *w);
void metrics_cohorts_csv(const struct db_result *result, struct csv_writer *w);

void metrics_response_write(const struct metrics_period *period, int64_t merged,
			    const struct response_row rows[RESPONSE_ROWS], struct json_writer *w);
void metrics_response_csv(const struct response_row rows[RESPONSE_ROWS], struct csv_writer *w);

#endif
