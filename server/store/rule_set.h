/* Versions of the rule set in the database. Across companies: rules are the operator's. */
#ifndef SERVER_STORE_RULE_SET_H
#define SERVER_STORE_RULE_SET_H

#include "server/model/rules.h"
#include "server/store/db.h"

/* The newest version; 0: none was loaded yet. */
int rule_set_newest(struct db *db, int64_t *version, struct err *why);
/* Reads and builds a version, with the rules' numbers. ERR_NOT_FOUND: there is no such version. */
int rule_set_read(struct db *db, int64_t version, struct rules **out, struct err *why);
/* The two halves: the files of a version as they were loaded (rule_files_release()); the numbers of rules built from
 * files, as far as they have any. */
int rule_set_files(struct db *db, int64_t version, struct rule_files *out, struct err *why);
int rule_set_number(struct db *db, struct rules *rules, struct err *why);
/* Rows (uid, rule_id) of all rules, for who reads the files another way (the collector, without blocking). */
extern const char rule_set_newest_sql[];  /* -> version */
extern const char rule_set_files_sql[];   /* $1 version -> name, kind, body */
extern const char rule_set_numbers_sql[]; /* -> uid, rule_id */

/* Inside a transaction of the caller, under a lock until its end: stores a new version, keeps the rows of `rule` (new
 * ones get a number, those that are gone their last version), and rings hinomi_rules. `built` is what was built from
 * `files`; note may be NULL. *version is the new one; when nothing differs from the newest, that one, and nothing is
 * stored. */
int rule_set_store(struct db *db, const struct rule_files *files, const struct rules *built, const char *actor,
		   const char *note, int64_t *version, struct err *why);
/* Rules in force, or with `all` those of earlier versions too, in order of file; and the alerts that they matched in
 * the last 30 days. */
struct rule_row {
	int64_t rule_id, first_version, last_version; /* last_version 0: in force */
	const char *uid, *kind, *title, *title_ja, *level, *file;
	int64_t line, alerts;
};
int rule_set_list(struct db *db, bool all, struct db_result **out, struct err *why);
void rule_set_row(const struct db_result *result, int row, struct rule_row *out);

/* The number of a built-in rule (builtin:beacon, builtin:indicator). The schema brings these; one that it does not is
 * made, which only the owner may. */
int rule_set_builtin(struct db *db, const char *uid, const char *title, const char *level, int64_t *rule_id,
		     struct err *why);

#endif
