/* Tokens of sessions and set-up links (server/model/token.h), and the cookie that carries one. */
#ifndef SERVER_API_SESSION_TOKEN_H
#define SERVER_API_SESSION_TOKEN_H

#include "lib/slice.h"

enum { SESSION_TOKEN_SIZE = 44, SESSION_HASH_SIZE = 32, SESSION_COOKIE_SIZE = 160 };

/* 256 random bits as text (base64url), and their hash. */
void session_token_new(char token[SESSION_TOKEN_SIZE], uint8_t hash[SESSION_HASH_SIZE]);
/* SHA-256 of the text as it is. */
void session_token_hash(const char *token, uint8_t hash[SESSION_HASH_SIZE]);

/* The hash of the session token in a Cookie header (NULL is allowed); false when there is none, or more than one. */
bool session_token_of_cookie(const char *header, uint8_t hash[SESSION_HASH_SIZE]);
/* The Set-Cookie header: __Host- binds it to this host and to HTTPS. An empty token takes it back. */
void session_cookie(const char *token, long long life_seconds, char out[SESSION_COOKIE_SIZE]);

#endif
