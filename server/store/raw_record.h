/* How a device's record is kept in alert.raw: one byte that names the coding, then the coded bytes.
 *   0  plain
 *   1  zstd with dictionary 1 (raw_dictionary.c: typical record text; it must never change, a new one gets number 2)
 * Whichever is shorter is chosen. */
#ifndef SERVER_STORE_RAW_RECORD_H
#define SERVER_STORE_RAW_RECORD_H

#include "lib/buffer.h"
#include "lib/err.h"

struct raw_coder; /* compression state, used from one thread */
int raw_coder_new(struct raw_coder **out, struct err *why);
void raw_coder_free(struct raw_coder *coder);
/* Appends the coded record to out (out->failed on memory shortage). */
void raw_encode(struct raw_coder *coder, struct slice record, struct buffer *out);
/* Appends the record; ERR_CORRUPT, or ERR_LIMIT when it would be longer than `most` bytes. */
int raw_decode(struct raw_coder *coder, struct slice coded, size_t most, struct buffer *out, struct err *why);

#endif
