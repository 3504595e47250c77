/* The modifiers behind a field's name, read and checked against each other. Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_MODIFIER_LIST_H
#define SERVER_MODEL_SIGMA_MODIFIER_LIST_H

#include "lib/err.h"
#include "lib/slice.h"

enum sigma_modifier {
	SIGMA_MOD_CONTAINS,
	SIGMA_MOD_STARTSWITH,
	SIGMA_MOD_ENDSWITH,
	SIGMA_MOD_ALL,
	SIGMA_MOD_EXISTS,
	SIGMA_MOD_CASED,
	SIGMA_MOD_NEQ,
	SIGMA_MOD_RE,
	SIGMA_MOD_I,
	SIGMA_MOD_M,
	SIGMA_MOD_S,
	SIGMA_MOD_CIDR,
	SIGMA_MOD_LT,
	SIGMA_MOD_LTE,
	SIGMA_MOD_GT,
	SIGMA_MOD_GTE,
	SIGMA_MOD_BASE64,
	SIGMA_MOD_BASE64OFFSET,
	SIGMA_MOD_UTF16LE,
	SIGMA_MOD_WIDE,
	SIGMA_MOD_UTF16BE,
	SIGMA_MOD_UTF16,
	SIGMA_MOD_WINDASH,
	SIGMA_MOD_FIELDREF,
	SIGMA_MOD_EXPAND,
	SIGMA_MOD_MINUTE,
	SIGMA_MOD_HOUR,
	SIGMA_MOD_DAY,
	SIGMA_MOD_WEEK,
	SIGMA_MOD_MONTH,
	SIGMA_MOD_YEAR,
	SIGMA_MODIFIERS,
};
#define SIGMA_MOD_BIT(m) (1u << (m))
#define SIGMA_MODS_PLACE \
	(SIGMA_MOD_BIT(SIGMA_MOD_CONTAINS) | SIGMA_MOD_BIT(SIGMA_MOD_STARTSWITH) | SIGMA_MOD_BIT(SIGMA_MOD_ENDSWITH))
#define SIGMA_MODS_COMPARE                                                                          \
	(SIGMA_MOD_BIT(SIGMA_MOD_LT) | SIGMA_MOD_BIT(SIGMA_MOD_LTE) | SIGMA_MOD_BIT(SIGMA_MOD_GT) | \
	 SIGMA_MOD_BIT(SIGMA_MOD_GTE))
#define SIGMA_MODS_ENCODE                                                                                             \
	(SIGMA_MOD_BIT(SIGMA_MOD_BASE64) | SIGMA_MOD_BIT(SIGMA_MOD_BASE64OFFSET) | SIGMA_MOD_BIT(SIGMA_MOD_UTF16LE) | \
	 SIGMA_MOD_BIT(SIGMA_MOD_WIDE) | SIGMA_MOD_BIT(SIGMA_MOD_UTF16BE) | SIGMA_MOD_BIT(SIGMA_MOD_UTF16))
#define SIGMA_MODS_TIME                                                                                   \
	(SIGMA_MOD_BIT(SIGMA_MOD_MINUTE) | SIGMA_MOD_BIT(SIGMA_MOD_HOUR) | SIGMA_MOD_BIT(SIGMA_MOD_DAY) | \
	 SIGMA_MOD_BIT(SIGMA_MOD_WEEK) | SIGMA_MOD_BIT(SIGMA_MOD_MONTH) | SIGMA_MOD_BIT(SIGMA_MOD_YEAR))

enum { SIGMA_MODIFIERS_MAX = 12 };

/* What kind of value a member has, by its modifiers. */
enum sigma_value_form {
	SIGMA_FORM_TEXT,
	SIGMA_FORM_EXISTS,
	SIGMA_FORM_REGEX,
	SIGMA_FORM_NETWORK,
	SIGMA_FORM_NUMBER, /* lt, lte, gt, gte, parts of a time */
	SIGMA_FORM_FIELD,
};

struct sigma_modifier_list {
	struct slice field;
	unsigned bits;                                  /* SIGMA_MOD_BIT of each */
	enum sigma_modifier order[SIGMA_MODIFIERS_MAX]; /* as written */
	size_t count;
	enum sigma_value_form form;
};

/* "field|modifier|modifier". Points into the key. */
int sigma_modifiers_parse(struct slice key, struct sigma_modifier_list *out, struct err *why);

static inline bool sigma_has(const struct sigma_modifier_list *l, enum sigma_modifier m)
{
	return l->bits & SIGMA_MOD_BIT(m);
}

#endif
