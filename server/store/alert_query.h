/* Reading alerts: pages for people, ranges for the live feed. The incident of an alert is derived here, from the
 * segment of its cluster key that spans its time (server/model/grouping.h). */
#ifndef SERVER_STORE_ALERT_QUERY_H
#define SERVER_STORE_ALERT_QUERY_H

#include "server/store/db.h"

/* Slices and texts are borrowed from the result; absent ones have ptr NULL. */
struct alert_row {
	int64_t id, company_id, sensor_id;
	struct slice company, sensor, kind, format;
	time_us ts, received_at, event_time;
	struct slice source_ip, destination_ip;
	int64_t source_port, destination_port; /* -1: none */
	struct slice transport, direction, engine, action;
	int64_t severity, score;
	struct slice signature_id, signature, category;
	struct slice technique; /* JSON array */
	struct slice stage, community_id;
	int64_t flow_id; /* 0: none */
	struct slice inside_ip, attacker_ip;
	int64_t repeat_count;
	int64_t incident_id, incident_no; /* 0: none (yet) */
	struct slice incident_state;
	int64_t mute_id;    /* 0: none */
	struct slice rules; /* JSON array of {id, title, title_ja}; ptr NULL: no rule matched */
	struct slice raw;   /* coded (server/store/raw_record.h); ptr NULL: not asked for */
};

enum alerts_muted { ALERTS_NOT_MUTED, ALERTS_MUTED_TOO, ALERTS_MUTED_ONLY };

/* What is NULL, 0 or TIME_NONE does not filter, but for mutes. Kind context is found with incident_id alone. */
struct alert_filter {
	int64_t company_id, sensor_id, incident_id;
	const char *direction, *engine, *action;
	int64_t severity;    /* this or graver */
	const char *pattern; /* ILIKE pattern for signature or category */
	const char *address; /* or this IP address */
	time_us from, to;    /* from <= ts < to */
	time_us before_ts;   /* with before_id: rows behind this one */
	int64_t before_id;
	int limit;
	enum alerts_muted muted;
	bool raw;
};

int alert_query_list(struct db *db, const struct alert_filter *filter, struct db_result **out, struct err *why);
/* company_id 0: whichever company has it. At most one row. */
int alert_query_get(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why);

struct alert_range {
	int64_t company_id, id_from, id_to;
	time_us ts_from, ts_to;
};
/* Alerts of several ranges for the live feed: without raw, without what is muted, without context. */
int alert_query_ranges(struct db *db, const struct alert_range *ranges, size_t count, struct db_result **out,
		       struct err *why);

void alert_query_read(const struct db_result *result, int row, struct alert_row *out);

#endif
