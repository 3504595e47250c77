/* What a page is about, as it is now: the engine never believes a request about what it can look up, because a request
 * may be old. Part of the engine. Across companies. */
#ifndef SERVER_STORE_PAGE_SUBJECT_H
#define SERVER_STORE_PAGE_SUBJECT_H

#include "server/store/db.h"

enum { SUBJECT_TAGS_MAX = 32 };

/* A request, and what it is about. Texts belong to `rows` and `text`. */
struct page_subject {
	struct db_result *rows;
	int64_t company_id, request_id, subject_id;
	const char *kind, *what;
	int64_t severity; /* as it is now */
	int64_t user_id;
	const char *body, *state; /* state: of a settled one, as the body says; NULL: none */
	int64_t into;             /* merged into this incident; 0: not */

	bool exists;  /* there is such a thing still */
	bool waits;   /* it needs somebody now: an incident that is open, a sensor that is down */
	bool settled; /* it needs nobody any more: closed, contained, merged, up */
	const char *title, *direction;
	time_us raised_at;
	const char *tags[SUBJECT_TAGS_MAX]; /* of the company */
	size_t tag_count;
	char *tag_text;
};
/* The request under a lock. *got false: it is gone, or somebody else is at it. */
int page_subject_take(struct db *db, int64_t company_id, int64_t request_id, struct page_subject *out, bool *got,
		      struct err *why);
void page_subject_release(struct page_subject *s);

/* The page that speaks for it now; 0: none does. */
int page_subject_page(struct db *db, const struct page_subject *s, int64_t *page_id, struct err *why);
/* Makes it a subject of the page. */
int page_subject_add(struct db *db, const struct page_subject *s, int64_t page_id, struct err *why);
/* As it is now: its severity and title; taken: somebody has it. */
int page_subject_update(struct db *db, const struct page_subject *s, bool taken, struct err *why);
int page_subject_settle(struct db *db, const struct page_subject *s, struct err *why);
/* Of a page: how many wait for somebody, and how many somebody has. */
int page_subject_count(struct db *db, int64_t page_id, int64_t *waiting, int64_t *taken, struct err *why);
/* Subjects of a page that joined another one. */
int page_subject_move(struct db *db, int64_t from, int64_t to, struct err *why);

#endif
