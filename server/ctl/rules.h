/* What the commands of `hinomictl rules` share. */
#ifndef SERVER_CTL_RULES_H
#define SERVER_CTL_RULES_H

#include "server/ctl/rule_folder.h"

/* The commands, one file each: rules_NAME.c. */
int rules_check(struct ctl *ctl, struct err *why);
int rules_load(struct ctl *ctl, struct err *why);
int rules_list(struct ctl *ctl, struct err *why);
int rules_test(struct ctl *ctl, struct err *why);
int rules_replay(struct ctl *ctl, struct err *why);

/* A folder of rules, read and built. Zero-initialise; rule_source_release(). */
struct rule_source {
	char folder[PATH_MAX];
	struct rule_files files; /* names relative to the folder */
	struct rules *rules;
};
/* folder NULL: the shipped rules. When something is wrong with them, all of it is printed on stderr, a line each. */
int rule_source_open(struct rule_source *s, const char *folder, struct err *why);
void rule_source_release(struct rule_source *s);

/* "FOLDER/FILE:LINE: REASON" a line; folder NULL: none. */
void rule_problems_print(const struct sigma_problems *problems, const char *folder, FILE *to);

/* What the cases of a folder come to, and what is said about them: on `to` (NULL: nothing) what failed, and why. */
struct rule_test_result {
	size_t files, cases, failed;
	size_t rules;         /* that the folder has */
	size_t without_cases; /* of them, those that no case wants and some case wants nothing of */
};
int rule_tests_run(const struct rule_source *s, struct rule_test_result *out, FILE *to, struct err *why);

#endif
