/* Selections outside of rules: the conditions of a mute. A selection is a set of its own, without rules. */
#include "server/model/sigma/build.h"
#include "server/model/sigma/expression.h"
#include "server/model/sigma/mapping.h"
#include "server/model/sigma/match.h"
#include "server/model/sigma/modifier.h"
#include "server/model/sigma/set.h"

#include <jansson.h>
#include <stdlib.h>

enum { SELECTION_TEXT_MAX = 65536, MUTE_EXPRESSIONS_MAX = 8 };

struct sigma_selection {
	struct sigma_set *set;
	struct sigma_expression *expression;
};

/* What a selection's fields are called: their own names. */
static struct sigma_source own_source(bool alert_only)
{
	return (struct sigma_source){
		.events = SIGMA_ALL_EVENTS, .own_names = true, .rule_uids = true, .alert_only = alert_only
	};
}

static int take_problem(const struct sigma_problems *p, struct err *why)
{
	if (p->count == 0)
		return err_set(why, ERR_NOMEM, "no memory for a selection");
	return err_set(why, ERR_CONFIG, "line %d: %s", p->items[0].line, p->items[0].reason);
}

/* Every alert of a company pays for the expressions of its mutes, which people of that company may write. */
static bool is_costly(const struct sigma_set *set)
{
	size_t expressions = 0;

	for (size_t i = 0; i < set->terms->count; i++)
		expressions += set->terms->items[i].kind == SIGMA_TERM_REGEX;
	return expressions > MUTE_EXPRESSIONS_MAX;
}

static int parse_node(struct sigma_selection *s, const struct yaml_node *n, bool alert_only, struct err *why)
{
	const struct sigma_source source = own_source(alert_only);
	struct sigma_problems problems = { 0 };
	struct sigma_draft_file file = { .name = "selection" };
	struct sigma_draft blame = { .file = &file, .line = 1 };
	struct sigma_build b = { .set = s->set, .problems = &problems };
	int failed = 0;

	if (!n || n->next || n->kind == YAML_TREE_SCALAR)
		return err_set(why, ERR_CONFIG, "a selection is a map of fields and values, or a list of such maps");
	s->expression = sigma_search_parse(&b, &blame, &source, n);
	if (!s->expression || b.out_of_memory)
		failed = take_problem(&problems, why);
	else if (alert_only && is_costly(s->set))
		failed = err_set(why, ERR_LIMIT, "at most %d regular expressions; texts with * do most of it",
				 MUTE_EXPRESSIONS_MAX);
	else if (!sigma_fields_finish(s->set->fields))
		failed = err_set(why, ERR_NOMEM, "no memory for a selection");
	sigma_problems_release(&problems);
	pool_release(&b.memory);
	return failed;
}

static int parse_text(struct sigma_selection *s, struct slice text, bool alert_only, struct err *why)
{
	struct yaml_tree *tree;
	int failed;

	if (yaml_tree_parse(&tree, text, NULL, NULL, why) != 0)
		return -1;
	failed = parse_node(s, yaml_tree_first(tree), alert_only, why);
	yaml_tree_free(tree);
	return failed;
}

/* JSON is YAML but for how it may write characters: with pairs of surrogates. So it is written anew. */
static char *plain_json(struct slice text)
{
	json_t *value = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
	char *out = value ? json_dumps(value, JSON_COMPACT) : NULL;

	json_decref(value);
	return out;
}

int sigma_selection_build(struct sigma_selection **out, struct slice text, bool alert_only, struct err *why)
{
	struct sigma_selection *s;
	char *json;
	int failed;

	*out = NULL;
	if (text.len > SELECTION_TEXT_MAX)
		return err_set(why, ERR_LIMIT, "a selection has at most %d bytes", SELECTION_TEXT_MAX);
	s = calloc(1, sizeof(*s));
	if (s)
		s->set = calloc(1, sizeof(*s->set));
	if (!s || !s->set) {
		free(s);
		return err_set(why, ERR_NOMEM, "no memory for a selection");
	}
	json = text.len ? plain_json(text) : NULL;
	failed = sigma_set_init(s->set, why);
	if (!failed)
		failed = parse_text(s, json ? slice_of_string(json) : text, alert_only, why);
	free(json);
	if (failed)
		sigma_selection_free(s);
	else
		*out = s;
	return failed;
}

void sigma_selection_free(struct sigma_selection *s)
{
	if (!s)
		return;
	sigma_set_free(s->set);
	free(s);
}

bool sigma_selection_match(const struct sigma_selection *s, struct sigma_scratch *scratch,
			   const struct sigma_record *record, const char *const *rule_uids, size_t uid_count)
{
	struct sigma_match_memory *m = scratch->selection_match;
	struct sigma_answers answers;

	if (!sigma_values_begin(scratch->selection_values, s->set->fields, record, SIGMA_ALL_EVENTS) ||
	    !sigma_match_begin(m, s->set))
		return false;
	sigma_values_set_rules(scratch->selection_values, rule_uids, uid_count);
	answers = sigma_match_answers(m, s->set, scratch->selection_values, record->zone, &scratch->limits_hit);
	return sigma_expression_holds(s->expression, &answers);
}
