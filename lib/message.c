#include "lib/message.h"

enum parse message_parse(struct slice in, struct slice *body, size_t *used)
{
	uint32_t len;

	if (in.len < MESSAGE_HEADER)
		return PARSE_MORE;
	len = load_be32(in.ptr);
	if (len > MESSAGE_MOST)
		return PARSE_BAD;
	if (in.len - MESSAGE_HEADER < len)
		return PARSE_MORE;
	*body = slice_of(in.ptr + MESSAGE_HEADER, len);
	*used = MESSAGE_HEADER + (size_t)len;
	return PARSE_OK;
}

size_t message_begin(struct buffer *out)
{
	size_t start = out->len;

	buffer_put_be32(out, 0);
	return start;
}

void message_end(struct buffer *out, size_t start)
{
	size_t len;

	if (out->failed)
		return;
	len = out->len - start - MESSAGE_HEADER;
	for (size_t i = 0; i < MESSAGE_HEADER; i++)
		out->data[start + i] = (uint8_t)(len >> (24 - 8 * i));
}
