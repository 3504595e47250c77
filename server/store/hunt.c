#include "server/store/hunt.h"

#include "server/store/key_column.h"

#include <inttypes.h>
#include <stdio.h>

static int one_number(struct db *db, const char *sql, const struct db_args *args, int64_t *out, struct err *why)
{
	struct db_result *result;

	if (db_run(db, sql, args, &result, why) != 0)
		return -1;
	*out = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- orders */

int hunt_create(struct db *db, const char *actor, int64_t source_id, int64_t change_from, int64_t change_to,
		int64_t *hunt_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, actor);
	db_arg_integer(&args, source_id);
	db_arg_integer(&args, change_from);
	db_arg_integer(&args, change_to);
	if (one_number(db,
		       "INSERT INTO hunt (actor, source_id, change_from, change_to) "
		       "VALUES ($1::text, $2::bigint, $3::bigint, $4::bigint) RETURNING hunt_id",
		       &args, hunt_id, why) != 0)
		return -1;
	return db_notify(db, "hinomi_work", why);
}

int hunt_create_for(struct db *db, const char *actor, int64_t indicator_id, int64_t *hunt_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int64_t source_id = 0, change_no = 0;
	int failed = 0;

	db_arg_integer(&args, indicator_id);
	if (db_run(db, "SELECT source_id, change_no, state FROM indicator WHERE indicator_id = $1::bigint", &args, &r,
		   why) != 0)
		return -1;
	if (db_rows(r) == 0) {
		failed = err_set(why, ERR_NOT_FOUND, "there is no indicator %" PRId64 "; see hinomictl indicator list",
				 indicator_id);
	} else if (!slice_is(db_slice(r, 0, 2), "active")) {
		failed = err_set(why, ERR_CONFLICT, "indicator %" PRId64 " is %s: it is not looked for", indicator_id,
				 slice_is(db_slice(r, 0, 2), "revoked") ? "revoked" : "held back");
	} else {
		source_id = db_integer(r, 0, 0);
		change_no = db_integer(r, 0, 1);
	}
	db_result_free(r);
	return failed ? failed : hunt_create(db, actor, source_id, change_no, change_no, hunt_id, why);
}

/* --------------------------------------------------------------------------------------------------------- reading */

/* Across companies; the api sees of hunt_hit what the caller may see. */
#define HUNT_COLUMNS                                                                                           \
	"SELECT h.hunt_id, h.source_id, h.created_at, h.finished_at, h.actor, s.name, h.state, h.message, "    \
	"h.change_from, h.change_to, h.indicators, coalesce(h.duration_ms, 0), f.companies, f.hits "           \
	"FROM hunt h JOIN indicator_source s ON s.source_id = h.source_id CROSS JOIN LATERAL "                 \
	"(SELECT count(DISTINCT company_id) AS companies, count(*) AS hits FROM hunt_hit x WHERE x.hunt_id = " \
	"h.hunt_id) f "

int hunt_list(struct db *db, int64_t before, int64_t limit, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, before);
	db_arg_integer(&args, limit);
	return db_run(db,
		      HUNT_COLUMNS "WHERE $1::bigint IS NULL OR h.hunt_id < $1::bigint "
				   "ORDER BY h.hunt_id DESC LIMIT $2::bigint",
		      &args, out, why);
}

int hunt_get(struct db *db, int64_t hunt_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, hunt_id);
	return db_run(db, HUNT_COLUMNS "WHERE h.hunt_id = $1::bigint", &args, out, why);
}

void hunt_read(const struct db_result *r, int row, struct hunt_row *out)
{
	*out = (struct hunt_row){
		.id = db_integer(r, row, 0),
		.source_id = db_integer(r, row, 1),
		.created_at = db_time(r, row, 2),
		.finished_at = db_time(r, row, 3),
		.actor = db_text(r, row, 4),
		.source = db_text(r, row, 5),
		.state = db_text(r, row, 6),
		.message = db_text(r, row, 7),
		.change_from = db_integer(r, row, 8),
		.change_to = db_integer(r, row, 9),
		.indicators = db_integer(r, row, 10),
		.duration_ms = db_integer(r, row, 11),
		.companies = db_integer(r, row, 12),
		.hits = db_integer(r, row, 13),
	};
}

/* An observable that two indicators of the hunt hold (a network and an address in it) is one, and its contacts count
 * once. Across companies, as hunt_get. */
int hunt_companies(struct db *db, int64_t hunt_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, hunt_id);
	return db_run(
	    db,
	    "SELECT c.company_id, c.name, min(o.first_ts), max(o.last_ts), sum(o.contacts)::bigint, "
	    "(SELECT count(DISTINCT h.indicator_id) FROM hunt_hit h WHERE h.company_id = c.company_id "
	    "AND h.hunt_id = $1::bigint), count(*) "
	    "FROM (SELECT company_id, kind, key, min(first_ts) AS first_ts, max(last_ts) AS last_ts, "
	    "max(contacts) AS contacts FROM hunt_hit WHERE hunt_id = $1::bigint GROUP BY company_id, kind, key) o "
	    "JOIN company c ON c.company_id = o.company_id GROUP BY c.company_id, c.name "
	    "ORDER BY max(o.last_ts) DESC, c.company_id",
	    &args, out, why);
}

void hunt_company_read(const struct db_result *r, int row, struct hunt_company_row *out)
{
	*out = (struct hunt_company_row){
		.company_id = db_integer(r, row, 0),
		.company = db_text(r, row, 1),
		.first = db_time(r, row, 2),
		.last = db_time(r, row, 3),
		.contacts = db_integer(r, row, 4),
		.indicators = db_integer(r, row, 5),
		.observables = db_integer(r, row, 6),
	};
}

int hunt_hits(struct db *db, int64_t hunt_id, int64_t company_id, int64_t indicator_id, int64_t limit,
	      struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, hunt_id);
	db_arg_optional(&args, company_id);
	db_arg_optional(&args, indicator_id);
	db_arg_integer(&args, limit);
	return db_run(db,
		      "SELECT h.company_id, h.indicator_id, c.name, coalesce(i.value, ''), h.kind, h.key, h.first_ts, "
		      "h.last_ts, i.valid_from, i.valid_until, h.contacts FROM hunt_hit h "
		      "JOIN company c ON c.company_id = h.company_id "
		      "LEFT JOIN indicator i ON i.indicator_id = h.indicator_id "
		      "WHERE h.hunt_id = $1::bigint AND ($2::bigint IS NULL OR h.company_id = $2::bigint) "
		      "AND ($3::bigint IS NULL OR h.indicator_id = $3::bigint) "
		      "ORDER BY h.last_ts DESC, h.company_id, h.indicator_id, h.kind, h.key LIMIT $4::bigint",
		      &args, out, why);
}

bool hunt_hit_read(const struct db_result *r, int row, struct hunt_hit_row *out)
{
	int64_t kind = db_integer(r, row, 4);

	out->company_id = db_integer(r, row, 0);
	out->indicator_id = db_integer(r, row, 1);
	out->company = db_text(r, row, 2);
	out->indicator = db_text(r, row, 3);
	out->first = db_time(r, row, 6);
	out->last = db_time(r, row, 7);
	out->valid_from = db_time(r, row, 8);
	out->valid_until = db_time(r, row, 9);
	out->contacts = db_integer(r, row, 10);
	return indicator_key_of_stored(kind, db_slice(r, row, 5), kind == INDICATOR_IP ? INDICATOR_ONE_ADDRESS : 0,
				       &out->observable);
}

/* --------------------------------------------------------------------------------------------------------- members */

/* Ends of ranges that have none: behind all keys of 16 bytes. */
static struct slice range_end(const struct indicator_range *range)
{
	static const uint8_t last[17] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
					  0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF };

	return range->end_len ? slice_of(range->end, range->end_len) : slice_of(last, sizeof(last));
}

/* Across companies, as hunt_get. */
int hunt_members(struct db *db, const struct indicator_key *indicator, int64_t limit, struct db_result **out,
		 struct err *why)
{
	struct indicator_range range;
	struct db_args args = { 0 };

	indicator_key_range(indicator, &range);
	db_arg_integer(&args, indicator->kind);
	db_arg_bytes(&args, slice_of(range.first, range.first_len));
	db_arg_bytes(&args, range_end(&range));
	db_arg_integer(&args, limit);
	return db_run(db,
		      "SELECT c.company_id, c.name, min(o.first_ts), max(o.last_ts), sum(o.contacts)::bigint, "
		      "1::bigint, count(*) FROM observable o JOIN company c ON c.company_id = o.company_id "
		      "WHERE o.kind = $1::smallint AND o.key >= $2::bytea AND o.key < $3::bytea "
		      "GROUP BY c.company_id, c.name ORDER BY max(o.last_ts) DESC, c.company_id LIMIT $4::bigint",
		      &args, out, why);
}

/* --------------------------------------------------------------------------------------------------------- running */

struct slice_of_hunt {
	int64_t hunt_id, source_id, change_from, change_to, hunted_to;
	int64_t indicators, cut; /* cut: indicators with more than HUNT_HITS_MAX */
	bool last;
};

/* Hunts are no company's; two correlators take different ones. */
static int take_hunt(struct db *db, struct slice_of_hunt *s, bool *got, struct err *why)
{
	struct db_result *r;

	if (db_run(db,
		   "SELECT hunt_id, source_id, change_from, change_to, hunted_to FROM hunt WHERE state = 'due' "
		   "ORDER BY hunt_id LIMIT 1 FOR UPDATE SKIP LOCKED",
		   NULL, &r, why) != 0)
		return -1;
	*got = db_rows(r) > 0;
	if (*got) {
		s->hunt_id = db_integer(r, 0, 0);
		s->source_id = db_integer(r, 0, 1);
		s->change_from = db_integer(r, 0, 2);
		s->change_to = db_integer(r, 0, 3);
		s->hunted_to = db_integer(r, 0, 4);
	}
	db_result_free(r);
	return 0;
}

static int read_indicators(struct db *db, const struct slice_of_hunt *s, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, s->source_id);
	db_arg_integer(&args, s->hunted_to < s->change_from ? s->change_from : s->hunted_to + 1);
	db_arg_integer(&args, s->change_to);
	db_arg_integer(&args, HUNT_SLICE);
	return db_run(db,
		      "SELECT indicator_id, kind, key, prefix, change_no FROM indicator WHERE source_id = $1::bigint "
		      "AND change_no BETWEEN $2::bigint AND $3::bigint AND state = 'active' "
		      "ORDER BY change_no LIMIT $4::bigint",
		      &args, out, why);
}

/* Across companies: the question is who of them. Each indicator is one scan of a range of the primary key; one more
 * than the most is read, to know that there is more. */
static const char find_sql[] =
    "WITH found AS MATERIALIZED (SELECT o.company_id, u.indicator_id, o.kind, o.key, o.first_ts, o.last_ts, "
    "o.contacts, "
    "o.n FROM unnest($2::bigint[], $3::smallint[], $4::bytea[], $5::bytea[]) AS u (indicator_id, kind, first, behind) "
    "CROSS JOIN LATERAL (SELECT o.company_id, o.kind, o.key, o.first_ts, o.last_ts, o.contacts, row_number() OVER () "
    "AS n "
    "FROM observable o WHERE o.kind = u.kind AND o.key >= u.first AND o.key < u.behind LIMIT $6::bigint + 1) o), "
    "put AS (INSERT INTO hunt_hit (company_id, hunt_id, indicator_id, kind, key, first_ts, last_ts, contacts) "
    "SELECT company_id, $1::bigint, indicator_id, kind, key, first_ts, last_ts, contacts FROM found "
    "WHERE n <= $6::bigint ON CONFLICT DO NOTHING) "
    "SELECT count(*) FROM found WHERE n > $6::bigint";

static int find(struct db *db, struct slice_of_hunt *s, const struct db_result *indicators, struct err *why)
{
	struct array_text columns[4] = { 0 };
	struct db_args args = { 0 };
	int failed = 0;

	db_arg_integer(&args, s->hunt_id);
	for (int i = 0; i < db_rows(indicators) && !failed; i++) {
		struct indicator_range range;
		struct indicator_key key;

		if (!indicator_key_of_stored(db_integer(indicators, i, 1), db_slice(indicators, i, 2),
					     db_integer(indicators, i, 3), &key)) {
			failed = err_set(why, ERR_CORRUPT, "indicator %" PRId64 " has a key that is none",
					 db_integer(indicators, i, 0));
			break;
		}
		indicator_key_range(&key, &range);
		array_text_integer(&columns[0], db_integer(indicators, i, 0));
		array_text_integer(&columns[1], key.kind);
		key_column_put_bytes(&columns[2], slice_of(range.first, range.first_len));
		key_column_put_bytes(&columns[3], range_end(&range));
	}
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		const char *text = array_text(&columns[i]);

		if (!text && !failed)
			failed = err_set(why, ERR_NOMEM, "no memory for the indicators of a hunt");
		db_arg_text(&args, text);
	}
	db_arg_integer(&args, HUNT_HITS_MAX);
	if (!failed)
		failed = one_number(db, find_sql, &args, &s->cut, why);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		array_text_release(&columns[i]);
	return failed;
}

static int write_progress(struct db *db, const struct slice_of_hunt *s, int64_t ms, struct err *why)
{
	struct db_args args = { 0 };
	char message[160] = "";

	if (s->cut)
		snprintf(message, sizeof(message),
			 "%" PRId64 " of its indicators found more than %d things: not all of that is listed", s->cut,
			 HUNT_HITS_MAX);
	db_arg_integer(&args, s->hunt_id);
	db_arg_integer(&args, s->hunted_to);
	db_arg_integer(&args, s->indicators);
	db_arg_integer(&args, ms);
	db_arg_bool(&args, s->last);
	db_arg_text(&args, message);
	return db_run(db,
		      "UPDATE hunt SET hunted_to = $2::bigint, indicators = indicators + $3::bigint, "
		      "duration_ms = coalesce(duration_ms, 0) + $4::bigint, "
		      "state = CASE WHEN $5::boolean THEN 'done' ELSE state END, "
		      "finished_at = CASE WHEN $5::boolean THEN clock_timestamp() END, "
		      "message = CASE WHEN $6::text = '' THEN message ELSE $6::text END WHERE hunt_id = $1::bigint",
		      &args, NULL, why);
}

static int hunt_slice(struct db *db, struct slice_of_hunt *s, struct err *why)
{
	int64_t started = clock_monotonic_ms();
	struct db_result *indicators;
	int failed = 0;

	if (read_indicators(db, s, &indicators, why) != 0)
		return -1;
	s->indicators = db_rows(indicators);
	s->last = s->indicators < HUNT_SLICE;
	if (s->indicators) {
		s->hunted_to = db_integer(indicators, (int)s->indicators - 1, 4);
		failed = find(db, s, indicators, why);
	}
	db_result_free(indicators);
	return failed ? failed : write_progress(db, s, clock_monotonic_ms() - started, why);
}

/* After the rollback: the hunt says why it ended. */
static int write_failure(struct db *db, int64_t hunt_id, const struct err *reason, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, hunt_id);
	db_arg_text(&args, reason->text);
	return db_run(db,
		      "UPDATE hunt SET state = 'failed', finished_at = clock_timestamp(), message = $2::text "
		      "WHERE hunt_id = $1::bigint AND state = 'due'",
		      &args, NULL, why);
}

/* Range scans in a nested loop, whatever the planner thinks of ranges that it cannot see. */
static int set_up(struct db *db, struct err *why)
{
	char sql[160];

	snprintf(sql, sizeof(sql),
		 "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; "
		 "SET LOCAL jit = off; SET LOCAL statement_timeout = %d",
		 HUNT_TIMEOUT_MS);
	return db_script(db, sql, why);
}

int hunt_run_next(struct db *db, bool *worked, struct err *why)
{
	struct slice_of_hunt s = { 0 };
	struct err reason;

	int failed;

	*worked = false;
	if (db_begin(db, why) != 0)
		return -1;
	failed = take_hunt(db, &s, worked, why);
	if (failed || !*worked) {
		db_rollback(db);
		return failed;
	}
	if (set_up(db, &reason) == 0 && hunt_slice(db, &s, &reason) == 0 && db_commit(db, &reason) == 0)
		return 0;
	db_rollback(db);
	if (reason.code == ERR_UNAVAILABLE) {
		*why = reason;
		return -1;
	}
	/* Refused once by somebody else's lock: the next round tries again. */
	return reason.code == ERR_CONFLICT ? 0 : write_failure(db, s.hunt_id, &reason, why);
}
