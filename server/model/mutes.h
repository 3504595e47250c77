/* The mutes in force, compiled: what people have seen enough of (mute), or arranged themselves (drill). Pure.
 *
 * The first that fits an alert, by number, applies. A mute fits when the alert's ts lies in starts_at .. expires_at,
 * when it is in force as the alert comes, when its scope holds the company, and when all its conditions hold (a Sigma
 * selection over alert fields, docs: server/model/README.md). A mute of several companies never hides an alert that met
 * an indicator: whoever writes one knows one member's noise, and what is known to be bad shows at the others first. */
#ifndef SERVER_MODEL_MUTES_H
#define SERVER_MODEL_MUTES_H

#include "server/model/sigma/rule_set.h"

struct mute {
	int64_t mute_id;
	bool is_drill;
	bool is_shared;     /* of several companies: scope group or all */
	int64_t company_id; /* 0: of all */
	time_us starts_at, expires_at;
	struct slice conditions; /* JSON; used by mutes_add() alone */
};

struct mutes;
struct mutes *mutes_new(void);    /* NULL: no memory */
void mutes_free(struct mutes *m); /* NULL is allowed */
/* One of a group is added once for each company in it. ERR_CONFIG: its conditions are not understood; it is left out,
 * so it hides nothing. */
int mutes_add(struct mutes *m, const struct mute *mute, struct err *why);
size_t mutes_count(const struct mutes *m);
/* Call once all are added. */
void mutes_sort(struct mutes *m);

/* What is asked about an alert. */
struct mute_question {
	int64_t company_id;
	time_us ts, now;
	bool met_indicator;
	const struct sigma_record *record;
	const char *const *rule_uids; /* of the rules that matched */
	size_t uid_count;
};
/* NULL: none applies. */
const struct mute *mutes_find(const struct mutes *m, struct sigma_scratch *scratch, const struct mute_question *q);

#endif
