#include "sensor-agent/path_patterns.h"

#include "lib/buffer.h"
#include "lib/path.h"
#include "lib/siphash.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <unistd.h>

#define POSITION_NAME "eve"

static uint64_t hash_of(const char *pattern)
{
	static const uint8_t key[16] = "hinomi eve paths";

	return siphash24(key, slice_of_string(pattern));
}

static int check(const struct config_list *list, size_t longest, struct err *why)
{
	if (list->len > PATH_PATTERNS_MOST)
		return err_set(why, ERR_CONFIG, "eve.paths has more than %d entries; use globs", PATH_PATTERNS_MOST);
	for (size_t i = 0; i < list->len; i++) {
		if (list->items[i][0] != '/')
			return err_set(why, ERR_CONFIG, "eve.paths: %s: write the whole path, beginning with /",
				       list->items[i]);
		if (strlen(list->items[i]) > longest)
			return err_set(why, ERR_CONFIG, "eve.paths: %s is longer than %zu bytes", list->items[i],
				       longest);
	}
	return 0;
}

int path_patterns_load(struct path_patterns *p, const struct config_list *list, size_t longest, struct intake *intake,
		       struct err *why)
{
	struct slice state;

	*p = (struct path_patterns){ .list = list };
	if (check(list, longest, why) != 0)
		return -1;
	if (!intake_saved_position(intake, POSITION_NAME, &state))
		return 0;
	for (; state.len >= 8; state = slice_skip(state, 8))
		for (size_t i = 0; i < list->len; i++)
			p->known[i] = p->known[i] || hash_of(list->items[i]) == load_be64(state.ptr);
	return 0;
}

int path_patterns_save(const struct path_patterns *p, struct intake *intake, struct err *why)
{
	struct buffer state = { 0 };
	int failed;

	for (size_t i = 0; i < p->list->len; i++)
		buffer_put_be64(&state, hash_of(p->list->items[i]));
	failed = state.failed ? err_set(why, ERR_NOMEM, "no memory for a checkpoint")
			      : intake_position(intake, POSITION_NAME, buffer_slice(&state), why);
	buffer_release(&state);
	return failed;
}

bool path_patterns_name(const struct path_patterns *p, const char *path)
{
	for (size_t i = 0; i < p->list->len; i++)
		if (strcmp(p->list->items[i], path) == 0)
			return true;
	return false;
}

bool path_patterns_match(const struct path_patterns *p, const char *path)
{
	for (size_t i = 0; i < p->list->len; i++)
		if (fnmatch(p->list->items[i], path, FNM_PATHNAME | FNM_PERIOD) == 0)
			return true;
	return path_patterns_name(p, path);
}

static bool is_glob(const char *pattern)
{
	return strpbrk(pattern, "*?[") != NULL;
}

static bool names_a_file(const char *pattern)
{
	glob_t matches = { 0 };
	bool found;

	if (!is_glob(pattern))
		return path_is_there(pattern);
	found = glob(pattern, GLOB_NOSORT, NULL, &matches) == 0 && matches.gl_pathc > 0;
	globfree(&matches);
	return found;
}

const char *path_patterns_trouble(const struct path_patterns *p, size_t index)
{
	const char *pattern = p->list->items[index];
	const char *reason = strerror(ENOENT);
	char *folder;

	if (names_a_file(pattern))
		return NULL;
	folder = strndup(pattern, (size_t)(strrchr(pattern, '/') - pattern) + 1);
	if (folder && !is_glob(folder) &&
	    faccessat(AT_FDCWD, folder, is_glob(pattern) ? R_OK | X_OK : X_OK, AT_EACCESS) != 0)
		reason = errno == ENOENT ? "there is no such folder" : strerror(errno);
	free(folder);
	return reason;
}

void path_patterns_each(const struct path_patterns *p, void (*found)(void *arg, const char *path, bool is_new),
			void *arg)
{
	for (size_t i = 0; i < p->list->len; i++) {
		const char *pattern = p->list->items[i];
		glob_t matches = { 0 };

		if (!is_glob(pattern))
			found(arg, pattern, !p->known[i]);
		else if (glob(pattern, 0, NULL, &matches) == 0)
			for (size_t k = 0; k < matches.gl_pathc; k++)
				found(arg, matches.gl_pathv[k], !p->known[i]);
		globfree(&matches);
	}
}
