/* Handlers: plans and contracts. */
#ifndef SERVER_API_CONTRACTS_H
#define SERVER_API_CONTRACTS_H

#include "server/api/call.h"
#include "server/store/contract.h"

int contracts_plans(struct call *call, struct err *why);
int contracts_plan_add(struct call *call, struct err *why);
int contracts_plan_change(struct call *call, struct err *why);
int contracts_list(struct call *call, struct err *why);
int contracts_add(struct call *call, struct err *why);
int contracts_change(struct call *call, struct err *why);

/* The contract that is valid today, as member `contract` (or null) of an object that is open. */
int contracts_put_valid(struct call *call, int64_t company_id, struct json_writer *w, struct err *why);

#endif
