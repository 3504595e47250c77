/* CRC-32 (ISO 3309, as zlib has it): finds damage, protects against nobody. */
#ifndef LIB_CRC32_H
#define LIB_CRC32_H

#include "lib/slice.h"

/* Goes on from `seed`: 0, or the result over the bytes before. */
uint32_t crc32_of(uint32_t seed, struct slice in);

#endif
