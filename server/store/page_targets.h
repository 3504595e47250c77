/* Whom an order of a page reaches: persons by their first channel, shared channels, a member's contacts. Part of the
 * engine. */
#ifndef SERVER_STORE_PAGE_TARGETS_H
#define SERVER_STORE_PAGE_TARGETS_H

#include "lib/pool.h"
#include "server/store/page_engine.h"
#include "server/store/page_view.h"

/* One who is told. Texts belong to the pool. */
struct page_receiver {
	int64_t user_id;    /* 0: none */
	int64_t contact_id; /* of the page's company; 0: none */
	int64_t channel_id; /* 0: mail to address */
	const char *channel_kind, *address, *language;
	const char *name;
	const char *you[PAGE_LANGUAGES]; /* why it is they; "": nothing to say */
	int64_t delay_ms;                /* a contact that is not told at night: until the hours begin */
};

struct page_receivers {
	struct page_receiver *items;
	size_t count, room;
	struct pool pool;
	bool people;     /* a person was found: somebody of the operator is asked */
	const char *gap; /* name of a schedule that has nobody now; NULL: none asked has a gap */
};                       /* zero-initialise; page_receivers_release() */
void page_receivers_release(struct page_receivers *r);

/* Adds whoever the first `count` targets ask now. page: its member_next moves on when a member's contact is told. */
int page_targets_resolve(struct db *db, const struct page_engine *engine, struct page_held *page,
			 const struct page_view *view, const struct policy_target *targets, int count,
			 struct page_receivers *out, struct err *why);
/* One person, by the first of their channels that comes behind `after` (0: the first of all). Adds nothing when there
 * is none. */
int page_targets_person(struct db *db, int64_t user_id, int64_t after, struct page_receivers *out, struct err *why);
/* Leads and admins who see all companies. */
int page_targets_leads(struct db *db, struct page_receivers *out, struct err *why);
/* The help desk's people; without any, leads and admins. */
int page_targets_desk(struct db *db, struct page_receivers *out, struct err *why);
/* When nobody is on call: the addresses of the settings, else leads and admins. */
int page_targets_fallback(struct db *db, const struct page_engine *engine, struct page_receivers *out, struct err *why);
/* Everybody of the operator who was told of the page, by the way they were told. quiet: mail and chat only. */
int page_targets_told(struct db *db, int64_t page_id, bool quiet, struct page_receivers *out, struct err *why);

/* Who would be asked by these targets at a time, in words: "山田 花子、責任者". Appended. */
int page_targets_name(struct db *db, const struct page_engine *engine, const struct policy_target *targets, int count,
		      time_us at, int language, struct buffer *out, struct err *why);

#endif
