/* Takes in what a company's sensors observed (model/observation.h): observables, contacts with their beacon scores, and
 * the firings of builtin:beacon. A step of the company's transaction (company.h), so that what was taken and what came
 * of it stand or fall together.
 *
 * A contact whose score reaches the threshold fires: key contact_key, group inside.ip, destination and port, severity
 * high, stage command and control, from the first to the last of the times that the score is of. It is an incident by
 * itself, tagged `beacon`; unless it is muted (beacon_mutes.h). While the contact goes on and its score holds, later
 * firings extend that one; what has fired stays. The score is a function of the newest times, so it does not depend on
 * how records were split over batches; whether it ever reached the threshold can, when a regular stretch is longer gone
 * than the times that are kept. */
#ifndef SERVER_CORRELATOR_OBSERVE_H
#define SERVER_CORRELATOR_OBSERVE_H

#include "server/model/firing.h"
#include "server/store/db.h"

struct observe_options {
	int64_t beacon_score;      /* from which on a contact fires; above 100: never */
	int64_t contacts_max;      /* kept for a company */
	int64_t observables_daily; /* new ones in a day */
	int64_t beacon_rule;       /* rule_id of builtin:beacon */
	int64_t rule_set;          /* version in force */
	struct slice rule_title;   /* of builtin:beacon; outlives the firings */
};

struct observe_result {
	size_t rows, observables, contacts, fired, muted;
	bool more; /* rows are left */
};

/* Beacon firings are added to `firings`. Inside the caller's transaction, under its lock on the company. */
int observe_company(struct db *db, int64_t company_id, const struct observe_options *options, struct firings *firings,
		    struct observe_result *out, struct err *why);

#endif
