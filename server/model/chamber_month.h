/* The chamber's month, frozen when it was closed: the figures that it publishes, and the cells that members are
 * compared with. Kept as JSON (table month_close). Pure. Units and rules as in member_month.h. */
#ifndef SERVER_MODEL_CHAMBER_MONTH_H
#define SERVER_MODEL_CHAMBER_MONTH_H

#include "server/model/member_month.h"

enum { CHAMBER_NOISY_MAX = 10, CHAMBER_SEVERITIES = 6 }; /* severities: 0 all together, then 1..5 */

/* A row of the detection table: rates follow from it (server/model/exposure.h). */
struct table_row {
	const char *direction, *engine;
	int64_t companies, detections, days; /* of the affected companies */
};
struct chamber_trend {
	const char *month;
	int64_t companies, days; /* monitored */
	int64_t inbound_companies, inbound, inbound_days;
	int64_t outbound_companies, outbound, outbound_days;
	int64_t incidents;
	int64_t due_hours, seen_hours;
};
/* How many companies had so many incidents: 0, 1, 2, 3-5, 6-10, 11 and more. */
struct incident_class {
	int64_t from, to; /* to INT64_MAX: open */
	int64_t companies;
};
struct response_line {
	int64_t severity;   /* 0: all */
	const char *metric; /* detect, acknowledge, notify, contain, resolve */
	int64_t count, median_s, p90_s, mean_s;
	int64_t waiting_median_s, waiting_p90_s; /* without the time that it waited for the member */
};
struct promise_line {
	int64_t severity;    /* 1..5 */
	const char *promise; /* acknowledge, notify */
	int64_t promised, kept, missed, running;
};
struct named_count {
	const char *name;
	int64_t count;
};
struct price_line {
	const char *plan;
	bool member;                       /* of the chamber */
	int64_t companies, yen, taxed_yen; /* a month, all together */
};
struct noisy_sensor {
	int64_t company_id, sensor_id;
	const char *company, *sensor;
	int64_t detections;
};
/* Companies monitored at the end of the month, against the plan; planned 0: none is set. */
struct growth_point {
	const char *month;
	int64_t companies, planned;
};

struct chamber_month {
	int64_t format; /* CHAMBER_MONTH_FORMAT */
	const char *operator_name, *timezone, *month, *first_day, *last_day;
	bool preliminary;
	int64_t monitored_companies, monitored_days, outside_spans;
	struct table_row *table; /* METRICS_ROWS */
	size_t table_count;
	struct chamber_trend *trend; /* MEMBER_MONTHS */
	size_t trend_count;
	int64_t incidents, companies_with_incidents;
	int64_t incidents_median_hundredths, incidents_p90_hundredths, incidents_most; /* per monitored company */
	struct incident_class *incident_classes;
	size_t incident_classes_count;
	int64_t judged, true_positives, benign, false_positives, undetermined, not_judged; /* of the incidents */
	struct response_line *response;
	size_t response_count;
	struct promise_line *promises;
	size_t promises_count;
	struct named_count *ticket_categories, *ticket_channels, *dispatch_kinds, *dispatch_states, *grades;
	size_t ticket_categories_count, ticket_channels_count, dispatch_kinds_count, dispatch_states_count,
	    grades_count;
	int64_t tickets, dispatches, insurance_cases, insurance_paid_yen;
	struct price_line *prices;
	size_t prices_count;
	int64_t due_hours, seen_hours,
	    silent_companies; /* companies of which nothing was seen for a whole day or more */
	struct noisy_sensor *noisy;
	size_t noisy_count;
	struct growth_point *growth; /* MEMBER_MONTHS */
	size_t growth_count;
	int64_t growth_target; /* companies, at the end of the plan; 0: none is set */
	const char *growth_target_day;
	struct peer_row *peers; /* all, each industry, each class of size */
	size_t peers_count;
	time_us made_at;
};
enum { CHAMBER_MONTH_FORMAT = 1 };
extern const struct json_shape chamber_month_shape;

#endif
