/* The round of campaigns: judges what is new since the last one (model/campaign.h, store/campaign.h), in a transaction
 * of its own, one correlator at a time. Killed at any point, nothing has happened, and the news is still there. */
#ifndef SERVER_CORRELATOR_CAMPAIGNS_H
#define SERVER_CORRELATOR_CAMPAIGNS_H

#include "server/store/db.h"

/* Rows of news in one round; bounds its memory, and how long it holds what it locks. */
enum { CAMPAIGNS_ROUND_MAX = 5000 };

struct campaigns_options {
	int64_t minimum; /* so many companies ... */
	int window_days; /* ... within so many days make a campaign */
};

struct campaigns_result {
	size_t created, extended, merged;
	int64_t told; /* timelines of incidents */
	bool more;    /* news may be left that could be taken at once */
};

int campaigns_round(struct db *db, const struct campaigns_options *options, struct campaigns_result *out,
		    struct err *why);

#endif
