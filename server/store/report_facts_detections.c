/* What was detected, put into kinds, devices, routes and the annex's rows (report_facts_parts.h). Across companies. */
#include "server/store/report_facts_parts.h"

#include <stdlib.h>

/* Which alerts: those of company $1, or of all when it is NULL, in $2 <= ts < $3; or those of incident $2 of company
 * $1.
 */
#define OF_COMPANIES                                         \
	"($1::bigint IS NULL OR a.company_id = $1::bigint) " \
	"AND a.ts >= $2::timestamptz AND a.ts < $3::timestamptz "
#define OF_INCIDENT                                                                                             \
	"a.company_id = $1::bigint AND EXISTS (SELECT FROM incident_segment s WHERE s.company_id = $1::bigint " \
	"AND s.incident_id = $2::bigint AND s.is_cluster AND s.key = a.cluster_key "                            \
	"AND a.ts BETWEEN s.first_ts AND s.last_ts) "                                                           \
	"AND a.ts >= (SELECT i.first_ts FROM incident i WHERE i.company_id = $1::bigint AND i.incident_id = "   \
	"$2::bigint) "                                                                                          \
	"AND a.ts <= (SELECT i.last_ts FROM incident i WHERE i.company_id = $1::bigint AND i.incident_id = "    \
	"$2::bigint) "

#define IS_MAIL                                                 \
	"(a.source_port IN (25, 110, 143, 465, 587, 993, 995) " \
	"OR a.destination_port IN (25, 110, 143, 465, 587, 993, 995))"
#define IS_WEB  "(a.source_port IN (80, 443, 8080, 3128) OR a.destination_port IN (80, 443, 8080, 3128))"
#define STOPPED "action IN ('blocked', 'removed')"
/* What is beyond policy level (POLICY_SCORE_MAX) is a case, however low its severity. */
#define GRAVITY "(CASE WHEN severity > 3 AND score > 20 THEN 3 ELSE severity END)"
#define MINOR   GRAVITY " > 3"

/* The alerts are read once and put together by all that the annex shows (and the route); what goes with a signature,
 * and the device, are those of one of them. Of each company and direction the 500 most frequent kinds; of the five
 * gravest devices what they did, the gravest and most frequent of it, with their sums beside it; the annex's first
 * sixty rows; at last how many rows and detections there are. So a company has STREAM_COMPANY rows at most. Texts are
 * compared as bytes: that is the same everywhere, and fast. */
#define DETECTIONS(which)                                                                                              \
	"WITH seen AS MATERIALIZED (SELECT a.company_id, a.direction COLLATE \"C\" AS direction, "                     \
	"a.engine COLLATE \"C\" AS engine, a.action COLLATE \"C\" AS action, a.severity, "                             \
	"a.signature COLLATE \"C\" AS signature, a.signature_id COLLATE \"C\" AS signature_id, a.source_ip, "          \
	"a.destination_ip, a.destination_port, CASE WHEN a.engine <> 'antivirus' THEN NULL "                           \
	"WHEN " IS_MAIL " THEN 'mail' WHEN " IS_WEB " THEN 'web' ELSE 'other' END COLLATE \"C\" AS route, "            \
	"min(a.stage COLLATE \"C\") AS stage, min(a.category COLLATE \"C\") AS category, "                             \
	"min(a.inside_ip) FILTER (WHERE a.direction = 'outbound') AS device, sum(a.repeat_count) AS n, "               \
	"max(a.score) AS score, min(a.ts) AS first_ts, max(a.ts) AS last_ts FROM alert a WHERE " which                 \
	"AND a.kind = 'alert' "                                                                                        \
	"GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), "                                                                \
	"kinds AS (SELECT company_id, direction, engine, stage, category, signature, sum(n) AS n, "                    \
	"sum(n) FILTER (WHERE " STOPPED ") AS stopped, row_number() OVER (PARTITION BY company_id, direction "         \
	"ORDER BY sum(n) DESC, engine, stage, category, signature) AS place FROM seen "                                \
	"WHERE direction IN ('inbound', 'outbound') "                                                                  \
	"GROUP BY company_id, direction, engine, stage, category, signature), "                                        \
	"device_kinds AS (SELECT company_id, device, direction, engine, stage, category, signature, sum(n) AS n, "     \
	"min(" GRAVITY ") AS gravity, row_number() OVER (PARTITION BY company_id, device ORDER BY min(" GRAVITY "), "  \
	"sum(n) DESC, engine, stage, category, signature) AS kind, min(min(" GRAVITY ")) OVER d AS gravest, "          \
	"sum(sum(n)) OVER d AS total, sum(sum(n) FILTER (WHERE " STOPPED ")) OVER d AS stopped, "                      \
	"coalesce(sum(sum(n) FILTER (WHERE " MINOR ")) OVER d, 0) AS minor, "                                          \
	"coalesce(sum(sum(n) FILTER (WHERE " MINOR " AND " STOPPED ")) OVER d, 0) AS minor_stopped, "                  \
	"min(min(first_ts)) OVER d AS first_ts, max(max(last_ts)) OVER d AS last_ts FROM seen "                        \
	"WHERE device IS NOT NULL GROUP BY company_id, device, direction, engine, stage, category, signature "         \
	"WINDOW d AS (PARTITION BY company_id, device)), "                                                             \
	"devices AS (SELECT *, dense_rank() OVER (PARTITION BY company_id ORDER BY gravest, total - minor DESC, "      \
	"total DESC, device) AS place, count(*) FILTER (WHERE kind = 1) OVER (PARTITION BY company_id) AS devices "    \
	"FROM device_kinds), "                                                                                         \
	"annex AS (SELECT *, row_number() OVER (PARTITION BY company_id ORDER BY severity, n DESC, first_ts, "         \
	"last_ts, source_ip, destination_ip, destination_port, action, engine, direction, signature_id, "              \
	"signature, route) AS place FROM seen) "                                                                       \
	"SELECT company_id, 1 AS part, place, direction, engine, stage, category, signature, n::bigint, "              \
	"coalesce(stopped, 0)::bigint, NULL::timestamptz, NULL::timestamptz, NULL::text, NULL::text, NULL::text, "     \
	"0::bigint, NULL::text, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint FROM kinds WHERE place <= 500 "  \
	"UNION ALL SELECT company_id, 2, place, direction, engine, stage, category, signature, n::bigint, "            \
	"coalesce(stopped, 0)::bigint, first_ts, last_ts, host(device), NULL, NULL, 0, NULL, gravity, total::bigint, " \
	"minor::bigint, minor_stopped::bigint, devices "                                                               \
	"FROM devices WHERE place <= 5 AND kind <= 50 "                                                                \
	"UNION ALL SELECT company_id, 3, 0, NULL, route, NULL, NULL, NULL, sum(n)::bigint, "                           \
	"coalesce(sum(n) FILTER (WHERE " STOPPED                                                                       \
	"), 0)::bigint, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, 0, 0, 0, 0 "                                         \
	"FROM seen WHERE route IS NOT NULL GROUP BY company_id, route "                                                \
	"UNION ALL SELECT company_id, 4, place, direction, engine, NULL, NULL, signature, n::bigint, 0, first_ts, "    \
	"last_ts, host(source_ip), host(destination_ip), signature_id, coalesce(destination_port, 0), action, "        \
	"severity, 0, 0, 0, 0 FROM annex WHERE place <= 60 "                                                           \
	"UNION ALL SELECT company_id, 5, 0, NULL, NULL, NULL, NULL, NULL, sum(n)::bigint, "                            \
	"coalesce(sum(n) FILTER (WHERE " STOPPED "), 0)::bigint, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, "           \
	"count(*), coalesce(sum(n) FILTER (WHERE direction = 'outbound' AND " MINOR "), 0)::bigint, "                  \
	"coalesce(sum(n) FILTER (WHERE direction = 'outbound' AND " MINOR " AND " STOPPED "), 0)::bigint, 0 "          \
	"FROM seen GROUP BY company_id ORDER BY 1, 2, 3, 9 DESC, 4, 5, 6, 7, 8"

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
	D_SEVERITY, /* of a device's kind: as it counts */
	D_TOTAL,    /* of a device; of all: rows of the annex */
	D_MINOR,    /* of a device; of all: of those outbound */
	D_MINOR_STOPPED,
	D_DEVICES, /* of a device: how many there are */
};

/* ---------------------------------------------------------------------------------------------- the stream */

enum { STREAM_FETCH = 5000, STREAM_COMPANY = 2 * 500 + 5 * 50 + 3 + 60 + 1 };

/* Of the transaction: a month of all companies is sorted and grouped, and read to its end. */
#define STREAM_SETTINGS "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL cursor_tuple_fraction = 1"

int facts_stream_open(struct facts_stream *s, struct db *db, const struct facts_time *time, int64_t company_id,
		      struct err *why)
{
	struct db_args args = { 0 };

	*s = (struct facts_stream){ .db = db };
	if (db_script(db, STREAM_SETTINGS, why) != 0)
		return -1;
	db_arg_optional(&args, company_id);
	db_arg_time(&args, time->from);
	db_arg_time(&args, time->to);
	if (db_run(db, "DECLARE detections_of_month SCROLL CURSOR FOR " DETECTIONS(OF_COMPANIES), &args, NULL, why) !=
	    0)
		return -1;
	s->open = true;
	return 0;
}

void facts_stream_close(struct facts_stream *s)
{
	facts_rows_free(&s->rows);
	if (s->open)
		db_script(s->db, "CLOSE detections_of_month", NULL);
	s->open = false;
}

/* The last company of a full block may go on in the next one: it is left for that. */
static int leave_last(struct facts_stream *s, struct err *why)
{
	int64_t last = db_integer(s->rows.result, STREAM_FETCH - 1, D_COMPANY);
	char move[64];

	s->count = STREAM_FETCH;
	while (s->count > 0 && db_integer(s->rows.result, s->count - 1, D_COMPANY) == last)
		s->count--;
	snprintf(move, sizeof(move), "MOVE BACKWARD %d FROM detections_of_month", STREAM_FETCH - s->count);
	return db_script(s->db, move, why);
}

static int fetch(struct facts_stream *s, struct err *why)
{
	_Static_assert(STREAM_COMPANY < STREAM_FETCH, "a block holds all rows of a company");
	facts_rows_free(&s->rows);
	if (db_run(s->db, "FETCH FORWARD 5000 FROM detections_of_month", NULL, &s->rows.result, why) != 0)
		return -1;
	s->count = db_rows(s->rows.result);
	s->ended = s->count < STREAM_FETCH;
	return s->ended ? 0 : leave_last(s, why);
}

int facts_stream_rows(struct facts_stream *s, int64_t company_id, int *from, int *to, struct err *why)
{
	while (!s->ended && (!s->count || db_integer(s->rows.result, s->count - 1, D_COMPANY) < company_id))
		if (fetch(s, why) != 0)
			return -1;
	*from = *to = 0;
	if (s->count)
		*from = facts_rows_of(&s->rows, company_id, to);
	return 0;
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

struct device_kind {
	const struct plain_word *word;
	int64_t detections, gravity;
};

static void add_device_kind(struct device_kind *kinds, size_t *count, const struct device_kind *kind)
{
	size_t i = 0;

	while (i < *count && strcmp(kinds[i].word->ja, kind->word->ja) != 0)
		i++;
	if (i == *count)
		kinds[(*count)++] = (struct device_kind){ kind->word, 0, kind->gravity };
	kinds[i].detections += kind->detections;
	if (kind->gravity < kinds[i].gravity)
		kinds[i].gravity = kind->gravity;
}

/* The gravest, then the most frequent; of equal ones the name decides. */
static bool is_before(const struct device_kind *a, const struct device_kind *b)
{
	if (a->gravity != b->gravity)
		return a->gravity < b->gravity;
	if (a->detections != b->detections)
		return a->detections > b->detections;
	return strcmp(a->word->ja, b->word->ja) < 0;
}

/* Rows of one device: its sums stand in each. */
static void read_device(struct reading *r, int from, int to, struct device_count *device)
{
	struct device_kind *kinds = facts_list(r->pool, (size_t)(to - from), sizeof(*kinds), &r->failed);
	const struct device_kind *first = kinds;
	size_t count = 0;

	if (!kinds)
		return;
	for (int row = from; row < to; row++)
		add_device_kind(kinds, &count,
				&(struct device_kind){ word_of(r, row), db_integer(r->result, row, D_DETECTIONS),
						       db_integer(r->result, row, D_SEVERITY) });
	for (size_t i = 1; i < count; i++)
		if (is_before(&kinds[i], first))
			first = &kinds[i];
	*device = (struct device_count){ .address = facts_text(r->pool, db_text(r->result, from, D_SOURCE), &r->failed),
					 .ja = facts_text(r->pool, first->word->ja, &r->failed),
					 .en = facts_text(r->pool, first->word->en, &r->failed),
					 .detections = db_integer(r->result, from, D_TOTAL),
					 .stopped = db_integer(r->result, from, D_STOPPED),
					 .first_at = db_time(r->result, from, D_FIRST),
					 .last_at = db_time(r->result, from, D_LAST),
					 .severity = first->gravity,
					 .kinds = (int64_t)count,
					 .minor = db_integer(r->result, from, D_MINOR),
					 .minor_stopped = db_integer(r->result, from, D_MINOR_STOPPED) };
}

static void read_devices(struct reading *r, int from, int to)
{
	r->out->devices = facts_list(r->pool, MEMBER_DEVICES_MAX, sizeof(*r->out->devices), &r->failed);
	r->out->devices_there = from < to ? db_integer(r->result, from, D_DEVICES) : 0;
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
	for (int row = from; row < to && !r->failed && out->annex_count < MEMBER_ANNEX_MAX; row++)
		out->annex[out->annex_count++] = annex_row(r, row);
}

static void read_all(struct reading *r, int from, int to)
{
	if (from == to)
		return;
	r->out->detections = db_integer(r->result, from, D_DETECTIONS);
	r->out->stopped = db_integer(r->result, from, D_STOPPED);
	r->out->minor = db_integer(r->result, from, D_MINOR);
	r->out->minor_stopped = db_integer(r->result, from, D_MINOR_STOPPED);
	r->out->annex_more_rows = db_integer(r->result, from, D_TOTAL) - (int64_t)r->out->annex_count;
	r->out->annex_more_detections = r->out->detections;
	for (size_t i = 0; i < r->out->annex_count; i++)
		r->out->annex_more_detections -= r->out->annex[i].detections;
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
