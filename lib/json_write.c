#include "lib/json_write.h"

#include <inttypes.h>
#include <math.h>

void json_writer_init(struct json_writer *w, struct buffer *out)
{
	*w = (struct json_writer){ .out = out };
}

/* Length of the UTF-8 sequence at the front, 0 when it is not one. */
static size_t sequence_length(struct slice s)
{
	for (size_t n = 1; n <= 4 && n <= s.len; n++)
		if (slice_is_utf8(slice_take(s, n)))
			return n;
	return 0;
}

static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void escape_byte(struct buffer *out, uint8_t c)
{
	static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
		if ((uint8_t)shorts[i] == c) {
			buffer_put_byte(out, '\\');
			buffer_put_byte(out, (uint8_t)shorts[i + 1]);
			return;
		}
	}
	buffer_printf(out, "\\u%04x", c);
}

void json_escape(struct buffer *out, struct slice text)
{
	buffer_put_byte(out, '"');
	while (text.len) {
		size_t run = 0;

		while (run < text.len && is_plain(text.ptr[run]))
			run++;
		buffer_put(out, text.ptr, run);
		text = slice_skip(text, run);
		if (text.len == 0)
			break;
		if (text.ptr[0] < 0x80) {
			escape_byte(out, text.ptr[0]);
			text = slice_skip(text, 1);
			continue;
		}
		size_t n = sequence_length(text);
		if (n)
			buffer_put(out, text.ptr, n);
		else
			buffer_put_string(out, "\xEF\xBF\xBD");
		text = slice_skip(text, n ? n : 1);
	}
	buffer_put_byte(out, '"');
}

static void begin(struct json_writer *w, const char *key)
{
	if (w->comma)
		buffer_put_byte(w->out, ',');
	if (key) {
		json_escape(w->out, slice_of_string(key));
		buffer_put_byte(w->out, ':');
	}
	w->comma = true;
}

static void open_level(struct json_writer *w, const char *key, uint8_t bracket)
{
	begin(w, key);
	buffer_put_byte(w->out, bracket);
	w->comma = false;
	w->depth++;
}

static void close_level(struct json_writer *w, uint8_t bracket)
{
	buffer_put_byte(w->out, bracket);
	w->comma = true;
	w->depth--;
}

void json_open_object(struct json_writer *w, const char *key)
{
	open_level(w, key, '{');
}

void json_close_object(struct json_writer *w)
{
	close_level(w, '}');
}

void json_open_array(struct json_writer *w, const char *key)
{
	open_level(w, key, '[');
}

void json_close_array(struct json_writer *w)
{
	close_level(w, ']');
}

void json_put_slice(struct json_writer *w, const char *key, struct slice value)
{
	begin(w, key);
	if (value.ptr)
		json_escape(w->out, value);
	else
		buffer_put_string(w->out, "null");
}

void json_put_string(struct json_writer *w, const char *key, const char *value)
{
	json_put_slice(w, key, slice_of_string(value));
}

void json_put_integer(struct json_writer *w, const char *key, int64_t value)
{
	begin(w, key);
	buffer_printf(w->out, "%" PRId64, value);
}

void json_put_known(struct json_writer *w, const char *key, bool known, int64_t value)
{
	if (known)
		json_put_integer(w, key, value);
	else
		json_put_null(w, key);
}

void json_put_real(struct json_writer *w, const char *key, double value)
{
	begin(w, key);
	if (isfinite(value))
		buffer_printf(w->out, "%.15g", value);
	else
		buffer_put_string(w->out, "null");
}

void json_put_bool(struct json_writer *w, const char *key, bool value)
{
	begin(w, key);
	buffer_put_string(w->out, value ? "true" : "false");
}

void json_put_null(struct json_writer *w, const char *key)
{
	begin(w, key);
	buffer_put_string(w->out, "null");
}

void json_put_time(struct json_writer *w, const char *key, time_us value)
{
	char text[TIME_TEXT_SIZE];

	if (value == TIME_NONE) {
		json_put_null(w, key);
		return;
	}
	time_to_text(value, text);
	json_put_string(w, key, text);
}

void json_put_raw(struct json_writer *w, const char *key, struct slice json)
{
	begin(w, key);
	buffer_put_slice(w->out, json);
}
