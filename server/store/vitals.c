#include "server/store/vitals.h"

const char *const vitals_states[VITALS_STATES] = { "new", "up", "late", "down", "muted", "revoked" };
const char *const vitals_rule_kinds[VITALS_RULE_KINDS] = { "detection", "correlation", "grouping", "builtin" };
const char *const vitals_indicator_states[VITALS_INDICATOR_STATES] = { "active", "held_back", "revoked" };
const char *const vitals_hunt_states[VITALS_HUNT_STATES] = { "due", "done", "failed" };
const char *const vitals_mute_kinds[VITALS_MUTE_KINDS] = { "mute", "drill" };
const char *const vitals_page_states[VITALS_PAGE_STATES] = { "triggered", "acknowledged" };
const char *const vitals_notice_states[VITALS_NOTICE_STATES] = { "pending",   "sending", "sent",    "failed",
								 "cancelled", "expired", "bundled", "quarantined" };

/* A statement of names and counts, into an array in the order of `names`. */
struct tally {
	const char *sql;
	const char *const *names;
	size_t count;
	int64_t *out;
};

static int read_tally(struct db *db, const struct tally *t, struct err *why)
{
	struct db_result *result;

	if (db_run(db, t->sql, NULL, &result, why) != 0)
		return -1;
	for (int row = 0; row < db_rows(result); row++)
		for (size_t i = 0; i < t->count; i++)
			if (slice_is(db_slice(result, row, 0), t->names[i]))
				t->out[i] = db_integer(result, row, 1);
	db_result_free(result);
	return 0;
}

static int read_tallies(struct db *db, struct vitals *out, struct err *why)
{
	const struct tally tallies[] = {
		{ "SELECT state, count(*) FROM sensor GROUP BY state", vitals_states, VITALS_STATES, out->sensors },
		{ "SELECT kind, count(*) FROM rule WHERE last_version IS NULL GROUP BY kind", vitals_rule_kinds,
		  VITALS_RULE_KINDS, out->rules },
		{ "SELECT kind, sum(count)::bigint FROM loss GROUP BY kind", loss_kinds, LOSS_KINDS, out->lost },
		{ "SELECT state, count(*) FROM indicator GROUP BY state", vitals_indicator_states,
		  VITALS_INDICATOR_STATES, out->indicators },
		{ "SELECT state, count(*) FROM hunt GROUP BY state", vitals_hunt_states, VITALS_HUNT_STATES,
		  out->hunts },
		{ "SELECT kind, count(*) FROM mute WHERE ended_at IS NULL AND now() BETWEEN starts_at AND expires_at "
		  "GROUP BY kind",
		  vitals_mute_kinds, VITALS_MUTE_KINDS, out->mutes },
		{ "SELECT state, count(*) FROM page WHERE state IN ('triggered', 'acknowledged') GROUP BY state",
		  vitals_page_states, VITALS_PAGE_STATES, out->pages },
		{ "SELECT state, count(*) FROM outbox WHERE created_at > now() - interval '24 hours' GROUP BY state",
		  vitals_notice_states, VITALS_NOTICE_STATES, out->notices },
	};

	for (size_t i = 0; i < ARRAY_LEN(tallies); i++)
		if (read_tally(db, &tallies[i], why) != 0)
			return -1;
	return 0;
}

/* Windows are not counted: there may be a million. */
static int read_correlation(struct db *db, struct vitals *out, struct err *why)
{
	struct db_result *result;

	if (db_run(db,
		   "SELECT coalesce((SELECT max(version) FROM rule_set), 0), "
		   "coalesce((SELECT sum(hits) FROM rule_state), 0)::bigint, "
		   "pg_stat_get_live_tuples('rule_window'::regclass), "
		   "(SELECT count(*) FROM campaign WHERE last_ts >= now() - interval '7 days' AND merged_into IS NULL)",
		   NULL, &result, why) != 0)
		return -1;
	out->rule_set = db_integer(result, 0, 0);
	out->hits = db_integer(result, 0, 1);
	out->windows = db_integer(result, 0, 2);
	out->campaigns = db_integer(result, 0, 3);
	db_result_free(result);
	return 0;
}

static int read_escalation(struct db *db, struct vitals *out, struct err *why)
{
	struct db_result *r;

	if (db_run(
		db,
		"SELECT r.waiting, r.fenced, r.age, p.nobody, p.fenced + o.quarantined, o.age, e.alive, e.age, e.mail "
		"FROM "
		"(SELECT count(*) FILTER (WHERE crashes < 5) AS waiting, count(*) FILTER (WHERE crashes >= 5) AS "
		"fenced, "
		"coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age FROM page_request) r, "
		"(SELECT count(*) FILTER (WHERE nobody AND state = 'triggered') AS nobody, count(*) FILTER (WHERE "
		"crashes "
		">= 5) AS fenced FROM page WHERE state IN ('triggered', 'acknowledged')) p, "
		"(SELECT count(*) FILTER (WHERE state = 'quarantined' AND created_at > now() - interval '24 hours') AS "
		"quarantined, coalesce(extract(epoch FROM now() - min(not_before) FILTER (WHERE state = 'pending' AND "
		"not_before <= now())), 0)::float8 AS age FROM outbox WHERE state = 'pending' OR created_at > now() - "
		"interval '24 hours') o, "
		"(SELECT count(*) FILTER (WHERE ticked_at > now() - interval '30 seconds') AS alive, "
		"coalesce(extract(epoch FROM now() - max(ticked_at)), -1)::float8 AS age, "
		"coalesce(extract(epoch FROM now() - max(mail_ok_at)), -1)::float8 AS mail FROM engine) e",
		NULL, &r, why) != 0)
		return -1;
	out->requests = db_integer(r, 0, 0);
	out->fenced = db_integer(r, 0, 1) + db_integer(r, 0, 4);
	out->request_age = db_real(r, 0, 2);
	out->pages_nobody = db_integer(r, 0, 3);
	out->notice_age = db_real(r, 0, 5);
	out->engines = db_integer(r, 0, 6);
	out->engine_age = db_real(r, 0, 7);
	out->mail_age = db_real(r, 0, 8);
	db_result_free(r);
	return 0;
}

int vitals_read(struct db *db, struct vitals *out, struct err *why)
{
	struct db_result *result;

	*out = (struct vitals){ 0 };
	if (read_tallies(db, out, why) != 0 || read_correlation(db, out, why) != 0 ||
	    read_escalation(db, out, why) != 0)
		return -1;
	if (db_run(
		db,
		"SELECT w.pieces, w.age, i.open FROM "
		"(SELECT count(*) AS pieces, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age "
		"FROM work) w, "
		"(SELECT count(*) AS open FROM incident WHERE state IN ('open', 'acknowledged', 'contained')) i",
		NULL, &result, why) != 0)
		return -1;
	out->work = db_integer(result, 0, 0);
	out->work_age = db_real(result, 0, 1);
	out->open_incidents = db_integer(result, 0, 2);
	db_result_free(result);
	return 0;
}

int vitals_ping(struct db *db, struct err *why)
{
	return db_run(db, "SELECT 1", NULL, NULL, why);
}
