#include "server/model/sigma/modifier_list.h"

#define BIT SIGMA_MOD_BIT

static const char *const names[SIGMA_MODIFIERS] = {
	[SIGMA_MOD_CONTAINS] = "contains",
	[SIGMA_MOD_STARTSWITH] = "startswith",
	[SIGMA_MOD_ENDSWITH] = "endswith",
	[SIGMA_MOD_ALL] = "all",
	[SIGMA_MOD_EXISTS] = "exists",
	[SIGMA_MOD_CASED] = "cased",
	[SIGMA_MOD_NEQ] = "neq",
	[SIGMA_MOD_RE] = "re",
	[SIGMA_MOD_I] = "i",
	[SIGMA_MOD_M] = "m",
	[SIGMA_MOD_S] = "s",
	[SIGMA_MOD_CIDR] = "cidr",
	[SIGMA_MOD_LT] = "lt",
	[SIGMA_MOD_LTE] = "lte",
	[SIGMA_MOD_GT] = "gt",
	[SIGMA_MOD_GTE] = "gte",
	[SIGMA_MOD_BASE64] = "base64",
	[SIGMA_MOD_BASE64OFFSET] = "base64offset",
	[SIGMA_MOD_UTF16LE] = "utf16le",
	[SIGMA_MOD_WIDE] = "wide",
	[SIGMA_MOD_UTF16BE] = "utf16be",
	[SIGMA_MOD_UTF16] = "utf16",
	[SIGMA_MOD_WINDASH] = "windash",
	[SIGMA_MOD_FIELDREF] = "fieldref",
	[SIGMA_MOD_EXPAND] = "expand",
	[SIGMA_MOD_MINUTE] = "minute",
	[SIGMA_MOD_HOUR] = "hour",
	[SIGMA_MOD_DAY] = "day",
	[SIGMA_MOD_WEEK] = "week",
	[SIGMA_MOD_MONTH] = "month",
	[SIGMA_MOD_YEAR] = "year",
};

/* What may stand beside the modifiers that make the form. */
static const struct {
	unsigned makes; /* one of these */
	unsigned beside;
	enum sigma_value_form form;
} forms[] = {
	{ BIT(SIGMA_MOD_EXISTS), 0, SIGMA_FORM_EXISTS },
	{ BIT(SIGMA_MOD_RE),
	  BIT(SIGMA_MOD_I) | BIT(SIGMA_MOD_M) | BIT(SIGMA_MOD_S) | BIT(SIGMA_MOD_ALL) | BIT(SIGMA_MOD_NEQ),
	  SIGMA_FORM_REGEX },
	{ BIT(SIGMA_MOD_CIDR), BIT(SIGMA_MOD_ALL) | BIT(SIGMA_MOD_NEQ), SIGMA_FORM_NETWORK },
	{ BIT(SIGMA_MOD_FIELDREF), SIGMA_MODS_PLACE | BIT(SIGMA_MOD_ALL) | BIT(SIGMA_MOD_NEQ) | BIT(SIGMA_MOD_CASED),
	  SIGMA_FORM_FIELD },
	{ SIGMA_MODS_TIME, SIGMA_MODS_COMPARE | BIT(SIGMA_MOD_NEQ), SIGMA_FORM_NUMBER },
	{ SIGMA_MODS_COMPARE, BIT(SIGMA_MOD_ALL), SIGMA_FORM_NUMBER },
	{ 0,
	  SIGMA_MODS_PLACE | SIGMA_MODS_ENCODE | BIT(SIGMA_MOD_WINDASH) | BIT(SIGMA_MOD_ALL) | BIT(SIGMA_MOD_CASED) |
	      BIT(SIGMA_MOD_NEQ) | BIT(SIGMA_MOD_EXPAND),
	  SIGMA_FORM_TEXT },
};

static int add(struct sigma_modifier_list *l, struct slice name, struct err *why)
{
	size_t m = 0;

	while (m < SIGMA_MODIFIERS && !slice_is(name, names[m]))
		m++;
	if (m == SIGMA_MODIFIERS)
		return err_set(why, ERR_CONFIG, "there is no modifier %.*s", (int)(name.len < 80 ? name.len : 80),
			       (const char *)name.ptr);
	if (l->count == SIGMA_MODIFIERS_MAX)
		return err_set(why, ERR_CONFIG, "more than %d modifiers", SIGMA_MODIFIERS_MAX);
	if (l->bits & BIT(m))
		return err_set(why, ERR_CONFIG, "the modifier %s stands there twice", names[m]);
	l->bits |= BIT(m);
	l->order[l->count++] = (enum sigma_modifier)m;
	return 0;
}

static int check_form(struct sigma_modifier_list *l, struct err *why)
{
	size_t f = 0;

	while (forms[f].makes && !(l->bits & forms[f].makes))
		f++;
	l->form = forms[f].form;
	for (size_t i = 0; i < l->count; i++) {
		unsigned bit = BIT(l->order[i]);

		if (bit & (forms[f].makes | forms[f].beside))
			continue;
		if (forms[f].makes == 0)
			return err_set(why, ERR_CONFIG, "the modifier %s needs re in front of it", names[l->order[i]]);
		return err_set(why, ERR_CONFIG, "the modifier %s cannot stand beside the others of this field",
			       names[l->order[i]]);
	}
	return 0;
}

static bool at_most_one(unsigned bits)
{
	return (bits & (bits - 1)) == 0;
}

/* Modifiers work on a value in the order written. What an encoding is to encode must still be a text without wildcards,
 * and options belong to the expression in front of them. */
static int check_order(const struct sigma_modifier_list *l, struct err *why)
{
	const unsigned options = BIT(SIGMA_MOD_I) | BIT(SIGMA_MOD_M) | BIT(SIGMA_MOD_S);
	unsigned before = 0;

	for (size_t i = 0; i < l->count; i++) {
		enum sigma_modifier m = l->order[i];

		if ((BIT(m) & SIGMA_MODS_ENCODE) && (before & SIGMA_MODS_PLACE))
			return err_set(why, ERR_CONFIG, "%s must stand in front of contains, startswith, endswith",
				       names[m]);
		if (m == SIGMA_MOD_WINDASH && (before & SIGMA_MODS_ENCODE))
			return err_set(why, ERR_CONFIG, "windash must stand in front of what encodes the value");
		if (m == SIGMA_MOD_EXPAND && (before & (SIGMA_MODS_ENCODE | BIT(SIGMA_MOD_WINDASH))))
			return err_set(why, ERR_CONFIG,
				       "expand must stand in front of windash and of what encodes the value");
		if ((BIT(m) & options) && !(before & BIT(SIGMA_MOD_RE)))
			return err_set(why, ERR_CONFIG, "the modifier %s needs re in front of it", names[m]);
		before |= BIT(m);
	}
	return 0;
}

int sigma_modifiers_parse(struct slice key, struct sigma_modifier_list *out, struct err *why)
{
	size_t bar = slice_find(key, '|');

	*out = (struct sigma_modifier_list){ .field = slice_take(key, bar) };
	while (bar < key.len) {
		key = slice_skip(key, bar + 1);
		bar = slice_find(key, '|');
		if (add(out, slice_take(key, bar), why) != 0)
			return -1;
	}
	if (!at_most_one(out->bits & SIGMA_MODS_PLACE))
		return err_set(why, ERR_CONFIG, "only one of contains, startswith, endswith");
	if (!at_most_one(out->bits & SIGMA_MODS_COMPARE))
		return err_set(why, ERR_CONFIG, "only one of lt, lte, gt, gte");
	if (!at_most_one(out->bits & SIGMA_MODS_TIME))
		return err_set(why, ERR_CONFIG, "only one of minute, hour, day, week, month, year");
	if (sigma_has(out, SIGMA_MOD_NEQ) && sigma_has(out, SIGMA_MOD_ALL))
		return err_set(why, ERR_CONFIG,
			       "neq and all cannot stand together: neq differs from all values anyway");
	if (check_form(out, why) != 0)
		return -1;
	return check_order(out, why);
}
