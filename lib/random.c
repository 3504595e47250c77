#include "lib/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *to, size_t len)
{
	unsigned char *p = to;

	while (len) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			abort(); /* without randomness no key and no token may be made */
		p += n;
		len -= (size_t)n;
	}
}

uint64_t random_u64(void)
{
	uint64_t v;

	random_bytes(&v, sizeof(v));
	return v;
}

uint64_t random_below(uint64_t below)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % below, v;

	do
		v = random_u64();
	while (v >= limit);
	return v % below;
}

int64_t backoff_ms(unsigned attempt, int64_t first_ms, int64_t most_ms)
{
	int64_t whole = first_ms;

	while (attempt-- > 0 && whole < most_ms)
		whole *= 2;
	if (whole > most_ms)
		whole = most_ms;
	return whole / 2 + (int64_t)random_below((uint64_t)(whole - whole / 2) + 1);
}
