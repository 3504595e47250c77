#include "server/store/sqlstate.h"

#include "lib/slice.h"

enum err_code sqlstate_code(const char *state)
{
	static const struct {
		const char *prefix;
		enum err_code code;
	} table[] = {
		{ "08", ERR_UNAVAILABLE },    /* connection exception */
		{ "57P01", ERR_UNAVAILABLE }, /* admin shutdown */
		{ "57P02", ERR_UNAVAILABLE }, /* crash shutdown */
		{ "57P03", ERR_UNAVAILABLE }, /* cannot connect now */
		{ "25006", ERR_UNAVAILABLE }, /* read-only: a standby, after a failover */
		{ "53300", ERR_UNAVAILABLE }, /* too many connections */
		{ "57014", ERR_LIMIT },       /* longer than statement_timeout allows */
		{ "40001", ERR_CONFLICT },    /* serialization failure */
		{ "40P01", ERR_CONFLICT },    /* deadlock */
		{ "23505", ERR_CONFLICT },    /* unique violation */
		{ "23P01", ERR_CONFLICT },    /* exclusion violation */
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (strncmp(state, table[i].prefix, strlen(table[i].prefix)) == 0)
			return table[i].code;
	return ERR_DATABASE;
}

bool sqlstate_blames_data(const char *state)
{
	static const char *const classes[] = { "22", "23", "54" };

	if (sqlstate_code(state) != ERR_DATABASE)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (strncmp(state, classes[i], 2) == 0)
			return true;
	return false;
}
