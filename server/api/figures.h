/* Handlers: the figures (server/store/metrics.h), the same documents that `hinomictl metrics` prints. Somebody who is
 * bound to one company gets the figures of that company, whatever cohort was asked for; of others only cells of peers,
 * which follow the small-cell rule (server/model/cohort.h). */
#ifndef SERVER_API_FIGURES_H
#define SERVER_API_FIGURES_H

#include "server/api/call.h"

int figures_detections(struct call *call, struct err *why);
int figures_company_months(struct call *call, struct err *why);
int figures_trend(struct call *call, struct err *why);
int figures_incidents(struct call *call, struct err *why);
int figures_coverage(struct call *call, struct err *why);
int figures_peers(struct call *call, struct err *why);
int figures_cohorts(struct call *call, struct err *why);

#endif
