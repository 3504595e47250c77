/* One transaction of the correlator: takes work of one company, decides, writes, commits.
 *
 *   lock, claim            the company, and rows of work with their alerts
 *   observations           what sensors saw: observables, contacts, beacons              (observe.h)
 *   rules                  what they said of the alerts; hits of correlations            (batch_rules.h, windows.h)
 *   plan                   which segments and incidents there must be                    (model/incident_plan.h)
 *   causes, counts         why each incident exists; what was counted by day
 *   sightings              for campaigns                                                 (campaigns.h) */
#ifndef SERVER_CORRELATOR_COMPANY_H
#define SERVER_CORRELATOR_COMPANY_H

#include "server/correlator/rule_book.h"
#include "server/store/db.h"

/* Records in one transaction; a single row of work may hold more. Bounds memory (some 600 bytes each, and what rules
 * said of them) and how long people wait who want to change one of the company's incidents. */
enum { COMPANY_ALERTS_MAX = 20000 };

struct company_options {
	time_us window; /* most between neighbours of an incident, where a grouping rule says nothing else */
	const char *timezone;
	time_us settle;
	int64_t group_hits, company_hits; /* bounds of state: windows.h */
	int64_t beacon_score, contacts_max, observables_daily;
	int64_t first_report_severity; /* incidents up to this get a first report; 0: none */
};

struct company_result {
	size_t alerts; /* dealt with */
	bool more;     /* work is left that could be taken at once */
};

/* due: windows of the company are due. After an error nothing was done, and the transaction is rolled back; codes as in
 * db.h, and ERR_CORRUPT when the database holds what this program does not understand. */
int company_correlate(struct db *db, int64_t company_id, const struct company_options *options, struct rule_book *book,
		      bool due, struct company_result *out, struct err *why);

#endif
