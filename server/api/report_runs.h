/* Handlers: work over many reports, which the reporter does (server/store/report_work.h). */
#ifndef SERVER_API_REPORT_RUNS_H
#define SERVER_API_REPORT_RUNS_H

#include "server/api/call.h"

int report_runs_list(struct call *call, struct err *why);
int report_runs_get(struct call *call, struct err *why);
int report_runs_start(struct call *call, struct err *why);
int report_runs_stop(struct call *call, struct err *why);

/* Closes a month, or freezes one company's once more (company_id 0: all): 202 with the run. */
int report_runs_close(struct call *call, int64_t company_id, const char *month, const char *reason, struct err *why);

#endif
