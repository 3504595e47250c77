/* The token in a notice's link: names the notice and cannot be guessed. Pure.
 *
 * base64url(outbox id, 16 bytes, followed by the first 16 bytes of HMAC-SHA256(key, purpose || id)): 43 characters,
 * nothing to store, checked without looking anything up. A token made for one kind of page is none for the other. How
 * long it is good, the caller knows: to answer, 24 hours after the notice was made; to a report, 90 days. */
#ifndef SERVER_MODEL_LINK_TOKEN_H
#define SERVER_MODEL_LINK_TOKEN_H

#include "lib/slice.h"

#include <stdbool.h>

enum { LINK_TOKEN_SIZE = 44, LINK_KEY_SIZE = 32, LINK_ID_SIZE = 16 };

enum link_purpose {
	LINK_ANSWER, /* /a/{token} */
	LINK_REPORT, /* /r/{token} */
};
void link_token_make(const uint8_t key[LINK_KEY_SIZE], enum link_purpose purpose, const uint8_t id[LINK_ID_SIZE],
		     char out[LINK_TOKEN_SIZE]);
/* In constant time; false: not one of ours, or of another purpose. */
bool link_token_read(const uint8_t key[LINK_KEY_SIZE], enum link_purpose purpose, struct slice token,
		     uint8_t id[LINK_ID_SIZE]);

#endif
