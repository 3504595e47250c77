/* hinomictl rules: the commands' table, and what they share. */
#include "server/ctl/rules.h"

#include <string.h>

void rule_problems_print(const struct sigma_problems *problems, const char *folder, FILE *to)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct sigma_problem *p = &problems->items[i];

		if (folder)
			fprintf(to, "%s/", folder);
		if (p->line > 0)
			fprintf(to, "%s:%d: %s\n", p->file, p->line, p->reason);
		else
			fprintf(to, "%s: %s\n", p->file, p->reason);
	}
}

static int build(struct rule_source *s, struct err *why)
{
	struct sigma_problems problems = { 0 };
	int failed = rules_build(&s->rules, &s->files, &problems, why);

	if (failed && problems.count > 0) {
		rule_problems_print(&problems, s->folder, stderr);
		err_set(why, ERR_CONFIG, "%zu problem%s in the rules of %s: nothing was done with them", problems.count,
			problems.count == 1 ? "" : "s", s->folder);
	}
	sigma_problems_release(&problems);
	return failed;
}

int rule_source_open(struct rule_source *s, const char *folder, struct err *why)
{
	size_t len;

	*s = (struct rule_source){ 0 };
	if (!folder && rule_folder_shipped(s->folder, why) != 0)
		return -1;
	if (folder && snprintf(s->folder, sizeof(s->folder), "%s", folder) >= (int)sizeof(s->folder))
		return err_set(why, ERR_LIMIT, "the path of the rules is too long");
	for (len = strlen(s->folder); len > 1 && s->folder[len - 1] == '/'; len--)
		s->folder[len - 1] = '\0';
	if (rule_folder_read(s->folder, RULE_NAMES_IN_FOLDER, &s->files, why) != 0)
		return -1;
	if (s->files.count == 0)
		return err_set(why, ERR_CONFIG, "there are no rules (*.yml) in %s", s->folder);
	return build(s, why);
}

void rule_source_release(struct rule_source *s)
{
	rules_free(s->rules);
	rule_files_release(&s->files);
	*s = (struct rule_source){ 0 };
}

static const struct option_spec check_options[] = {
	{ "--share", OPTION_PATH, false, "DIR",
	  "how much of a foreign collection of rules loads, and why not the rest" },
	OPTION_JSON,
	{ "PATH...", OPTION_PATHS, false, NULL, "rule files, and folders of them" },
	OPTIONS_END,
};
static const struct option_spec load_options[] = {
	{ "--note", OPTION_NAME, false, "TEXT", "what the change is about; kept with the version" },
	{ "--skip-tests", OPTION_FLAG, false, NULL, "load although cases fail; said in the audit trail" },
	OPTION_JSON,
	{ "DIR", OPTION_PATH, false, NULL, "the whole rule set; without it: the one that came with the program" },
	OPTIONS_END,
};
static const struct option_spec list_options[] = {
	{ "--all", OPTION_FLAG, false, NULL, "those of earlier versions too" },
	OPTION_JSON,
	OPTIONS_END,
};
static const struct option_spec test_options[] = {
	OPTION_JSON,
	{ "DIR", OPTION_PATH, false, NULL, "without it: the rules that came with the program" },
	OPTIONS_END,
};
static const struct option_spec replay_options[] = {
	{ "--from", OPTION_DAY, true, "D", "first day, YYYY-MM-DD, in the operator's zone" },
	{ "--to", OPTION_DAY, true, "D", "last day" },
	OPTION_COMPANY_OPTIONAL,
	{ "--rules", OPTION_PATH, false, "DIR", "rules that are not loaded; without it: the version in force" },
	OPTION_JSON,
	OPTIONS_END,
};

const struct command rules_commands[] = {
	{ "rules", "check", "say what is wrong in rule files, with file and line", check_options, true, rules_check,
	  "Files are checked together: rules may name each other over all of them. Without a fields.yaml among them "
	  "the\n"
	  "shipped one is used. Nothing is stored.\n" },
	{ "rules", "load", "make a folder of rules the rule set in force", load_options, false, rules_load,
	  "The folder is the whole set: what is not in it is out of force from then on. It is taken as a whole or not "
	  "at\n"
	  "all, and only when its cases pass. The running server takes it over within seconds.\n" },
	{ "rules", "list", "the rules in force", list_options, false, rules_list, NULL },
	{ "rules", "test", "run the cases that stand beside the rules", test_options, true, rules_test,
	  "NAME.test.yml has the cases of NAME.yml; their form: docs/rules.md.\n" },
	{ "rules", "replay", "what rules would have found in what is stored", replay_options, false, rules_replay,
	  "Only records that were stored can be replayed: alerts, and context that some rule asked for at the time.\n"
	  "Nothing is stored, and no incident changes.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
