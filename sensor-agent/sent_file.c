#include "sensor-agent/sent_file.h"

#include "sensor-agent/spool_format.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names of files once sent are kept; of more than so many, the oldest is forgotten. */
enum { NAMES_MOST = 3000 };

static const char prefix[] = "send:";

static void store_be64(uint8_t *to, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(v >> (56 - 8 * i));
}

void sent_mark_store(uint8_t out[SENT_MARK_SIZE], const struct sent_mark *mark)
{
	store_be64(out, mark->offset);
	store_be64(out + 8, mark->lines);
	for (int i = 0; i < 4; i++)
		out[16 + i] = (uint8_t)(mark->head_size >> (24 - 8 * i));
	memcpy(out + 20, mark->head, sizeof(mark->head));
}

bool sent_mark_load(struct slice in, struct sent_mark *out)
{
	if (in.len != SENT_MARK_SIZE)
		return false;
	*out = (struct sent_mark){
		.offset = load_be64(in.ptr),
		.lines = load_be64(in.ptr + 8),
		.head_size = load_be32(in.ptr + 16),
	};
	memcpy(out->head, in.ptr + 20, sizeof(out->head));
	return out->head_size <= SENT_FILE_HEAD;
}

/* Digest of the first `size` bytes; false when the file is shorter. */
static bool digest_head(int fd, uint32_t size, uint8_t out[SHA256_DIGEST_LENGTH])
{
	uint8_t head[SENT_FILE_HEAD];

	return pread(fd, head, size, 0) == (ssize_t)size && EVP_Digest(head, size, out, NULL, EVP_sha256(), NULL) == 1;
}

static bool is_known(const struct sent_file *f, const struct intake *intake, uint64_t size, struct sent_mark *out)
{
	uint8_t head[SHA256_DIGEST_LENGTH];
	struct slice state;

	return intake_saved_position(intake, f->name, &state) && sent_mark_load(state, out) && out->offset <= size &&
	       digest_head(f->fd, out->head_size, head) && memcmp(head, out->head, sizeof(head)) == 0;
}

/* The program that unpacks what begins so; NULL: it is not compressed. */
static const char *unpacker_of(struct slice head)
{
	static const struct {
		const char *magic, *program;
	} formats[] = {
		{ "\x1f\x8b", "zcat" },
		{ "\x28\xb5\x2f\xfd", "zstdcat" },
		{ "\xfd"
		  "7zXZ",
		  "xzcat" },
		{ "BZh", "bzcat" },
		{ "PK\x03\x04", "unzip -p" },
	};

	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (slice_starts_with(head, formats[i].magic))
			return formats[i].program;
	return NULL;
}

/* Its lines would be noise to the server. */
static int check_content(int fd, const char *path, struct stat *st, struct err *why)
{
	const char *unpacker;
	uint8_t head[8];
	ssize_t n;

	if (fstat(fd, st) != 0)
		return err_set_errno(why, ERR_IO, "cannot read %s", path);
	if (S_ISDIR(st->st_mode))
		return err_set(why, ERR_USAGE, "%s is a folder: name the files in it, as in %s/eve.json*", path, path);
	if (!S_ISREG(st->st_mode))
		return err_set(why, ERR_USAGE,
			       "%s is not a regular file: how far it was sent could not be remembered; save what it "
			       "gives in a file first",
			       path);
	n = pread(fd, head, sizeof(head), 0);
	if (n < 0)
		return err_set_errno(why, ERR_IO, "cannot read %s", path);
	unpacker = unpacker_of(slice_of(head, (size_t)n));
	if (unpacker)
		return err_set(why, ERR_USAGE, "%s is compressed: unpack it first, as in %s %s > FILE", path, unpacker,
			       path);
	return 0;
}

static int open_path(const char *path, struct err *why)
{
	int fd;

	if (strcmp(path, "-") == 0)
		return err_set(why, ERR_USAGE,
			       "standard input cannot be sent: save it in a file first (./- for one named -)");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		err_set_errno(why, errno == ENOENT || errno == ENOTDIR ? ERR_USAGE : ERR_IO, "cannot read %s", path);
	return fd;
}

int sent_file_check(const char *path, struct err *why)
{
	struct stat st;
	int fd = open_path(path, why), result;

	if (fd < 0)
		return -1;
	result = check_content(fd, path, &st, why);
	close(fd);
	return result;
}

static int begin(struct sent_file *f, const struct intake *intake, bool *is_new, struct err *why)
{
	struct stat st;

	if (check_content(f->fd, f->path, &st, why) != 0)
		return -1;
	snprintf(f->name, sizeof(f->name), "%s%" PRIxMAX ":%" PRIxMAX, prefix, (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	*is_new = !is_known(f, intake, (uint64_t)st.st_size, &f->mark);
	if (*is_new) {
		f->mark = (struct sent_mark){ .head_size =
						  st.st_size < SENT_FILE_HEAD ? (uint32_t)st.st_size : SENT_FILE_HEAD };
		if (!digest_head(f->fd, f->mark.head_size, f->mark.head))
			return err_set_errno(why, ERR_IO, "cannot read %s", f->path);
	}
	if (lseek(f->fd, (off_t)f->mark.offset, SEEK_SET) < 0)
		return err_set_errno(why, ERR_IO, "cannot read %s", f->path);
	f->piece = malloc(SENT_FILE_PIECE);
	if (!f->piece)
		return err_set(why, ERR_NOMEM, "no memory to read %s", f->path);
	line_reader_init(&f->reader, INTAKE_RECORD_MOST);
	line_reader_reset(&f->reader, f->mark.offset);
	return 0;
}

int sent_file_open(struct sent_file *f, const char *path, const struct intake *intake, bool *is_new, struct err *why)
{
	*f = (struct sent_file){ .path = path };
	f->fd = open_path(path, why);
	if (f->fd < 0)
		return -1;
	if (begin(f, intake, is_new, why) == 0)
		return 0;
	sent_file_close(f);
	return -1;
}

void sent_file_close(struct sent_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->piece);
	line_reader_release(&f->reader);
	*f = (struct sent_file){ .fd = -1 };
}

static int read_piece(struct sent_file *f, struct err *why)
{
	ssize_t n;

	do
		n = read(f->fd, f->piece, SENT_FILE_PIECE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set_errno(why, ERR_IO, "cannot read %s", f->path);
	f->at = 0;
	f->len = (size_t)n;
	f->at_end = n == 0;
	return 0;
}

/* 1: f->line is the next line; 0: the piece is used up */
static int next_line(struct sent_file *f, struct err *why)
{
	size_t used;
	enum parse got;

	if (f->at_end)
		return line_reader_finish(&f->reader, &f->line);
	got = line_reader_next(&f->reader, slice_of(f->piece + f->at, f->len - f->at), &used, &f->line);
	if (got == PARSE_BAD)
		return err_set(why, ERR_NOMEM, "no memory to read %s", f->path);
	f->at += used;
	return got == PARSE_OK;
}

static int put_line(struct sent_file *f, struct intake *intake, struct err *why)
{
	struct intake_record record = {
		.source = f->line.bytes.len && f->line.bytes.ptr[0] == '{' ? INTAKE_EVE : INTAKE_SYSLOG,
		.bytes = f->line.bytes,
		.original_length = f->line.original_length,
		.read_at = clock_now(),
	};

	if (intake_put(intake, &record, why) != 0)
		return -1;
	f->has_line = false;
	f->lines++;
	f->mark.lines++;
	f->mark.offset = f->at_end ? f->reader.taken : f->reader.done;
	return 0;
}

int sent_file_step(struct sent_file *f, struct intake *intake, struct err *why)
{
	int got = 1;

	if (!f->has_line && f->at == f->len && !f->at_end && read_piece(f, why) != 0)
		return -1;
	for (;;) {
		if (!f->has_line) {
			got = next_line(f, why);
			if (got <= 0)
				break;
			f->has_line = true;
		}
		if (put_line(f, intake, why) != 0)
			return -1;
	}
	if (got < 0)
		return -1;
	return !f->at_end;
}

static void forget_oldest(struct intake *intake)
{
	const char *name, *oldest = NULL;
	size_t count = 0;

	for (size_t i = 0; (name = intake_position_name(intake, i)); i++) {
		if (!slice_starts_with(slice_of_string(name), prefix))
			continue;
		if (!oldest)
			oldest = name;
		count++;
	}
	if (count >= NAMES_MOST)
		intake_position(intake, oldest, slice_of(NULL, 0), NULL);
}

int sent_file_save(struct sent_file *f, struct intake *intake, struct err *why)
{
	uint8_t bytes[SENT_MARK_SIZE];
	struct slice known;

	if (!intake_saved_position(intake, f->name, &known))
		forget_oldest(intake);
	sent_mark_store(bytes, &f->mark);
	return intake_position(intake, f->name, slice_of(bytes, sizeof(bytes)), why);
}
