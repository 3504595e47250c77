/* Pages for people: lists, one page with what it is about and what was done, and the figures of the board. Pages are
 * the staff's: inside a transaction of the whole staff's scope (scope.h: SCOPE_ALL). Across companies. */
#ifndef SERVER_STORE_PAGE_QUERY_H
#define SERVER_STORE_PAGE_QUERY_H

#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct page_subject_row {
	int64_t company_id; /* 0: none */
	const char *company;
	const char *kind;
	int64_t subject_id, number; /* number 0: it has none */
	const char *title;
	int64_t severity;
	time_us raised_at, added_at, settled_at;
};
struct page_row {
	int64_t page_id;
	const char *kind, *title, *state;
	int64_t severity;
	bool is_storm, exhausted, nobody, fenced;
	int64_t joined_into; /* 0: not */
	int64_t policy_id;
	const char *policy_name, *policy; /* policy: its document as it was */
	int64_t steps, loops;             /* of that document */
	const char *group_key;
	int64_t companies, subjects, open_subjects;
	struct page_subject_row first; /* kind NULL: it has none */
	int64_t step, loop;            /* as in the machine */
	time_us next_at;
	int64_t ack_by;
	const char *ack_name, *ack_via;
	time_us ack_at, ack_until, raised_at, created_at, first_sent_at, closed_at;
	const char *close_reason;
	int64_t version;
};

enum page_choice { PAGES_UNACKED, PAGES_OPEN, PAGES_ALL };
struct page_filter {
	enum page_choice choice;
	int64_t incident_id; /* about this incident; 0: any */
	time_us from, to;    /* begun from <= t < to; TIME_NONE: no bound */
	int64_t before;      /* page_id below this */
	int limit;
};
/* Newest first. */
int page_query_list(struct db *db, const struct page_filter *filter, struct db_result **out, struct err *why);
/* At most one row. */
int page_query_get(struct db *db, int64_t page_id, struct db_result **out, struct err *why);
int page_query_ids(struct db *db, const int64_t *ids, size_t count, struct db_result **out, struct err *why);
void page_query_read(const struct db_result *result, int row, struct page_row *out);

enum { PAGE_SUBJECTS_SHOWN = 500, PAGE_EVENTS_SHOWN = 1000 };
int page_query_subjects(struct db *db, int64_t page_id, struct db_result **out, struct err *why);
void page_subject_read(const struct db_result *result, int row, struct page_subject_row *out);
/* event_id, at, kind, user_id, display_name, body (JSON); in order, of more than PAGE_EVENTS_SHOWN the last ones. */
int page_query_timeline(struct db *db, int64_t page_id, struct db_result **out, struct err *why);

#endif
