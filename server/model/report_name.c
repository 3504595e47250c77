#include "server/model/report_name.h"

#include "lib/slice.h"

#include <inttypes.h>
#include <stdio.h>

static const struct words {
	const char *kind, *file, *ja, *en;
} words[] = {
	{ "monthly", "report", "月次レポート", "Monthly report" },
	{ "first", "first-report", "速報", "First report" },
	{ "interim", "interim-report", "続報", "Interim report" },
	{ "final", "final-report", "最終報告", "Final report" },
	{ "certificate", "certificate", "継続監視証明書", "Certificate of continuous monitoring" },
};

/* One that is not known is called a report. */
static const struct words *words_of(const char *kind)
{
	static const struct words other = { "", "report", "レポート", "Report" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (kind && strcmp(kind, words[i].kind) == 0)
			return &words[i];
	return &other;
}

void report_name_kind(const struct report_name *r, bool japanese, char out[REPORT_NAME_SIZE])
{
	const struct words *w = words_of(r->kind);
	const char *word = japanese ? w->ja : w->en;

	if (strcmp(w->kind, "interim") == 0 && !r->reissued && r->issue > 1)
		snprintf(out, REPORT_NAME_SIZE, "%s %" PRId64, word, r->issue);
	else
		snprintf(out, REPORT_NAME_SIZE, "%s", word);
}

/* Year and month of YYYY-MM; false: it is none. */
static bool read_month(const char *month, int *year, int *number)
{
	struct slice text = slice_of_string(month ? month : "");
	int64_t y, m;

	if (text.len != 7 || text.ptr[4] != '-' || !slice_to_int64(slice_take(text, 4), &y) ||
	    !slice_to_int64(slice_skip(text, 5), &m) || m < 1 || m > 12)
		return false;
	*year = (int)y;
	*number = (int)m;
	return true;
}

void report_name_about(const struct report_name *r, bool japanese, char out[REPORT_NAME_SIZE])
{
	static const char *const months[] = { "January", "February", "March",     "April",   "May",      "June",
					      "July",    "August",   "September", "October", "November", "December" };
	bool until = r->kind && strcmp(r->kind, "certificate") == 0;
	int year, month;

	out[0] = '\0';
	if (r->incident_no)
		snprintf(out, REPORT_NAME_SIZE, "INC-%" PRId64, r->incident_no);
	else if (!read_month(r->month, &year, &month))
		return;
	else if (japanese)
		snprintf(out, REPORT_NAME_SIZE, "%d年%d月%s", year, month, until ? "まで" : "分");
	else
		snprintf(out, REPORT_NAME_SIZE, "%s%s %d", until ? "up to " : "", months[month - 1], year);
}

void report_name_file(const struct report_name *r, char out[REPORT_FILE_NAME_SIZE])
{
	const char *file = words_of(r->kind)->file;
	int year, month;

	if (read_month(r->month, &year, &month))
		snprintf(out, REPORT_FILE_NAME_SIZE, "%04d-%02d-%s-R-%" PRId64 ".pdf", year, month, file, r->report_id);
	else
		snprintf(out, REPORT_FILE_NAME_SIZE, "%s-R-%" PRId64 ".pdf", file, r->report_id);
}
