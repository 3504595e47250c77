/* Rules for people: how often each matched, what became of the incidents that it caused, where it is noisiest. Rules
 * are the operator's; figures are across companies, or of one when company_id is not 0. Days are in the zone of
 * rule_day, the operator's.
 *
 * An incident counts for each of its causes whose time touches the period; merged ones do not. It is judged when it has
 * a disposition. */
#ifndef SERVER_STORE_RULE_QUERY_H
#define SERVER_STORE_RULE_QUERY_H

#include "server/store/db.h"

/* Days YYYY-MM-DD, both ends inclusive; to NULL: today; from NULL: 29 days before. */
struct rule_period {
	const char *from, *to, *timezone;
};

/* Texts are borrowed from the result. */
struct rule_figures {
	int64_t id;
	const char *uid, *title, *title_ja, *kind, *level, *description, *file; /* title_ja NULL: none */
	const char *tags;                                                       /* JSON array */
	int64_t line, first_version, last_version;                              /* last_version 0: in force */
	int64_t alerts, companies;
	int64_t incidents, true_positives, benign_positives, false_positives, undetermined;
	const char *from, *to; /* the period's days */
	int64_t rank;          /* in the order that was asked for */
};

enum rule_order {
	RULES_BY_ALERTS,
	RULES_BY_INCIDENTS,
	RULES_BY_FALSE_POSITIVES,
	RULES_BY_FALSE_POSITIVE_RATE, /* those with none judged last */
	RULES_BY_LEVEL,
};

struct rule_filter {
	int64_t company_id;  /* 0: all */
	int64_t rule_id;     /* only this one; 0: any */
	const char *pattern; /* ILIKE pattern for title, uid, file */
	const char *level, *kind;
	const char *in_force; /* "true", "false"; NULL: both */
	struct rule_period period;
	enum rule_order order;
	bool continued; /* behind the row (before_rank, before_id) */
	int64_t before_rank, before_id;
	int limit;
};

int rule_query_list(struct db *db, const struct rule_filter *filter, struct db_result **out, struct err *why);
void rule_query_read(const struct db_result *result, int row, struct rule_figures *out);
/* The first and last day of the period: one row of texts. */
int rule_query_period(struct db *db, const struct rule_period *period, struct db_result **out, struct err *why);

/* day, alerts: every day of the period, oldest first; of a long one the last 366. */
int rule_query_days(struct db *db, int64_t company_id, int64_t rule_id, const struct rule_period *period,
		    struct db_result **out, struct err *why);
/* company_id, name, alerts: the ten with the most. */
int rule_query_noisiest(struct db *db, int64_t company_id, int64_t rule_id, const struct rule_period *period,
			struct db_result **out, struct err *why);
/* thinned, dropped, companies, last_at (or NULL): one row, of what was ever let go of its hits (loss.h). */
int rule_query_lost(struct db *db, int64_t company_id, int64_t rule_id, struct db_result **out, struct err *why);
/* version, created_at, actor, note, body: the file of that name in the versions from first to last (0: newest), newest
 * first, at most `limit`. */
int rule_query_texts(struct db *db, const char *file, int64_t first, int64_t last, int limit, struct db_result **out,
		     struct err *why);

/* ------------------------------------------------------------------------------------------------------ rule sets */

struct rule_set_summary {
	int64_t version;
	time_us created_at;
	const char *actor, *note, *sha256; /* sha256: hexadecimal */
	int64_t files, rules;
	bool in_force;
};
/* Newest first, below `before`; or the one version when it is not 0. */
int rule_query_sets(struct db *db, int64_t version, int64_t before, int limit, struct db_result **out, struct err *why);
void rule_query_set_read(const struct db_result *result, int row, struct rule_set_summary *out);
/* name, kind, bytes, change ("added", "changed" or NULL: against the version before), text (NULL unless wanted). */
int rule_query_files(struct db *db, int64_t version, bool texts, struct db_result **out, struct err *why);
/* name: what the version before had and this one has not. */
int rule_query_removed(struct db *db, int64_t version, struct db_result **out, struct err *why);

#endif
