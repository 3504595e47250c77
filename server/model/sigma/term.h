/* Terms: what a rule asks of one field. Equal terms of a set are one, so a record answers each only once. Internal to
 * this folder. A term holds when one of the field's values meets it; README.md says what meets what. */
#ifndef SERVER_MODEL_SIGMA_TERM_H
#define SERVER_MODEL_SIGMA_TERM_H

#include "server/model/networks.h"
#include "server/model/sigma/pattern.h"
#include "server/model/sigma/regex.h"
#include "server/model/sigma/values.h"

enum sigma_term_kind {
	SIGMA_TERM_EXISTS,  /* the field is there */
	SIGMA_TERM_NULL,    /* it is not, or null, or an empty list */
	SIGMA_TERM_TEXT,    /* pattern */
	SIGMA_TERM_REGEX,   /* regex */
	SIGMA_TERM_NETWORK, /* cidr */
	SIGMA_TERM_NUMBER,  /* lt, lte, gt, gte, and parts of a time */
	SIGMA_TERM_FIELD,   /* fieldref */
};

enum sigma_comparison { SIGMA_EQUAL, SIGMA_LESS, SIGMA_LESS_OR_EQUAL, SIGMA_GREATER, SIGMA_GREATER_OR_EQUAL };
enum sigma_time_part { SIGMA_NO_PART, SIGMA_MINUTE, SIGMA_HOUR, SIGMA_DAY, SIGMA_WEEK, SIGMA_MONTH, SIGMA_YEAR };

struct sigma_term {
	enum sigma_term_kind kind;
	uint32_t slot;
	bool cased;
	bool indexed; /* index.c looks it up whenever it looks up the slot */
	/* TEXT: folded unless cased. FIELD: what stands around the other field's value: no elements, or stars. */
	struct sigma_pattern pattern;
	struct slice regex_text; /* REGEX: with its flags in front */
	struct sigma_regex *regex;
	struct slice *literals; /* REGEX: one of these, folded, is in every text it matches; none: no such list */
	uint32_t literal_count;
	struct network network;
	enum sigma_comparison comparison;
	enum sigma_time_part part;
	double number;
	bool open_front, open_back; /* FIELD: endswith, startswith; both: contains */
	uint32_t other;             /* FIELD: the other slot */
};

enum { SIGMA_TERMS_MAX = 1000000 };
#define SIGMA_NO_TERM UINT32_MAX

struct sigma_terms {
	struct sigma_term *items;
	uint32_t count, room;
	uint32_t *table; /* by hash: index + 1 */
	uint32_t mask;
};

/* Index of the term, or of an equal one that is there. The set owns the term's regex from here on, also when there was
 * one or on failure; its texts stay the caller's. SIGMA_NO_TERM: no memory, or too many. */
uint32_t sigma_terms_add(struct sigma_terms *t, struct sigma_term *term);
void sigma_terms_release(struct sigma_terms *t);

/* Memory and counters for asking. */
struct sigma_asking {
	struct sigma_values_memory *values;
	struct sigma_regex_memory *regexes;
	int zone;          /* seconds east of UTC */
	uint64_t *limited; /* regular expressions that hit a limit */
	unsigned limits;   /* the same of this record */
};
bool sigma_term_holds(const struct sigma_term *t, struct sigma_asking *a);
/* Whether one value, `index` of the slot's, meets a TEXT or REGEX term. */
bool sigma_term_value_holds(const struct sigma_term *t, struct sigma_asking *a, size_t index);

#endif
