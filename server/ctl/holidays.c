/* hinomictl holidays */
#include "server/ctl/files.h"
#include "server/ctl/listing.h"
#include "server/ctl/shipped.h"
#include "server/store/calendar_admin.h"

#include <stdio.h>

enum { FILE_MOST = 1024 * 1024 };
static const char shipped_name[] = "holidays-japan.yaml";

struct load {
	const char *path;
	struct holiday_file file;
};

static int load_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	struct load *load = arg;
	struct json_writer w;

	note->action = "holidays.load";
	snprintf(note->subject, sizeof(note->subject), "%.255s", load->path);
	change_detail(note, &w);
	json_put_integer(&w, "first_year", load->file.first_year);
	json_put_integer(&w, "last_year", load->file.last_year);
	json_put_integer(&w, "days", (int64_t)load->file.count);
	json_close_object(&w);
	return holiday_replace(ctl->db, &load->file, why);
}

static int read_file(struct load *load, struct err *why)
{
	struct buffer text;
	int failed = file_read(load->path, FILE_MOST, &text, why);

	if (!failed)
		failed = holiday_file_parse(&load->file, buffer_slice(&text), load->path, why);
	buffer_release(&text);
	/* The file is wrong, not how the command was called. */
	if (failed && why->code == ERR_USAGE)
		why->code = ERR_CONFIG;
	return failed;
}

static int load_file(struct ctl *ctl, struct err *why)
{
	const char *named = options_text(&ctl->options, "FILE");
	char path[PATH_MAX];
	struct load load = { .path = named ? named : path };
	int failed;

	if (!named && !shipped_find(shipped_name, path))
		return err_set(why, ERR_CONFIG, "%s was not found beside the program: name the file", shipped_name);
	if (read_file(&load, why) != 0)
		return -1;
	failed = change_all(ctl, load_change, &load, why);
	if (!failed)
		printf("%zu days of %d to %d\n", load.file.count, load.file.first_year, load.file.last_year);
	holiday_file_release(&load.file);
	return failed;
}

static void cells(const struct db_result *result, int row, struct table *t)
{
	for (int column = 0; column < 3; column++)
		table_text(t, db_text(result, row, column));
}

static void members(const struct db_result *result, int row, struct json_writer *w)
{
	json_put_string(w, "day", db_text(result, row, 0));
	json_put_string(w, "ja", db_text(result, row, 1));
	json_put_string(w, "en", db_text(result, row, 2));
}

static const struct listing listing = {
	.name = "holidays",
	.headings = "day|ja|en",
	.cells = cells,
	.members = members,
};

static int list(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (holiday_list(ctl->db, options_text(&ctl->options, "--from"), options_text(&ctl->options, "--to"), &result,
			 why) != 0)
		return -1;
	return listing_print(&listing, ctl, result);
}

static const struct option_spec load_options[] = {
	{ "FILE", OPTION_PATH, false, NULL, "YAML, as config/holidays-japan.yaml; absent: that one" },
	OPTIONS_END,
};
static const struct option_spec list_options[] = {
	{ "--from", OPTION_DAY, false, "D", "first day" },
	{ "--to", OPTION_DAY, false, "D", "last day, inclusive" },
	OPTION_JSON,
	OPTIONS_END,
};

const struct command holidays_commands[] = {
	{ "holidays", "load", "load the days off by law", load_options, false, load_file,
	  "The days of the years that the file covers become those of the file; other years stay as they are.\n"
	  "Calendars of business hours leave these days out; beyond the last of them they know of none.\n" },
	{ "holidays", "list", "the days off by law", list_options, false, list, NULL },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
