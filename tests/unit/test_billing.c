/* The billing list: prices of the chamber's plan (6,000 yen for members, 7,500 for others), tax of 8 and 10 %, by hand.
 */
#include "server/model/billing.h"
#include "tests/unit/suite.h"

static const struct tax_rate rates[] = { { 16161, 800 }, { 18170, 1000 } }; /* 2014-04-01, 2019-10-01 */

static struct billing_contract contract(int64_t company, bool member, int64_t days, int64_t last_day)
{
	return (struct billing_contract){ .company_id = company,
					  .company = "=会社",
					  .plan_id = 1,
					  .service_class = 1,
					  .plan = "基本",
					  .is_member = member,
					  .from_day = "2019-01-01",
					  .yen = member ? 6000 : 7500,
					  .days = days,
					  .last_day = last_day };
}

START_TEST(tax_is_that_of_the_last_day)
{
	const struct billing_contract list[] = { contract(1, true, 30, 18169), contract(2, true, 1, 18170),
						 contract(3, false, 1, 18170), contract(4, false, 1, 16160) };
	struct pool pool = { 0 };
	struct billing_list out;

	ck_assert(billing_make("2019-10", list, 4, rates, 2, &pool, &out));
	ck_assert_uint_eq(out.count, 4);
	ck_assert_int_eq(out.lines[0].price.taxed, 6480);
	ck_assert_int_eq(out.lines[1].price.taxed, 6600);
	ck_assert_int_eq(out.lines[2].price.taxed, 8250);
	ck_assert_int_eq(out.lines[3].price.taxed, -1);
	ck_assert_uint_eq(out.total_count, 2);
	ck_assert(out.totals[0].is_member);
	ck_assert_int_eq(out.totals[0].taxed, 13080);
	/* One whose tax is not known leaves the sum unknown, wherever it stands. */
	ck_assert_int_eq(out.totals[1].yen, 15000);
	ck_assert_int_eq(out.totals[1].taxed, -1);
	ck_assert_int_eq(out.all.companies, 4);
	ck_assert_int_eq(out.all.yen, 27000);
	ck_assert_int_eq(out.all.taxed, -1);
	pool_release(&pool);
}
END_TEST

START_TEST(the_last_contract_gives_the_price)
{
	struct billing_contract list[] = { contract(1, false, 10, 18179), contract(1, true, 21, 18200),
					   contract(2, true, 10, 18179), contract(2, true, 21, 18200) };
	struct pool pool = { 0 };
	struct billing_list out;

	list[3].yen = 10001;
	ck_assert(billing_make("2019-10", list, 4, rates, 2, &pool, &out));
	ck_assert_uint_eq(out.count, 2);
	ck_assert_int_eq(out.lines[0].price.yen, 6000);
	ck_assert_int_eq(out.lines[0].days, 31);
	ck_assert(out.lines[0].changed);
	ck_assert(!out.lines[0].over_cap);
	/* The same plan and class goes on: nothing changed. */
	ck_assert(!out.lines[1].changed);
	ck_assert(out.lines[1].over_cap);
	pool_release(&pool);
}
END_TEST

START_TEST(as_json_and_csv)
{
	const struct billing_contract list[] = { contract(7, true, 31, 18200) };
	struct buffer text = { 0 };
	struct pool pool = { 0 };
	struct billing_list out;
	struct json_writer w;
	struct csv_writer csv;

	ck_assert(billing_make("2019-10", list, 1, rates, 2, &pool, &out));
	json_writer_init(&w, &text);
	billing_write(&out, &w);
	ck_assert_str_eq(
	    buffer_string(&text),
	    "{\"month\":\"2019-10\",\"lines\":[{\"company_id\":7,\"company\":\"=会社\",\"member_no\":null,"
	    "\"plan\":\"基本\",\"is_member\":true,\"from_day\":\"2019-01-01\",\"to_day\":null,\"days\":31,"
	    "\"yen\":6000,\"tax_percent\":10,\"tax\":600,\"yen_taxed\":6600,\"changed\":false,\"warnings\":[]}],"
	    "\"totals\":[{\"plan\":\"基本\",\"is_member\":true,\"companies\":1,\"yen\":6000,\"yen_taxed\":6600}],"
	    "\"companies\":1,\"yen\":6000,\"yen_taxed\":6600}");
	buffer_clear(&text);
	csv_begin(&csv, &text);
	billing_csv(&out, &csv);
	ck_assert_str_eq(buffer_string(&text),
			 "\xef\xbb\xbf"
			 "month,company_id,company,member_no,plan,is_member,from_day,to_day,days,yen,tax_percent,tax,"
			 "yen_taxed,changed,warnings\r\n"
			 "2019-10,7,'=会社,,基本,yes,2019-01-01,,31,6000,10,600,6600,no,\r\n");
	buffer_release(&text);
	pool_release(&pool);
}
END_TEST

START_TEST(nobody)
{
	struct pool pool = { 0 };
	struct billing_list out;

	ck_assert(billing_make("2019-10", NULL, 0, rates, 2, &pool, &out));
	ck_assert_uint_eq(out.count + out.total_count, 0);
	ck_assert_int_eq(out.all.taxed, 0);
	pool_release(&pool);
}
END_TEST

SUITE_MAIN("billing", tax_is_that_of_the_last_day, the_last_contract_gives_the_price, as_json_and_csv, nobody)
