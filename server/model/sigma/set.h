/* A built set and the memory of matching, from inside. Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_SET_H
#define SERVER_MODEL_SIGMA_SET_H

#include "lib/pool.h"
#include "server/model/sigma/correlation.h"
#include "server/model/sigma/event.h"

struct sigma_expression;    /* expression.h */
struct sigma_terms;         /* term.h */
struct sigma_index;         /* index.h: which rules a record can meet at all */
struct sigma_correlations;  /* correlation.c's */
struct sigma_hits_memory;   /* correlation.c's part of a scratch */
struct sigma_values_memory; /* field.h: the values of one record */
struct sigma_match_memory;  /* match.c's */

struct sigma_set {
	struct pool memory;
	struct sigma_rule *rules;
	size_t count;
	struct sigma_expression **expressions; /* of detections, by rule */
	sigma_events *events;                  /* that detections look at, by rule; 0 of correlations */
	sigma_events wanted;                   /* all of them together */
	struct sigma_event_names event_names;
	struct sigma_fields *fields;
	struct sigma_terms *terms;
	struct sigma_index *index;
	struct sigma_correlations *correlations;
	size_t *by_name; /* open addressing over ids and names: index + 1; 0: free */
	size_t by_name_room;
	size_t *by_number; /* the same over numbers, with as many places */
};

/* Fields and terms of a set that is all zero. On an error sigma_set_free() takes what there is. */
int sigma_set_init(struct sigma_set *set, struct err *why); /* ERR_NOMEM */

struct sigma_scratch {
	struct sigma_values_memory *values;
	struct sigma_match_memory *match;
	struct sigma_hits_memory *hits;
	struct sigma_values_memory *selection_values; /* of selections, which must not disturb the rest */
	struct sigma_match_memory *selection_match;
	uint64_t limits_hit;
};

/* Implemented in correlation.c. */
void sigma_correlations_free(struct sigma_correlations *c); /* NULL is allowed; what is in set->memory goes with it */
struct sigma_hits_memory *sigma_hits_memory_new(void);      /* NULL: no memory */
void sigma_hits_memory_free(struct sigma_hits_memory *m);   /* NULL is allowed */

/* ---------------------------------------------------------------------------------------------- values of a record */

enum sigma_value_kind {
	SIGMA_VALUE_NULL,    /* JSON null */
	SIGMA_VALUE_STRING,  /* decoded */
	SIGMA_VALUE_NUMBER,  /* text is as written: 443, 1.5e3 */
	SIGMA_VALUE_BOOLEAN, /* text is true or false */
	SIGMA_VALUE_OBJECT,  /* text is the JSON as written */
};
struct sigma_value {
	enum sigma_value_kind kind;
	struct slice text;
};
struct sigma_values {
	const struct sigma_value *items; /* a list gives each of its elements */
	size_t count;
	bool present; /* the field is there, be it null or an empty list */
};
/* A slot's values in the record that was last matched with this scratch; valid until the next match. Slots that a
 * correlation asked for with sigma_field_slot() are there for records that rules of that log source look at. */
struct sigma_values sigma_slot_values(const struct sigma_set *set, struct sigma_scratch *scratch,
				      const struct sigma_record *record, uint32_t slot);
/* Numbers, and texts that are one; false for others. Finite. */
bool sigma_value_number(const struct sigma_value *v, double *out);

#endif
