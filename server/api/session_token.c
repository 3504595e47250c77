#include "server/api/session_token.h"

#include "lib/random.h"
#include "server/api/base64url.h"
#include "server/api/headers.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

static void hash_text(struct slice text, uint8_t hash[SESSION_HASH_SIZE])
{
	uint8_t full[EVP_MAX_MD_SIZE];

	if (EVP_Digest(text.ptr, text.len, full, NULL, EVP_sha256(), NULL) != 1)
		abort();
	memcpy(hash, full, SESSION_HASH_SIZE);
}

void session_token_new(char token[SESSION_TOKEN_SIZE], uint8_t hash[SESSION_HASH_SIZE])
{
	uint8_t bits[32];

	random_bytes(bits, sizeof(bits));
	base64url_encode(slice_of(bits, sizeof(bits)), token, SESSION_TOKEN_SIZE);
	session_token_hash(token, hash);
}

void session_token_hash(const char *token, uint8_t hash[SESSION_HASH_SIZE])
{
	hash_text(slice_of_string(token), hash);
}

bool session_token_of_cookie(const char *header, uint8_t hash[SESSION_HASH_SIZE])
{
	struct slice token = header ? headers_cookie(header, "__Host-sid") : slice_of(NULL, 0);

	if (!token.ptr || token.len == 0)
		return false;
	hash_text(token, hash);
	return true;
}

void session_cookie(const char *token, long long life_seconds, char out[SESSION_COOKIE_SIZE])
{
	snprintf(out, SESSION_COOKIE_SIZE, "__Host-sid=%s; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=%lld", token,
		 life_seconds);
}
