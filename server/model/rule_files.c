#include "server/model/rules.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = { "sigma", "fields", "grouping" };

bool rule_file_kind_parse(struct slice name, enum rule_file_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
		if (!slice_is(name, kind_names[i]))
			continue;
		*out = (enum rule_file_kind)i;
		return true;
	}
	return false;
}

const char *rule_file_kind_name(enum rule_file_kind kind)
{
	return kind_names[kind];
}

static bool ends_with(struct slice name, const char *end)
{
	size_t len = strlen(end);

	return name.len > len && slice_is(slice_skip(name, name.len - len), end);
}

bool rule_file_kind_of(struct slice name, enum rule_file_kind *out)
{
	size_t at = name.len;

	while (at > 0 && name.ptr[at - 1] != '/')
		at--;
	name = slice_skip(name, at);
	if (slice_is(name, "fields.yaml"))
		*out = RULE_FILE_FIELDS;
	else if (slice_is(name, "grouping.yaml"))
		*out = RULE_FILE_GROUPING;
	else if (ends_with(name, ".yml") && !ends_with(name, ".test.yml") && name.ptr[0] != '.')
		*out = RULE_FILE_SIGMA;
	else
		return false;
	return true;
}

int rule_files_add(struct rule_files *f, struct slice name, enum rule_file_kind kind, struct slice text,
		   struct err *why)
{
	struct rule_file *file;

	if (f->count == f->room) {
		size_t room = f->room ? 2 * f->room : 64;
		struct rule_file *items = realloc(f->items, room * sizeof(*items));

		if (!items)
			return err_set(why, ERR_NOMEM, "no memory for the rule files");
		f->items = items;
		f->room = room;
	}
	file = &f->items[f->count];
	*file = (struct rule_file){
		.name = slice_to_string(name), .kind = kind, .text = slice_to_string(text), .length = text.len
	};
	if (!file->name || !file->text) {
		free(file->name);
		free(file->text);
		return err_set(why, ERR_NOMEM, "no memory for the rule files");
	}
	f->count++;
	return 0;
}

void rule_files_release(struct rule_files *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->items[i].name);
		free(f->items[i].text);
	}
	free(f->items);
	*f = (struct rule_files){ 0 };
}
