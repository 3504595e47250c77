#include "server/store/mute_force.h"

static const char in_force_sql[] =
    "SELECT m.mute_id, m.kind = 'drill', m.scope <> 'company', m.starts_at, m.expires_at, m.conditions FROM mute m "
    "WHERE m.ended_at IS NULL AND m.expires_at > now() AND (m.company_id = $1::bigint OR m.scope = 'all' "
    "OR (m.scope = 'group' AND EXISTS (SELECT FROM company c WHERE c.company_id = $1::bigint "
    "AND m.group_tag = ANY (c.tags)))) ORDER BY m.mute_id";

static int take(struct mutes *mutes, const struct db_result *r, int row, int64_t company_id, size_t *unreadable,
		struct err *why)
{
	const struct mute mute = {
		.mute_id = db_integer(r, row, 0),
		.is_drill = db_bool(r, row, 1),
		.is_shared = db_bool(r, row, 2),
		.company_id = company_id,
		.starts_at = db_time(r, row, 3),
		.expires_at = db_time(r, row, 4),
		.conditions = db_slice(r, row, 5),
	};

	if (mutes_add(mutes, &mute, why) == 0)
		return 0;
	++*unreadable;
	return why->code == ERR_NOMEM ? -1 : 0;
}

int mutes_in_force(struct db *db, int64_t company_id, struct mutes **out, size_t *unreadable, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	*unreadable = 0;
	*out = mutes_new();
	if (!*out)
		return err_set(why, ERR_NOMEM, "no memory for mutes");
	db_arg_integer(&args, company_id);
	failed = db_run(db, in_force_sql, &args, &r, why);
	if (!failed) {
		for (int i = 0; i < db_rows(r) && !failed; i++)
			failed = take(*out, r, i, company_id, unreadable, why);
		db_result_free(r);
	}
	if (!failed) {
		mutes_sort(*out);
		return 0;
	}
	mutes_free(*out);
	*out = NULL;
	return -1;
}
