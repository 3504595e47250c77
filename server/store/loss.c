#include "server/store/loss.h"

const char *const loss_kinds[LOSS_KINDS] = { "thinned", "dropped", "contacts", "observables", "damaged" };

int loss_add(struct db *db, int64_t company_id, enum loss_kind kind, int64_t count, struct err *why)
{
	struct db_args args = { 0 };

	if (count <= 0)
		return 0;
	db_arg_integer(&args, company_id);
	db_arg_text(&args, loss_kinds[kind]);
	db_arg_integer(&args, count);
	return db_run(db,
		      "INSERT INTO loss AS l (company_id, kind, count) VALUES ($1::bigint, $2::text, $3::bigint) "
		      "ON CONFLICT (company_id, kind, rule_id, group_key) DO UPDATE SET "
		      "count = l.count + excluded.count, last_at = excluded.last_at",
		      &args, NULL, why);
}
