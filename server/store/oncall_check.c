#include "server/store/oncall_check.h"

#include "server/model/document.h"
#include "server/model/input.h"
#include "server/store/schedule_admin.h"

#include <inttypes.h>

enum { NAME_CHARACTERS = 100 };

int oncall_check_name(const char *name, struct err *why)
{
	struct slice text = slice_of_string(name);
	size_t characters = 0;

	/* Bytes that begin a character of UTF-8. */
	for (size_t i = 0; i < text.len; i++)
		characters += (text.ptr[i] & 0xC0) != 0x80;
	if (input_name(text) && characters <= NAME_CHARACTERS)
		return 0;
	return err_set(why, ERR_USAGE, "name: it must be one line of 1 to %d characters, without blanks at its ends",
		       NAME_CHARACTERS);
}

int oncall_check_length(const char *rules, struct err *why)
{
	_Static_assert(2 * ONCALL_DOCUMENT_MAX <= DOCUMENT_MAX, "at most a blank for each comma and colon");
	if (strlen(rules) <= ONCALL_DOCUMENT_MAX)
		return 0;
	return err_set(why, ERR_USAGE, "rules: it is longer than %d bytes", ONCALL_DOCUMENT_MAX);
}

int oncall_check_zone(const char *timezone, struct zone **out, struct err *why)
{
	if (zone_load(out, timezone, why) == 0)
		return 0;
	if (why->code != ERR_NOMEM)
		why->code = ERR_USAGE;
	return err_prefix(why, "timezone");
}

int oncall_check_person(const struct oncall_book *book, int64_t user_id, struct err *why)
{
	if (oncall_book_available(book, user_id))
		return 0;
	return err_set(why, ERR_USAGE,
		       "person %" PRId64 " cannot be on call: wanted are analysts, leads, administrators and people of "
		       "the help desk who see all companies and are not disabled",
		       user_id);
}

int oncall_check_open(struct oncall_book **out, struct db *db, struct err *why)
{
	if (oncall_book_open(out, why) != 0)
		return -1;
	if (oncall_book_refresh(*out, db, why) == 0)
		return 0;
	oncall_book_close(*out);
	*out = NULL;
	return -1;
}

int oncall_check_changed(struct db *db, int64_t affected, int64_t id, const char *exists, const char *what,
			 struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	if (affected)
		return 0;
	db_arg_integer(&args, id);
	if (db_run(db, exists, &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	if (rows)
		return err_set(why, ERR_CONFLICT, "%s %" PRId64 " was changed by somebody else meanwhile", what, id);
	return err_set(why, ERR_NOT_FOUND, "there is no %s %" PRId64 " in use", what, id);
}
