/* The compiled matcher against a naive one, over random rules and records.
 *
 * The naive one is written differently on purpose: it walks jansson's tree, works on code points, tries wildcards by
 * recursion and knows no index; it shares no code with the model. Rules are made as structures, which it evaluates, and
 * are written as YAML for the other. */
#include "tests/unit/sigma_meets.h"

#include <jansson.h>
#include <regex.h>

static uint64_t state;

static unsigned pick(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % (below ? below : 1);
}

/* ------------------------------------------------------------------------------------------------------ code points */

enum { POINTS_MAX = 512 };
struct points {
	uint32_t at[POINTS_MAX];
	size_t count;
};

static void decode(const char *text, struct points *out)
{
	const unsigned char *p = (const unsigned char *)text;

	out->count = 0;
	while (*p && out->count < POINTS_MAX) {
		int more = *p < 0x80 ? 0 : *p < 0xE0 ? 1 : *p < 0xF0 ? 2 : 3;
		uint32_t c = more == 0 ? *p : *p & (0x3Fu >> more);

		for (p++; more > 0; more--, p++)
			c = c << 6 | (*p & 0x3F);
		out->at[out->count++] = c;
	}
}

static uint32_t small(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 'a';
	if (c == 0xC9) /* E with acute */
		return 0xE9;
	return c == 0x416 ? 0x436 : c; /* Cyrillic Zhe */
}

static bool is_dash(uint32_t c)
{
	return c == '-' || c == '/' || (c >= 0x2013 && c <= 0x2015);
}

struct style {
	bool cased, windash, open_end;
};

static bool same(uint32_t a, uint32_t b, struct style s)
{
	if (s.windash && is_dash(a))
		return is_dash(b);
	return s.cased ? a == b : small(a) == small(b);
}

/* Pattern from p on against text from t on. */
static bool like(const struct points *pattern, size_t p, const struct points *text, size_t t, struct style s)
{
	uint32_t c;

	if (p == pattern->count)
		return s.open_end || t == text->count;
	c = pattern->at[p];
	if (c == '*') {
		for (size_t k = t; k <= text->count; k++)
			if (like(pattern, p + 1, text, k, s))
				return true;
		return false;
	}
	if (t == text->count)
		return false;
	if (c == '?')
		return like(pattern, p + 1, text, t + 1, s);
	if (c == '\\' && p + 1 < pattern->count && strchr("*?\\", (int)pattern->at[p + 1]) && pattern->at[p + 1]) {
		c = pattern->at[p + 1];
		p++;
	}
	return same(c, text->at[t], s) && like(pattern, p + 1, text, t + 1, s);
}

/* ------------------------------------------------------------------------------------------------------------ rules */

enum kind { TEXT, NUMBER, NOTHING, EXISTS, MISSING, REGEX, LESS, AT_LEAST, OTHER_FIELD, KINDS };
enum place { WHOLE, CONTAINS, STARTS, ENDS };
enum { VALUES = 3, ITEMS = 3, SEARCHES = 4, RULES = 30, RECORDS = 40 };

static const char *const fields[] = { "f", "g", "h.k" };

struct item {
	const char *field, *other;
	enum kind kind;
	enum place place;
	struct style style;
	bool all, neq;
	unsigned expand; /* so many of %pair% stand in front of each value */
	char values[VALUES][24];
	size_t count;
};
struct search {
	bool keywords, list; /* list: maps joined by or */
	struct item items[ITEMS];
	size_t count;
};
struct node {
	char operation; /* 's' search, '!' not, '&', '|' */
	size_t search;
	int left, right;
};
struct rule {
	struct search searches[SEARCHES];
	size_t count;
	struct node nodes[64];
	int node_count, root;
};

static const char *const pieces[] = { "a",        "b",        "A",        "B",        "ab",           "bA", "c",
				      "*",        "?",        "\\",       "\\*",      "\\\\",         "-",  "/",
				      "\xC3\xA9", "\xC3\x89", "\xD0\xB6", "\xD0\x96", "\xE2\x80\x93", "1",  "abc" };
static const char *const expressions[] = { "a",        "^a",          "b$",          "^[ab]+$",    "a|c",
					   "(ab)+",    "a{2,3}",      "[^a]b",       "^$",         "abc?",
					   "(ab|c)*b", "ab+c|b[ac]a", "(a|b(c|a))b", "a(bc){0,2}", "x|ab|c1" };
static const char *const numbers[] = { "1", "2", "10", "1.5", "-1", "0" };

static void make_text(char out[24], bool wildcards)
{
	unsigned n = pick(5);

	out[0] = '\0';
	while (n-- > 0) {
		const char *piece = pieces[pick(ARRAY_LEN(pieces))];
		size_t len = strlen(out);

		if (!wildcards && strpbrk(piece, "*?\\"))
			continue;
		if (len + strlen(piece) < 20)
			memcpy(out + len, piece, strlen(piece) + 1);
	}
}

static void make_value(struct item *i, char out[24])
{
	if (i->kind == REGEX)
		snprintf(out, 24, "%s", expressions[pick(ARRAY_LEN(expressions))]);
	else if (i->kind == NUMBER || i->kind == LESS || i->kind == AT_LEAST)
		snprintf(out, 24, "%s", numbers[pick(ARRAY_LEN(numbers))]);
	else
		make_text(out, true);
}

static void make_item(struct item *i)
{
	*i = (struct item){ .field = fields[pick(3)], .other = fields[pick(3)] };
	i->kind = pick(2) ? TEXT : (enum kind)pick(KINDS);
	i->neq = i->kind != EXISTS && i->kind != MISSING && i->kind != LESS && i->kind != AT_LEAST && pick(6) == 0;
	if (i->kind == TEXT) {
		i->place = (enum place)pick(4);
		i->style.cased = pick(4) == 0;
		i->style.windash = pick(6) == 0;
		i->expand = pick(6) ? 0 : 1 + pick(2);
	}
	i->count = i->kind == NOTHING || i->kind == EXISTS || i->kind == MISSING || i->kind == OTHER_FIELD
		       ? 1
		       : 1 + pick(VALUES);
	i->all = i->count > 1 && !i->neq && pick(3) == 0;
	for (size_t v = 0; v < i->count; v++)
		make_value(i, i->values[v]);
}

static void make_search(struct search *s)
{
	s->keywords = pick(8) == 0;
	s->list = pick(3) == 0;
	s->count = 1 + pick(ITEMS);
	for (size_t i = 0; i < s->count; i++) {
		make_item(&s->items[i]);
		if (s->keywords)
			snprintf(s->items[i].values[0], 24, "%s", pick(2) ? "ab" : "A*c");
	}
}

static int make_node(struct rule *r, int depth)
{
	int at = r->node_count++;
	struct node n = { .operation = 's', .search = pick((unsigned)r->count) };

	if (depth > 0 && pick(3)) {
		n.operation = "!&|"[pick(3)];
		n.left = make_node(r, depth - 1);
		if (n.operation != '!')
			n.right = make_node(r, depth - 1);
	}
	r->nodes[at] = n;
	return at;
}

static void make_rule(struct rule *r)
{
	*r = (struct rule){ .count = 1 + pick(SEARCHES) };
	for (size_t s = 0; s < r->count; s++)
		make_search(&r->searches[s]);
	r->root = make_node(r, 3);
}

/* ---------------------------------------------------------------------------------------------------------- writing */

static void write_quoted(struct buffer *b, const char *text)
{
	buffer_put_byte(b, '\'');
	buffer_put_string(b, text); /* no piece has a quote */
	buffer_put_byte(b, '\'');
}

static void write_value(struct buffer *b, const struct item *i, size_t v)
{
	if (i->kind == NOTHING)
		buffer_put_string(b, "null");
	else if (i->kind == EXISTS || i->kind == MISSING)
		buffer_put_string(b, i->kind == EXISTS ? "true" : "false");
	else if (i->kind == OTHER_FIELD)
		buffer_put_string(b, i->other);
	else if (i->expand)
		buffer_printf(b, "'%s%s'", i->expand == 2 ? "%pair%%pair%" : "%pair%", i->values[v]);
	else if (i->kind == TEXT || i->kind == REGEX)
		write_quoted(b, i->values[v]);
	else
		buffer_put_string(b, i->values[v]);
}

static void write_item(struct buffer *b, const struct item *i)
{
	static const char *const places[] = { "", "|contains", "|startswith", "|endswith" };
	static const char *const kinds[KINDS] = { "", "", "", "|exists", "|exists", "|re", "|lt", "|gte", "|fieldref" };

	buffer_printf(b, "'%s%s%s%s%s%s%s%s': ", i->field, i->expand ? "|expand" : "",
		      i->style.windash ? "|windash" : "", kinds[i->kind], places[i->place],
		      i->style.cased ? "|cased" : "", i->all ? "|all" : "", i->neq ? "|neq" : "");
	if (i->count > 1)
		buffer_put_string(b, "[");
	for (size_t v = 0; v < i->count; v++) {
		buffer_put_string(b, v ? ", " : "");
		write_value(b, i, v);
	}
	if (i->count > 1)
		buffer_put_string(b, "]");
}

static void write_search(struct buffer *b, const struct search *s, size_t number)
{
	buffer_printf(b, "  s%zu:\n", number);
	for (size_t i = 0; i < s->count; i++) {
		buffer_put_string(b, s->keywords || s->list ? "    - " : "    ");
		if (s->keywords)
			write_quoted(b, s->items[i].values[0]);
		else
			write_item(b, &s->items[i]);
		buffer_put_string(b, "\n");
	}
}

static void write_node(struct buffer *b, const struct rule *r, int at)
{
	const struct node *n = &r->nodes[at];

	if (n->operation == 's') {
		buffer_printf(b, "s%zu", n->search);
		return;
	}
	buffer_put_string(b, n->operation == '!' ? "not (" : "(");
	write_node(b, r, n->left);
	if (n->operation != '!') {
		buffer_put_string(b, n->operation == '&' ? ") and (" : ") or (");
		write_node(b, r, n->right);
	}
	buffer_put_string(b, ")");
}

/* A condition must use all searches; those it does not are joined by what never changes its value. */
static void write_rule(struct buffer *b, const struct rule *r, size_t number)
{
	buffer_printf(b, "---\ntitle: rule %zu\nlogsource: {category: test}\ndetection:\n", number);
	for (size_t s = 0; s < r->count; s++)
		write_search(b, &r->searches[s], s);
	buffer_put_string(b, "  condition: (");
	write_node(b, r, r->root);
	buffer_put_string(b, ")");
	for (size_t s = 0; s < r->count; s++)
		buffer_printf(b, " and (s%zu or not s%zu)", s, s);
	buffer_put_string(b, "\n");
}

/* A map must not name one key twice. */
static bool has_doubles(const struct rule *r)
{
	for (size_t s = 0; s < r->count; s++)
		for (size_t i = 0; i < r->searches[s].count; i++)
			for (size_t k = 0; k < i; k++)
				if (!r->searches[s].list && !r->searches[s].keywords &&
				    r->searches[s].items[i].field == r->searches[s].items[k].field)
					return true;
	return false;
}

/* ------------------------------------------------------------------------------------------------------ naive matching
 */

static const json_t *gathered[64];
static size_t gathered_count;
static bool gathered_present;

static void gather(const json_t *value, const char *path)
{
	size_t len = path ? strcspn(path, ".") : 0;
	const json_t *item;
	size_t i;

	if (json_is_array(value)) {
		if (!path)
			gathered_present = true;
		json_array_foreach(value, i, item) gather(item, path);
	} else if (!path) {
		gathered_present = true;
		gathered[gathered_count++] = value;
	} else if (json_is_object(value)) {
		char name[8];

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		item = json_object_get(value, name);
		if (item)
			gather(item, path[len] ? path + len + 1 : NULL);
	}
}

static void text_of(const json_t *v, char out[POINTS_MAX])
{
	if (json_is_string(v))
		snprintf(out, POINTS_MAX, "%s", json_string_value(v));
	else if (json_is_boolean(v))
		snprintf(out, POINTS_MAX, "%s", json_is_true(v) ? "true" : "false");
	else if (json_is_integer(v))
		snprintf(out, POINTS_MAX, "%lld", (long long)json_integer_value(v));
	else
		snprintf(out, POINTS_MAX, "%g", json_real_value(v));
}

static bool number_of(const json_t *v, double *out)
{
	char *end;

	if (json_is_number(v)) {
		*out = json_number_value(v);
		return true;
	}
	if (!json_is_string(v) || !*json_string_value(v) || !strchr("-0123456789", *json_string_value(v)))
		return false;
	*out = strtod(json_string_value(v), &end);
	return !*end;
}

static bool regex_finds(const char *expression, const char *text)
{
	regex_t r;
	bool found;

	ck_assert_int_eq(regcomp(&r, expression, REG_EXTENDED | REG_NOSUB), 0);
	found = regexec(&r, text, 0, NULL, 0) == 0;
	regfree(&r);
	return found;
}

static bool text_meets(const struct item *i, const char *value, const char *text)
{
	struct points pattern, points;
	struct style style = i->style;
	bool anywhere = i->place == CONTAINS || i->place == ENDS;

	style.open_end = i->place == CONTAINS || i->place == STARTS;
	decode(value, &pattern);
	decode(text, &points);
	for (size_t from = 0; from <= (anywhere ? points.count : 0); from++)
		if (like(&pattern, 0, &points, from, style))
			return true;
	return false;
}

static bool value_meets(const struct item *i, const char *value, const json_t *v)
{
	char text[POINTS_MAX];
	double number;

	if (json_is_null(v))
		return i->kind == NOTHING;
	if (i->kind == LESS || i->kind == AT_LEAST) {
		double bound = strtod(value, NULL);

		return number_of(v, &number) && (i->kind == LESS ? number < bound : number >= bound);
	}
	text_of(v, text);
	if (i->kind == REGEX)
		return regex_finds(value, text);
	if (i->kind == NUMBER)
		return strcmp(text, value) == 0;
	return i->kind == TEXT && text_meets(i, value, text);
}

static bool fields_meet(const struct item *i, const json_t *record)
{
	const json_t *left[64];
	size_t left_count;

	memcpy(left, gathered, sizeof(left));
	left_count = gathered_count;
	gathered_count = 0;
	gather(record, i->other);
	for (size_t a = 0; a < left_count; a++) {
		for (size_t b = 0; b < gathered_count; b++) {
			char x[POINTS_MAX], y[POINTS_MAX];
			struct points xs, ys;
			size_t k = 0;

			if (json_is_null(left[a]) || json_is_null(gathered[b]))
				continue;
			text_of(left[a], x);
			text_of(gathered[b], y);
			decode(x, &xs);
			decode(y, &ys);
			while (k < xs.count && k < ys.count && small(xs.at[k]) == small(ys.at[k]))
				k++;
			if (k == xs.count && k == ys.count)
				return true;
		}
	}
	return false;
}

/* What is in front of a value is put there letter by letter: %pair% is a or B*, as sigma_meets.h has it. */
static bool expanded_meets(const struct item *i, const char *value, unsigned more, const json_t *v)
{
	char longer[32];

	if (more == 0)
		return value_meets(i, value, v);
	snprintf(longer, sizeof(longer), "a%s", value);
	if (expanded_meets(i, longer, more - 1, v))
		return true;
	snprintf(longer, sizeof(longer), "B*%s", value);
	return expanded_meets(i, longer, more - 1, v);
}

static bool any_value_meets(const struct item *i, size_t v)
{
	for (size_t k = 0; k < gathered_count; k++)
		if (expanded_meets(i, i->values[v], i->expand, gathered[k]))
			return true;
	return i->kind == NOTHING && gathered_count == 0;
}

static bool item_meets(const struct item *i, const json_t *record)
{
	bool met = i->all;

	gathered_count = 0;
	gathered_present = false;
	gather(record, i->field);
	if (i->kind == EXISTS || i->kind == MISSING)
		return gathered_present == (i->kind == EXISTS);
	if (i->kind == OTHER_FIELD)
		return fields_meet(i, record) != i->neq;
	for (size_t v = 0; v < i->count; v++) {
		if (any_value_meets(i, v) && !i->all)
			met = true;
		if (!any_value_meets(i, v) && i->all)
			met = false;
	}
	return met != i->neq;
}

static bool search_meets(const struct search *s, const json_t *record, const char *raw)
{
	for (size_t i = 0; i < s->count; i++) {
		struct item keyword = { .place = CONTAINS };
		bool met =
		    s->keywords ? text_meets(&keyword, s->items[i].values[0], raw) : item_meets(&s->items[i], record);

		if (met == (s->keywords || s->list))
			return met;
	}
	return !(s->keywords || s->list);
}

static bool node_meets(const struct rule *r, int at, const json_t *record, const char *raw)
{
	const struct node *n = &r->nodes[at];

	switch (n->operation) {
	case 's':
		return search_meets(&r->searches[n->search], record, raw);
	case '!':
		return !node_meets(r, n->left, record, raw);
	case '&':
		return node_meets(r, n->left, record, raw) && node_meets(r, n->right, record, raw);
	default:
		return node_meets(r, n->left, record, raw) || node_meets(r, n->right, record, raw);
	}
}

/* ---------------------------------------------------------------------------------------------------------- records */

static json_t *make_scalar(void)
{
	char text[24];

	switch (pick(8)) {
	case 0:
		return json_null();
	case 1:
		return pick(2) ? json_true() : json_false();
	case 2:
		return json_integer((json_int_t)pick(12) - 1);
	case 3:
		return json_real(1.5);
	case 4:
		return json_string(numbers[pick(ARRAY_LEN(numbers))]);
	default:
		make_text(text, true);
		return json_string(text);
	}
}

static json_t *make_list(void)
{
	json_t *list = json_array();

	for (unsigned n = pick(4); n > 0; n--)
		json_array_append_new(list, make_scalar());
	return list;
}

static json_t *make_field(void)
{
	return pick(4) ? make_scalar() : make_list();
}

static json_t *make_inner(void)
{
	json_t *inner = json_object();

	if (pick(4))
		json_object_set_new(inner, "k", make_field());
	return inner;
}

static json_t *make_record(void)
{
	json_t *record = json_object();

	for (size_t i = 0; i < 2; i++)
		if (pick(5))
			json_object_set_new(record, fields[i], make_field());
	if (pick(4) == 0) {
		json_t *list = json_array();

		for (unsigned n = pick(4); n > 0; n--)
			json_array_append_new(list, make_inner());
		json_object_set_new(record, "h", list);
	} else if (pick(4)) {
		json_object_set_new(record, "h", make_inner());
	}
	return record;
}

static void tell(const struct rule *r, size_t number, bool matched, const char *record)
{
	struct buffer b = { 0 };

	write_rule(&b, r, number);
	ck_abort_msg("%s by the compiled matcher:\n%s\n%s", matched ? "met" : "not met", record, buffer_string(&b));
}

/* What keywords are looked for in: the record's text as people would write it, without escapes. */
static char *plain_text(const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT), *to = text;

	for (const char *from = text; *from; from++) {
		if (from[0] == '\\' && from[1] == '\\')
			from++;
		*to++ = *from;
	}
	*to = '\0';
	return text;
}

static void compare(const struct rule *rules, const struct sigma_set *set, struct sigma_scratch *scratch)
{
	json_t *json = make_record();
	char *text = json_dumps(json, JSON_COMPACT | (pick(3) ? 0 : JSON_ENSURE_ASCII)), *raw = plain_text(json);
	struct json_token tokens[256];
	struct json_reader reader = { .tokens = tokens, .capacity = ARRAY_LEN(tokens) };
	struct sigma_record record = { .event = SLICE_LITERAL("eve.test"), .json = &reader };
	struct sigma_matches matches;
	size_t m = 0;

	record.body = slice_of_string(text);
	ck_assert_int_eq(json_read(&reader, record.body), JSON_OK);
	sigma_match(set, scratch, &record, &matches);
	for (size_t i = 0; i < RULES; i++) {
		char title[16];
		size_t index;
		bool matched;

		snprintf(title, sizeof(title), "rule %zu", i);
		index = sigma_set_find(set, slice_of_string(title));
		matched = m < matches.count && matches.rules[m] == index;
		m += matched;
		if (matched != node_meets(&rules[i], rules[i].root, json, raw))
			tell(&rules[i], i, matched, text);
	}
	ck_assert_uint_eq(m, matches.count);
	free(text);
	free(raw);
	json_decref(json);
}

static void one_set(struct sigma_scratch *scratch)
{
	static struct rule rules[RULES];
	struct sigma_problems problems = { 0 };
	struct buffer yaml = { 0 };
	struct sigma_set *set;
	struct err why;

	for (size_t i = 0; i < RULES; i++) {
		do
			make_rule(&rules[i]);
		while (has_doubles(&rules[i]));
		write_rule(&yaml, &rules[i], i);
	}
	ck_assert_msg(meets_build(&set, buffer_string(&yaml), &problems, &why) == 0, "%s\n%s", why.text,
		      buffer_string(&yaml));
	for (size_t i = 0; i < RECORDS; i++)
		compare(rules, set, scratch);
	sigma_set_free(set);
	buffer_release(&yaml);
}

START_TEST(agrees_with_the_naive_matcher)
{
	const char *seed = getenv("SIGMA_SEED");
	struct sigma_scratch *scratch = sigma_scratch_new();

	for (uint64_t round = 0; round < 400; round++) {
		state = 0x9E3779B97F4A7C15u * (round + 1 + (seed ? strtoull(seed, NULL, 10) : 0));
		one_set(scratch);
	}
	sigma_scratch_free(scratch);
}
END_TEST

SUITE_MAIN("sigma property", agrees_with_the_naive_matcher)
