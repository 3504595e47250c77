/* The correlator's side of the database. For one company in one transaction:
 *
 *   db_begin; correlation_claim; incident_plan_runs; correlation_known; incident_plan_make; correlation_write;
 * db_commit
 *
 * Claiming deletes the rows of work that the rest of the transaction deals with, so what was done and that it was done
 * stand or fall together. Two correlators never hold the same company: the claim takes an advisory lock for the length
 * of the transaction. A handful of statements each, whatever the number of alerts. */
#ifndef SERVER_STORE_CORRELATION_H
#define SERVER_STORE_CORRELATION_H

#include "server/model/day_counts.h"
#include "server/model/incident_plan.h"
#include "server/store/db.h"

/* Once per connection: plans that never scan a table for a few rows of it, and the doorbell. */
int correlation_prepare(struct db *db, struct err *why);

/* company_id of every company that has work, in no order. Across companies. */
int correlation_companies(struct db *db, struct db_result **out, struct err *why);

/* What a claim found. Texts in alerts, and in the incidents that correlation_known() adds to a plan, belong to it. */
struct correlation_batch {
	bool busy;        /* another correlator is at this company */
	size_t work_rows; /* 0: nothing to do */
	bool more;        /* work may be left */
	struct plan_alert *alerts;
	size_t alert_count;
	struct day_count *days; /* added up */
	size_t day_count;
	struct db_result *alert_rows, *incident_rows;
};

/* Takes work, oldest first: at least one row of it, and no further one that would make it more than `most` alerts.
 * timezone: the operator's, for the days. */
int correlation_claim(struct db *db, int64_t company_id, int64_t most, const char *timezone,
		      struct correlation_batch *out, struct err *why);
void correlation_batch_release(struct correlation_batch *b);

/* Fetches the segments that the plan's runs reach, and their incidents, which stay locked against people's changes. */
int correlation_known(struct db *db, int64_t company_id, struct correlation_batch *b, struct incident_plan *p,
		      struct err *why);

/* Carries the plan out, adds the counts, tells the live feed. Fills in id and no of incidents that were created. */
int correlation_write(struct db *db, int64_t company_id, const struct correlation_batch *b, struct incident_plan *p,
		      struct err *why);

#endif
