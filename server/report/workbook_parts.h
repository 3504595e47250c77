/* What the workbooks have in common: sheets that more than one of them has. Inside server/report only. */
#ifndef SERVER_REPORT_WORKBOOK_PARTS_H
#define SERVER_REPORT_WORKBOOK_PARTS_H

#include "server/report/spreadsheet.h"
#include "server/report/workbooks.h"

/* A line of an overview, of two columns. */
void part_text(struct spreadsheet *s, const char *ja, const char *en, const char *value);
void part_number(struct spreadsheet *s, const char *ja, const char *en, int64_t value);
void part_share(struct spreadsheet *s, const char *ja, const char *en, int64_t portion, int64_t whole);
void part_day(struct spreadsheet *s, const char *ja, const char *en, const char *day);
void part_time(struct spreadsheet *s, const char *ja, const char *en, time_us at);
void part_yes(struct spreadsheet *s, const char *ja, const char *en, bool yes);
/* The first sheet, with the report's number, issue and snapshot; part_...() then add to it. */
void part_overview(struct spreadsheet *s, const struct document_order *order);

void part_requests(struct spreadsheet *s, const struct request_row *rows, size_t count, bool japanese);
void part_devices(struct spreadsheet *s, const struct device_count *rows, size_t count, bool japanese);
void part_dispatches(struct spreadsheet *s, const struct dispatch_row *rows, size_t count, bool japanese);
void part_peers(struct spreadsheet *s, const struct peer_row *rows, size_t count, bool japanese);
void part_annex(struct spreadsheet *s, const struct annex_row *rows, size_t count, int64_t more_rows,
		int64_t more_detections, bool japanese);

#endif
