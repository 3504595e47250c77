/* Passwords as argon2id hashes in libsodium's text form (64 MiB, 2 passes). Each call takes about a tenth of a second
 * and that much memory: only from the pool that is there for it. sodium_init() must have been called. */
#ifndef SERVER_API_PASSWORD_H
#define SERVER_API_PASSWORD_H

#include "lib/err.h"

#include <stdbool.h>

enum { PASSWORD_HASH_SIZE = 128, PASSWORD_LEAST = 8, PASSWORD_MOST = 1024 };

int password_hash(const char *password, char out[PASSWORD_HASH_SIZE], struct err *why);
/* hash NULL (nobody, or no password yet): false, after the same work, so that the time tells nothing. */
bool password_verify(const char *hash, const char *password);

#endif
