/* A ZIP archive of whole files, with a list of their hashes as its last one: SHA256SUMS, as sha256sum -c reads it. The
 * same files, in the same order and with the same time, give the same bytes. Owns nothing of what it is given. */
#ifndef SERVER_API_ZIP_WRITER_H
#define SERVER_API_ZIP_WRITER_H

#include "lib/buffer.h"
#include "lib/clock.h"
#include "lib/err.h"

enum { ZIP_HASH_SIZE = 32 };

struct zip_writer;

/* folder: all files lie in it. time: of all files. out: where the archive goes; its limit is the archive's. */
int zip_writer_open(struct zip_writer **writer, struct buffer *out, const char *folder, time_us time, struct err *why);
/* name: without the folder, ASCII. ERR_LIMIT when the archive would pass its limit: it is of no use then. */
int zip_writer_add(struct zip_writer *writer, const char *name, struct slice content, struct err *why);
/* Adds SHA256SUMS, and ends the archive. *files: how many are in it, that one included; hash: of that one. */
int zip_writer_finish(struct zip_writer *writer, uint8_t hash[ZIP_HASH_SIZE], int64_t *files, struct err *why);
void zip_writer_close(struct zip_writer *writer); /* NULL is allowed */

#endif
