/* What was sent to whom, with every try: the delivery log. Inside a transaction of the whole staff's scope (scope.h:
 * SCOPE_ALL). Across companies: a message belongs to its receiver. */
#ifndef SERVER_STORE_MESSAGE_QUERY_H
#define SERVER_STORE_MESSAGE_QUERY_H

#include "server/store/db.h"

/* An id in halves: as ids are drawn by time (UUID version 7), the newer one is the greater. */
struct message_place {
	uint64_t high, low;
};

/* Texts are borrowed from the result. */
struct message_row {
	struct message_place place;
	const char *id; /* 8-4-4-4-12 */
	const char *kind;
	int64_t page_id; /* 0: none */
	int64_t priority;
	int64_t user_id; /* 0: none */
	const char *user_name;
	int64_t contact_company_id, contact_id; /* 0: none */
	const char *contact_company, *contact_name;
	int64_t channel_id; /* 0: none */
	const char *channel_name, *channel_kind, *address, *language, *state;
	int64_t attempt_of, attempts;
	time_us not_before, expires_at, bounced_at, created_at, sent_at, opened_at;
	const char *last_error, *provider_id;
	const char *tries; /* JSON: [{n, at, took_ms, outcome, code, text}] */
};
struct message_filter {
	int64_t page_id, user_id; /* 0: any */
	const char *state, *kind; /* NULL: any */
	time_us from, to;         /* written from <= t < to; TIME_NONE: no bound */
	bool continued;           /* those behind `before` */
	struct message_place before;
	int limit;
};
/* Newest first. */
int message_query_list(struct db *db, const struct message_filter *filter, struct db_result **out, struct err *why);
/* At most one row. id: 8-4-4-4-12, checked. lock: nobody else changes it until the transaction ends. */
int message_query_get(struct db *db, const char *id, bool lock, struct db_result **out, struct err *why);
void message_query_read(const struct db_result *result, int row, struct message_row *out);

/* Sent again with the same id, now and for half an hour. The caller has seen that it is not on its way. Rings. */
int message_replay(struct db *db, const char *id, struct err *why);

/* Whether a text is an id: 8-4-4-4-12 in lower case. */
bool message_id_is(struct slice text);

#endif
