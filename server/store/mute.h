/* Mutes and drills, as people see and make them. What they do is done by the collector, which takes changes over at the
 * ring of hinomi_mutes; hits are counted in mute_day. */
#ifndef SERVER_STORE_MUTE_H
#define SERVER_STORE_MUTE_H

#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct mute_row {
	int64_t id;
	const char *kind, *scope;
	int64_t company_id; /* 0: several companies */
	const char *company, *group_tag;
	const char *conditions; /* JSON */
	const char *reason;
	int64_t owner_id;
	const char *owner_name;
	time_us created_at, starts_at, expires_at, ended_at; /* ended_at TIME_NONE: not by hand */
	int64_t ended_by;                                    /* 0: nobody */
	const char *ended_by_name;
	const char *state;        /* static: scheduled, active, expired, ended */
	int64_t hits;             /* detections, of the companies that are asked for */
	const char *last_hit_day; /* NULL: no hit */
};

struct mute_filter {
	int64_t company_id; /* mutes of this company, and hits there; 0: all mutes, all hits */
	const char *kind;   /* NULL: both */
	const char *state;  /* "active": not over; "expired": over; NULL: all */
	int64_t before;     /* mute_id below this */
	int limit;
};
/* Newest id first. Across companies unless the filter names one. */
int mute_list(struct db *db, const struct mute_filter *filter, struct db_result **out, struct err *why);
/* At most one row; company_id as in the filter. lock: others cannot end it until the transaction does. */
int mute_get(struct db *db, int64_t company_id, int64_t mute_id, bool lock, struct db_result **out, struct err *why);
void mute_read(const struct db_result *result, int row, struct mute_row *out);

/* day, alerts: days with hits, oldest first, the last 366. company_id 0: of all companies. */
int mute_days(struct db *db, int64_t company_id, int64_t mute_id, struct db_result **out, struct err *why);
/* company_id, name, alerts: the 20 with the most hits. */
int mute_companies(struct db *db, int64_t company_id, int64_t mute_id, struct db_result **out, struct err *why);

struct mute_new {
	const char *kind, *scope;
	int64_t company_id;    /* scope company; else 0 */
	const char *group_tag; /* scope group; else NULL */
	const char *conditions, *reason;
	int64_t owner_id;
	time_us starts_at, expires_at; /* starts_at TIME_NONE: now */
};
/* Stores it and rings. */
int mute_add(struct db *db, const struct mute_new *mute, int64_t *mute_id, struct err *why);
/* Ends it now and rings. The caller has seen that it is not over. */
int mute_end(struct db *db, int64_t mute_id, int64_t user_id, struct err *why);

#endif
