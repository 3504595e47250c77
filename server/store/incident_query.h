/* Incidents for people: pages, one with its timeline, and the changes people make. */
#ifndef SERVER_STORE_INCIDENT_QUERY_H
#define SERVER_STORE_INCIDENT_QUERY_H

#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct incident_row {
	int64_t id, no, company_id;
	const char *company, *title;
	const char *title_ja; /* of the rule that gave the title; NULL: an alert did, or the rule has none */
	const char *direction, *stage;
	int64_t severity;
	const char *state, *disposition, *close_reason; /* the latter two: NULL when absent */
	int64_t owner_id;                               /* 0: none */
	const char *owner_name;
	time_us first_ts, last_ts, created_at, updated_at;
	int64_t version, alert_count, detection_count, blocked_count;
	const char *rule, *reason;
	int64_t merged_into; /* 0: not */
	time_us acknowledged_at, contained_at, closed_at;
	const char *tags; /* JSON array */
	int64_t rule_set; /* 0: before there were rules */
	/* The last entry of the timeline, if it belongs to the last change; incident_query_get and _ids only. */
	const char *last_kind;
	int64_t last_user_id; /* 0: the system */
	const char *last_user_name;
};

enum incident_order { INCIDENTS_BY_ACTIVITY, INCIDENTS_BY_SEVERITY, INCIDENTS_BY_DETECTIONS };

struct incident_filter {
	int64_t company_id; /* 0: all */
	const char *states; /* literal of text[]: {open,closed} */
	int64_t severity;   /* this or graver; 0: any */
	const char *direction;
	const char *pattern; /* ILIKE pattern for the title */
	int64_t no;          /* or this number; 0: none */
	const char *tag;     /* NULL: any */
	int64_t rule_id;     /* among the causes; 0: any */
	time_us from, to;    /* active at some time from <= t < to */
	enum incident_order order;
	/* The row before: its incident_query_rank(), last_ts and id. */
	int64_t before_rank;
	time_us before_ts;
	int64_t before_id;
	int limit;
};

/* The highest rank first, of one rank the latest activity. */
int incident_query_list(struct db *db, const struct incident_filter *filter, struct db_result **out, struct err *why);
/* Place of a row in the order: severity, and within one those where something was let through; detections; or always
 * 0. */
int64_t incident_query_rank(enum incident_order order, const struct incident_row *row);
/* severity, count: the incidents that the filter finds, whatever their severity; before_*, order and limit are nothing
 * to it. */
int incident_query_counts(struct db *db, const struct incident_filter *filter, struct db_result **out, struct err *why);
/* At most one row. company_id 0: whichever has it. lock: keep others from changing it until the transaction ends. */
int incident_query_get(struct db *db, int64_t company_id, int64_t id, bool lock, struct db_result **out,
		       struct err *why);
/* The incidents named by two arrays of the same length, with their last change; unknown ones are left out. */
int incident_query_ids(struct db *db, const int64_t *company_ids, const int64_t *ids, size_t count,
		       struct db_result **out, struct err *why);
void incident_query_read(const struct db_result *result, int row, struct incident_row *out);

/* id, at, kind, user_id, display_name, body (JSON), oldest first. */
int incident_query_timeline(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why);
/* signature_id, signature, detections, severity; the 50 commonest. */
int incident_query_signatures(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why);
/* JSON array of inside hosts, JSON array of outside hosts: one row, at most 100 of each. */
int incident_query_hosts(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why);
/* rule_id, uid, title, title_ja (or NULL), kind, level, severity, first_ts, last_ts, hits, rule_set, detail (JSON),
 * hits of its group that were let go (loss.h); the gravest first, at most 200. */
int incident_query_causes(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why);
/* rule_id, title, title_ja (or NULL) of every rule that the causes name, those that correlations count included. */
int incident_query_rules(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why);
/* company_id, severity, count of incidents that are not closed. */
int incident_query_open(struct db *db, struct db_result **out, struct err *why);

/* All that people can change; the row's new content. */
struct incident_change {
	int64_t company_id, id;
	const char *state, *disposition, *close_reason; /* NULL: none */
	int64_t owner_id;                               /* 0: none */
};
/* Sets it, moves the version, keeps the times of the states: reached first; those beyond the new state are
 * forgotten. */
int incident_query_update(struct db *db, const struct incident_change *change, struct err *why);
/* Adds to the timeline, at the transaction's time; *id is the entry. user_id 0: the system. */
int incident_query_event(struct db *db, int64_t company_id, int64_t incident_id, const char *kind, int64_t user_id,
			 const char *body_json, int64_t *id, time_us *at, struct err *why);

#endif
