#include "server/store/rule_state.h"

#include "server/store/columns.h"

#include <math.h>
#include <stdlib.h>

/* --------------------------------------------------------------------------------------------------------- reading */

int rule_state_clock(struct db *db, int64_t company_id, struct state_clock *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, company_id);
	if (db_run(db,
		   "SELECT now(), s.newest_ts, s.seen_at FROM (SELECT) one "
		   "LEFT JOIN rule_state s ON s.company_id = $1::bigint",
		   &args, &r, why) != 0)
		return -1;
	*out = (struct state_clock){ db_time(r, 0, 0), db_time(r, 0, 1), db_time(r, 0, 2) };
	db_result_free(r);
	return 0;
}

#define WINDOW_COLUMNS "state_key, rule_id, definition, group_values, hits, whole_since"

int rule_state_due(struct db *db, int64_t company_id, int64_t most, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, most);
	return db_run(db,
		      "SELECT " WINDOW_COLUMNS " FROM rule_window WHERE company_id = $1::bigint AND due_at <= now() "
		      "ORDER BY due_at LIMIT $2::bigint",
		      &args, out, why);
}

int rule_state_windows(struct db *db, int64_t company_id, const int64_t *keys, size_t count, struct db_result **out,
		       struct err *why)
{
	struct array_text column = { 0 };

	for (size_t i = 0; i < count; i++)
		array_text_integer(&column, keys[i]);
	return columns_run(db,
			   "SELECT " WINDOW_COLUMNS " FROM rule_window WHERE company_id = $1::bigint "
			   "AND state_key = ANY ($2::bigint[])",
			   company_id, &column, 1, out, why);
}

void rule_state_window(const struct db_result *r, int row, struct state_window *out)
{
	*out = (struct state_window){
		.key = db_integer(r, row, 0),
		.rule_id = db_integer(r, row, 1),
		.definition = (uint64_t)db_integer(r, row, 2),
		.group = db_slice(r, row, 3),
		.hits = db_integer(r, row, 4),
		.whole_since = db_time(r, row, 5),
	};
}

int rule_state_hits(struct db *db, int64_t company_id, const struct state_reach *reaches, size_t count,
		    struct db_result **out, struct err *why)
{
	struct array_text columns[3] = { 0 };

	for (size_t i = 0; i < count; i++) {
		array_text_integer(&columns[0], reaches[i].key);
		array_text_time(&columns[1], reaches[i].from);
		array_text_time(&columns[2], reaches[i].to == INT64_MAX ? TIME_NONE : reaches[i].to);
	}
	return columns_run(db,
			   "SELECT h.state_key, h.ts, h.alert_id, h.rule_no, h.cluster_key, h.direction, h.is_member, "
			   "h.number, h.value_key "
			   "FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[]) AS r (key, from_ts, to_ts) "
			   "JOIN rule_hit h ON h.company_id = $1::bigint AND h.state_key = r.key "
			   "AND h.ts BETWEEN coalesce(r.from_ts, '-infinity') AND coalesce(r.to_ts, 'infinity') "
			   "ORDER BY h.state_key",
			   company_id, columns, ARRAY_LEN(columns), out, why);
}

bool rule_state_hit(const struct db_result *r, int row, int64_t *key, struct group_hit *out)
{
	int64_t no = db_integer(r, row, 3), direction = db_integer(r, row, 5);

	*key = db_integer(r, row, 0);
	*out = (struct group_hit){
		.hit = { .ts = db_time(r, row, 1),
			 .id = db_integer(r, row, 2),
			 .rule_no = (uint16_t)no,
			 .cluster_key = db_integer(r, row, 4),
			 .number = db_is_null(r, row, 7) ? NAN : db_real(r, row, 7),
			 .value_key = db_integer(r, row, 8) },
		.direction = (enum direction)direction,
		.is_stored = true,
		.was_told = db_bool(r, row, 6),
	};
	return no >= 0 && no < SIGMA_CORRELATED_MAX && direction >= DIRECTION_UNKNOWN &&
	       direction <= DIRECTION_EXTERNAL;
}

/* --------------------------------------------------------------------------------------------------------- writing */

enum { WINDOW_COUNT = 9, HIT_COUNT = 9, PLACE_COUNT = 4, LOST_COUNT = 3 };

struct state_changes {
	struct array_text windows[WINDOW_COUNT], added[HIT_COUNT], removed[PLACE_COUNT], members[PLACE_COUNT],
	    lost[LOST_COUNT];
	size_t window_count, added_count, removed_count, member_count, lost_count;
	int64_t more;
	time_us newest;
};

struct state_changes *state_changes_new(void)
{
	struct state_changes *c = calloc(1, sizeof(*c));

	if (c)
		c->newest = TIME_NONE;
	return c;
}

static void release(struct array_text *columns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		array_text_release(&columns[i]);
}

void state_changes_free(struct state_changes *c)
{
	if (!c)
		return;
	release(c->windows, WINDOW_COUNT);
	release(c->added, HIT_COUNT);
	release(c->removed, PLACE_COUNT);
	release(c->members, PLACE_COUNT);
	release(c->lost, LOST_COUNT);
	free(c);
}

static void put_lost(struct state_changes *c, const struct state_change *change)
{
	array_text_integer(&c->lost[0], change->window.rule_id);
	array_text_integer(&c->lost[1], change->window.key);
	array_text_integer(&c->lost[2], change->lost);
	c->lost_count++;
}

void state_change_window(struct state_changes *c, const struct state_change *change)
{
	const struct state_window *w = &change->window;

	array_text_integer(&c->windows[0], w->key);
	array_text_integer(&c->windows[1], w->rule_id);
	array_text_integer(&c->windows[2], (int64_t)w->definition);
	array_text_string(&c->windows[3], w->group.ptr ? w->group : SLICE_LITERAL("{}"));
	array_text_time(&c->windows[4], change->newest);
	array_text_integer(&c->windows[5], change->more);
	array_text_integer(&c->windows[6], change->lost);
	array_text_time(&c->windows[7], w->whole_since);
	array_text_time(&c->windows[8], change->due_at);
	c->window_count++;
	if (change->lost)
		put_lost(c, change);
	c->more += change->more;
	if (change->newest > c->newest) /* TIME_NONE is the least */
		c->newest = change->newest;
}

static void put_place(struct array_text *columns, int64_t key, const struct group_hit *h)
{
	array_text_integer(&columns[0], key);
	array_text_time(&columns[1], h->hit.ts);
	array_text_integer(&columns[2], h->hit.id);
	array_text_integer(&columns[3], h->hit.rule_no);
}

void state_change_add(struct state_changes *c, int64_t key, const struct group_hit *h)
{
	put_place(c->added, key, h);
	array_text_integer(&c->added[4], h->hit.cluster_key);
	array_text_integer(&c->added[5], h->direction);
	columns_bool(&c->added[6], h->is_told);
	columns_real(&c->added[7], h->hit.number);
	array_text_optional(&c->added[8], h->hit.value_key);
	c->added_count++;
}

void state_change_remove(struct state_changes *c, int64_t key, const struct group_hit *h)
{
	put_place(c->removed, key, h);
	c->removed_count++;
}

void state_change_member(struct state_changes *c, int64_t key, const struct group_hit *h)
{
	put_place(c->members, key, h);
	c->member_count++;
}

/* last_ts of a window that has no new hit stays. */
static const char windows_sql[] =
    "INSERT INTO rule_window AS w (company_id, state_key, rule_id, definition, group_values, last_ts, hits, thinned, "
    "whole_since, due_at, oldest_at) "
    "SELECT $1::bigint, u.state_key, u.rule_id, u.definition, u.group_values, coalesce(u.last_ts, '-infinity'), "
    "u.hits, u.thinned, u.whole_since, u.due_at, now() "
    "FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[], $7::bigint[], $8::bigint[], "
    "$9::timestamptz[], $10::timestamptz[]) AS u (state_key, rule_id, definition, group_values, last_ts, hits, "
    "thinned, whole_since, due_at) "
    "ON CONFLICT (company_id, state_key) DO UPDATE SET rule_id = excluded.rule_id, definition = excluded.definition, "
    "last_ts = greatest(w.last_ts, excluded.last_ts), hits = w.hits + excluded.hits, "
    "thinned = w.thinned + excluded.thinned, whole_since = greatest(w.whole_since, excluded.whole_since), "
    "due_at = excluded.due_at";

static const char add_sql[] =
    "INSERT INTO rule_hit (company_id, state_key, ts, alert_id, rule_no, cluster_key, direction, is_member, number, "
    "value_key) SELECT $1::bigint, u.* FROM unnest($2::bigint[], $3::timestamptz[], $4::bigint[], $5::smallint[], "
    "$6::bigint[], $7::smallint[], $8::boolean[], $9::float8[], $10::bigint[]) AS u";

static const char lost_sql[] =
    "INSERT INTO loss AS l (company_id, kind, rule_id, group_key, count) "
    "SELECT $1::bigint, 'thinned', u.* FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS u "
    "ON CONFLICT (company_id, kind, rule_id, group_key) DO UPDATE SET count = l.count + excluded.count, "
    "last_at = excluded.last_at";

#define PLACES                                                                                                       \
	"unnest($2::bigint[], $3::timestamptz[], $4::bigint[], $5::smallint[]) AS u (state_key, ts, alert_id, "      \
	"rule_no) "                                                                                                  \
	"WHERE h.company_id = $1::bigint AND h.state_key = u.state_key AND h.ts = u.ts AND h.alert_id = u.alert_id " \
	"AND h.rule_no = u.rule_no"

static int write_company(struct db *db, int64_t company_id, const struct state_changes *c, int64_t *hits,
			 struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, c->more);
	db_arg_time(&args, c->newest);
	if (db_run(db,
		   "INSERT INTO rule_state AS s (company_id, hits, newest_ts, seen_at) "
		   "VALUES ($1::bigint, $2::bigint, coalesce($3::timestamptz, now()), now()) "
		   "ON CONFLICT (company_id) DO UPDATE SET hits = s.hits + excluded.hits, "
		   "newest_ts = greatest(s.newest_ts, $3::timestamptz), "
		   "seen_at = CASE WHEN $3::timestamptz IS NULL THEN s.seen_at ELSE now() END RETURNING hits",
		   &args, &r, why) != 0)
		return -1;
	*hits = db_integer(r, 0, 0);
	db_result_free(r);
	return 0;
}

int rule_state_write(struct db *db, int64_t company_id, struct state_changes *c, int64_t *hits, struct err *why)
{
	int failed = 0;

	if (c->removed_count)
		failed = columns_run(db, "DELETE FROM rule_hit h USING " PLACES, company_id, c->removed, PLACE_COUNT,
				     NULL, why);
	if (!failed && c->member_count)
		failed = columns_run(db, "UPDATE rule_hit h SET is_member = true FROM " PLACES, company_id, c->members,
				     PLACE_COUNT, NULL, why);
	if (!failed && c->added_count)
		failed = columns_run(db, add_sql, company_id, c->added, HIT_COUNT, NULL, why);
	if (!failed && c->window_count)
		failed = columns_run(db, windows_sql, company_id, c->windows, WINDOW_COUNT, NULL, why);
	if (!failed && c->lost_count)
		failed = columns_run(db, lost_sql, company_id, c->lost, LOST_COUNT, NULL, why);
	*hits = 0;
	if (!failed && c->window_count)
		failed = write_company(db, company_id, c, hits, why);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- bounds */

/* above: hits of the same correlation in this window and newer ones. known: groups whose loss an incident will show. */
static const char drop_sql[] =
    "WITH ranked AS (SELECT state_key, hits, last_ts, sum(hits) OVER (PARTITION BY rule_id "
    "ORDER BY last_ts DESC, state_key DESC) AS above FROM rule_window WHERE company_id = $1::bigint), "
    "sorted AS (SELECT state_key, sum(hits) OVER (ORDER BY above DESC, last_ts, state_key) - hits "
    "AS older FROM ranked), "
    "gone AS (DELETE FROM rule_window w USING sorted s WHERE w.company_id = $1::bigint "
    "AND w.state_key = s.state_key AND s.older < $2::bigint RETURNING w.state_key, w.rule_id), "
    "hit AS (DELETE FROM rule_hit h USING gone g WHERE h.company_id = $1::bigint "
    "AND h.state_key = g.state_key RETURNING g.state_key, g.rule_id), "
    "known AS (SELECT DISTINCT c.rule_id, c.group_key FROM incident_cause c WHERE c.company_id = $1::bigint "
    "AND c.rule_id IN (SELECT rule_id FROM gone)), "
    "lost AS (INSERT INTO loss AS l (company_id, kind, rule_id, group_key, count) "
    "SELECT $1::bigint, 'dropped', h.rule_id, coalesce(k.group_key, 0), count(*) FROM hit h "
    "LEFT JOIN known k ON k.rule_id = h.rule_id AND k.group_key = h.state_key GROUP BY 3, 4 "
    "ON CONFLICT (company_id, kind, rule_id, group_key) DO UPDATE SET count = l.count + excluded.count, "
    "last_at = excluded.last_at), "
    "n AS (SELECT (SELECT count(*) FROM gone) AS windows, (SELECT count(*) FROM hit) AS hits) "
    "UPDATE rule_state s SET hits = s.hits - n.hits, dropped = s.dropped + n.hits FROM n "
    "WHERE s.company_id = $1::bigint RETURNING n.windows, n.hits";

int rule_state_drop(struct db *db, int64_t company_id, int64_t excess, int64_t *windows, int64_t *hits, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, excess);
	if (db_run(db, drop_sql, &args, &r, why) != 0)
		return -1;
	*windows = db_rows(r) ? db_integer(r, 0, 0) : 0;
	*hits = db_rows(r) ? db_integer(r, 0, 1) : 0;
	db_result_free(r);
	return 0;
}

int rule_state_old_companies(struct db *db, time_us keep, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, keep);
	return db_run(db,
		      "SELECT DISTINCT company_id FROM rule_window "
		      "WHERE oldest_at < now() - $1::bigint * interval '1 microsecond'",
		      &args, out, why);
}

int rule_state_prune(struct db *db, int64_t company_id, time_us keep, int64_t most, int64_t *windows, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, keep);
	db_arg_integer(&args, most);
	if (db_run(
		db,
		"WITH old AS (SELECT state_key FROM rule_window WHERE company_id = $1::bigint "
		"AND oldest_at < now() - $2::bigint * interval '1 microsecond' ORDER BY oldest_at LIMIT $3::bigint), "
		"gone AS (DELETE FROM rule_hit h USING old o WHERE h.company_id = $1::bigint "
		"AND h.state_key = o.state_key AND h.at < now() - $2::bigint * interval '1 microsecond' "
		"RETURNING h.state_key, h.ts), "
		"last AS (SELECT state_key, max(ts) AS ts FROM gone GROUP BY state_key), "
		"kept AS (SELECT o.state_key, count(h.ts) AS hits, min(h.at) AS oldest FROM old o "
		"LEFT JOIN rule_hit h ON h.company_id = $1::bigint AND h.state_key = o.state_key "
		"AND h.at >= now() - $2::bigint * interval '1 microsecond' GROUP BY o.state_key), "
		"dead AS (DELETE FROM rule_window w USING kept k WHERE w.company_id = $1::bigint "
		"AND w.state_key = k.state_key AND k.hits = 0), "
		"cut AS (UPDATE rule_window w SET hits = k.hits, oldest_at = k.oldest, "
		"whole_since = greatest(w.whole_since, l.ts) FROM kept k LEFT JOIN last l USING (state_key) "
		"WHERE w.company_id = $1::bigint AND w.state_key = k.state_key AND k.hits > 0), "
		"less AS (UPDATE rule_state s SET hits = s.hits - (SELECT count(*) FROM gone) "
		"WHERE s.company_id = $1::bigint) "
		"SELECT count(*) FROM old",
		&args, &r, why) != 0)
		return -1;
	*windows = db_integer(r, 0, 0);
	db_result_free(r);
	return 0;
}
