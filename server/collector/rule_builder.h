/* Builds a version of the rule set in a thread of its own: thousands of rules take longer than sensors should wait for
 * their acks. One at a time; the loop hears of the result. */
#ifndef SERVER_COLLECTOR_RULE_BUILDER_H
#define SERVER_COLLECTOR_RULE_BUILDER_H

#include "server/store/detection_feed.h"

#include <event2/event.h>

struct rule_builder;

/* rules: the callee's, numbered; NULL: it does not build, `why` and `problems` say why. */
typedef void (*rule_builder_done)(void *arg, const struct rule_source *source, struct rules *rules,
				  const struct sigma_problems *problems, const struct err *why);

int rule_builder_new(struct rule_builder **out, struct event_base *base, rule_builder_done done, void *arg,
		     struct err *why);
/* NULL is allowed. Waits for a build that is under way. */
void rule_builder_free(struct rule_builder *b);

/* Takes the source over. Only when none is under way (rule_builder_is_busy()). */
int rule_builder_start(struct rule_builder *b, struct rule_source *source, struct err *why);
bool rule_builder_is_busy(const struct rule_builder *b);

#endif
