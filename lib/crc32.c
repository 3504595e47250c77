#include "lib/crc32.h"

#include <zlib.h>

uint32_t crc32_of(uint32_t seed, struct slice in)
{
	return (uint32_t)crc32_z(seed, in.ptr, in.len);
}
