/* Companies whose work failed, and when each is to be tried again: the waits grow, and the others go on meanwhile.
 * Times are clock_monotonic_ms(). */
#ifndef SERVER_CORRELATOR_SETBACKS_H
#define SERVER_CORRELATOR_SETBACKS_H

#include "lib/clock.h"

struct setback {
	int64_t company_id;
	unsigned attempts;
	int64_t until_ms;
};

struct setbacks {
	struct setback *list;
	size_t count, room;
}; /* zero-initialise */

void setbacks_release(struct setbacks *s);
/* Returns how many ms it waits now. When memory is short the company is simply tried again at once (0). */
int64_t setbacks_add(struct setbacks *s, int64_t company_id, int64_t now_ms);
bool setbacks_waiting(const struct setbacks *s, int64_t company_id, int64_t now_ms);
/* It worked: forgotten. */
void setbacks_clear(struct setbacks *s, int64_t company_id);

#endif
