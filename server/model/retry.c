#include "server/model/retry.h"

#include "lib/slice.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static const int64_t urgent[] = { 5 * SECOND, 15 * SECOND, 30 * SECOND, 60 * SECOND };
static const int64_t patient[] = { 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR,
				   10 * HOUR,  14 * HOUR,  20 * HOUR,   24 * HOUR };

int64_t retry_delay_ms(enum retry_plan plan, int attempts, uint64_t random)
{
	size_t n = plan == RETRY_URGENT ? ARRAY_LEN(urgent) : ARRAY_LEN(patient);
	int64_t delay;

	if (attempts < 1)
		attempts = 1;
	if ((size_t)attempts > n)
		return -1;
	if (plan == RETRY_URGENT)
		return urgent[attempts - 1];
	delay = patient[attempts - 1];
	return delay + (int64_t)(random % (uint64_t)(delay / 10 + 1));
}

int64_t retry_asked_ms(enum retry_plan plan, int attempts, uint64_t random, int64_t asked_ms)
{
	int64_t delay = retry_delay_ms(plan, attempts, random);

	if (delay < 0 || asked_ms <= delay)
		return delay;
	if (plan == RETRY_URGENT)
		return asked_ms <= MINUTE ? asked_ms : -1;
	return asked_ms < (int64_t)24 * HOUR ? asked_ms : (int64_t)24 * HOUR;
}
