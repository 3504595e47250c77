#include "lib/buffer.h"
#include "lib/clock.h"
#include "lib/encode.h"
#include "lib/err.h"
#include "lib/json_write.h"
#include "lib/random.h"
#include "lib/slice.h"
#include "tests/unit/suite.h"

#include <errno.h>

START_TEST(numbers_are_whole_slices_in_range)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "-1", true, -1 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "-9223372036854775809", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "1 ", false, 0 },
		{ "+1", false, 0 },
		{ "18446744073709551616", false, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t v = 0;

		ck_assert_msg(slice_to_int64(slice_of_string(cases[i].text), &v) == cases[i].ok, "%s", cases[i].text);
		if (cases[i].ok)
			ck_assert_int_eq(v, cases[i].value);
	}
}
END_TEST

START_TEST(utf8_follows_rfc_3629)
{
	static const struct {
		const char *bytes;
		bool ok;
	} cases[] = {
		{ "abc", true },
		{ "\xE5\xA4\xA7", true },
		{ "\xF0\xA0\xAE\xB7", true },
		{ "\xC0\xAF", false },         /* overlong */
		{ "\xE0\x80\xAF", false },     /* overlong */
		{ "\xED\xA0\x80", false },     /* surrogate */
		{ "\xF4\x90\x80\x80", false }, /* past U+10FFFF */
		{ "\xE5\xA4", false },         /* cut off */
		{ "\x80", false },
		{ "\xFF", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_msg(slice_is_utf8(slice_of_string(cases[i].bytes)) == cases[i].ok, "case %zu", i);
}
END_TEST

START_TEST(searching_ignores_ascii_case_only)
{
	ck_assert(slice_contains_ignoring_case(SLICE_LITERAL("ET MALWARE x"), "malware"));
	ck_assert(!slice_contains_ignoring_case(SLICE_LITERAL("ET MALWAR"), "malware"));
	ck_assert(slice_is(slice_trim(SLICE_LITERAL(" \t a b\r\n")), "a b"));
	ck_assert_uint_eq(slice_find(SLICE_LITERAL("abc"), 'z'), 3);
}
END_TEST

/* Days and instants computed with `date -u -d`. */
START_TEST(dates_match_the_calendar)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },          { "2000-02-29T12:00:00Z", 951825600 },
		{ "2026-11-24T08:14:40Z", 1795508080 }, { "2019-07-08T00:00:00+09:00", 1562511600 },
		{ "1969-12-31T23:59:59Z", -1 },         { "2024-12-31T23:59:60Z", 1735689599 },
	};
	char text[TIME_TEXT_SIZE];
	time_us t;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ck_assert_msg(time_parse(slice_of_string(cases[i].text), 0, &t), "%s", cases[i].text);
		ck_assert_int_eq(t, cases[i].seconds * US_PER_SECOND);
	}
	ck_assert(time_parse(SLICE_LITERAL("2022-02-23 01:02:03.1234567+0900"), 0, &t));
	time_to_text(t, text);
	ck_assert_str_eq(text, "2022-02-22T16:02:03.123456Z");
	ck_assert(time_parse(SLICE_LITERAL("2022-02-23T01:02:03"), 9 * 3600, &t));
	time_to_text(t, text);
	ck_assert_str_eq(text, "2022-02-22T16:02:03.000000Z");
	time_to_text(-1, text);
	ck_assert_str_eq(text, "1969-12-31T23:59:59.999999Z");
}
END_TEST

START_TEST(dates_that_are_none_are_refused)
{
	static const char *const bad[] = { "",
					   "2023-02-29T00:00:00Z",
					   "2024-13-01T00:00:00Z",
					   "2024-01-01T24:00:00Z",
					   "2024-01-01T00:60:00Z",
					   "2024-01-01",
					   "2024-01-01T00:00:00.Z",
					   "2024-01-01T00:00:00Zx",
					   "2024-01-01T00:00:00+9",
					   "x024-01-01T00:00:00Z" };
	time_us t;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!time_parse(slice_of_string(bad[i]), 0, &t), "%s", bad[i]);
}
END_TEST

START_TEST(civil_dates_go_there_and_back)
{
	for (int64_t day = -800000; day < 800000; day += 97) {
		int y, m, d;

		civil_from_days(day, &y, &m, &d);
		ck_assert_int_eq(days_from_civil(y, m, d), day);
	}
}
END_TEST

/* RFC 4648 section 10. */
START_TEST(base64_and_hex_match_the_vectors)
{
	static const char *const vectors[][2] = { { "", "" },
						  { "f", "Zg==" },
						  { "fo", "Zm8=" },
						  { "foo", "Zm9v" },
						  { "foob", "Zm9vYg==" },
						  { "fooba", "Zm9vYmE=" },
						  { "foobar", "Zm9vYmFy" } };
	struct buffer b;

	buffer_init(&b, 0);
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		buffer_clear(&b);
		base64_encode(&b, slice_of_string(vectors[i][0]));
		ck_assert_str_eq(buffer_string(&b), vectors[i][1]);
		buffer_clear(&b);
		ck_assert(base64_decode(&b, slice_of_string(vectors[i][1])));
		ck_assert_str_eq(buffer_string(&b), vectors[i][0]);
	}
	buffer_clear(&b);
	ck_assert(base64_decode(&b, SLICE_LITERAL("Zm9v\r\nYmE")));
	ck_assert_str_eq(buffer_string(&b), "fooba");
	ck_assert(!base64_decode(&b, SLICE_LITERAL("Z")));
	ck_assert(!base64_decode(&b, SLICE_LITERAL("Zg==Zg==")));
	ck_assert(!base64_decode(&b, SLICE_LITERAL("Zm9*")));
	ck_assert_str_eq(buffer_string(&b), "fooba");
	buffer_clear(&b);
	ck_assert(hex_decode(&b, SLICE_LITERAL("66:6F:6f")));
	hex_encode(&b, SLICE_LITERAL("\x01\xff"));
	ck_assert_str_eq(buffer_string(&b), "foo01ff");
	ck_assert(!hex_decode(&b, SLICE_LITERAL("0")));
	ck_assert(!hex_decode(&b, SLICE_LITERAL("0g")));
	buffer_release(&b);
}
END_TEST

START_TEST(json_is_escaped_and_nested)
{
	struct json_writer w;
	struct buffer b;

	buffer_init(&b, 0);
	json_writer_init(&w, &b);
	json_open_object(&w, NULL);
	json_put_string(&w, "a\"", "\\\n\x01\x7f大\xff");
	json_open_array(&w, "list");
	json_put_integer(&w, NULL, -5);
	json_put_real(&w, NULL, 0.5);
	json_put_null(&w, NULL);
	json_close_array(&w);
	json_put_known(&w, "k", true, 0);
	json_put_known(&w, "n", false, 7);
	json_put_bool(&w, "b", true);
	json_put_time(&w, "t", 0);
	json_close_object(&w);
	ck_assert_str_eq(buffer_string(&b), "{\"a\\\"\":\"\\\\\\n\\u0001\\u007f大\xEF\xBF\xBD\",\"list\":[-5,0.5,null],"
					    "\"k\":0,\"n\":null,\"b\":true,\"t\":\"1970-01-01T00:00:00.000000Z\"}");
	buffer_release(&b);
}
END_TEST

START_TEST(a_buffer_stops_at_its_limit_and_keeps_what_it_has)
{
	struct buffer b;

	buffer_init(&b, 4);
	buffer_put_string(&b, "abc");
	buffer_put_string(&b, "de");
	ck_assert(b.failed);
	buffer_put_string(&b, "f");
	ck_assert_uint_eq(b.len, 3);
	buffer_clear(&b);
	buffer_put_be32(&b, 0x01020304);
	ck_assert(!b.failed && load_be32(b.data) == 0x01020304);
	buffer_consume(&b, 3);
	ck_assert(b.len == 1 && b.data[0] == 4);
	buffer_release(&b);
}
END_TEST

START_TEST(errors_carry_their_context)
{
	struct err why = { 0 };

	errno = ENOENT;
	ck_assert_int_eq(err_set_errno(&why, ERR_IO, "cannot open %s", "x"), -1);
	ck_assert_int_eq(err_prefix(&why, "spool %d", 3), -1);
	ck_assert_str_eq(why.text, "spool 3: cannot open x: No such file or directory");
	ck_assert_int_eq(why.code, ERR_IO);
	ck_assert_int_eq(err_set(NULL, ERR_IO, "nobody listens"), -1);
}
END_TEST

START_TEST(random_below_stays_below)
{
	bool seen[3] = { false };

	for (int i = 0; i < 1000; i++) {
		uint64_t v = random_below(3);

		ck_assert_uint_lt(v, 3);
		seen[v] = true;
	}
	ck_assert(seen[0] && seen[1] && seen[2]);
}
END_TEST

SUITE_MAIN("lib", numbers_are_whole_slices_in_range, utf8_follows_rfc_3629, searching_ignores_ascii_case_only,
	   dates_match_the_calendar, dates_that_are_none_are_refused, civil_dates_go_there_and_back,
	   base64_and_hex_match_the_vectors, json_is_escaped_and_nested,
	   a_buffer_stops_at_its_limit_and_keeps_what_it_has, errors_carry_their_context, random_below_stays_below)
