/* The JSON that goes into a J frame (docs/wire.md). Pure. */
#ifndef SENSOR_AGENT_ENVELOPE_H
#define SENSOR_AGENT_ENVELOPE_H

#include "sensor-agent/health.h"
#include "sensor-agent/spool_format.h"

/* A collector takes so many bytes of one event, unless configured otherwise. */
enum { ENVELOPE_MOST = 1024 * 1024 };

/* How many bytes of the record fit into an envelope: all of them, mostly. Never cuts a UTF-8 character in two. */
size_t envelope_fit(struct slice record);

/* Failures stick in the buffer. */
void envelope_put_entry(struct buffer *out, const struct spool_entry *entry);
void envelope_put_heartbeat(struct buffer *out, const struct health *health);

#endif
