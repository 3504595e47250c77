#include "server/model/sigma/modifier.h"

#include "server/model/sigma/encoding.h"
#include "server/model/sigma/expression.h"
#include "server/model/sigma/fold.h"
#include "server/model/sigma/mapping.h"
#include "server/model/sigma/number.h"
#include "server/model/sigma/placeholder.h"
#include "server/model/sigma/regex_literals.h"
#include "server/model/sigma/set.h"

enum { VALUES_MAX = 20000 };
/* What the placeholders of a whole set may become, each value with about what its term takes: a few lines of rules must
 * not fill the memory. */
enum { EXPANSION_BYTES_MAX = 64 << 20, EXPANSION_BYTES_EACH = 256 };

/* One member under construction. */
struct member {
	struct sigma_build *b;
	struct sigma_draft *blame;
	const struct sigma_source *source;
	struct sigma_modifier_list mods;
	const struct sigma_mapped_field *mapped; /* NULL: a keyword, or a field by its own name */
	uint32_t slot;
	int line; /* of the value at hand */
	bool keyword;
	bool expanded; /* some value had a placeholder */
};

static struct sigma_expression *fail(struct member *m, const char *text)
{
	sigma_problem(m->b, m->blame, m->line, "%s", text);
	return NULL;
}

static struct sigma_expression *fail_memory(struct member *m)
{
	sigma_no_memory(m->b);
	return NULL;
}

static struct pool *memory_of(struct member *m)
{
	return &m->b->set->memory;
}

static struct sigma_expression *combine(struct member *m, enum sigma_operation operation,
					struct sigma_expression **parts, size_t count)
{
	struct sigma_expression *e = sigma_expression_of(memory_of(m), operation, parts, count);

	return e ? e : fail_memory(m);
}

static struct sigma_expression *add_term(struct member *m, struct sigma_term *t)
{
	struct sigma_expression *e;
	uint32_t term;

	t->slot = m->slot;
	term = sigma_terms_add(m->b->set->terms, t);
	if (term == SIGMA_NO_TERM)
		return fail_memory(m);
	e = sigma_expression_term(memory_of(m), term);
	return e ? e : fail_memory(m);
}

/* ----------------------------------------------------------------------------------------------------------- texts */

static struct sigma_expression *text_term(struct member *m, struct sigma_pattern pattern)
{
	struct sigma_term t = { .kind = SIGMA_TERM_TEXT, .cased = sigma_has(&m->mods, SIGMA_MOD_CASED) };
	bool anywhere = m->keyword || sigma_has(&m->mods, SIGMA_MOD_CONTAINS);

	t.pattern = pattern;
	if (!sigma_pattern_open(memory_of(m), &t.pattern, anywhere || sigma_has(&m->mods, SIGMA_MOD_ENDSWITH),
				anywhere || sigma_has(&m->mods, SIGMA_MOD_STARTSWITH)))
		return fail_memory(m);
	if (!t.cased && !sigma_pattern_fold(memory_of(m), &t.pattern))
		return fail_memory(m);
	return add_term(m, &t);
}

static struct sigma_expression *plain_term(struct member *m, struct slice text)
{
	struct sigma_pattern p;

	return sigma_pattern_plain(memory_of(m), text, &p) ? text_term(m, p) : fail_memory(m);
}

static struct sigma_expression *any_of_texts(struct member *m, const struct slice *texts, size_t count)
{
	struct sigma_expression **parts = pool_take_array(&m->b->memory, count, sizeof(struct sigma_expression *));

	if (!parts)
		return fail_memory(m);
	for (size_t i = 0; i < count; i++) {
		parts[i] = plain_term(m, texts[i]);
		if (!parts[i])
			return NULL;
	}
	return combine(m, SIGMA_OR, parts, count);
}

/* What the mapping says for this value; NULL: nothing. Of whole values only. */
static const struct sigma_translation *translation_of(struct member *m, struct slice text)
{
	uint8_t *folded;

	if (!m->mapped || !m->mapped->translation_count || (m->mods.bits & (SIGMA_MODS_PLACE | SIGMA_MODS_ENCODE)))
		return NULL;
	folded = pool_take(&m->b->memory, text.len);
	if (!folded)
		return NULL;
	sigma_fold(text, folded);
	for (size_t i = 0; i < m->mapped->translation_count; i++)
		if (slice_equal(m->mapped->translations[i].value, slice_of(folded, text.len)))
			return &m->mapped->translations[i];
	return NULL;
}

static struct slice kept(struct member *m, const struct slice *text)
{
	return slice_of(pool_string(memory_of(m), *text), text->len);
}

static struct sigma_expression *translated(struct member *m, const struct sigma_translation *t)
{
	struct slice *texts = pool_take_array(&m->b->memory, t->count + 1, sizeof(*texts));
	struct sigma_expression *either[2];

	if (!texts)
		return fail_memory(m);
	for (size_t i = 0; i < t->count; i++) {
		texts[i] = kept(m, &t->sources[i]);
		if (!texts[i].ptr)
			return fail_memory(m);
	}
	if (!t->or_absent && t->count == 0)
		return fail(m, "the field mapping translates this value into nothing");
	if (!t->or_absent)
		return any_of_texts(m, texts, t->count);
	either[0] = add_term(m, &(struct sigma_term){ .kind = SIGMA_TERM_NULL });
	if (!either[0] || t->count == 0)
		return either[0];
	either[1] = any_of_texts(m, texts, t->count);
	return either[1] ? combine(m, SIGMA_OR, either, 2) : NULL;
}

static struct sigma_expression *encoded(struct member *m, const struct sigma_pattern *p)
{
	struct sigma_texts *texts = pool_take(&m->b->memory, sizeof(*texts));
	struct err why;

	if (!texts)
		return fail_memory(m);
	if (!sigma_pattern_text(p, &texts->items[0]))
		return fail(m, "a value that is encoded cannot have wildcards; write \\* or \\? for the characters");
	if (texts->items[0].len == 0)
		return fail(m, "an empty value cannot be encoded");
	texts->count = 1;
	for (size_t i = 0; i < m->mods.count; i++) {
		enum sigma_modifier mod = m->mods.order[i];

		if (!(SIGMA_MOD_BIT(mod) & SIGMA_MODS_ENCODE) && mod != SIGMA_MOD_WINDASH)
			continue;
		if (sigma_encode(memory_of(m), mod, texts, &why) != 0)
			return fail(m, why.text);
	}
	return any_of_texts(m, texts->items, texts->count);
}

static struct sigma_expression *string_value(struct member *m, struct slice text)
{
	const struct sigma_translation *t = translation_of(m, text);
	struct sigma_pattern p;

	if (t)
		return translated(m, t);
	if (text.len > SIGMA_PATTERN_TEXT_MAX)
		return fail(m, "the value is too long");
	if (m->keyword && text.len == 0)
		return fail(m, "an empty keyword is in every record");
	if (!sigma_pattern_parse(memory_of(m), text, &p))
		return fail_memory(m);
	if (m->mods.bits & SIGMA_MODS_ENCODE)
		return encoded(m, &p);
	if (sigma_has(&m->mods, SIGMA_MOD_WINDASH) && !sigma_pattern_windash(memory_of(m), &p))
		return fail_memory(m);
	return text_term(m, p);
}

/* Whole numbers and decimals; 0x1F is 31. Written with an exponent or zeros in front it is a text, because what looks
 * so in rules is hexadecimal without its sign, or an id. */
static bool is_number(const struct yaml_node *n, double *number)
{
	struct slice t = n->text;
	bool hexadecimal = slice_starts_with(t, "0x");
	size_t sign = t.len && t.ptr[0] == '-' ? 1 : 0;

	if (!hexadecimal && (slice_find(t, 'e') < t.len || slice_find(t, 'E') < t.len))
		return false;
	if (!hexadecimal && t.len > sign + 1 && t.ptr[sign] == '0' && t.ptr[sign + 1] != '.')
		return false;
	return yaml_node_number(n, number);
}

/* As it is compared and, when it is a decimal, as it is written: a version 1.10 may stand in a record as a text. */
static struct sigma_expression *number_value(struct member *m, const struct yaml_node *n, double number)
{
	char room[SIGMA_NUMBER_TEXT_SIZE];
	struct slice texts[2] = { n->text, n->text };
	const struct sigma_translation *t;

	if (m->mods.bits & SIGMA_MODS_ENCODE)
		return fail(m, "only texts can be encoded; put the number into quotes");
	if ((m->mods.bits & SIGMA_MODS_PLACE) || m->keyword || sigma_number_is_plain(n->text))
		texts[0] = n->text;
	else
		texts[0] = sigma_number_text(number, room);
	t = translation_of(m, texts[0]);
	if (t)
		return translated(m, t);
	if (slice_starts_with(n->text, "0x") || slice_equal(texts[0], texts[1]))
		return plain_term(m, texts[0]);
	return any_of_texts(m, texts, 2);
}

static struct sigma_expression *null_value(struct member *m)
{
	struct sigma_term t = { .kind = SIGMA_TERM_NULL };

	if (m->keyword)
		return fail(m, "a keyword cannot be null");
	if (m->mods.bits & ~SIGMA_MOD_BIT(SIGMA_MOD_NEQ))
		return fail(m, "null cannot have modifiers other than neq");
	return add_term(m, &t);
}

static struct sigma_expression *text_value(struct member *m, const struct yaml_node *n)
{
	double number;
	bool truth;

	if (yaml_node_is_null(n))
		return null_value(m);
	if (yaml_node_boolean(n, &truth)) {
		struct slice word = truth ? SLICE_LITERAL("true") : SLICE_LITERAL("false");
		const struct sigma_translation *t = translation_of(m, word);

		return t ? translated(m, t) : plain_term(m, word);
	}
	if (n->plain && is_number(n, &number))
		return number_value(m, n, number);
	return string_value(m, n->text);
}

/* ----------------------------------------------------------------------------------------------------- other forms */

static struct sigma_expression *exists_value(struct member *m, const struct yaml_node *n)
{
	struct sigma_term t = { .kind = SIGMA_TERM_EXISTS };
	struct sigma_expression *e;
	bool wanted;

	if (!yaml_node_boolean(n, &wanted))
		return fail(m, "exists takes true or false");
	e = add_term(m, &t);
	if (!e || wanted)
		return e;
	return combine(m, SIGMA_NOT, &e, 1);
}

/* False: no memory. */
static bool find_literals(struct member *m, struct slice text, struct sigma_regex_flags flags, struct sigma_term *t)
{
	struct pool work = { 0 };
	struct sigma_regex_literals *found = pool_take(&work, sizeof(*found));
	bool good = found && sigma_regex_literals_of(&work, text, flags, found);

	if (good && found->count) {
		t->literals = pool_take_array(memory_of(m), found->count, sizeof(*t->literals));
		good = t->literals != NULL;
		for (size_t i = 0; good && i < found->count; i++) {
			t->literals[i] = kept(m, &found->items[i]);
			good = t->literals[i].ptr != NULL;
		}
		t->literal_count = good ? (uint32_t)found->count : 0;
	}
	pool_release(&work);
	return good;
}

static struct sigma_expression *regex_value(struct member *m, const struct yaml_node *n)
{
	struct sigma_regex_flags flags = { .ignore_case = sigma_has(&m->mods, SIGMA_MOD_I),
					   .lines = sigma_has(&m->mods, SIGMA_MOD_M),
					   .dot_all = sigma_has(&m->mods, SIGMA_MOD_S) };
	struct sigma_term t = { .kind = SIGMA_TERM_REGEX };
	uint8_t *text;
	struct err why;

	if (yaml_node_is_null(n))
		return fail(m, "re takes a regular expression");
	if (sigma_regex_new(&t.regex, n->text, flags, &why) != 0)
		return fail(m, why.text);
	text = pool_take(memory_of(m), n->text.len + 1);
	if (!text || !find_literals(m, n->text, flags, &t)) {
		sigma_regex_free(t.regex);
		return fail_memory(m);
	}
	text[0] = (uint8_t)('0' + flags.ignore_case + 2 * flags.lines + 4 * flags.dot_all);
	memcpy(text + 1, n->text.ptr, n->text.len);
	t.regex_text = slice_of(text, n->text.len + 1);
	return add_term(m, &t);
}

static struct sigma_expression *network_value(struct member *m, const struct yaml_node *n)
{
	struct sigma_term t = { .kind = SIGMA_TERM_NETWORK };

	if (!network_parse(n->text, &t.network))
		return fail(m, "cidr takes a network: 10.0.0.0/8, 2001:db8::/32");
	return add_term(m, &t);
}

static enum sigma_time_part part_of(const struct sigma_modifier_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (SIGMA_MOD_BIT(l->order[i]) & SIGMA_MODS_TIME)
			return (enum sigma_time_part)(SIGMA_MINUTE + (l->order[i] - SIGMA_MOD_MINUTE));
	return SIGMA_NO_PART;
}

static enum sigma_comparison comparison_of(const struct sigma_modifier_list *l)
{
	if (sigma_has(l, SIGMA_MOD_LT))
		return SIGMA_LESS;
	if (sigma_has(l, SIGMA_MOD_LTE))
		return SIGMA_LESS_OR_EQUAL;
	if (sigma_has(l, SIGMA_MOD_GT))
		return SIGMA_GREATER;
	return sigma_has(l, SIGMA_MOD_GTE) ? SIGMA_GREATER_OR_EQUAL : SIGMA_EQUAL;
}

static bool is_in_part(enum sigma_time_part part, double number)
{
	static const struct {
		int least, most;
	} bounds[] = {
		[SIGMA_MINUTE] = { 0, 59 }, [SIGMA_HOUR] = { 0, 23 },  [SIGMA_DAY] = { 1, 31 },
		[SIGMA_WEEK] = { 1, 53 },   [SIGMA_MONTH] = { 1, 12 }, [SIGMA_YEAR] = { 1, 9999 },
	};

	return number >= bounds[part].least && number <= bounds[part].most && (double)(int)number == number;
}

static struct sigma_expression *compared_value(struct member *m, const struct yaml_node *n)
{
	struct sigma_term t = { .kind = SIGMA_TERM_NUMBER, .comparison = comparison_of(&m->mods) };

	t.part = part_of(&m->mods);
	/* A number in quotes is one here: nothing else could be meant. */
	if (!sigma_number_read(n->text, &t.number) && !yaml_node_number(n, &t.number))
		return fail(m, "lt, lte, gt, gte and parts of a time take a number");
	if (t.part != SIGMA_NO_PART && !is_in_part(t.part, t.number))
		return fail(m, "no time has this minute, hour, day, week, month or year");
	return add_term(m, &t);
}

static struct sigma_expression *field_value(struct member *m, const struct yaml_node *n)
{
	struct sigma_term t = { .kind = SIGMA_TERM_FIELD, .cased = sigma_has(&m->mods, SIGMA_MOD_CASED) };
	bool anywhere = sigma_has(&m->mods, SIGMA_MOD_CONTAINS);

	t.open_front = anywhere || sigma_has(&m->mods, SIGMA_MOD_ENDSWITH);
	t.open_back = anywhere || sigma_has(&m->mods, SIGMA_MOD_STARTSWITH);
	t.other = sigma_field_slot(m->b, m->source, n->text);
	if (t.other == SIGMA_NO_SLOT) {
		sigma_problem(m->b, m->blame, m->line, "fieldref: the field mapping knows no field %.100s here",
			      (const char *)n->text.ptr);
		return NULL;
	}
	return add_term(m, &t);
}

/* Texts that a value stands for are alternatives, also under `all`: that is about the values which the rule lists. */
static struct sigma_expression *expanded_value(struct member *m, const struct yaml_node *n)
{
	struct sigma_expansion expansion;
	struct sigma_expression **parts;
	struct err why;

	if (slice_find(n->text, '%') == n->text.len)
		return text_value(m, n);
	if (m->b->expansion_bytes > EXPANSION_BYTES_MAX)
		return fail(m, "the placeholders of all rules together stand for too many values");
	if (sigma_placeholder_expand(&m->b->memory, m->b->mapping->placeholders, n->text, &expansion, &why) != 0)
		return why.code == ERR_NOMEM ? fail_memory(m) : fail(m, why.text);
	m->expanded |= expansion.expanded;
	m->b->expansion_bytes += expansion.bytes + expansion.count * EXPANSION_BYTES_EACH;
	parts = pool_take_array(&m->b->memory, expansion.count, sizeof(struct sigma_expression *));
	if (!parts)
		return fail_memory(m);
	for (size_t i = 0; i < expansion.count; i++) {
		parts[i] = string_value(m, expansion.texts[i]);
		if (!parts[i])
			return NULL;
	}
	return combine(m, SIGMA_OR, parts, expansion.count);
}

static struct sigma_expression *value(struct member *m, const struct yaml_node *n)
{
	m->line = n->line;
	if (n->kind != YAML_TREE_SCALAR)
		return fail(m, "a value must be a text, a number, true, false or null");
	switch (m->mods.form) {
	case SIGMA_FORM_EXISTS:
		return exists_value(m, n);
	case SIGMA_FORM_REGEX:
		return regex_value(m, n);
	case SIGMA_FORM_NETWORK:
		return network_value(m, n);
	case SIGMA_FORM_NUMBER:
		return compared_value(m, n);
	case SIGMA_FORM_FIELD:
		return field_value(m, n);
	case SIGMA_FORM_TEXT:
		break;
	}
	return sigma_has(&m->mods, SIGMA_MOD_EXPAND) ? expanded_value(m, n) : text_value(m, n);
}

/* --------------------------------------------------------------------------------------------------------- members */

/* What is wrong with a list as such; NULL: nothing. */
static const char *list_fault(struct member *m, const struct yaml_node *n)
{
	if (n->count == 0)
		return "the list of values is empty";
	if (n->count > VALUES_MAX)
		return "the list of values is too long";
	if (n->count == 1 && sigma_has(&m->mods, SIGMA_MOD_ALL))
		return "all needs more than one value";
	if (m->mods.form == SIGMA_FORM_EXISTS)
		return "exists takes one value";
	for (const struct yaml_node *c = n->first; c && n->count > 1; c = c->next)
		if (yaml_node_is_null(c))
			return "null cannot stand in a list; give it a search identifier of its own";
	return NULL;
}

static struct sigma_expression *list(struct member *m, const struct yaml_node *n)
{
	const char *fault = list_fault(m, n);
	struct sigma_expression **parts;
	size_t count = 0;

	if (fault)
		return fail(m, fault);
	parts = pool_take_array(&m->b->memory, n->count, sizeof(struct sigma_expression *));
	if (!parts)
		return fail_memory(m);
	for (const struct yaml_node *c = n->first; c; c = c->next) {
		parts[count] = value(m, c);
		if (parts[count])
			count++;
	}
	if (count < n->count)
		return NULL;
	return combine(m, sigma_has(&m->mods, SIGMA_MOD_ALL) ? SIGMA_AND : SIGMA_OR, parts, count);
}

static struct sigma_expression *values(struct member *m, const struct yaml_node *n)
{
	struct sigma_expression *e;

	m->line = n->line;
	if (n->kind == YAML_TREE_MAPPING)
		return fail(m, "a field's value cannot be a mapping");
	if (n->kind == YAML_TREE_SCALAR && sigma_has(&m->mods, SIGMA_MOD_ALL))
		return fail(m, "all needs a list of more than one value");
	e = n->kind == YAML_TREE_SEQUENCE ? list(m, n) : value(m, n);
	if (e && sigma_has(&m->mods, SIGMA_MOD_EXPAND) && !m->expanded) {
		m->line = n->line;
		return fail(m, "expand, but there is no %placeholder% in its values");
	}
	if (!e || !sigma_has(&m->mods, SIGMA_MOD_NEQ))
		return e;
	return combine(m, SIGMA_NOT, &e, 1);
}

/* Where keywords are looked for. */
static uint32_t keyword_slot(struct member *m)
{
	static const struct slice raw = { (const uint8_t *)"raw", 3 };
	const struct sigma_source *s = m->source;

	return sigma_fields_slot(m->b->set->fields, s->keyword_count ? s->keywords : &raw,
				 s->keyword_count ? s->keyword_count : 1, s->events);
}

/* Finds the field; SIGMA_NO_SLOT afterwards: a problem was noted. */
static void begin(struct member *m)
{
	const unsigned allowed = SIGMA_MODS_ENCODE | SIGMA_MOD_BIT(SIGMA_MOD_CONTAINS) | SIGMA_MOD_BIT(SIGMA_MOD_ALL) |
				 SIGMA_MOD_BIT(SIGMA_MOD_CASED) | SIGMA_MOD_BIT(SIGMA_MOD_NEQ) |
				 SIGMA_MOD_BIT(SIGMA_MOD_WINDASH) | SIGMA_MOD_BIT(SIGMA_MOD_RE) |
				 SIGMA_MOD_BIT(SIGMA_MOD_I) | SIGMA_MOD_BIT(SIGMA_MOD_M) | SIGMA_MOD_BIT(SIGMA_MOD_S) |
				 SIGMA_MOD_BIT(SIGMA_MOD_EXPAND);

	m->slot = SIGMA_NO_SLOT;
	if (m->keyword && (m->mods.bits & ~allowed)) {
		fail(m, "this modifier needs a field in front of it");
		return;
	}
	if (m->keyword && m->source->alert_only) {
		fail(m, "there are no keywords here: name a field");
		return;
	}
	if (sigma_has(&m->mods, SIGMA_MOD_EXPAND) && (m->source->alert_only || !m->b->mapping)) {
		fail(m, "expand: there are no placeholders here; write the values");
		return;
	}
	m->mapped = m->keyword ? NULL : sigma_source_mapped(m->source, m->mods.field);
	m->slot = m->keyword ? keyword_slot(m) : sigma_field_slot(m->b, m->source, m->mods.field);
	if (m->slot == SIGMA_NO_SLOT)
		sigma_problem(m->b, m->blame, m->line, "the field mapping knows no field %.*s for this log source",
			      (int)(m->mods.field.len < 100 ? m->mods.field.len : 100),
			      (const char *)m->mods.field.ptr);
}

struct sigma_expression *sigma_member_parse(struct sigma_build *b, struct sigma_draft *blame,
					    const struct sigma_source *source, const struct yaml_node *member)
{
	struct member m = { .b = b, .blame = blame, .source = source, .line = member->key_line };
	struct err why;

	if (sigma_modifiers_parse(member->key, &m.mods, &why) != 0) {
		sigma_problem(b, blame, m.line, "%.*s: %s", (int)(member->key.len < 100 ? member->key.len : 100),
			      (const char *)member->key.ptr, why.text);
		return NULL;
	}
	m.keyword = m.mods.field.len == 0;
	begin(&m);
	return m.slot == SIGMA_NO_SLOT ? NULL : values(&m, member);
}

struct sigma_expression *sigma_keyword_parse(struct sigma_build *b, struct sigma_draft *blame,
					     const struct sigma_source *source, const struct yaml_node *text)
{
	struct member m = { .b = b, .blame = blame, .source = source, .line = text->line, .keyword = true };

	begin(&m);
	return m.slot == SIGMA_NO_SLOT ? NULL : value(&m, text);
}
