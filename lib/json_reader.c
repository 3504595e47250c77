#include "lib/json_reader.h"

/* Where reading stands. The members of the caller's struct are copied here so that they stay in registers. */
struct cursor {
	const uint8_t *start;
	const uint8_t *at;
	const uint8_t *end;
	struct json_token *tokens;
	uint32_t capacity;
	uint32_t count;
};

static enum json_verdict read_value(struct cursor *c, unsigned depth);

static inline void skip_space(struct cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t'))
		c->at++;
}

/* The next token, started at the cursor; NULL when the capacity is used up. */
static inline struct json_token *add_token(struct cursor *c, enum json_kind kind)
{
	struct json_token *t;

	if (c->count == c->capacity)
		return NULL;
	t = &c->tokens[c->count++];
	t->start = (uint32_t)(c->at - c->start);
	t->kind = (uint8_t)kind;
	t->escaped = false;
	return t;
}

static inline void end_token(struct cursor *c, struct json_token *t)
{
	t->len = (uint32_t)(c->at - c->start) - t->start;
	t->next = c->count;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX, or -1. */
static int32_t hex4(const uint8_t *p, const uint8_t *end)
{
	int32_t v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_value(p[i]);

		if (digit < 0)
			return -1;
		v = v << 4 | digit;
	}
	return v;
}

/* The code point of an escape whose 'u' is at p, with the low half of a surrogate pair; *used counts from the 'u'. */
static int32_t unicode_escape(const uint8_t *p, const uint8_t *end, size_t *used)
{
	int32_t high = hex4(p + 1, end), low;

	*used = 5;
	if (high < 0xD800 || high > 0xDFFF)
		return high;
	if (high > 0xDBFF || end - p < 11 || p[5] != '\\' || p[6] != 'u')
		return -1;
	low = hex4(p + 7, end);
	if (low < 0xDC00 || low > 0xDFFF)
		return -1;
	*used = 11;
	return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* Length of the escape whose backslash is at p, or 0 when it is none. */
static size_t escape_length(const uint8_t *p, const uint8_t *end)
{
	size_t used;

	if (end - p < 2)
		return 0;
	if (p[1] == 'u')
		return unicode_escape(p + 1, end, &used) < 0 ? 0 : used + 1;
	return memchr("\"\\/bfnrt", p[1], 8) ? 2 : 0;
}

/* Length of the UTF-8 sequence at p (RFC 3629, beyond ASCII), or 0. */
static size_t utf8_length(const uint8_t *p, const uint8_t *end)
{
	size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;

	return (size_t)(end - p) >= n && slice_is_utf8(slice_of(p, n)) ? n : 0;
}

/* Eight bytes at a time: whether any is a quote, a backslash, a control character or beyond ASCII. The borrow of a
 * subtraction can raise a false alarm only above a true one. */
static bool word_is_plain(const uint8_t *p)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
	uint64_t w, quote, backslash;

	memcpy(&w, p, sizeof(w));
	quote = w ^ (ones * '"');
	backslash = w ^ (ones * '\\');
	return (((w - ones * 0x20) | (quote - ones) | (backslash - ones) | w) & high) == 0;
}

/* From behind the opening quote to behind the closing one. */
static enum json_verdict read_string(struct cursor *c)
{
	struct json_token *t;
	const uint8_t *p = ++c->at;
	size_t n;

	t = add_token(c, JSON_KIND_STRING);
	if (!t)
		return JSON_TOO_MANY;
	for (;;) {
		while (c->end - p >= 8 && word_is_plain(p))
			p += 8;
		if (p == c->end)
			return JSON_BAD;
		if (*p == '"')
			break;
		if (*p < 0x20)
			return JSON_BAD;
		n = 1;
		if (*p == '\\') {
			t->escaped = true;
			n = escape_length(p, c->end);
		} else if (*p >= 0x80) {
			n = utf8_length(p, c->end);
		}
		if (n == 0)
			return JSON_BAD;
		p += n;
	}
	c->at = p;
	end_token(c, t);
	c->at++;
	return JSON_OK;
}

static bool skip_digits(struct cursor *c)
{
	const uint8_t *from = c->at;

	while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
		c->at++;
	return c->at > from;
}

static enum json_verdict read_number(struct cursor *c)
{
	struct json_token *t = add_token(c, JSON_KIND_NUMBER);

	if (!t)
		return JSON_TOO_MANY;
	if (*c->at == '-')
		c->at++;
	if (c->at < c->end && *c->at == '0')
		c->at++;
	else if (!skip_digits(c))
		return JSON_BAD;
	if (c->at < c->end && *c->at == '.') {
		c->at++;
		if (!skip_digits(c))
			return JSON_BAD;
	}
	if (c->at < c->end && (*c->at | 0x20) == 'e') {
		c->at++;
		if (c->at < c->end && (*c->at == '+' || *c->at == '-'))
			c->at++;
		if (!skip_digits(c))
			return JSON_BAD;
	}
	end_token(c, t);
	return JSON_OK;
}

static enum json_verdict read_word(struct cursor *c, const char *word, size_t len, enum json_kind kind)
{
	struct json_token *t = add_token(c, kind);

	if (!t)
		return JSON_TOO_MANY;
	if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0)
		return JSON_BAD;
	c->at += len;
	end_token(c, t);
	return JSON_OK;
}

/* Key and colon. */
static enum json_verdict read_key(struct cursor *c)
{
	enum json_verdict v;

	skip_space(c);
	if (c->at == c->end || *c->at != '"')
		return JSON_BAD;
	v = read_string(c);
	if (v != JSON_OK)
		return v;
	skip_space(c);
	if (c->at == c->end || *c->at != ':')
		return JSON_BAD;
	c->at++;
	return JSON_OK;
}

/* An array or an object, whose opening bracket is at the cursor. */
static enum json_verdict read_container(struct cursor *c, unsigned depth, enum json_kind kind, uint8_t closing)
{
	struct json_token *t = add_token(c, kind);
	enum json_verdict v;

	if (!t)
		return JSON_TOO_MANY;
	if (depth == JSON_DEPTH_MAX)
		return JSON_TOO_DEEP;
	c->at++;
	skip_space(c);
	if (c->at < c->end && *c->at == closing) {
		c->at++;
		end_token(c, t);
		return JSON_OK;
	}
	for (;;) {
		if (kind == JSON_KIND_OBJECT && (v = read_key(c)) != JSON_OK)
			return v;
		v = read_value(c, depth + 1);
		if (v != JSON_OK)
			return v;
		skip_space(c);
		if (c->at == c->end || (*c->at != ',' && *c->at != closing))
			return JSON_BAD;
		if (*c->at++ == closing)
			break;
	}
	end_token(c, t);
	return JSON_OK;
}

static enum json_verdict read_value(struct cursor *c, unsigned depth)
{
	skip_space(c);
	if (c->at == c->end)
		return JSON_BAD;
	switch (*c->at) {
	case '"':
		return read_string(c);
	case '{':
		return read_container(c, depth, JSON_KIND_OBJECT, '}');
	case '[':
		return read_container(c, depth, JSON_KIND_ARRAY, ']');
	case 't':
		return read_word(c, "true", 4, JSON_KIND_TRUE);
	case 'f':
		return read_word(c, "false", 5, JSON_KIND_FALSE);
	case 'n':
		return read_word(c, "null", 4, JSON_KIND_NULL);
	default:
		return *c->at == '-' || (*c->at >= '0' && *c->at <= '9') ? read_number(c) : JSON_BAD;
	}
}

enum json_verdict json_read(struct json_reader *r, struct slice text)
{
	struct cursor c = { text.ptr, text.ptr, text.ptr + text.len, r->tokens, r->capacity, 0 };
	enum json_verdict v;

	r->text = text;
	r->count = 0;
	if (text.len == 0)
		return JSON_BAD;
	if (text.len > JSON_TEXT_MAX)
		return JSON_TOO_MANY;
	v = read_value(&c, 0);
	if (v != JSON_OK)
		return v;
	skip_space(&c);
	r->count = c.count;
	return c.at == c.end ? JSON_OK : JSON_BAD;
}

bool json_read_is(const struct json_reader *r, uint32_t i, enum json_kind kind)
{
	return i < r->count && r->tokens[i].kind == kind;
}

uint32_t json_read_first(const struct json_reader *r, uint32_t container)
{
	return container < r->count ? container + 1 : JSON_NONE;
}

struct slice json_read_raw(const struct json_reader *r, uint32_t i)
{
	if (i >= r->count)
		return (struct slice){ 0 };
	return slice_of(r->text.ptr + r->tokens[i].start, r->tokens[i].len);
}

void json_read_members(const struct json_reader *r, uint32_t object, const struct slice *names, size_t count,
		       uint32_t *found)
{
	uint32_t end;

	for (size_t k = 0; k < count; k++)
		found[k] = JSON_NONE;
	if (!json_read_is(r, object, JSON_KIND_OBJECT))
		return;
	end = r->tokens[object].next;
	for (uint32_t i = object + 1; i < end; i = r->tokens[i + 1].next) {
		struct slice key = json_read_raw(r, i);

		for (size_t k = 0; k < count; k++) {
			if (!slice_equal(names[k], key))
				continue;
			if (found[k] == JSON_NONE)
				found[k] = i + 1;
			break;
		}
	}
}

static uint8_t *put_utf8(uint8_t *out, int32_t c)
{
	if (c < 0x80) {
		*out++ = (uint8_t)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (uint8_t)(0xC0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (uint8_t)(0xE0 | c >> 12);
		} else {
			*out++ = (uint8_t)(0xF0 | c >> 18);
			*out++ = (uint8_t)(0x80 | (c >> 12 & 0x3F));
		}
		*out++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
	}
	*out++ = (uint8_t)(0x80 | (c & 0x3F));
	return out;
}

/* Decodes one escape, already known to be good, whose backslash is at *p. */
static uint8_t *put_escape(uint8_t *out, const uint8_t **p, const uint8_t *end)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	uint8_t c = (*p)[1];
	const char *simple;
	size_t used = 1;

	if (c == 'u') {
		out = put_utf8(out, unicode_escape(*p + 1, end, &used));
	} else {
		simple = memchr(from, c, sizeof(from) - 1);
		*out++ = simple ? (uint8_t)to[simple - from] : c;
	}
	*p += 1 + used;
	return out;
}

/* out has room for s.len bytes: no escape is shorter than what it stands for. */
static size_t unescape(struct slice s, uint8_t *out)
{
	const uint8_t *p = s.ptr, *end = s.ptr + s.len;
	uint8_t *start = out;

	while (p < end) {
		if (*p == '\\')
			out = put_escape(out, &p, end);
		else
			*out++ = *p++;
	}
	return (size_t)(out - start);
}

bool json_read_string(const struct json_reader *r, uint32_t i, struct arena *arena, struct slice *out)
{
	struct slice raw = json_read_raw(r, i);
	uint8_t *copy;

	if (!json_read_is(r, i, JSON_KIND_STRING))
		return false;
	if (!r->tokens[i].escaped) {
		*out = raw;
		return true;
	}
	copy = arena_take(arena, raw.len);
	if (!copy)
		return false;
	*out = slice_of(copy, unescape(raw, copy));
	return true;
}

/* Compares a key, decoded piece by piece, with a name. */
static bool key_is(const struct json_reader *r, uint32_t key, struct slice name)
{
	struct slice raw = json_read_raw(r, key);
	const uint8_t *p = raw.ptr, *end = raw.ptr + raw.len;
	size_t at = 0;

	if (!r->tokens[key].escaped)
		return slice_equal(raw, name);
	while (p < end) {
		uint8_t piece[4];
		size_t n = 1;

		if (*p == '\\')
			n = (size_t)(put_escape(piece, &p, end) - piece);
		else
			piece[0] = *p++;
		if (name.len - at < n || memcmp(name.ptr + at, piece, n) != 0)
			return false;
		at += n;
	}
	return at == name.len;
}

uint32_t json_read_member(const struct json_reader *r, uint32_t object, struct slice name)
{
	if (!json_read_is(r, object, JSON_KIND_OBJECT))
		return JSON_NONE;
	for (uint32_t i = object + 1; i < r->tokens[object].next; i = r->tokens[i + 1].next)
		if (key_is(r, i, name))
			return i + 1;
	return JSON_NONE;
}

bool json_read_integer(const struct json_reader *r, uint32_t i, int64_t *out)
{
	return json_read_is(r, i, JSON_KIND_NUMBER) && slice_to_int64(json_read_raw(r, i), out);
}
