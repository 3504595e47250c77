#include "server/model/sigma/fold.h"

/* What is added to capital letters of a range; of ranges with `step` 2, only to every second one from the first on. */
struct range {
	uint16_t first, last;
	uint8_t step;
	int16_t add;
};

static const struct range ranges[] = {
	{ 0x00C0, 0x00D6, 1, 32 }, { 0x00D8, 0x00DE, 1, 32 }, { 0x0100, 0x012E, 2, 1 },    { 0x0132, 0x0136, 2, 1 },
	{ 0x0139, 0x0147, 2, 1 },  { 0x014A, 0x0176, 2, 1 },  { 0x0178, 0x0178, 1, -121 }, { 0x0179, 0x017D, 2, 1 },
	{ 0x0386, 0x0386, 1, 38 }, { 0x0388, 0x038A, 1, 37 }, { 0x038C, 0x038C, 1, 64 },   { 0x038E, 0x038F, 1, 63 },
	{ 0x0391, 0x03A1, 1, 32 }, { 0x03A3, 0x03AB, 1, 32 }, { 0x03C2, 0x03C2, 1, 1 },    { 0x0400, 0x040F, 1, 80 },
	{ 0x0410, 0x042F, 1, 32 }, { 0x0460, 0x0480, 2, 1 },  { 0x048A, 0x04BE, 2, 1 },    { 0x04D0, 0x052E, 2, 1 },
	{ 0x1E00, 0x1E94, 2, 1 },  { 0x1EA0, 0x1EFE, 2, 1 },  { 0xFF21, 0xFF3A, 1, 32 },
};

static uint32_t fold_character(uint32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(ranges) && c >= ranges[i].first; i++)
		if (c <= ranges[i].last && (c - ranges[i].first) % ranges[i].step == 0)
			return (uint32_t)((int32_t)c + ranges[i].add);
	return c;
}

static bool continues(struct slice text, size_t at)
{
	return at < text.len && (text.ptr[at] & 0xC0) == 0x80;
}

size_t sigma_character_length(struct slice text)
{
	uint8_t c = text.ptr[0];

	if (c >= 0xC2 && c <= 0xDF && continues(text, 1))
		return 2;
	if (c >= 0xE0 && c <= 0xEF && continues(text, 1) && continues(text, 2))
		return 3;
	if (c >= 0xF0 && c <= 0xF4 && continues(text, 1) && continues(text, 2) && continues(text, 3))
		return 4;
	return 1;
}

/* A character of more than one byte; returns its length. */
static size_t fold_long(struct slice text, uint8_t *to)
{
	size_t n = sigma_character_length(text);
	uint32_t c;

	memcpy(to, text.ptr, n);
	if (n == 2) {
		c = fold_character((uint32_t)(text.ptr[0] & 0x1F) << 6 | (text.ptr[1] & 0x3F));
		to[0] = (uint8_t)(0xC0 | c >> 6);
		to[1] = (uint8_t)(0x80 | (c & 0x3F));
	} else if (n == 3) {
		c = (uint32_t)(text.ptr[0] & 0x0F) << 12 | (uint32_t)(text.ptr[1] & 0x3F) << 6 | (text.ptr[2] & 0x3F);
		if (c < 0x800)
			return n; /* an overlong form: not UTF-8 */
		c = fold_character(c);
		to[0] = (uint8_t)(0xE0 | c >> 12);
		to[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
		to[2] = (uint8_t)(0x80 | (c & 0x3F));
	}
	return n;
}

void sigma_fold(struct slice text, uint8_t *to)
{
	size_t i = 0;

	while (i < text.len) {
		uint8_t c = text.ptr[i];

		if (c < 0x80) {
			to[i] = (uint8_t)(c - 'A') < 26 ? (uint8_t)(c | 0x20) : c;
			i++;
		} else {
			i += fold_long(slice_skip(text, i), to + i);
		}
	}
}
