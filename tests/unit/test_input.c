/* What people type: dates, names, addresses; CSV and lists of companies; widths on a terminal; tokens; manifests. */
#include "lib/buffer.h"
#include "server/model/backup_manifest.h"
#include "server/model/company_csv.h"
#include "server/model/input.h"
#include "server/model/text_width.h"
#include "server/model/token.h"
#include "tests/unit/suite.h"

#include <stdio.h>
#include <string.h>

#define S(text) slice_of_string(text)

START_TEST(days)
{
	static const char *const bad[] = { "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31",
					   "2024-4-30",  "2024-04-00", "24-04-30",   "2024/04/30", "2024-04-30 ",
					   "",           "1969-12-31", "+024-01-01", "2024-01--1" };
	int64_t day;

	/* date -u -d 2024-02-29 +%s / 86400 */
	ck_assert(input_day(S("2024-02-29"), &day));
	ck_assert_int_eq(day, 19782);
	ck_assert(input_day(S("1970-01-01"), &day));
	ck_assert_int_eq(day, 0);
	ck_assert(input_day(S("2000-02-29"), NULL));
	ck_assert(input_day(S("9999-12-31"), NULL));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!input_day(S(bad[i]), &day), "%s", bad[i]);
}
END_TEST

START_TEST(months)
{
	int64_t month;

	ck_assert(input_month(S("1970-01"), &month));
	ck_assert_int_eq(month, 0);
	ck_assert(input_month(S("2026-10"), &month));
	ck_assert_int_eq(month, 56 * 12 + 9);
	ck_assert(!input_month(S("2026-13"), &month));
	ck_assert(!input_month(S("2026-00"), &month));
	ck_assert(!input_month(S("2026-1"), &month));
	ck_assert(!input_month(S("2026-10-01"), &month));
}
END_TEST

START_TEST(names)
{
	char text[4 * INPUT_NAME_MOST + 8] = "";

	ck_assert(input_name(S("株式会社みおつくし精機")));
	ck_assert(input_name(S("a b")));
	ck_assert(!input_name(S("")));
	ck_assert(!input_name(S(" a")));
	ck_assert(!input_name(S("a\t")));
	ck_assert(!input_name(S("a\nb")));
	ck_assert(!input_name(S("a\x7f"
				"b")));
	ck_assert(!input_name(S("a\xc2\x9b"
				"b"))); /* C1: a terminal's CSI */
	ck_assert(!input_name(S("a\xff"
				"b")));
	ck_assert(!input_name(slice_of("a\0b", 3)));
	/* 200 characters, of three bytes each, are good; 201 are not. */
	for (int i = 0; i < INPUT_NAME_MOST; i++)
		memcpy(text + strlen(text), "商", 4);
	ck_assert(input_name(S(text)));
	memcpy(text + strlen(text), "x", 2);
	ck_assert(!input_name(S(text)));
}
END_TEST

START_TEST(emails)
{
	static const char *const bad[] = { "",
					   "a",
					   "@b.example",
					   "a@",
					   "a@b@c.example",
					   "a b@c.example",
					   "a@-b.example",
					   "a@b..example",
					   "a@.example",
					   "a@b.example.",
					   "a@b_c.example",
					   "山田@b.example",
					   "a\n@b.example",
					   "a@b.example\n" };
	char out[INPUT_EMAIL_SIZE], text[300];

	ck_assert(input_email(S("Hanako.Yamada+soc@Example.ORG"), out));
	ck_assert_str_eq(out, "hanako.yamada+soc@example.org");
	ck_assert(input_email(S("root@localhost"), out));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!input_email(S(bad[i]), out), "%s", bad[i]);
	/* RFC 5321: a local part of at most 64 bytes. */
	snprintf(text, sizeof(text), "%064d@b.example", 1);
	ck_assert(input_email(S(text), out));
	snprintf(text, sizeof(text), "%065d@b.example", 1);
	ck_assert(!input_email(S(text), out));
}
END_TEST

/* ---------------------------------------------------------------------------------------------- CSV */

/* Reads all records and writes their fields as [a|b][c|d]; a problem as "!line: text". */
static const char *read_csv(struct slice text)
{
	static struct csv_record record;
	static char out[1024];
	struct csv_reader reader;
	const char *problem;
	size_t n = 0;
	enum csv_got got;

	out[0] = '\0';
	csv_open(&reader, text);
	while ((got = csv_next(&reader, &record, &problem)) == CSV_RECORD) {
		for (unsigned i = 0; i < record.count; i++)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%.*s", i ? "|" : "[",
					      (int)record.fields[i].len, (const char *)record.fields[i].ptr);
		n += (size_t)snprintf(out + n, sizeof(out) - n, "]%u", record.line);
	}
	if (got == CSV_BAD)
		snprintf(out + n, sizeof(out) - n, "!%u: %s", record.line, problem);
	return out;
}

START_TEST(csv_text)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{ "", "" },
		{ "a,b\nc,d\n", "[a|b]1[c|d]2" },
		{ "a,b\r\nc,d", "[a|b]1[c|d]2" },
		{ "\xef\xbb\xbf"
		  "a\n",
		  "[a]1" },
		{ "a,\n,b\n", "[a|]1[|b]2" },
		{ ",", "[|]1" },
		{ "\n\r\n\na\n\n", "[a]4" },
		{ "\"a,b\",\"c\"\"d\"\n", "[a,b|c\"d]1" },
		{ "\"\"\n", "[]1" },
		{ "\"a\nb\",c\nd\n", "[a\nb|c]1[d]3" },
		{ "a\n\"b", "[a]1!2: a quoted field does not end" },
		{ "a\"b\n", "!1: a quote stands inside a field that is not quoted" },
		{ "\"a\"b\n", "!1: there is text behind a closing quote" },
		{ "a\rb\n", "!1: a carriage return stands alone" },
		{ "a\n\"b\"\r", "[a]1!2: a carriage return stands alone" },
		{ "a\n\xff\n", "[a]1!2: a field is not UTF-8; save the file as UTF-8" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_str_eq(read_csv(S(cases[i].text)), cases[i].wanted);
}
END_TEST

START_TEST(csv_limits)
{
	static char text[CSV_TEXT_MAX + 2];

	memset(text, 'x', CSV_TEXT_MAX);
	ck_assert(strncmp(read_csv(slice_of(text, CSV_TEXT_MAX)), "[xxx", 4) == 0);
	text[CSV_TEXT_MAX] = 'x';
	ck_assert_str_eq(read_csv(slice_of(text, CSV_TEXT_MAX + 1)), "!1: the record is longer than 16 KiB");
	memset(text, ',', CSV_FIELDS_MAX);
	ck_assert(read_csv(slice_of(text, CSV_FIELDS_MAX - 1))[0] == '[');
	ck_assert_str_eq(read_csv(slice_of(text, CSV_FIELDS_MAX)), "!1: there are more than 32 fields");
}
END_TEST

START_TEST(companies)
{
	static struct company_csv csv;
	struct company_line line;
	struct err why = { 0 };

	ck_assert_int_eq(
	    company_csv_open(&csv, S("to,name,employees,from\n2026-10-31, みなと ,42,2026-10-01\n,b,,\n"), &why), 0);
	ck_assert_int_eq(company_csv_next(&csv, &line, &why), 1);
	ck_assert_int_eq(line.line, 2);
	ck_assert(slice_is(line.text[COMPANY_NAME], "みなと"));
	ck_assert(slice_is(line.text[COMPANY_FROM], "2026-10-01"));
	ck_assert(slice_is(line.text[COMPANY_TO], "2026-10-31"));
	ck_assert_int_eq(line.employees, 42);
	ck_assert_uint_eq(line.text[COMPANY_AREA].len, 0);
	ck_assert_int_eq(company_csv_next(&csv, &line, &why), 1);
	ck_assert_int_eq(line.employees, -1);
	ck_assert_int_eq(company_csv_next(&csv, &line, &why), 0);

	ck_assert_int_eq(company_csv_open(&csv, S("name,from\nx,2026-02-30\n"), &why), 0);
	ck_assert_int_eq(company_csv_next(&csv, &line, &why), -1);
	ck_assert_str_eq(why.text, "line 2: from is not a date YYYY-MM-DD");
	ck_assert_int_eq(company_csv_open(&csv, S("name,employees\nx,-1\n"), &why), 0);
	ck_assert_int_eq(company_csv_next(&csv, &line, &why), -1);
}
END_TEST

/* ---------------------------------------------------------------------------------------------- the others */

START_TEST(widths)
{
	ck_assert_uint_eq(text_width(S("")), 0);
	ck_assert_uint_eq(text_width(S("abc")), 3);
	ck_assert_uint_eq(text_width(S("みなと精機")), 10);
	ck_assert_uint_eq(text_width(S("ﾐﾅﾄ")), 3);            /* half-width */
	ck_assert_uint_eq(text_width(S("ＡＢ")), 4);           /* full-width */
	ck_assert_uint_eq(text_width(S("か\xe3\x82\x99")), 2); /* combining voiced mark */
	ck_assert_uint_eq(text_width(S("e\xcc\x81")), 1);
	ck_assert_uint_eq(text_width(S("𠮷")), 2); /* U+20BB7 */
	ck_assert_uint_eq(text_width(S("é―")), 2);
	ck_assert_uint_eq(text_width(S("\xe3\x81")), 2); /* cut off */
	ck_assert_uint_eq(text_width(S("\xff")), 1);
}
END_TEST

START_TEST(tokens)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	/* SHA-256 of "abc", FIPS 180-2 */
	static const uint8_t abc[4] = { 0xba, 0x78, 0x16, 0xbf };
	char one[TOKEN_TEXT_SIZE], two[TOKEN_TEXT_SIZE];
	uint8_t hash[TOKEN_HASH_SIZE];

	token_new(one);
	token_new(two);
	ck_assert_uint_eq(strlen(one), 43);
	ck_assert_uint_eq(strspn(one, digits), 43);
	ck_assert_str_ne(one, two);
	/* 43 x 6 = 258 bits: the last two are zero, as in canonical base64 of 32 bytes. */
	ck_assert(strchr("AEIMQUYcgkosw048", one[42]) != NULL);
	token_hash(S("abc"), hash);
	ck_assert_mem_eq(hash, abc, sizeof(abc));
}
END_TEST

START_TEST(manifest_paths)
{
	static const char *const bad[] = { "",   "/etc/passwd", "a/../b", "..",      ".",     "a//b",
					   "a/", "a b",         "a\\b",   "state/é", "a/./b", "1/2/3/4/5/6/7/8/9" };

	ck_assert(manifest_path_is_good(S("state/keyholder/ca.key")));
	ck_assert(manifest_path_is_good(S("database.dump")));
	ck_assert(manifest_path_is_good(S("..a/b..")));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!manifest_path_is_good(S(bad[i])), "%s", bad[i]);
}
END_TEST

START_TEST(manifests)
{
	struct backup_manifest first, second;
	struct manifest_file *file;
	struct buffer json = { 0 };
	struct err why = { 0 };

	ck_assert_int_eq(manifest_open(&first, &why), 0);
	ck_assert_int_eq(manifest_open(&second, &why), 0);
	snprintf(first.program, sizeof(first.program), "1.2");
	snprintf(first.created_at, sizeof(first.created_at), "2026-10-01T00:00:00.000000Z");
	first.schema_version = 5;
	first.role_count = 1;
	snprintf(first.roles[0].name, sizeof(first.roles[0].name), "hinomi_api");
	first.roles[0].setting_count = 1;
	snprintf(first.roles[0].settings[0], MANIFEST_TEXT_SIZE, "statement_timeout=30s");
	ck_assert_int_eq(manifest_add(&first, "state/ca.pem", &file, &why), 0);
	file->size = 7;
	file->mode = 0644;
	memset(file->sha256, 0xa5, sizeof(file->sha256));
	manifest_write(&first, &json);
	ck_assert_msg(manifest_parse(buffer_slice(&json), &second, &why) == 0, "%s", why.text);
	ck_assert_int_eq(second.schema_version, 5);
	ck_assert_str_eq(second.roles[0].settings[0], "statement_timeout=30s");
	ck_assert_uint_eq(second.file_count, 1);
	ck_assert_mem_eq(&second.files[0], &first.files[0], sizeof(first.files[0]));
	manifest_release(&second);
	ck_assert_int_eq(manifest_open(&second, &why), 0);
	ck_assert_int_eq(manifest_parse(S("{\"format\":2}"), &second, &why), -1);
	ck_assert_int_eq(why.code, ERR_CONFIG);
	manifest_release(&second);
	manifest_release(&first);
	buffer_release(&json);
}
END_TEST

SUITE_MAIN("input", days, months, names, emails, csv_text, csv_limits, companies, widths, tokens, manifest_paths,
	   manifests)
