/* Handlers: reports of one case, drafted from the case as it stands. */
#ifndef SERVER_API_CASE_REPORTS_H
#define SERVER_API_CASE_REPORTS_H

#include "server/api/call.h"

int case_reports_list(struct call *call, struct err *why);
int case_reports_add(struct call *call, struct err *why);

/* Freezes what a report of this kind (first, interim, final) says of the case now. reason: why, kept when it is not the
 * first snapshot of the case. */
int case_reports_freeze(struct call *call, int64_t company_id, int64_t incident_id, const char *kind,
			const char *reason, int64_t *snapshot_id, struct err *why);
/* A final report says that the case was dealt with: refused until recovery is done, or the case is closed. Other kinds
 * may always be drafted. 1: go on; 0: refused; -1. */
int case_reports_may_freeze(struct call *call, int64_t company_id, int64_t incident_id, const char *kind,
			    struct err *why);
/* `language` of the body, or what the company's reports are in. 1: go on; 0: refused; -1. The texts are static. */
int case_reports_language(struct call *call, int64_t company_id, const char **out, struct err *why);
/* 409 with the report that is there already. */
int case_reports_refuse_existing(struct call *call, int64_t company_id, int64_t report_id, struct err *why);
/* The reply: the report as it is now. */
int case_reports_reply(struct call *call, int status, int64_t company_id, int64_t report_id, struct err *why);

#endif
