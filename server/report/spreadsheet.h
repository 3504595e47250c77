/* Workbooks: sheets of rows with typed cells, as an XLSX file. The only file that knows libxlsxwriter; the documents
 * (member_workbook.h, ...) are written with these calls.
 *
 * Rows go out as they come (constant memory), so a sheet is written from its top and never gone back to. Each has a
 * head that stays in view, a filter on it, columns of given widths, and prints on A4. Numbers are numbers; days, months
 * and instants are dates, instants in the zone that is given. Texts are always texts: one that begins with = + - @
 * is no formula. The same calls give the same bytes.
 *
 * libxlsxwriter keeps rows in temporary files ($TMPDIR, /tmp) and does not look at what writing to them says; what it
 * has made is therefore read again before it is handed out (spreadsheet_check.h). Failures stick, as in a buffer: only
 * spreadsheet_finish() is asked. */
#ifndef SERVER_REPORT_SPREADSHEET_H
#define SERVER_REPORT_SPREADSHEET_H

#include "lib/buffer.h"
#include "lib/err.h"
#include "lib/zone.h"

enum { SPREADSHEET_SHEETS_MAX = 24, SPREADSHEET_COLUMNS_MAX = 24 };

struct spreadsheet_info {
	const char *title, *subject, *author;
	time_us created_at; /* metadata: when the snapshot was made */
	const char *timezone;
	bool japanese; /* which of the names below are shown */
};
struct spreadsheet_column {
	const char *ja, *en;
	double width; /* characters of the standard font */
};
struct spreadsheet;
struct spreadsheet *spreadsheet_open(const struct spreadsheet_info *info);
/* Closes and frees it in any case; appends the file to `out`. ERR_FULL: a temporary file could not be written. */
int spreadsheet_finish(struct spreadsheet *s, struct buffer *out, struct err *why);

/* Names: at most 31 characters, none of []:*?/\ */
void spreadsheet_sheet(struct spreadsheet *s, const char *ja, const char *en, const struct spreadsheet_column *columns,
		       size_t count);
/* Each is the next cell of the row. */
void spreadsheet_text(struct spreadsheet *s, const char *text); /* NULL: empty */
void spreadsheet_number(struct spreadsheet *s, int64_t value);
void spreadsheet_code(struct spreadsheet *s, int64_t value); /* a number that is no quantity: a port */
void spreadsheet_rate(struct spreadsheet *s, int64_t detections,
		      int64_t days);                                        /* a company-month; empty without days */
void spreadsheet_share(struct spreadsheet *s, int64_t part, int64_t whole); /* per cent; empty without a whole */
void spreadsheet_decimal(struct spreadsheet *s, int64_t hundredths);
void spreadsheet_day(struct spreadsheet *s, const char *day);     /* YYYY-MM-DD; NULL: empty */
void spreadsheet_month(struct spreadsheet *s, const char *month); /* YYYY-MM */
void spreadsheet_time(struct spreadsheet *s, time_us at);         /* TIME_NONE: empty */
void spreadsheet_yes(struct spreadsheet *s, bool yes);
void spreadsheet_words(struct spreadsheet *s, const char *ja, const char *en); /* the one of its language */
void spreadsheet_empty(struct spreadsheet *s);
void spreadsheet_row_end(struct spreadsheet *s);

#endif
