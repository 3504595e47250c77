/* Records through a rule set, in memory: read, matched, and their hits counted by the correlations, as collector and
 * correlator do it with a database in between. For the cases of rules and for replaying what is stored.
 *
 * One run is one company's: groups of correlations never mix companies. rule_run_finish() makes it ready for the next
 * one. */
#ifndef SERVER_MODEL_RULE_RUN_H
#define SERVER_MODEL_RULE_RUN_H

#include "server/model/normalise.h"
#include "server/model/sigma/stream.h"

struct rule_run;

/* Records come in order of time, but for `limits.lateness`; fired is told what fired (stream.h). The set is borrowed.
 * -1: no memory. */
int rule_run_new(struct rule_run **out, const struct sigma_set *set, const struct sigma_stream_limits *limits,
		 sigma_fired_fn *fired, void *arg, struct err *why);
void rule_run_free(struct rule_run *r); /* NULL is allowed */

struct rule_run_seen {
	enum verdict verdict;
	struct slice event; /* normalise.h; empty: nothing that rules could look at */
	enum direction direction;
	enum stage stage;
	struct sigma_matches matches;
};
/* ts: where the record is placed in time; TIME_NONE: its own time, else received_at. zone: of rules that ask for the
 * time of day, seconds east of UTC. What `seen` points to (it may be NULL) is valid until the next call. */
int rule_run_add(struct rule_run *r, const struct record *record, time_us ts, int zone, struct rule_run_seen *seen,
		 struct err *why);
/* All that has not been told yet. */
int rule_run_finish(struct rule_run *r, struct err *why);
struct sigma_stream_losses rule_run_losses(const struct rule_run *r);

#endif
