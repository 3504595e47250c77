#include "server/store/change_feed.h"

#include "lib/buffer.h"

#include <inttypes.h>

static const char *const kinds[] = {
	[CHANGE_ALERTS] = "alerts", [CHANGE_GROUPED] = "grouped", [CHANGE_INCIDENT] = "incident",
	[CHANGE_SENSOR] = "sensor", [CHANGE_COMPANY] = "company", [CHANGE_TICKET] = "ticket",
	[CHANGE_ORDER] = "order",   [CHANGE_PAGE] = "page",       [CHANGE_REPORT] = "report",
};

int change_feed_recent(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db,
		      "SELECT change_id FROM change WHERE created_at > now() - interval '60 seconds' "
		      "UNION SELECT max(change_id) FROM change HAVING max(change_id) IS NOT NULL ORDER BY 1",
		      NULL, out, why);
}

int change_feed_read(struct db *db, int64_t above, const int64_t *missing, size_t missing_count, struct db_result **out,
		     struct err *why)
{
	struct db_args args = { 0 };
	struct buffer ids = { 0 };
	int failed;

	buffer_put_byte(&ids, '{');
	for (size_t i = 0; i < missing_count; i++)
		buffer_printf(&ids, "%s%" PRId64, i ? "," : "", missing[i]);
	buffer_put_byte(&ids, '}');
	db_arg_integer(&args, above);
	db_arg_text(&args, buffer_string(&ids));
	if (ids.failed)
		failed = err_set(why, ERR_NOMEM, "no memory for the missing changes");
	else
		failed = db_run(db,
				"(SELECT change_id, company_id, kind, id_from, id_to, ts_from, ts_to FROM change "
				"WHERE change_id > $1::bigint ORDER BY change_id LIMIT 1000) UNION ALL "
				"(SELECT change_id, company_id, kind, id_from, id_to, ts_from, ts_to FROM change "
				"WHERE change_id = ANY ($2::bigint[])) ORDER BY change_id",
				&args, out, why);
	buffer_release(&ids);
	return failed;
}

void change_feed_row(const struct db_result *r, int row, struct change *out)
{
	struct slice kind = db_slice(r, row, 2);

	out->change_id = db_integer(r, row, 0);
	out->company_id = db_integer(r, row, 1);
	out->kind = CHANGE_COMPANY;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (slice_is(kind, kinds[i]))
			out->kind = (enum change_kind)i;
	out->id_from = db_integer(r, row, 3);
	out->id_to = db_integer(r, row, 4);
	out->ts_from = db_time(r, row, 5);
	out->ts_to = db_time(r, row, 6);
}

int change_feed_write(struct db *db, int64_t company_id, enum change_kind kind, int64_t id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_text(&args, kinds[kind]);
	db_arg_integer(&args, id);
	return db_run(db,
		      "INSERT INTO change (company_id, kind, id_from, id_to) "
		      "VALUES ($1::bigint, $2::text, $3::bigint, $3::bigint)",
		      &args, NULL, why);
}
