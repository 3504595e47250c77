/* Sensors for people, with today's gap ledger and the alerts that came in the last 24 hours. */
#ifndef SERVER_STORE_SENSOR_QUERY_H
#define SERVER_STORE_SENSOR_QUERY_H

#include "server/store/db.h"

/* Texts are borrowed from the result; absent ones are NULL. */
struct sensor_row {
	int64_t id, company_id;
	const char *company, *name, *state, *agent_version;
	time_us last_seen_at, last_event_at, certificate_not_after, created_at;
	/* What the agent last said; has_* false: it never did. */
	bool has_skew, has_spool_records, has_spool_bytes, has_disk_free, has_dropped;
	int64_t clock_skew_ms, spool_records, spool_bytes, disk_free_bytes, dropped_records;
	struct {
		int64_t expected, received, dropped, unparsed, duplicate, ignored;
	} today;
	const char *hours; /* JSON array of 24 numbers, oldest first */
};

/* company_id and sensor_id 0: all. By company and name. timezone: whose today. */
int sensor_query_list(struct db *db, int64_t company_id, int64_t sensor_id, const char *timezone,
		      struct db_result **out, struct err *why);
/* The same for the sensors named by two arrays of the same length; unknown ones are left out. */
int sensor_query_some(struct db *db, const int64_t *company_ids, const int64_t *sensor_ids, size_t count,
		      const char *timezone, struct db_result **out, struct err *why);
void sensor_query_read(const struct db_result *result, int row, struct sensor_row *out);

/* Whose it is: ERR_NOT_FOUND when it is not there or the transaction may not see it. company_id 0: whichever has it. */
int sensor_query_company(struct db *db, int64_t company_id, int64_t sensor_id, int64_t *out, struct err *why);

#endif
