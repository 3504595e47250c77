/* Workbooks, read back as another program would: the ZIP by libarchive, cells by their XML. And a disk without room,
 * by a limit on the size of files: a workbook is whole, or refused. */
#include "server/report/spreadsheet.h"
#include "server/report/spreadsheet_check.h"
#include "tests/unit/suite.h"

#include <archive.h>
#include <archive_entry.h>
#include <signal.h>
#include <sys/resource.h>

static const struct spreadsheet_column two[] = { { "名前", "Name", 20 }, { "値", "Value", 12 } };

static struct spreadsheet *open_book(bool japanese, time_us at)
{
	struct spreadsheet_info info = {
		.title = "題 <&>",
		.subject = "s",
		.author = "大阪商工会議所",
		.created_at = at,
		.timezone = "Asia/Tokyo",
		.japanese = japanese,
	};

	return spreadsheet_open(&info);
}

/* A member of the ZIP as a string; the caller frees it. NULL: there is none. */
static char *part(struct slice file, const char *name)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	char *text = NULL;

	archive_read_support_format_zip(a);
	ck_assert_int_eq(archive_read_open_memory(a, file.ptr, file.len), ARCHIVE_OK);
	while (archive_read_next_header(a, &entry) == ARCHIVE_OK) {
		size_t room = 1 << 20;
		la_ssize_t n;

		if (strcmp(archive_entry_pathname(entry), name) != 0)
			continue;
		text = calloc(1, room);
		ck_assert_ptr_nonnull(text);
		n = archive_read_data(a, text, room - 1);
		ck_assert_int_ge(n, 0);
		break;
	}
	archive_read_free(a);
	return text;
}

static void has(const char *text, const char *piece)
{
	ck_assert_msg(strstr(text, piece) != NULL, "no %s in %s", piece, text);
}

START_TEST(test_cells_are_what_they_are)
{
	struct spreadsheet *s = open_book(true, 0);
	struct buffer out = { 0 };
	struct err why = { 0 };
	char *sheet, *styles;

	spreadsheet_sheet(s, "一", "one", two, 2);
	spreadsheet_text(s, "=1+1");
	spreadsheet_number(s, 19100);
	spreadsheet_row_end(s);
	spreadsheet_text(s, "@SUM(A1)");
	spreadsheet_day(s, "2026-10-05");
	spreadsheet_row_end(s);
	spreadsheet_text(s, "-x");
	spreadsheet_month(s, "2026-10");
	spreadsheet_row_end(s);
	spreadsheet_text(s, "株式会社髙﨑𠮷商店 ﾔﾏﾀﾞ <&>");
	/* 2026-10-05T15:00:00Z is midnight of the 6th in Tokyo. */
	spreadsheet_time(s, INT64_C(1791212400) * US_PER_SECOND);
	spreadsheet_row_end(s);
	spreadsheet_text(s, "a\x01"
			    "b\xEF\xBF\xBF"
			    "c");
	spreadsheet_rate(s, 19100, 10422);
	spreadsheet_row_end(s);
	spreadsheet_yes(s, true);
	spreadsheet_share(s, 1, 4);
	spreadsheet_row_end(s);
	spreadsheet_time(s, TIME_NONE);
	spreadsheet_rate(s, 1, 0);
	spreadsheet_row_end(s);
	ck_assert_msg(spreadsheet_finish(s, &out, &why) == 0, "%s", why.text);

	sheet = part(buffer_slice(&out), "xl/worksheets/sheet1.xml");
	ck_assert_ptr_nonnull(sheet);
	ck_assert_ptr_null(strstr(sheet, "<f>"));
	has(sheet, "<t>名前</t>");
	has(sheet, "t=\"inlineStr\"><is><t>=1+1</t></is>");
	has(sheet, "<t>@SUM(A1)</t>");
	has(sheet, "<t>-x</t>");
	has(sheet, "<v>19100</v>");
	/* Days since 1899-12-30: 1970-01-01 is 25569, 2026-10-05 is 20731 days later. */
	has(sheet, "<v>46300</v>");
	has(sheet, "<v>46296</v>");
	has(sheet, "<v>46301</v>");
	has(sheet, "<t>株式会社髙﨑𠮷商店 ﾔﾏﾀﾞ &lt;&amp;&gt;</t>");
	has(sheet, "<t>a_x0001_b\xEF\xBF\xBD"
		   "c</t>");
	/* 19100 x 365 / (12 x 10422) */
	has(sheet, "<v>55.7434");
	has(sheet, "<t>はい</t>");
	has(sheet, "<v>0.25</v>");
	has(sheet, "state=\"frozen\"");
	has(sheet, "<autoFilter ref=\"A1:B8\"/>");
	free(sheet);
	styles = part(buffer_slice(&out), "xl/styles.xml");
	has(styles, "Yu Gothic");
	free(styles);
	buffer_release(&out);
}
END_TEST

START_TEST(test_metadata)
{
	struct spreadsheet *s = open_book(false, INT64_C(1791212412) * US_PER_SECOND + 5);
	struct buffer out = { 0 };
	char *core, *book;

	spreadsheet_sheet(s, "一", "one", two, 2);
	spreadsheet_sheet(s, "二", "two", two, 1);
	ck_assert_int_eq(spreadsheet_finish(s, &out, NULL), 0);
	core = part(buffer_slice(&out), "docProps/core.xml");
	has(core, "2026-10-05T15:00:12Z");
	has(core, "題 &lt;&amp;&gt;");
	has(core, "大阪商工会議所");
	free(core);
	book = part(buffer_slice(&out), "xl/workbook.xml");
	has(book, "<sheet name=\"one\"");
	has(book, "<sheet name=\"two\"");
	free(book);
	buffer_release(&out);
}
END_TEST

/* XML 1.0, production 2: what is no Char makes the whole workbook one that cannot be opened. */
START_TEST(test_metadata_is_xml_whatever_it_says)
{
	struct spreadsheet_info info = {
		.title = "a\x01\x0b\x1f"
			 "b",
		.subject = "c\xEF\xBF\xBE\xEF\xBF\xBF"
			   "d",
		.author = "e\x08",
		.timezone = "Asia/Tokyo",
	};
	struct spreadsheet *s = spreadsheet_open(&info);
	struct buffer out = { 0 };
	char *core, *app;

	spreadsheet_sheet(s, "一", "one", two, 2);
	ck_assert_int_eq(spreadsheet_finish(s, &out, NULL), 0);
	core = part(buffer_slice(&out), "docProps/core.xml");
	has(core, ">a   b<");
	has(core, ">c\xEF\xBF\xBD\xEF\xBF\xBD"
		  "d<");
	app = part(buffer_slice(&out), "docProps/app.xml");
	has(app, ">e <");
	free(core);
	free(app);
	buffer_release(&out);
}
END_TEST

/* Excel's limit of a cell is 32,767 UTF-16 units; U+20BB7 takes two. */
START_TEST(test_long_texts_are_cut)
{
	struct spreadsheet *s = open_book(false, 0);
	char *text = malloc(4 * 40000 + 1), *strings;
	struct buffer out = { 0 };

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < 40000; i++)
		memcpy(text + 4 * i, "𠮷", 5);
	spreadsheet_sheet(s, "一", "one", two, 2);
	spreadsheet_text(s, text);
	text[4 * 16000] = '\0';
	spreadsheet_text(s, text);
	spreadsheet_row_end(s);
	ck_assert_int_eq(spreadsheet_finish(s, &out, NULL), 0);
	strings = part(buffer_slice(&out), "xl/worksheets/sheet1.xml");
	has(strings, "𠮷…<");
	has(strings, "𠮷<");
	free(strings);
	free(text);
	buffer_release(&out);
}
END_TEST

/* Many rows, so that temporary files matter. 0: it is there; -1: refused. */
static int long_book(struct buffer *out, struct err *why)
{
	struct spreadsheet *s = open_book(true, INT64_C(1791212412) * US_PER_SECOND);

	for (int k = 0; k < 3; k++) {
		char name[16];

		snprintf(name, sizeof(name), "s%d", k);
		spreadsheet_sheet(s, name, name, two, 2);
		for (int i = 0; i < 400; i++) {
			spreadsheet_text(s, "見守り");
			spreadsheet_number(s, i);
			spreadsheet_row_end(s);
		}
	}
	return spreadsheet_finish(s, out, why);
}

START_TEST(test_same_bytes)
{
	struct buffer a = { 0 }, b = { 0 };

	ck_assert_int_eq(long_book(&a, NULL), 0);
	ck_assert_int_eq(long_book(&b, NULL), 0);
	ck_assert(slice_equal(buffer_slice(&a), buffer_slice(&b)));
	buffer_release(&a);
	buffer_release(&b);
}
END_TEST

START_TEST(test_disk_without_room)
{
	struct buffer whole = { 0 };
	struct rlimit before, limit;
	int refused = 0;

	ck_assert_int_eq(long_book(&whole, NULL), 0);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (rlim_t size = 0; size < 60000; size += 1999) {
		struct buffer out = { 0 };
		struct err why = { 0 };
		int result;

		limit = before;
		limit.rlim_cur = size;
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
		result = long_book(&out, &why);
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
		if (result == 0) {
			ck_assert_msg(slice_equal(buffer_slice(&out), buffer_slice(&whole)),
				      "a workbook with something missing was handed out (limit %lu)",
				      (unsigned long)size);
		} else {
			refused++;
			ck_assert_int_eq(why.code, ERR_FULL);
			ck_assert_uint_eq(out.len, 0);
		}
		buffer_release(&out);
	}
	ck_assert_int_gt(refused, 3);
	buffer_release(&whole);
}
END_TEST

/* Without the last bytes, whichever they are, and with rows or cells other than were written. */
START_TEST(test_incomplete_is_refused)
{
	const struct spreadsheet_extent right[] = { { 401, 802 }, { 401, 802 }, { 401, 802 } };
	struct spreadsheet_extent wrong[] = { { 401, 802 }, { 401, 802 }, { 401, 802 } };
	struct buffer file = { 0 };
	struct err why;

	ck_assert_int_eq(long_book(&file, NULL), 0);
	ck_assert_int_eq(spreadsheet_check(buffer_slice(&file), right, 3, &why), 0);
	ck_assert_int_eq(spreadsheet_check(buffer_slice(&file), right, 2, &why), -1);
	for (size_t n = 0; n < file.len; n++)
		ck_assert_int_eq(spreadsheet_check(slice_of(file.data, n), right, 3, &why), -1);
	wrong[1].rows = 402;
	ck_assert_int_eq(spreadsheet_check(buffer_slice(&file), wrong, 3, &why), -1);
	wrong[1] = (struct spreadsheet_extent){ 401, 803 };
	ck_assert_int_eq(spreadsheet_check(buffer_slice(&file), wrong, 3, &why), -1);
	ck_assert_int_eq(why.code, ERR_FULL);
	buffer_release(&file);
}
END_TEST

START_TEST(test_misuse_is_an_error)
{
	struct spreadsheet *s = open_book(true, 0);
	struct buffer out = { 0 };
	struct err why = { 0 };

	spreadsheet_sheet(s, "一", "one", two, 2);
	for (int i = 0; i < 3; i++)
		spreadsheet_number(s, 1);
	ck_assert_int_eq(spreadsheet_finish(s, &out, &why), -1);
	ck_assert_int_eq(why.code, ERR_USAGE);
	s = open_book(true, 0);
	spreadsheet_sheet(s, "一", "a/b", two, 2);
	spreadsheet_sheet(s, "一", "b", two, 2); /* twice the same name */
	ck_assert_int_eq(spreadsheet_finish(s, &out, &why), -1);
	ck_assert_uint_eq(out.len, 0);
	buffer_release(&out);
}
END_TEST

SUITE_MAIN("spreadsheet", test_cells_are_what_they_are, test_metadata, test_metadata_is_xml_whatever_it_says,
	   test_long_texts_are_cut, test_same_bytes, test_disk_without_room, test_incomplete_is_refused,
	   test_misuse_is_an_error)
