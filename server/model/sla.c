#include "server/model/sla.h"

/* Longer promises than this are none; keeps sums far from overflowing. */
#define SECONDS_MAX ((int64_t)10 * 366 * 86400)

static bool promises(const struct sla_target *target)
{
	return target->seconds > 0 && target->seconds <= SECONDS_MAX;
}

/* A calendar that does not have so much time within two years promises nothing less: the clock goes around then. */
static time_us later(const struct sla_target *target, time_us raised_at, int64_t duration)
{
	time_us t = target->calendar ? calendar_add(target->calendar, raised_at, duration) : TIME_NONE;

	return t == TIME_NONE ? raised_at + duration : t;
}

time_us sla_due(const struct sla_target *target, time_us raised_at)
{
	return promises(target) ? later(target, raised_at, target->seconds * US_PER_SECOND) : TIME_NONE;
}

time_us sla_warn_at(const struct sla_target *target, time_us raised_at)
{
	if (!promises(target))
		return TIME_NONE;
	return later(target, raised_at, target->seconds * US_PER_SECOND / 100 * target->warn_percent);
}

enum sla_state sla_state_at(const struct sla_target *target, time_us raised_at, time_us happened_at, time_us now)
{
	time_us due = sla_due(target, raised_at);

	if (due == TIME_NONE)
		return SLA_NONE;
	if (happened_at != TIME_NONE)
		return happened_at <= due ? SLA_KEPT : SLA_KEPT_LATE;
	if (now > due)
		return SLA_MISSED;
	return now >= sla_warn_at(target, raised_at) ? SLA_WARN : SLA_RUNNING;
}

const char *sla_state_name(enum sla_state state)
{
	static const char *const names[] = {
		[SLA_NONE] = "none",     [SLA_RUNNING] = "running", [SLA_WARN] = "warn",
		[SLA_MISSED] = "missed", [SLA_KEPT] = "kept",       [SLA_KEPT_LATE] = "kept_late"
	};

	return names[state];
}
