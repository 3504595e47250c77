/* One company's part of closing a month: its snapshot and the draft of its report. Part of month_close.h, in its
 * writing transaction. */
#ifndef SERVER_STORE_MONTH_FREEZE_H
#define SERVER_STORE_MONTH_FREEZE_H

#include "lib/buffer.h"
#include "server/store/month_close.h"

struct month_freeze {
	struct db *writer;
	const struct month_close_order *order;
	bool again; /* the month was closed before */
	struct buffer body, changes;
};
/* *written: 0 or 1; *reports: drafts made or moved. */
int month_freeze_member(struct month_freeze *f, const struct member_month *m, int64_t *written, int64_t *reports,
			struct err *why);
/* What differs between two bodies, into f->changes; *changed: more than wording and versions of agents. */
int month_freeze_compare(struct month_freeze *f, struct slice before, struct slice after, bool *changed,
			 struct err *why);
void month_freeze_release(struct month_freeze *f);

#endif
