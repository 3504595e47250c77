#include "server/store/raw_record.h"

#include "server/store/raw_dictionary.h"

#include <stdlib.h>
#include <zstd.h>

enum { CODING_PLAIN = 0, CODING_ZSTD_1 = 1, LEVEL = -1 };

struct raw_coder {
	ZSTD_CCtx *compressor;
	ZSTD_DCtx *expander;
	ZSTD_CDict *write;
	ZSTD_DDict *read;
};

/* Records are small, so every byte of frame header counts. */
static bool configure(ZSTD_CCtx *c, const ZSTD_CDict *dictionary)
{
	return !ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 0)) &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_dictIDFlag, 0)) &&
	       !ZSTD_isError(ZSTD_CCtx_refCDict(c, dictionary));
}

int raw_coder_new(struct raw_coder **out, struct err *why)
{
	struct slice text = raw_dictionary();
	struct raw_coder *coder = calloc(1, sizeof(*coder));

	if (!coder)
		return err_set(why, ERR_NOMEM, "no memory to compress records");
	coder->compressor = ZSTD_createCCtx();
	coder->expander = ZSTD_createDCtx();
	coder->write = ZSTD_createCDict(text.ptr, text.len, LEVEL);
	coder->read = ZSTD_createDDict(text.ptr, text.len);
	if (!coder->compressor || !coder->expander || !coder->write || !coder->read ||
	    !configure(coder->compressor, coder->write)) {
		raw_coder_free(coder);
		return err_set(why, ERR_NOMEM, "no memory to compress records");
	}
	*out = coder;
	return 0;
}

void raw_coder_free(struct raw_coder *coder)
{
	if (!coder)
		return;
	ZSTD_freeCCtx(coder->compressor);
	ZSTD_freeDCtx(coder->expander);
	ZSTD_freeCDict(coder->write);
	ZSTD_freeDDict(coder->read);
	free(coder);
}

void raw_encode(struct raw_coder *coder, struct slice record, struct buffer *out)
{
	size_t most = ZSTD_compressBound(record.len);
	uint8_t *to = buffer_reserve(out, 1 + most);
	size_t n;

	if (!to)
		return;
	n = ZSTD_compress2(coder->compressor, to + 1, most, record.ptr, record.len);
	if (!ZSTD_isError(n) && n < record.len) {
		to[0] = CODING_ZSTD_1;
		out->len += 1 + n;
		return;
	}
	buffer_put_byte(out, CODING_PLAIN);
	buffer_put_slice(out, record);
}

int raw_decode(struct raw_coder *coder, struct slice coded, size_t most, struct buffer *out, struct err *why)
{
	struct slice body = slice_skip(coded, 1);
	unsigned long long size;
	uint8_t *to;
	size_t n;

	if (coded.len == 0 || coded.ptr[0] > CODING_ZSTD_1)
		return err_set(why, ERR_CORRUPT, "the stored record has an unknown coding");
	if (coded.ptr[0] == CODING_PLAIN && body.len > most)
		return err_set(why, ERR_LIMIT, "the stored record is longer than %zu bytes", most);
	if (coded.ptr[0] == CODING_PLAIN) {
		buffer_put_slice(out, body);
		return out->failed ? err_set(why, ERR_NOMEM, "no memory for a stored record") : 0;
	}
	size = ZSTD_getFrameContentSize(body.ptr, body.len);
	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
		return err_set(why, ERR_CORRUPT, "the stored record is damaged");
	if (size > most)
		return err_set(why, ERR_LIMIT, "the stored record is longer than %zu bytes", most);
	to = buffer_reserve(out, (size_t)size);
	if (!to)
		return err_set(why, ERR_NOMEM, "no memory for a stored record");
	n = ZSTD_decompress_usingDDict(coder->expander, to, (size_t)size, body.ptr, body.len, coder->read);
	if (ZSTD_isError(n) || n != size)
		return err_set(why, ERR_CORRUPT, "the stored record is damaged");
	out->len += n;
	return 0;
}
