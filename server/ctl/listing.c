#include "server/ctl/listing.h"

void listing_table(const struct listing *listing, const struct db_result *result)
{
	struct table t;

	table_open(&t, listing->headings);
	for (int row = 0; row < db_rows(result); row++)
		listing->cells(result, row, &t);
	table_print(&t, stdout);
}

void listing_array(const struct listing *listing, const struct db_result *result, struct json_writer *w)
{
	json_open_array(w, listing->name);
	for (int row = 0; row < db_rows(result); row++) {
		json_open_object(w, NULL);
		listing->members(result, row, w);
		json_close_object(w);
	}
	json_close_array(w);
}

static void print_document(const struct listing *listing, const struct db_result *result)
{
	struct buffer json = { 0 };
	struct json_writer w;

	json_writer_init(&w, &json);
	json_open_object(&w, NULL);
	listing_array(listing, result, &w);
	json_close_object(&w);
	print_json(&json);
}

int listing_print(const struct listing *listing, const struct ctl *ctl, struct db_result *result)
{
	if (options_flag(&ctl->options, "--json"))
		print_document(listing, result);
	else
		listing_table(listing, result);
	db_result_free(result);
	return 0;
}
