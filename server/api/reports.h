/* Handlers: reports, their board, and their way from draft to opened. */
#ifndef SERVER_API_REPORTS_H
#define SERVER_API_REPORTS_H

#include "server/api/call.h"

int reports_list(struct call *call, struct err *why);
int reports_board(struct call *call, struct err *why);
int reports_get(struct call *call, struct err *why);

/* Steps (server/api/report_steps.c). */
int reports_comment(struct call *call, struct err *why);
int reports_approve(struct call *call, struct err *why);
int reports_unapprove(struct call *call, struct err *why);
int reports_publish(struct call *call, struct err *why);
int reports_send(struct call *call, struct err *why);
int reports_withdraw(struct call *call, struct err *why);
int reports_reissue(struct call *call, struct err *why);
int reports_refresh(struct call *call, struct err *why);

extern const char *const reports_grades[];
/* `month` of the query, YYYY-MM. False: refused. */
bool reports_month(struct call *call, const char **out);

#endif
