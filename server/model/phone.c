#include "server/model/phone.h"

#include <stdio.h>

/* What a character is for a number. */
enum kind { DIGIT, PLUS, FILLER, OTHER };

/* The next character, and how many bytes it takes; anything that is no UTF-8 is itself. */
static uint32_t next_character(struct slice text, size_t *bytes)
{
	const uint8_t *p = text.ptr;

	if (text.len >= 3 && (p[0] & 0xf0) == 0xe0 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80) {
		*bytes = 3;
		return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	}
	if (text.len >= 2 && (p[0] & 0xe0) == 0xc0 && (p[1] & 0xc0) == 0x80) {
		*bytes = 2;
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	}
	*bytes = 1;
	return p[0];
}

/* Between the digits of a number: spaces, hyphens and dashes, dots, slashes, brackets. */
static bool is_filler(uint32_t c)
{
	static const uint32_t fillers[] = {
		' ',    '\t',   '-',    '.', '/', '(', ')', 0xa0, /* space that does not break */
		0x2212,                                           /* minus */
		0x3000,                                           /* full-width space */
		0x30fc,                 /* ー, which a Japanese keyboard gives for a hyphen */
		0xff70,                 /* the same at half width */
		0xff08, 0xff09,         /* full-width brackets */
		0xff0d, 0xff0e, 0xff0f, /* full-width hyphen, dot, slash */
	};

	for (size_t i = 0; i < ARRAY_LEN(fillers); i++)
		if (c == fillers[i])
			return true;
	return c >= 0x2010 && c <= 0x2015; /* hyphens and dashes */
}

static enum kind kind_of(uint32_t c, char *digit)
{
	if (c >= '0' && c <= '9') {
		*digit = (char)c;
		return DIGIT;
	}
	if (c >= 0xff10 && c <= 0xff19) {
		*digit = (char)('0' + (c - 0xff10));
		return DIGIT;
	}
	if (c == '+' || c == 0xff0b)
		return PLUS;
	return is_filler(c) ? FILLER : OTHER;
}

/* "Tel: 03..." and "電話 03..." */
static struct slice skip_label(struct slice text)
{
	static const char *const labels[] = { "tel", "phone", "電話", "ＴＥＬ", "携帯" };

	text = slice_trim(text);
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		size_t len = strlen(labels[i]);

		if (!slice_is_ignoring_case(slice_take(text, len), labels[i]))
			continue;
		text = slice_skip(text, len);
		if (slice_starts_with(text, ":"))
			return slice_skip(text, 1);
		return slice_starts_with(text, "：") ? slice_skip(text, strlen("：")) : text;
	}
	return text;
}

/* The digits, with a plus in front if there is one; 0: no number, or too long a one. */
static size_t collect(struct slice text, char *out, bool *plus)
{
	size_t count = 0, bytes;

	*plus = false;
	for (; text.len; text = slice_skip(text, bytes)) {
		char digit = 0;
		enum kind kind = kind_of(next_character(text, &bytes), &digit);

		if (kind == PLUS && count == 0)
			*plus = true;
		else if (kind == DIGIT && count == PHONE_DIGITS_MOST)
			return 0;
		else if (kind == DIGIT)
			out[count++] = digit;
		else if (kind != FILLER)
			return count >= PHONE_SUFFIX_LEAST ? count : 0; /* an extension, or no number at all */
	}
	return count;
}

static bool begins(const char *digits, const char *prefix)
{
	return strncmp(digits, prefix, strlen(prefix)) == 0;
}

bool phone_normalise(struct slice text, char out[PHONE_SIZE])
{
	char digits[PHONE_DIGITS_MOST + 1] = "";
	const char *rest = digits;
	size_t count;
	bool plus;

	out[0] = '\0';
	count = collect(skip_label(text), digits, &plus);
	digits[count] = '\0';
	if (count < PHONE_DIGITS_LEAST)
		return false;
	if (!plus && (begins(rest, "1840") || begins(rest, "1860")))
		rest += 3;
	if (!plus && begins(rest, "010") && strlen(rest) >= 12) {
		plus = true;
		rest += 3;
	} else if (!plus && begins(rest, "0081")) {
		plus = true;
		rest += 2;
	}
	if (!plus || !begins(rest, "81")) {
		snprintf(out, PHONE_SIZE, "%s%s", plus ? "+" : "", rest);
		return true;
	}
	rest += 2;
	snprintf(out, PHONE_SIZE, "0%s", *rest == '0' ? rest + 1 : rest); /* +81 (0)3 ... */
	return true;
}
