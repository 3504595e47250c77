/* Companies for people: the list, one company, and its last 30 days. */
#ifndef SERVER_STORE_COMPANY_QUERY_H
#define SERVER_STORE_COMPANY_QUERY_H

#include "server/store/db.h"

/* Texts are borrowed from the result; absent ones are NULL. */
struct company_row {
	int64_t id;
	const char *name, *member_no, *industry, *area;
	int64_t employees; /* -1: not known */
	int64_t sensors, sensors_down, open_incidents, detections_30d;
	int64_t open_grave;                        /* of open_incidents: critical or high */
	const char *monitored_from, *monitored_to; /* dates of the latest span */
	time_us last_seen_at;
	const char *tags; /* JSON array */
};

/* company_id 0: all; pattern: ILIKE pattern for name or member number, or NULL. By name. timezone: whose days. */
int company_query_list(struct db *db, int64_t company_id, const char *pattern, const char *timezone,
		       struct db_result **out, struct err *why);
void company_query_read(const struct db_result *result, int row, struct company_row *out);
/* Whether it exists and the transaction may see it: ERR_NOT_FOUND when not. */
int company_query_exists(struct db *db, int64_t company_id, struct err *why);

/* The language of its reports: *out is static. ERR_NOT_FOUND. */
int company_query_report_language(struct db *db, int64_t company_id, const char **out, struct err *why);
int company_query_set_report_language(struct db *db, int64_t company_id, const char *language, struct err *why);

/* JSON array of networks; JSON array of {id, from, to}: one row. */
int company_query_spans(struct db *db, int64_t company_id, struct db_result **out, struct err *why);
/* day (text) and the detections by severity 1..5, of the last 30 days, oldest first: 30 rows. */
int company_query_days(struct db *db, int64_t company_id, const char *timezone, struct db_result **out,
		       struct err *why);
/* signature, detections, direction: the ten commonest of the last 30 days. */
int company_query_signatures(struct db *db, int64_t company_id, const char *timezone, struct db_result **out,
			     struct err *why);

#endif
