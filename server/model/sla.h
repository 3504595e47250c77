/* Promised times: when one falls due, and whether it is time to warn. Pure; the targets are rows of sla_target. */
#ifndef SERVER_MODEL_SLA_H
#define SERVER_MODEL_SLA_H

#include "server/model/calendar.h"

struct sla_target {
	int64_t seconds;                 /* 0: nothing is promised */
	const struct calendar *calendar; /* NULL: around the clock */
	int warn_percent;
};
enum sla_state { SLA_NONE, SLA_RUNNING, SLA_WARN, SLA_MISSED, SLA_KEPT, SLA_KEPT_LATE };

/* When it must have happened; TIME_NONE: nothing is promised. */
time_us sla_due(const struct sla_target *target, time_us raised_at);
/* When to warn: warn_percent of the time is over. */
time_us sla_warn_at(const struct sla_target *target, time_us raised_at);
/* happened_at TIME_NONE: not yet. */
enum sla_state sla_state_at(const struct sla_target *target, time_us raised_at, time_us happened_at, time_us now);
const char *sla_state_name(enum sla_state state);

#endif
