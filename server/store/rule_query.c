#include "server/store/rule_query.h"

/* $1 from, $2 to, $3 zone, $4 company or NULL. */
#define TODAY "(now() AT TIME ZONE $3::text)::date"
#define PERIOD                                                                                             \
	"period AS MATERIALIZED (SELECT coalesce($1::date, coalesce($2::date, " TODAY ") - 29) AS first, " \
	"coalesce($2::date, " TODAY ") AS last)"

/* Across companies: the figures of each rule. */
#define FIGURES                                                                                                    \
	PERIOD                                                                                                     \
	", seen AS (SELECT d.rule_id, d.company_id, sum(d.alerts) AS alerts FROM rule_day d, period p "            \
	"WHERE d.day BETWEEN p.first AND p.last AND ($4::bigint IS NULL OR d.company_id = $4::bigint) "            \
	"GROUP BY d.rule_id, d.company_id), "                                                                      \
	"caused AS (SELECT DISTINCT c.rule_id, c.company_id, c.incident_id, i.disposition FROM period p "          \
	"JOIN incident_cause c ON c.last_ts >= p.first::timestamp AT TIME ZONE $3::text "                          \
	"AND c.first_ts < (p.last + 1)::timestamp AT TIME ZONE $3::text "                                          \
	"JOIN incident i ON i.company_id = c.company_id AND i.incident_id = c.incident_id "                        \
	"WHERE i.state <> 'merged' AND ($4::bigint IS NULL OR c.company_id = $4::bigint)), "                       \
	"alerts AS (SELECT rule_id, sum(alerts)::bigint AS alerts FROM seen GROUP BY rule_id), "                   \
	"judged AS (SELECT rule_id, count(*) AS incidents, count(*) FILTER (WHERE disposition = 'true_positive') " \
	"AS true_positives, count(*) FILTER (WHERE disposition = 'benign_positive') AS benign_positives, "         \
	"count(*) FILTER (WHERE disposition = 'false_positive') AS false_positives, "                              \
	"count(*) FILTER (WHERE disposition = 'undetermined') AS undetermined, count(disposition) AS judged "      \
	"FROM caused GROUP BY rule_id), "                                                                          \
	"places AS (SELECT rule_id, count(*) AS companies FROM (SELECT rule_id, company_id FROM seen UNION "       \
	"SELECT rule_id, company_id FROM caused) x GROUP BY rule_id), "                                            \
	"figure AS (SELECT r.*, coalesce(a.alerts, 0) AS alerts, coalesce(w.companies, 0) AS companies, "          \
	"coalesce(j.incidents, 0) AS incidents, coalesce(j.true_positives, 0) AS true_positives, "                 \
	"coalesce(j.benign_positives, 0) AS benign_positives, coalesce(j.false_positives, 0) AS false_positives, " \
	"coalesce(j.undetermined, 0) AS undetermined, coalesce(j.judged, 0) AS judged FROM rule r "                \
	"LEFT JOIN alerts a ON a.rule_id = r.rule_id LEFT JOIN judged j ON j.rule_id = r.rule_id "                 \
	"LEFT JOIN places w ON w.rule_id = r.rule_id)"

/* Across companies. $5 rule, $6 pattern, $7 level, $8 kind, $9 in force, $10 whether it goes on behind a row, $11 and
 * $12 that row, $13 limit. */
#define LIST(order)                                                                                             \
	"WITH " FIGURES ", ranked AS (SELECT f.*, (" order ")::bigint AS rank FROM figure f) "                  \
	"SELECT f.rule_id, f.uid, f.title, nullif(f.title_ja, ''), f.kind, f.level, f.description, f.file, "    \
	"array_to_json(f.tags)::text, f.line, f.first_version, f.last_version, f.alerts, f.companies, "         \
	"f.incidents, f.true_positives, f.benign_positives, f.false_positives, f.undetermined, p.first::text, " \
	"p.last::text, f.rank FROM ranked f, period p WHERE ($5::bigint IS NULL OR f.rule_id = $5::bigint) "    \
	"AND ($6::text IS NULL OR f.title ILIKE $6::text OR f.title_ja ILIKE $6::text OR f.uid ILIKE $6::text " \
	"OR f.file ILIKE $6::text) AND ($7::text IS NULL OR f.level = $7::text) "                               \
	"AND ($8::text IS NULL OR f.kind = $8::text) "                                                          \
	"AND ($9::boolean IS NULL OR (f.last_version IS NULL) = $9::boolean) "                                  \
	"AND (NOT $10::boolean OR (f.rank, -f.rule_id) < ($11::bigint, -($12::bigint))) "                       \
	"ORDER BY f.rank DESC, f.rule_id LIMIT $13::bigint"

/* In the order of enum rule_order. */
static const char *const lists[] = {
	[RULES_BY_ALERTS] = LIST("f.alerts"),
	[RULES_BY_INCIDENTS] = LIST("f.incidents"),
	[RULES_BY_FALSE_POSITIVES] = LIST("f.false_positives"),
	[RULES_BY_FALSE_POSITIVE_RATE] =
	    LIST("CASE f.judged WHEN 0 THEN -1 ELSE f.false_positives * 1000000 / f.judged END"),
	[RULES_BY_LEVEL] = LIST("array_position(ARRAY['informational', 'low', 'medium', 'high', 'critical'], f.level)"),
};

static void add_period(struct db_args *args, const struct rule_period *period, int64_t company_id)
{
	db_arg_text(args, period->from);
	db_arg_text(args, period->to);
	db_arg_text(args, period->timezone);
	db_arg_optional(args, company_id);
}

int rule_query_list(struct db *db, const struct rule_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	add_period(&args, &filter->period, filter->company_id);
	db_arg_optional(&args, filter->rule_id);
	db_arg_text(&args, filter->pattern);
	db_arg_text(&args, filter->level);
	db_arg_text(&args, filter->kind);
	db_arg_text(&args, filter->in_force);
	db_arg_bool(&args, filter->continued);
	db_arg_integer(&args, filter->before_rank);
	db_arg_integer(&args, filter->before_id);
	db_arg_integer(&args, filter->limit);
	return db_run(db, lists[filter->order], &args, out, why);
}

void rule_query_read(const struct db_result *r, int row, struct rule_figures *out)
{
	*out = (struct rule_figures){
		.id = db_integer(r, row, 0),
		.uid = db_text(r, row, 1),
		.title = db_text(r, row, 2),
		.title_ja = db_text(r, row, 3),
		.kind = db_text(r, row, 4),
		.level = db_text(r, row, 5),
		.description = db_text(r, row, 6),
		.file = db_text(r, row, 7),
		.tags = db_text(r, row, 8),
		.line = db_integer(r, row, 9),
		.first_version = db_integer(r, row, 10),
		.last_version = db_integer(r, row, 11),
		.alerts = db_integer(r, row, 12),
		.companies = db_integer(r, row, 13),
		.incidents = db_integer(r, row, 14),
		.true_positives = db_integer(r, row, 15),
		.benign_positives = db_integer(r, row, 16),
		.false_positives = db_integer(r, row, 17),
		.undetermined = db_integer(r, row, 18),
		.from = db_text(r, row, 19),
		.to = db_text(r, row, 20),
		.rank = db_integer(r, row, 21),
	};
}

int rule_query_period(struct db *db, const struct rule_period *period, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	add_period(&args, period, 0);
	args.count--;
	return db_run(db, "WITH " PERIOD " SELECT first::text, last::text FROM period", &args, out, why);
}

static int run_for_rule(struct db *db, const char *sql, int64_t company_id, int64_t rule_id,
			const struct rule_period *period, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	add_period(&args, period, company_id);
	db_arg_integer(&args, rule_id);
	return db_run(db, sql, &args, out, why);
}

int rule_query_days(struct db *db, int64_t company_id, int64_t rule_id, const struct rule_period *period,
		    struct db_result **out, struct err *why)
{
	/* Across companies. */
	return run_for_rule(
	    db,
	    "WITH " PERIOD " SELECT g.day::date::text, coalesce(sum(d.alerts), 0)::bigint FROM period p "
	    "CROSS JOIN LATERAL generate_series(greatest(p.first, p.last - 365), p.last, interval '1 day') AS g (day) "
	    "LEFT JOIN rule_day d ON d.rule_id = $5::bigint AND d.day = g.day::date "
	    "AND ($4::bigint IS NULL OR d.company_id = $4::bigint) GROUP BY g.day ORDER BY g.day",
	    company_id, rule_id, period, out, why);
}

int rule_query_noisiest(struct db *db, int64_t company_id, int64_t rule_id, const struct rule_period *period,
			struct db_result **out, struct err *why)
{
	/* Across companies. */
	return run_for_rule(
	    db,
	    "WITH " PERIOD " SELECT d.company_id, c.name, sum(d.alerts)::bigint FROM period p "
	    "JOIN rule_day d ON d.day BETWEEN p.first AND p.last JOIN company c ON c.company_id = d.company_id "
	    "WHERE d.rule_id = $5::bigint AND ($4::bigint IS NULL OR d.company_id = $4::bigint) "
	    "GROUP BY d.company_id, c.name ORDER BY 3 DESC, 1 LIMIT 10",
	    company_id, rule_id, period, out, why);
}

int rule_query_lost(struct db *db, int64_t company_id, int64_t rule_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_integer(&args, rule_id);
	/* Across companies. */
	return db_run(db,
		      "SELECT coalesce(sum(l.count) FILTER (WHERE l.kind = 'thinned'), 0)::bigint, "
		      "coalesce(sum(l.count) FILTER (WHERE l.kind = 'dropped'), 0)::bigint, "
		      "count(DISTINCT l.company_id), max(l.last_at) FROM loss l WHERE l.rule_id = $2::bigint "
		      "AND l.rule_id <> 0 AND ($1::bigint IS NULL OR l.company_id = $1::bigint)",
		      &args, out, why);
}

int rule_query_texts(struct db *db, const char *file, int64_t first, int64_t last, int limit, struct db_result **out,
		     struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, file);
	db_arg_integer(&args, first);
	db_arg_optional(&args, last);
	db_arg_integer(&args, limit);
	return db_run(db,
		      "SELECT s.version, s.created_at, s.actor, s.note, f.body FROM rule_set_file f "
		      "JOIN rule_set s ON s.version = f.version WHERE f.name = $1::text AND f.version >= $2::bigint "
		      "AND ($3::bigint IS NULL OR f.version <= $3::bigint) ORDER BY f.version DESC LIMIT $4::bigint",
		      &args, out, why);
}

/* ------------------------------------------------------------------------------------------------------ rule sets */

int rule_query_sets(struct db *db, int64_t version, int64_t before, int limit, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, version);
	db_arg_integer(&args, before);
	db_arg_integer(&args, limit);
	return db_run(db,
		      "SELECT s.version, s.created_at, s.actor, s.note, encode(s.sha256, 'hex'), "
		      "(SELECT count(*) FROM rule_set_file f WHERE f.version = s.version), "
		      "(SELECT count(*) FROM rule r WHERE r.kind IN ('detection', 'correlation') AND r.first_version "
		      "<= s.version "
		      "AND (r.last_version IS NULL OR r.last_version >= s.version)), "
		      "s.version = (SELECT max(version) FROM rule_set) FROM rule_set s "
		      "WHERE ($1::bigint IS NULL OR s.version = $1::bigint) AND s.version < $2::bigint "
		      "ORDER BY s.version DESC LIMIT $3::bigint",
		      &args, out, why);
}

void rule_query_set_read(const struct db_result *r, int row, struct rule_set_summary *out)
{
	*out = (struct rule_set_summary){
		.version = db_integer(r, row, 0),
		.created_at = db_time(r, row, 1),
		.actor = db_text(r, row, 2),
		.note = db_text(r, row, 3),
		.sha256 = db_text(r, row, 4),
		.files = db_integer(r, row, 5),
		.rules = db_integer(r, row, 6),
		.in_force = db_bool(r, row, 7),
	};
}

#define BEFORE "(SELECT max(b.version) FROM rule_set b WHERE b.version < $1::bigint)"

int rule_query_files(struct db *db, int64_t version, bool texts, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, version);
	db_arg_bool(&args, texts);
	return db_run(db,
		      "SELECT f.name, f.kind, octet_length(f.body)::bigint, CASE WHEN o.name IS NULL THEN 'added' "
		      "WHEN o.body <> f.body OR o.kind <> f.kind THEN 'changed' END, "
		      "CASE WHEN $2::boolean THEN f.body END FROM rule_set_file f "
		      "LEFT JOIN rule_set_file o ON o.version = " BEFORE " AND o.name = f.name "
		      "WHERE f.version = $1::bigint ORDER BY f.name COLLATE \"C\"",
		      &args, out, why);
}

int rule_query_removed(struct db *db, int64_t version, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, version);
	return db_run(db,
		      "SELECT o.name FROM rule_set_file o WHERE o.version = " BEFORE " AND NOT EXISTS "
		      "(SELECT FROM rule_set_file f WHERE f.version = $1::bigint AND f.name = o.name) "
		      "ORDER BY o.name COLLATE \"C\"",
		      &args, out, why);
}
