/* `hinomi-agent status`: what a running agent wrote down every few seconds (<state_dir>/status.json), and what the
 * files say by themselves. */
#ifndef SENSOR_AGENT_STATUS_H
#define SENSOR_AGENT_STATUS_H

#include "sensor-agent/health.h"
#include "sensor-agent/spool.h"

struct status {
	time_us started_at, now;
	const char *host;
	int port;
	bool connected;
	const char *trouble; /* "": none */
	uint64_t acked;      /* records since start */
	struct spool_figures spool;
	struct health health;
};

/* The agent's side. A file that cannot be written is no reason to stop: errors are logged at level debug. */
void status_write(const char *state_dir, const struct status *status);

/* The command's side; prints to standard output. ERR_NOT_FOUND: not enrolled, and no spool. */
int status_print(const char *state_dir, bool as_json, struct err *why);

#endif
