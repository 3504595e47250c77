#include "server/store/certificate_check.h"

int certificate_check(struct db *db, int64_t number, const char *code, bool *valid, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, number);
	db_arg_text(&args, code);
	if (db_run(db, "SELECT certificate_valid($1::bigint, $2::text)", &args, &result, why) != 0)
		return -1;
	*valid = db_rows(result) && db_bool(result, 0, 0);
	db_result_free(result);
	return 0;
}
