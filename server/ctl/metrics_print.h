/* The figures as tables for people, on stdout. */
#ifndef SERVER_CTL_METRICS_PRINT_H
#define SERVER_CTL_METRICS_PRINT_H

#include "server/model/response_figures.h"
#include "server/store/metrics.h"
#include "server/store/metrics_coverage.h"
#include "server/store/metrics_incidents.h"
#include "server/store/metrics_peers.h"
#include "server/store/metrics_trend.h"

void print_detections(const struct metrics_detections *m);
void print_months(const struct db_result *result);
void print_spread(const struct metrics_incidents *m);
void print_trend(const struct metrics_trend_month *months, size_t count);
void print_coverage(const struct metrics_coverage_sum *sum, const struct db_result *rows, bool of_sensors);
void print_response(const struct response_row rows[RESPONSE_ROWS], int64_t merged);
void print_peers(const struct peer_row *peers, size_t count);

#endif
