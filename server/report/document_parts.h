/* What the kinds of documents bring to document.c, which alone calls them. The kind and format of the order are right;
 * its body is read by them (ERR_CORRUPT). */
#ifndef SERVER_REPORT_DOCUMENT_PARTS_H
#define SERVER_REPORT_DOCUMENT_PARTS_H

#include "server/report/document.h"

/* PDF and PNG: opens the sheet by document_sheet(), draws, and closes it by sheet_finish(). */
int member_report_draw(struct press *press, const struct document_order *order, struct buffer *out, int *pages,
		       struct err *why);
int chamber_report_draw(struct press *press, const struct document_order *order, struct buffer *out, int *pages,
			struct err *why);
int case_report_draw(struct press *press, const struct document_order *order, struct buffer *out, int *pages,
		     struct err *why); /* first, interim, final */
int certificate_draw(struct press *press, const struct document_order *order, struct buffer *out, int *pages,
		     struct err *why);

/* XLSX and CSV. JSON is the body itself. */
int member_xlsx(const struct document_order *order, struct buffer *out, struct err *why);
int member_csv(const struct document_order *order, struct buffer *out, struct err *why);
int chamber_xlsx(const struct document_order *order, struct buffer *out, struct err *why);
int chamber_csv(const struct document_order *order, struct buffer *out, struct err *why);
int case_xlsx(const struct document_order *order, struct buffer *out, struct err *why);
int case_csv(const struct document_order *order, struct buffer *out, struct err *why);

/* ---------------------------------------------------------------------------------------------- helpers for them */

/* A sheet in the order's format: a PDF, or the order's page as a PNG. NULL: no memory (sheet_finish() says so). */
struct sheet *document_sheet(struct press *press, const struct document_order *order, const struct sheet_info *info,
			     struct buffer *out);
/* The foot of its pages: number, issue, version and hash of the snapshot; in the pool, never NULL. */
const char *document_reference(const struct document_order *order, struct pool *pool);

#endif
