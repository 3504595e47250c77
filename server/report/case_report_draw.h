/* Reports of a case: their parts. Inside server/report only; document_parts.h has the way in. */
#ifndef SERVER_REPORT_CASE_REPORT_DRAW_H
#define SERVER_REPORT_CASE_REPORT_DRAW_H

#include "server/model/case_report.h"
#include "server/report/paper.h"

/* What is asked of the member, each with a box to tick. */
void case_requests(struct paper *p, const struct case_report *r);
/* The times of the case, and the five steps. */
void case_times(struct paper *p, const struct case_report *r);
void case_steps(struct paper *p, const struct case_report *r);
void case_visits(struct paper *p, const struct case_report *r);
/* For the IT person: detections. */
void case_annex(struct paper *p, const struct case_report *r, const struct document_order *order);

#endif
