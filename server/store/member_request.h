/* What members are asked to do (domain: 依頼). What is not done by its day is reminded of and goes into the next
 * report. All inside the caller's transaction. */
#ifndef SERVER_STORE_MEMBER_REQUEST_H
#define SERVER_STORE_MEMBER_REQUEST_H

#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct member_request_row {
	int64_t id, company_id;
	const char *company;
	int64_t incident_id, incident_no, ticket_id; /* 0: none */
	const char *who, *what;
	int64_t minutes;    /* 0: not said */
	const char *due_on; /* YYYY-MM-DD: by the end of this day */
	const char *state;
	bool overdue; /* open, and the day is over in the zone that was asked with */
	time_us reminded_at;
	int64_t made_by;
	const char *made_by_name;
	time_us made_at;
	int64_t done_by; /* 0: nobody; also who withdrew it */
	const char *done_by_name;
	time_us done_at;
	const char *note;
	int64_t version;
	int64_t due_day; /* days since 1970-01-01: its place in the list */
};

struct member_request_filter {
	int64_t company_id; /* 0: all */
	const char *state;  /* NULL: any */
	bool soonest;       /* those due first come first; else the latest due */
	bool continued;     /* behind (due_day, id) */
	int64_t due_day, id;
	int limit;
	const char *timezone;
};
/* Across companies unless the filter names one. */
int member_request_list(struct db *db, const struct member_request_filter *filter, struct db_result **out,
			struct err *why);
/* Open ones of a company (0: of all), and those of them that are overdue. Across companies. */
int member_request_counts(struct db *db, int64_t company_id, const char *timezone, int64_t *open, int64_t *overdue,
			  struct err *why);
/* Of an incident, by due day; at most 200. */
int member_request_of_incident(struct db *db, int64_t company_id, int64_t incident_id, const char *timezone,
			       struct db_result **out, struct err *why);
/* At most one row. company_id 0: whichever has it (across companies). lock: until the transaction ends. */
int member_request_get(struct db *db, int64_t company_id, int64_t id, const char *timezone, bool lock,
		       struct db_result **out, struct err *why);
void member_request_read(const struct db_result *result, int row, struct member_request_row *out);

struct member_request_new {
	int64_t company_id, incident_id, ticket_id; /* 0: none */
	const char *who, *what;
	int64_t minutes; /* 0: not said */
	const char *due_on;
	int64_t made_by;
};
int member_request_add(struct db *db, const struct member_request_new *request, int64_t *id, struct err *why);

/* The row's new content. */
struct member_request_change {
	int64_t company_id, id;
	const char *state, *note, *due_on;
	int64_t user_id; /* who settles it */
};
/* Moves the version; who and when of settling are kept while it stays settled. Another day is reminded of anew. */
int member_request_update(struct db *db, const struct member_request_change *change, struct err *why);

/* Whether the company has that ticket. */
int member_request_ticket(struct db *db, int64_t company_id, int64_t ticket_id, bool *known, struct err *why);

#endif
