#include "server/model/text_width.h"

struct range {
	uint32_t first, last;
};

/* Blocks of UAX #11 class W and F, and of marks without a width of their own, in order. */
static const struct range wide[] = {
	{ 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x2e80, 0x303e },   { 0x3041, 0x3098 },   { 0x309b, 0x33ff },
	{ 0x3400, 0x4dbf },   { 0x4e00, 0xa4cf },   { 0xa960, 0xa97f },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },   { 0xff01, 0xff60 },   { 0xffe0, 0xffe6 },   { 0x1b000, 0x1b2ff }, { 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};
static const struct range empty[] = {
	{ 0x0300, 0x036f }, { 0x200b, 0x200f }, { 0x20d0, 0x20ff }, { 0x3099, 0x309a },
	{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff }, { 0xe0100, 0xe01ef },
};

static bool within(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count && c >= ranges[i].first; i++)
		if (c <= ranges[i].last)
			return true;
	return false;
}

/* Takes one character off; what is not UTF-8 comes byte by byte. */
static uint32_t next_character(struct slice *text)
{
	static const uint8_t lead[] = { 0x00, 0xc0, 0xe0, 0xf0 }, mask[] = { 0x7f, 0x1f, 0x0f, 0x07 };
	uint8_t first = text->ptr[0];
	size_t more = first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 0;
	uint32_t c = first;

	if (more && more < text->len && (first & (uint8_t)~mask[more]) == lead[more]) {
		c = first & mask[more];
		for (size_t i = 1; i <= more; i++) {
			if ((text->ptr[i] & 0xc0) != 0x80) {
				*text = slice_skip(*text, 1);
				return first;
			}
			c = c << 6 | (text->ptr[i] & 0x3f);
		}
		*text = slice_skip(*text, more + 1);
		return c;
	}
	*text = slice_skip(*text, 1);
	return c;
}

size_t text_width(struct slice text)
{
	size_t width = 0;

	while (text.len > 0) {
		uint32_t c = next_character(&text);

		if (within(wide, ARRAY_LEN(wide), c))
			width += 2;
		else if (!within(empty, ARRAY_LEN(empty), c))
			width++;
	}
	return width;
}
