/* What rules said of a batch's records when they came in (alert.rule_hits), read and sorted: rules that stand alone and
 * matched an alert, hits that correlations count, and counts by day for rules and mutes.
 *
 * A muted record only counts. Of a drill, which is an incident by itself, rules on single alerts are causes, but
 * nothing is counted with what is real. */
#ifndef SERVER_CORRELATOR_BATCH_RULES_H
#define SERVER_CORRELATOR_BATCH_RULES_H

#include "server/correlator/rule_book.h"
#include "server/model/firing_group.h"
#include "server/model/incident_causes.h"
#include "server/store/correlation.h"

/* A hit of a group. The text of the group is borrowed. */
struct batch_hit {
	const struct correlation_entry *entry;
	int64_t key;
	struct slice group;
	struct group_hit hit;
};

struct batch_rules {
	struct plan_single *singles;
	size_t single_count, single_room;
	struct batch_hit *hits;
	size_t hit_count, hit_room;
	struct correlation_tally *rules, *mutes; /* added up */
	size_t rule_count, rule_room, mute_count, mute_room;
	struct pool pool;
};
/* Also says to the batch's alerts what raises them and which tags they bring. Asks for newer rules when a record has
 * been judged by some. -1: the database is away, or memory is short. */
int batch_rules_read(struct batch_rules *r, struct db *db, struct rule_book *book, struct correlation_batch *b,
		     struct err *why);
int batch_rules_add_hit(struct batch_rules *r, const struct batch_hit *hit, struct err *why);
void batch_rules_release(struct batch_rules *r);

#endif
