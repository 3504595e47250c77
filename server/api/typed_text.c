#include "server/api/typed_text.h"

#include "lib/slice.h"

/* What may stand between: UTF-8 of the blank, tab, hyphen, no-break and ideographic blank, the hyphens and dashes
 * U+2010..2015, the minus U+2212, the full-width hyphen U+FF0D, and the long-vowel sign U+30FC that is typed for one.
 */
static size_t gap_length(const char *text)
{
	static const char *const gaps[] = { " ",
					    "\t",
					    "-",
					    "\xc2\xa0",
					    "\xe3\x80\x80",
					    "\xe2\x80\x90",
					    "\xe2\x80\x91",
					    "\xe2\x80\x92",
					    "\xe2\x80\x93",
					    "\xe2\x80\x94",
					    "\xe2\x80\x95",
					    "\xe2\x88\x92",
					    "\xef\xbc\x8d",
					    "\xe3\x83\xbc" };

	for (size_t i = 0; i < ARRAY_LEN(gaps); i++)
		if (strncmp(text, gaps[i], strlen(gaps[i])) == 0)
			return strlen(gaps[i]);
	return 0;
}

/* A full-width character is the plain one and 0xFEE0: EF BC 81.. is U+FF01, EF BD 80.. is U+FF40. */
static size_t read_character(const char *text, char *out)
{
	const uint8_t *b = (const uint8_t *)text;

	*out = (char)b[0];
	if (b[0] != 0xef)
		return 1;
	if (b[1] == 0xbc && b[2] >= 0x81)
		*out = (char)(b[2] - 0x81 + '!');
	else if (b[1] == 0xbd && b[2] >= 0x80 && b[2] <= 0x9e)
		*out = (char)(b[2] - 0x80 + '`');
	else
		return 1;
	return 3;
}

static bool to_upper(char *c)
{
	if (*c >= 'a' && *c <= 'z')
		*c = (char)(*c - 'a' + 'A');
	return (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z');
}

bool typed_text(const char *text, char *out, size_t room)
{
	size_t count = 0;

	while (*text) {
		size_t n = gap_length(text);
		char c;

		if (!n) {
			n = read_character(text, &c);
			if (!to_upper(&c) || count + 1 >= room) {
				out[0] = '\0';
				return false;
			}
			out[count++] = c;
		}
		text += n;
	}
	out[count] = '\0';
	return true;
}
