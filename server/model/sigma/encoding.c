#include "server/model/sigma/encoding.h"

#include "lib/encode.h"
#include "server/model/sigma/fold.h"

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for a value");
}

static int keep(struct pool *memory, struct buffer *b, struct slice *out, struct err *why)
{
	const char *copy = b->failed ? NULL : pool_string(memory, buffer_slice(b));

	*out = slice_of(copy, b->len);
	buffer_release(b);
	return copy ? 0 : no_memory(why);
}

/* --------------------------------------------------------------------------------------------------------- base64 */

static int base64(struct pool *memory, struct slice text, struct slice *out, struct err *why)
{
	struct buffer b = { 0 };

	base64_encode(&b, text);
	return keep(memory, &b, out, why);
}

/* The part of the encoding that does not depend on what stands around the text, when `offset` (0..2) bytes stand in
 * front of it: characters that hold bits of the text alone. */
static int base64_part(struct pool *memory, struct slice text, size_t offset, struct slice *out, struct err *why)
{
	static const size_t cut_front[3] = { 0, 2, 3 }, cut_back[3] = { 0, 3, 2 };
	struct buffer padded = { 0 }, encoded = { 0 };
	size_t front = cut_front[offset], back = cut_back[(text.len + offset) % 3];

	buffer_put(&padded, "  ", offset);
	buffer_put_slice(&padded, text);
	base64_encode(&encoded, buffer_slice(&padded));
	if (padded.failed)
		encoded.failed = true;
	buffer_release(&padded);
	if (keep(memory, &encoded, out, why) != 0)
		return -1;
	if (out->len <= front + back)
		return err_set(why, ERR_CONFIG, "the value is too short for base64offset");
	*out = slice_of(out->ptr + front, out->len - front - back);
	return 0;
}

static int base64_offsets(struct pool *memory, struct sigma_texts *texts, struct err *why)
{
	size_t count = texts->count;

	if (3 * count > SIGMA_TEXTS_MAX)
		return err_set(why, ERR_LIMIT, "the value becomes more than %d texts", SIGMA_TEXTS_MAX);
	for (size_t i = 0; i < count; i++) {
		struct slice text = texts->items[i];

		if (base64_part(memory, text, 0, &texts->items[i], why) != 0 ||
		    base64_part(memory, text, 1, &texts->items[texts->count++], why) != 0 ||
		    base64_part(memory, text, 2, &texts->items[texts->count++], why) != 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- UTF-16 */

static void put_unit(struct buffer *b, uint32_t unit, bool big)
{
	buffer_put_byte(b, (uint8_t)(big ? unit >> 8 : unit));
	buffer_put_byte(b, (uint8_t)(big ? unit : unit >> 8));
}

static uint32_t character(struct slice text, size_t n)
{
	static const uint8_t mask[5] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	uint32_t c = text.ptr[0] & mask[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (text.ptr[i] & 0x3F);
	return c;
}

/* `text` is UTF-8: it comes from a YAML file. */
static int utf16(struct pool *memory, enum sigma_modifier m, struct slice text, struct slice *out, struct err *why)
{
	bool big = m == SIGMA_MOD_UTF16BE;
	struct buffer b = { 0 };

	if (m == SIGMA_MOD_UTF16)
		put_unit(&b, 0xFEFF, false);
	while (text.len) {
		size_t n = sigma_character_length(text);
		uint32_t c = character(text, n);

		if (c >= 0x10000) {
			put_unit(&b, 0xD800 + ((c - 0x10000) >> 10), big);
			c = 0xDC00 + ((c - 0x10000) & 0x3FF);
		}
		put_unit(&b, c, big);
		text = slice_skip(text, n);
	}
	return keep(memory, &b, out, why);
}

/* --------------------------------------------------------------------------------------------------------- windash */

static const char *const dashes[] = { "-", "/", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95" };

/* Position of the next dash from `from` on and its length; 0: none. */
static size_t find_dash(struct slice text, size_t from, size_t *at)
{
	for (*at = from; *at < text.len; ++*at)
		for (size_t d = 0; d < ARRAY_LEN(dashes); d++)
			if (slice_starts_with(slice_skip(text, *at), dashes[d]))
				return strlen(dashes[d]);
	return 0;
}

/* One permutation: `choice` has a digit to base 5 for each dash. */
static int permute(struct pool *memory, struct slice text, size_t choice, struct slice *out, struct err *why)
{
	struct buffer b = { 0 };
	size_t from = 0, at, n;

	while ((n = find_dash(text, from, &at)) > 0) {
		buffer_put_slice(&b, slice_of(text.ptr + from, at - from));
		buffer_put_string(&b, dashes[choice % ARRAY_LEN(dashes)]);
		choice /= ARRAY_LEN(dashes);
		from = at + n;
	}
	buffer_put_slice(&b, slice_skip(text, from));
	return keep(memory, &b, out, why);
}

static int all_dashes(struct pool *memory, struct sigma_texts *texts, struct err *why)
{
	struct slice text = texts->items[0];
	size_t from = 0, at, n, found = 0, permutations = 1;

	while ((n = find_dash(text, from, &at)) > 0) {
		if (++found > SIGMA_WINDASH_ENCODED_MAX)
			return err_set(why, ERR_LIMIT, "more than %d dashes to permute in a value that is then encoded",
				       SIGMA_WINDASH_ENCODED_MAX);
		permutations *= ARRAY_LEN(dashes);
		from = at + n;
	}
	texts->count = permutations;
	for (size_t i = 0; i < permutations; i++)
		if (permute(memory, text, i, &texts->items[i], why) != 0)
			return -1;
	return 0;
}

int sigma_encode(struct pool *memory, enum sigma_modifier m, struct sigma_texts *texts, struct err *why)
{
	if (m == SIGMA_MOD_BASE64OFFSET)
		return base64_offsets(memory, texts, why);
	if (m == SIGMA_MOD_WINDASH)
		return all_dashes(memory, texts, why);
	for (size_t i = 0; i < texts->count; i++) {
		int failed = m == SIGMA_MOD_BASE64 ? base64(memory, texts->items[i], &texts->items[i], why)
						   : utf16(memory, m, texts->items[i], &texts->items[i], why);

		if (failed)
			return -1;
	}
	return 0;
}
