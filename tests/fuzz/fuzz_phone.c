/* Telephone numbers as written. Invariants: what comes out is digits, at most a plus before them, and fits; and digits
 * of full width mean what the others mean. */
#include "lib/buffer.h"
#include "server/model/phone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_shape(const char *number, bool good)
{
	size_t len = strlen(number), digits = strspn(*number == '+' ? number + 1 : number, "0123456789");

	if (len >= PHONE_SIZE || good != (len > 0))
		abort();
	if (digits != len - (*number == '+' ? 1 : 0))
		abort();
}

/* Each ASCII digit as the one of full width: U+FF10 is EF BC 90. */
static void widen(struct slice text, struct buffer *out)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] >= '0' && text.ptr[i] <= '9') {
			buffer_put_string(out, "\xef\xbc");
			buffer_put_byte(out, (uint8_t)(0x90 + text.ptr[i] - '0'));
		} else {
			buffer_put_byte(out, text.ptr[i]);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	char one[PHONE_SIZE], other[PHONE_SIZE];
	bool good = phone_normalise(text, one);
	struct buffer wide = { 0 };

	check_shape(one, good);
	if (!slice_is_utf8(text))
		return 0;
	widen(text, &wide);
	if (!wide.failed && (phone_normalise(buffer_slice(&wide), other) != good || strcmp(one, other) != 0))
		abort();
	buffer_release(&wide);
	return 0;
}
