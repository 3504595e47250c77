/* What reports are called, in notices, on pages and as files. Pure. */
#ifndef SERVER_MODEL_REPORT_NAME_H
#define SERVER_MODEL_REPORT_NAME_H

#include <stdbool.h>
#include <stdint.h>

enum { REPORT_NAME_SIZE = 80, REPORT_FILE_NAME_SIZE = 80 };

/* A report, as its row says; kinds: monthly, first, interim, final, certificate (schema/0009_reports.sql). */
struct report_name {
	const char *kind, *month; /* YYYY-MM; NULL: of a case */
	int64_t report_id, incident_no, issue;
	bool reissued; /* issue counts corrections; else, of interim reports, which one it is */
};
/* "月次レポート", "速報", "続報 2", "継続監視証明書". */
void report_name_kind(const struct report_name *report, bool japanese, char out[REPORT_NAME_SIZE]);
/* "2026年10月分", "INC-5", for certificates "2026年10月まで"; "": neither month nor case. */
void report_name_about(const struct report_name *report, bool japanese, char out[REPORT_NAME_SIZE]);
/* "2026-10-report-R-12.pdf": ASCII, and nothing that a file system or a header takes for something else. */
void report_name_file(const struct report_name *report, char out[REPORT_FILE_NAME_SIZE]);

#endif
