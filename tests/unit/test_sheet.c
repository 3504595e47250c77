/* Paper. What cairo writes of the structure is plain text in the file, so that it can be looked for here; that the
 * files hold together is checked with other programs' eyes by tests/integration/test_report_pdf.sh. */
#include "server/report/sheet.h"
#include "tests/unit/suite.h"

#include <pthread.h>

static const struct sheet_info japanese = {
	.title = "月次レポート",
	.author = "みなと商工会議所",
	.subject = "",
	.japanese = true,
	.created_at = 1793916000 * US_PER_SECOND,
	.sharing = "TLP:AMBER",
	.reference = "R-1",
};

static struct press *press_new(void)
{
	struct press *press;
	struct err why = { 0 };

	ck_assert_msg(press_open(&press, &why) == 0, "%s", why.text);
	return press;
}

static int finish(struct sheet *sheet)
{
	struct err why = { 0 };
	int pages;

	ck_assert_msg(sheet_finish(sheet, &pages, &why) == 0, "%s", why.text);
	return pages;
}

static size_t count_of(const struct buffer *file, const char *text)
{
	struct slice s = buffer_slice(file);
	size_t count = 0;
	const uint8_t *at;

	while ((at = memmem(s.ptr, s.len, text, strlen(text)))) {
		count++;
		s = slice_skip(s, (size_t)(at - s.ptr) + strlen(text));
	}
	return count;
}

static const struct sheet_column two_columns[] = { { "日時", 1, false }, { "件数", 1, true } };

static void put_table(struct sheet *sheet, size_t rows)
{
	const char **cells = calloc(rows * 2, sizeof(*cells));

	ck_assert_ptr_nonnull(cells);
	for (size_t i = 0; i < rows; i++) {
		cells[i * 2] = "10月14日 09:12";
		cells[i * 2 + 1] = i % 3 ? "1,204" : NULL;
	}
	sheet_table(sheet, "検知", two_columns, 2, cells, rows);
	free(cells);
}

/* Something of everything. */
static void put_all(struct sheet *sheet)
{
	static const struct sheet_bar bars[] = { { "9月", -1, -1 }, { "10月", 7, 6 }, { "11月", 120000, 100 } };
	static const int64_t values[] = { 3, -1, 3000 };
	static const char *const labels[] = { "9月", "10月", "11月" };
	static const struct sheet_line lines[] = { { "会員", values, false }, { "計画", values, true } };
	static const unsigned char modules[] = { 1, 0, 0, 1 };

	sheet_text(sheet, SHEET_TITLE, "月次レポート");
	sheet_text(sheet, SHEET_HEADING, "今月のまとめ");
	sheet_weather(sheet, "sunny", "晴れ", 60, sheet_y(sheet), 70);
	sheet_box_begin(sheet, true, 90);
	sheet_text(sheet, SHEET_BODY, "髙﨑𠮷田 ｶﾌﾞｼｷｶﾞｲｼｬ abc (1) 「、。」");
	sheet_pair(sheet, SHEET_BODY, "左", "右");
	sheet_box_end(sheet);
	sheet_rule(sheet);
	sheet_bars(sheet, "棒", bars, 3, 70);
	sheet_lines(sheet, "線", labels, 3, lines, 2, 120);
	sheet_modules(sheet, "QR", modules, 2, 400, sheet_y(sheet), 40);
	sheet_tick_box(sheet, 50, sheet_y(sheet), 12);
	sheet_stamp_boxes(sheet, labels, 3);
	put_table(sheet, 90);
}

static void draw_all(struct press *press, struct buffer *out)
{
	struct sheet *sheet = sheet_pdf(press, &japanese, out);

	put_all(sheet);
	finish(sheet);
}

START_TEST(same_calls_same_bytes)
{
	struct press *first = press_new(), *second = press_new();
	struct buffer a = { 0 }, b = { 0 }, c = { 0 };

	draw_all(first, &a);
	draw_all(first, &b); /* the fonts are warm now */
	draw_all(second, &c);
	ck_assert_uint_gt(a.len, 20000);
	ck_assert(slice_equal(buffer_slice(&a), buffer_slice(&b)));
	ck_assert(slice_equal(buffer_slice(&a), buffer_slice(&c)));
	buffer_release(&a);
	buffer_release(&b);
	buffer_release(&c);
	press_close(first);
	press_close(second);
}
END_TEST

static void *draw_in_thread(void *out)
{
	struct press *press = NULL;
	struct err why;

	for (int i = 0; i < 5; i++) {
		buffer_clear(out);
		if (press_open(&press, &why) == 0)
			draw_all(press, out);
		press_close(press);
	}
	return NULL;
}

START_TEST(threads_draw_the_same)
{
	struct buffer out[3] = { { 0 } };
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, draw_in_thread, &out[i]), 0);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_gt(out[0].len, 20000);
	for (int i = 0; i < 3; i++) {
		ck_assert(slice_equal(buffer_slice(&out[0]), buffer_slice(&out[i])));
		if (i)
			buffer_release(&out[i]);
	}
	buffer_release(&out[0]);
}
END_TEST

/* UTF-16 of 月次レポート, 晴れ and so on from the Unicode charts. */
START_TEST(says_language_title_and_what_figures_show)
{
	struct press *press = press_new();
	struct buffer pdf = { 0 };

	draw_all(press, &pdf);
	ck_assert_uint_eq(count_of(&pdf, "/Lang (ja-JP)"), 1);
	ck_assert_uint_eq(count_of(&pdf, "/DisplayDocTitle true"), 1);
	ck_assert_uint_eq(count_of(&pdf, "/Title <FEFF67086B2130EC30DD30FC30C8>"), 2); /* metadata and bookmark */
	ck_assert_uint_eq(count_of(&pdf, "/Alt <FEFF6674308C>"), 1);
	ck_assert_uint_eq(count_of(&pdf, "/Alt <FEFF68D2>"), 1);
	ck_assert_uint_eq(count_of(&pdf, "/Alt "), 4); /* weather, bars, lines, modules */
	ck_assert_uint_eq(count_of(&pdf, "/CreationDate (20261105220000Z)"), 1);
	buffer_release(&pdf);
	press_close(press);
}
END_TEST

START_TEST(tables_repeat_their_head_on_each_page)
{
	struct press *press = press_new();
	struct buffer pdf = { 0 };
	struct sheet *sheet = sheet_pdf(press, &japanese, &pdf);
	int pages;

	put_table(sheet, 200);
	pages = finish(sheet);
	ck_assert_int_ge(pages, 3);
	ck_assert_uint_eq(count_of(&pdf, "/S /Table\n"), 2); /* as cairo wrote it, and with its summary */
	ck_assert_uint_eq(count_of(&pdf, "/Scope /Column"), 2 * (size_t)pages);
	ck_assert_uint_eq(count_of(&pdf, "/S /TD\n"), 400);
	buffer_release(&pdf);
	press_close(press);
}
END_TEST

START_TEST(boxes_do_not_break)
{
	struct press *press = press_new();
	struct buffer pdf = { 0 };
	struct sheet *sheet = sheet_pdf(press, &japanese, &pdf);

	sheet_text(sheet, SHEET_BODY, "上");
	sheet_space(sheet, sheet_room(sheet) - 60);
	sheet_box_begin(sheet, false, 0);
	for (int i = 0; i < 12; i++)
		sheet_text(sheet, SHEET_BODY, "箱の中");
	ck_assert_int_eq(sheet_pages(sheet), 1);
	sheet_box_end(sheet);
	ck_assert_int_eq(sheet_pages(sheet), 2);
	ck_assert_double_gt(sheet_room(sheet), 400);
	ck_assert_int_eq(finish(sheet), 2);
	buffer_release(&pdf);
	press_close(press);
}
END_TEST

static char *repeated(const char *text, size_t times)
{
	struct buffer b = { 0 };
	char *all;

	for (size_t i = 0; i < times; i++)
		buffer_put_string(&b, text);
	all = slice_to_string(buffer_slice(&b));
	ck_assert_ptr_nonnull(all);
	buffer_release(&b);
	return all;
}

START_TEST(long_texts_go_on_on_the_next_page)
{
	struct press *press = press_new();
	struct buffer pdf = { 0 };
	struct sheet *sheet = sheet_pdf(press, &japanese, &pdf);
	char *text = repeated("長い文章です。", 1500); /* 10,500 characters; a page has some 2,500 */

	sheet_text(sheet, SHEET_BODY, text);
	ck_assert_int_ge(sheet_pages(sheet), 4);
	ck_assert_double_ge(sheet_room(sheet), 0);
	finish(sheet);
	free(text);
	buffer_release(&pdf);
	press_close(press);
}
END_TEST

START_TEST(cut_texts_keep_their_lines)
{
	struct press *press = press_new();
	struct buffer pdf = { 0 };
	struct sheet *sheet = sheet_pdf(press, &japanese, &pdf);
	char *japanese_text = repeated("長い文章です。", 100), *one_word = repeated("x", 3000);
	double one = sheet_text_height(sheet, SHEET_BODY, "あ"),
	       three = sheet_text_height(sheet, SHEET_BODY, "あ\nあ\nあ");
	const char *texts[] = { japanese_text, one_word, "あ\nあ\nあ\nあ\nあ" };

	ck_assert_double_gt(three, 2 * one);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		double top = sheet_y(sheet);

		ck_assert(sheet_text_cut(sheet, SHEET_BODY, texts[i], 3));
		ck_assert_double_le(sheet_y(sheet) - top, three + 0.1);
	}
	ck_assert(!sheet_text_cut(sheet, SHEET_BODY, "短い", 3));
	finish(sheet);
	free(japanese_text);
	free(one_word);
	buffer_release(&pdf);
	press_close(press);
}
END_TEST

/* What was taken back leaves no trace. */
START_TEST(rewinding_leaves_nothing)
{
	struct press *press = press_new();
	struct buffer a = { 0 }, b = { 0 };
	struct sheet *sheet = sheet_pdf(press, &japanese, &a);
	struct sheet_mark mark;

	sheet_text(sheet, SHEET_BODY, "始め");
	mark = sheet_mark(sheet);
	put_all(sheet);
	sheet_columns(sheet, 200, 300);
	ck_assert_int_ge(sheet_pages(sheet), 3);
	sheet_rewind(sheet, &mark);
	sheet_text(sheet, SHEET_BODY, "終わり");
	ck_assert_int_eq(finish(sheet), 1);
	sheet = sheet_pdf(press, &japanese, &b);
	sheet_text(sheet, SHEET_BODY, "始め");
	sheet_text(sheet, SHEET_BODY, "終わり");
	finish(sheet);
	ck_assert(slice_equal(buffer_slice(&a), buffer_slice(&b)));
	buffer_release(&a);
	buffer_release(&b);
	press_close(press);
}
END_TEST

static uint32_t png_side(const struct buffer *png, size_t at)
{
	return load_be32(png->data + at);
}

START_TEST(pages_as_pictures)
{
	struct press *press = press_new();
	struct buffer png = { 0 }, again = { 0 };
	struct err why = { 0 };
	int pages;

	for (int page = 1; page <= 2; page++) {
		struct sheet *sheet = sheet_png(press, &japanese, page, 2, &png);

		buffer_clear(&png);
		put_all(sheet);
		ck_assert_int_ge(finish(sheet), 2);
		ck_assert_mem_eq(png.data, "\x89PNG\r\n\x1a\n", 8);
		ck_assert_uint_eq(png_side(&png, 16), 1191); /* 2 x 595.276 and 2 x 841.890, rounded */
		ck_assert_uint_eq(png_side(&png, 20), 1684);
	}
	for (int page = 0; page <= 99; page += 99) {
		struct sheet *sheet = sheet_png(press, &japanese, page, 1, &again);

		put_all(sheet);
		ck_assert_int_eq(sheet_finish(sheet, &pages, &why), -1);
		ck_assert_int_eq(why.code, ERR_NOT_FOUND);
	}
	buffer_release(&png);
	buffer_release(&again);
	press_close(press);
}
END_TEST

START_TEST(too_large_is_an_error)
{
	struct press *press = press_new();
	struct buffer small;
	struct sheet *sheet;
	struct err why = { 0 };
	int pages;

	buffer_init(&small, 5000);
	sheet = sheet_pdf(press, &japanese, &small);
	put_all(sheet);
	ck_assert_int_eq(sheet_finish(sheet, &pages, &why), -1);
	ck_assert_int_eq(why.code, ERR_LIMIT);
	buffer_release(&small);
	/* More pages than a document may have. */
	sheet = sheet_pdf(press, &japanese, &small);
	for (int i = 0; i < 600; i++) {
		sheet_text(sheet, SHEET_BODY, "頁");
		sheet_new_page(sheet);
	}
	sheet_box_begin(sheet, false, 0);
	sheet_box_end(sheet);
	ck_assert_int_eq(sheet_finish(sheet, &pages, &why), -1);
	ck_assert_int_eq(why.code, ERR_LIMIT);
	buffer_release(&small);
	press_close(press);
}
END_TEST

/* Texts that are no UTF-8 are left out, whatever else happens. */
START_TEST(broken_text_draws_nothing)
{
	struct press *press = press_new();
	struct buffer pdf = { 0 };
	struct sheet *sheet = sheet_pdf(press, &japanese, &pdf);

	sheet_text(sheet, SHEET_BODY, "\xe3\x81");
	sheet_text(sheet, SHEET_TITLE, "\xff\xfe");
	sheet_text_cut(sheet, SHEET_BODY, "abc\xf0\x9f", 1);
	sheet_text(sheet, SHEET_BODY, "");
	sheet_text(sheet, SHEET_BODY, NULL);
	ck_assert_int_eq(finish(sheet), 1);
	buffer_release(&pdf);
	press_close(press);
}
END_TEST

/* What a device calls an attack may be as long as it likes. */
START_TEST(rows_are_no_higher_than_a_page)
{
	static const enum sheet_style styles[] = { SHEET_SMALL, SHEET_STRONG, SHEET_BODY };
	char *word = malloc(60001);

	ck_assert_ptr_nonnull(word);
	memset(word, 'W', 60000);
	word[60000] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(styles); i++) {
		const char *const cells[] = { word, "1", "x", "2" };
		struct press *press = press_new();
		struct buffer pdf = { 0 };
		struct sheet *sheet = sheet_pdf(press, &japanese, &pdf);

		sheet_table_of(sheet, styles[i], "検知", two_columns, 2, cells, 1);
		ck_assert_double_le(sheet_y(sheet), SHEET_HEIGHT - 40);
		sheet_table_of(sheet, styles[i], "検知", two_columns, 2, cells, 2);
		ck_assert_int_le(finish(sheet), styles[i] == SHEET_SMALL ? 1 : 3);
		buffer_release(&pdf);
		press_close(press);
	}
	free(word);
}
END_TEST

/* One document after the other, so that it is known which text breaks one. */
START_TEST(no_text_breaks_a_document)
{
	static const char *const texts[] = {
		"\xef\xbf\xbe",                               /* U+FFFE */
		"a\xef\xbf\xbfz",                             /* U+FFFF */
		"\xef\xb7\x90",                               /* U+FDD0 */
		"\xf4\x8f\xbf\xbf",                           /* U+10FFFF */
		"\x01\x02\t\r\n\x1f\x7f\xc2\x85\xe2\x80\xa8", /* controls, U+0085, U+2028 */
		"\xe2\x80\xaetxet\xe2\x80\xac",               /* U+202E, U+202C */
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct sheet_info info = japanese;
		struct press *press = press_new();
		struct buffer pdf = { 0 };
		struct sheet *sheet;

		info.title = info.watermark = texts[i];
		sheet = sheet_pdf(press, &info, &pdf);
		sheet_text(sheet, SHEET_TITLE, texts[i]);
		sheet_text_cut(sheet, SHEET_BODY, texts[i], 1);
		sheet_table(sheet, texts[i], two_columns, 2, (const char *const[]){ texts[i], "1" }, 1);
		ck_assert_int_eq(finish(sheet), 1);
		buffer_release(&pdf);
		press_close(press);
	}
}
END_TEST

/* Bytes of a document that says this in its body. */
static void draw_words(const char *words, struct buffer *pdf)
{
	struct press *press = press_new();
	struct sheet *sheet = sheet_pdf(press, &japanese, pdf);

	sheet_text(sheet, SHEET_BODY, words);
	ck_assert_int_eq(finish(sheet), 1);
	press_close(press);
}

START_TEST(what_is_no_letter_is_not_drawn)
{
	static const char *const pairs[][2] = {
		{ "a\xe2\x80\xae"
		  "bc\xe2\x81\xa9 1",
		  "abc 1" }, /* U+202E, U+2069 */
		{ "a\tb\x01"
		  "c\xc2\x85"
		  "d\xe2\x80\xa9",
		  "a b c d " },
		{ "\xef\xbf\xbf\xf0\x9f\xbf\xbe", "\xef\xbf\xbd\xef\xbf\xbd" }, /* U+FFFF, U+1FFFE */
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct buffer given = { 0 }, wanted = { 0 };

		draw_words(pairs[i][0], &given);
		draw_words(pairs[i][1], &wanted);
		ck_assert(slice_equal(buffer_slice(&given), buffer_slice(&wanted)));
		buffer_release(&given);
		buffer_release(&wanted);
	}
}
END_TEST

SUITE_MAIN("sheet", same_calls_same_bytes, threads_draw_the_same, says_language_title_and_what_figures_show,
	   tables_repeat_their_head_on_each_page, boxes_do_not_break, long_texts_go_on_on_the_next_page,
	   cut_texts_keep_their_lines, rewinding_leaves_nothing, pages_as_pictures, too_large_is_an_error,
	   broken_text_draws_nothing, rows_are_no_higher_than_a_page, no_text_breaks_a_document,
	   what_is_no_letter_is_not_drawn)
