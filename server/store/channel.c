#include "server/store/channel.h"

#define COLUMNS                                                                                                       \
	"SELECT c.channel_id, c.user_id, u.display_name, c.position::bigint, c.name, c.kind, c.address, c.template, " \
	"c.language, c.enabled, c.disabled_why, c.failing_since, c.created_at, c.version FROM channel c "             \
	"LEFT JOIN app_user u ON u.user_id = c.user_id WHERE c.removed_at IS NULL "

int channel_list(struct db *db, const struct channel_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, filter->user_id);
	db_arg_bool(&args, filter->shared);
	return db_run(db,
		      COLUMNS "AND ($1::bigint IS NULL OR c.user_id = $1::bigint) "
			      "AND NOT ($2::boolean AND c.user_id IS NOT NULL) "
			      "ORDER BY c.user_id IS NOT NULL, u.display_name, c.user_id, c.position, c.channel_id",
		      &args, out, why);
}

/* Locked by its number alone: FOR UPDATE of a join's outer side is not possible, and the secret must not be touched. */
static int lock_row(struct db *db, int64_t channel_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, channel_id);
	return db_run(db, "SELECT channel_id FROM channel WHERE channel_id = $1::bigint FOR UPDATE", &args, NULL, why);
}

int channel_get(struct db *db, int64_t channel_id, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	if (lock && lock_row(db, channel_id, why) != 0)
		return -1;
	db_arg_integer(&args, channel_id);
	return db_run(db, COLUMNS "AND c.channel_id = $1::bigint", &args, out, why);
}

void channel_read(const struct db_result *r, int row, struct channel_row *out)
{
	*out = (struct channel_row){
		.channel_id = db_integer(r, row, 0),
		.user_id = db_integer(r, row, 1),
		.user_name = db_text(r, row, 2),
		.position = db_integer(r, row, 3),
		.name = db_text(r, row, 4),
		.kind = db_text(r, row, 5),
		.address = db_text(r, row, 6),
		.template = db_text(r, row, 7),
		.language = db_text(r, row, 8),
		.enabled = db_bool(r, row, 9),
		.disabled_why = db_text(r, row, 10),
		.failing_since = db_time(r, row, 11),
		.created_at = db_time(r, row, 12),
		.version = db_integer(r, row, 13),
	};
}

/* How many there are of the person, or shared; those who make one at the same time wait for each other. */
static int count_of(struct db *db, int64_t user_id, int64_t *count, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_optional(&args, user_id);
	if (db_run(db, "SELECT pg_advisory_xact_lock(hashtext('channel'), coalesce($1::bigint, 0)::integer)", &args,
		   NULL, why) != 0 ||
	    db_run(db,
		   "SELECT count(*) FROM channel WHERE user_id IS NOT DISTINCT FROM $1::bigint AND removed_at IS NULL",
		   &args, &result, why) != 0)
		return -1;
	*count = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

static int check_person(struct db *db, int64_t user_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	db_arg_integer(&args, user_id);
	if (db_run(db,
		   "SELECT user_id FROM app_user WHERE user_id = $1::bigint AND disabled_at IS NULL AND scope_company "
		   "IS NULL "
		   "AND role IN ('analyst', 'lead', 'admin', 'desk')",
		   &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	return rows ? 0 : err_set(why, ERR_NOT_FOUND, "nobody who could be paged has this number");
}

static const char create_sql[] =
    "INSERT INTO channel (user_id, position, name, kind, address, template, language, enabled, secret) "
    "SELECT $1::bigint, coalesce($2::bigint, (SELECT max(c.position) + 1 FROM channel c WHERE "
    "c.user_id IS NOT DISTINCT FROM $1::bigint AND c.removed_at IS NULL), 1), $3::text, $4::text, $5::text, $6::text, "
    "$7::text, $8::boolean, $9::bytea RETURNING channel_id";

int channel_create(struct db *db, const struct channel_content *content, int64_t *channel_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int64_t count;

	if (content->user_id && check_person(db, content->user_id, why) != 0)
		return -1;
	if (count_of(db, content->user_id, &count, why) != 0)
		return -1;
	if (count >= (content->user_id ? CHANNELS_MAX : CHANNELS_SHARED_MAX))
		return err_set(why, ERR_LIMIT, "there are %d channels already: remove one first", (int)count);
	db_arg_optional(&args, content->user_id);
	db_arg_optional(&args, content->position);
	db_arg_text(&args, content->name);
	db_arg_text(&args, content->kind);
	db_arg_text(&args, content->address);
	db_arg_text(&args, content->template);
	db_arg_text(&args, content->language);
	db_arg_bool(&args, content->enabled);
	db_arg_bytes(&args, content->secret);
	if (db_run(db, create_sql, &args, &result, why) != 0)
		return -1;
	*channel_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

static const char update_sql[] =
    "UPDATE channel SET position = $2::integer, name = $3::text, address = $4::text, template = $5::text, "
    "language = $6::text, enabled = $7::boolean, "
    "disabled_why = CASE WHEN $7::boolean THEN NULL ELSE disabled_why END, "
    "failing_since = CASE WHEN $7::boolean THEN NULL ELSE failing_since END, version = version + 1 "
    "WHERE channel_id = $1::bigint AND removed_at IS NULL";

/* By a function: who may set a key may not read the one that it keeps beside it. */
static int put_secrets(struct db *db, int64_t channel_id, const struct channel_content *content, struct err *why)
{
	struct db_args args = { 0 }, one = { 0 };

	db_arg_integer(&one, channel_id);
	if (content->end_old_secret &&
	    db_run(db, "UPDATE channel SET old_secret = NULL WHERE channel_id = $1::bigint", &one, NULL, why) != 0)
		return -1;
	if (!content->secret.ptr)
		return 0;
	db_arg_integer(&args, channel_id);
	db_arg_bytes(&args, content->secret);
	return db_run(db, "SELECT channel_set_secret($1::bigint, $2::bytea)", &args, NULL, why);
}

int channel_update(struct db *db, int64_t channel_id, const struct channel_content *content, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, channel_id);
	db_arg_integer(&args, content->position);
	db_arg_text(&args, content->name);
	db_arg_text(&args, content->address);
	db_arg_text(&args, content->template);
	db_arg_text(&args, content->language);
	db_arg_bool(&args, content->enabled);
	if (db_run(db, update_sql, &args, NULL, why) != 0)
		return -1;
	return put_secrets(db, channel_id, content, why);
}

int channel_remove(struct db *db, int64_t channel_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, channel_id);
	return db_run(db,
		      "UPDATE channel SET removed_at = now(), enabled = false, secret = NULL, old_secret = NULL, "
		      "version = version + 1 WHERE channel_id = $1::bigint",
		      &args, NULL, why);
}

int channel_policies(struct db *db, int64_t channel_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, channel_id);
	return db_run(db,
		      "SELECT name FROM escalation_policy WHERE archived_at IS NULL AND rules @> jsonb_build_object("
		      "'steps', jsonb_build_array(jsonb_build_object('targets', jsonb_build_array("
		      "jsonb_build_object('channel', $1::bigint))))) ORDER BY name",
		      &args, out, why);
}
