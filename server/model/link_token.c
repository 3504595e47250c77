#include "server/model/link_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

enum { PROOF = 16, SIGNED = LINK_ID_SIZE + PROOF };
/* Keys are used for one purpose; a proof made for another would not be good here. */
static const char purpose[] = "hinomi link 1";
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The first half of the HMAC. */
static void prove(const uint8_t key[LINK_KEY_SIZE], const uint8_t id[LINK_ID_SIZE], uint8_t out[PROOF])
{
	uint8_t text[sizeof(purpose) - 1 + LINK_ID_SIZE], whole[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	memcpy(text, purpose, sizeof(purpose) - 1);
	memcpy(text + sizeof(purpose) - 1, id, LINK_ID_SIZE);
	if (!HMAC(EVP_sha256(), key, LINK_KEY_SIZE, text, sizeof(text), whole, &len) || len != 32)
		abort(); /* the library is unusable: no link is better than one that anybody can make */
	memcpy(out, whole, PROOF);
}

void link_token_make(const uint8_t key[LINK_KEY_SIZE], const uint8_t id[LINK_ID_SIZE], char out[LINK_TOKEN_SIZE])
{
	uint8_t bytes[SIGNED];
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	memcpy(bytes, id, LINK_ID_SIZE);
	prove(key, id, bytes + LINK_ID_SIZE);
	for (size_t i = 0; i < SIGNED; i++) {
		bits = bits << 8 | bytes[i];
		for (have += 8; have >= 6; have -= 6)
			out[n++] = alphabet[bits >> (have - 6) & 63];
	}
	out[n++] = alphabet[bits << (6 - have) & 63]; /* 256 bits are 42 characters and 4 bits */
	out[n] = '\0';
}

static bool decode(struct slice token, uint8_t bytes[SIGNED])
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	if (token.len != LINK_TOKEN_SIZE - 1)
		return false;
	for (size_t i = 0; i < token.len; i++) {
		const char *p = token.ptr[i] ? strchr(alphabet, token.ptr[i]) : NULL;

		if (!p)
			return false;
		bits = bits << 6 | (uint32_t)(p - alphabet);
		have += 6;
		if (have >= 8) {
			have -= 8;
			bytes[n++] = (uint8_t)(bits >> have);
		}
	}
	/* What is left over must be zero, or two tokens would be one. */
	return (bits & ((1U << have) - 1)) == 0;
}

bool link_token_read(const uint8_t key[LINK_KEY_SIZE], struct slice token, uint8_t id[LINK_ID_SIZE])
{
	uint8_t bytes[SIGNED], proof[PROOF];

	if (!decode(token, bytes))
		return false;
	prove(key, bytes, proof);
	if (CRYPTO_memcmp(proof, bytes + LINK_ID_SIZE, PROOF) != 0)
		return false;
	memcpy(id, bytes, LINK_ID_SIZE);
	return true;
}
