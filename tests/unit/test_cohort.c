/* Cohorts, the small-cell rule, months as texts, and tables as CSV. */
#include "lib/buffer.h"
#include "server/model/cohort.h"
#include "server/model/csv.h"
#include "server/model/csv_write.h"
#include "server/store/metrics_period.h"
#include "tests/unit/suite.h"

#include <stdio.h>

/* The classes follow each other without a gap and without an end. */
START_TEST(classes_of_size)
{
	static const struct {
		int64_t employees;
		const char *name;
	} cases[] = { { 1, "1-5" },       { 5, "1-5" },       { 6, "6-20" },    { 20, "6-20" },
		      { 21, "21-50" },    { 50, "21-50" },    { 51, "51-100" }, { 100, "51-100" },
		      { 101, "101-300" }, { 300, "101-300" }, { 301, "301-" },  { INT64_MAX, "301-" } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct cohort_size *size = cohort_size_of(cases[i].employees);

		ck_assert_ptr_nonnull(size);
		ck_assert_str_eq(size->name, cases[i].name);
	}
	ck_assert_ptr_null(cohort_size_of(0));
	ck_assert_ptr_null(cohort_size_of(-1));
	for (size_t i = 1; i < COHORT_SIZES; i++)
		ck_assert_int_eq(cohort_sizes[i].from, cohort_sizes[i - 1].to + 1);
}
END_TEST

START_TEST(parameters)
{
	struct cohort c = { 0 };
	struct err why;
	bool known;

	ck_assert_int_eq(cohort_set(&c, "member", "no", &known, &why), 0);
	ck_assert(known && c.member == COHORT_OTHERS);
	ck_assert_int_eq(cohort_set(&c, "member", "yes", &known, &why), 0);
	ck_assert(c.member == COHORT_MEMBERS);
	ck_assert_int_eq(cohort_set(&c, "industry", "製造業", &known, &why), 0);
	ck_assert_int_eq(cohort_set(&c, "area", "大阪市", &known, &why), 0);
	ck_assert_int_eq(cohort_set(&c, "tag", "two stars", &known, &why), 0);
	ck_assert_int_eq(cohort_set(&c, "size", "301-", &known, &why), 0);
	ck_assert_str_eq(c.industry, "製造業");
	ck_assert_str_eq(c.area, "大阪市");
	ck_assert_str_eq(c.tag, "two stars");
	ck_assert(c.size == &cohort_sizes[5]);
	ck_assert_int_eq(cohort_set(&c, "size", "unknown", &known, &why), 0);
	ck_assert(c.size == &cohort_size_unknown && c.size->from == 0 && c.size->to == 0);
	ck_assert_int_eq(cohort_set(&c, "colour", "red", &known, &why), 0);
	ck_assert(!known);
}
END_TEST

START_TEST(refused_parameters)
{
	static const char *const wrong[][2] = { { "member", "maybe" }, { "member", "" },   { "size", "1-6" },
						{ "size", "" },        { "industry", "" }, { "area", "\xff" },
						{ "tag", "" } };
	struct cohort c = { 0 };
	char text[300];
	bool known;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct err why = { 0 };

		ck_assert_int_eq(cohort_set(&c, wrong[i][0], wrong[i][1], &known, &why), -1);
		ck_assert_int_eq(why.code, ERR_USAGE);
		ck_assert(known && strstr(why.text, wrong[i][0]) != NULL);
	}
	memset(text, 'a', sizeof(text));
	text[200] = '\0';
	ck_assert_int_eq(cohort_set(&c, "tag", text, &known, NULL), 0);
	text[200] = 'a';
	text[201] = '\0';
	ck_assert_int_eq(cohort_set(&c, "tag", text, &known, NULL), -1);
}
END_TEST

START_TEST(small_cells)
{
	ck_assert(small_cell_hidden(4, 100, 10));
	ck_assert(!small_cell_hidden(5, 100, 10));
	ck_assert(!small_cell_hidden(5, 100, 50)); /* half is not more than half */
	ck_assert(small_cell_hidden(5, 100, 51));
	ck_assert(small_cell_hidden(500, 1, 1));
	ck_assert(!small_cell_hidden(5, 0, 0));
	ck_assert(small_cell_hidden(5, INT64_MAX, INT64_MAX));
}
END_TEST

START_TEST(months)
{
	static const struct {
		const char *month, *last;
	} ends[] = { { "2024-02", "2024-02-29" }, { "2023-02", "2023-02-28" }, { "1900-02", "1900-02-28" },
		     { "2000-02", "2000-02-29" }, { "2023-12", "2023-12-31" }, { "2024-04", "2024-04-30" } };
	char day[METRICS_DAY_SIZE], month[METRICS_MONTH_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		metrics_month_end(ends[i].month, day);
		ck_assert_str_eq(day, ends[i].last);
	}
	metrics_month_begin("2024-02", day);
	ck_assert_str_eq(day, "2024-02-01");
	metrics_month_add("2024-01", -12, month);
	ck_assert_str_eq(month, "2023-01");
	metrics_month_add("2024-12", 1, month);
	ck_assert_str_eq(month, "2025-01");
	metrics_month_add("2024-03", -3, month);
	ck_assert_str_eq(month, "2023-12");
	metrics_month_add("2024-03", 0, month);
	ck_assert_str_eq(month, "2024-03");
}
END_TEST

static void check_field(const char *text, const char *wanted)
{
	struct buffer out = { 0 };
	struct csv_writer w;

	csv_begin(&w, &out);
	csv_text(&w, text);
	ck_assert_str_eq(buffer_string(&out) + 3, wanted);
	buffer_release(&out);
}

START_TEST(fields_of_csv)
{
	check_field("plain 髙﨑𠮷", "plain 髙﨑𠮷");
	check_field(NULL, "");
	check_field("a,b", "\"a,b\"");
	check_field("say \"yes\"", "\"say \"\"yes\"\"\"");
	check_field("two\r\nlines", "\"two\r\nlines\"");
	check_field(" edges ", "\" edges \"");
	check_field("=1+1", "'=1+1");
	check_field("+81 6", "'+81 6");
	check_field("-", "'-");
	check_field("@cmd", "'@cmd");
	check_field("\tx", "'\tx");
	check_field("\rx", "\"'\rx\"");
	check_field("  =1", "\"'  =1\"");
	check_field("＝１", "'＝１");
	check_field("=HYPERLINK(\"a\",\"b\")", "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\"");
	check_field("1-5", "1-5");
}
END_TEST

START_TEST(lines_of_csv)
{
	struct buffer out = { 0 };
	struct csv_writer w;

	csv_begin(&w, &out);
	csv_heading(&w, "name,count,known,rate,rate2");
	csv_text(&w, "a");
	csv_integer(&w, -3);
	csv_known(&w, false, 5);
	csv_real(&w, 0.0 / 0.0);
	csv_real(&w, 55.736);
	csv_end_line(&w);
	csv_text(&w, "");
	csv_integer(&w, INT64_MAX);
	csv_known(&w, true, 5);
	csv_real(&w, 1.0 / 3);
	csv_real(&w, 0);
	csv_end_line(&w);
	ck_assert_str_eq(buffer_string(&out), "\xef\xbb\xbf"
					      "name,count,known,rate,rate2\r\n"
					      "a,-3,,,55.736\r\n"
					      ",9223372036854775807,5,0.333333333333333,0\r\n");
	buffer_release(&out);
}
END_TEST

/* What was written reads back, but for the apostrophe before a formula. */
START_TEST(csv_reads_back)
{
	static const char *const pieces[] = { "a", ",", "\"", "\r\n", " ", "=", "式", "'", "+", "@" };
	static struct csv_record record;
	unsigned state = 1;

	for (int round = 0; round < 2000; round++) {
		char text[64] = "x";
		size_t len = 1;
		struct buffer out = { 0 };
		struct csv_reader reader;
		struct csv_writer w;
		const char *problem;

		for (int i = 0; i < 8; i++) {
			state = state * 1103515245 + 12345;
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s",
						pieces[state / 65536 % ARRAY_LEN(pieces)]);
		}
		csv_begin(&w, &out);
		csv_text(&w, text);
		csv_text(&w, "end");
		csv_end_line(&w);
		csv_open(&reader, buffer_slice(&out));
		ck_assert_int_eq(csv_next(&reader, &record, &problem), CSV_RECORD);
		ck_assert_uint_eq(record.count, 2);
		ck_assert(slice_is(record.fields[0], text));
		ck_assert_int_eq(csv_next(&reader, &record, &problem), CSV_END);
		buffer_release(&out);
	}
}
END_TEST

SUITE_MAIN("cohort", classes_of_size, parameters, refused_parameters, small_cells, months, fields_of_csv, lines_of_csv,
	   csv_reads_back)
