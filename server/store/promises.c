#include "server/store/promises.h"

#include "lib/log.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SEVERITIES = 5, KINDS = 2, CALENDARS_MOST = SEVERITIES };

struct promise_calendar {
	int64_t calendar_id;
	struct zone *zone;
	struct calendar *calendar;
};
struct promises {
	struct sla_target targets[SEVERITIES][KINDS];
	struct promise_calendar calendars[CALENDARS_MOST];
	size_t calendar_count;
	struct holidays holidays;
	int64_t *days; /* of holidays */
};

static int read_holidays(struct db *db, struct promises *p, struct err *why)
{
	struct db_result *result;
	int rows;

	if (db_run(db, "SELECT (day - DATE '1970-01-01')::bigint FROM holiday ORDER BY day LIMIT 10000", NULL, &result,
		   why) != 0)
		return -1;
	rows = db_rows(result);
	p->days = calloc((size_t)rows + 1, sizeof(*p->days));
	for (int i = 0; p->days && i < rows; i++)
		p->days[i] = db_integer(result, i, 0);
	db_result_free(result);
	if (!p->days)
		return err_set(why, ERR_NOMEM, "no memory for holidays");
	p->holidays = (struct holidays){ p->days, (size_t)rows };
	return 0;
}

/* NULL: it does not parse; said once in the log of whoever asks. */
static const struct calendar *calendar_of(struct promises *p, int64_t calendar_id, const char *timezone,
					  struct slice rules)
{
	struct promise_calendar *c;
	struct err why;

	for (size_t i = 0; i < p->calendar_count; i++)
		if (p->calendars[i].calendar_id == calendar_id)
			return p->calendars[i].calendar;
	c = &p->calendars[p->calendar_count++];
	c->calendar_id = calendar_id;
	if (zone_load(&c->zone, timezone, &why) != 0 ||
	    calendar_parse(&c->calendar, rules, c->zone, &p->holidays, &why) != 0)
		log_warning("calendar %" PRId64 ": %s", calendar_id, why.text);
	return c->calendar;
}

static int read_targets(struct db *db, struct promises *p, struct err *why)
{
	struct db_result *r;

	if (db_run(db,
		   "SELECT t.severity, t.acknowledge_s, t.notify_s, t.warn_percent, c.calendar_id, c.timezone, "
		   "c.rules::text FROM sla_target t LEFT JOIN calendar c ON c.calendar_id = t.notify_calendar_id "
		   "WHERE t.severity BETWEEN 1 AND 5 ORDER BY t.severity",
		   NULL, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && i < SEVERITIES; i++) {
		struct sla_target *both = p->targets[db_integer(r, i, 0) - 1];

		both[PROMISE_ACKNOWLEDGE].seconds = db_integer(r, i, 1);
		both[PROMISE_NOTIFY].seconds = db_integer(r, i, 2);
		both[PROMISE_ACKNOWLEDGE].warn_percent = both[PROMISE_NOTIFY].warn_percent = (int)db_integer(r, i, 3);
		if (!db_is_null(r, i, 4))
			both[PROMISE_NOTIFY].calendar =
			    calendar_of(p, db_integer(r, i, 4), db_text(r, i, 5), db_slice(r, i, 6));
	}
	db_result_free(r);
	return 0;
}

int promises_read(struct db *db, struct promises **out, struct err *why)
{
	struct promises *p = calloc(1, sizeof(*p));

	if (!p)
		return err_set(why, ERR_NOMEM, "no memory for promised times");
	if (read_holidays(db, p, why) != 0 || read_targets(db, p, why) != 0) {
		promises_release(p);
		return -1;
	}
	*out = p;
	return 0;
}

void promises_release(struct promises *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->calendar_count; i++) {
		calendar_release(p->calendars[i].calendar);
		zone_release(p->calendars[i].zone);
	}
	free(p->days);
	free(p);
}

const struct sla_target *promises_target(const struct promises *p, int64_t severity, enum promise_kind kind)
{
	static const struct sla_target none = { 0 };

	return severity >= 1 && severity <= SEVERITIES ? &p->targets[severity - 1][kind] : &none;
}

enum sla_state promises_state(const struct sla_target *target, enum promise_kind kind,
			      const struct incident_clock *clock, time_us now)
{
	time_us happened = kind == PROMISE_ACKNOWLEDGE ? clock->acknowledged_at : clock->told_at;

	if (happened == TIME_NONE && clock->closed_at != TIME_NONE &&
	    clock->closed_at <= sla_due(target, clock->raised_at))
		return SLA_NONE;
	return sla_state_at(target, clock->raised_at, happened, now);
}
