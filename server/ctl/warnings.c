/* hinomictl indicator warnings */
#include "server/ctl/warnings.h"

#include "server/ctl/files.h"
#include "server/ctl/shipped.h"
#include "server/store/warning_lists.h"

#include <stdio.h>

enum { FILE_MOST = 4 * 1024 * 1024 };
static const char shipped_name[] = "warning-lists.yaml";

struct load {
	const char *path;
	size_t count;
};

static int load_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	struct load *load = arg;
	struct buffer text;
	struct json_writer w;
	int failed = file_read(load->path, FILE_MOST, &text, why);

	if (!failed)
		failed = warning_list_replace(ctl->db, buffer_slice(&text), load->path, &load->count, why);
	buffer_release(&text);
	note->action = "indicator.warnings";
	snprintf(note->subject, sizeof(note->subject), "%.255s", load->path);
	change_detail(note, &w);
	json_put_integer(&w, "entries", (int64_t)load->count);
	json_close_object(&w);
	return failed;
}

int warnings_ensure(struct ctl *ctl, struct err *why)
{
	char path[PATH_MAX];
	struct load load = { .path = path };
	int64_t count;

	if (warning_list_count(ctl->db, &count, why) != 0)
		return -1;
	if (count)
		return 0;
	if (shipped_find(shipped_name, path))
		return change_all(ctl, load_change, &load, why);
	fprintf(stderr,
		"hinomictl: %s was not found beside the program; load it with hinomictl indicator warnings FILE\n",
		shipped_name);
	return 0;
}

static int load_lists(struct ctl *ctl, struct err *why)
{
	const char *named = options_text(&ctl->options, "FILE");
	char path[PATH_MAX];
	struct load load = { .path = named ? named : path };

	if (!named && !shipped_find(shipped_name, path))
		return err_set(why, ERR_CONFIG, "%s was not found beside the program: name the file", shipped_name);
	if (change_all(ctl, load_change, &load, why) != 0)
		return -1;
	printf("%zu entries\n", load.count);
	return 0;
}

static const struct option_spec load_options[] = {
	{ "FILE", OPTION_PATH, false, NULL, "YAML, as config/warning-lists.yaml; absent: that one" },
	OPTIONS_END,
};

const struct command warning_commands[] = {
	{ "indicator", "warnings", "load the lists of what must not become an indicator", load_options, false,
	  load_lists,
	  "They replace what was loaded before, and hold for imports from then on: indicators that are there already "
	  "are\n"
	  "judged when they are imported again. The members' own networks count without being listed.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
