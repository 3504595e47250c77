/* What cairo 1.16 cannot write into a PDF, added behind it as an incremental update (ISO 32000-1, 7.5.6): the language
 * of the document (/Lang), that viewers show its title and not the file's name (/ViewerPreferences), alternative texts
 * of figures (/Alt), summaries of tables, and that heads of tables stand for their columns (/Scope). Pure.
 *
 * It reads what cairo writes and no PDF in general: one classic table of cross-references, objects that are not in
 * streams. */
#ifndef SERVER_REPORT_PDF_CATALOG_H
#define SERVER_REPORT_PDF_CATALOG_H

#include "lib/buffer.h"
#include "lib/err.h"

enum { PDF_OBJECTS_MAX = 1 << 20 };

struct pdf_additions {
	const char *language; /* BCP 47: ja-JP */
	/* Of the structure's figures and tables, in the order of the document; UTF-8. */
	const char *const *texts;
	size_t text_count;
};
/* The PDF begins at pdf->data + start and ends with the buffer; what is added goes behind it. ERR_CORRUPT: it is not as
 * said above, or has another number of figures and tables; then nothing was added. ERR_LIMIT: no room. */
int pdf_catalog_append(struct buffer *pdf, size_t start, const struct pdf_additions *additions, struct err *why);

#endif
