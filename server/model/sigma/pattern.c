#include "server/model/sigma/pattern.h"

#include "server/model/sigma/fold.h"

/* ------------------------------------------------------------------------------------------------------- reading */

/* Elements are gathered here; a pattern never has more than its text has bytes. */
struct gathering {
	struct pool *memory;
	struct sigma_element *elements;
	size_t count;
	uint8_t *bytes; /* of the literal at hand */
	size_t len;
};

static bool gather_begin(struct gathering *g, struct pool *memory, size_t most)
{
	*g = (struct gathering){ .memory = memory };
	g->elements = pool_take_array(memory, most ? most : 1, sizeof(*g->elements));
	g->bytes = pool_take(memory, most ? most : 1);
	return g->elements && g->bytes;
}

static void end_literal(struct gathering *g)
{
	if (!g->len)
		return;
	g->elements[g->count++] = (struct sigma_element){ SIGMA_LITERAL, slice_of(g->bytes, g->len) };
	g->bytes += g->len;
	g->len = 0;
}

static void add_byte(struct gathering *g, uint8_t c)
{
	g->bytes[g->len++] = c;
}

static void add_special(struct gathering *g, enum sigma_element_kind kind)
{
	end_literal(g);
	if (kind == SIGMA_STAR && g->count && g->elements[g->count - 1].kind == SIGMA_STAR)
		return;
	g->elements[g->count++].kind = kind;
}

static void finish(struct gathering *g, struct sigma_pattern *out)
{
	end_literal(g);
	*out = (struct sigma_pattern){ g->elements, g->count };
}

bool sigma_pattern_parse(struct pool *memory, struct slice text, struct sigma_pattern *out)
{
	struct gathering g;

	if (!gather_begin(&g, memory, text.len))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];
		uint8_t next = i + 1 < text.len ? text.ptr[i + 1] : 0;

		if (c == '\\' && (next == '*' || next == '?' || next == '\\')) {
			add_byte(&g, next);
			i++;
		} else if (c == '*') {
			add_special(&g, SIGMA_STAR);
		} else if (c == '?') {
			add_special(&g, SIGMA_ANY);
		} else {
			add_byte(&g, c);
		}
	}
	finish(&g, out);
	return true;
}

bool sigma_pattern_plain(struct pool *memory, struct slice text, struct sigma_pattern *out)
{
	struct gathering g;

	if (!gather_begin(&g, memory, text.len))
		return false;
	for (size_t i = 0; i < text.len; i++)
		add_byte(&g, text.ptr[i]);
	finish(&g, out);
	return true;
}

/* ------------------------------------------------------------------------------------------------------ changing */

bool sigma_pattern_open(struct pool *memory, struct sigma_pattern *p, bool front, bool back)
{
	struct sigma_element *e = pool_take_array(memory, p->count + 2, sizeof(*e));
	size_t n = 0;

	if (!e)
		return false;
	if (front && !(p->count && p->elements[0].kind == SIGMA_STAR))
		e[n++].kind = SIGMA_STAR;
	for (size_t i = 0; i < p->count; i++)
		e[n++] = p->elements[i];
	if (back && !(n && e[n - 1].kind == SIGMA_STAR))
		e[n++].kind = SIGMA_STAR;
	*p = (struct sigma_pattern){ e, n };
	return true;
}

/* Length of the dash at the beginning; 0: none. */
static size_t dash_length(struct slice text)
{
	if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '/'))
		return 1;
	if (text.len >= 3 && text.ptr[0] == 0xE2 && text.ptr[1] == 0x80 && text.ptr[2] >= 0x93 && text.ptr[2] <= 0x95)
		return 3;
	return 0;
}

static size_t literal_bytes(const struct sigma_pattern *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->count; i++)
		n += p->elements[i].text.len + 1;
	return n;
}

bool sigma_pattern_windash(struct pool *memory, struct sigma_pattern *p)
{
	struct gathering g;

	if (!gather_begin(&g, memory, literal_bytes(p)))
		return false;
	for (size_t i = 0; i < p->count; i++) {
		struct slice rest = p->elements[i].text;

		if (p->elements[i].kind != SIGMA_LITERAL)
			add_special(&g, p->elements[i].kind);
		while (rest.len) {
			size_t dash = dash_length(rest);

			if (dash)
				add_special(&g, SIGMA_DASH);
			else
				add_byte(&g, rest.ptr[0]);
			rest = slice_skip(rest, dash ? dash : 1);
		}
	}
	finish(&g, p);
	return true;
}

bool sigma_pattern_fold(struct pool *memory, struct sigma_pattern *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct sigma_element *e = &p->elements[i];
		uint8_t *folded;

		if (e->kind != SIGMA_LITERAL)
			continue;
		folded = pool_take(memory, e->text.len);
		if (!folded)
			return false;
		sigma_fold(e->text, folded);
		e->text.ptr = folded;
	}
	return true;
}

bool sigma_pattern_text(const struct sigma_pattern *p, struct slice *out)
{
	*out = SLICE_LITERAL("");
	if (p->count == 1 && p->elements[0].kind == SIGMA_LITERAL)
		*out = p->elements[0].text;
	return p->count == 0 || out->len > 0;
}

/* ------------------------------------------------------------------------------------------------------ matching */

/* Between two stars, or a star and an end of the pattern. */
struct run {
	const struct sigma_element *elements;
	size_t count;
};

/* Whether the run stands at the beginning of the text; *used: its length there. */
static bool run_at(struct run r, struct slice text, size_t *used)
{
	struct slice rest = text;

	for (size_t i = 0; i < r.count; i++) {
		const struct sigma_element *e = &r.elements[i];
		size_t n;

		if (e->kind == SIGMA_LITERAL)
			n = slice_equal(slice_take(rest, e->text.len), e->text) ? e->text.len : 0;
		else if (e->kind == SIGMA_DASH)
			n = dash_length(rest);
		else
			n = rest.len ? sigma_character_length(rest) : 0;
		if (n == 0)
			return false;
		rest = slice_skip(rest, n);
	}
	*used = text.len - rest.len;
	return true;
}

/* The first place where the run stands; text.len + 1: none. */
static size_t run_find(struct run r, struct slice text, size_t *used)
{
	const struct slice *literal = r.elements[0].kind == SIGMA_LITERAL ? &r.elements[0].text : NULL;

	for (size_t at = 0; at <= text.len; at++) {
		struct slice rest = slice_skip(text, at);

		if (literal) {
			const uint8_t *p = rest.len ? memmem(rest.ptr, rest.len, literal->ptr, literal->len) : NULL;

			if (!p)
				break;
			at = (size_t)(p - text.ptr);
			rest = slice_skip(text, at);
		}
		if (run_at(r, rest, used))
			return at;
	}
	return text.len + 1;
}

/* Whether the run stands at the end of the text. */
static bool run_ends(struct run r, struct slice text)
{
	size_t used, least = 0;

	for (size_t i = 0; i < r.count; i++)
		least += r.elements[i].kind == SIGMA_LITERAL ? r.elements[i].text.len : 1;
	if (least > text.len)
		return false;
	/* Other elements than literals have up to four bytes. */
	for (size_t n = least; n <= text.len && n <= least + 3 * r.count; n++) {
		struct slice end = slice_skip(text, text.len - n);

		if (run_at(r, end, &used) && used == n)
			return true;
	}
	return false;
}

static struct run next_run(const struct sigma_pattern *p, size_t from)
{
	struct run r = { p->elements + from, 0 };

	while (from + r.count < p->count && r.elements[r.count].kind != SIGMA_STAR)
		r.count++;
	return r;
}

bool sigma_pattern_match(const struct sigma_pattern *p, struct slice text)
{
	struct run r = next_run(p, 0);
	size_t i = r.count, used;

	if (!run_at(r, text, &used))
		return false;
	if (i == p->count)
		return used == text.len;
	text = slice_skip(text, used);
	for (;;) {
		size_t at;

		i++; /* the star */
		if (i == p->count)
			return true;
		r = next_run(p, i);
		i += r.count;
		if (i == p->count)
			return run_ends(r, text);
		at = run_find(r, text, &used);
		if (at > text.len)
			return false;
		text = slice_skip(text, at + used);
	}
}
