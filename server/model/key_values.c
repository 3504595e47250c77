#include "server/model/key_values.h"

static bool is_separator(const struct key_values_reader *r, uint8_t c)
{
	return c == ' ' || c == '\t' || (r->commas && c == ',');
}

struct key_values_reader key_values_read(struct slice text)
{
	return (struct key_values_reader){ .rest = text };
}

/* Whether a value that ended at s could have: nothing follows, or a separator. */
static bool ends(const struct key_values_reader *r, struct slice s)
{
	return s.len == 0 || is_separator(r, s.ptr[0]) || (!r->started && s.ptr[0] == ',');
}

/* Whether another pair, or nothing, follows: the surer sign. */
static bool pair_follows(const struct key_values_reader *r, struct slice s)
{
	size_t n = 1;

	if (!ends(r, s))
		return false;
	while (n < s.len && s.ptr[n] != '=' && s.ptr[n] != '"' && !is_separator(r, s.ptr[n]))
		n++;
	return s.len == 0 || (n > 1 && n < s.len && s.ptr[n] == '=');
}

/* Length of a quoted value from behind its opening quote, without the closing one. */
static size_t quoted_length(const struct key_values_reader *r, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		struct slice rest = slice_skip(s, i + 1);

		if (s.ptr[i] == '\\') {
			i++;
		} else if (s.ptr[i] == '"' && rest.len && rest.ptr[0] == '"') {
			if (pair_follows(r, slice_skip(rest, 1)))
				return i + 1; /* a bare quote inside, then the closing one */
			i++;
		} else if (s.ptr[i] == '"' && ends(r, rest)) {
			return i;
		}
	}
	return s.len;
}

/* Until the first pair is complete, a comma may be the separator. */
static size_t bare_length(const struct key_values_reader *r, struct slice s)
{
	size_t n = 0;

	while (n < s.len && !is_separator(r, s.ptr[n]) && (r->started || s.ptr[n] != ','))
		n++;
	return n;
}

static void take_value(struct key_values_reader *r, struct key_value *out)
{
	out->quoted = r->rest.len && r->rest.ptr[0] == '"';
	if (out->quoted) {
		r->rest = slice_skip(r->rest, 1);
		out->value = slice_take(r->rest, quoted_length(r, r->rest));
		r->rest = slice_skip(r->rest, out->value.len + 1);
	} else {
		out->value = slice_take(r->rest, bare_length(r, r->rest));
		r->rest = slice_skip(r->rest, out->value.len);
	}
}

bool key_values_next(struct key_values_reader *r, struct key_value *out)
{
	while (r->rest.len) {
		size_t n = 0;

		if (is_separator(r, r->rest.ptr[0])) {
			r->rest = slice_skip(r->rest, 1);
			continue;
		}
		while (n < r->rest.len && r->rest.ptr[n] != '=' && !is_separator(r, r->rest.ptr[n]))
			n++;
		if (n == 0 || n == r->rest.len || r->rest.ptr[n] != '=') {
			r->rest = slice_skip(r->rest, n ? n : 1); /* a stray word */
			continue;
		}
		out->key = slice_take(r->rest, n);
		r->rest = slice_skip(r->rest, n + 1);
		take_value(r, out);
		if (!r->started)
			r->commas = r->rest.len && r->rest.ptr[0] == ',';
		r->started = true;
		return true;
	}
	return false;
}
