/* Syslog framing (RFC 6587 section 3.4) with the example messages of RFC 3164 section 5.4 and RFC 5424 section 6.5, and
 * with what real senders do to it. */
#include "sensor-agent/syslog_frame.h"
#include "tests/unit/suite.h"

#include <stdio.h>

enum { LIMIT = 100 };

#define BSD  "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8"
#define IETF "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts."
/* Counted with wc -c. */
#define BSD_LENGTH  "76"
#define IETF_LENGTH "99"

/* All messages, each as "[message]", "[message|original length]"; in the end an unfinished one as "(message)". */
static void read_all(struct slice text, size_t limit, size_t piece, struct buffer *out)
{
	struct syslog_framer f;
	struct syslog_frame frame;
	size_t at = 0, used;

	syslog_framer_init(&f, limit);
	while (at < text.len) {
		struct slice in = slice_take(slice_skip(text, at), piece);
		enum parse got = syslog_framer_next(&f, in, &used, &frame);

		at += used;
		ck_assert(got != PARSE_BAD);
		ck_assert_uint_le(f.held.len, limit);
		if (got == PARSE_MORE)
			continue;
		buffer_put_byte(out, '[');
		buffer_put_slice(out, frame.bytes);
		if (frame.original_length)
			buffer_printf(out, "|%d", (int)frame.original_length);
		buffer_put_byte(out, ']');
	}
	if (syslog_framer_finish(&f, &frame)) {
		buffer_put_byte(out, '(');
		buffer_put_slice(out, frame.bytes);
		if (frame.original_length)
			buffer_printf(out, "|%d", (int)frame.original_length);
		buffer_put_byte(out, ')');
	}
	syslog_framer_release(&f);
}

static void expect_with(size_t limit, struct slice text, const char *messages)
{
	for (size_t piece = 1; piece <= text.len; piece++) {
		struct buffer out = { 0 };

		read_all(text, limit, piece, &out);
		ck_assert_str_eq(buffer_string(&out), messages);
		buffer_release(&out);
	}
}

static void expect(struct slice text, const char *messages)
{
	expect_with(1000, text, messages);
}

START_TEST(octet_counting)
{
	expect(SLICE_LITERAL(BSD_LENGTH " " BSD IETF_LENGTH " " IETF), "[" BSD "][" IETF "]");
	/* rsyslog counts an LF of its own; others put one behind. */
	expect(SLICE_LITERAL("77 " BSD "\n" IETF_LENGTH " " IETF "\n76 " BSD), "[" BSD "][" IETF "][" BSD "]");
	/* Lines inside a counted message, and what looks like a frame. */
	expect(SLICE_LITERAL("15 <13>a\n5 <13>b\nc\n" BSD "\n"), "[<13>a\n5 <13>b\nc][" BSD "]");
}
END_TEST

START_TEST(non_transparent)
{
	expect(SLICE_LITERAL(BSD "\n" IETF "\n"), "[" BSD "][" IETF "]");
	expect(SLICE_LITERAL(BSD "\r\n\n" IETF "\0" BSD "\n"), "[" BSD "][" IETF "][" BSD "]");
	expect(SLICE_LITERAL(BSD "\n" IETF), "[" BSD "](" IETF ")");
}
END_TEST

START_TEST(chosen_for_each_frame)
{
	expect(SLICE_LITERAL(BSD "\n" BSD_LENGTH " " BSD BSD "\0" IETF_LENGTH " " IETF),
	       "[" BSD "][" BSD "][" BSD "][" IETF "]");
}
END_TEST

START_TEST(digits_that_count_nothing)
{
	expect(SLICE_LITERAL("2026-11-24 08:14:40 text\n" BSD "\n"), "[2026-11-24 08:14:40 text][" BSD "]");
	expect(SLICE_LITERAL("1234567 seven digits\n"), "[1234567 seven digits]");
	expect(SLICE_LITERAL("0 zero\n"), "[0 zero]");
	expect(SLICE_LITERAL("12\n34"), "[12](34)");
	expect(SLICE_LITERAL(" 5 <13>x\n"), "[ 5 <13>x]");
}
END_TEST

START_TEST(too_long)
{
	expect_with(10, SLICE_LITERAL("26 <13>abcdefghijklmnopqrstu\n5 <13>x"), "[<13>abcdef|26][<13>x]");
	expect_with(10, SLICE_LITERAL("<13>abcdef 5 <13>x\n<13>y\n"), "[<13>abcdef|18][<13>y]");
	expect_with(10, SLICE_LITERAL("<13>abcdef\n<13>y\n"), "[<13>abcdef][<13>y]");
}
END_TEST

START_TEST(cut_off_by_the_end)
{
	expect(SLICE_LITERAL("26 <13>abc"), "(<13>abc|26)");
	expect(SLICE_LITERAL("26 "), "");
	expect(SLICE_LITERAL("\n\n\0"), "");
	expect(SLICE_LITERAL("1 \n3 \r\n\0"), "");
}
END_TEST

START_TEST(datagrams)
{
	struct syslog_frame frame;

	ck_assert(syslog_datagram(SLICE_LITERAL(BSD "\r\n\0"), sizeof(BSD) + 2, LIMIT, &frame));
	ck_assert(slice_is(frame.bytes, BSD) && frame.original_length == 0);
	ck_assert(syslog_datagram(SLICE_LITERAL(BSD "\n" BSD), 2 * sizeof(BSD) - 1, 1000, &frame));
	ck_assert(slice_is(frame.bytes, BSD "\n" BSD));
	/* The kernel received less than was sent; or more than the limit. */
	ck_assert(syslog_datagram(SLICE_LITERAL("<13>abc"), 70000, LIMIT, &frame));
	ck_assert(slice_is(frame.bytes, "<13>abc") && frame.original_length == 70000);
	ck_assert(syslog_datagram(SLICE_LITERAL("<13>abc"), 7, 5, &frame));
	ck_assert(slice_is(frame.bytes, "<13>a") && frame.original_length == 7);
	ck_assert(!syslog_datagram(SLICE_LITERAL("\r\n"), 2, LIMIT, &frame));
	ck_assert(!syslog_datagram(slice_of(NULL, 0), 0, LIMIT, &frame));
}
END_TEST

SUITE_MAIN("syslog_frame", octet_counting, non_transparent, chosen_for_each_frame, digits_that_count_nothing, too_long,
	   cut_off_by_the_end, datagrams)
