#include "server/model/sigma/placeholder.h"

#include "server/model/sigma/pattern.h"

enum { IN_ONE_VALUE_MAX = 16, PARTS_MAX = 2 * IN_ONE_VALUE_MAX + 1 };

/* A text, or a placeholder. */
struct part {
	struct slice text;
	const struct sigma_placeholder *placeholder;
};
struct parts {
	struct part items[PARTS_MAX];
	size_t count;
	size_t placeholders;
	uint8_t *bytes; /* of the text at hand; what was read so far never needs more than it had */
	size_t len;
};

static bool is_in_names(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
	       c >= 0x80;
}

static size_t name_length(struct slice text)
{
	size_t n = 0;

	while (n < text.len && is_in_names(text.ptr[n]))
		n++;
	return n;
}

bool sigma_placeholder_is_name(struct slice name)
{
	return name.len > 0 && name_length(name) == name.len;
}

/* Length of the name when the text begins with %name%; 0: it does not. */
static size_t placeholder_at(struct slice text)
{
	size_t n = text.len && text.ptr[0] == '%' ? name_length(slice_skip(text, 1)) : 0;

	return n && n + 1 < text.len && text.ptr[n + 1] == '%' ? n : 0;
}

static const struct sigma_placeholder *find(const struct sigma_placeholder *known, struct slice name)
{
	while (known && !slice_equal(known->name, name))
		known = known->next;
	return known;
}

static void end_text(struct parts *p)
{
	if (!p->len)
		return;
	p->items[p->count++] = (struct part){ slice_of(p->bytes, p->len), NULL };
	p->bytes += p->len;
	p->len = 0;
}

static int add_placeholder(struct parts *p, const struct sigma_placeholder *known, struct slice name, struct err *why)
{
	const struct sigma_placeholder *found = find(known, name);

	if (!found)
		return err_set(why, ERR_CONFIG,
			       "the placeholder %%%.*s%% is not defined: list its values in fields.yaml under "
			       "placeholders, or write \\%% for a percent sign",
			       (int)(name.len < 100 ? name.len : 100), (const char *)name.ptr);
	if (p->placeholders++ == IN_ONE_VALUE_MAX)
		return err_set(why, ERR_LIMIT, "a value has at most %d placeholders", IN_ONE_VALUE_MAX);
	end_text(p);
	p->items[p->count++] = (struct part){ { 0 }, found };
	return 0;
}

/* Wildcards stay as they are written, their escapes too: a backslash that takes a meaning away is one with what
 * follows, so that \\%name% is a backslash and a placeholder. */
static int split(struct parts *p, const struct sigma_placeholder *known, struct slice text, struct err *why)
{
	for (size_t i = 0; i < text.len;) {
		size_t name = placeholder_at(slice_skip(text, i));
		uint8_t next = i + 1 < text.len ? text.ptr[i + 1] : 0;

		if (name) {
			if (add_placeholder(p, known, slice_of(text.ptr + i + 1, name), why) != 0)
				return -1;
			i += name + 2;
			continue;
		}
		if (text.ptr[i] == '\\' && next == '%') {
			i++;
		} else if (text.ptr[i] == '\\' && (next == '\\' || next == '*' || next == '?')) {
			p->bytes[p->len++] = text.ptr[i++];
		}
		p->bytes[p->len++] = text.ptr[i++];
	}
	end_text(p);
	return 0;
}

/* Whether the last character is a backslash of its own, which must not take the meaning of what comes behind it. */
static bool ends_with_backslash(struct slice text)
{
	size_t n = 0;

	while (n < text.len && text.ptr[text.len - 1 - n] == '\\')
		n++;
	return n % 2 == 1;
}

/* `which`: the number of the combination, in which each placeholder is a digit. Writes where `to` is not NULL. */
static size_t compose(const struct parts *p, size_t which, uint8_t *to)
{
	size_t len = 0;

	for (size_t i = 0; i < p->count; i++) {
		const struct sigma_placeholder *placeholder = p->items[i].placeholder;
		struct slice piece = placeholder ? placeholder->values[which % placeholder->count] : p->items[i].text;

		if (to)
			memcpy(to + len, piece.ptr, piece.len);
		len += piece.len;
		if (placeholder)
			which /= placeholder->count;
		if (!placeholder || i + 1 == p->count || !ends_with_backslash(piece))
			continue;
		if (to)
			to[len] = '\\';
		len++;
	}
	return len;
}

/* 0: too many. */
static size_t combinations(const struct parts *p)
{
	size_t count = 1;

	for (size_t i = 0; i < p->count; i++) {
		if (p->items[i].placeholder)
			count *= p->items[i].placeholder->count;
		if (count > SIGMA_PLACEHOLDER_VALUES_MAX)
			return 0;
	}
	return count;
}

/* Memory is taken once all is known to be within its bounds. */
static int compose_all(struct pool *memory, const struct parts *p, struct sigma_expansion *out, struct err *why)
{
	uint8_t *bytes;

	for (size_t i = 0; i < out->count; i++) {
		size_t len = compose(p, i, NULL);

		if (len > SIGMA_PATTERN_TEXT_MAX)
			return err_set(why, ERR_LIMIT, "with its placeholders filled in the value is too long");
		out->bytes += len;
	}
	bytes = pool_take(memory, out->bytes ? out->bytes : 1);
	out->texts = pool_take_array(memory, out->count, sizeof(*out->texts));
	if (!bytes || !out->texts)
		return err_set(why, ERR_NOMEM, "no memory for the values of a placeholder");
	for (size_t i = 0; i < out->count; i++) {
		size_t len = compose(p, i, bytes);

		out->texts[i] = slice_of(bytes, len);
		bytes += len;
	}
	return 0;
}

int sigma_placeholder_expand(struct pool *memory, const struct sigma_placeholder *known, struct slice text,
			     struct sigma_expansion *out, struct err *why)
{
	struct parts p = { .bytes = pool_take(memory, text.len ? text.len : 1) };

	if (!p.bytes)
		return err_set(why, ERR_NOMEM, "no memory for the values of a placeholder");
	if (split(&p, known, text, why) != 0)
		return -1;
	*out = (struct sigma_expansion){ .count = combinations(&p), .expanded = p.placeholders > 0 };
	if (out->count == 0)
		return err_set(why, ERR_LIMIT, "the placeholders of one value stand for more than %d values",
			       SIGMA_PLACEHOLDER_VALUES_MAX);
	return compose_all(memory, &p, out, why);
}
