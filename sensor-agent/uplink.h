/* The connection to the collector: reads committed records from the spool, sends them in compressed windows over
 * TLS 1.3 with our certificate, and tells the spool what is acked. Connects again for ever, with growing random waits.
 * Keys and certificates are read anew for each connection, so a renewal or a new enrolment needs no restart. */
#ifndef SENSOR_AGENT_UPLINK_H
#define SENSOR_AGENT_UPLINK_H

#include "sensor-agent/agent_settings.h"
#include "sensor-agent/health.h"
#include "sensor-agent/spool.h"

struct event_base;
struct uplink;

struct uplink_plan { /* all borrowed, must outlive the uplink */
	struct event_base *base;
	struct spool *spool;
	const struct agent_settings *settings;
	const char *host; /* name or address that the server's certificate must carry */
	int port;
	/* Fills in all but `now`. NULL: no heartbeats. */
	void (*health)(void *arg, struct health *out);
	/* The spool could not be read: the agent must end. */
	void (*failed)(void *arg, const struct err *why);
	/* Something was acked, or the connection came or went. May be NULL. */
	void (*changed)(void *arg);
	void *arg;
};

int uplink_new(struct uplink **out, const struct uplink_plan *plan, struct err *why);
void uplink_free(struct uplink *u); /* NULL is allowed */

/* After a commit: sends what there is, as far as windows are free. */
void uplink_pump(struct uplink *u);
/* A new certificate is there: connects again as soon as nothing is under way. */
void uplink_renewed(struct uplink *u);
bool uplink_is_idle(const struct uplink *u); /* nothing waits for an ack */
bool uplink_is_connected(const struct uplink *u);
/* Why the last connection or try ended; "" when it is well. */
const char *uplink_trouble(const struct uplink *u);
uint64_t uplink_acked(const struct uplink *u); /* records since start */

#endif
