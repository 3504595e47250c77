#include "sensor-agent/envelope.h"

#include "lib/encode.h"
#include "lib/json_write.h"

#include <inttypes.h>

enum {
	AROUND = 512,     /* all that stands around the record */
	WORST_GROWTH = 6, /* a control byte becomes \u0001 */
	PIECE = 512
};

/* Bytes that one byte of a JSON string takes. UTF-8 needs no escapes. */
static size_t escaped_size(uint8_t c)
{
	if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f')
		return 2;
	return c < 0x20 ? 6 : 1;
}

static bool goes_as_text(struct slice record)
{
	return !(record.len && memchr(record.ptr, 0, record.len)) && slice_is_utf8(record);
}

/* Not in the middle of a UTF-8 character. */
static struct slice take_characters(struct slice text, size_t most)
{
	if (text.len <= most)
		return text;
	for (int i = 0; i < 3 && most > 0 && (text.ptr[most] & 0xC0) == 0x80; i++)
		most--;
	return slice_take(text, most);
}

static size_t fit_text(struct slice record)
{
	size_t used = 0, at = 0;

	while (at < record.len) {
		used += escaped_size(record.ptr[at]);
		if (used > ENVELOPE_MOST - AROUND)
			break;
		at++;
	}
	return take_characters(record, at).len;
}

size_t envelope_fit(struct slice record)
{
	struct slice beginning;

	if (record.len <= (ENVELOPE_MOST - AROUND) / WORST_GROWTH)
		return record.len;
	beginning = take_characters(record, ENVELOPE_MOST);
	if (!goes_as_text(beginning))
		beginning = slice_take(record, (ENVELOPE_MOST - AROUND) / 4 * 3);
	return goes_as_text(beginning) ? fit_text(beginning) : beginning.len;
}

/* Writes what stands for a byte that cannot stand for itself; returns how many bytes. */
static size_t escape_one(uint8_t *to, uint8_t c)
{
	static const char short_forms[0x20] = {
		['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't', ['\b'] = 'b', ['\f'] = 'f',
	};
	static const char digits[] = "0123456789abcdef";

	to[0] = '\\';
	if (c == '"' || c == '\\' || short_forms[c]) {
		to[1] = c >= 0x20 ? c : (uint8_t)short_forms[c];
		return 2;
	}
	memcpy(to + 1, "u00", 3);
	to[4] = (uint8_t)digits[c >> 4];
	to[5] = (uint8_t)digits[c & 15];
	return 6;
}

static size_t escape_into(uint8_t *to, struct slice text)
{
	uint8_t *at = to;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			*at++ = c;
		else
			at += escape_one(at, c);
	}
	return (size_t)(at - to);
}

/* As json_escape(), for bytes that are known to be UTF-8: this is where an agent spends its time. A piece at a time, so
 * that room for the worst case is little. */
static void put_text(struct buffer *out, struct slice text)
{
	buffer_put_byte(out, '"');
	while (text.len) {
		struct slice piece = slice_take(text, PIECE);
		uint8_t *to = buffer_reserve(out, piece.len * WORST_GROWTH);

		if (!to)
			return;
		out->len += escape_into(to, piece);
		text = slice_skip(text, piece.len);
	}
	buffer_put_byte(out, '"');
}

static void put_time(struct buffer *out, time_us at)
{
	char text[TIME_TEXT_SIZE];

	time_to_text(at, text);
	buffer_printf(out, "\"read_at\":\"%s\"", text);
}

static void put_record(struct buffer *out, const struct spool_entry *entry)
{
	buffer_printf(out, ",\"source\":\"%s\",", entry->source == INTAKE_SYSLOG ? "syslog" : "eve");
	put_time(out, entry->read_at);
	if (entry->peer.len) {
		buffer_put_string(out, ",\"peer\":");
		json_escape(out, entry->peer);
	}
	buffer_put_byte(out, '}');
	if (entry->original_length)
		buffer_printf(out, ",\"truncated\":%" PRIu64, entry->original_length);
	if (goes_as_text(entry->bytes)) {
		buffer_put_string(out, ",\"message\":");
		put_text(out, entry->bytes);
	} else {
		buffer_put_string(out, ",\"message_base64\":\"");
		base64_encode(out, entry->bytes);
		buffer_put_byte(out, '"');
	}
	buffer_put_byte(out, '}');
}

void envelope_put_entry(struct buffer *out, const struct spool_entry *entry)
{
	buffer_printf(out, "{\"hinomi\":{\"epoch\":\"%016" PRIx64 "\",\"sequence\":%" PRIu64, entry->epoch,
		      entry->sequence);
	if (entry->dropped) {
		buffer_printf(out, ",\"dropped\":%" PRIu64 ",", entry->dropped);
		put_time(out, entry->read_at);
		buffer_put_string(out, "}}");
		return;
	}
	put_record(out, entry);
}

void envelope_put_heartbeat(struct buffer *out, const struct health *health)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_open_object(&w, "hinomi");
	json_open_object(&w, "heartbeat");
	json_put_string(&w, "version", HINOMI_VERSION);
	json_put_integer(&w, "spool_records", (int64_t)health->spool_records);
	json_put_integer(&w, "spool_bytes", (int64_t)health->spool_bytes);
	json_put_integer(&w, "disk_free_bytes", (int64_t)health->disk_free_bytes);
	json_put_integer(&w, "dropped_records", (int64_t)health->dropped_records);
	health_put_sources(&w, health);
	json_put_integer(&w, "uptime_s", (int64_t)health->uptime_s);
	json_put_integer(&w, "rss_bytes", (int64_t)health->rss_bytes);
	json_close_object(&w);
	json_put_time(&w, "read_at", health->now);
	json_close_object(&w);
	json_close_object(&w);
}
