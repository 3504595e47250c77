/* Parts of the statements of the figures, for server/store/metrics*.c and response_query.c alone.
 *
 * Parameters: $1 first day, $2 last day, $3 zone, then the cohort: $4 company, $5 member, $6 industry, $7 area, $8 tag,
 * $9 and $10 employees from and to; NULL: not restricted. A statement's own come behind. */
#ifndef SERVER_STORE_METRICS_SQL_H
#define SERVER_STORE_METRICS_SQL_H

#include "server/store/db.h"
#include "server/store/metrics_period.h"

/* The parameters above. */
void metrics_add_period(struct db_args *args, const struct metrics_period *period);

/* Companies of the cohort. Not materialised: the planner then knows that company_id is unique. */
#define METRICS_COHORT METRICS_COHORT_LAST ", "
#define METRICS_COHORT_LAST                                                                            \
	"cohort AS NOT MATERIALIZED (SELECT c.company_id, c.name FROM company c "                      \
	"WHERE ($4::bigint IS NULL OR c.company_id = $4::bigint) "                                     \
	"AND ($5::boolean IS NULL OR (c.member_no IS NOT NULL) = $5::boolean) "                        \
	"AND ($6::text IS NULL OR c.industry = $6::text) AND ($7::text IS NULL OR c.area = $7::text) " \
	"AND ($8::text IS NULL OR $8::text = ANY (c.tags)) "                                           \
	"AND ($9::bigint IS NULL OR coalesce(c.employees, 0) BETWEEN $9::bigint AND $10::bigint)) "

/* Today in the zone, or the last day if that is over: time that has not come is not monitored. */
#define METRICS_LAST_DAY "least($2::date, (now() AT TIME ZONE $3::text)::date)"

/* Spans cut to the period. Those of one company never overlap (the table's exclusion constraint), so their days may be
 * added up. */
#define METRICS_SPANS                                                                                            \
	"span AS (SELECT s.company_id, greatest(s.from_day, $1::date) AS from_day, "                             \
	"least(s.to_day, " METRICS_LAST_DAY ") AS to_day FROM monitoring_span s JOIN cohort USING (company_id) " \
	"WHERE s.from_day <= " METRICS_LAST_DAY " AND (s.to_day IS NULL OR s.to_day >= $1::date)), "

/* The spans again, a row for each of their months with its days. */
#define METRICS_SPAN_MONTHS                                                                                     \
	"SELECT s.company_id, x.month::date AS month, greatest(s.from_day, x.month::date) AS from_day, "        \
	"least(s.to_day, (x.month + interval '1 month')::date - 1) AS to_day FROM span s CROSS JOIN LATERAL "   \
	"generate_series(date_trunc('month', s.from_day::timestamp), s.to_day::timestamp, interval '1 month') " \
	"AS x (month) WHERE s.to_day >= s.from_day"

/* Which incidents i count: they began in the period and are not merged into another. */
#define METRICS_INCIDENTS                                                                  \
	"i.state <> 'merged' AND i.first_ts >= $1::date::timestamp AT TIME ZONE $3::text " \
	"AND i.first_ts < ($2::date + 1)::timestamp AT TIME ZONE $3::text "

/* Counts that the correlator has not taken yet: alerts of rows of work, by company, day, direction, engine and action.
 * They are found by the primary key: the aggregate inside LATERAL keeps the planner from joining two large sets on
 * company_id alone. */
#define METRICS_WAITING                                                                                       \
	"SELECT w.company_id, a.day, a.direction, a.engine, a.action, a.detections FROM work w "              \
	"JOIN cohort USING (company_id) CROSS JOIN LATERAL ("                                                 \
	"SELECT (x.ts AT TIME ZONE $3::text)::date AS day, x.direction, x.engine, x.action, "                 \
	"sum(x.repeat_count)::bigint AS detections FROM alert x WHERE x.company_id = w.company_id "           \
	"AND x.id BETWEEN w.id_from AND w.id_to AND x.ts BETWEEN w.ts_from AND w.ts_to AND x.kind = 'alert' " \
	"GROUP BY 1, 2, 3, 4) a WHERE a.day BETWEEN $1::date AND $2::date"

/* The months that lie whole in the period: the first day of the first one, and the first day behind the last one. Not
 * above the former when there is none. */
#define METRICS_WHOLE_FROM "date_trunc('month', $1::date + interval '1 month' - interval '1 day')::date"
#define METRICS_WHOLE_END  "date_trunc('month', ($2::date + 1)::timestamp)::date"

/* Rows of company_day on the days of the period that lie in none of them, of two kinds: before and behind. */
#define METRICS_RAGGED                                                                                \
	"SELECT d.company_id, d.day, d.direction, d.engine, d.action, d.detections "                  \
	"FROM company_day d JOIN cohort USING (company_id) "                                          \
	"WHERE d.day >= $1::date AND d.day <= $2::date AND d.day < " METRICS_WHOLE_FROM " UNION ALL " \
	"SELECT d.company_id, d.day, d.direction, d.engine, d.action, d.detections "                  \
	"FROM company_day d JOIN cohort USING (company_id) "                                          \
	"WHERE d.day <= $2::date AND d.day >= greatest(" METRICS_WHOLE_FROM ", " METRICS_WHOLE_END ")"

/* Columns of company_month. */
#define METRICS_ENGINE_COLUMNS                                                                    \
	"inbound_ips, inbound_antivirus, inbound_web, inbound_dns, inbound_other, outbound_ips, " \
	"outbound_antivirus, outbound_web, outbound_dns, outbound_other"

/* All engines of a direction. */
#define METRICS_ALL_INBOUND  "(inbound_ips + inbound_antivirus + inbound_web + inbound_dns + inbound_other)"
#define METRICS_ALL_OUTBOUND "(outbound_ips + outbound_antivirus + outbound_web + outbound_dns + outbound_other)"

/* For the rest of the caller's transaction (outside of one: no effect): plans made for the days at hand, and not
 * compiled, which would take longer than the statements do. */
int metrics_plan(struct db *db, struct err *why);

#endif
