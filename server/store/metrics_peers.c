#include "server/store/metrics_peers.h"

#include "server/store/columns.h"
#include "server/store/metrics_sql.h"

#include <stdio.h>

/* Behind the cohort, which is all companies: $11 names of the classes of size, $12 and $13 their employees. Cells of a
 * dimension that comes later in the list come later in the result. */
static const char peers_sql[] =
    "WITH " METRICS_COHORT METRICS_SPANS "counted AS (SELECT company_id, " METRICS_ALL_INBOUND
    " AS inbound, " METRICS_ALL_OUTBOUND " AS outbound, viruses "
    "FROM company_month JOIN cohort USING (company_id) WHERE month = $1::date UNION ALL "
    "SELECT company_id, CASE WHEN direction = 'inbound' THEN detections ELSE 0 END, "
    "CASE WHEN direction = 'outbound' THEN detections ELSE 0 END, "
    "CASE WHEN engine = 'antivirus' THEN detections ELSE 0 END FROM (" METRICS_WAITING ") waiting), "
    "had AS (SELECT company_id, sum(inbound)::bigint AS inbound, sum(outbound)::bigint AS outbound, "
    "sum(viruses)::bigint AS viruses FROM counted GROUP BY company_id), "
    "size AS (SELECT * FROM unnest($11::text[], $12::bigint[], $13::bigint[]) "
    "WITH ORDINALITY AS u (name, least, most, place)), "
    "company_figure AS (SELECT m.company_id, coalesce(h.inbound, 0) AS inbound, coalesce(h.outbound, 0) AS outbound, "
    "coalesce(h.viruses, 0) AS viruses, c.industry, z.name AS size, z.place FROM ("
    "SELECT DISTINCT company_id FROM span WHERE to_day >= from_day) m "
    "JOIN company c ON c.company_id = m.company_id LEFT JOIN had h ON h.company_id = m.company_id "
    "LEFT JOIN size z ON c.employees BETWEEN z.least AND z.most) "
    "SELECT d.dimension, d.value, count(*), sum(inbound + outbound)::bigint, max(inbound + outbound)::bigint, "
    "count(*) FILTER (WHERE inbound > 0), count(*) FILTER (WHERE outbound > 0), count(*) FILTER (WHERE viruses > 0), "
    "floor(percentile_cont(0.5) WITHIN GROUP (ORDER BY inbound) + 0.5)::bigint, "
    "floor(percentile_cont(0.5) WITHIN GROUP (ORDER BY outbound) + 0.5)::bigint "
    "FROM company_figure CROSS JOIN LATERAL (VALUES (1, 'all', '', 0), (2, 'industry', industry, 0), "
    "(3, 'size', size, place)) AS d (n, dimension, value, place) WHERE d.value <> '' OR d.dimension = 'all' "
    "GROUP BY d.n, d.dimension, d.place, d.value ORDER BY d.n, d.place, d.value COLLATE \"C\"";

static const char *const dimensions[] = { "all", "industry", "size" };

static int read_peer(const struct db_result *result, int row, struct pool *pool, struct peer_row *out, struct err *why)
{
	*out = (struct peer_row){ .dimension = dimensions[0], .companies = db_integer(result, row, 2) };
	for (size_t i = 0; i < ARRAY_LEN(dimensions); i++)
		if (slice_is(db_slice(result, row, 0), dimensions[i]))
			out->dimension = dimensions[i];
	out->value = pool_string(pool, db_slice(result, row, 1));
	if (!out->value)
		return err_set(why, ERR_NOMEM, "no memory for the cells of peers");
	out->hidden = small_cell_hidden(out->companies, db_integer(result, row, 3), db_integer(result, row, 4));
	if (out->hidden)
		return 0;
	out->with_inbound = db_integer(result, row, 5);
	out->with_outbound = db_integer(result, row, 6);
	out->with_viruses = db_integer(result, row, 7);
	out->median_inbound = db_integer(result, row, 8);
	out->median_outbound = db_integer(result, row, 9);
	return 0;
}

static int query(struct db *db, const struct metrics_period *period, struct db_result **out, struct err *why)
{
	struct array_text columns[3] = { 0 };
	struct db_args args = { 0 };
	int failed = 0;

	for (size_t i = 0; i < COHORT_SIZES; i++) {
		array_text_string(&columns[0], slice_of_string(cohort_sizes[i].name));
		array_text_integer(&columns[1], cohort_sizes[i].from);
		array_text_integer(&columns[2], cohort_sizes[i].to);
	}
	metrics_add_period(&args, period);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		const char *text = array_text(&columns[i]);

		if (!text)
			failed = err_set(why, ERR_NOMEM, "no memory for the classes of size");
		db_arg_text(&args, text);
	}
	if (!failed)
		failed = metrics_plan(db, why) != 0 || db_run(db, peers_sql, &args, out, why) != 0 ? -1 : 0;
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		array_text_release(&columns[i]);
	return failed;
}

/* Of the cells of a dimension that are shown, the smallest; *left: companies of peers[0], which is all, in none of
 * them. */
static struct peer_row *smallest_shown(struct peer_row *peers, size_t count, const char *dimension, int64_t *left)
{
	struct peer_row *smallest = NULL;

	*left = peers[0].companies;
	for (size_t i = 0; i < count; i++) {
		if (peers[i].hidden || strcmp(peers[i].dimension, dimension) != 0)
			continue;
		*left -= peers[i].companies;
		if (!smallest || peers[i].companies < smallest->companies)
			smallest = &peers[i];
	}
	return smallest;
}

/* All less the cells that are shown is a cell too: it must not be a small one. */
static void hide_differences(struct peer_row *peers, size_t count, const char *dimension)
{
	struct peer_row *smallest;
	int64_t left;

	if (count == 0 || peers[0].hidden)
		return;
	smallest = smallest_shown(peers, count, dimension, &left);
	/* Once is enough: what is hidden has as many companies as a cell needs. */
	if (smallest && left > 0 && left < SMALL_CELL_COMPANIES)
		*smallest = (struct peer_row){ .dimension = dimension,
					       .value = smallest->value,
					       .companies = smallest->companies,
					       .hidden = true };
}

int metrics_peers(struct db *db, const char *month, const char *timezone, struct pool *pool, struct peer_row **out,
		  size_t *count, struct err *why)
{
	char from[METRICS_DAY_SIZE], to[METRICS_DAY_SIZE];
	struct db_result *result;
	int failed = 0;

	metrics_month_begin(month, from);
	metrics_month_end(month, to);
	if (query(db, &(struct metrics_period){ from, to, timezone, { 0 } }, &result, why) != 0)
		return -1;
	*count = (size_t)db_rows(result);
	*out = pool_take_array(pool, *count ? *count : 1, sizeof(**out));
	if (!*out)
		failed = err_set(why, ERR_NOMEM, "no memory for the cells of peers");
	for (size_t i = 0; i < *count && !failed; i++)
		failed = read_peer(result, (int)i, pool, &(*out)[i], why);
	for (size_t i = 1; i < ARRAY_LEN(dimensions) && !failed; i++)
		hide_differences(*out, *count, dimensions[i]);
	db_result_free(result);
	return failed;
}

bool metrics_peer_concerns(const struct peer_row *peer, const char *industry, const char *size)
{
	if (strcmp(peer->dimension, "industry") == 0)
		return industry && strcmp(peer->value, industry) == 0;
	if (strcmp(peer->dimension, "size") == 0)
		return size && strcmp(peer->value, size) == 0;
	return true;
}

/* $1 to $3 as $11 to $13 above; unknown is one of them. */
static const char cohorts_sql[] =
    "WITH size AS (SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[]) "
    "WITH ORDINALITY AS u (name, least, most, place)), "
    "there AS (SELECT c.company_id, c.member_no, c.industry, c.area, c.tags, z.name AS size, z.place FROM company c "
    "LEFT JOIN size z ON coalesce(c.employees, 0) BETWEEN z.least AND z.most WHERE c.left_at IS NULL OR c.left_at > "
    "now()) "
    "SELECT d.dimension, d.value, count(*) FROM there CROSS JOIN LATERAL ("
    "SELECT 1 AS n, 'member' AS dimension, CASE WHEN member_no IS NULL THEN 'no' ELSE 'yes' END AS value, "
    "CASE WHEN member_no IS NULL THEN 2 ELSE 1 END::bigint AS place "
    "UNION ALL SELECT 2, 'industry', industry, 0 UNION ALL SELECT 3, 'size', size, place "
    "UNION ALL SELECT 4, 'area', area, 0 UNION ALL SELECT DISTINCT 5, 'tag', t, 0::bigint FROM unnest(tags) t) d "
    "WHERE d.value <> '' GROUP BY d.n, d.dimension, d.place, d.value ORDER BY d.n, d.place, d.value COLLATE \"C\"";

static void put_size(struct array_text columns[3], const struct cohort_size *size)
{
	array_text_string(&columns[0], slice_of_string(size->name));
	array_text_integer(&columns[1], size->from);
	array_text_integer(&columns[2], size->to);
}

int metrics_cohorts(struct db *db, struct db_result **out, struct err *why)
{
	struct array_text columns[3] = { 0 };

	for (size_t i = 0; i < COHORT_SIZES; i++)
		put_size(columns, &cohort_sizes[i]);
	put_size(columns, &cohort_size_unknown);
	return columns_run(db, cohorts_sql, 0, columns, ARRAY_LEN(columns), out, why);
}

void metrics_cohort_read(const struct db_result *result, int row, struct metrics_cohort_choice *out)
{
	out->dimension = db_text(result, row, 0);
	out->value = db_text(result, row, 1);
	out->companies = db_integer(result, row, 2);
}
