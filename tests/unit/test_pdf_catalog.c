/* What is added behind cairo's PDF. The file is made by hand here, and what comes out is read by a reader written for
 * this test, from the end as ISO 32000-1, 7.5 has it. */
#include "server/report/pdf_catalog.h"
#include "tests/unit/suite.h"

static const char *const objects[] = {
	"1 0 obj\n<< /Type /Catalog\n   /Pages 2 0 R\n   /StructTreeRoot 3 0 R\n>>\nendobj\n",
	"2 0 obj\n<< /Type /Pages /Kids [ ] /Count 0 >>\nendobj\n",
	"3 0 obj\n<< /Type /StructElem\n   /S /Document\n   /K [ 4 0 R 5 0 R 6 0 R ]\n>>\nendobj\n",
	"4 0 obj\n<< /Type /StructElem\n   /S /Figure\n   /P 3 0 R\n   /K 1\n>>\nendobj\n",
	"5 0 obj\n<< /Type /StructElem\n   /S /Table\n   /P 3 0 R\n>>\nendobj\n",
	"6 0 obj\n<< /Type /StructElem\n   /S /TH\n   /P 5 0 R\n>>\nendobj\n",
	"7 0 obj\n<< /Type /StructElem\n   /S /Figure\n   /P 3 0 R\n>>\nendobj\n",
	"8 0 obj\n<< /Title (x) >>\nendobj\n",
};

/* Behind `start` bytes of something else. */
static void make_pdf(struct buffer *b, size_t start)
{
	size_t offsets[ARRAY_LEN(objects)], table;

	for (size_t i = 0; i < start; i++)
		buffer_put_byte(b, '#');
	buffer_put_string(b, "%PDF-1.5\n");
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		offsets[i] = b->len - start;
		buffer_put_string(b, objects[i]);
	}
	table = b->len - start;
	buffer_put_string(b, "xref\n0 9\n0000000000 65535 f \n");
	for (size_t i = 0; i < ARRAY_LEN(objects); i++)
		buffer_printf(b, "%010zu 00000 n \n", offsets[i]);
	buffer_printf(b, "trailer\n<< /Size 9\n   /Root 1 0 R\n   /Info 8 0 R\n>>\nstartxref\n%zu\n%%%%EOF\n", table);
	ck_assert(!b->failed);
}

static const char *const texts[] = { "晴れ", "表", "𠮷a" };
static const struct pdf_additions additions = { "ja-JP", texts, 3 };

/* The object that a reader finds: the newest table first. Its text, terminated in place. */
static char *object(struct buffer *pdf, size_t start, int number)
{
	char *file = (char *)pdf->data + start, *at = strstr(file, "startxref"), *next;
	long table;

	buffer_string(pdf);
	while ((next = strstr(at + 1, "startxref")))
		at = next;
	table = strtol(at + strlen("startxref\n"), NULL, 10);
	while (table >= 0) {
		char *p = file + table, *trailer = strstr(p, "trailer"), *previous;

		ck_assert_msg(memcmp(p, "xref\n", 5) == 0, "no table where one should be");
		p += 5;
		while (p < trailer) {
			long first = strtol(p, &p, 10), count = strtol(p, &p, 10);

			p++;
			for (long i = 0; i < count; i++, p += 20)
				if (first + i == number && p[17] == 'n')
					return file + strtol(p, NULL, 10);
		}
		previous = strstr(trailer, "/Prev ");
		table = previous && previous < strstr(trailer, ">>") ? strtol(previous + 6, NULL, 10) : -1;
	}
	return NULL;
}

static void check_object(struct buffer *pdf, size_t start, int number, const char *inside)
{
	char head[24], *text = object(pdf, start, number), *end;

	ck_assert_ptr_nonnull(text);
	snprintf(head, sizeof(head), "%d 0 obj\n<<", number);
	ck_assert_msg(memcmp(text, head, strlen(head)) == 0, "object %d is not where the table says", number);
	end = strstr(text, "endobj");
	ck_assert_ptr_nonnull(end);
	ck_assert_msg(memmem(text, (size_t)(end - text), inside, strlen(inside)), "object %d lacks %s", number, inside);
}

static void append_and_check(size_t start)
{
	struct buffer pdf = { 0 };
	struct err why = { 0 };
	size_t before;

	make_pdf(&pdf, start);
	before = pdf.len;
	ck_assert_msg(pdf_catalog_append(&pdf, start, &additions, &why) == 0, "%s", why.text);
	ck_assert_uint_gt(pdf.len, before);
	check_object(&pdf, start, 1, "/Lang (ja-JP)");
	check_object(&pdf, start, 1, "/DisplayDocTitle true");
	check_object(&pdf, start, 1, "/StructTreeRoot 3 0 R"); /* what was there stays */
	check_object(&pdf, start, 2, "/Type /Pages");
	check_object(&pdf, start, 4, "/Alt <FEFF6674308C>");
	check_object(&pdf, start, 5, "/A << /O /Table /Summary <FEFF8868> >>");
	check_object(&pdf, start, 6, "/A << /O /Table /Scope /Column >>");
	check_object(&pdf, start, 7, "/Alt <FEFFD842DFB70061>"); /* U+20BB7 */
	check_object(&pdf, start, 7, "/P 3 0 R");
	check_object(&pdf, start, 8, "/Title (x)");
	buffer_release(&pdf);
}

START_TEST(adds_what_is_asked)
{
	append_and_check(0);
	append_and_check(777);
}
END_TEST

static void check_refused(struct buffer *pdf, const struct pdf_additions *more)
{
	size_t before = pdf->len;
	struct err why = { 0 };

	ck_assert_int_eq(pdf_catalog_append(pdf, 0, more, &why), -1);
	ck_assert_int_eq(why.code, ERR_CORRUPT);
	ck_assert_uint_eq(pdf->len, before);
}

START_TEST(counts_the_figures)
{
	struct buffer pdf = { 0 };
	struct pdf_additions few = { "en", texts, 2 };
	const char *const many[] = { "1", "2", "3", "4" };
	struct pdf_additions more = { "en", many, 4 };

	make_pdf(&pdf, 0);
	check_refused(&pdf, &few);
	check_refused(&pdf, &more);
	buffer_release(&pdf);
}
END_TEST

/* A file that ends early has no trailer to go by, wherever it ends. */
START_TEST(torn_files_are_refused)
{
	struct buffer whole = { 0 };

	make_pdf(&whole, 0);
	for (size_t len = 0; len + 8 < whole.len; len++) { /* the last eight: the end of the number, and %%EOF */
		struct buffer part = { 0 };

		buffer_put(&part, whole.data, len);
		check_refused(&part, &additions);
		buffer_release(&part);
	}
	buffer_release(&whole);
}
END_TEST

static void replace(struct buffer *pdf, const char *from, const char *to)
{
	uint8_t *at = memmem(pdf->data, pdf->len, from, strlen(from));

	ck_assert_ptr_nonnull(at);
	ck_assert_uint_eq(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
}

START_TEST(lies_are_refused)
{
	static const char *const lies[][2] = {
		{ "xref\n0 9\n", "xref\n0 8\n" },
		{ "xref\n0 9\n", "xref\n1 9\n" },
		{ "/Size 9", "/Size 7" },
		{ "/Root 1 ", "/Root 9 " },
		{ "/Root 1 ", "/Root 0 " },
		{ "/Root 1 ", "/Rout 1 " },
		{ "1 0 obj\n<< /T", "1 0 obj\n(( /T" },
		{ "R\n>>\nendobj\n2", "R\n>>\nendabj\n2" },
		{ "4 0 obj", "5 0 obj" },
		{ "startxref", "startxxxx" },
		{ "/Info 8 0 R", "/Prev 8 0 R" },
	};

	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		struct buffer pdf = { 0 };

		make_pdf(&pdf, 0);
		replace(&pdf, lies[i][0], lies[i][1]);
		check_refused(&pdf, &additions);
		buffer_release(&pdf);
	}
}
END_TEST

START_TEST(no_room_is_an_error_and_leaves_the_file)
{
	struct buffer pdf;
	struct err why = { 0 };
	size_t before;

	buffer_init(&pdf, 0);
	make_pdf(&pdf, 0);
	before = pdf.len;
	pdf.limit = before + 300;
	ck_assert_int_eq(pdf_catalog_append(&pdf, 0, &additions, &why), -1);
	ck_assert_int_eq(why.code, ERR_LIMIT);
	ck_assert_uint_eq(pdf.len, before);
	buffer_release(&pdf);
}
END_TEST

SUITE_MAIN("pdf_catalog", adds_what_is_asked, counts_the_figures, torn_files_are_refused, lies_are_refused,
	   no_room_is_an_error_and_leaves_the_file)
