/* Correlations of one company's transaction: hits go to their groups, groups that were touched or are due are evaluated
 * (model/firing_group.h), what became a firing is told, and state is written and kept within its bounds.
 *
 * Correlations that count firings of others come in turn, the inner ones first. A handful of statements for each depth
 * of that, none for a hit or a group. */
#ifndef SERVER_CORRELATOR_WINDOWS_H
#define SERVER_CORRELATOR_WINDOWS_H

#include "server/correlator/batch_rules.h"
#include "server/store/db.h"

struct windows_options {
	time_us window;       /* correlator.window */
	time_us settle;       /* correlator.settle */
	int64_t group_hits;   /* most hits kept of a group */
	int64_t company_hits; /* most hits kept of a company */
};

struct windows_result {
	size_t groups;   /* evaluated */
	int64_t lost;    /* hits dropped from groups that could have mattered */
	int64_t dropped; /* hits dropped with whole windows */
	int64_t windows; /* such windows */
	bool more;       /* windows are due that were not judged yet */
};

/* Adds to the batch's hits those of firings, and firings to `firings`. due: some window of the company is. Inside the
 * caller's transaction, under its lock on the company. */
int windows_evaluate(struct db *db, int64_t company_id, const struct windows_options *options, struct rule_book *book,
		     struct batch_rules *batch, bool due, struct firings *firings, struct windows_result *out,
		     struct err *why);

#endif
