#include "server/ctl/report_certificate.h"

#include "server/ctl/folder.h"
#include "server/store/company_query.h"
#include "server/store/report_flow.h"

#include <inttypes.h>
#include <string.h>

enum { NAME_SIZE = 64, ISSUES = 50 };

/* The PDF as it was published: it carries the code, so it is never drawn anew here. */
static int write_file(struct ctl *ctl, const struct report_row *report, struct err *why)
{
	const char *out = options_text(&ctl->options, "--out");
	struct folder *folder = NULL;
	struct report_file file;
	struct db_result *r;
	const char *sha256;
	char name[NAME_SIZE];
	int failed;

	if (report_file_get(ctl->db, report->company_id, report->report_id, "pdf", NULL, 0, &r, why) != 0)
		return -1;
	snprintf(name, sizeof(name), "certificate-KM-%" PRId64 ".pdf", report->certificate);
	if (db_rows(r)) {
		report_file_read(r, 0, &file, &sha256);
		failed = folder_open(&folder, out, why);
		if (!failed)
			failed = folder_replace(folder, name, file.content, why);
		if (!failed)
			failed = folder_sync(folder, why);
		folder_close(folder);
	} else {
		failed = err_set(why, ERR_NOT_FOUND, "the file of certificate KM-%" PRId64 " is not there",
				 report->certificate);
	}
	db_result_free(r);
	if (!failed)
		printf("%s/%s\n", out, name);
	return failed;
}

int report_certificate(struct ctl *ctl, struct err *why)
{
	const struct report_filter filter = {
		.month = options_text(&ctl->options, "--month"),
		.kind = "certificate",
		.state = "published",
		.company_id = options_integer(&ctl->options, "--company", 0),
		.limit = ISSUES,
	};
	struct report_row report;
	struct db_result *r;
	int failed;

	if (company_query_exists(ctl->db, filter.company_id, why) != 0 || report_list(ctl->db, &filter, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		report_read(r, 0, &report); /* the newest first */
		failed = write_file(ctl, &report, why);
	} else {
		failed = err_set(why, ERR_NOT_FOUND,
				 "company %" PRId64 " has no published certificate up to %s: it is made and published "
				 "on the dashboard",
				 filter.company_id, filter.month);
	}
	db_result_free(r);
	return failed;
}
