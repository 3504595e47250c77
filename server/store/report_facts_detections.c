/* What was detected, put into kinds, devices, routes and the annex's rows (report_facts_parts.h). Across companies. */
#include "server/store/report_facts_parts.h"

#include <stdlib.h>

/* Which alerts: those of companies $1 to $2 in $3 <= ts < $4; or those of incident $2 of company $1. */
#define OF_COMPANIES                                      \
	"a.company_id BETWEEN $1::bigint AND $2::bigint " \
	"AND a.ts >= $3::timestamptz AND a.ts < $4::timestamptz "
#define OF_INCIDENT                                                                                             \
	"a.company_id = $1::bigint AND EXISTS (SELECT FROM incident_segment s WHERE s.company_id = $1::bigint " \
	"AND s.incident_id = $2::bigint AND s.is_cluster AND s.key = a.cluster_key "                            \
	"AND a.ts BETWEEN s.first_ts AND s.last_ts) "                                                           \
	"AND a.ts >= (SELECT i.first_ts FROM incident i WHERE i.company_id = $1::bigint AND i.incident_id = "   \
	"$2::bigint) "                                                                                          \
	"AND a.ts <= (SELECT i.last_ts FROM incident i WHERE i.company_id = $1::bigint AND i.incident_id = "    \
	"$2::bigint) "

#define PORTS_OF(list) "(a.source_port IN (" list ") OR a.destination_port IN (" list "))"

/* The alerts are read once and put together by all that any part shows. Of devices the rows of the five with most
 * detections; of the annex the first sixty of each company, with the number of all rows and detections beside them. */
#define DETECTIONS(which)                                                                                              \
	"WITH seen AS MATERIALIZED (SELECT a.company_id, a.direction, a.engine, a.action, a.stage, a.severity, "       \
	"a.category, a.signature, a.signature_id, a.source_ip, a.destination_ip, a.destination_port, "                 \
	"CASE WHEN a.direction = 'outbound' THEN a.inside_ip END AS device, "                                          \
	"CASE WHEN a.engine <> 'antivirus' THEN NULL "                                                                 \
	"WHEN " PORTS_OF(                                                                                              \
	    "25, 110, 143, 465, 587, 993, 995") " THEN 'mail' "                                                        \
						"WHEN " PORTS_OF(                                                      \
						    "80, 443, 8080, 3128") " THEN 'web' ELSE 'other' END AS route, "   \
									   "sum(a.repeat_count)::bigint AS n, "        \
									   "coalesce(sum(a.repeat_count) FILTER "      \
									   "(WHERE a.action IN "                       \
									   "('blocked', 'removed')), 0)::bigint AS "   \
									   "stopped, min(a.ts) AS first_ts, "          \
									   "max(a.ts) AS last_ts "                     \
									   "FROM alert a WHERE " which                 \
									   "AND a.kind = 'alert' GROUP BY 1, 2, 3, "   \
									   "4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14), "   \
									   "devices AS (SELECT *, dense_rank() OVER "  \
									   "(PARTITION BY company_id ORDER BY total "  \
									   "DESC, device) AS place "                   \
									   "FROM (SELECT company_id, device, "         \
									   "direction, engine, stage, category, "      \
									   "signature, sum(n)::bigint AS n, "          \
									   "sum(stopped)::bigint AS stopped, "         \
									   "min(first_ts) AS first_ts, max(last_ts) "  \
									   "AS last_ts, "                              \
									   "sum(sum(n)) OVER (PARTITION BY "           \
									   "company_id, device) AS total FROM seen "   \
									   "WHERE device IS NOT NULL "                 \
									   "GROUP BY company_id, device, direction, "  \
									   "engine, stage, category, signature) d), "  \
									   "annex AS (SELECT *, row_number() OVER "    \
									   "(PARTITION BY company_id ORDER BY "        \
									   "severity, n DESC, first_ts, "              \
									   "last_ts, direction, engine, action, "      \
									   "signature, signature_id, source_ip, "      \
									   "destination_ip, destination_port) "        \
									   "AS place, count(*) OVER (PARTITION BY "    \
									   "company_id) AS rows, sum(n) OVER "         \
									   "(PARTITION BY company_id) AS total, "      \
									   "sum(stopped) OVER (PARTITION BY "          \
									   "company_id) AS total_stopped "             \
									   "FROM (SELECT company_id, severity, "       \
									   "direction, engine, action, signature, "    \
									   "signature_id, source_ip, "                 \
									   "destination_ip, destination_port, "        \
									   "sum(n)::bigint AS n, "                     \
									   "sum(stopped)::bigint AS stopped, "         \
									   "min(first_ts) AS first_ts, max(last_ts) "  \
									   "AS last_ts FROM seen "                     \
									   "GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10) "  \
									   "x) "                                       \
									   "SELECT company_id, 1 AS part, 0::bigint "  \
									   "AS place, direction, engine, stage, "      \
									   "category, signature, "                     \
									   "sum(n)::bigint, sum(stopped)::bigint, "    \
									   "min(first_ts), max(last_ts), NULL::text, " \
									   "NULL::text, NULL::text, "                  \
									   "0::bigint, NULL::text, 0::bigint, "        \
									   "0::bigint, 0::bigint FROM seen "           \
									   "WHERE direction IN ('inbound', "           \
									   "'outbound') "                              \
									   "GROUP BY company_id, direction, engine, "  \
									   "stage, category, signature "               \
									   "UNION ALL SELECT company_id, 2, place, "   \
									   "direction, engine, stage, category, "      \
									   "signature, n, stopped, "                   \
									   "first_ts, last_ts, host(device), NULL, "   \
									   "NULL, 0, NULL, 0, 0, 0 FROM devices "      \
									   "WHERE place <= 5 "                         \
									   "UNION ALL SELECT company_id, 3, 0, NULL, " \
									   "route, NULL, NULL, NULL, sum(n)::bigint, " \
									   "sum(stopped)::bigint, "                    \
									   "NULL, NULL, NULL, NULL, NULL, 0, NULL, "   \
									   "0, 0, 0 FROM seen WHERE route IS NOT "     \
									   "NULL "                                     \
									   "GROUP BY company_id, route "               \
									   "UNION ALL SELECT company_id, 4, place, "   \
									   "direction, engine, NULL, NULL, "           \
									   "signature, n, stopped, first_ts, "         \
									   "last_ts, host(source_ip), "                \
									   "host(destination_ip), signature_id, "      \
									   "coalesce(destination_port, 0), action, "   \
									   "severity, rows, total::bigint FROM annex " \
									   "WHERE place <= 60 "                        \
									   "UNION ALL SELECT company_id, 5, 0, NULL, " \
									   "NULL, NULL, NULL, NULL, sum(n)::bigint, "  \
									   "sum(stopped)::bigint, "                    \
									   "NULL, NULL, NULL, NULL, NULL, 0, NULL, "   \
									   "0, 0, 0 FROM seen GROUP BY company_id "    \
									   "ORDER BY 1, 2, 3, 9 DESC, 4, 5, 6, 7, 8"

enum { PART_KIND = 1, PART_DEVICE, PART_ROUTE, PART_ANNEX, PART_ALL };
enum {
	D_COMPANY,
	D_PART,
	D_PLACE,
	D_DIRECTION,
	D_ENGINE, /* of a route: which */
	D_STAGE,
	D_CATEGORY,
	D_SIGNATURE,
	D_DETECTIONS,
	D_STOPPED,
	D_FIRST,
	D_LAST,
	D_SOURCE, /* of a device: its address */
	D_DESTINATION,
	D_SIGNATURE_ID,
	D_PORT,
	D_ACTION,
	D_SEVERITY,
	D_ROWS,
	D_TOTAL,
};

int facts_detections_query(struct db *db, const struct facts_time *time, int64_t first, int64_t last,
			   struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, first);
	db_arg_integer(&args, last);
	db_arg_time(&args, time->from);
	db_arg_time(&args, time->to);
	return db_run(db, DETECTIONS(OF_COMPANIES), &args, out, why);
}

int facts_detections_of_incident(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out,
				 struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	return db_run(db, DETECTIONS(OF_INCIDENT), &args, out, why);
}

/* ---------------------------------------------------------------------------------------------- reading */

struct reading {
	const struct db_result *result;
	const struct plain_words *words;
	struct pool *pool;
	struct facts_detections *out;
	bool failed; /* no memory */
};

static const struct plain_word *word_of(const struct reading *r, int row)
{
	const struct plain_words_subject subject = { .direction = db_text(r->result, row, D_DIRECTION),
						     .engine = db_text(r->result, row, D_ENGINE),
						     .stage = db_text(r->result, row, D_STAGE),
						     .category = db_text(r->result, row, D_CATEGORY),
						     .signature = db_text(r->result, row, D_SIGNATURE) };

	return plain_words_find(r->words, &subject);
}

/* What several kinds are called is one kind. There is room for one more. */
static void add_kind(struct kind_count *kinds, size_t *count, const struct plain_word *word, int64_t detections,
		     int64_t stopped)
{
	size_t i = 0;

	while (i < *count && strcmp(kinds[i].ja, word->ja) != 0)
		i++;
	if (i == *count)
		kinds[(*count)++] = (struct kind_count){ .ja = word->ja, .en = word->en };
	kinds[i].detections += detections;
	kinds[i].stopped += stopped;
}

/* The most frequent first; of equal ones the name decides, so that the same facts are always the same text. */
static int compare_kinds(const void *a, const void *b)
{
	const struct kind_count *x = a, *y = b;

	if (x->detections != y->detections)
		return x->detections < y->detections ? 1 : -1;
	return strcmp(x->ja, y->ja);
}

static void keep_words(struct reading *r, struct kind_count *kind)
{
	kind->ja = facts_text(r->pool, kind->ja, &r->failed);
	kind->en = facts_text(r->pool, kind->en, &r->failed);
}

static void read_kinds(struct reading *r, int from, int to)
{
	for (int d = 0; d < 2 && !r->failed; d++) {
		struct kind_count *kinds = facts_list(r->pool, (size_t)(to - from), sizeof(*kinds), &r->failed);
		size_t count = 0;

		for (int row = from; row < to && kinds; row++)
			if (slice_is(db_slice(r->result, row, D_DIRECTION), d == 0 ? "inbound" : "outbound"))
				add_kind(kinds, &count, word_of(r, row), db_integer(r->result, row, D_DETECTIONS),
					 db_integer(r->result, row, D_STOPPED));
		if (!kinds)
			return;
		qsort(kinds, count, sizeof(*kinds), compare_kinds);
		if (count > MEMBER_KINDS_MAX)
			count = MEMBER_KINDS_MAX;
		for (size_t i = 0; i < count; i++)
			keep_words(r, &kinds[i]);
		r->out->kinds[d] = kinds;
		r->out->kind_counts[d] = count;
	}
}

/* Rows of one device. */
static void read_device(struct reading *r, int from, int to, struct device_count *device)
{
	struct kind_count *kinds = facts_list(r->pool, (size_t)(to - from), sizeof(*kinds), &r->failed);
	size_t count = 0;

	if (!kinds)
		return;
	*device = (struct device_count){ .address = facts_text(r->pool, db_text(r->result, from, D_SOURCE), &r->failed),
					 .first_at = db_time(r->result, from, D_FIRST),
					 .last_at = db_time(r->result, from, D_LAST) };
	for (int row = from; row < to; row++) {
		time_us first = db_time(r->result, row, D_FIRST), last = db_time(r->result, row, D_LAST);
		int64_t detections = db_integer(r->result, row, D_DETECTIONS);
		int64_t stopped = db_integer(r->result, row, D_STOPPED);

		device->first_at = first < device->first_at ? first : device->first_at;
		device->last_at = last > device->last_at ? last : device->last_at;
		device->detections += detections;
		device->stopped += stopped;
		add_kind(kinds, &count, word_of(r, row), detections, stopped);
	}
	qsort(kinds, count, sizeof(*kinds), compare_kinds);
	keep_words(r, &kinds[0]);
	device->ja = kinds[0].ja;
	device->en = kinds[0].en;
}

static void read_devices(struct reading *r, int from, int to)
{
	r->out->devices = facts_list(r->pool, MEMBER_DEVICES_MAX, sizeof(*r->out->devices), &r->failed);
	while (from < to && !r->failed && r->out->device_count < MEMBER_DEVICES_MAX) {
		int64_t place = db_integer(r->result, from, D_PLACE);
		int end = from;

		while (end < to && db_integer(r->result, end, D_PLACE) == place)
			end++;
		read_device(r, from, end, &r->out->devices[r->out->device_count++]);
		from = end;
	}
}

static void read_routes(struct reading *r, int from, int to)
{
	r->out->routes = facts_list(r->pool, (size_t)(to - from), sizeof(*r->out->routes), &r->failed);
	for (int row = from; row < to && !r->failed; row++)
		r->out->routes[r->out->route_count++] =
		    (struct virus_route){ .route = facts_text(r->pool, db_text(r->result, row, D_ENGINE), &r->failed),
					  .detections = db_integer(r->result, row, D_DETECTIONS),
					  .removed = db_integer(r->result, row, D_STOPPED) };
}

static struct annex_row annex_row(struct reading *r, int row)
{
	return (struct annex_row){
		.first_at = db_time(r->result, row, D_FIRST),
		.last_at = db_time(r->result, row, D_LAST),
		.detections = db_integer(r->result, row, D_DETECTIONS),
		.severity = db_integer(r->result, row, D_SEVERITY),
		.direction = facts_text(r->pool, db_text(r->result, row, D_DIRECTION), &r->failed),
		.engine = facts_text(r->pool, db_text(r->result, row, D_ENGINE), &r->failed),
		.action = facts_text(r->pool, db_text(r->result, row, D_ACTION), &r->failed),
		.signature = facts_text(r->pool, db_text(r->result, row, D_SIGNATURE), &r->failed),
		.signature_id = facts_text(r->pool, db_text(r->result, row, D_SIGNATURE_ID), &r->failed),
		.source = facts_text(r->pool, db_text(r->result, row, D_SOURCE), &r->failed),
		.destination = facts_text(r->pool, db_text(r->result, row, D_DESTINATION), &r->failed),
		.destination_port = db_integer(r->result, row, D_PORT),
	};
}

static void read_annex(struct reading *r, int from, int to)
{
	struct facts_detections *out = r->out;

	out->annex = facts_list(r->pool, MEMBER_ANNEX_MAX, sizeof(*out->annex), &r->failed);
	if (from == to || r->failed)
		return;
	out->annex_more_rows = db_integer(r->result, from, D_ROWS);
	out->annex_more_detections = db_integer(r->result, from, D_TOTAL);
	for (int row = from; row < to && out->annex_count < MEMBER_ANNEX_MAX; row++) {
		out->annex[out->annex_count++] = annex_row(r, row);
		out->annex_more_rows--;
		out->annex_more_detections -= db_integer(r->result, row, D_DETECTIONS);
	}
}

static void read_all(struct reading *r, int from, int to)
{
	if (from == to)
		return;
	r->out->detections = db_integer(r->result, from, D_DETECTIONS);
	r->out->stopped = db_integer(r->result, from, D_STOPPED);
}

int facts_detections_read(const struct db_result *result, int from, int to, const struct plain_words *words,
			  struct pool *pool, struct facts_detections *out, struct err *why)
{
	static void (*const read[])(struct reading * r, int from, int to) = { read_kinds, read_devices, read_routes,
									      read_annex, read_all };
	struct reading r = { .result = result, .words = words, .pool = pool, .out = out };

	*out = (struct facts_detections){ 0 };
	for (int part = PART_KIND; part <= PART_ALL && !r.failed; part++) {
		int end = from;

		while (end < to && db_integer(result, end, D_PART) == part)
			end++;
		read[part - PART_KIND](&r, from, end);
		from = end;
	}
	return r.failed ? facts_no_memory(why) : 0;
}
