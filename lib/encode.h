/* Base64 (RFC 4648 §4), hexadecimal, HTML. Decoders append to `out` and return false on anything illegal, leaving
 * `out` as it was. */
#ifndef LIB_ENCODE_H
#define LIB_ENCODE_H

#include "lib/buffer.h"

void base64_encode(struct buffer *out, struct slice in);
/* White space between characters is allowed, missing padding too. */
bool base64_decode(struct buffer *out, struct slice in);
void hex_encode(struct buffer *out, struct slice in); /* lower case */
/* Either case; a colon between bytes is allowed, as fingerprints are written. */
bool hex_decode(struct buffer *out, struct slice in);
/* Escapes what means something in HTML, in an element or a quoted attribute (WHATWG HTML, section 13.3). */
void html_encode(struct buffer *out, struct slice text);

#endif
