/* Envelopes, read back by an independent JSON library, and against the texts of docs/wire.md. */
#include "tests/unit/suite.h"

#include "lib/encode.h"
#include "sensor-agent/envelope.h"

#include <jansson.h>

static struct spool_entry entry_of(struct slice bytes)
{
	/* 2026-11-24T08:14:40.123456Z */
	return (struct spool_entry){
		.epoch = 0x0f1c000000000001, .sequence = 42, .read_at = 1795508080123456, .bytes = bytes
	};
}

static json_t *read_back(const struct spool_entry *entry)
{
	struct buffer out = { 0 };
	json_t *root;
	json_error_t error;

	envelope_put_entry(&out, entry);
	ck_assert(!out.failed);
	ck_assert_uint_le(out.len, ENVELOPE_MOST);
	root = json_loadb((const char *)out.data, out.len, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		ck_abort_msg("%s: %s", error.text, buffer_string(&out));
	buffer_release(&out);
	return root;
}

static bool same(struct slice bytes)
{
	struct spool_entry entry = entry_of(bytes);
	json_t *root = read_back(&entry);
	const json_t *message = json_object_get(root, "message");
	const char *base64 = json_string_value(json_object_get(root, "message_base64"));
	struct buffer decoded = { 0 };
	bool equal;

	if (message) {
		equal =
		    !base64 && slice_equal(slice_of(json_string_value(message), json_string_length(message)), bytes);
	} else {
		ck_assert_ptr_nonnull(base64);
		ck_assert(base64_decode(&decoded, slice_of_string(base64)));
		equal = slice_equal(buffer_slice(&decoded), bytes);
	}
	buffer_release(&decoded);
	json_decref(root);
	return equal;
}

START_TEST(an_event_is_written_as_the_protocol_has_it)
{
	struct spool_entry entry = entry_of(SLICE_LITERAL("{\"a\":\"\\u3042\"}"));
	struct buffer out = { 0 };

	envelope_put_entry(&out, &entry);
	ck_assert_str_eq(buffer_string(&out),
			 "{\"hinomi\":{\"epoch\":\"0f1c000000000001\",\"sequence\":42,\"source\":\"eve\","
			 "\"read_at\":\"2026-11-24T08:14:40.123456Z\"},\"message\":\"{\\\"a\\\":\\\"\\\\u3042\\\"}\"}");
	buffer_clear(&out);
	entry.source = INTAKE_SYSLOG;
	entry.peer = SLICE_LITERAL("192.0.2.7");
	entry.bytes = SLICE_LITERAL("<1>\xff");
	entry.original_length = 2000000;
	envelope_put_entry(&out, &entry);
	ck_assert_str_eq(buffer_string(&out),
			 "{\"hinomi\":{\"epoch\":\"0f1c000000000001\",\"sequence\":42,\"source\":\"syslog\","
			 "\"read_at\":\"2026-11-24T08:14:40.123456Z\",\"peer\":\"192.0.2.7\"},\"truncated\":2000000,"
			 "\"message_base64\":\"PDE+/w==\"}");
	buffer_clear(&out);
	entry.dropped = 17;
	envelope_put_entry(&out, &entry);
	ck_assert_str_eq(buffer_string(&out),
			 "{\"hinomi\":{\"epoch\":\"0f1c000000000001\",\"sequence\":42,\"dropped\":17,"
			 "\"read_at\":\"2026-11-24T08:14:40.123456Z\"}}");
	buffer_release(&out);
}
END_TEST

START_TEST(any_bytes_arrive_as_they_are)
{
	uint8_t all[256];

	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	ck_assert(same(slice_of(all, 256)));
	ck_assert(same(slice_of(all + 1, 127)));
	ck_assert(same(SLICE_LITERAL("")));
	ck_assert(same(SLICE_LITERAL("\xE3\x81\x82\xF0\x9F\x94\xA5\"\\/\b\f\n\r\t\x7f")));
	ck_assert(same(SLICE_LITERAL("\xE3\x81")));
	ck_assert(same(SLICE_LITERAL("a\0b")));
}
END_TEST

START_TEST(what_fits_is_within_the_limit_and_ends_with_a_whole_character)
{
	enum { SIZE = 3 * 1024 * 1024 };
	static const char *const patterns[] = { "a", "\"", "\x01", "\xE3\x81\x82", "\xff", "ab\xF0\x9F\x94\xA5\"" };
	char *text = malloc(SIZE);

	for (size_t p = 0; p < ARRAY_LEN(patterns); p++) {
		size_t len = strlen(patterns[p]), fit;

		for (size_t i = 0; i < SIZE; i++)
			text[i] = patterns[p][i % len];
		fit = envelope_fit(slice_of(text, SIZE));
		ck_assert_uint_gt(fit, ENVELOPE_MOST / 7);
		ck_assert_uint_le(fit, INTAKE_RECORD_MOST + 512);
		ck_assert(same(slice_of(text, fit)));
		if (slice_is_utf8(slice_of(patterns[p], len)))
			ck_assert(slice_is_utf8(slice_of(text, fit)));
		ck_assert_uint_eq(envelope_fit(slice_of(text, 1000)), 1000);
	}
	free(text);
}
END_TEST

START_TEST(a_heartbeat_has_the_members_of_the_protocol)
{
	struct source_health source = { .name = "/var/log/\"eve\".json", .position = 5, .size = 9, .lines = 2 };
	struct health health = {
		.now = 0, .spool_records = 7, .dropped_records = 3, .source_count = 1, .sources = &source
	};
	struct buffer out = { 0 };
	json_t *root, *beat, *first;

	envelope_put_heartbeat(&out, &health);
	root = json_loadb((const char *)out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(root);
	beat = json_object_get(json_object_get(root, "hinomi"), "heartbeat");
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(root, "hinomi"), "read_at")),
			 "1970-01-01T00:00:00.000000Z");
	ck_assert_str_eq(json_string_value(json_object_get(beat, "version")), HINOMI_VERSION);
	ck_assert_int_eq(json_integer_value(json_object_get(beat, "spool_records")), 7);
	ck_assert_int_eq(json_integer_value(json_object_get(beat, "dropped_records")), 3);
	first = json_array_get(json_object_get(beat, "sources"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(first, "name")), "/var/log/\"eve\".json");
	ck_assert_int_eq(json_integer_value(json_object_get(first, "size")), 9);
	json_decref(root);
	buffer_release(&out);
}
END_TEST

SUITE_MAIN("agent envelope", an_event_is_written_as_the_protocol_has_it, any_bytes_arrive_as_they_are,
	   what_fits_is_within_the_limit_and_ends_with_a_whole_character, a_heartbeat_has_the_members_of_the_protocol)
