/* CSV of documents against the documents as another JSON reader has them: each value is there once, under its name. And
 * bodies that are something else are refused. */
#include "server/model/csv.h"
#include "server/report/document.h"
#include "tests/unit/suite.h"

#include <jansson.h>

enum { FILE_MAX = 1 << 20, VALUE_MAX = 64 };

static struct buffer read_file(const char *name)
{
	struct buffer b = { 0 };
	char path[128];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "tests/data/reports/%s.json", name);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s: run from the top of the repository", path);
	while ((n = fread(buffer_reserve(&b, 65536), 1, 65536, f)) > 0)
		b.len += n;
	fclose(f);
	return b;
}

static int write_as(enum document_kind kind, enum document_format format, struct slice body, struct buffer *out,
		    struct err *why)
{
	struct document_order order = { .kind = kind, .format = format, .japanese = true, .body = body };
	int pages;

	order.frame = (struct document_frame){ .number = "R-7", .issue = 1, .snapshot_version = 1 };
	return document_draw(NULL, &order, out, &pages, why);
}

/* The next record must be this one. */
static void expect(struct csv_reader *reader, const char *section, size_t row, const char *item, const char *value)
{
	static struct csv_record record;
	const char *problem = "";
	char number[24] = "";

	ck_assert_msg(csv_next(reader, &record, &problem) == CSV_RECORD, "%s before %s %s", problem, section, item);
	ck_assert_uint_eq(record.count, 4);
	if (row > 0)
		snprintf(number, sizeof(number), "%zu", row);
	ck_assert_msg(slice_is(record.fields[0], section) && slice_is(record.fields[1], number) &&
			  slice_is(record.fields[2], item),
		      "%s %s %s expected, got %.*s %.*s %.*s", section, number, item, (int)record.fields[0].len,
		      (const char *)record.fields[0].ptr, (int)record.fields[1].len, (const char *)record.fields[1].ptr,
		      (int)record.fields[2].len, (const char *)record.fields[2].ptr);
	ck_assert_msg(slice_is(record.fields[3], value), "%s %s: %s expected, got %.*s", section, item, value,
		      (int)record.fields[3].len, (const char *)record.fields[3].ptr);
}

static void walk(struct csv_reader *reader, const char *section, size_t row, json_t *object)
{
	const char *name;
	json_t *value, *element;
	size_t i;

	json_object_foreach(object, name, value)
	{
		char text[VALUE_MAX];

		if (json_is_array(value)) {
			json_array_foreach(value, i, element) walk(reader, name, i + 1, element);
		} else if (json_is_object(value)) {
			walk(reader, name, row, value);
		} else if (json_is_integer(value)) {
			snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
			expect(reader, section, row, name, text);
		} else if (json_is_boolean(value)) {
			expect(reader, section, row, name, json_is_true(value) ? "yes" : "no");
		} else if (json_is_null(value)) {
			expect(reader, section, row, name, "");
		} else if (strchr("=+-@", json_string_value(value)[0]) && json_string_length(value) > 0) {
			char *guarded = malloc(json_string_length(value) + 2);

			snprintf(guarded, json_string_length(value) + 2, "'%s", json_string_value(value));
			expect(reader, section, row, name, guarded);
			free(guarded);
		} else {
			expect(reader, section, row, name, json_string_value(value));
		}
	}
}

/* `written`: the document as the server writes it, every member there and in its order. */
static void check_csv(enum document_kind kind, const char *name, bool more)
{
	struct buffer body = read_file(name), out = { 0 };
	struct csv_reader reader;
	static struct csv_record record;
	const char *problem;
	struct err why = { 0 };
	json_error_t error;
	json_t *document = json_loadb((const char *)body.data, body.len, 0, &error);

	ck_assert_msg(document != NULL, "%s: %s", name, error.text);
	ck_assert_msg(write_as(kind, DOCUMENT_CSV, buffer_slice(&body), &out, &why) == 0, "%s: %s", name, why.text);
	ck_assert(slice_starts_with(buffer_slice(&out), "\xEF\xBB\xBF"
							"section,row,item,value\r\n"));
	csv_open(&reader, buffer_slice(&out));
	ck_assert_int_eq(csv_next(&reader, &record, &problem), CSV_RECORD);
	walk(&reader, "document", 0, document);
	ck_assert_int_eq(csv_next(&reader, &record, &problem), more ? CSV_RECORD : CSV_END);
	json_decref(document);
	buffer_release(&body);
	buffer_release(&out);
}

START_TEST(test_csv_has_everything)
{
	check_csv(DOCUMENT_CHAMBER, "chamber", true);
	check_csv(DOCUMENT_CHAMBER, "chamber_empty", true);
	check_csv(DOCUMENT_FIRST, "case_first", false);
	check_csv(DOCUMENT_FINAL, "case_final", false);
	check_csv(DOCUMENT_MONTHLY, "storm", false);
	check_csv(DOCUMENT_MONTHLY, "unmonitored", false);
}
END_TEST

static void has(const struct buffer *out, const char *line)
{
	ck_assert_msg(slice_contains(buffer_slice(out), line), "no %s", line);
}

/* The table of the presentation: 56 / 72 / 4 / 4 / 4 / 0.1; unrounded as docs/glossary.md's definition has it. */
START_TEST(test_csv_rates_of_the_pilot)
{
	struct buffer body = read_file("chamber_pilot"), out = { 0 };

	ck_assert_int_eq(write_as(DOCUMENT_CHAMBER, DOCUMENT_CSV, buffer_slice(&body), &out, NULL), 0);
	has(&out, "rates,1,per_affected_company_month_shown,56\r\n");
	has(&out, "rates,2,per_affected_company_month_shown,72\r\n");
	has(&out, "rates,3,per_affected_company_month_shown,4\r\n");
	has(&out, "rates,7,per_affected_company_month_shown,4\r\n");
	has(&out, "rates,8,per_affected_company_month_shown,4\r\n");
	has(&out, "rates,9,per_affected_company_month_shown,0.1\r\n");
	has(&out, "rates,1,per_affected_company_month,55.7434"); /* 19100 x 365 / (12 x 10422) */
	has(&out, "rates,1,per_monitored_company_month,36.423"); /* 19100 x 365 / (12 x 15950) */
	has(&out, "shares,,outbound,0.281818");                  /* 31 of 110 */
	/* Nobody is affected: no rate. */
	has(&out, "rates,4,per_affected_company_month,\r\n");
	buffer_release(&body);
	buffer_release(&out);
}
END_TEST

START_TEST(test_json_is_the_body)
{
	struct buffer body = read_file("case_first"), out = { 0 };

	ck_assert_int_eq(write_as(DOCUMENT_FIRST, DOCUMENT_JSON, buffer_slice(&body), &out, NULL), 0);
	ck_assert(slice_equal(buffer_slice(&body), buffer_slice(&out)));
	buffer_release(&body);
	buffer_release(&out);
}
END_TEST

static void refused(enum document_kind kind, enum document_format format, const char *text, enum err_code code)
{
	struct buffer out = { 0 };
	struct err why = { 0 };

	ck_assert_int_eq(write_as(kind, format, slice_of_string(text), &out, &why), -1);
	ck_assert_msg(why.code == code, "%d: %s", why.code, why.text);
	ck_assert_uint_eq(out.len, 0);
	buffer_release(&out);
}

START_TEST(test_what_is_no_such_document)
{
	struct buffer first = read_file("case_first");
	const char *text = buffer_string(&first);

	refused(DOCUMENT_CHAMBER, DOCUMENT_CSV, "{}", ERR_CORRUPT);
	refused(DOCUMENT_CHAMBER, DOCUMENT_XLSX, "[", ERR_CORRUPT);
	refused(DOCUMENT_MONTHLY, DOCUMENT_XLSX, "{\"format\":1,\"company\":\"x\"}", ERR_CORRUPT);
	refused(DOCUMENT_FINAL, DOCUMENT_XLSX, text, ERR_CORRUPT); /* a first report is no final one */
	refused(DOCUMENT_CHAMBER, DOCUMENT_XLSX, text, ERR_CORRUPT);
	refused(DOCUMENT_CERTIFICATE, DOCUMENT_XLSX, "{}", ERR_USAGE);
	refused(DOCUMENT_CERTIFICATE, DOCUMENT_CSV, "{}", ERR_USAGE);
	buffer_release(&first);
}
END_TEST

SUITE_MAIN("report files", test_csv_has_everything, test_csv_rates_of_the_pilot, test_json_is_the_body,
	   test_what_is_no_such_document)
