#include "server/store/sensor_query.h"

#include "server/store/array_text.h"

/* $3 zone; what $1 and $2 are is the scopes' business. The collector keeps the hours: alerts are not read here. */
#define LIST(scope)                                                                                                 \
	"SELECT s.sensor_id, s.company_id, c.name, s.name, s.state, h.agent_version, h.last_seen_at, "              \
	"h.last_event_at, (SELECT max(t.not_after) FROM sensor_certificate t WHERE t.company_id = s.company_id "    \
	"AND t.sensor_id = s.sensor_id AND t.revoked_at IS NULL), s.created_at, h.clock_skew_ms, h.spool_records, " \
	"h.spool_bytes, h.disk_free_bytes, h.dropped_records, coalesce(d.expected, 0), coalesce(d.received, 0), "   \
	"coalesce(d.dropped, 0), coalesce(d.unparsed, 0), coalesce(d.duplicate, 0), coalesce(d.ignored, 0), "       \
	"array_to_json(sensor_hours(h.hours, h.hour, floor(extract(epoch FROM now()) / 3600)::bigint, 0))::text "   \
	"FROM sensor s JOIN company c ON c.company_id = s.company_id "                                              \
	"LEFT JOIN sensor_health h ON h.company_id = s.company_id AND h.sensor_id = s.sensor_id "                   \
	"LEFT JOIN sensor_day d ON d.company_id = s.company_id AND d.sensor_id = s.sensor_id "                      \
	"AND d.day = (now() AT TIME ZONE $3::text)::date WHERE " scope                                              \
	" ORDER BY c.name, s.company_id, s.name, s.sensor_id"

/* $1 company or NULL, $2 sensor or NULL; $1 companies, $2 their sensors. */
static const char list[] = LIST("($1::bigint IS NULL OR s.company_id = $1::bigint) "
				"AND ($2::bigint IS NULL OR s.sensor_id = $2::bigint)");
static const char some[] = LIST("(s.company_id, s.sensor_id) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))");

int sensor_query_list(struct db *db, int64_t company_id, int64_t sensor_id, const char *timezone,
		      struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_optional(&args, sensor_id);
	db_arg_text(&args, timezone);
	return db_run(db, list, &args, out, why);
}

int sensor_query_some(struct db *db, const int64_t *company_ids, const int64_t *sensor_ids, size_t count,
		      const char *timezone, struct db_result **out, struct err *why)
{
	struct array_text arrays[2] = { 0 };
	struct db_args args = { 0 };
	int failed;

	for (size_t i = 0; i < count; i++) {
		array_text_integer(&arrays[0], company_ids[i]);
		array_text_integer(&arrays[1], sensor_ids[i]);
	}
	db_arg_text(&args, array_text(&arrays[0]));
	db_arg_text(&args, array_text(&arrays[1]));
	db_arg_text(&args, timezone);
	if (args.values[0] && args.values[1])
		failed = db_run(db, some, &args, out, why);
	else
		failed = err_set(why, ERR_NOMEM, "no memory for the sensors asked for");
	array_text_release(&arrays[0]);
	array_text_release(&arrays[1]);
	return failed;
}

int sensor_query_company(struct db *db, int64_t company_id, int64_t sensor_id, int64_t *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	db_arg_integer(&args, sensor_id);
	db_arg_optional(&args, company_id);
	if (db_run(db,
		   "SELECT company_id FROM sensor WHERE sensor_id = $1::bigint "
		   "AND ($2::bigint IS NULL OR company_id = $2::bigint)",
		   &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	if (rows)
		*out = db_integer(result, 0, 0);
	db_result_free(result);
	return rows ? 0 : err_set(why, ERR_NOT_FOUND, "no such sensor");
}

void sensor_query_read(const struct db_result *r, int row, struct sensor_row *out)
{
	out->id = db_integer(r, row, 0);
	out->company_id = db_integer(r, row, 1);
	out->company = db_text(r, row, 2);
	out->name = db_text(r, row, 3);
	out->state = db_text(r, row, 4);
	out->agent_version = db_text(r, row, 5);
	out->last_seen_at = db_time(r, row, 6);
	out->last_event_at = db_time(r, row, 7);
	out->certificate_not_after = db_time(r, row, 8);
	out->created_at = db_time(r, row, 9);
	out->has_skew = !db_is_null(r, row, 10);
	out->clock_skew_ms = db_integer(r, row, 10);
	out->has_spool_records = !db_is_null(r, row, 11);
	out->spool_records = db_integer(r, row, 11);
	out->has_spool_bytes = !db_is_null(r, row, 12);
	out->spool_bytes = db_integer(r, row, 12);
	out->has_disk_free = !db_is_null(r, row, 13);
	out->disk_free_bytes = db_integer(r, row, 13);
	out->has_dropped = !db_is_null(r, row, 14);
	out->dropped_records = db_integer(r, row, 14);
	out->today.expected = db_integer(r, row, 15);
	out->today.received = db_integer(r, row, 16);
	out->today.dropped = db_integer(r, row, 17);
	out->today.unparsed = db_integer(r, row, 18);
	out->today.duplicate = db_integer(r, row, 19);
	out->today.ignored = db_integer(r, row, 20);
	out->hours = db_text(r, row, 21);
}
