#include "lib/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_ROOM = 256 };

void buffer_init(struct buffer *b, size_t limit)
{
	*b = (struct buffer){ .limit = limit };
}

void buffer_release(struct buffer *b)
{
	size_t limit = b->limit;

	free(b->data);
	*b = (struct buffer){ .limit = limit };
}

void buffer_clear(struct buffer *b)
{
	b->len = 0;
	b->failed = false;
}

struct slice buffer_slice(const struct buffer *b)
{
	return slice_of(b->data, b->len);
}

uint8_t *buffer_reserve(struct buffer *b, size_t n)
{
	size_t need, room;
	uint8_t *data;

	if (b->failed)
		return NULL;
	if (__builtin_add_overflow(b->len, n, &need) || (b->limit && need > b->limit)) {
		b->failed = true;
		return NULL;
	}
	if (need <= b->room && b->data)
		return b->data + b->len;
	room = b->room ? b->room : FIRST_ROOM;
	while (room < need)
		if (__builtin_mul_overflow(room, (size_t)2, &room))
			room = need;
	data = realloc(b->data, room);
	if (!data) {
		b->failed = true;
		return NULL;
	}
	b->data = data;
	b->room = room;
	return data + b->len;
}

void buffer_put(struct buffer *b, const void *data, size_t len)
{
	uint8_t *to;

	if (len == 0)
		return;
	to = buffer_reserve(b, len);
	if (!to)
		return;
	memcpy(to, data, len);
	b->len += len;
}

void buffer_put_slice(struct buffer *b, struct slice s)
{
	buffer_put(b, s.ptr, s.len);
}

void buffer_put_string(struct buffer *b, const char *s)
{
	buffer_put(b, s, strlen(s));
}

void buffer_put_byte(struct buffer *b, uint8_t v)
{
	buffer_put(b, &v, 1);
}

void buffer_put_be16(struct buffer *b, uint16_t v)
{
	uint8_t bytes[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	buffer_put(b, bytes, sizeof(bytes));
}

void buffer_put_be32(struct buffer *b, uint32_t v)
{
	uint8_t bytes[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };

	buffer_put(b, bytes, sizeof(bytes));
}

void buffer_put_be64(struct buffer *b, uint64_t v)
{
	buffer_put_be32(b, (uint32_t)(v >> 32));
	buffer_put_be32(b, (uint32_t)v);
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
	va_list args, again;
	uint8_t *to;
	int need;

	va_start(args, format);
	va_copy(again, args);
	need = vsnprintf(NULL, 0, format, args);
	va_end(args);
	to = need < 0 ? NULL : buffer_reserve(b, (size_t)need + 1);
	if (to) {
		vsnprintf((char *)to, (size_t)need + 1, format, again);
		b->len += (size_t)need;
	}
	va_end(again);
}

void buffer_consume(struct buffer *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
		return;
	}
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}

const char *buffer_string(struct buffer *b)
{
	uint8_t *end = buffer_reserve(b, 1);

	if (!end)
		return "";
	*end = '\0';
	return (const char *)b->data;
}
