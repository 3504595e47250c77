#include "lib/base64url.h"

#include <stdlib.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64url_encode(struct slice in, char *out, size_t room)
{
	size_t n = 0;
	uint32_t bits = 0;
	unsigned have = 0;

	if ((in.len * 8 + 5) / 6 >= room)
		abort(); /* a caller's array is too small */
	for (size_t i = 0; i < in.len; i++) {
		bits = bits << 8 | in.ptr[i];
		for (have += 8; have >= 6; have -= 6)
			out[n++] = alphabet[bits >> (have - 6) & 63];
	}
	if (have)
		out[n++] = alphabet[bits << (6 - have) & 63];
	out[n] = '\0';
}

bool base64url_decode(struct slice text, uint8_t *out, size_t size)
{
	size_t n = 0;
	uint32_t bits = 0;
	unsigned have = 0;

	if (text.len != (size * 8 + 5) / 6)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const char *p = text.ptr[i] ? strchr(alphabet, text.ptr[i]) : NULL;

		if (!p)
			return false;
		bits = bits << 6 | (uint32_t)(p - alphabet);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	/* Left-over bits must be zero, or two texts would mean the same bytes. */
	return n == size && (bits & ((1U << have) - 1)) == 0;
}
