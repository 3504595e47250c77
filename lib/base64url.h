/* Base64 for addresses and cookies (RFC 4648 section 5), without padding. */
#ifndef LIB_BASE64URL_H
#define LIB_BASE64URL_H

#include "lib/slice.h"

/* Writes the text and a terminator; room must hold both. */
void base64url_encode(struct slice in, char *out, size_t room);
/* True when the text is the one and only encoding of exactly `size` bytes. */
bool base64url_decode(struct slice text, uint8_t *out, size_t size);

#endif
