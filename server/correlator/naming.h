/* Which rule made an incident, for the column `rule`: the grouping rule of its top alert and the version of the rule
 * set, "inbound-by-attacker/7". An alert keeps its cluster key, not the name of the rule; so the top alerts of new
 * incidents are read once more, and the name is that of the rule that gives them the key they have. */
#ifndef SERVER_CORRELATOR_NAMING_H
#define SERVER_CORRELATOR_NAMING_H

#include "server/correlator/rule_book.h"
#include "server/model/incident_plan.h"
#include "server/store/correlation.h"

struct namer {
	struct db *db;
	int64_t company_id;
	const struct rule_book *book;
	const struct correlation_batch *batch;
	struct incident_plan *plan;
	struct pool *pool; /* for the names */
};
/* Fills in `rule` of incidents to be created:
 *   NAME/VERSION      as above
 *   base/1            as long as no rules were loaded
 *   earlier/VERSION   the rules in force give the alert another key: it came before them
 *   drill/VERSION     alerts of a drill
 *   firing/VERSION    there is no alert, only what a firing counted or found */
int naming_rules(const struct namer *n, struct err *why);

#endif
