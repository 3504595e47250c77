/* What is added behind a PDF. Invariants: a file that is refused stays as it is; one that is taken keeps its bytes, and
 * what is added ends with a table of cross-references where it says. The first byte is the number of alternative
 * texts. */
#include "server/report/pdf_catalog.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_end(struct buffer *pdf)
{
	char *text, *at = NULL;
	long table;

	buffer_string(pdf);
	text = (char *)pdf->data;
	for (size_t i = 0; i + 9 <= pdf->len; i++)
		if (memcmp(text + i, "startxref", 9) == 0)
			at = text + i;
	if (!at)
		abort();
	table = strtol(at + 10, NULL, 10);
	if (table < 0 || (size_t)table >= pdf->len || memcmp(text + table, "xref\n", 5) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const texts[] = { "晴れ", "", "a", "表" };
	struct pdf_additions additions = { "ja-JP", texts, size ? data[0] % (ARRAY_LEN(texts) + 1) : 0 };
	struct slice file = slice_skip(slice_of(data, size), 1);
	struct buffer pdf = { 0 };
	struct err why;

	buffer_put_slice(&pdf, file);
	if (pdf_catalog_append(&pdf, 0, &additions, &why) == 0)
		check_end(&pdf);
	else if (pdf.len != file.len)
		abort();
	if (file.len > 0 && memcmp(pdf.data, file.ptr, file.len) != 0)
		abort();
	buffer_release(&pdf);
	return 0;
}
