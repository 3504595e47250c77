#include "server/api/static_files.h"

#include "lib/buffer.h"
#include "lib/encode.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MOST = 4096, DEPTH_MOST = 16, PATH_SIZE = 512, FILE_MOST = 16 * 1024 * 1024 };

struct static_files {
	struct static_file *list; /* sorted by path */
	size_t count, room;
};

static const struct {
	const char *ending, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".woff2", "font/woff2" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static bool ends_with(const char *text, const char *ending)
{
	size_t n = strlen(text), e = strlen(ending);

	return n >= e && strcmp(text + n - e, ending) == 0;
}

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (ends_with(path, types[i].ending))
			return types[i].type;
	return "application/octet-stream";
}

static void tag_of(struct slice content, char tag[24])
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	struct buffer text = { 0 };

	if (EVP_Digest(content.ptr, content.len, hash, NULL, EVP_sha256(), NULL) != 1)
		abort();
	hex_encode(&text, slice_of(hash, 8));
	snprintf(tag, 24, "\"%s\"", buffer_string(&text));
	buffer_release(&text);
}

static int read_whole(int fd, size_t size, const char *path, struct slice *out, struct err *why)
{
	uint8_t *bytes = malloc(size + 1);
	size_t have = 0;
	ssize_t n;

	if (!bytes)
		return err_set(why, ERR_NOMEM, "no memory for %s", path);
	while ((n = read(fd, bytes + have, size + 1 - have)) > 0 && have < size)
		have += (size_t)n;
	if (n < 0 || have != size) {
		free(bytes);
		return err_set(why, ERR_IO, "%s changed while it was read", path);
	}
	*out = slice_of(bytes, size);
	return 0;
}

static struct static_file *add(struct static_files *files)
{
	if (files->count == files->room) {
		size_t room = files->room ? files->room * 2 : 128;
		struct static_file *list = realloc(files->list, room * sizeof(*list));

		if (!list)
			return NULL;
		files->list = list;
		files->room = room;
	}
	files->list[files->count] = (struct static_file){ 0 };
	return &files->list[files->count++];
}

static int take_file(struct static_files *files, int fd, size_t size, const char *path, struct err *why)
{
	struct static_file *file;
	char *name = NULL;

	if (size > FILE_MOST || files->count >= FILES_MOST)
		return err_set(why, ERR_LIMIT, "%s: too large, or too many files; is api.web_dir the built dashboard?",
			       path);
	file = add(files);
	if (!file || !(name = strdup(path)))
		return err_set(why, ERR_NOMEM, "no memory for the dashboard's files");
	file->path = name;
	if (read_whole(fd, size, path, &file->content, why) != 0)
		return -1;
	file->content_type = type_of(path);
	file->forever = strncmp(path, "/a/", 3) == 0;
	tag_of(file->content, file->tag);
	return 0;
}

static int walk(struct static_files *files, int folder, const char *path, unsigned depth, struct err *why);

static int take_entry(struct static_files *files, int folder, const char *path, const char *name, unsigned depth,
		      struct err *why)
{
	char full[PATH_SIZE];
	struct stat st;
	int fd, failed = 0;

	if (name[0] == '.' || snprintf(full, sizeof(full), "%s/%s", path, name) >= (int)sizeof(full))
		return 0;
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return 0; /* a link, or not for us */
	if (fstat(fd, &st) != 0)
		failed = err_set_errno(why, ERR_IO, "cannot look at %s", full);
	else if (S_ISDIR(st.st_mode) && depth < DEPTH_MOST)
		return walk(files, fd, full, depth + 1, why);
	else if (S_ISREG(st.st_mode))
		failed = take_file(files, fd, (size_t)st.st_size, full, why);
	close(fd);
	return failed;
}

/* Closes folder. */
static int walk(struct static_files *files, int folder, const char *path, unsigned depth, struct err *why)
{
	DIR *dir = fdopendir(folder);
	const struct dirent *entry;
	int failed = 0;

	if (!dir) {
		close(folder);
		return err_set_errno(why, ERR_IO, "cannot list %s", path);
	}
	while (!failed && (entry = readdir(dir)))
		failed = take_entry(files, dirfd(dir), path, entry->d_name, depth, why);
	closedir(dir);
	return failed;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct static_file *)a)->path, ((const struct static_file *)b)->path);
}

static int by_slice(const void *key, const void *element)
{
	const struct slice *path = key;
	const char *other = ((const struct static_file *)element)->path;
	size_t n = strlen(other), least = n < path->len ? n : path->len;
	int order = memcmp(path->ptr, other, least);

	return order ? order : (path->len > n) - (path->len < n);
}

static struct static_file *find_exact(const struct static_files *files, struct slice path)
{
	return path.len && files->count ? bsearch(&path, files->list, files->count, sizeof(files->list[0]), by_slice)
					: NULL;
}

/* The gzipped twins are given in place of the plain files, never under their own names. */
static void pair_twins(struct static_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct static_file *twin = &files->list[i];
		struct static_file *plain;

		if (!ends_with(twin->path, ".gz"))
			continue;
		plain = find_exact(files, slice_of(twin->path, strlen(twin->path) - 3));
		if (plain)
			plain->gzipped = twin->content;
	}
}

int static_files_load(struct static_files **out, const char *folder, struct err *why)
{
	struct static_files *files = calloc(1, sizeof(*files));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (!files || fd < 0) {
		err_set_errno(why, ERR_NOT_FOUND, "cannot open %s", folder);
		free(files);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (walk(files, fd, "", 0, why) != 0) {
		static_files_free(files);
		return -1;
	}
	if (files->count)
		qsort(files->list, files->count, sizeof(files->list[0]), by_path);
	if (!find_exact(files, SLICE_LITERAL("/index.html"))) {
		static_files_free(files);
		return err_set(why, ERR_NOT_FOUND, "%s has no index.html", folder);
	}
	pair_twins(files);
	*out = files;
	return 0;
}

void static_files_free(struct static_files *files)
{
	if (!files)
		return;
	for (size_t i = 0; i < files->count; i++) {
		free((void *)(uintptr_t)files->list[i].path);
		free((void *)(uintptr_t)files->list[i].content.ptr);
	}
	free(files->list);
	free(files);
}

bool static_files_is_page(struct slice path)
{
	if (path.len == 0 || path.ptr[0] != '/')
		return false;
	for (size_t i = 1; i < path.len; i++) {
		uint8_t c = path.ptr[i];
		bool plain =
		    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';

		if (!plain && (c != '/' || path.ptr[i - 1] == '/'))
			return false;
	}
	return true;
}

const struct static_file *static_files_find(const struct static_files *files, struct slice path)
{
	const struct static_file *file;

	if (!files)
		return NULL;
	file = slice_starts_with(path, "/a/") ? find_exact(files, path) : NULL;
	if (file)
		return ends_with(file->path, ".gz") ? NULL : file;
	if (slice_starts_with(path, "/a/") || !static_files_is_page(path))
		return NULL;
	return find_exact(files, SLICE_LITERAL("/index.html"));
}
