/* Frames are written out by hand from the frame table of the protocol; what is compressed, by zlib's compress(). */
#include "lib/encode.h"
#include "lib/lumberjack.h"
#include "tests/unit/suite.h"

#include <zlib.h>

static const struct lumberjack_limits limits = {
	.window_events = 10, .record_size = 64, .compressed_size = 256, .inflated_size = 400
};

/* What a stream gave, as text: "W2 J1:{} J2:{}! ..." ('!' completes the window), "bad", or "need N" at its end. */
static void read_in_pieces(struct slice all, size_t piece, struct buffer *text)
{
	struct lumberjack_decoder *d = lumberjack_decoder_new(&limits);
	size_t at = 0, have = 0;
	struct lumberjack_item item;
	struct err why = { 0 };

	for (;;) {
		size_t used = 0;
		/* An exact copy on the heap, so that reading one byte too far is seen. */
		uint8_t *copy = malloc(have - at + 1);
		enum lumberjack_got got;

		memcpy(copy, all.ptr + at, have - at);
		got = lumberjack_next(d, slice_of(copy, have - at), &used, &item, &why);
		ck_assert(used <= have - at);
		at += used;
		if (got == LUMBERJACK_WINDOW)
			buffer_printf(text, "W%u ", item.number);
		if (got == LUMBERJACK_RECORD)
			buffer_printf(text, "%c%u:%.*s%s ", item.is_pairs ? 'D' : 'J', item.number,
				      item.is_pairs ? 0 : (int)item.body.len, item.body.ptr, item.is_last ? "!" : "");
		free(copy);
		if (got == LUMBERJACK_BAD) {
			ck_assert(why.code != ERR_NONE);
			buffer_put_string(text, "bad");
			break;
		}
		if (got != LUMBERJACK_NEED)
			continue;
		ck_assert_uint_gt(item.need, have - at);
		if (have == all.len) {
			buffer_printf(text, "need %zu", item.need);
			break;
		}
		have = have + piece < all.len ? have + piece : all.len;
	}
	lumberjack_decoder_free(d);
}

static void ck_stream(const char *name, struct slice all, const char *want)
{
	for (size_t piece = 1; piece <= all.len + 1; piece += piece < 4 ? 1 : all.len) {
		struct buffer text = { 0 };

		read_in_pieces(all, piece, &text);
		ck_assert_msg(strcmp(buffer_string(&text), want) == 0, "%s in pieces of %zu: %s", name, piece,
			      buffer_string(&text));
		buffer_release(&text);
	}
}

START_TEST(frames_as_the_protocol_writes_them)
{
	static const struct {
		const char *name, *hex, *want;
	} cases[] = {
		{ "two events", "3257 00000002 324a 00000001 00000002 7b7d 324a 00000002 00000002 7b7d",
		  "W2 J1:{} J2:{}! need 2" },
		{ "sequences need not start at 1", "3257 00000001 324a 0000002a 00000002 7b7d", "W1 J42:{}! need 2" },
		{ "an empty window", "3257 00000000", "W0 need 2" },
		{ "windows in a row", "3257 00000000 3257 00000001 324a 00000001 00000000", "W0 W1 J1:! need 2" },
		{ "an event half there", "3257 00000001 324a 00000001 00000002 7b", "W1 need 12" },
		{ "pairs", "3257 00000001 3244 00000001 00000001 00000001 61 00000001 62", "W1 D1:! need 2" },
		{ "no pairs at all", "3257 00000001 3244 00000007 00000000", "W1 D7:! need 2" },
		{ "version 1 window", "3157 000003e8", "bad" },
		{ "version 1 data", "3144 00000001", "bad" },
		{ "HTTP", "474554202f", "bad" },
		{ "an ack from a client", "3241 00000001", "bad" },
		{ "an event outside a window", "324a 00000001 00000000", "bad" },
		{ "one event too many", "3257 00000001 324a 00000001 00000000 324a 00000002 00000000", "W1 J1:! bad" },
		{ "a window inside a window", "3257 00000002 324a 00000001 00000000 3257 00000001", "W2 J1: bad" },
		{ "compressed outside a window", "3243 00000008", "bad" },
		/* Python: zlib.compress(b'') */
		{ "an empty window, compressed", "3257 00000000 3243 00000008 789c030000000001 3257 00000001",
		  "W0 W1 need 2" },
		{ "the same, twice", "3257 00000000 3243 00000008 789c030000000001 3243 00000008", "W0 bad" },
		{ "an event in an empty window", "3257 00000000 324a 00000001 00000000", "W0 bad" },
		{ "window too large", "3257 0000000b", "bad" },
		{ "length bomb refused at once", "3257 00000001 324a 00000001 ffffffff", "W1 bad" },
		{ "longest event allowed", "3257 00000001 324a 00000001 00000040", "W1 need 74" },
		{ "one byte more", "3257 00000001 324a 00000001 00000041", "W1 bad" },
		{ "compressed bomb refused at once", "3257 00000001 3243 00000101", "W1 bad" },
		{ "too many pairs", "3257 00000001 3244 00000001 00000101", "W1 bad" },
		{ "key length bomb", "3257 00000001 3244 00000001 00000001 ffffffff", "W1 bad" },
		{ "pairs that add up to too much", "3257 00000001 3244 00000001 00000001 00000001 61 00000038",
		  "W1 bad" },
		{ "not zlib", "3257 00000001 3243 00000004 00000000", "W1 bad" },
		{ "nothing compressed", "3257 00000001 3243 00000000", "W1 bad" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buffer bytes = { 0 };
		char hex[512];
		size_t n = 0;

		for (const char *c = cases[i].hex; *c; c++)
			if (*c != ' ')
				hex[n++] = *c;
		ck_assert(hex_decode(&bytes, slice_of(hex, n)));
		ck_stream(cases[i].name, buffer_slice(&bytes), cases[i].want);
		buffer_release(&bytes);
	}
}
END_TEST

/* "W window, C(deflate(inner) cut or extended by `extra` bytes)" */
static void put_window_compressed(struct buffer *out, uint32_t window, struct slice inner, int extra)
{
	uLongf len = compressBound((uLong)inner.len);
	uint8_t *packed = calloc(1, len + 16);
	size_t size;

	ck_assert_int_eq(compress(packed, &len, inner.ptr, (uLong)inner.len), Z_OK);
	size = (size_t)((long)len + extra);
	lumberjack_put_window(out, window);
	buffer_put_string(out, "2C");
	buffer_put_be32(out, (uint32_t)size);
	buffer_put(out, packed, size);
	free(packed);
}

START_TEST(compressed_frames_hold_whole_events_and_nothing_else)
{
	struct buffer inner = { 0 }, out = { 0 };

	lumberjack_put_json(&inner, 1, SLICE_LITERAL("{\"a\":1}"));
	lumberjack_put_json(&inner, 2, SLICE_LITERAL("{}"));
	put_window_compressed(&out, 2, buffer_slice(&inner), 0);
	lumberjack_put_window(&out, 0);
	ck_stream("good", buffer_slice(&out), "W2 J1:{\"a\":1} J2:{}! W0 need 2");

	buffer_clear(&out);
	put_window_compressed(&out, 3, buffer_slice(&inner), 0);
	lumberjack_put_json(&out, 3, SLICE_LITERAL("{}"));
	ck_stream("mixed with plain", buffer_slice(&out), "W3 J1:{\"a\":1} J2:{} J3:{}! need 2");

	buffer_clear(&out);
	put_window_compressed(&out, 1, buffer_slice(&inner), 0);
	ck_stream("more than the window", buffer_slice(&out), "W1 J1:{\"a\":1}! bad");

	buffer_clear(&out);
	put_window_compressed(&out, 0, buffer_slice(&inner), 0);
	ck_stream("in an empty window", buffer_slice(&out), "W0 bad");

	buffer_clear(&out);
	put_window_compressed(&out, 2, buffer_slice(&inner), 3);
	ck_stream("bytes behind the stream", buffer_slice(&out), "W2 J1:{\"a\":1} J2:{}! bad");

	buffer_clear(&out);
	put_window_compressed(&out, 2, buffer_slice(&inner), -2);
	ck_stream("checksum cut off", buffer_slice(&out), "W2 J1:{\"a\":1} J2:{}! bad");

	buffer_clear(&out);
	put_window_compressed(&out, 2, slice_take(buffer_slice(&inner), inner.len - 1), 0);
	ck_stream("half an event", buffer_slice(&out), "W2 J1:{\"a\":1} bad");

	buffer_clear(&inner);
	buffer_clear(&out);
	lumberjack_put_window(&inner, 1);
	put_window_compressed(&out, 2, buffer_slice(&inner), 0);
	ck_stream("a window inside", buffer_slice(&out), "W2 bad");

	buffer_clear(&inner);
	buffer_clear(&out);
	buffer_put_string(&inner, "2C");
	buffer_put_be32(&inner, 8);
	put_window_compressed(&out, 2, buffer_slice(&inner), 0);
	ck_stream("compressed inside compressed", buffer_slice(&out), "W2 bad");
	buffer_release(&inner);
	buffer_release(&out);
}
END_TEST

START_TEST(inflating_stops_at_its_limit)
{
	struct buffer inner = { 0 }, out = { 0 };

	/* 6 x (10 + 60) = 420 bytes: each event is legal, together they pass 400. */
	for (uint32_t i = 1; i <= 6; i++) {
		char text[60];

		memset(text, 'x', sizeof(text));
		lumberjack_put_json(&inner, i, slice_of(text, sizeof(text)));
	}
	put_window_compressed(&out, 6, buffer_slice(&inner), 0);
	{
		struct buffer text = { 0 };

		read_in_pieces(buffer_slice(&out), out.len, &text);
		ck_assert_str_eq(buffer_string(&text), "W6 bad");
		buffer_release(&text);
	}
	buffer_release(&inner);
	buffer_release(&out);
}
END_TEST

START_TEST(an_agents_window_comes_out_as_it_went_in)
{
	struct lumberjack_deflater *z = lumberjack_deflater_new(3);
	struct buffer inner = { 0 }, out = { 0 };

	for (int round = 0; round < 2; round++) { /* the second time with the state of the first */
		buffer_clear(&inner);
		buffer_clear(&out);
		lumberjack_put_json(&inner, 1, SLICE_LITERAL("one"));
		lumberjack_put_json(&inner, 2, SLICE_LITERAL("two"));
		lumberjack_put_window(&out, 2);
		ck_assert_int_eq(lumberjack_put_compressed(z, &out, buffer_slice(&inner), NULL), 0);
		ck_stream("round trip", buffer_slice(&out), "W2 J1:one J2:two! need 2");
	}
	lumberjack_deflater_free(z);
	buffer_release(&inner);
	buffer_release(&out);
}
END_TEST

START_TEST(acks)
{
	struct buffer out = { 0 };
	uint32_t sequence = 0;

	lumberjack_put_ack(&out, 4);
	ck_assert_uint_eq(out.len, 6);
	ck_assert_mem_eq(out.data, "2A\0\0\0\4", 6);
	ck_assert_int_eq(lumberjack_parse_ack(buffer_slice(&out), &sequence), PARSE_OK);
	ck_assert_uint_eq(sequence, 4);
	ck_assert_int_eq(lumberjack_parse_ack(slice_of(out.data, 5), &sequence), PARSE_MORE);
	ck_assert_int_eq(lumberjack_parse_ack(SLICE_LITERAL("2W\0\0\0\1"), &sequence), PARSE_BAD);
	ck_assert_int_eq(lumberjack_parse_ack(SLICE_LITERAL("1"), &sequence), PARSE_BAD);
	buffer_release(&out);
}
END_TEST

START_TEST(pairs_are_found_by_key)
{
	static const char pairs[] = "\0\0\0\4file\0\0\0\1f\0\0\0\4line\0\0\0\5hello";
	struct slice value;

	ck_assert(lumberjack_pair(slice_of(pairs, sizeof(pairs) - 1), "line", &value));
	ck_assert(slice_is(value, "hello"));
	ck_assert(!lumberjack_pair(slice_of(pairs, sizeof(pairs) - 1), "lines", &value));
	ck_assert(!lumberjack_pair(slice_of(pairs, sizeof(pairs) - 2), "line", &value));
}
END_TEST

SUITE_MAIN("lumberjack", frames_as_the_protocol_writes_them, compressed_frames_hold_whole_events_and_nothing_else,
	   inflating_stops_at_its_limit, an_agents_window_comes_out_as_it_went_in, acks, pairs_are_found_by_key)
