/* What a page is about, read once for all notices of an order, and the facts that notices are made of
 * (server/model/notice_kinds.c lists them). Part of the engine. */
#ifndef SERVER_STORE_PAGE_VIEW_H
#define SERVER_STORE_PAGE_VIEW_H

#include "lib/json_write.h"
#include "server/store/db.h"

enum { PAGE_LANGUAGES = 2, PAGE_JA = 0, PAGE_EN = 1 };

/* Texts belong to `rows`. Where there are two: by language. */
struct page_view {
	struct db_result *rows;
	int64_t page_id, severity, was; /* was: told before as less grave; 0: not */
	const char *kind, *state;
	int64_t subjects;                    /* all; those that are settled too */
	int64_t company_id, subject_id;      /* of a page about exactly one subject, or one company; else 0 */
	const char *company[PAGE_LANGUAGES]; /* "A", "A and 12 more"; "": none */
	const char *title[PAGE_LANGUAGES];
	const char *reference;             /* INC-5, P-67 */
	const char *since[PAGE_LANGUAGES]; /* formatted in the operator's zone */
	const char *details[PAGE_LANGUAGES];
	const char *others; /* companies, lines; "": one */
	const char *url;
	const char *answered_by, *answered_at[PAGE_LANGUAGES]; /* "": nobody */
	const char *what[PAGE_LANGUAGES], *device;             /* for members */
	const char *zone;                                      /* the operator's */
	const char *close_reason;
};
/* ERR_NOT_FOUND. */
int page_view_read(struct db *db, int64_t page_id, struct page_view *out, struct err *why);
void page_view_release(struct page_view *view);

/* Facts that all kinds of a page share, inside an open object. */
void page_view_put(const struct page_view *view, int language, struct json_writer *w);
/* Those of a notice to a member's contact. */
void page_view_put_member(const struct page_view *view, int language, const char *contact, struct json_writer *w);

#endif
