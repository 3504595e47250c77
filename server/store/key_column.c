#include "server/store/key_column.h"

void key_column_put_bytes(struct array_text *column, struct slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 + 2 * (INDICATOR_KEY_MAX + 1)];

	bytes = slice_take(bytes, INDICATOR_KEY_MAX + 1);
	text[0] = '\\';
	text[1] = 'x';
	for (size_t i = 0; i < bytes.len; i++) {
		text[2 + 2 * i] = digits[bytes.ptr[i] >> 4];
		text[3 + 2 * i] = digits[bytes.ptr[i] & 15];
	}
	array_text_string(column, slice_of(text, 2 + 2 * bytes.len));
}

void key_column_put(struct array_text *column, const struct indicator_key *key)
{
	key_column_put_bytes(column, slice_of(key->bytes, key->len));
}
