/* How long to wait before a notice is tried again. Pure. */
#ifndef SERVER_MODEL_RETRY_H
#define SERVER_MODEL_RETRY_H

#include <stdbool.h>
#include <stdint.h>

enum retry_plan {
	/* What somebody must see now: at once, then after 5, 15, 30 and 60 seconds; then another way is tried. */
	RETRY_URGENT,
	/* The rest: the schedule that Standard Webhooks recommends: at once, then after 5 s, 5 m, 30 m, 2 h, 5 h, 10 h,
	 * 14 h, 20 h and 24 h, each up to a tenth more, so that a receiver that comes back is not met by all at once.
	 */
	RETRY_PATIENT,
};

/* After `attempts` tries (1: the first has just failed); `random` any number. Milliseconds; < 0: no further try. */
int64_t retry_delay_ms(enum retry_plan plan, int attempts, uint64_t random);
/* The same when the other side asked for a time (Retry-After): not sooner than it asked, no later than a day; an urgent
 * notice does not wait longer than a minute: another way is tried then. */
int64_t retry_asked_ms(enum retry_plan plan, int attempts, uint64_t random, int64_t asked_ms);

#endif
