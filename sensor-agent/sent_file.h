/* One file that `hinomi-agent send` streams: where it goes on, its lines, and the checkpoint of it. */
#ifndef SENSOR_AGENT_SENT_FILE_H
#define SENSOR_AGENT_SENT_FILE_H

#include "sensor-agent/intake.h"
#include "sensor-agent/line_reader.h"

#include <openssl/sha.h>

enum { SENT_FILE_HEAD = 4096, SENT_FILE_PIECE = 256 * 1024 };

/* What is kept of a file, as bytes. Pure. */
struct sent_mark {
	uint64_t offset;    /* sent up to here */
	uint64_t lines;     /* ever */
	uint32_t head_size; /* bytes of the file's beginning that the digest is of */
	uint8_t head[SHA256_DIGEST_LENGTH];
};
enum { SENT_MARK_SIZE = 8 + 8 + 4 + SHA256_DIGEST_LENGTH };
void sent_mark_store(uint8_t out[SENT_MARK_SIZE], const struct sent_mark *mark);
bool sent_mark_load(struct slice in, struct sent_mark *out);

struct sent_file {
	const char *path; /* borrowed */
	int fd;           /* -1: none open */
	char name[64];    /* of its checkpoint */
	struct sent_mark mark;
	struct line_reader reader;
	uint8_t *piece; /* SENT_FILE_PIECE bytes, of which [at, len) are unused */
	size_t at, len;
	bool at_end;   /* of the file */
	bool has_line; /* read and not put yet */
	struct line line;
	uint64_t lines; /* put in this run */
};

/* Whether it can be sent at all, for all of them to be looked at before the first one is. ERR_USAGE: it is not there,
 * is no file, or is compressed; the message says what to do instead. */
int sent_file_check(const char *path, struct err *why);
/* Opens the file and finds where to go on; *is_new: nothing of it was sent before. */
int sent_file_open(struct sent_file *f, const char *path, const struct intake *intake, bool *is_new, struct err *why);
void sent_file_close(struct sent_file *f);
/* Puts about one piece of lines. 1: there is more; 0: the file is done. ERR_FULL: the same line is tried again by the
 * next call. */
int sent_file_step(struct sent_file *f, struct intake *intake, struct err *why);
/* The checkpoint behind the last line put, for the next commit. */
int sent_file_save(struct sent_file *f, struct intake *intake, struct err *why);

#endif
