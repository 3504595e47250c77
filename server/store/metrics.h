/* The figures: detections per company-month, and incidents per company and month. hinomictl and the api both take
 * them from here, so they cannot differ. Definitions: docs/glossary.md; the arithmetic: server/model/exposure.h.
 *
 * Each figure is one statement, so one snapshot: the counts in company_day plus the alerts that still wait in `work`.
 * A transaction of the correlator moves alerts from the one to the other at once, so the sum always equals a scan of
 * all alerts. These statements work across companies; under the api's user, row-level security bounds them.
 *
 * Days are texts YYYY-MM-DD and months YYYY-MM, valid and in order (the caller has checked), both ends inclusive, in
 * `timezone` (an IANA name), which must be the one the correlator counts by: settings.timezone. A day in the future
 * is not monitored time yet: spans count until today at most. */
#ifndef SERVER_STORE_METRICS_H
#define SERVER_STORE_METRICS_H

#include "lib/json_write.h"
#include "server/model/exposure.h"
#include "server/store/db.h"

enum { METRICS_DAY_SIZE = 11, METRICS_ROWS = 12 };

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

/* company_id 0: all companies. */
int metrics_detections(struct db *db, const char *from, const char *to, const char *timezone, int64_t company_id,
		       struct metrics_detections *out, struct err *why);

/* Detections per company-month, unrounded; not a number (which JSON writes as null) when there is no monitored time. */
double metrics_rate(int64_t detections, int64_t days);
/* Monitored days per monitored company; 0 when there is none. */
double metrics_mean_days(const struct metrics_detections *m);
/* Detections of a row per month of all monitored companies, as metrics_rate(). */
double metrics_monitored_rate(const struct metrics_detections *m, const struct metrics_row *row);
/* The document that `hinomictl metrics detections --json` and GET /v1/metrics/detections give. */
void metrics_detections_write(const struct metrics_detections *m, struct json_writer *w);

/* One company and month. The name is borrowed from the result. */
struct metrics_month {
	int64_t company_id;
	const char *company;
	const char *month;
	int64_t incidents;  /* that began in the month; those merged into another are not counted */
	int64_t detections; /* in all directions */
	int64_t monitored_days;
};

/* Rows by month, then company_id: companies that were monitored, or had incidents or detections, in that month.
 * company_id 0: all. */
int metrics_months(struct db *db, const char *from, const char *to, const char *timezone, int64_t company_id,
		   struct db_result **out, struct err *why);
void metrics_month_read(const struct db_result *result, int row, struct metrics_month *out);
/* Monitored days as company-months: days x 12 / 365. */
double metrics_company_months(int64_t days);
/* The document that `hinomictl metrics incidents --json` and GET /v1/metrics/company-months give. */
void metrics_months_write(const char *from, const char *to, const struct db_result *result, struct json_writer *w);

#endif
