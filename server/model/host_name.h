/* Names of hosts as they are on the wire: ASCII in lower case, labels of other scripts as A-labels (indicator.h says
 * what is mapped and what is not). Pure. */
#ifndef SERVER_MODEL_HOST_NAME_H
#define SERVER_MODEL_HOST_NAME_H

#include "lib/slice.h"

enum { HOST_NAME_SIZE = 256 };

/* Length written (without a NUL), or 0: no name. Labels of 1 to 63 letters, digits, '-' and '_', 253 in all; the last
 * label is not a number, so that no mistyped address passes; one trailing dot is taken off. */
size_t host_name_normalise(struct slice text, char out[HOST_NAME_SIZE]);

/* RFC 3492. Code points of one label; writes ASCII without the "xn--". Length, or 0 when it has no room. */
size_t punycode_encode(const uint32_t *points, size_t count, char *out, size_t room);

#endif
