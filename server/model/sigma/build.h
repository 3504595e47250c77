/* A rule set under construction, and the order in which its parts are put together. Internal to this folder.
 *
 * Each YAML document becomes a draft. sigma_set_build() then goes through these steps; each reports what is wrong with
 * sigma_problem() and goes on, so that one run tells everything:
 *
 *   1 read        every document: its kind by the key `detection`, `correlation` or `filter`; the keys that all kinds
 *                 share (title, id, name, level, tags, ...); a draft's `source` from its logsource       (document.c)
 *   2 detections  sigma_detection_parse() of each                                                       (detection.c)
 *   3 link        sigma_correlations_link(), sigma_filters_link(): read the bodies of correlations and filters, find
 * the drafts they name, say what is missing or goes round in a circle; fill in `references` 4 leave out   any problem
 * ends the building here; with skip_bad, files with problems are left out, and files that refer to what was left out,
 * until nothing changes                                         (build.c) 5 number      detections and correlations
 * that are left get their index in the set, in the order of files and lines 6 filters     sigma_filters_apply():
 * changes the expressions of the detections that filters name 7 finish      sigma_correlations_finish():
 * set->correlations, and stands_alone of all rules 8 index       what matching needs (index.c)
 *
 * Memory: what the set keeps is taken from set->memory, what only building needs from b->memory; neither is freed
 * piecemeal. A failed pool_take() is reported with sigma_no_memory(), after which building ends. */
#ifndef SERVER_MODEL_SIGMA_BUILD_H
#define SERVER_MODEL_SIGMA_BUILD_H

#include "lib/pool.h"
#include "lib/yaml_tree.h"
#include "server/model/sigma/rule_set.h"

struct sigma_mapping; /* fields.yaml: mapping.h */
struct sigma_source;  /* what one logsource means by it */
struct sigma_expression;

enum sigma_draft_kind { SIGMA_DRAFT_DETECTION, SIGMA_DRAFT_CORRELATION, SIGMA_DRAFT_FILTER };

struct sigma_draft_file {
	const char *name;
	bool bad; /* has a problem: none of its documents gets into the set */
};

struct sigma_draft {
	enum sigma_draft_kind kind;
	struct sigma_draft_file *file;
	int line;
	struct sigma_rule rule;            /* of a filter: id, name, title and so on, and nothing more */
	const struct yaml_node *document;  /* a mapping, whose common keys are in `rule` already */
	const struct yaml_node *body;      /* the value of detection, correlation or filter; checked to be a mapping */
	const struct sigma_source *source; /* of detections and filters; NULL when there is a problem with it */
	struct sigma_expression *expression; /* of detections; NULL when there is a problem with it */
	/* What it names, in b->memory. Of correlations and filters, by the link step. */
	struct sigma_draft **references;
	size_t reference_count;
	void *parsed; /* what the link step read, for the later ones; in b->memory */
	size_t index; /* in the set, from step 5 on; SIZE_MAX of filters and of what is left out */
};

struct sigma_set;
struct sigma_build {
	struct sigma_set *set; /* set.h */
	struct pool memory;
	const struct sigma_mapping *mapping;
	struct sigma_draft **drafts; /* in the order of files and lines */
	size_t draft_count;
	struct sigma_problems *problems;
	size_t expansion_bytes; /* what placeholders became so far */
	bool mapping_is_bad;    /* by step 2 */
	bool out_of_memory;
};

/* Notes a problem of the draft's file at a line (0: the draft's first) and marks the file as bad. */
void sigma_problem(struct sigma_build *b, struct sigma_draft *d, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void sigma_no_memory(struct sigma_build *b);

/* The detection or correlation with this id or name; NULL: none. Ids and names are unique over a set, so one is enough.
 * Its file may be bad. */
struct sigma_draft *sigma_find_draft(const struct sigma_build *b, struct slice id_or_name);

/* Text of a member that must be a scalar; problems are noted on d. False when absent or not a text. */
bool sigma_text_member(struct sigma_build *b, struct sigma_draft *d, const struct yaml_node *mapping, const char *key,
		       struct slice *out);
/* Notes each member of `mapping` whose key is not among `known` (ends with NULL): "unknown key X in WHERE". */
void sigma_check_keys(struct sigma_build *b, struct sigma_draft *d, const struct yaml_node *mapping,
		      const char *const *known, const char *where);

/* ------------------------------------------------------------------------------------------- fields and expressions */

#define SIGMA_NO_SLOT UINT32_MAX
/* A slot is a field as matching knows it: one or more source fields whose values it has together.
 *
 * The slot for what a rule with this log source calls `name`: by the log source's mapping, else an alert field or EVE
 * path by its own name with a dot in it (inside.ip, eve.dns.rrname), which are known everywhere. It is then filled in
 * for every record that rules of this log source look at. SIGMA_NO_SLOT: the mapping does not know it (nothing is
 * noted: the caller knows the line). */
uint32_t sigma_field_slot(struct sigma_build *b, const struct sigma_source *source, struct slice name);

/* Search identifiers and a condition, as in `detection`; members named in `skip` (ends with NULL; may be NULL) are no
 * search identifiers. Fields are resolved for `source`; problems are noted on `blame`. NULL: there were some. */
struct sigma_expression *sigma_detection_parse(struct sigma_build *b, struct sigma_draft *blame,
					       const struct sigma_source *source, const struct yaml_node *detection,
					       const char *const *skip);
/* NULL only when out of memory (reported). `left` of the first must not be used for anything else afterwards. */
struct sigma_expression *sigma_expression_and(struct sigma_build *b, struct sigma_expression *left,
					      struct sigma_expression *right);

/* ---------------------------------------------------------------------------- steps of correlation.c and filter.c */

void sigma_correlations_link(struct sigma_build *b);
void sigma_filters_link(struct sigma_build *b);
void sigma_filters_apply(struct sigma_build *b);
/* References of drafts that are left point to drafts that are left; all have their index. -1: out of memory. */
int sigma_correlations_finish(struct sigma_build *b);

#endif
