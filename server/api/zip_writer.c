#include "server/api/zip_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_SIZE = 200 };
static const char sums_name[] = "SHA256SUMS";

struct zip_writer {
	struct archive *archive;
	struct buffer *out;
	struct buffer sums;
	const char *folder;
	time_us time;
	int64_t files;
};

/* libarchive's own type of result, and its errno. */
static la_ssize_t put_bytes(struct archive *archive, void *arg, const void *data, size_t len)
{
	struct zip_writer *w = arg;

	buffer_put(w->out, data, len);
	if (!w->out->failed)
		return (la_ssize_t)len;
	archive_set_error(archive, EFBIG, "the archive is too large");
	return -1;
}

static int fail(struct zip_writer *w, struct err *why)
{
	const char *text = archive_error_string(w->archive);

	return err_set(why, w->out->failed ? ERR_LIMIT : ERR_IO, "ZIP: %s", text ? text : "unknown");
}

int zip_writer_open(struct zip_writer **writer, struct buffer *out, const char *folder, time_us time, struct err *why)
{
	struct zip_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return err_set(why, ERR_NOMEM, "no memory for a ZIP archive");
	w->out = out;
	w->folder = folder;
	w->time = time;
	w->archive = archive_write_new();
	if (!w->archive) {
		free(w);
		return err_set(why, ERR_NOMEM, "no memory for a ZIP archive");
	}
	if (archive_write_set_format_zip(w->archive) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(w->archive, 1) != ARCHIVE_OK ||
	    archive_write_open(w->archive, w, NULL, put_bytes, NULL) != ARCHIVE_OK) {
		fail(w, why);
		zip_writer_close(w);
		return -1;
	}
	*writer = w;
	return 0;
}

static int write_entry(struct zip_writer *w, struct archive_entry *entry, const char *name, struct slice content,
		       struct err *why)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	archive_entry_set_pathname(entry, path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)content.len);
	archive_entry_set_mtime(entry, w->time / US_PER_SECOND, 0);
	if (archive_write_header(w->archive, entry) != ARCHIVE_OK)
		return fail(w, why);
	if (content.len && archive_write_data(w->archive, content.ptr, content.len) != (la_ssize_t)content.len)
		return fail(w, why);
	w->files++;
	return 0;
}

static int add(struct zip_writer *w, const char *name, struct slice content, struct err *why)
{
	struct archive_entry *entry = archive_entry_new();
	int failed;

	if (!entry)
		return err_set(why, ERR_NOMEM, "no memory for a ZIP archive");
	failed = write_entry(w, entry, name, content, why);
	archive_entry_free(entry);
	return failed;
}

static int digest(struct slice content, uint8_t hash[ZIP_HASH_SIZE], struct err *why)
{
	unsigned size = ZIP_HASH_SIZE;

	if (EVP_Digest(content.ptr, content.len, hash, &size, EVP_sha256(), NULL) != 1)
		return err_set(why, ERR_IO, "SHA-256 failed");
	return 0;
}

int zip_writer_add(struct zip_writer *w, const char *name, struct slice content, struct err *why)
{
	uint8_t hash[ZIP_HASH_SIZE];

	if (digest(content, hash, why) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(hash); i++)
		buffer_printf(&w->sums, "%02x", hash[i]);
	buffer_printf(&w->sums, "  %s\n", name);
	return add(w, name, content, why);
}

int zip_writer_finish(struct zip_writer *w, uint8_t hash[ZIP_HASH_SIZE], int64_t *files, struct err *why)
{
	if (w->sums.failed)
		return err_set(why, ERR_NOMEM, "no memory for hashes");
	if (digest(buffer_slice(&w->sums), hash, why) != 0 || add(w, sums_name, buffer_slice(&w->sums), why) != 0)
		return -1;
	if (archive_write_close(w->archive) != ARCHIVE_OK || w->out->failed)
		return fail(w, why);
	*files = w->files;
	return 0;
}

void zip_writer_close(struct zip_writer *w)
{
	if (!w)
		return;
	archive_write_free(w->archive);
	buffer_release(&w->sums);
	free(w);
}
