/* The help desk's pure parts: telephone numbers, prices and years of contracts, states of tickets and orders. Expected
 * values by hand from the price list (6,000 and 7,500 yen, 6,600 and 8,250 with tax), the numbering plan of Japan, and
 * Civil Code article 143. */
#include "tests/unit/suite.h"

#include "server/model/contract.h"
#include "server/model/dispatch.h"
#include "server/model/phone.h"
#include "server/model/ticket.h"

#include <stdio.h>

static void check_number(const char *written, const char *wanted)
{
	char digits[PHONE_SIZE];
	bool good = phone_normalise(slice_of_string(written), digits);

	ck_assert_msg(good == (wanted != NULL), "'%s' is %s number", written, good ? "a" : "no");
	ck_assert_str_eq(digits, wanted ? wanted : "");
}

START_TEST(numbers_as_dialled)
{
	static const struct {
		const char *written, *wanted;
	} numbers[] = {
		{ "03-1234-5678", "0312345678" },
		{ "+81-3-1234-5678", "0312345678" },
		{ "+81 (0)3 1234 5678", "0312345678" },
		{ "＋８１－３－１２３４－５６７８", "0312345678" },
		{ "０３（１２３４）５６７８", "0312345678" },
		{ "03ー1234ー5678", "0312345678" }, /* the long-vowel mark, as an input method gives it */
		{ "03\xe2\x88\x92"
		  "1234\xe2\x80\x90"
		  "5678",
		  "0312345678" }, /* minus sign, hyphen */
		{ "03　1234　5678", "0312345678" },
		{ "010-81-3-1234-5678", "0312345678" },
		{ "0081 3 1234 5678", "0312345678" },
		{ "184-03-1234-5678", "0312345678" },
		{ "186 090 1234 5678", "09012345678" },
		{ "TEL: 03-1234-5678", "0312345678" },
		{ "電話：06-6944-1234（代）", "0669441234" },
		{ "06-6944-1234 内線 12", "0669441234" },
		{ "06-6944-1234 ext. 12", "0669441234" },
		{ "090.1234.5678", "09012345678" },
		{ "0120-123-456", "0120123456" },
		{ "+1 (212) 555-0100", "+12125550100" },
		{ "010 1 212 555 0100", "+12125550100" },
		{ "110", "110" },
		{ "5678", "5678" }, /* the last digits, to look somebody up */
		{ "1234-5678", "12345678" },
	};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		check_number(numbers[i].written, numbers[i].wanted);
}
END_TEST

START_TEST(what_is_no_number)
{
	static const char *const texts[] = {
		"",   "12",     "株式会社山田精機",      "3M", "HD-1234567", "a@example.jp", "非通知", "+",
		"--", "M-1001", "123456789012345678901", /* 21 digits */
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_number(texts[i], NULL);
}
END_TEST

/* Whatever stands between and around the digits of a domestic number. */
START_TEST(any_writing_is_one_number)
{
	static const char *const fillers[] = { "", "-", " ", "－", "　", "（", "）", ".", "‐", "―", "ｰ" };
	static const char *const digits[][2] = { { "0", "０" }, { "9", "９" }, { "5", "５" } };
	char text[200];

	for (size_t i = 0; i < ARRAY_LEN(fillers); i++)
		for (size_t j = 0; j < ARRAY_LEN(fillers); j++)
			for (size_t wide = 0; wide < 2; wide++) {
				snprintf(text, sizeof(text), "%s%s%s%s%s1234%s%s678", digits[0][wide], digits[1][wide],
					 digits[0][wide], fillers[i], "", fillers[j], digits[2][wide]);
				check_number(text, "09012345678");
			}
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------- contracts
 */

static const struct tax_rate rates[] = { { 16161, 800 }, { 18170, 1000 } }; /* 2014-04-01, 2019-10-01 */

static int64_t day(int year, int month, int day_of_month)
{
	return days_from_civil(year, month, day_of_month);
}

static void check_price(int64_t yen, int64_t at, int64_t taxed, int64_t hundredths)
{
	struct contract_price price = contract_price_at(yen, rates, ARRAY_LEN(rates), at);

	ck_assert_int_eq(price.yen, yen);
	ck_assert_int_eq(price.taxed, taxed);
	ck_assert_int_eq(price.tax_hundredths, hundredths);
}

START_TEST(prices_with_tax)
{
	ck_assert_int_eq(rates[0].from_day, day(2014, 4, 1));
	ck_assert_int_eq(rates[1].from_day, day(2019, 10, 1));
	check_price(6000, day(2026, 7, 1), 6600, 1000);
	check_price(7500, day(2026, 7, 1), 8250, 1000);
	check_price(6000, day(2019, 10, 1), 6600, 1000);
	check_price(6000, day(2019, 9, 30), 6480, 800);
	check_price(6000, day(2014, 4, 1), 6480, 800);
	check_price(6000, day(2014, 3, 31), -1, -1);
	check_price(6005, day(2026, 7, 1), 6605, 1000); /* 6,605.5: cut off */
	check_price(0, day(2026, 7, 1), 0, 1000);
	ck_assert_int_eq(contract_price_at(6000, NULL, 0, 0).taxed, -1);
}
END_TEST

START_TEST(caps)
{
	ck_assert(!contract_over_cap(1, 10000));
	ck_assert(contract_over_cap(1, 10001));
	ck_assert(!contract_over_cap(2, 50000));
	ck_assert(!contract_over_two_years(day(2025, 4, 1), day(2027, 3, 31)));
	ck_assert(contract_over_two_years(day(2025, 4, 1), day(2027, 4, 1)));
	ck_assert(!contract_over_two_years(day(2025, 4, 1), INT64_MAX));
}
END_TEST

static void check_year(int64_t from, int64_t at, int64_t wanted_first, int64_t wanted_last)
{
	int64_t first, last;

	ck_assert(contract_year(from, at, &first, &last));
	ck_assert_int_eq(first, wanted_first);
	ck_assert_int_eq(last, wanted_last);
}

START_TEST(years)
{
	int64_t from = day(2024, 7, 15), leap = day(2024, 2, 29), first, last;

	ck_assert(!contract_year(from, from - 1, &first, &last));
	check_year(from, from, from, day(2025, 7, 14));
	check_year(from, day(2025, 7, 14), from, day(2025, 7, 14));
	check_year(from, day(2025, 7, 15), day(2025, 7, 15), day(2026, 7, 14));
	check_year(from, day(2026, 1, 1), day(2025, 7, 15), day(2026, 7, 14));
	check_year(leap, day(2025, 2, 28), leap, day(2025, 2, 28));
	check_year(leap, day(2025, 3, 1), day(2025, 3, 1), day(2026, 2, 28));
	check_year(leap, day(2028, 2, 28), day(2027, 3, 1), day(2028, 2, 28));
	check_year(leap, day(2028, 2, 29), day(2028, 2, 29), day(2029, 2, 28));
}
END_TEST

/* Walked day by day over nine years: years follow one another without gap, and are 365 or 366 days long. */
START_TEST(years_follow_one_another)
{
	static const int starts[][3] = { { 2024, 2, 29 }, { 2024, 3, 1 }, { 2023, 12, 31 }, { 2020, 2, 28 } };

	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		int64_t from = day(starts[i][0], starts[i][1], starts[i][2]), expected = from, first = 0, last = -1;

		for (int64_t at = from; at < from + 9 * 366; at++) {
			ck_assert(contract_year(from, at, &first, &last));
			ck_assert(first <= at && at <= last);
			if (first == at)
				ck_assert_int_eq(first, expected);
			expected = last + 1;
			ck_assert(last - first + 1 == 365 || last - first + 1 == 366);
		}
	}
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------ tickets
 */

START_TEST(words_are_whole)
{
	for (size_t i = 0; i < ticket_category_count; i++) {
		const struct ticket_category *c = &ticket_categories[i];

		ck_assert_ptr_eq(ticket_category_find(slice_of_string(c->name)), c);
		ck_assert(c->severity >= 1 && c->severity <= 5 && *c->ja && *c->en);
	}
	for (size_t i = 0; i < ticket_closing_count; i++)
		ck_assert_ptr_eq(ticket_closing_find(slice_of_string(ticket_closings[i].name)), &ticket_closings[i]);
	ck_assert_ptr_null(ticket_category_find(slice_of_string("none")));
	ck_assert_ptr_nonnull(ticket_category_find(slice_of_string(ticket_category_default)));
	/* The seven kinds of incident that IPA's desk counts. */
	for (size_t i = 0; i < 7; i++)
		ck_assert_int_eq(ticket_categories[i].group, TICKET_INCIDENT);
	ck_assert_int_ne(ticket_categories[7].group, TICKET_INCIDENT);
}
END_TEST

START_TEST(states_of_tickets)
{
	const struct ticket_closing *answered = ticket_closing_find(slice_of_string("answered"));
	const struct ticket_closing *duplicate = ticket_closing_find(slice_of_string("duplicate"));

	ck_assert_int_eq(ticket_change_check(TICKET_OPEN, TICKET_CLOSED, NULL, true), TICKET_NO_REASON);
	ck_assert_int_eq(ticket_change_check(TICKET_OPEN, TICKET_CLOSED, answered, false), TICKET_NEEDS_ANSWER);
	ck_assert_int_eq(ticket_change_check(TICKET_OPEN, TICKET_CLOSED, answered, true), TICKET_GOOD);
	ck_assert_int_eq(ticket_change_check(TICKET_WAITING, TICKET_CLOSED, duplicate, false), TICKET_GOOD);
	ck_assert_int_eq(ticket_change_check(TICKET_OPEN, TICKET_WORKING, duplicate, true), TICKET_REASON_ALONE);
	ck_assert_int_eq(ticket_change_check(TICKET_WORKING, TICKET_OPEN, NULL, true), TICKET_NEVER_UNBEGUN);
	ck_assert_int_eq(ticket_change_check(TICKET_WAITING, TICKET_OPEN, NULL, true), TICKET_NEVER_UNBEGUN);
	ck_assert_int_eq(ticket_change_check(TICKET_CLOSED, TICKET_OPEN, NULL, true), TICKET_GOOD);
	for (int state = TICKET_OPEN; state < TICKET_CLOSED; state++)
		ck_assert_int_eq(ticket_change_check((enum ticket_state)state, (enum ticket_state)state, NULL, false),
				 TICKET_GOOD);
	ck_assert_int_eq(ticket_member_spoke(TICKET_CLOSED, true), TICKET_OPEN);
	ck_assert_int_eq(ticket_member_spoke(TICKET_WAITING, true), TICKET_WORKING);
	ck_assert_int_eq(ticket_member_spoke(TICKET_WAITING, false), TICKET_OPEN);
	ck_assert_int_eq(ticket_member_spoke(TICKET_WORKING, true), TICKET_WORKING);
	ck_assert_int_eq(ticket_member_spoke(TICKET_OPEN, false), TICKET_OPEN);
}
END_TEST

START_TEST(references)
{
	static const struct {
		const char *subject;
		int64_t number;
	} subjects[] = {
		{ "[HD-12] 迷惑メール", 12 },
		{ "Re: [HD-12] Re: [HD-13]", 12 },
		{ "RE: [hd-7]", 7 },
		{ "[x] [HD-99]", 99 },
		{ "HD-12", 0 },
		{ "[HD-]", 0 },
		{ "[HD-0]", 0 },
		{ "[HD--3]", 0 },
		{ "[HD-12", 0 },
		{ "[HD-1a]", 0 },
		{ "", 0 },
		{ "[[HD-5]]", 5 },
		{ "[HD-99999999999999999999]", 0 },
		{ "[HD-x] [HD-4]", 4 },
	};
	char text[TICKET_REFERENCE_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(subjects); i++)
		ck_assert_msg(ticket_reference_find(slice_of_string(subjects[i].subject)) == subjects[i].number, "%s",
			      subjects[i].subject);
	ticket_reference(123, text);
	ck_assert_str_eq(text, "HD-123");
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------- orders
 */

/* The table once more, as people would draw it: action, who (D desk, V vendor), from, to. */
START_TEST(states_of_orders)
{
	static const struct {
		const char *action, *who, *from, *to;
	} drawn[] = {
		{ "accept", "DV", "requested", "accepted" }, { "decline", "DV", "requested", "declined" },
		{ "decline", "DV", "accepted", "declined" }, { "arrive", "DV", "accepted", "arrived" },
		{ "leave", "DV", "arrived", "left" },        { "report", "DV", "left", "reported" },
		{ "return", "D", "reported", "left" },       { "approve", "D", "reported", "approved" },
		{ "cancel", "D", "requested", "cancelled" }, { "cancel", "D", "accepted", "cancelled" },
		{ "change", "D", "requested", "requested" }, { "change", "D", "accepted", "accepted" },
	};
	unsigned good = 0;

	for (int action = 0; action < DISPATCH_ACTIONS; action++) {
		const char *name = dispatch_action_name((enum dispatch_action)action);

		for (int state = 0; state < DISPATCH_STATES; state++) {
			const char *from = dispatch_state_name((enum dispatch_state)state);

			for (int side = DISPATCH_NOBODY; side <= DISPATCH_VENDOR; side++) {
				enum dispatch_state next = DISPATCH_STATES;
				enum dispatch_verdict verdict =
				    dispatch_check((enum dispatch_action)action, (enum dispatch_state)state,
						   (enum dispatch_side)side, &next);
				const char *wanted = NULL;

				for (size_t i = 0; i < ARRAY_LEN(drawn); i++)
					if (strcmp(drawn[i].action, name) == 0 && strcmp(drawn[i].from, from) == 0 &&
					    strchr(drawn[i].who, "-DV"[side]))
						wanted = drawn[i].to;
				if (strcmp(name, "note") == 0 && side != DISPATCH_NOBODY)
					wanted = from;
				ck_assert_msg((verdict == DISPATCH_GOOD) == (wanted != NULL), "%s from %s by %d", name,
					      from, side);
				if (wanted) {
					ck_assert_str_eq(dispatch_state_name(next), wanted);
					good++;
				}
				if (side == DISPATCH_NOBODY)
					ck_assert_int_eq(verdict, DISPATCH_NOT_YOURS);
			}
		}
	}
	/* Six rows that both may, six that only the desk may, and notes of both in every state. */
	ck_assert_uint_eq(good, 6 * 2 + 6 + 2 * DISPATCH_STATES);
}
END_TEST

START_TEST(ends_of_orders)
{
	static const char *const ends[] = { "declined", "approved", "cancelled" };

	for (int i = 0; i < DISPATCH_STATES; i++) {
		bool end = false;

		for (size_t j = 0; j < ARRAY_LEN(ends); j++)
			end = end || strcmp(dispatch_state_name((enum dispatch_state)i), ends[j]) == 0;
		ck_assert(dispatch_is_open((enum dispatch_state)i) == !end);
	}
}
END_TEST

#define MINUTE (60 * US_PER_SECOND)

START_TEST(times_as_said)
{
	time_us now = 1000 * US_PER_DAY, before = now - 20 * MINUTE, out = 0;

	ck_assert_int_eq(dispatch_time_check(now, before, now, &out), DISPATCH_TIME_GOOD);
	ck_assert_int_eq(out, now);
	ck_assert_int_eq(dispatch_time_check(now + 5 * MINUTE, before, now, &out), DISPATCH_TIME_GOOD);
	ck_assert_int_eq(dispatch_time_check(now + 5 * MINUTE + 1, before, now, &out), DISPATCH_TIME_FUTURE);
	/* 14:03, said of something after 14:03:40 */
	ck_assert_int_eq(dispatch_time_check(before - 40 * US_PER_SECOND, before, now, &out), DISPATCH_TIME_GOOD);
	ck_assert_int_eq(out, before);
	ck_assert_int_eq(dispatch_time_check(before - MINUTE, before, now, &out), DISPATCH_TIME_BEFORE);
	ck_assert_int_eq(dispatch_time_check(now - 32 * US_PER_DAY, 0, now, &out), DISPATCH_TIME_OLD);
	ck_assert_int_eq(dispatch_time_check(now - 30 * US_PER_DAY, 0, now, &out), DISPATCH_TIME_GOOD);
}
END_TEST

SUITE_MAIN("desk", numbers_as_dialled, what_is_no_number, any_writing_is_one_number, prices_with_tax, caps, years,
	   years_follow_one_another, words_are_whole, states_of_tickets, references, states_of_orders, ends_of_orders,
	   times_as_said)
