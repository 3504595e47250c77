/* SHA-1 (RFC 3174), for Community IDs only: it protects nothing. */
#ifndef LIB_SHA1_H
#define LIB_SHA1_H

#include "lib/slice.h"

enum { SHA1_SIZE = 20 };
void sha1(struct slice in, uint8_t out[SHA1_SIZE]);

#endif
