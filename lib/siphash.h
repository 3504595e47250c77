/* SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012). */
#ifndef LIB_SIPHASH_H
#define LIB_SIPHASH_H

#include "lib/slice.h"

uint64_t siphash24(const uint8_t key[16], struct slice in);

#endif
