#include "server/store/mute.h"

#include <string.h>

/* $1 company whose hits count, or NULL. Across companies then. */
#define COLUMNS                                                                                                    \
	"SELECT m.mute_id, m.kind, m.scope, m.company_id, c.name, m.group_tag, m.conditions, m.reason, "           \
	"m.owner_id, o.display_name, m.created_at, m.starts_at, m.expires_at, m.ended_at, m.ended_by, "            \
	"e.display_name, CASE WHEN m.ended_at IS NOT NULL THEN 'ended' WHEN m.expires_at <= now() THEN 'expired' " \
	"WHEN m.starts_at > now() THEN 'scheduled' ELSE 'active' END, coalesce(h.alerts, 0), h.last_day "          \
	"FROM mute m LEFT JOIN company c ON c.company_id = m.company_id "                                          \
	"LEFT JOIN app_user o ON o.user_id = m.owner_id LEFT JOIN app_user e ON e.user_id = m.ended_by "           \
	"LEFT JOIN LATERAL (SELECT sum(d.alerts)::bigint AS alerts, max(d.day)::text AS last_day FROM mute_day d " \
	"WHERE d.mute_id = m.mute_id AND ($1::bigint IS NULL OR d.company_id = $1::bigint)) h ON true "

int mute_list(struct db *db, const struct mute_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, filter->company_id);
	db_arg_text(&args, filter->kind);
	db_arg_text(&args, filter->state);
	db_arg_integer(&args, filter->before);
	db_arg_integer(&args, filter->limit);
	return db_run(db,
		      COLUMNS "WHERE ($1::bigint IS NULL OR m.company_id = $1::bigint) "
			      "AND ($2::text IS NULL OR m.kind = $2::text) AND ($3::text IS NULL "
			      "OR ($3::text = 'active') = (m.ended_at IS NULL AND m.expires_at > now())) "
			      "AND m.mute_id < $4::bigint ORDER BY m.mute_id DESC LIMIT $5::bigint",
		      &args, out, why);
}

#define GET COLUMNS "WHERE m.mute_id = $2::bigint AND ($1::bigint IS NULL OR m.company_id = $1::bigint)"

int mute_get(struct db *db, int64_t company_id, int64_t mute_id, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_integer(&args, mute_id);
	return db_run(db, lock ? GET " FOR UPDATE OF m" : GET, &args, out, why);
}

/* The word as a text that outlives the result. */
static const char *state_of(struct slice word)
{
	static const char *const states[] = { "scheduled", "active", "expired", "ended" };

	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (slice_is(word, states[i]))
			return states[i];
	return states[0];
}

void mute_read(const struct db_result *r, int row, struct mute_row *out)
{
	*out = (struct mute_row){
		.id = db_integer(r, row, 0),
		.kind = db_text(r, row, 1),
		.scope = db_text(r, row, 2),
		.company_id = db_integer(r, row, 3),
		.company = db_text(r, row, 4),
		.group_tag = db_text(r, row, 5),
		.conditions = db_text(r, row, 6),
		.reason = db_text(r, row, 7),
		.owner_id = db_integer(r, row, 8),
		.owner_name = db_text(r, row, 9),
		.created_at = db_time(r, row, 10),
		.starts_at = db_time(r, row, 11),
		.expires_at = db_time(r, row, 12),
		.ended_at = db_time(r, row, 13),
		.ended_by = db_integer(r, row, 14),
		.ended_by_name = db_text(r, row, 15),
		.state = state_of(db_slice(r, row, 16)),
		.hits = db_integer(r, row, 17),
		.last_hit_day = db_text(r, row, 18),
	};
}

static int run_for_mute(struct db *db, const char *sql, int64_t company_id, int64_t mute_id, struct db_result **out,
			struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_integer(&args, mute_id);
	return db_run(db, sql, &args, out, why);
}

int mute_days(struct db *db, int64_t company_id, int64_t mute_id, struct db_result **out, struct err *why)
{
	return run_for_mute(db,
			    "SELECT x.day::text, x.alerts FROM (SELECT d.day, sum(d.alerts)::bigint AS alerts "
			    "FROM mute_day d WHERE d.mute_id = $2::bigint "
			    "AND ($1::bigint IS NULL OR d.company_id = $1::bigint) GROUP BY d.day "
			    "ORDER BY d.day DESC LIMIT 366) x ORDER BY x.day",
			    company_id, mute_id, out, why);
}

int mute_companies(struct db *db, int64_t company_id, int64_t mute_id, struct db_result **out, struct err *why)
{
	return run_for_mute(db,
			    "SELECT d.company_id, c.name, sum(d.alerts)::bigint FROM mute_day d "
			    "JOIN company c ON c.company_id = d.company_id WHERE d.mute_id = $2::bigint "
			    "AND ($1::bigint IS NULL OR d.company_id = $1::bigint) GROUP BY d.company_id, c.name "
			    "ORDER BY 3 DESC, 1 LIMIT 20",
			    company_id, mute_id, out, why);
}

int mute_add(struct db *db, const struct mute_new *mute, int64_t *mute_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_text(&args, mute->kind);
	db_arg_text(&args, mute->scope);
	db_arg_optional(&args, mute->company_id);
	db_arg_text(&args, mute->group_tag);
	db_arg_text(&args, mute->conditions);
	db_arg_text(&args, mute->reason);
	db_arg_integer(&args, mute->owner_id);
	db_arg_time(&args, mute->starts_at);
	db_arg_time(&args, mute->expires_at);
	if (db_run(db,
		   "INSERT INTO mute (kind, scope, company_id, group_tag, conditions, reason, owner_id, starts_at, "
		   "expires_at) VALUES ($1::text, $2::text, $3::bigint, $4::text, $5::text, $6::text, $7::bigint, "
		   "coalesce($8::timestamptz, now()), $9::timestamptz) RETURNING mute_id",
		   &args, &result, why) != 0)
		return -1;
	*mute_id = db_integer(result, 0, 0);
	db_result_free(result);
	return db_notify(db, "hinomi_mutes", why);
}

int mute_end(struct db *db, int64_t mute_id, int64_t user_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, mute_id);
	db_arg_integer(&args, user_id);
	/* By its number alone, whichever company_id it has: the caller holds the row. */
	if (db_run(db, "UPDATE mute SET ended_at = now(), ended_by = $2::bigint WHERE mute_id = $1::bigint", &args,
		   NULL, why) != 0)
		return -1;
	return db_notify(db, "hinomi_mutes", why);
}
