#include "server/store/alert_query.h"

#include "lib/buffer.h"

#include <inttypes.h>

/* The columns that alert_query_read() knows, in its order. */
#define COLUMNS                                                                                                      \
	"a.id, a.company_id, a.sensor_id, c.name, n.name, a.kind, a.format, a.ts, a.received_at, a.event_time, "     \
	"host(a.source_ip), a.source_port, host(a.destination_ip), a.destination_port, a.transport, a.direction, "   \
	"a.engine, a.severity, a.score, a.action, a.signature_id, a.signature, a.category, "                         \
	"array_to_json(a.technique)::text, a.stage, a.community_id, a.flow_id, host(a.inside_ip), "                  \
	"host(a.attacker_ip), a.repeat_count, i.incident_id, i.no, i.state, a.mute_id, "                             \
	"(SELECT json_agg(json_build_object('id', r.rule_id, 'title', r.title, 'title_ja', nullif(r.title_ja, '')) " \
	"ORDER BY r.rule_id)::text FROM rule r "                                                                     \
	"WHERE r.rule_id = ANY (ARRAY(SELECT jsonb_array_elements_text(a.rule_hits::jsonb -> 'rules')::bigint)))"

/* Names and membership. The last segment that begins at or before the alert is the only one that can span it. */
#define JOINS                                                                                                  \
	" JOIN company c ON c.company_id = a.company_id "                                                      \
	"LEFT JOIN sensor n ON n.company_id = a.company_id AND n.sensor_id = a.sensor_id "                     \
	"LEFT JOIN LATERAL (SELECT g.incident_id, g.last_ts FROM incident_segment g "                          \
	"WHERE g.company_id = a.company_id AND g.key = a.cluster_key AND g.is_cluster AND g.first_ts <= a.ts " \
	"ORDER BY g.first_ts DESC LIMIT 1) s ON s.last_ts >= a.ts "                                            \
	"LEFT JOIN incident i ON i.company_id = a.company_id AND i.incident_id = s.incident_id "

/* $1 from, $2 to, $3 and $4 the row before, $5 limit, $6 raw, $7 sensor, $8 incident, $9 direction, $10 engine,
 * $11 action, $12 severity, $13 pattern, $14 address, $15 muted (NULL: all, false: those that are not, true: those that
 * are), $16 company (only where it is used). Context is seen with its incident alone. */
#define FILTER                                                                                                   \
	"a.ts >= coalesce($1::timestamptz, '-infinity') AND a.ts < coalesce($2::timestamptz, 'infinity') "       \
	"AND (a.ts, a.id) < (coalesce($3::timestamptz, 'infinity'), $4::bigint) "                                \
	"AND ($7::bigint IS NULL OR a.sensor_id = $7::bigint) "                                                  \
	"AND ($9::text IS NULL OR a.direction = $9::text) AND ($10::text IS NULL OR a.engine = $10::text) "      \
	"AND ($11::text IS NULL OR a.action = $11::text) "                                                       \
	"AND ($12::bigint IS NULL OR a.severity <= $12::bigint) "                                                \
	"AND ($15::boolean IS NULL OR (a.mute_id IS NOT NULL) = $15::boolean) "                                  \
	"AND ($8::bigint IS NOT NULL OR a.kind <> 'context') "                                                   \
	"AND ($13::text IS NULL OR a.signature ILIKE $13::text OR a.category ILIKE $13::text "                   \
	"OR a.source_ip = $14::inet OR a.destination_ip = $14::inet) "                                           \
	"AND ($8::bigint IS NULL OR EXISTS (SELECT 1 FROM incident_segment g WHERE g.company_id = a.company_id " \
	"AND g.key = a.cluster_key AND g.is_cluster AND g.incident_id = $8::bigint "                             \
	"AND g.first_ts <= a.ts AND g.last_ts >= a.ts)) "

/* Across companies unless the scope is one. The page is cut before names and membership are looked up. */
#define PAGE(scope)                                                                                                  \
	"SELECT " COLUMNS ", CASE WHEN $6::boolean THEN a.raw END FROM (SELECT a.* FROM alert a WHERE " scope FILTER \
	"ORDER BY a.ts DESC, a.id DESC LIMIT $5::bigint) a" JOINS "ORDER BY a.ts DESC, a.id DESC"

static const char list_all[] = PAGE("");
static const char list_company[] = PAGE("a.company_id = $16::bigint AND ");

int alert_query_list(struct db *db, const struct alert_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_time(&args, filter->from);
	db_arg_time(&args, filter->to);
	db_arg_time(&args, filter->before_ts);
	db_arg_integer(&args, filter->before_ts == TIME_NONE ? INT64_MAX : filter->before_id);
	db_arg_integer(&args, filter->limit);
	db_arg_bool(&args, filter->raw);
	db_arg_optional(&args, filter->sensor_id);
	db_arg_optional(&args, filter->incident_id);
	db_arg_text(&args, filter->direction);
	db_arg_text(&args, filter->engine);
	db_arg_text(&args, filter->action);
	db_arg_optional(&args, filter->severity);
	db_arg_text(&args, filter->pattern);
	db_arg_text(&args, filter->address);
	if (filter->muted == ALERTS_MUTED_TOO)
		db_arg_null(&args);
	else
		db_arg_bool(&args, filter->muted == ALERTS_MUTED_ONLY);
	if (!filter->company_id)
		return db_run(db, list_all, &args, out, why);
	db_arg_integer(&args, filter->company_id);
	return db_run(db, list_company, &args, out, why);
}

int alert_query_get(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, id);
	if (!company_id)
		return db_run(db,
			      "SELECT " COLUMNS ", a.raw FROM alert a" JOINS
			      "WHERE a.company_id = ANY (ARRAY(SELECT company_id FROM company)) AND a.id = $1::bigint "
			      "LIMIT 1",
			      &args, out, why);
	db_arg_integer(&args, company_id);
	return db_run(db,
		      "SELECT " COLUMNS ", a.raw FROM alert a" JOINS
		      "WHERE a.company_id = $2::bigint AND a.id = $1::bigint LIMIT 1",
		      &args, out, why);
}

/* A literal of bigint[] from one field of each range. */
static const char *range_array(const struct alert_range *ranges, size_t count, size_t offset, struct buffer *out)
{
	buffer_put_byte(out, '{');
	for (size_t i = 0; i < count; i++) {
		int64_t value;

		memcpy(&value, (const char *)&ranges[i] + offset, sizeof(value));
		buffer_printf(out, "%s%" PRId64, i ? "," : "", value);
	}
	buffer_put_byte(out, '}');
	return buffer_string(out);
}

int alert_query_ranges(struct db *db, const struct alert_range *ranges, size_t count, struct db_result **out,
		       struct err *why)
{
	static const size_t fields[] = { offsetof(struct alert_range, company_id),
					 offsetof(struct alert_range, id_from), offsetof(struct alert_range, id_to),
					 offsetof(struct alert_range, ts_from), offsetof(struct alert_range, ts_to) };
	struct buffer arrays[ARRAY_LEN(fields)] = { 0 };
	struct db_args args = { 0 };
	bool short_of_memory = false;
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		db_arg_text(&args, range_array(ranges, count, fields[i], &arrays[i]));
		short_of_memory = short_of_memory || arrays[i].failed;
	}
	/* Times travel as microseconds since 1970; the sum is exact. */
	if (short_of_memory)
		failed = err_set(why, ERR_NOMEM, "no memory for the ranges of alerts");
	else
		failed = db_run(db,
				"SELECT " COLUMNS ", NULL::bytea FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], "
				"$4::bigint[], $5::bigint[]) AS r (company_id, id_from, id_to, ts_from, ts_to) "
				"JOIN alert a ON a.company_id = r.company_id AND a.id BETWEEN r.id_from AND r.id_to "
				"AND a.ts BETWEEN 'epoch'::timestamptz + r.ts_from * interval '1 microsecond' "
				"AND 'epoch'::timestamptz + r.ts_to * interval '1 microsecond' "
				"AND a.kind <> 'context' AND a.mute_id IS NULL" JOINS "ORDER BY a.ts, a.id",
				&args, out, why);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		buffer_release(&arrays[i]);
	return failed;
}

static int64_t port_at(const struct db_result *result, int row, int column)
{
	return db_is_null(result, row, column) ? -1 : db_integer(result, row, column);
}

void alert_query_read(const struct db_result *r, int row, struct alert_row *out)
{
	out->id = db_integer(r, row, 0);
	out->company_id = db_integer(r, row, 1);
	out->sensor_id = db_integer(r, row, 2);
	out->company = db_slice(r, row, 3);
	out->sensor = db_slice(r, row, 4);
	out->kind = db_slice(r, row, 5);
	out->format = db_slice(r, row, 6);
	out->ts = db_time(r, row, 7);
	out->received_at = db_time(r, row, 8);
	out->event_time = db_time(r, row, 9);
	out->source_ip = db_slice(r, row, 10);
	out->source_port = port_at(r, row, 11);
	out->destination_ip = db_slice(r, row, 12);
	out->destination_port = port_at(r, row, 13);
	out->transport = db_slice(r, row, 14);
	out->direction = db_slice(r, row, 15);
	out->engine = db_slice(r, row, 16);
	out->severity = db_integer(r, row, 17);
	out->score = db_integer(r, row, 18);
	out->action = db_slice(r, row, 19);
	out->signature_id = db_slice(r, row, 20);
	out->signature = db_slice(r, row, 21);
	out->category = db_slice(r, row, 22);
	out->technique = db_slice(r, row, 23);
	out->stage = db_slice(r, row, 24);
	out->community_id = db_slice(r, row, 25);
	out->flow_id = db_integer(r, row, 26);
	out->inside_ip = db_slice(r, row, 27);
	out->attacker_ip = db_slice(r, row, 28);
	out->repeat_count = db_integer(r, row, 29);
	out->incident_id = db_integer(r, row, 30);
	out->incident_no = db_integer(r, row, 31);
	out->incident_state = db_slice(r, row, 32);
	out->mute_id = db_integer(r, row, 33);
	out->rules = db_slice(r, row, 34);
	out->raw = db_slice(r, row, 35);
}
