/* A growable byte buffer with a limit and a sticky failure: many puts need one check at the end.
 * Once `failed` is set (memory short, or the limit would be passed) every put is ignored and the content up to
 * then stays. Zero-initialise, or buffer_init() with a limit; buffer_release() frees. */
#ifndef LIB_BUFFER_H
#define LIB_BUFFER_H

#include "lib/slice.h"

struct buffer {
	uint8_t *data;
	size_t len;
	size_t room;
	size_t limit; /* 0: none */
	bool failed;
};

void buffer_init(struct buffer *b, size_t limit);
void buffer_release(struct buffer *b);
void buffer_clear(struct buffer *b); /* empties, forgets a failure, keeps the memory */
struct slice buffer_slice(const struct buffer *b);

/* Makes room for n more bytes and returns where they go (b->len is unchanged), or NULL and `failed`. */
uint8_t *buffer_reserve(struct buffer *b, size_t n);
void buffer_put(struct buffer *b, const void *data, size_t len);
void buffer_put_slice(struct buffer *b, struct slice s);
void buffer_put_string(struct buffer *b, const char *s);
void buffer_put_byte(struct buffer *b, uint8_t v);
void buffer_put_be16(struct buffer *b, uint16_t v);
void buffer_put_be32(struct buffer *b, uint32_t v);
void buffer_put_be64(struct buffer *b, uint64_t v);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Drops the first n bytes, moving the rest down. */
void buffer_consume(struct buffer *b, size_t n);
/* A terminated string, owned by the buffer and valid until the next put; "" after a failure. */
const char *buffer_string(struct buffer *b);

static inline uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t load_be64(const uint8_t *p)
{
	return (uint64_t)load_be32(p) << 32 | load_be32(p + 4);
}

static inline uint16_t load_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

#endif
