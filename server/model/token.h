/* One-time tokens: 32 random bytes in base64url (RFC 4648 section 5, without padding). The database keeps the SHA-256
 * of the text, so that who reads the database cannot use them. */
#ifndef SERVER_MODEL_TOKEN_H
#define SERVER_MODEL_TOKEN_H

#include "lib/slice.h"

enum { TOKEN_BYTES = 32, TOKEN_TEXT_SIZE = 44 /* 43 characters and the terminator */, TOKEN_HASH_SIZE = 32 };

void token_new(char out[TOKEN_TEXT_SIZE]);
void token_hash(struct slice text, uint8_t out[TOKEN_HASH_SIZE]);

#endif
