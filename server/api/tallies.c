#include "server/api/tallies.h"

void tallies_put_days(struct json_writer *w, const char *key, const struct db_result *result)
{
	json_open_array(w, key);
	for (int i = 0; i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_string(w, "day", db_text(result, i, 0));
		json_put_integer(w, "alerts", db_integer(result, i, 1));
		json_close_object(w);
	}
	json_close_array(w);
}

void tallies_put_companies(struct json_writer *w, const char *key, const struct db_result *result)
{
	json_open_array(w, key);
	for (int i = 0; i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "company_id", db_integer(result, i, 0));
		json_put_string(w, "company", db_text(result, i, 1));
		json_put_integer(w, "alerts", db_integer(result, i, 2));
		json_close_object(w);
	}
	json_close_array(w);
}
