/* The figures: detections per company-month, the detection table. Screens, reports, CSV, the api and hinomictl all take
 * their figures from here and from the files beside it, so they cannot differ:
 *
 *   metrics.h            the detection table of a period
 *   metrics_months.h     counts, incidents and monitored days of each company and month
 *   metrics_trend.h      the same of all companies together, month by month
 *   metrics_incidents.h  how incidents are spread over the monitored companies, and how many were judged
 *   metrics_coverage.h   how well was watched: hours in which sensors were heard
 *   metrics_peers.h      the cells that members are compared with, and the cohorts that there are
 *   response_query.h     how fast incidents were dealt with
 *   metrics_write.h      all of these as JSON and CSV
 *
 * Definitions: docs/glossary.md; the arithmetic: server/model/exposure.h. Which days and companies: metrics_period.h.
 *
 * Each figure is one statement, so one snapshot: the counts in company_month and company_day plus the alerts that still
 * wait in `work`. A transaction of the correlator moves alerts from the one to the other at once, so the sum always
 * equals a scan of all alerts. Several figures that must be of one moment are asked in one transaction that is
 * REPEATABLE READ. These statements work across companies; under the api's user, row-level security bounds them.
 *
 * A day in the future is not monitored time yet: spans count until today at most. */
#ifndef SERVER_STORE_METRICS_H
#define SERVER_STORE_METRICS_H

#include "server/model/exposure.h"
#include "server/store/db.h"
#include "server/store/metrics_period.h"

enum { METRICS_ROWS = 12 };

/* One direction and engine. A company is affected when it had such a detection in the period. */
struct metrics_row {
	const char *direction;        /* static: inbound, outbound */
	const char *engine;           /* static: total, ips, antivirus, web, dns, other */
	struct exposure_row affected; /* companies, detections, monitored days of those companies */
};

struct metrics_detections {
	char from[METRICS_DAY_SIZE], to[METRICS_DAY_SIZE];
	struct exposure_row monitored; /* companies monitored on any day; detections is 0 */
	/* Detections on days that no span of their company covers. They are counted like all others; that there are any
	 * mostly means that a span is missing. */
	int64_t outside_spans;
	struct metrics_row rows[METRICS_ROWS]; /* inbound: total and its engines; then outbound */
};

int metrics_detections(struct db *db, const struct metrics_period *period, struct metrics_detections *out,
		       struct err *why);

/* Detections per company-month, unrounded; not a number (which JSON writes as null) when there is no monitored time. */
double metrics_rate(int64_t detections, int64_t days);
/* Monitored days per monitored company; 0 when there is none. */
double metrics_mean_days(const struct metrics_detections *m);
/* Detections of a row per month of all monitored companies, as metrics_rate(). */
double metrics_monitored_rate(const struct metrics_detections *m, const struct metrics_row *row);
/* Monitored days as company-months: days x 12 / 365. */
double metrics_company_months(int64_t days);

#endif
