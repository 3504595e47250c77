/* Regular contacts for people, the most like a beacon first (model/beacon.h). Across companies unless one is asked
 * for. */
#ifndef SERVER_STORE_CONTACT_QUERY_H
#define SERVER_STORE_CONTACT_QUERY_H

#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct contact_row {
	int64_t company_id;
	int64_t contact_key; /* with the company, tells rows apart */
	const char *company, *inside_ip, *destination;
	int64_t port;
	time_us first_ts, last_ts;
	int64_t contacts, score;
	const char *parts;                /* JSON; NULL: never scored */
	int64_t incident_id, incident_no; /* that its firing raised; 0: none */
};

struct contact_filter {
	int64_t company_id; /* 0: all */
	int64_t min_score;  /* at least CONTACT_SCORE_LEAST unless it is one company */
	/* The row before: its score, company_id and contact_key. before_score -1: the first page. */
	int64_t before_score, before_company_id, before_key;
	int limit;
};
enum { CONTACT_SCORE_LEAST = 50 };

/* Highest score first. Rows for contact_query_read(). */
int contact_query_list(struct db *db, const struct contact_filter *filter, struct db_result **out, struct err *why);
void contact_query_read(const struct db_result *result, int row, struct contact_row *out);

#endif
