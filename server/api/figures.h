/* Handlers: the figures (server/store/metrics.h), the same documents that `hinomictl metrics` prints. */
#ifndef SERVER_API_FIGURES_H
#define SERVER_API_FIGURES_H

#include "server/api/call.h"

int figures_detections(struct call *call, struct err *why);
int figures_company_months(struct call *call, struct err *why);

#endif
