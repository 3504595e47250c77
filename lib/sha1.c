#include "lib/sha1.h"

#include "lib/buffer.h"

enum { BLOCK = 64 };

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* RFC 3174, section 6.1. */
static void digest_block(uint32_t h[5], const uint8_t block[BLOCK])
{
	static const uint32_t k[4] = { 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6 };
	uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], w[80];

	for (int t = 0; t < 16; t++)
		w[t] = load_be32(block + (size_t)t * 4);
	for (int t = 16; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	for (int t = 0; t < 80; t++) {
		uint32_t f, next;

		if (t < 20)
			f = (b & c) | (~b & d);
		else if (t < 40 || t >= 60)
			f = b ^ c ^ d;
		else
			f = (b & c) | (b & d) | (c & d);
		next = rotate(a, 5) + f + e + w[t] + k[t / 20];
		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = next;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

static void store_be32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

void sha1(struct slice in, uint8_t out[SHA1_SIZE])
{
	uint32_t h[5] = { 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0 };
	uint8_t last[2 * BLOCK] = { 0 };
	size_t whole = in.len / BLOCK * BLOCK, rest = in.len - whole;
	size_t padded = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;

	for (size_t at = 0; at < whole; at += BLOCK)
		digest_block(h, in.ptr + at);
	if (rest)
		memcpy(last, in.ptr + whole, rest);
	last[rest] = 0x80;
	store_be32(last + padded - 8, (uint32_t)((uint64_t)in.len >> 29));
	store_be32(last + padded - 4, (uint32_t)((uint64_t)in.len << 3));
	for (size_t at = 0; at < padded; at += BLOCK)
		digest_block(h, last + at);
	for (int i = 0; i < 5; i++)
		store_be32(out + (size_t)i * 4, h[i]);
}
