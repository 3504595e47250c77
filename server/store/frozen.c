/* Frozen months, read (month_close.h). */
#include "server/store/metrics_months.h"
#include "server/store/month_close.h"

/* Columns: snapshot_id, company_id, month, body, sha256, reason, changes, version, made_at, made_by. */
#define MEMBER(body)                                                                                          \
	"SELECT s.snapshot_id, s.company_id, to_char(s.month, 'YYYY-MM'), " body                              \
	", encode(s.sha256, 'hex'), s.reason, "                                                               \
	"s.changes::text, s.version::bigint, s.made_at, u.display_name FROM snapshot s "                      \
	"LEFT JOIN app_user u ON u.user_id = s.made_by WHERE s.company_id = $2::bigint AND s.kind = 'month' " \
	"AND s.month = ($1::text || '-01')::date "
#define CHAMBER(body)                                                                                             \
	"SELECT 0::bigint, 0::bigint, to_char(s.month, 'YYYY-MM'), " body ", encode(s.sha256, 'hex'), s.reason, " \
	"s.changes::text, s.version::bigint, s.made_at, u.display_name FROM month_close s "                       \
	"LEFT JOIN app_user u ON u.user_id = s.made_by WHERE s.month = ($1::text || '-01')::date "

int frozen_member(struct db *db, int64_t company_id, const char *month, int64_t version, struct db_result **out,
		  struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, month);
	db_arg_integer(&args, company_id);
	db_arg_optional(&args, version);
	return db_run(
	    db, MEMBER("s.body") "AND ($3::bigint IS NULL OR s.version = $3::bigint) ORDER BY s.version DESC LIMIT 1",
	    &args, out, why);
}

int frozen_chamber(struct db *db, const char *month, int64_t version, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, month);
	db_arg_optional(&args, version);
	return db_run(
	    db, CHAMBER("s.body") "AND ($2::bigint IS NULL OR s.version = $2::bigint) ORDER BY s.version DESC LIMIT 1",
	    &args, out, why);
}

int frozen_versions(struct db *db, int64_t company_id, const char *month, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, month);
	if (!company_id)
		return db_run(db, CHAMBER("NULL::text") "ORDER BY s.version DESC LIMIT 1000", &args, out, why);
	db_arg_integer(&args, company_id);
	return db_run(db, MEMBER("NULL::text") "ORDER BY s.version DESC LIMIT 1000", &args, out, why);
}

void frozen_read(const struct db_result *r, int row, struct frozen_row *out)
{
	*out = (struct frozen_row){
		.snapshot_id = db_integer(r, row, 0),
		.company_id = db_integer(r, row, 1),
		.month = db_text(r, row, 2),
		.body = db_text(r, row, 3),
		.sha256 = db_text(r, row, 4),
		.reason = db_text(r, row, 5),
		.changes = db_text(r, row, 6),
		.version = db_integer(r, row, 7),
		.made_at = db_time(r, row, 8),
		.made_by = db_text(r, row, 9),
	};
}

/* ---------------------------------------------------------------------------------------------- late alerts */

/* What was frozen of each company: the last of its thirteen months. OFFSET 0 keeps the planner from reading each
 * document once for every member of it. Across companies. */
static const char frozen_sql[] =
    "SELECT s.company_id, (m.last->>'inbound')::bigint, (m.last->>'outbound')::bigint, "
    "coalesce((b.body->>'elsewhere')::bigint, 0), (m.last->>'incidents')::bigint FROM ("
    "SELECT DISTINCT ON (company_id) company_id, body FROM snapshot WHERE kind = 'month' "
    "AND month = ($1::text || '-01')::date ORDER BY company_id, version DESC) s "
    "CROSS JOIN LATERAL (SELECT s.body::jsonb AS body OFFSET 0) b "
    "CROSS JOIN LATERAL (SELECT b.body->'months'->-1 AS last OFFSET 0) m ORDER BY s.company_id";

static bool differs(const struct db_result *r, int row, const struct metrics_month *now)
{
	return db_integer(r, row, 1) != metrics_counts_of(&now->counts, METRICS_INBOUND) ||
	       db_integer(r, row, 2) != metrics_counts_of(&now->counts, METRICS_OUTBOUND) ||
	       db_integer(r, row, 3) != now->counts.elsewhere || db_integer(r, row, 4) != now->incidents;
}

/* Both are by company_id; who is in one of them alone had nothing in the other. */
static int64_t count_different(const struct db_result *frozen, const struct db_result *months)
{
	static const struct metrics_month nothing;
	int64_t count = 0;
	int f = 0, m = 0;

	while (f < db_rows(frozen) || m < db_rows(months)) {
		struct metrics_month now = { .company_id = INT64_MAX };
		int64_t company = f < db_rows(frozen) ? db_integer(frozen, f, 0) : INT64_MAX;

		if (m < db_rows(months))
			metrics_month_read(months, m, &now);
		if (now.company_id < company) {
			count += now.detections != 0 || now.incidents != 0;
			m++;
			continue;
		}
		count += differs(frozen, f, now.company_id == company ? &now : &nothing);
		f++;
		m += now.company_id == company;
	}
	return count;
}

int frozen_outdated(struct db *db, const char *month, const char *timezone, int64_t *companies, struct err *why)
{
	const struct metrics_period period = { .from = month, .to = month, .timezone = timezone };
	struct db_result *frozen, *months;
	struct db_args args = { 0 };

	*companies = 0;
	db_arg_text(&args, month);
	if (db_run(db, frozen_sql, &args, &frozen, why) != 0)
		return -1;
	if (metrics_months(db, &period, METRICS_BY_COMPANY, &months, why) != 0) {
		db_result_free(frozen);
		return -1;
	}
	if (db_rows(frozen))
		*companies = count_different(frozen, months);
	db_result_free(frozen);
	db_result_free(months);
	return 0;
}
