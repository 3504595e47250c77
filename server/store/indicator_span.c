#include "server/store/indicator_span.h"

int indicator_span(struct db *db, int64_t source_id, int64_t *from, int64_t *to, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int failed = 0;

	db_arg_integer(&args, source_id);
	if (db_run(db,
		   "SELECT (SELECT min(i.change_no) FROM indicator i WHERE i.source_id = s.source_id), "
		   "(SELECT max(i.change_no) FROM indicator i WHERE i.source_id = s.source_id) "
		   "FROM indicator_source s WHERE s.source_id = $1::bigint",
		   &args, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0)
		failed = err_set(why, ERR_NOT_FOUND, "no such source of indicators");
	*from = failed ? 0 : db_integer(result, 0, 0);
	*to = failed ? 0 : db_integer(result, 0, 1);
	db_result_free(result);
	return failed;
}
