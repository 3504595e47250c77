/* The correlator's small parts: waiting companies, counts by day, arrays for statements. */
#include "tests/unit/suite.h"

#include "server/correlator/setbacks.h"
#include "server/model/day_counts.h"
#include "server/store/array_text.h"

START_TEST(a_company_waits_longer_each_time)
{
	struct setbacks s = { 0 };
	int64_t now = 1000, waited = 0;

	ck_assert(!setbacks_waiting(&s, 7, now));
	for (int i = 0; i < 20; i++) {
		int64_t wait = setbacks_add(&s, 7, now);

		/* The upper half of a doubling wait is random: the next one is at least as long as this one's lower
		 * half. */
		ck_assert_int_ge(wait, waited / 2);
		ck_assert(setbacks_waiting(&s, 7, now + wait - 1));
		ck_assert(!setbacks_waiting(&s, 7, now + wait));
		ck_assert(!setbacks_waiting(&s, 8, now));
		waited = wait;
		now += wait;
	}
	ck_assert_int_le(waited, 5 * 60 * 1000);
	ck_assert_int_ge(waited, 5 * 60 * 1000 / 2);
	setbacks_release(&s);
}
END_TEST

START_TEST(what_worked_is_forgotten)
{
	struct setbacks s = { 0 };

	for (int64_t company = 1; company <= 50; company++)
		setbacks_add(&s, company, 0);
	for (int64_t company = 1; company <= 50; company += 2)
		setbacks_clear(&s, company);
	setbacks_clear(&s, 999);
	ck_assert_uint_eq(s.count, 25);
	for (int64_t company = 1; company <= 50; company++)
		ck_assert(setbacks_waiting(&s, company, 0) == (company % 2 == 0));
	ck_assert_int_le(setbacks_add(&s, 1, 0), 1000); /* begins anew */
	setbacks_release(&s);
}
END_TEST

START_TEST(counts_that_differ_in_nothing_else_are_added_up)
{
	struct day_count c[] = {
		{ 20000, DIRECTION_INBOUND, ENGINE_IPS, 3, ACTION_BLOCKED, 2 },
		{ 19999, DIRECTION_INBOUND, ENGINE_IPS, 3, ACTION_BLOCKED, 5 },
		{ 20000, DIRECTION_INBOUND, ENGINE_IPS, 3, ACTION_ALLOWED, 1 },
		{ 20000, DIRECTION_INBOUND, ENGINE_IPS, 3, ACTION_BLOCKED, 10 },
		{ 20000, DIRECTION_OUTBOUND, ENGINE_IPS, 3, ACTION_BLOCKED, 1 },
		{ 20000, DIRECTION_INBOUND, ENGINE_WEB, 3, ACTION_BLOCKED, 1 },
		{ 20000, DIRECTION_INBOUND, ENGINE_IPS, 4, ACTION_BLOCKED, 1 },
		{ 19999, DIRECTION_INBOUND, ENGINE_IPS, 3, ACTION_BLOCKED, 1 },
	};
	int64_t sum = 0;

	ck_assert_uint_eq(day_counts_add_up(c, 0), 0);
	ck_assert_uint_eq(day_counts_add_up(c, ARRAY_LEN(c)), 6);
	ck_assert_int_eq(c[0].day, 19999);
	ck_assert_int_eq(c[0].detections, 6);
	for (size_t i = 0; i < 6; i++)
		sum += c[i].detections;
	ck_assert_int_eq(sum, 22);
}
END_TEST

START_TEST(arrays_are_written_as_postgresql_reads_them)
{
	struct array_text none = { 0 }, numbers = { 0 }, texts = { 0 }, times = { 0 };

	ck_assert_str_eq(array_text(&none), "{}");
	array_text_integer(&numbers, INT64_MIN);
	array_text_optional(&numbers, 0);
	array_text_optional(&numbers, 5);
	ck_assert_str_eq(array_text(&numbers), "{-9223372036854775808,NULL,5}");
	array_text_string(&texts, slice_of_string("a \"b\" \\ {c},d"));
	array_text_string(&texts, slice_of(NULL, 0));
	array_text_string(&texts, slice_of_string("NULL"));
	array_text_string(&texts, slice_of_string(""));
	ck_assert_str_eq(array_text(&texts), "{\"a \\\"b\\\" \\\\ {c},d\",NULL,\"NULL\",\"\"}");
	array_text_time(&times, 1);
	array_text_time(&times, TIME_NONE);
	ck_assert_str_eq(array_text(&times), "{1970-01-01T00:00:00.000001Z,NULL}");
	array_text_release(&none);
	array_text_release(&numbers);
	array_text_release(&texts);
	array_text_release(&times);
}
END_TEST

SUITE_MAIN("correlator", a_company_waits_longer_each_time, what_worked_is_forgotten,
	   counts_that_differ_in_nothing_else_are_added_up, arrays_are_written_as_postgresql_reads_them)
