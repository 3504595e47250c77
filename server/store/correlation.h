/* The correlator's side of the database. For one company in one transaction:
 *
 *   db_begin; correlation_lock; correlation_claim; (windows of correlations: rule_state.h); incident_plan_runs;
 *   correlation_known; incident_plan_make; correlation_write; (causes: incident_cause.h); correlation_count; db_commit
 *
 * Claiming deletes the rows of work that the rest of the transaction deals with, so what was done and that it was done
 * stand or fall together. Two correlators never hold the same company: the lock lasts as long as the transaction. A
 * handful of statements each, whatever the number of alerts. */
#ifndef SERVER_STORE_CORRELATION_H
#define SERVER_STORE_CORRELATION_H

#include "server/model/campaign.h"
#include "server/model/day_counts.h"
#include "server/model/incident_plan.h"
#include "server/store/db.h"

/* Once per connection: plans that never scan a table for a few rows of it, and the doorbells. */
int correlation_prepare(struct db *db, struct err *why);

/* Rows (company_id, whether windows of correlations are due) of every company that has work, observations or windows
 * that are due, in no order. Across companies. */
int correlation_companies(struct db *db, struct db_result **out, struct err *why);
/* Until the end of the transaction no other correlator is at this company; false in *got: one is. */
int correlation_lock(struct db *db, int64_t company_id, bool *got, struct err *why);

/* A record that rules said something about, or that was muted. */
struct correlation_record {
	int64_t id;
	time_us ts;
	int32_t day; /* operator's zone, days since 1970 */
	int64_t cluster_key;
	enum direction direction;
	size_t alert;           /* index into alerts; SIZE_MAX: kind context */
	struct slice rule_hits; /* server/model/rule_hits.h; ptr NULL: none */
	int64_t mute_id;        /* 0: none. With a cluster key: a drill */
	int32_t repeat_count;
};

/* What a claim found. Texts in alerts and records, and in the incidents that correlation_known() adds to a plan, belong
 * to it. */
struct correlation_batch {
	size_t work_rows; /* 0: nothing to do */
	bool more;        /* work may be left */
	struct plan_alert *alerts;
	size_t alert_count;
	struct campaign_alert *sightings; /* of each alert; indicators are left out */
	struct correlation_record *records;
	size_t record_count;
	struct day_count *days; /* added up */
	size_t day_count;
	struct db_result *alert_rows, *incident_rows;
};

/* Takes work, oldest first: at least one row of it, and no further one that would make it more than `most` records.
 * timezone: the operator's, for the days. */
int correlation_claim(struct db *db, int64_t company_id, int64_t most, const char *timezone,
		      struct correlation_batch *out, struct err *why);
void correlation_batch_release(struct correlation_batch *b);

/* The segments that these runs reach: of the same key, within the run's window. *out is from malloc(). */
int correlation_segments(struct db *db, int64_t company_id, const struct plan_segment *runs, size_t run_count,
			 struct plan_segment **out, size_t *out_count, struct err *why);
/* Fetches the segments that the plan's runs reach, and their incidents, which stay locked against people's changes. */
int correlation_known(struct db *db, int64_t company_id, struct correlation_batch *b, struct incident_plan *p,
		      struct err *why);

/* Carries the plan out, and tells the live feed. Incidents to be created have their `rule` by now; id and no of them
 * are filled in. version: of the rule set in force, 0: none. */
int correlation_write(struct db *db, int64_t company_id, int64_t version, struct incident_plan *p, struct err *why);

/* So many of a rule or a mute on a day. */
struct correlation_tally {
	int64_t id;
	int32_t day;
	int64_t count;
};
/* Adds what is of the same id and day, in place; returns how many are left. */
size_t correlation_tally_add_up(struct correlation_tally *tallies, size_t count);
/* Adds the batch's detections to company_day and company_month, and what rules matched and mutes hid to rule_day and
 * mute_day. */
int correlation_count(struct db *db, int64_t company_id, const struct correlation_batch *b,
		      const struct correlation_tally *rules, size_t rule_count, const struct correlation_tally *mutes,
		      size_t mute_count, struct err *why);

#endif
