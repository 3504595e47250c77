#include "server/supervisor/restart.h"

#include "lib/random.h"

int64_t restart_delay(struct restart *restart, int64_t lived_ms)
{
	int64_t delay;

	if (lived_ms >= RESTART_FORGIVEN_MS)
		restart->deaths = 0;
	delay = backoff_ms(restart->deaths, RESTART_FIRST_MS, RESTART_MOST_MS);
	restart->deaths++;
	return delay;
}
