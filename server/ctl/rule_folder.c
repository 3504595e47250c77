#include "server/ctl/rule_folder.h"

#include "server/ctl/files.h"
#include "server/ctl/shipped.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int rule_folder_shipped(char out[PATH_MAX], struct err *why)
{
	const char *named = getenv("HINOMI_RULES");

	if (named && *named) {
		if (snprintf(out, PATH_MAX, "%s", named) >= PATH_MAX)
			return err_set(why, ERR_LIMIT, "the path in HINOMI_RULES is too long");
		return 0;
	}
	if (shipped_find("rules", out))
		return 0;
	return err_set(why, ERR_CONFIG,
		       "the folder of rules was not found beside the program; name it, or set HINOMI_RULES");
}

/* What a walk gathers. */
struct walk {
	struct rule_files *files;
	bool cases;
	enum rule_names names;
	size_t front; /* of a path: what names leave out */
};

static bool is_cases(struct slice name)
{
	static const char end[] = ".test.yml";
	size_t len = sizeof(end) - 1;

	return name.len > len && slice_is(slice_skip(name, name.len - len), end);
}

static bool is_wanted(const struct walk *w, const char *name, enum rule_file_kind *kind)
{
	*kind = RULE_FILE_SIGMA;
	return w->cases ? is_cases(slice_of_string(name)) : rule_file_kind_of(slice_of_string(name), kind);
}

static int take_file(const struct walk *w, const char *path, enum rule_file_kind kind, struct err *why)
{
	struct buffer text = { 0 };
	int failed = file_read(path, RULE_FILE_MOST, &text, why);

	if (!failed && w->files->count >= RULE_FOLDER_FILES_MOST)
		failed = err_set(why, ERR_LIMIT, "there are more than %d rule files", RULE_FOLDER_FILES_MOST);
	if (!failed && text.len > 0 && memchr(text.data, '\0', text.len))
		failed = err_set(why, ERR_CONFIG, "%s is no text", path);
	if (!failed)
		failed = rule_files_add(w->files, slice_of_string(path + w->front), kind, buffer_slice(&text), why);
	buffer_release(&text);
	return failed;
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk(const struct walk *w, const char *path, int depth, struct err *why);

static int visit(const struct walk *w, const char *folder, const char *name, int depth, struct err *why)
{
	enum rule_file_kind kind;
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return err_set(why, ERR_LIMIT, "a path below %.200s is too long", folder);
	if (lstat(path, &st) != 0)
		return err_set_errno(why, ERR_IO, "cannot read %s", path);
	if (S_ISDIR(st.st_mode))
		return walk(w, path, depth + 1, why);
	if (!is_wanted(w, name, &kind))
		return 0;
	return take_file(w, path, kind, why);
}

/* Goes down at most RULE_FOLDER_DEPTH_MOST. */
static int walk(const struct walk *w, const char *path, int depth, struct err *why)
{
	struct dirent **entries;
	int failed = 0, count;

	if (depth > RULE_FOLDER_DEPTH_MOST)
		return err_set(why, ERR_LIMIT, "%s is nested too deeply", path);
	count = scandir(path, &entries, not_hidden, by_name);
	if (count < 0)
		return err_set_errno(why, ERR_IO, "cannot read the folder %s", path);
	for (int i = 0; i < count; i++) {
		if (!failed)
			failed = visit(w, path, entries[i]->d_name, depth, why);
		free(entries[i]);
	}
	free(entries);
	return failed;
}

static int read_path(const char *path, struct walk *w, struct err *why)
{
	enum rule_file_kind kind = RULE_FILE_SIGMA;
	size_t len = strlen(path);
	char folder[PATH_MAX];
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set_errno(why, ERR_IO, "cannot read %s", path);
	if (!S_ISDIR(st.st_mode)) {
		if (!w->cases)
			rule_file_kind_of(slice_of_string(path), &kind);
		return take_file(w, path, kind, why);
	}
	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len >= sizeof(folder))
		return err_set(why, ERR_LIMIT, "the path %.200s is too long", path);
	memcpy(folder, path, len);
	folder[len] = '\0';
	w->front = w->names == RULE_NAMES_IN_FOLDER ? len + 1 : 0;
	return walk(w, folder, 0, why);
}

int rule_folder_read(const char *path, enum rule_names names, struct rule_files *out, struct err *why)
{
	struct walk w = { .files = out, .names = names };

	return read_path(path, &w, why);
}

int rule_folder_read_cases(const char *path, enum rule_names names, struct rule_files *out, struct err *why)
{
	struct walk w = { .files = out, .names = names, .cases = true };

	return read_path(path, &w, why);
}

int rule_folder_add_fields(struct rule_files *out, struct err *why)
{
	struct walk w = { .files = out };
	char folder[PATH_MAX], path[PATH_MAX];

	for (size_t i = 0; i < out->count; i++)
		if (out->items[i].kind == RULE_FILE_FIELDS)
			return 0;
	if (rule_folder_shipped(folder, why) != 0)
		return -1;
	if (snprintf(path, sizeof(path), "%s/fields.yaml", folder) >= (int)sizeof(path))
		return err_set(why, ERR_LIMIT, "the path %.200s is too long", folder);
	return take_file(&w, path, RULE_FILE_FIELDS, why);
}
