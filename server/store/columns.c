#include "server/store/columns.h"

#include <math.h>
#include <stdio.h>

int columns_run(struct db *db, const char *sql, int64_t company_id, struct array_text *columns, size_t count,
		struct db_result **result, struct err *why)
{
	struct db_args args = { 0 };
	int failed = 0;

	if (company_id)
		db_arg_integer(&args, company_id);
	for (size_t i = 0; i < count; i++) {
		const char *text = array_text(&columns[i]);

		if (!text)
			failed = err_set(why, ERR_NOMEM, "no memory for the values of a statement");
		db_arg_text(&args, text);
	}
	if (!failed)
		failed = db_run(db, sql, &args, result, why);
	for (size_t i = 0; i < count; i++)
		array_text_release(&columns[i]);
	return failed;
}

void columns_bool(struct array_text *a, bool value)
{
	array_text_string(a, slice_of_string(value ? "t" : "f"));
}

void columns_real(struct array_text *a, double value)
{
	struct slice none = { 0 };
	char text[40];

	snprintf(text, sizeof(text), "%.17g", value);
	array_text_string(a, isnan(value) ? none : slice_of_string(text));
}
