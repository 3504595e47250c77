/* Handlers: which policy for what, a trial of it, and promised times. */
#ifndef SERVER_API_ESCALATION_ROUTES_H
#define SERVER_API_ESCALATION_ROUTES_H

#include "server/api/call.h"

int escalation_routes_get(struct call *call, struct err *why);
int escalation_routes_save(struct call *call, struct err *why);
/* route_trial.c */
int route_trial_run(struct call *call, struct err *why);
/* sla_targets.c */
int sla_targets_get(struct call *call, struct err *why);
int sla_targets_put(struct call *call, struct err *why);

#endif
