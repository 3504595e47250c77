/* What each company had in each month: detections, incidents, monitored days. As metrics.h. */
#ifndef SERVER_STORE_METRICS_MONTHS_H
#define SERVER_STORE_METRICS_MONTHS_H

#include "server/store/db.h"
#include "server/store/metrics_period.h"

enum { METRICS_INBOUND, METRICS_OUTBOUND, METRICS_DIRECTIONS };
/* In the order of the table: ips, antivirus, web, dns, other. */
enum { METRICS_IPS, METRICS_ANTIVIRUS, METRICS_WEB, METRICS_DNS, METRICS_OTHER, METRICS_ENGINES };

/* Detections: the columns of company_month. */
struct metrics_counts {
	int64_t engines[METRICS_DIRECTIONS][METRICS_ENGINES];
	int64_t elsewhere;                   /* of the other directions, all engines */
	int64_t stopped[METRICS_DIRECTIONS]; /* of engines[], blocked or removed */
	int64_t viruses;                     /* of the antivirus engine, all directions, */
	int64_t viruses_removed;             /* of these blocked or removed */
};
/* Of one direction, all engines. */
int64_t metrics_counts_of(const struct metrics_counts *counts, int direction);
/* Of all directions. */
int64_t metrics_counts_all(const struct metrics_counts *counts);

/* One company and month. Texts are borrowed from the result. */
struct metrics_month {
	int64_t company_id;
	const char *company;
	const char *month;
	int64_t incidents;  /* that began in the month; those merged into another are not counted */
	int64_t detections; /* in all directions: metrics_counts_all() */
	int64_t monitored_days;
	struct metrics_counts counts;
};

enum metrics_order { METRICS_BY_MONTH /* month, company_id */, METRICS_BY_COMPANY /* company_id, month */ };
/* period: months. Rows of companies that were monitored, or had incidents or detections, in that month; no row for a
 * month without any of these. */
int metrics_months(struct db *db, const struct metrics_period *period, enum metrics_order order, struct db_result **out,
		   struct err *why);
void metrics_month_read(const struct db_result *result, int row, struct metrics_month *out);

#endif
