/* The field mapping, config/rules/fields.yaml: what a rule's logsource and field names mean here. The file itself
 * describes its form. Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_MAPPING_H
#define SERVER_MODEL_SIGMA_MAPPING_H

#include "lib/pool.h"
#include "lib/yaml_tree.h"
#include "server/model/sigma/event.h"
#include "server/model/sigma/rule_set.h"

struct sigma_expression;
struct sigma_placeholder; /* placeholder.h */

/* What one value of rules is called in the source fields. */
struct sigma_translation {
	struct slice value; /* folded */
	struct slice *sources;
	size_t count;
	bool or_absent; /* or the field is not there */
};
struct sigma_mapped_field {
	struct slice name;
	struct slice *sources; /* names that sigma_source_field_of() knows */
	size_t source_count;
	struct sigma_translation *translations;
	size_t translation_count;
	struct sigma_mapped_field *next;
};

struct sigma_source {
	/* "" is absent; "*" is anything or nothing. */
	struct slice category, product, service;
	sigma_events events;
	bool own_names;  /* alert fields are known by names without a dot too */
	bool rule_uids;  /* rule.uid is a field: selection.c */
	bool alert_only; /* no fields but those of alerts, no keywords: selection.c */
	struct slice *keywords;
	size_t keyword_count;
	struct slice prefix;           /* for the names of fields that are not listed; "": none */
	const struct yaml_node *where; /* a selection over source fields that must hold too; NULL: none */
	struct sigma_expression *where_expression;
	struct sigma_mapped_field *fields;
	struct sigma_source *next;
	struct slice *event_names; /* as written */
	size_t event_count;
};

struct sigma_mapping {
	struct pool memory;
	const char *file;
	struct yaml_tree *tree;
	struct sigma_event_names events;
	struct sigma_source *sources; /* in the order written */
	struct sigma_placeholder *placeholders;
};

/* Problems are noted with the file's name. -1: there were some. `file` NULL: a mapping that knows nothing. */
int sigma_mapping_new(struct sigma_mapping **out, const struct sigma_file *file, struct sigma_problems *problems,
		      struct err *why);
void sigma_mapping_free(struct sigma_mapping *m); /* NULL is allowed */

/* The entry for a rule's logsource: the first that says exactly the same, else the first that does with its stars.
 * NULL: there is none. */
const struct sigma_source *sigma_mapping_find(const struct sigma_mapping *m, struct slice category,
					      struct slice product, struct slice service);
const struct sigma_mapped_field *sigma_source_mapped(const struct sigma_source *s, struct slice name);
/* Whether a rule may call this field by its own name although the mapping does not list it. */
bool sigma_source_knows(const struct sigma_source *s, struct slice name);

#endif
