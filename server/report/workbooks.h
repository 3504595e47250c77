/* Documents as XLSX, one sheet a section (spreadsheet.h). All that the document holds is in it, and what follows from
 * it by the definitions (rates, shares); nothing else is read. */
#ifndef SERVER_REPORT_WORKBOOKS_H
#define SERVER_REPORT_WORKBOOKS_H

#include "server/model/case_report.h"
#include "server/model/chamber_month.h"
#include "server/report/document.h"

int member_workbook(const struct member_month *m, const struct document_order *order, struct buffer *out,
		    struct err *why);
int chamber_workbook(const struct chamber_month *m, const struct document_order *order, struct buffer *out,
		     struct err *why);
int case_workbook(const struct case_report *r, const struct document_order *order, struct buffer *out, struct err *why);

#endif
