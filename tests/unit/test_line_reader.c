/* Lines: the same ones however the stream is cut; limits; what is skipped. */
#include "sensor-agent/line_reader.h"
#include "tests/unit/suite.h"

#include <stdio.h>

enum { LIMIT = 10 };

/* All lines of the text, fed in pieces, as "<line>" or "<line|original length>"; an unfinished one as "(line)". */
static void read_all(struct slice text, size_t piece, struct buffer *out)
{
	struct line_reader r;
	struct line line;
	size_t at = 0, used;

	line_reader_init(&r, LIMIT);
	while (at < text.len) {
		struct slice in = slice_take(slice_skip(text, at), piece);
		enum parse got = line_reader_next(&r, in, &used, &line);

		at += used;
		ck_assert(got != PARSE_BAD);
		ck_assert_uint_eq(r.taken, at);
		ck_assert(r.done <= r.taken);
		if (got == PARSE_MORE) {
			ck_assert_uint_eq(used, in.len);
			continue;
		}
		ck_assert_uint_eq(r.done, at);
		buffer_printf(out, "<%.*s", (int)line.bytes.len, (const char *)line.bytes.ptr);
		if (line.original_length)
			buffer_printf(out, "|%d", (int)line.original_length);
		buffer_put_string(out, ">");
	}
	if (line_reader_finish(&r, &line))
		buffer_printf(out, "(%.*s)", (int)line.bytes.len, (const char *)line.bytes.ptr);
	ck_assert_uint_eq(r.done, text.len);
	line_reader_release(&r);
}

static void expect(struct slice text, const char *lines)
{
	for (size_t piece = 1; piece <= text.len; piece++) {
		struct buffer out = { 0 };

		read_all(text, piece, &out);
		ck_assert_str_eq(buffer_string(&out), lines);
		buffer_release(&out);
	}
}

START_TEST(lines_and_ends)
{
	expect(SLICE_LITERAL("one\ntwo\r\n\n\r\nthree"), "<one><two>(three)");
	expect(SLICE_LITERAL("a\rb\n"), "<a\rb>");
	expect(SLICE_LITERAL("a\r\r\n"), "<a\r>");
	expect(SLICE_LITERAL("\n\n\n"), "");
	expect(SLICE_LITERAL("\0\0\0{}\n\0\n\0"), "<{}>");
}
END_TEST

START_TEST(limit)
{
	expect(SLICE_LITERAL("0123456789\n0123456789\r\n"), "<0123456789><0123456789>");
	expect(SLICE_LITERAL("0123456789a\nb\n"), "<0123456789|11><b>");
	expect(SLICE_LITERAL("0123456789\r\r\n"), "<0123456789|11>");
	expect(SLICE_LITERAL("01234567890123456789012345\nx"), "<0123456789|26>(x)");
}
END_TEST

START_TEST(nul_inside_stays)
{
	struct line_reader r;
	struct line line;
	size_t used;

	line_reader_init(&r, LIMIT);
	ck_assert(line_reader_next(&r, SLICE_LITERAL("a\0b\n"), &used, &line) == PARSE_OK);
	ck_assert(slice_equal(line.bytes, SLICE_LITERAL("a\0b")));
	line_reader_release(&r);
}
END_TEST

START_TEST(long_line_takes_little_memory)
{
	static const uint8_t piece[65536] = { '{' };
	struct line_reader r;
	struct line line;
	size_t used;

	line_reader_init(&r, 1000000);
	for (int i = 0; i < 320; i++) /* 20 MiB */
		ck_assert(line_reader_next(&r, slice_of(piece, sizeof(piece)), &used, &line) == PARSE_MORE);
	ck_assert_uint_le(r.held.room, 2 * 1000000);
	ck_assert(line_reader_next(&r, SLICE_LITERAL("\nshort\n"), &used, &line) == PARSE_OK);
	ck_assert_uint_eq(line.original_length, 320 * 65536);
	ck_assert_uint_eq(line.bytes.len, 1000000);
	ck_assert(line_reader_next(&r, SLICE_LITERAL("short\n"), &used, &line) == PARSE_OK);
	ck_assert(slice_is(line.bytes, "short"));
	ck_assert_uint_le(r.held.room, 64 * 1024);
	line_reader_release(&r);
}
END_TEST

SUITE_MAIN("line_reader", lines_and_ends, limit, nul_inside_stays, long_line_takes_little_memory)
