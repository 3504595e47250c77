/* Value modifiers: from `field|modifier|...: values` to an expression. Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_MODIFIER_H
#define SERVER_MODEL_SIGMA_MODIFIER_H

#include "server/model/sigma/build.h"

/* One member of a search identifier's map. An empty field name is a keyword search. NULL: problems were noted on
 * `blame`. */
struct sigma_expression *sigma_member_parse(struct sigma_build *b, struct sigma_draft *blame,
					    const struct sigma_source *source, const struct yaml_node *member);
/* One text of a list without a field: a keyword. */
struct sigma_expression *sigma_keyword_parse(struct sigma_build *b, struct sigma_draft *blame,
					     const struct sigma_source *source, const struct yaml_node *text);
/* A search identifier: a map, or a list of maps and keywords. NULL: problems were noted. In detection.c. */
struct sigma_expression *sigma_search_parse(struct sigma_build *b, struct sigma_draft *blame,
					    const struct sigma_source *source, const struct yaml_node *search);

#endif
