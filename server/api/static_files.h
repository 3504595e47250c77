/* The dashboard's files, read into memory once: a request is looked up by its exact path in a table, so there is no
 * path to be cut, decoded or walked out of. web_dir is what scripts/build-web makes: index.html, and the rest under
 * /a/<build>/, each with a gzipped twin.
 *
 * /a/... is given for ever (the build is in its name). Any other path of plain segments is a page of the dashboard:
 * index.html, asked for anew each time. */
#ifndef SERVER_API_STATIC_FILES_H
#define SERVER_API_STATIC_FILES_H

#include "lib/err.h"
#include "lib/slice.h"

struct static_file {
	const char *path; /* "/a/0123/src/main.js"; "/index.html" */
	const char *content_type;
	struct slice content;
	struct slice gzipped; /* ptr NULL: there is none */
	char tag[24];         /* strong entity tag, with its quotes */
	bool forever;         /* may be kept without asking again */
};

struct static_files;
/* ERR_NOT_FOUND when the folder has no index.html. Symbolic links are not followed. */
int static_files_load(struct static_files **out, const char *folder, struct err *why);
void static_files_free(struct static_files *files); /* NULL is allowed */
/* NULL: no such file, and no page either. files NULL: nothing is there. */
const struct static_file *static_files_find(const struct static_files *files, struct slice path);
/* Pure: whether the path, as it came, can be a page: "/" or segments of letters, digits, - and _. */
bool static_files_is_page(struct slice path);

#endif
