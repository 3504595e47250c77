/* `hinomi-agent run`: sources, intake, spool and uplink on one event loop, until SIGTERM or SIGINT. */
#ifndef SENSOR_AGENT_RUN_H
#define SENSOR_AGENT_RUN_H

#include "sensor-agent/agent_settings.h"

/* 0: ended by a signal, in good order. */
int run_agent(const struct agent_settings *settings, struct err *why);

#endif
