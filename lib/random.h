/* Random numbers from the kernel, and the waiting times built on them. */
#ifndef LIB_RANDOM_H
#define LIB_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Fills the bytes; the process ends if the kernel cannot give any. */
void random_bytes(void *to, size_t len);
uint64_t random_u64(void);
/* Even over 0 .. below-1; below must not be 0. */
uint64_t random_below(uint64_t below);

/* How long to wait before try number `attempt` (0, 1, 2, ...): doubles from `first_ms` up to `most_ms`, and the
 * upper half of it is random, so that a thousand peers do not come back together. */
int64_t backoff_ms(unsigned attempt, int64_t first_ms, int64_t most_ms);

#endif
