#include "server/model/host_name.h"

enum { LABEL_MAX = 63, NAME_MAX_LEN = 253 };

/* ------------------------------------------------------------------------------------------------------- punycode */

/* RFC 3492 section 5 */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, BIAS_FIRST = 72, FIRST_POINT = 128 };

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	for (delta += delta / points; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static char digit(uint32_t d)
{
	return (char)(d < 26 ? 'a' + d : '0' + d - 26);
}

struct writer {
	char *out;
	size_t len, room;
};

static void put(struct writer *w, char c)
{
	if (w->len < w->room)
		w->out[w->len] = c;
	w->len++;
}

static void put_number(struct writer *w, uint32_t q, uint32_t bias)
{
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;

		if (q < t)
			break;
		put(w, digit(t + (q - t) % (BASE - t)));
		q = (q - t) / (BASE - t);
	}
	put(w, digit(q));
}

static uint32_t next_point(const uint32_t *points, size_t count, uint32_t from)
{
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < count; i++)
		if (points[i] >= from && points[i] < least)
			least = points[i];
	return least;
}

size_t punycode_encode(const uint32_t *points, size_t count, char *out, size_t room)
{
	struct writer w = { .out = out, .room = room };
	uint32_t n = FIRST_POINT, delta = 0, bias = BIAS_FIRST, basic = 0, done;

	for (size_t i = 0; i < count; i++) {
		if (points[i] < FIRST_POINT) {
			put(&w, (char)points[i]);
			basic++;
		}
	}
	done = basic;
	if (basic)
		put(&w, '-');
	/* A label has at most 63 points below 2^21, so delta stays below 2^32. */
	while (done < count && w.len <= room) {
		uint32_t m = next_point(points, count, n);

		delta += (m - n) * (done + 1);
		n = m;
		for (size_t i = 0; i < count; i++) {
			if (points[i] < n)
				delta++;
			if (points[i] != n)
				continue;
			put_number(&w, delta, bias);
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		n++;
	}
	return w.len <= room ? w.len : 0;
}

/* ----------------------------------------------------------------------------------------------------------- UTF-8 */

/* The next code point; the text is UTF-8 (slice_is_utf8). */
static uint32_t take_point(struct slice s, size_t *at)
{
	uint8_t first = s.ptr[(*at)++];
	unsigned more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
	uint32_t v = more ? first & (0x3Fu >> more) : first;

	while (more--)
		v = v << 6 | (s.ptr[(*at)++] & 0x3Fu);
	return v;
}

static uint32_t map_point(uint32_t v)
{
	if (v == 0x3002 || v == 0xFF0E || v == 0xFF61) /* full stops */
		return '.';
	if (v >= 0xFF01 && v <= 0xFF5E) /* full-width ASCII */
		v -= 0xFEE0;
	return v >= 'A' && v <= 'Z' ? v + 32 : v;
}

/* ---------------------------------------------------------------------------------------------------------- labels */

static bool is_label_byte(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Appends a label to the name; false when it is none. */
static bool put_label(const uint32_t *points, size_t count, char *out, size_t *len)
{
	bool ascii = true;
	size_t n = 0;

	if (count == 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (points[i] < FIRST_POINT && !is_label_byte(points[i]))
			return false;
		ascii = ascii && points[i] < FIRST_POINT;
	}
	if (ascii) {
		for (; n < count; n++)
			out[*len + n] = (char)points[n];
	} else {
		memcpy(out + *len, "xn--", 4);
		n = punycode_encode(points, count, out + *len + 4, LABEL_MAX - 4);
		if (n == 0)
			return false;
		n += 4;
	}
	*len += n;
	return true;
}

static bool is_number(const char *label, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (label[i] < '0' || label[i] > '9')
			return false;
	return true;
}

/* Names on the wire are nearly always in ASCII: without code points. */
static size_t normalise_ascii(struct slice text, char *out)
{
	size_t label = 0;

	if (text.len > NAME_MAX_LEN)
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (c == '.' ? i == label : !is_label_byte(c) || i - label >= LABEL_MAX)
			return 0;
		if (c == '.')
			label = i + 1;
		out[i] = (char)c;
	}
	return label == text.len || is_number(out + label, text.len - label) ? 0 : text.len;
}

static size_t normalise_points(struct slice text, char *out)
{
	char name[NAME_MAX_LEN + 1 + LABEL_MAX];
	uint32_t points[LABEL_MAX];
	size_t count = 0, len = 0, last = 0;

	for (size_t at = 0; at <= text.len;) {
		uint32_t v = at < text.len ? map_point(take_point(text, &at)) : (at++, '.');

		if (v != '.') {
			if (count == LABEL_MAX)
				return 0;
			points[count++] = v;
			continue;
		}
		if (len)
			name[len++] = '.';
		last = len;
		if (!put_label(points, count, name, &len) || len > NAME_MAX_LEN)
			return 0;
		count = 0;
	}
	if (is_number(name + last, len - last))
		return 0;
	memcpy(out, name, len);
	return len;
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] >= 0x80)
			return false;
	return true;
}

size_t host_name_normalise(struct slice text, char out[HOST_NAME_SIZE])
{
	if (text.len && text.ptr[text.len - 1] == '.')
		text.len--;
	if (text.len == 0 || text.len > 4 * HOST_NAME_SIZE)
		return 0;
	if (is_ascii(text))
		return normalise_ascii(text, out);
	return slice_is_utf8(text) ? normalise_points(text, out) : 0;
}
