#include "server/store/gap_ledger.h"

/* $1 first day, $2 last day, $3 zone, $4 company or NULL. */
static const char ledger_sql[] =
    "SELECT s.company_id, c.name, s.sensor_id, s.name, g.day::text, coalesce(d.expected, 0), "
    "coalesce(d.received, 0), coalesce(d.dropped, 0), coalesce(d.duplicate, 0), coalesce(d.unparsed, 0), "
    "coalesce(d.ignored, 0), coalesce(d.bad_clock, 0), coalesce(d.heartbeats, 0) "
    "FROM sensor s JOIN company c ON c.company_id = s.company_id CROSS JOIN LATERAL ("
    "SELECT n::date AS day FROM generate_series("
    "greatest($1::date, (s.created_at AT TIME ZONE $3::text)::date)::timestamp, "
    "least($2::date, (now() AT TIME ZONE $3::text)::date, (s.revoked_at AT TIME ZONE $3::text)::date)::timestamp, "
    "interval '1 day') n "
    "UNION SELECT x.day FROM sensor_day x WHERE x.company_id = s.company_id AND x.sensor_id = s.sensor_id "
    "AND x.day BETWEEN $1::date AND $2::date) g "
    "LEFT JOIN sensor_day d ON d.company_id = s.company_id AND d.sensor_id = s.sensor_id AND d.day = g.day "
    "WHERE $4::bigint IS NULL OR s.company_id = $4::bigint ORDER BY s.company_id, s.sensor_id, g.day";

int gap_ledger(struct db *db, const char *from, const char *to, const char *timezone, int64_t company_id,
	       struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, from);
	db_arg_text(&args, to);
	db_arg_text(&args, timezone);
	db_arg_optional(&args, company_id);
	return db_run(db, ledger_sql, &args, out, why);
}

void gap_read(const struct db_result *result, int row, struct gap_row *out)
{
	out->company_id = db_integer(result, row, 0);
	out->company = db_text(result, row, 1);
	out->sensor_id = db_integer(result, row, 2);
	out->sensor = db_text(result, row, 3);
	out->day = db_text(result, row, 4);
	out->expected = db_integer(result, row, 5);
	out->received = db_integer(result, row, 6);
	out->dropped = db_integer(result, row, 7);
	out->duplicate = db_integer(result, row, 8);
	out->unparsed = db_integer(result, row, 9);
	out->ignored = db_integer(result, row, 10);
	out->bad_clock = db_integer(result, row, 11);
	out->heartbeats = db_integer(result, row, 12);
	out->missing = out->expected - out->received - out->dropped;
	if (out->missing < 0)
		out->missing = 0;
	out->silent = out->received == 0 && out->heartbeats == 0 && out->unparsed == 0 && out->duplicate == 0;
}
