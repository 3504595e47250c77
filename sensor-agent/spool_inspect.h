/* Looks at a spool that may be open elsewhere or nowhere, changing nothing: for `hinomi-agent status`. */
#ifndef SENSOR_AGENT_SPOOL_INSPECT_H
#define SENSOR_AGENT_SPOOL_INSPECT_H

#include "sensor-agent/spool.h"

/* *is_open: some process has it open. ERR_NOT_FOUND: there is no spool yet. */
int spool_inspect(const char *state_dir, struct spool_figures *out, bool *is_open, struct err *why);

#endif
