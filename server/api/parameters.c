#include "server/api/parameters.h"

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes `in` to `to`, which has room for it (decoding never grows), and terminates. */
static bool decode(struct slice in, char *to, size_t *len)
{
	size_t n = 0;

	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.ptr[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = i + 1 < in.len ? hex_value(in.ptr[i + 1]) : -1;
			int low = i + 2 < in.len ? hex_value(in.ptr[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (uint8_t)(high << 4 | low);
			i += 2;
		}
		if (c < 0x20 || c == 0x7f)
			return false;
		to[n++] = (char)c;
	}
	to[n] = '\0';
	*len = n;
	return slice_is_utf8(slice_of(to, n));
}

/* One "name=value". */
static bool take_pair(struct slice pair, struct parameters *out, size_t *used)
{
	struct parameter *p = &out->list[out->count];
	size_t equals = slice_find(pair, '='), len;

	if (out->count == PARAMETERS_MAX)
		return false;
	p->name = out->text + *used;
	if (!decode(slice_take(pair, equals), out->text + *used, &len) || len == 0)
		return false;
	*used += len + 1;
	p->value = out->text + *used;
	if (!decode(slice_skip(pair, equals + 1), out->text + *used, &len))
		return false;
	*used += len + 1;
	out->count++;
	return true;
}

enum parse parameters_parse(struct slice query, struct parameters *out)
{
	size_t used = 0;

	out->count = 0;
	/* Each pair needs at most its own length and two terminators, one of which takes the place of "=" or "&". */
	if (query.len + PARAMETERS_MAX + 2 > PARAMETERS_TEXT_MAX)
		return PARSE_BAD;
	while (query.len) {
		size_t end = slice_find(query, '&');

		if (end > 0 && !take_pair(slice_take(query, end), out, &used))
			return PARSE_BAD;
		query = slice_skip(query, end + 1);
	}
	return PARSE_OK;
}

const char *parameters_get(const struct parameters *p, const char *name)
{
	for (unsigned i = 0; i < p->count; i++)
		if (strcmp(p->list[i].name, name) == 0)
			return p->list[i].value;
	return NULL;
}

const struct parameter *parameters_unwanted(const struct parameters *p, const char *const *names,
					    const char *repeatable)
{
	for (unsigned i = 0; i < p->count; i++) {
		const char *name = p->list[i].name;
		bool known = false;

		for (size_t k = 0; names[k] && !known; k++)
			known = strcmp(names[k], name) == 0;
		if (!known)
			return &p->list[i];
		if (parameters_get(p, name) != p->list[i].value && (!repeatable || strcmp(repeatable, name) != 0))
			return &p->list[i];
	}
	return NULL;
}

bool parameters_encode(const char *text, char *to, size_t room, size_t *len)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *text; text++) {
		uint8_t c = (uint8_t)*text;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			     (c && strchr("-._~", c));
		size_t need = plain ? 1 : 3;

		if (*len + need >= room)
			return false;
		if (plain) {
			to[(*len)++] = (char)c;
			continue;
		}
		to[(*len)++] = '%';
		to[(*len)++] = hex[c >> 4];
		to[(*len)++] = hex[c & 15];
	}
	if (*len >= room)
		return false;
	to[*len] = '\0';
	return true;
}
