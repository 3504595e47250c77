#include "server/store/campaign.h"

#include "server/store/campaign_child.h"
#include "server/store/columns.h"

#include <stdlib.h>

/* Sightings that are looked up one by one; reading all of a campaign is cheaper than more of them. */
enum { PROBES_MAX = 20000 };

/* Advisory lock of the round: the class in the upper 16 bits. */
#define LOCK ((int64_t)0x6870 << 48)

static void put_kind(struct array_text *column, enum campaign_kind kind)
{
	array_text_string(column, slice_of_string(campaign_kind_name(kind)));
}

/* ------------------------------------------------------------------------------------------------------- sightings */

#define BETTER_TITLE                                                                                       \
	"(excluded.severity, excluded.title_ts, excluded.title COLLATE \"C\") < (s.severity, s.title_ts, " \
	"s.title COLLATE \"C\")"

static const char write_sightings_sql[] =
    "INSERT INTO campaign_sighting AS s (company_id, kind, key, day, cluster_key, first_ts, last_ts, alerts, severity, "
    "title_ts, title, halves) SELECT $1::bigint, u.kind, u.key, date '1970-01-01' + u.day, u.cluster_key, u.first_ts, "
    "u.last_ts, u.alerts, u.severity, u.title_ts, u.title, u.halves FROM unnest($2::text[], $3::text[], $4::integer[], "
    "$5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::bigint[], $9::smallint[], $10::timestamptz[], "
    "$11::text[], $12::bigint[]) AS u (kind, key, day, cluster_key, first_ts, last_ts, alerts, severity, title_ts, "
    "title, "
    "halves) "
    "ON CONFLICT (kind, key, day, company_id, cluster_key) DO UPDATE SET "
    "first_ts = least(s.first_ts, excluded.first_ts), last_ts = greatest(s.last_ts, excluded.last_ts), "
    "alerts = s.alerts + excluded.alerts, halves = s.halves | excluded.halves, severity = least(s.severity, "
    "excluded.severity), "
    "title_ts = CASE WHEN " BETTER_TITLE " THEN excluded.title_ts ELSE s.title_ts END, "
    "title = CASE WHEN " BETTER_TITLE " THEN excluded.title ELSE s.title END";

static const char write_due_sql[] = "INSERT INTO campaign_due (company_id, kind, key, day) "
				    "SELECT DISTINCT $1::bigint, u.kind, u.key, date '1970-01-01' + u.day "
				    "FROM unnest($2::text[], $3::text[], $4::integer[]) AS u (kind, key, day)";

int campaign_write_sightings(struct db *db, int64_t company_id, const struct campaign_sightings *sightings,
			     struct err *why)
{
	struct array_text columns[11] = { 0 }, due[3] = { 0 };
	int failed;

	if (sightings->count == 0)
		return 0;
	for (size_t i = 0; i < sightings->count; i++) {
		const struct campaign_sighting *s = &sightings->items[i];

		put_kind(&columns[0], s->kind);
		put_kind(&due[0], s->kind);
		array_text_string(&columns[1], s->key);
		array_text_string(&due[1], s->key);
		array_text_integer(&columns[2], s->day);
		array_text_integer(&due[2], s->day);
		array_text_integer(&columns[3], s->cluster_key);
		array_text_time(&columns[4], s->first);
		array_text_time(&columns[5], s->last);
		array_text_integer(&columns[6], s->alerts);
		array_text_integer(&columns[7], s->severity);
		array_text_time(&columns[8], s->title_ts);
		array_text_string(&columns[9], s->title.ptr ? s->title : SLICE_LITERAL(""));
		array_text_integer(&columns[10], (int64_t)s->halves);
	}
	failed = columns_run(db, write_sightings_sql, company_id, columns, ARRAY_LEN(columns), NULL, why);
	if (!failed)
		return columns_run(db, write_due_sql, company_id, due, ARRAY_LEN(due), NULL, why);
	for (size_t i = 0; i < ARRAY_LEN(due); i++)
		array_text_release(&due[i]);
	return failed;
}

/* ----------------------------------------------------------------------------------------------------------- claim */

int campaign_lock(struct db *db, bool *got, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, LOCK);
	if (db_run(db, "SELECT pg_try_advisory_xact_lock($1::bigint)", &args, &r, why) != 0)
		return -1;
	*got = db_bool(r, 0, 0);
	db_result_free(r);
	return 0;
}

/* Across companies, as is the rest of the round. The row behind all others says how many were taken. Of a key with many
 * sightings, the first are enough to tell that it is worth a look. */
static const char claim_sql[] =
    "WITH gone AS (DELETE FROM campaign_due d USING (SELECT company_id, due_id FROM campaign_due LIMIT $1::bigint) s "
    "WHERE d.company_id = s.company_id AND d.due_id = s.due_id RETURNING d.company_id, d.kind, d.key, d.day), "
    "keys AS (SELECT kind, key, min(day) AS from_day, max(day) AS to_day FROM gone GROUP BY kind, key), "
    "able AS MATERIALIZED (SELECT k.kind, k.key FROM keys k WHERE (SELECT count(DISTINCT c.company_id) >= $2::bigint "
    "OR count(*) = 1000 FROM (SELECT s.company_id FROM campaign_sighting s WHERE s.kind = k.kind AND s.key = k.key "
    "AND s.day BETWEEN k.from_day - $3::integer AND k.to_day + $3::integer "
    "ORDER BY s.day, s.company_id LIMIT 1000) c)) "
    "SELECT DISTINCT g.kind, g.key, g.company_id, g.day - date '1970-01-01', NULL::bigint "
    "FROM gone g JOIN able a ON a.kind = g.kind AND a.key = g.key "
    "UNION ALL SELECT NULL, NULL, NULL, NULL, count(*) FROM gone "
    "ORDER BY 1 NULLS LAST, 2, 3, 4";

static int decode_news(const struct db_result *r, int row, struct campaign_news *out, struct err *why)
{
	if (!campaign_kind_parse(db_slice(r, row, 0), &out->kind))
		return err_set(why, ERR_CORRUPT,
			       "a sighting of a kind unknown here: is the database newer than this "
			       "program?");
	out->key = db_slice(r, row, 1);
	out->company_id = db_integer(r, row, 2);
	out->day = (int32_t)db_integer(r, row, 3);
	return 0;
}

int campaign_claim(struct db *db, int64_t most, int64_t minimum, int window_days, struct campaign_claim *out,
		   struct err *why)
{
	struct db_args args = { 0 };
	size_t count;

	*out = (struct campaign_claim){ 0 };
	db_arg_integer(&args, most);
	db_arg_integer(&args, minimum);
	db_arg_integer(&args, window_days - 1);
	if (db_run(db, claim_sql, &args, &out->rows_result, why) != 0)
		return -1;
	count = (size_t)db_rows(out->rows_result) - 1;
	out->rows = (size_t)db_integer(out->rows_result, (int)count, 4);
	out->items = calloc(count + 1, sizeof(*out->items));
	if (!out->items)
		return err_set(why, ERR_NOMEM, "no memory for %zu sightings", count);
	for (; out->count < count; out->count++)
		if (decode_news(out->rows_result, (int)out->count, &out->items[out->count], why) != 0)
			return -1;
	return 0;
}

void campaign_claim_release(struct campaign_claim *c)
{
	free(c->items);
	db_result_free(c->rows_result);
	*c = (struct campaign_claim){ 0 };
}

/* -------------------------------------------------------------------------------------------------- what is known */

/* $1 kind, $2 key, $3 and $4 days. The key must outlive the call. */
static void arg_range(struct db_args *args, const struct campaign_range *range)
{
	db_arg_text(args, campaign_kind_name(range->kind));
	db_arg_text(args, (const char *)range->key.ptr);
	db_arg_integer(args, range->from);
	db_arg_integer(args, range->to);
}

#define RANGE_DAYS "date '1970-01-01' + $3::integer AND date '1970-01-01' + $4::integer"

int campaign_read_days(struct db *db, const struct campaign_range *range, struct campaign_day **days, size_t *count,
		       struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	*days = NULL;
	*count = 0;
	arg_range(&args, range);
	if (db_run(db,
		   "SELECT DISTINCT day - date '1970-01-01', company_id FROM campaign_sighting "
		   "WHERE kind = $1::text AND key = $2::text AND day BETWEEN " RANGE_DAYS,
		   &args, &r, why) != 0)
		return -1;
	*days = calloc((size_t)db_rows(r) + 1, sizeof(**days));
	for (int i = 0; *days && i < db_rows(r); i++)
		(*days)[(*count)++] = (struct campaign_day){ (int32_t)db_integer(r, i, 0), db_integer(r, i, 1) };
	db_result_free(r);
	return *days ? 0 : err_set(why, ERR_NOMEM, "no memory for the days of a campaign");
}

int campaign_read_spans(struct db *db, const struct campaign_range *range, struct campaign_span **spans, size_t *count,
			struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	*spans = NULL;
	*count = 0;
	arg_range(&args, range);
	if (db_run(db,
		   "SELECT first_day - date '1970-01-01', last_day - date '1970-01-01', campaign_id FROM campaign "
		   "WHERE kind = $1::text AND key = $2::text AND merged_into IS NULL "
		   "AND last_day >= date '1970-01-01' + $3::integer AND first_day <= date '1970-01-01' + $4::integer",
		   &args, &r, why) != 0)
		return -1;
	*spans = calloc((size_t)db_rows(r) + 1, sizeof(**spans));
	for (int i = 0; *spans && i < db_rows(r); i++)
		(*spans)[(*count)++] = (struct campaign_span){ (int32_t)db_integer(r, i, 0),
							       (int32_t)db_integer(r, i, 1), db_integer(r, i, 2) };
	db_result_free(r);
	return *spans ? 0 : err_set(why, ERR_NOMEM, "no memory for the spans of campaigns");
}

/* --------------------------------------------------------------------------------------------------------- writing */

int campaign_create(struct db *db, const struct campaign_range *range, int64_t minimum, int window_days, int64_t *id,
		    struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	arg_range(&args, range);
	db_arg_integer(&args, minimum);
	db_arg_integer(&args, window_days);
	if (db_run(db,
		   "INSERT INTO campaign (kind, key, first_day, last_day, first_ts, last_ts, title, title_ts, "
		   "severity, companies, alerts, minimum, window_days, version) VALUES ($1::text, $2::text, "
		   "date '1970-01-01' + $3::integer, date '1970-01-01' + $4::integer, 'infinity', '-infinity', '', "
		   "'infinity', 5, 0, 0, $5::integer, $6::integer, 0) RETURNING campaign_id",
		   &args, &r, why) != 0)
		return -1;
	*id = db_integer(r, 0, 0);
	db_result_free(r);
	return 0;
}

int campaign_extend(struct db *db, int64_t id, const struct campaign_range *range, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, id);
	db_arg_integer(&args, range->from);
	db_arg_integer(&args, range->to);
	return db_run(db,
		      "UPDATE campaign SET first_day = date '1970-01-01' + $2::integer, "
		      "last_day = date '1970-01-01' + $3::integer WHERE campaign_id = $1::bigint",
		      &args, NULL, why);
}

int campaign_absorb(struct db *db, int64_t id, int64_t into, struct err *why)
{
	static const char *const statements[] = {
		/* What had gone into it goes along, so that there is never more than one step. */
		"UPDATE campaign SET merged_into = $2::bigint, version = version + 1, updated_at = now() "
		"WHERE campaign_id = $1::bigint OR merged_into = $1::bigint",
		"INSERT INTO campaign_member AS m (company_id, campaign_id, first_ts, last_ts, alerts, severity) "
		"SELECT company_id, $2::bigint, first_ts, last_ts, alerts, severity FROM campaign_member "
		"WHERE campaign_id = $1::bigint ON CONFLICT (company_id, campaign_id) DO UPDATE SET "
		"first_ts = least(m.first_ts, excluded.first_ts), last_ts = greatest(m.last_ts, excluded.last_ts), "
		"alerts = m.alerts + excluded.alerts, severity = least(m.severity, excluded.severity)",
		"INSERT INTO campaign_warning (company_id, campaign_id, at, user_id, body) "
		"SELECT company_id, $2::bigint, at, user_id, body FROM campaign_warning "
		"WHERE campaign_id = $1::bigint ON CONFLICT (company_id, campaign_id) DO NOTHING",
	};

	for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
		struct db_args args = { 0 };

		db_arg_integer(&args, id);
		db_arg_integer(&args, into);
		if (db_run(db, statements[i], &args, NULL, why) != 0)
			return -1;
	}
	return 0;
}

/* Sightings of a range: of all companies, or of a few, each looked up by day. $5 the campaign, $6 the few. */
#define OF_ALL "campaign_sighting s WHERE s.kind = $1::text AND s.key = $2::text AND s.day BETWEEN " RANGE_DAYS " "
#define OF_FEW                                                                                                      \
	"unnest($6::bigint[]) AS few (company_id) CROSS JOIN generate_series($3::integer, $4::integer) AS d (day) " \
	"JOIN campaign_sighting s ON s.kind = $1::text AND s.key = $2::text AND s.day = date '1970-01-01' + d.day " \
	"AND s.company_id = few.company_id "

/* What was pruned since still counts for what it did to a member. */
#define MEMBERS(sightings)                                                                                          \
	"INSERT INTO campaign_member AS m (company_id, campaign_id, first_ts, last_ts, alerts, severity) "          \
	"SELECT s.company_id, $5::bigint, min(s.first_ts), max(s.last_ts), sum(s.alerts)::bigint, min(s.severity) " \
	"FROM " sightings "GROUP BY s.company_id ON CONFLICT (company_id, campaign_id) DO UPDATE SET "              \
	"first_ts = least(m.first_ts, excluded.first_ts), last_ts = greatest(m.last_ts, excluded.last_ts), "        \
	"alerts = greatest(m.alerts, excluded.alerts), severity = least(m.severity, excluded.severity)"

#define TITLE(sightings)                                                                                              \
	"UPDATE campaign c SET title = t.title, title_ts = t.title_ts, severity = t.severity FROM (SELECT s.title, "  \
	"s.title_ts, s.severity FROM " sightings "ORDER BY s.severity, s.title_ts, s.title COLLATE \"C\" LIMIT 1) t " \
	"WHERE c.campaign_id = $5::bigint AND (t.severity, t.title_ts, t.title COLLATE \"C\") < "                     \
	"(c.severity, c.title_ts, c.title COLLATE \"C\")"

static const char figures_sql[] =
    "UPDATE campaign c SET companies = f.companies, alerts = f.alerts, first_ts = f.first_ts, last_ts = f.last_ts, "
    "version = c.version + 1, updated_at = now() FROM (SELECT count(*) AS companies, sum(alerts)::bigint AS alerts, "
    "min(first_ts) AS first_ts, max(last_ts) AS last_ts FROM campaign_member WHERE campaign_id = $1::bigint) f "
    "WHERE c.campaign_id = $1::bigint";

static int refresh_figures(struct db *db, int64_t id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, id);
	return db_run(db, figures_sql, &args, NULL, why);
}

int campaign_refresh(struct db *db, int64_t id, const struct campaign_range *range, const int64_t *company_ids,
		     size_t count, struct err *why)
{
	static const char *const of_all[] = { MEMBERS(OF_ALL), TITLE(OF_ALL) };
	static const char *const of_few[] = { MEMBERS(OF_FEW), TITLE(OF_FEW) };
	struct array_text few = { 0 };
	struct db_args args = { 0 };
	int failed = 0;

	if (count * (size_t)(range->to - range->from + 1) > PROBES_MAX)
		count = 0;
	arg_range(&args, range);
	db_arg_integer(&args, id);
	for (size_t i = 0; i < count; i++)
		array_text_integer(&few, company_ids[i]);
	if (count)
		db_arg_text(&args, array_text(&few));
	if (count && !args.values[5])
		failed = err_set(why, ERR_NOMEM, "no memory for %zu members of a campaign", count);
	for (size_t i = 0; i < ARRAY_LEN(of_all) && !failed; i++)
		failed = db_run(db, count ? of_few[i] : of_all[i], &args, NULL, why);
	array_text_release(&few);
	return failed ? -1 : refresh_figures(db, id, why);
}

/* ------------------------------------------------------------------------------------------------------- timelines */

/* Sightings of one company and day, and of all companies in a range of days, each looked up in its own way. */
static const char tell_sql[] =
    "WITH u AS MATERIALIZED (SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::integer[], "
    "$6::bigint[]) AS u (id, kind, key, from_day, to_day, company_id)), "
    "s AS MATERIALIZED (SELECT u.id, x.company_id, x.cluster_key, x.first_ts, x.last_ts, x.halves FROM u "
    "JOIN campaign_sighting x ON x.kind = u.kind AND x.key = u.key AND x.day = date '1970-01-01' + u.from_day "
    "AND x.company_id = u.company_id UNION ALL "
    "SELECT u.id, x.company_id, x.cluster_key, x.first_ts, x.last_ts, x.halves FROM u JOIN campaign_sighting x "
    "ON x.kind = u.kind AND x.key = u.key AND x.day BETWEEN date '1970-01-01' + u.from_day "
    "AND date '1970-01-01' + u.to_day WHERE u.company_id IS NULL), "
    "child AS MATERIALIZED (SELECT DISTINCT s.company_id, g.incident_id, s.id FROM s " CAMPAIGN_CHILD "), "
    "told AS (INSERT INTO incident_event (company_id, incident_id, kind, body) "
    "SELECT c.company_id, c.incident_id, 'campaign', jsonb_build_object('campaign_id', c.id) FROM child c "
    "WHERE NOT EXISTS (SELECT FROM incident_event e WHERE e.company_id = c.company_id "
    "AND e.incident_id = c.incident_id AND e.kind = 'campaign' AND (e.body->>'campaign_id')::bigint = c.id) "
    "ORDER BY c.incident_id, c.id RETURNING company_id, incident_id) "
    "INSERT INTO change (company_id, kind, id_from, id_to) "
    "SELECT DISTINCT company_id, 'incident', incident_id, incident_id FROM told";

int campaign_tell_incidents(struct db *db, const struct campaign_telling *list, size_t count, int64_t *told,
			    struct err *why)
{
	struct array_text columns[6] = { 0 };
	struct db_result *r;

	*told = 0;
	if (count == 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		array_text_integer(&columns[0], list[i].id);
		put_kind(&columns[1], list[i].range.kind);
		array_text_string(&columns[2], list[i].range.key);
		array_text_integer(&columns[3], list[i].range.from);
		array_text_integer(&columns[4], list[i].range.to);
		array_text_optional(&columns[5], list[i].company_id);
	}
	if (columns_run(db, tell_sql, 0, columns, ARRAY_LEN(columns), &r, why) != 0)
		return -1;
	*told = db_affected(r);
	db_result_free(r);
	return *told ? db_notify(db, "hinomi_change", why) : 0;
}
