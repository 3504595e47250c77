/* Syslog over UDP and TCP as a source: each message is handed over whole, header and all, without its framing
 * (syslog_frame.h). What it means is the server's business.
 *
 * When the intake takes nothing, TCP connections are not read, so that their senders wait. UDP has no way to wait:
 * its messages are counted as dropped, those that the kernel had to drop too, as far as it tells. Plain syslog has no
 * acks: what was received and not committed when the agent dies is lost. */
#ifndef SENSOR_AGENT_SYSLOG_SOURCE_H
#define SENSOR_AGENT_SYSLOG_SOURCE_H

#include "sensor-agent/agent_settings.h"
#include "sensor-agent/health.h"
#include "sensor-agent/intake.h"

struct event_base;
struct syslog_source;

/* base, intake and settings are borrowed. With neither syslog.udp nor syslog.tcp, *out is a source that does nothing.
 * ERR_CONFIG, ERR_IO: an address that cannot be listened on. */
int syslog_source_new(struct syslog_source **out, struct event_base *base, struct intake *intake,
		      const struct agent_settings *settings, struct err *why);
void syslog_source_free(struct syslog_source *source); /* NULL is allowed */
/* Adds to list[*count], up to SOURCE_HEALTH_MOST. */
void syslog_source_health(const struct syslog_source *source, struct source_health *list, size_t *count);

#endif
