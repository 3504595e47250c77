/* A version of the rule set, ready to use: Sigma rules with their numbers, and the grouping rules. Immutable. */
#ifndef SERVER_MODEL_RULES_H
#define SERVER_MODEL_RULES_H

#include "server/model/grouping.h"
#include "server/model/sigma/correlation.h"

enum rule_file_kind { RULE_FILE_SIGMA, RULE_FILE_FIELDS, RULE_FILE_GROUPING };
bool rule_file_kind_parse(struct slice name, enum rule_file_kind *out);
const char *rule_file_kind_name(enum rule_file_kind kind); /* "sigma", "fields", "grouping" */
/* By the file's name: fields.yaml, grouping.yaml, anything else that ends in .yml is Sigma. False: not a rule file
 * (README.md, *.test.yml: cases). */
bool rule_file_kind_of(struct slice name, enum rule_file_kind *out);

struct rule_file {
	char *name;
	enum rule_file_kind kind;
	char *text; /* terminated */
	size_t length;
};
struct rule_files {
	struct rule_file *items;
	size_t count, room;
};
/* Takes copies. -1: no memory. */
int rule_files_add(struct rule_files *f, struct slice name, enum rule_file_kind kind, struct slice text,
		   struct err *why);
void rule_files_release(struct rule_files *f);

struct rules {
	int64_t version; /* 0: not from the database */
	struct sigma_set *sigma;
	struct grouping *grouping;
};
/* Builds all or nothing; problems as in sigma_set_build(), the grouping file's included. */
int rules_build(struct rules **out, const struct rule_files *files, struct sigma_problems *problems, struct err *why);
void rules_free(struct rules *r); /* NULL is allowed */

#endif
