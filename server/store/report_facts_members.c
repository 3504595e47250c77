/* Members' months: what metrics.h and report_facts_parts.h give of all companies, put together company by company.
 * Small things are read of all companies at once; detections come as a stream, for they are many. */
#include "server/store/metrics_coverage.h"
#include "server/store/metrics_months.h"
#include "server/store/metrics_peers.h"
#include "server/store/report_facts_parts.h"

#include "server/model/cohort.h"
#include "server/model/report_request.h"
#include "server/model/weather.h"

#include <string.h>

enum source {
	S_COMPANIES,
	S_MONTHS,
	S_COVERAGE,
	S_SENSORS,
	S_LAST_SEEN,
	S_CASES,
	S_CASE_DEVICES,
	S_REQUESTS,
	S_DISPATCHES,
	SOURCES
};

struct members {
	struct db *db;
	const struct report_facts_frame *frame;
	const struct chamber_month *chamber;
	int64_t company_id; /* 0: all */
	struct facts_time time;
	char months[MEMBER_MONTHS][METRICS_MONTH_SIZE];
	struct facts_rows rows[SOURCES];
	struct facts_stream detections;
};

/* One company, while its document is made. */
struct member_making {
	struct members *all;
	struct member_month *m;
	struct pool *pool;
	bool failed; /* no memory */
};

/* ---------------------------------------------------------------------------------------------- reading */

/* $1 company or NULL, $2 from, $3 to, $4 zone. Contacts are stale when there are none, or when nobody looked over them
 * in the year before the end of the month; a company that is younger than that gave them itself. */
static const char companies_sql[] =
    "SELECT c.company_id, c.name, c.member_no, c.industry, c.employees, c.area, "
    "coalesce(x.contacts, 0) = 0 OR greatest(x.reviewed_on, (c.created_at AT TIME ZONE $4::text)::date) "
    "< ($3::timestamptz AT TIME ZONE $4::text)::date - interval '1 year', "
    "coalesce(t.opened, 0), coalesce(t.answered, 0), coalesce(n.cases, 0) FROM company c "
    "LEFT JOIN (SELECT company_id, count(*) AS contacts, max(reviewed_on) AS reviewed_on FROM company_contact "
    "WHERE removed_at IS NULL AND ($1::bigint IS NULL OR company_id = $1::bigint) GROUP BY company_id) x "
    "ON x.company_id = c.company_id "
    "LEFT JOIN (SELECT company_id, count(*) AS opened, count(answered_at) AS answered FROM ticket "
    "WHERE ($1::bigint IS NULL OR company_id = $1::bigint) AND opened_at >= $2::timestamptz "
    "AND opened_at < $3::timestamptz GROUP BY company_id) t ON t.company_id = c.company_id "
    "LEFT JOIN (SELECT company_id, count(*) AS cases FROM insurance_case "
    "WHERE ($1::bigint IS NULL OR company_id = $1::bigint) AND opened_at >= $2::timestamptz "
    "AND opened_at < $3::timestamptz GROUP BY company_id) n ON n.company_id = c.company_id "
    "WHERE $1::bigint IS NULL OR c.company_id = $1::bigint ORDER BY c.company_id";

static int query_companies(struct members *all, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, all->company_id);
	db_arg_time(&args, all->time.from);
	db_arg_time(&args, all->time.to);
	db_arg_text(&args, all->frame->timezone);
	return db_run(all->db, companies_sql, &args, out, why);
}

/* $1 company or NULL, $2 first day, $3 last day, $4 zone. The end of the last hour of the month in which a sensor
 * brought something; of days from before hours were kept, the end of the day. */
static const char last_seen_sql[] =
    "SELECT DISTINCT ON (d.company_id, d.sensor_id) d.company_id, d.sensor_id, (d.day::timestamp + make_interval(hours "
    "=> "
    "CASE WHEN d.hours_seen IS NULL THEN 24 ELSE length(ltrim(d.hours_seen::bit(24)::text, '0')) END)) "
    "AT TIME ZONE $4::text FROM sensor_day d WHERE ($1::bigint IS NULL OR d.company_id = $1::bigint) "
    "AND d.day BETWEEN $2::date AND $3::date AND coalesce(d.hours_seen::bigint, d.received + d.heartbeats + "
    "d.duplicate "
    "+ d.unparsed) <> 0 ORDER BY d.company_id, d.sensor_id, d.day DESC";

static int query_last_seen(struct members *all, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, all->company_id);
	db_arg_text(&args, all->time.first_day);
	db_arg_text(&args, all->time.last_day);
	db_arg_text(&args, all->frame->timezone);
	return db_run(all->db, last_seen_sql, &args, out, why);
}

static int query_months(struct members *all, struct db_result **out, struct err *why)
{
	const struct metrics_period period = { .from = all->months[0],
					       .to = all->months[MEMBER_THIS],
					       .timezone = all->frame->timezone,
					       .cohort.company_id = all->company_id };

	return metrics_months(all->db, &period, METRICS_BY_COMPANY, out, why);
}

static struct metrics_period days(const struct members *all)
{
	struct metrics_period period = facts_period(all->frame, &all->time);

	period.cohort.company_id = all->company_id;
	return period;
}

static int query_coverage(struct members *all, struct db_result **out, struct err *why)
{
	const struct metrics_period period = days(all);

	return metrics_coverage_companies(all->db, &period, 0, 0, out, why);
}

static int query_sensors(struct members *all, struct db_result **out, struct err *why)
{
	const struct metrics_period period = days(all);

	return metrics_coverage_sensors(all->db, &period, 0, 0, 0, out, why);
}

static int query_cases(struct members *all, struct db_result **out, struct err *why)
{
	return facts_cases_query(all->db, &all->time, all->company_id, 0, out, why);
}

static int query_case_devices(struct members *all, struct db_result **out, struct err *why)
{
	return facts_case_devices_query(all->db, &all->time, all->company_id, out, why);
}

static int query_requests(struct members *all, struct db_result **out, struct err *why)
{
	return facts_requests_query(all->db, all->frame, &all->time, all->company_id, 0, out, why);
}

static int query_dispatches(struct members *all, struct db_result **out, struct err *why)
{
	return facts_dispatches_query(all->db, &all->time, all->company_id, 0, out, why);
}

static int (*const queries[SOURCES])(struct members *, struct db_result **, struct err *) = {
	[S_COMPANIES] = query_companies,       [S_MONTHS] = query_months,       [S_COVERAGE] = query_coverage,
	[S_SENSORS] = query_sensors,           [S_LAST_SEEN] = query_last_seen, [S_CASES] = query_cases,
	[S_CASE_DEVICES] = query_case_devices, [S_REQUESTS] = query_requests,   [S_DISPATCHES] = query_dispatches,
};

static int read_sources(struct members *all, struct err *why)
{
	for (int s = 0; s < SOURCES; s++)
		if (queries[s](all, &all->rows[s].result, why) != 0)
			return -1;
	return facts_stream_open(&all->detections, all->db, &all->time, all->company_id, why);
}

static void free_sources(struct members *all)
{
	for (int s = 0; s < SOURCES; s++)
		facts_rows_free(&all->rows[s]);
	facts_stream_close(&all->detections);
}

/* ---------------------------------------------------------------------------------------------- one company */

static const char *keep(struct member_making *k, const char *text)
{
	return facts_text(k->pool, text, &k->failed);
}

static void *list(struct member_making *k, size_t count, size_t size)
{
	return facts_list(k->pool, count, size, &k->failed);
}

static void put_frame(struct member_making *k, int row)
{
	const struct db_result *r = k->all->rows[S_COMPANIES].result;
	const struct cohort_size *size = cohort_size_of(db_integer(r, row, 4));
	const struct facts_time *time = &k->all->time;

	*k->m = (struct member_month){
		.format = MEMBER_MONTH_FORMAT,
		.company_id = db_integer(r, row, 0),
		.company = keep(k, db_text(r, row, 1)),
		.member_no = keep(k, db_text(r, row, 2)),
		.industry = keep(k, db_text(r, row, 3)),
		.size_class = size ? size->name : NULL,
		.area = keep(k, db_text(r, row, 5)),
		.operator_name = time->operator_name,
		.timezone = k->all->frame->timezone,
		.month = k->all->frame->month,
		.first_day = time->first_day,
		.last_day = time->last_day,
		.preliminary = time->preliminary,
		.days = time->days,
		.tickets = db_integer(r, row, 7),
		.tickets_answered = db_integer(r, row, 8),
		.insurance_cases = db_integer(r, row, 9),
		.made_at = time->now,
	};
}

static void put_month(struct month_count *out, const struct metrics_month *row)
{
	const struct metrics_counts *c = &row->counts;

	out->monitored_days = row->monitored_days;
	out->inbound = metrics_counts_of(c, METRICS_INBOUND);
	out->inbound_stopped = c->stopped[METRICS_INBOUND];
	out->outbound = metrics_counts_of(c, METRICS_OUTBOUND);
	out->outbound_stopped = c->stopped[METRICS_OUTBOUND];
	out->viruses = c->viruses;
	out->viruses_removed = c->viruses_removed;
	out->incidents = row->incidents;
}

static void put_engines(struct engine_count *out, const struct metrics_counts *counts)
{
	static const char *const directions[] = { "inbound", "outbound" };
	static const char *const engines[] = { "ips", "antivirus", "web", "dns", "other" };

	for (int d = 0; d < METRICS_DIRECTIONS; d++) {
		*out++ = (struct engine_count){ directions[d], "total", metrics_counts_of(counts, d) };
		for (int e = 0; e < METRICS_ENGINES; e++)
			*out++ = (struct engine_count){ directions[d], engines[e], counts->engines[d][e] };
	}
}

/* *there: whether it had anything in the month, monitored time included. */
static void put_counts(struct member_making *k, int row, int to, bool *there)
{
	const struct db_result *r = k->all->rows[S_MONTHS].result;
	struct metrics_month current = { 0 };

	*there = false;
	k->m->months = list(k, MEMBER_MONTHS, sizeof(*k->m->months));
	k->m->engines = list(k, MEMBER_ENGINES, sizeof(*k->m->engines));
	if (k->failed)
		return;
	for (int i = 0; i < MEMBER_MONTHS; i++) {
		k->m->months[i].month = k->all->months[i];
		if (row == to)
			continue;
		metrics_month_read(r, row, &current);
		if (strcmp(current.month, k->all->months[i]) != 0)
			continue;
		put_month(&k->m->months[i], &current);
		*there = i == MEMBER_THIS;
		row++;
	}
	if (!*there)
		current = (struct metrics_month){ 0 };
	put_engines(k->m->engines, &current.counts);
	k->m->months_count = MEMBER_MONTHS;
	k->m->engines_count = MEMBER_ENGINES;
	k->m->elsewhere = current.counts.elsewhere;
}

static void put_coverage(struct member_making *k, int row, int to)
{
	struct metrics_company_coverage c = { 0 };

	if (row < to)
		metrics_coverage_company_read(k->all->rows[S_COVERAGE].result, row, &c);
	k->m->monitored_days = k->m->months[MEMBER_THIS].monitored_days;
	k->m->due_hours = c.figures.due_hours;
	k->m->seen_hours = c.figures.seen_hours;
	k->m->silent_hours = c.silent_hours;
}

/* When the sensor was seen last in the month: what came after it is not known to a month that is over, so that the same
 * month always reads the same. Rows row..to of S_LAST_SEEN are the company's. */
static time_us last_seen(struct member_making *k, const struct metrics_sensor_coverage *sensor, int row, int to)
{
	const struct db_result *r = k->all->rows[S_LAST_SEEN].result;

	if (sensor->last_seen_at == TIME_NONE || sensor->last_seen_at < k->all->time.to)
		return sensor->last_seen_at;
	while (row < to && db_integer(r, row, 1) != sensor->sensor_id)
		row++;
	return row < to ? db_time(r, row, 2) : TIME_NONE;
}

static void put_sensors(struct member_making *k, int row, int to)
{
	int seen_to, seen = facts_rows_of(&k->all->rows[S_LAST_SEEN], k->m->company_id, &seen_to);

	k->m->sensors = list(k, (size_t)(to - row), sizeof(*k->m->sensors));
	for (; row < to && !k->failed; row++) {
		struct metrics_sensor_coverage s;

		metrics_coverage_sensor_read(k->all->rows[S_SENSORS].result, row, &s);
		k->m->sensors[k->m->sensors_count++] = (struct sensor_row){
			.sensor_id = s.sensor_id,
			.name = keep(k, s.name),
			.site = keep(k, s.site),
			.agent_version = keep(k, s.agent_version),
			.due_hours = s.figures.due_hours,
			.seen_hours = s.figures.seen_hours,
			.expected = s.figures.expected,
			.received = s.figures.received,
			.dropped = s.figures.dropped,
			.missing = s.figures.missing,
			.silent_days = s.figures.silent_days,
			.last_seen_at = last_seen(k, &s, seen, seen_to),
			.heard_since = s.last_seen_at != TIME_NONE && s.last_seen_at >= k->all->time.now - US_PER_DAY,
		};
	}
}

/* All of them: the verdict and the requests look at each. keep_cases() leaves as many as a document has. */
static void put_cases(struct member_making *k, int row, int to)
{
	k->m->cases = list(k, (size_t)(to - row), sizeof(*k->m->cases));
	for (; row < to && !k->failed; row++)
		facts_case_read(k->all->rows[S_CASES].result, row, &k->all->frame->words, k->pool,
				&k->m->cases[k->m->cases_count++], &k->failed);
}

static void keep_cases(struct member_month *m)
{
	if (m->cases_count <= MEMBER_CASES_MAX)
		return;
	m->cases_more = (int64_t)m->cases_count - MEMBER_CASES_MAX;
	m->cases_count = MEMBER_CASES_MAX;
}

static void put_requests(struct member_making *k, int row, int to)
{
	k->m->requests = list(k, MEMBER_REQUESTS_MAX, sizeof(*k->m->requests));
	for (; row < to && !k->failed && k->m->requests_count < MEMBER_REQUESTS_MAX; row++)
		facts_request_read(k->all->rows[S_REQUESTS].result, row, k->pool,
				   &k->m->requests[k->m->requests_count++], &k->failed);
	k->m->requests_more = to - row;
}

static void put_dispatches(struct member_making *k, int row, int to)
{
	k->m->dispatches = list(k, (size_t)(to - row), sizeof(*k->m->dispatches));
	for (; row < to && !k->failed; row++)
		facts_dispatch_read(k->all->rows[S_DISPATCHES].result, row, k->pool,
				    &k->m->dispatches[k->m->dispatches_count++], &k->failed);
}

/* The texts stay the chamber's. */
static void put_peers(struct member_making *k)
{
	const struct chamber_month *chamber = k->all->chamber;

	k->m->peers = list(k, chamber->peers_count, sizeof(*k->m->peers));
	for (size_t i = 0; i < chamber->peers_count && !k->failed; i++)
		if (metrics_peer_concerns(&chamber->peers[i], k->m->industry, k->m->size_class))
			k->m->peers[k->m->peers_count++] = chamber->peers[i];
}

/* One more case that the device has to do with. An open one that is graver than all its detections (regular contact,
 * say, of which each is nothing) gives it its name. */
static void add_case(struct device_count *device, const struct case_row *row)
{
	device->cases++;
	if (!case_row_pending(row))
		return;
	device->open_cases++;
	if (row->severity >= device->severity)
		return;
	if (device->severity > MEMBER_GRAVE) {
		device->ja = row->ja;
		device->en = row->en;
		device->kinds++;
	}
	device->severity = row->severity;
}

static const struct case_row *case_of(const struct member_month *m, int64_t incident_id)
{
	for (size_t i = 0; i < m->cases_count; i++)
		if (m->cases[i].incident_id == incident_id)
			return &m->cases[i];
	return NULL;
}

/* The gravest first, as they were otherwise. */
static void sort_devices(struct member_month *m)
{
	for (size_t i = 1; i < m->devices_count; i++)
		for (size_t n = i; n > 0 && m->devices[n].severity < m->devices[n - 1].severity; n--) {
			struct device_count device = m->devices[n];

			m->devices[n] = m->devices[n - 1];
			m->devices[n - 1] = device;
		}
}

static void put_device_cases(struct member_making *k)
{
	const struct db_result *r = k->all->rows[S_CASE_DEVICES].result;
	int to, row = facts_rows_of(&k->all->rows[S_CASE_DEVICES], k->m->company_id, &to);

	for (; row < to; row++) {
		const struct case_row *of = case_of(k->m, db_integer(r, row, 1));

		for (size_t i = 0; of && i < k->m->devices_count; i++)
			if (slice_is(db_slice(r, row, 2), k->m->devices[i].address))
				add_case(&k->m->devices[i], of);
	}
	sort_devices(k->m);
}

static int put_detections(struct member_making *k, struct err *why)
{
	struct facts_stream *stream = &k->all->detections;
	struct facts_detections d;
	int row, to;

	if (facts_stream_rows(stream, k->m->company_id, &row, &to, why) != 0 ||
	    facts_detections_read(stream->rows.result, row, to, &k->all->frame->words, k->pool, &d, why) != 0)
		return -1;
	k->m->inbound_kinds = d.kinds[0];
	k->m->inbound_kinds_count = d.kind_counts[0];
	k->m->outbound_kinds = d.kinds[1];
	k->m->outbound_kinds_count = d.kind_counts[1];
	k->m->devices = d.devices;
	k->m->devices_count = d.device_count;
	k->m->outbound_devices = d.devices_there;
	k->m->outbound_minor = d.minor;
	k->m->outbound_minor_stopped = d.minor_stopped;
	k->m->virus_routes = d.routes;
	k->m->virus_routes_count = d.route_count;
	k->m->annex = d.annex;
	k->m->annex_count = d.annex_count;
	k->m->annex_more_rows = d.annex_more_rows;
	k->m->annex_more_detections = d.annex_more_detections;
	return 0;
}

static void put_rows(struct member_making *k)
{
	static const struct {
		enum source source;
		void (*put)(struct member_making *, int row, int to);
	} parts[] = { { S_COVERAGE, put_coverage },
		      { S_SENSORS, put_sensors },
		      { S_CASES, put_cases },
		      { S_REQUESTS, put_requests },
		      { S_DISPATCHES, put_dispatches } };

	for (size_t i = 0; i < ARRAY_LEN(parts) && !k->failed; i++) {
		int to, row = facts_rows_of(&k->all->rows[parts[i].source], k->m->company_id, &to);

		parts[i].put(k, row, to);
	}
}

static int judge(struct member_making *k, bool contacts_stale, struct err *why)
{
	const struct report_facts_frame *frame = k->all->frame;
	const struct report_request_facts facts = { .due_on = frame->due_on, .contacts_stale = contacts_stale };

	if (weather_judge(k->m, &frame->texts, k->pool, why) != 0)
		return -1;
	if (report_request_propose(k->m, &facts, &frame->words, &frame->texts, k->pool, why) != 0)
		return -1;
	keep_cases(k->m);
	return 0;
}

/* Makes the document of the company in this row; *there false: it had nothing in the month. */
static int make(struct member_making *k, int row, bool *there, struct err *why)
{
	int to, months;

	put_frame(k, row);
	months = facts_rows_of(&k->all->rows[S_MONTHS], k->m->company_id, &to);
	put_counts(k, months, to, there);
	if (k->failed)
		return facts_no_memory(why);
	if (!*there && !k->all->company_id)
		return 0;
	put_rows(k);
	put_peers(k);
	if (k->failed)
		return facts_no_memory(why);
	if (put_detections(k, why) != 0)
		return -1;
	put_device_cases(k);
	return judge(k, db_bool(k->all->rows[S_COMPANIES].result, row, 6), why);
}

static int each_company(struct members *all, report_facts_each *each, void *context, struct err *why)
{
	int failed = 0, rows = db_rows(all->rows[S_COMPANIES].result);

	for (int row = 0; row < rows && !failed; row++) {
		struct pool pool = { 0 };
		struct member_month month;
		struct member_making k = { .all = all, .m = &month, .pool = &pool };
		bool there;

		failed = make(&k, row, &there, why);
		if (!failed && (there || all->company_id))
			failed = each(context, &month, why);
		pool_release(&pool);
	}
	return failed;
}

int report_facts_members(struct db *db, const struct report_facts_frame *frame, const struct chamber_month *chamber,
			 int64_t company_id, report_facts_each *each, void *context, struct err *why)
{
	struct members all = { .db = db, .frame = frame, .chamber = chamber, .company_id = company_id };
	int failed;

	for (int i = 0; i < MEMBER_MONTHS; i++)
		metrics_month_add(frame->month, i - MEMBER_THIS, all.months[i]);
	failed = facts_time_read(db, frame, 1, &all.time, why);
	if (!failed)
		failed = read_sources(&all, why);
	if (!failed && company_id && !db_rows(all.rows[S_COMPANIES].result))
		failed = err_set(why, ERR_NOT_FOUND, "there is no such company");
	if (!failed)
		failed = each_company(&all, each, context, why);
	free_sources(&all);
	return failed;
}
