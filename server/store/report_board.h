/* Where the monthly reports are: of each month, and of each company and month. Across companies: for who sees all. A
 * company's report of a month is its latest issue that was not withdrawn, or else the latest one. */
#ifndef SERVER_STORE_REPORT_BOARD_H
#define SERVER_STORE_REPORT_BOARD_H

#include "server/store/db.h"

enum { REPORT_BOARD_MONTHS = 13, REPORT_MONTHS_MAX = 36 };

struct report_board_filter {
	const char *from, *to; /* YYYY-MM, at most REPORT_BOARD_MONTHS apart */
	const char *pattern;   /* ILIKE pattern for name or member number; NULL */
	const char *state;     /* of month `to`: a state or step of report_flow.h, none; NULL: any */
	const char *grade;     /* of month `to`; NULL: any */
	const char *timezone;  /* whose today */
	int64_t after_company; /* keyset */
	int limit;
};
/* company_id, name, member_no, recipients (contacts that get reports and have a good mail address), cells (JSON array,
 * one for each month, the oldest first: null, or as in docs/openapi.yaml). Companies with a report in these months or
 * monitored today, by company_id. */
int report_board_list(struct db *db, const struct report_board_filter *filter, struct db_result **out, struct err *why);

/* Months that are over and were monitored, or closed; month NULL: the newest REPORT_MONTHS_MAX, newest first. */
struct report_month {
	const char *month;
	bool over;
	int64_t version; /* 0: not closed */
	time_us closed_at;
	const char *closed_by, *reason; /* NULL: by itself */
	const char *steps, *grades;     /* JSON objects: how many reports are in each step, how many of each grade */
	int64_t run_id;                 /* a run about it that is not finished; 0: none */
	bool closing;                   /* one that closes it */
};
int report_months(struct db *db, const char *month, const char *timezone, struct db_result **out, struct err *why);
void report_months_read(const struct db_result *result, int row, struct report_month *out);

#endif
