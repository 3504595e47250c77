#include "server/api/session_token.h"

#include "server/api/headers.h"
#include "server/model/token.h"

#include <stdio.h>

_Static_assert((int)SESSION_TOKEN_SIZE == (int)TOKEN_TEXT_SIZE && (int)SESSION_HASH_SIZE == (int)TOKEN_HASH_SIZE,
	       "one kind of token");

void session_token_new(char token[SESSION_TOKEN_SIZE], uint8_t hash[SESSION_HASH_SIZE])
{
	token_new(token);
	session_token_hash(token, hash);
}

void session_token_hash(const char *token, uint8_t hash[SESSION_HASH_SIZE])
{
	token_hash(slice_of_string(token), hash);
}

bool session_token_of_cookie(const char *header, uint8_t hash[SESSION_HASH_SIZE])
{
	struct slice token = header ? headers_cookie(header, "__Host-sid") : slice_of(NULL, 0);

	if (!token.ptr || token.len == 0)
		return false;
	token_hash(token, hash);
	return true;
}

void session_cookie(const char *token, long long life_seconds, char out[SESSION_COOKIE_SIZE])
{
	snprintf(out, SESSION_COOKIE_SIZE, "__Host-sid=%s; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=%lld", token,
		 life_seconds);
}
