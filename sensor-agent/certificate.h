/* How long the agent's own certificate (<state_dir>/agent.pem) lasts, and its renewal in time, by a child process, so
 * that the loop never waits for it. */
#ifndef SENSOR_AGENT_CERTIFICATE_H
#define SENSOR_AGENT_CERTIFICATE_H

#include "lib/clock.h"
#include "lib/err.h"

struct certificate_life {
	time_us not_before, not_after;
	char name[128]; /* its URI: company and sensor; "" when it has none */
};
/* ERR_NOT_FOUND: not enrolled yet. */
int certificate_read(struct certificate_life *out, const char *state_dir, struct err *why);
/* When two thirds of its life are over. */
time_us certificate_renew_at(const struct certificate_life *life);

struct event_base;
struct renewal;
/* renewed: called when a new certificate is in place. settings' state_dir is borrowed. */
int renewal_new(struct renewal **out, struct event_base *base, const char *state_dir, void (*renewed)(void *arg),
		void *arg, struct err *why);
void renewal_free(struct renewal *r); /* NULL is allowed; a child under way is left to end by itself */

#endif
