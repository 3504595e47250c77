#include "server/store/array_text.h"

#include <inttypes.h>

static void separate(struct array_text *a)
{
	buffer_put_byte(&a->text, a->text.len ? ',' : '{');
}

void array_text_integer(struct array_text *a, int64_t value)
{
	separate(a);
	buffer_printf(&a->text, "%" PRId64, value);
}

static void put_null(struct array_text *a)
{
	separate(a);
	buffer_put_string(&a->text, "NULL");
}

void array_text_optional(struct array_text *a, int64_t value)
{
	if (value == 0)
		put_null(a);
	else
		array_text_integer(a, value);
}

void array_text_time(struct array_text *a, time_us value)
{
	char text[TIME_TEXT_SIZE];

	if (value == TIME_NONE) {
		put_null(a);
		return;
	}
	time_to_text(value, text);
	separate(a);
	buffer_put_string(&a->text, text);
}

void array_text_string(struct array_text *a, struct slice value)
{
	if (!value.ptr) {
		put_null(a);
		return;
	}
	separate(a);
	buffer_put_byte(&a->text, '"');
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' || value.ptr[i] == '\\')
			buffer_put_byte(&a->text, '\\');
		buffer_put_byte(&a->text, value.ptr[i]);
	}
	buffer_put_byte(&a->text, '"');
}

const char *array_text(struct array_text *a)
{
	if (a->text.len == 0)
		buffer_put_byte(&a->text, '{');
	buffer_put_byte(&a->text, '}');
	buffer_put_byte(&a->text, '\0');
	return a->text.failed ? NULL : (const char *)a->text.data;
}

void array_text_release(struct array_text *a)
{
	buffer_release(&a->text);
}

int array_text_run(struct db *db, const char *sql, const int64_t *ids, size_t count, struct db_result **out,
		   struct err *why)
{
	struct array_text list = { 0 };
	struct db_args args = { 0 };
	const char *text;
	int failed;

	for (size_t i = 0; i < count; i++)
		array_text_integer(&list, ids[i]);
	text = array_text(&list);
	db_arg_text(&args, text);
	failed = text ? db_run(db, sql, &args, out, why) : err_set(why, ERR_NOMEM, "no memory for the numbers of rows");
	array_text_release(&list);
	return failed;
}
