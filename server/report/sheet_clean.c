/* Texts as they may stand on paper: what people and devices wrote is drawn as letters, and as nothing else. */
#include "server/report/sheet_inner.h"

#include <string.h>

enum { REPLACEMENT = 0xfffd };

/* Code points that are no characters for ever (Unicode 23.7): cairo takes a text with one for broken. */
static bool is_no_character(gunichar c)
{
	return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
}

/* Without a shape: tabs, bells, separators. Lines end with \n alone. */
static bool is_control(gunichar c)
{
	return (c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/* Overrides and isolates (UAX #9) would turn the words around that follow, which are not of this text. */
static bool turns_direction(gunichar c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_clean(const char *text)
{
	for (; *text; text += g_unichar_to_utf8(g_utf8_get_char(text), NULL)) {
		gunichar c = g_utf8_get_char(text);

		if (is_no_character(c) || is_control(c) || turns_direction(c))
			return false;
	}
	return true;
}

/* In place: nothing becomes longer. */
static void clean(char *text)
{
	char *out = text;

	for (const char *in = text; *in;) {
		gunichar c = g_utf8_get_char(in);

		in += g_unichar_to_utf8(c, NULL);
		if (turns_direction(c))
			continue;
		if (is_no_character(c))
			c = REPLACEMENT;
		else if (is_control(c))
			c = ' ';
		out += g_unichar_to_utf8(c, out);
	}
	*out = '\0';
}

const char *sheet_clean(struct sheet *s, const char *text)
{
	char *copy;
	size_t len;

	if (!text || !slice_is_utf8(slice_of_string(text)))
		return "";
	if (is_clean(text))
		return text;
	len = strlen(text) + 1;
	copy = pool_take(&s->pool, len);
	if (!copy) {
		s->failed = true;
		return "";
	}
	memcpy(copy, text, len);
	clean(copy);
	return copy;
}
