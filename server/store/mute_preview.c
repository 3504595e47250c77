#include "server/store/mute_preview.h"

#include "server/store/array_text.h"

#define LOCK_PREVIEW "1920298110"

int mute_preview_begin(struct db *db, bool *got, struct err *why)
{
	*got = false;
	for (int64_t slot = 0; slot < MUTE_PREVIEW_AT_ONCE && !*got; slot++) {
		struct db_args args = { 0 };
		struct db_result *result;

		db_arg_integer(&args, slot);
		if (db_run(db, "SELECT pg_try_advisory_xact_lock(" LOCK_PREVIEW " + $1::bigint)", &args, &result,
			   why) != 0)
			return -1;
		*got = db_bool(result, 0, 0);
		db_result_free(result);
	}
	return 0;
}

int mute_preview_group(struct db *db, const char *tag, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, tag);
	return db_run(db, "SELECT company_id FROM company WHERE tags @> ARRAY[$1::text] ORDER BY company_id", &args,
		      out, why);
}

int mute_preview_rules(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db, "SELECT rule_id, uid FROM rule WHERE kind <> 'builtin' ORDER BY rule_id", NULL, out, why);
}

/* $1 from, $2 to, $3 zone, $4 and $5 the row before, $6 limit, $7 company (only where it is used). */
#define PAGE(scope)                                                                                             \
	"SELECT a.company_id, a.id, a.ts, coalesce(a.mute_id, 0), ((a.ts AT TIME ZONE $3::text)::date "         \
	"- ($1::timestamptz AT TIME ZONE $3::text)::date)::bigint, "                                            \
	"extract(epoch FROM (a.ts AT TIME ZONE $3::text) - (a.ts AT TIME ZONE 'UTC'))::bigint, a.rule_hits, "   \
	"a.format, host(a.source_ip), a.source_port, host(a.destination_ip), a.destination_port, a.transport, " \
	"a.direction, a.engine, a.severity, a.score, a.action, a.signature_id, a.signature, a.category, "       \
	"array_to_string(a.technique, ' '), a.stage, a.community_id, host(a.inside_ip), host(a.attacker_ip), "  \
	"a.repeat_count, a.cluster_key FROM alert a WHERE " scope                                               \
	"a.ts >= $1::timestamptz AND a.ts < $2::timestamptz "                                                   \
	"AND (a.ts, a.id) < (coalesce($4::timestamptz, 'infinity'), $5::bigint) AND a.kind = 'alert' "          \
	"ORDER BY a.ts DESC, a.id DESC LIMIT $6::bigint"

int mute_preview_page(struct db *db, const struct mute_preview_place *place, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_time(&args, place->from);
	db_arg_time(&args, place->to);
	db_arg_text(&args, place->timezone);
	db_arg_time(&args, place->before_ts);
	db_arg_integer(&args, place->before_ts == TIME_NONE ? INT64_MAX : place->before_id);
	db_arg_integer(&args, MUTE_PREVIEW_PAGE);
	if (!place->company_id)
		return db_run(db, PAGE(""), &args, out, why);
	db_arg_integer(&args, place->company_id);
	return db_run(db, PAGE("a.company_id = $7::bigint AND "), &args, out, why);
}

/* ------------------------------------------------------------------------------------------------------ one alert */

static void read_address(const struct db_result *r, int row, int column, struct address *out)
{
	struct slice text = db_slice(r, row, column);

	if (!text.ptr || !address_parse(text, out))
		*out = (struct address){ 0 };
}

static void read_endpoint(const struct db_result *r, int row, int column, struct endpoint *out)
{
	read_address(r, row, column, &out->ip);
	out->port = db_is_null(r, row, column + 1) ? PORT_NONE : (int)db_integer(r, row, column + 1);
}

static void read_techniques(struct slice text, struct alert *a)
{
	while (text.len && a->technique_count < ALERT_TECHNIQUES_MAX) {
		size_t end = slice_find(text, ' ');

		a->technique[a->technique_count++] = slice_take(text, end);
		text = slice_skip(text, end + 1);
	}
}

/* What the database does not have is checked by its constraints: words that are none of ours stay unknown. */
static void read_alert(const struct db_result *r, int row, struct alert *a)
{
	alert_init(a);
	a->format = db_text(r, row, 7);
	read_endpoint(r, row, 8, &a->source);
	read_endpoint(r, row, 10, &a->destination);
	a->transport = db_slice(r, row, 12);
	direction_parse(db_slice(r, row, 13), &a->direction);
	engine_parse(db_slice(r, row, 14), &a->engine);
	a->severity = (int)db_integer(r, row, 15);
	a->score = (int)db_integer(r, row, 16);
	action_parse(db_slice(r, row, 17), &a->action);
	a->signature_id = db_slice(r, row, 18);
	a->signature = db_slice(r, row, 19);
	a->category = db_slice(r, row, 20);
	read_techniques(db_slice(r, row, 21), a);
	stage_parse(db_slice(r, row, 22), &a->stage);
	a->community_id = db_slice(r, row, 23);
	read_address(r, row, 24, &a->inside);
	read_address(r, row, 25, &a->attacker);
	a->repeat_count = (int32_t)db_integer(r, row, 26);
	a->cluster_key = db_integer(r, row, 27);
}

void mute_preview_read(const struct db_result *r, int row, struct mute_preview_row *out)
{
	out->company_id = db_integer(r, row, 0);
	out->id = db_integer(r, row, 1);
	out->ts = db_time(r, row, 2);
	out->mute_id = db_integer(r, row, 3);
	out->day = (int)db_integer(r, row, 4);
	out->zone = (int)db_integer(r, row, 5);
	out->rule_hits = db_slice(r, row, 6);
	read_alert(r, row, &out->alert);
}

/* ------------------------------------------------------------------------------------------------------ about them */

int mute_preview_incidents(struct db *db, const struct mute_preview_keys *keys, struct db_result **out, struct err *why)
{
	struct array_text arrays[3] = { 0 };
	struct db_args args = { 0 };
	int failed;

	for (size_t i = 0; i < keys->count; i++) {
		array_text_integer(&arrays[0], keys->company_ids[i]);
		array_text_integer(&arrays[1], keys->cluster_keys[i]);
		array_text_time(&arrays[2], keys->times[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
		db_arg_text(&args, array_text(&arrays[i]));
	/* The last segment that begins at or before the alert is the only one that can span it. */
	if (args.values[0] && args.values[1] && args.values[2])
		failed = db_run(
		    db,
		    "SELECT i.incident_id, count(*), i.alert_count FROM unnest($1::bigint[], $2::bigint[], "
		    "$3::timestamptz[]) AS a (company_id, key, ts) CROSS JOIN LATERAL (SELECT g.incident_id, g.last_ts "
		    "FROM incident_segment g WHERE g.company_id = a.company_id AND g.key = a.key AND g.is_cluster "
		    "AND g.first_ts <= a.ts ORDER BY g.first_ts DESC LIMIT 1) s JOIN incident i "
		    "ON i.company_id = a.company_id AND i.incident_id = s.incident_id WHERE s.last_ts >= a.ts "
		    "GROUP BY i.company_id, i.incident_id, i.alert_count ORDER BY i.incident_id",
		    &args, out, why);
	else
		failed = err_set(why, ERR_NOMEM, "no memory for a preview");
	for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
		array_text_release(&arrays[i]);
	return failed;
}

int mute_preview_days(struct db *db, const struct mute_preview_place *place, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_time(&args, place->from);
	db_arg_time(&args, place->to);
	db_arg_text(&args, place->timezone);
	return db_run(db,
		      "SELECT ((($1::timestamptz AT TIME ZONE $3::text)::date) + n)::text FROM generate_series(0, "
		      "($2::timestamptz AT TIME ZONE $3::text)::date - ($1::timestamptz AT TIME ZONE $3::text)::date) "
		      "AS n ORDER BY n",
		      &args, out, why);
}

int mute_preview_names(struct db *db, const int64_t *company_ids, size_t count, struct db_result **out, struct err *why)
{
	struct array_text ids = { 0 };
	struct db_args args = { 0 };
	int failed;

	for (size_t i = 0; i < count; i++)
		array_text_integer(&ids, company_ids[i]);
	db_arg_text(&args, array_text(&ids));
	if (args.values[0])
		failed = db_run(db, "SELECT company_id, name FROM company WHERE company_id = ANY ($1::bigint[])", &args,
				out, why);
	else
		failed = err_set(why, ERR_NOMEM, "no memory for a preview");
	array_text_release(&ids);
	return failed;
}
