#include "server/model/token.h"

#include "lib/random.h"

#include <openssl/sha.h>

void token_new(char out[TOKEN_TEXT_SIZE])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t bytes[TOKEN_BYTES + 1]; /* one more, zero, so that the last digit takes its bits from somewhere */
	size_t bit = 0;

	random_bytes(bytes, TOKEN_BYTES);
	bytes[TOKEN_BYTES] = 0;
	for (size_t i = 0; i + 1 < TOKEN_TEXT_SIZE; i++, bit += 6) {
		unsigned two = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];

		out[i] = digits[two >> (10 - bit % 8) & 63];
	}
	out[TOKEN_TEXT_SIZE - 1] = '\0';
}

void token_hash(struct slice text, uint8_t out[TOKEN_HASH_SIZE])
{
	SHA256(text.ptr, text.len, out);
}
