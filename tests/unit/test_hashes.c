/* Vectors: RFC 3174 section 7.3; the SipHash paper, appendix A, and the authors' reference vectors. */
#include "lib/encode.h"
#include "lib/sha1.h"
#include "lib/siphash.h"
#include "tests/unit/suite.h"

static void sha1_is(struct slice in, const char *hex)
{
	struct buffer text = { 0 };
	uint8_t digest[SHA1_SIZE];

	sha1(in, digest);
	hex_encode(&text, slice_of(digest, sizeof(digest)));
	ck_assert_str_eq(buffer_string(&text), hex);
	buffer_release(&text);
}

START_TEST(sha1_vectors)
{
	struct buffer many = { 0 };

	sha1_is(SLICE_LITERAL("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
	sha1_is(SLICE_LITERAL("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
		"84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	for (int i = 0; i < 1000000; i++)
		buffer_put_byte(&many, 'a');
	sha1_is(buffer_slice(&many), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	buffer_clear(&many);
	for (int i = 0; i < 80; i++)
		buffer_put_string(&many, "01234567");
	sha1_is(buffer_slice(&many), "dea356a2cddd90c7a7ecedc5ebb563934f460452");
	buffer_release(&many);
	sha1_is((struct slice){ 0 }, "da39a3ee5e6b4b0d3255bfef95601890afd80709"); /* FIPS 180 */
}
END_TEST

START_TEST(siphash_vectors)
{
	uint8_t key[16], in[15];

	for (uint8_t i = 0; i < 16; i++)
		key[i] = i;
	for (uint8_t i = 0; i < 15; i++)
		in[i] = i;
	ck_assert(siphash24(key, slice_of(in, 15)) == 0xA129CA6149BE45E5u);
	ck_assert(siphash24(key, slice_of(in, 0)) == 0x726FDB47DD0E0E31u);
	ck_assert(siphash24(key, slice_of(in, 8)) == 0x93F5F5799A932462u);
}
END_TEST

SUITE_MAIN("hashes", sha1_vectors, siphash_vectors)
