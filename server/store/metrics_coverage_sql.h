/* The hours of coverage in SQL, for metrics_coverage.c and metrics_trend.c alone. Definition: metrics_coverage.h.
 *
 * Hours and days are numbers since 1970 by the clock in the zone. They come behind METRICS_COHORT, METRICS_SPANS and a
 * table `piece`: monitored days from_day to to_day of a company_id, in parts of the period (`part`); a day of a company
 * is in one piece. */
#ifndef SERVER_STORE_METRICS_COVERAGE_SQL_H
#define SERVER_STORE_METRICS_COVERAGE_SQL_H

#include "server/store/metrics_sql.h"

/* The running hour and today. */
#define METRICS_CLOCK                                                                                             \
	"clock AS MATERIALIZED (SELECT floor(extract(epoch FROM n.now) / 3600)::bigint AS hour, "                 \
	"n.now::date - date '1970-01-01' AS day, n.now::date AS today FROM (SELECT now() AT TIME ZONE $3::text) " \
	"AS n (now)), "
/* Of each sensor: the hour in which it was made, the one behind that in which it was revoked (NULL: none), and the
 * first that is not due yet: the running one, unless it was heard in it. */
#define METRICS_LIFE                                                                                               \
	"life AS MATERIALIZED (SELECT s.company_id, s.sensor_id, "                                                 \
	"floor(extract(epoch FROM s.created_at AT TIME ZONE $3::text) / 3600)::bigint AS born, "                   \
	"floor(extract(epoch FROM s.revoked_at AT TIME ZONE $3::text) / 3600)::bigint + 1 AS gone, "               \
	"k.hour + CASE WHEN ((SELECT t.hours_seen FROM sensor_day t WHERE t.company_id = s.company_id "            \
	"AND t.sensor_id = s.sensor_id AND t.day = k.today) >> (k.hour % 24)::integer) & 1 = 1 THEN 1 ELSE 0 END " \
	"AS until FROM sensor s JOIN cohort USING (company_id) CROSS JOIN clock k), "
/* Of each sensor and piece: due hours from from_h to before to_h, how many they are, their days, and those of them
 * before today. */
#define METRICS_SENSOR_DUE                                                                         \
	"sensor_due AS MATERIALIZED (SELECT x.*, x.to_h - x.from_h AS due, "                       \
	"(x.to_h - 1) / 24 - x.from_h / 24 + 1 AS days, "                                          \
	"greatest(least((x.to_h - 1) / 24, k.day - 1) - x.from_h / 24 + 1, 0) AS past_days FROM (" \
	"SELECT l.company_id, l.sensor_id, p.part, "                                               \
	"greatest(l.born, (p.from_day - date '1970-01-01') * 24::bigint) AS from_h, "              \
	"least(l.gone, l.until, (p.to_day - date '1970-01-01' + 1) * 24::bigint) AS to_h "         \
	"FROM life l JOIN piece p USING (company_id)) x CROSS JOIN clock k WHERE x.from_h < x.to_h), "
/* Of each company and part: hours of days without a sensor, if there are any. */
#define METRICS_BARE                                                                                                 \
	"life_days AS (SELECT company_id, range_agg(int8range(born / 24 * 24, (gone - 1) / 24 * 24 + 24)) AS hours " \
	"FROM life GROUP BY company_id), "                                                                           \
	"bare AS (SELECT p.company_id, p.part, sum(upper(x.r) - lower(x.r))::bigint AS hours, "                      \
	"sum((upper(x.r) + 23) / 24 - lower(x.r) / 24)::bigint AS days "                                             \
	"FROM piece p CROSS JOIN clock k LEFT JOIN life_days l USING (company_id) "                                  \
	"CROSS JOIN LATERAL unnest(int8multirange(int8range((p.from_day - date '1970-01-01') * 24::bigint, "         \
	"least((p.to_day - date '1970-01-01' + 1) * 24::bigint, k.hour))) - coalesce(l.hours, '{}')) AS x (r) "      \
	"GROUP BY p.company_id, p.part), "

/* Of a day d (sensor_day) of the sensor and piece s (sensor_due): the due hours in which it was heard, as bits. */
#define METRICS_MASK                                                             \
	"((1 << least(24, s.to_h - (d.day - date '1970-01-01') * 24)::integer) " \
	"- (1 << greatest(0, s.from_h - (d.day - date '1970-01-01') * 24)::integer))"
#define METRICS_HEARD                                                                                      \
	"(CASE WHEN d.hours_seen IS NOT NULL THEN d.hours_seen & " METRICS_MASK                            \
	" WHEN d.received > 0 OR d.heartbeats > 0 OR d.unparsed > 0 OR d.duplicate > 0 THEN " METRICS_MASK \
	" ELSE 0 END)"
/* Which days d of the ledger are those of s. */
#define METRICS_DAYS_OF_DUE                                               \
	"d.company_id = s.company_id AND d.sensor_id = s.sensor_id "      \
	"AND d.day BETWEEN date '1970-01-01' + (s.from_h / 24)::integer " \
	"AND date '1970-01-01' + ((s.to_h - 1) / 24)::integer"

#endif
