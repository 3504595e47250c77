/* Suricata's eve.json as a source: the follower (follower.h) on the agent's event loop, woken by inotify and, where the
 * kernel tells nothing (network file systems), by looking every eve.poll. */
#ifndef SENSOR_AGENT_EVE_SOURCE_H
#define SENSOR_AGENT_EVE_SOURCE_H

#include "sensor-agent/agent_settings.h"
#include "sensor-agent/health.h"
#include "sensor-agent/intake.h"

struct event_base;
struct eve_source;

/* base, intake and settings are borrowed. With no eve.paths, *out is a source that does nothing. */
int eve_source_new(struct eve_source **out, struct event_base *base, struct intake *intake,
		   const struct agent_settings *settings, struct err *why);
void eve_source_free(struct eve_source *source); /* NULL is allowed */
/* Adds to list[*count], up to SOURCE_HEALTH_MOST. */
void eve_source_health(const struct eve_source *source, struct source_health *list, size_t *count);

#endif
