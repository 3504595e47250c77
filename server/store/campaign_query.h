/* Campaigns for people (model/campaign.h: what one is). Across companies, by their nature.
 *
 * Who sees all companies asks by the plain functions. Who is bound to one company asks by those named _own, which are
 * statements of their own rather than a filter on the way out: they name the company everywhere, and of the others
 * they give nothing but how many there are. Row-level security says the same once more (scope.h): campaigns that the
 * company was hit by or warned of, and of members, sightings and warnings its own rows. */
#ifndef SERVER_STORE_CAMPAIGN_QUERY_H
#define SERVER_STORE_CAMPAIGN_QUERY_H

#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct campaign_row {
	int64_t id;
	const char *kind, *key, *title;
	int64_t severity;
	time_us first_ts, last_ts;
	const char *first_day, *last_day; /* 2026-11-24, operator's zone */
	int64_t companies, alerts;        /* alerts -1: not for the caller */
	int64_t minimum, window_days;
	time_us created_at, updated_at;
	int64_t version;
	int64_t merged_into; /* 0: not */
	/* By the functions _own. */
	time_us own_first, own_last; /* TIME_NONE: only warned */
	int64_t own_alerts, own_severity;
	time_us warned_at; /* TIME_NONE: not warned */
	const char *warning;
};

struct campaign_filter {
	const char *kind;    /* NULL: any */
	int64_t company_id;  /* that hit this company; 0: any. campaign_query_list() only */
	const char *pattern; /* ILIKE pattern for title or key; NULL: any */
	time_us from, to;    /* active at some time from <= t < to; TIME_NONE: no bound */
	time_us before_ts;   /* the row before: its last_ts (TIME_NONE: the first page) and id */
	int64_t before_id;
	int limit;
};

/* Latest activity first. Campaigns that went into another are left out. Rows for campaign_query_read(). */
int campaign_query_list(struct db *db, const struct campaign_filter *filter, struct db_result **out, struct err *why);
int campaign_query_list_own(struct db *db, int64_t company_id, const struct campaign_filter *filter,
			    struct db_result **out, struct err *why);
/* At most one row, merged ones included. */
int campaign_query_get(struct db *db, int64_t campaign_id, struct db_result **out, struct err *why);
int campaign_query_get_own(struct db *db, int64_t company_id, int64_t campaign_id, struct db_result **out,
			   struct err *why);
void campaign_query_read(const struct db_result *result, int row, struct campaign_row *out);

/* company_id, name, first_ts, last_ts, alerts, severity: who was hit, earliest first, at most CAMPAIGN_MEMBERS_MAX.
 * company_id 0: all; else that one alone. */
enum { CAMPAIGN_MEMBERS_MAX = 1000, CAMPAIGN_INCIDENTS_MAX = 200 };
int campaign_query_members(struct db *db, int64_t company_id, int64_t campaign_id, struct db_result **out,
			   struct err *why);
/* company_id, day (text), alerts, severity: of the same companies, by company (in the same order) and day. */
int campaign_query_days(struct db *db, int64_t company_id, int64_t campaign_id, struct db_result **out,
			struct err *why);
/* company_id, incident_id: the child incidents, gravest and then latest first, at most CAMPAIGN_INCIDENTS_MAX; those of
 * the company, or of all (0). An incident that was merged stands for its survivor. */
int campaign_query_incidents(struct db *db, int64_t company_id, int64_t campaign_id, struct db_result **out,
			     struct err *why);
/* kind, key, title, companies: what else at least two companies of the campaign met in its days; the 20 commonest. Not
 * for who is bound to one company. */
int campaign_query_shared(struct db *db, int64_t campaign_id, struct db_result **out, struct err *why);
/* company_id, name, at, user_id, display_name, body: newest first, at most CAMPAIGN_MEMBERS_MAX. company_id 0: all. */
int campaign_query_warnings(struct db *db, int64_t company_id, int64_t campaign_id, struct db_result **out,
			    struct err *why);
/* How many companies, of those that have not left, were neither hit nor warned. */
int campaign_query_not_hit(struct db *db, int64_t campaign_id, int64_t *count, struct err *why);

/* company_id, name of companies that were hit and whose name stands in the text: a warning must not have it. */
int campaign_query_named(struct db *db, int64_t campaign_id, const char *text, struct db_result **out, struct err *why);
/* Warns companies that were neither hit nor warned and have not left; the others are left out. company_ids NULL: all
 * such companies. company_id of those warned now. */
int campaign_query_warn(struct db *db, int64_t campaign_id, const int64_t *company_ids, size_t count, int64_t user_id,
			const char *text, struct db_result **out, struct err *why);

/* campaign_id, kind, title (as the company itself met it), severity, companies: campaigns that the incident belongs to,
 * latest first, at most 50. */
int campaign_query_of_incident(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out,
			       struct err *why);

#endif
