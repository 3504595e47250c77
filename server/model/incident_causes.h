/* The causes of the incidents that a plan deals with: what the batch found, what was known of the same rules and
 * groups, and what absorbed incidents leave to their survivors, combined. Pure; rows of incident_cause come in and go
 * out.
 *
 * Use: incident_causes_collect() after incident_plan_make(); fetch what is known, incident_causes_known() for each;
 * incident_causes_settle(); write `rows` that have changed and delete those of absorbed incidents. */
#ifndef SERVER_MODEL_INCIDENT_CAUSES_H
#define SERVER_MODEL_INCIDENT_CAUSES_H

#include "server/model/incident_plan.h"
#include "server/model/rule_table.h"

/* A rule that stands alone matched an alert of the plan. */
struct plan_single {
	size_t alert; /* index in the plan */
	const struct rule_entry *rule;
	int severity;       /* as it raises the incident */
	struct slice about; /* for cause.about */
};

struct incident_cause {
	size_t incident; /* index into the plan's incidents; after settling never of an absorbed one */
	struct cause cause;
	bool is_known;   /* the incident had it before */
	bool is_changed; /* to be written */
	bool is_new;     /* neither the incident nor one that it absorbed had it */
};

struct incident_causes {
	struct incident_cause *rows;
	size_t count, room;
	struct pool pool;
};
/* version: of the rule set, for what it finds. Rows are by incident, rule and group, each once. */
int incident_causes_collect(struct incident_causes *c, const struct incident_plan *p, const struct plan_single *singles,
			    size_t single_count, int64_t version, struct err *why);
/* What the database knows: all causes of an incident that is absorbed or absorbs, of others those that were collected.
 * Each once. Slices are borrowed until the release. */
int incident_causes_known(struct incident_causes *c, size_t incident, const struct cause *cause, struct err *why);
int incident_causes_settle(struct incident_causes *c, const struct incident_plan *p, struct err *why);
void incident_causes_release(struct incident_causes *c);

#endif
