/* Where a new subject goes: to a page that is open already, to a new one, or to a storm's page that speaks for several.
 * And what becomes of a page when one of its subjects is dealt with. Pure; the store only fetches what is asked for
 * here.
 *
 * A storm: in the last STORM_WINDOW, STORM_PAGES pages of a policy were begun, all of one kind, that nobody answered
 * yet, or STORM_BEGUN whether answered or not, and here is one more subject. A page is made that those join that nobody
 * answered (page_machine_join()); further subjects of that policy and kind go into it, whatever their group, as long as
 * no STORM_WINDOW passes without one. */
#ifndef SERVER_MODEL_PAGE_GROUP_H
#define SERVER_MODEL_PAGE_GROUP_H

#include "server/model/page_machine.h"

enum { STORM_PAGES = 3, STORM_BEGUN = 6 };
#define STORM_WINDOW ((int64_t)15 * 60 * 1000000)

/* Open pages (triggered, acknowledged) of one policy and kind. Enough to fetch: those of the group key, the storm's
 * pages, and those that were begun within STORM_WINDOW. */
struct page_open {
	int64_t page_id;
	enum page_state state;
	bool same_group; /* its group key is that of the new subject */
	bool is_storm;
	int severity;
	time_us created_at;
	time_us added_at; /* of its newest subject */
};
enum page_place {
	PLACE_NEW,   /* a page of its own */
	PLACE_ADD,   /* page_machine_add() to page_id */
	PLACE_STORM, /* a new page with is_storm; every page for which page_group_joins() is true joins it */
};
struct page_placement {
	enum page_place place;
	int64_t page_id; /* PLACE_ADD; else 0 */
	int severity;    /* of the page to begin: PLACE_STORM: the gravest of all */
	int joined;      /* PLACE_STORM: how many join; perhaps none */
};
/* What was asked for by hand gets a page of its own: it must be told now. (Is it the subject of an open page already,
 * page_machine_escalate() that one instead, and do not ask here.) */
struct page_placement page_group_place(const struct page_open *open, size_t count, int severity, bool by_hand,
				       time_us now);
bool page_group_joins(const struct page_open *page, time_us now);
/* Group key of a storm's page: "policy:2 storm". */
void page_group_storm_key(int64_t policy_id, char *key, size_t room);

/* A subject was settled, or people took it on elsewhere (the incident was acknowledged on its own screen). Subjects of
 * the page that still wait for somebody; those that somebody has but that are not settled. */
enum page_effect { PAGE_STAYS, PAGE_IS_ACKNOWLEDGED, PAGE_IS_CLOSED };
enum page_effect page_group_effect(int64_t waiting, int64_t taken_on);

#endif
