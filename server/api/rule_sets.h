/* Handlers: versions of the rule set, and putting a new one in force. */
#ifndef SERVER_API_RULE_SETS_H
#define SERVER_API_RULE_SETS_H

#include "server/api/call.h"

int rule_sets_list(struct call *call, struct err *why);
int rule_sets_get(struct call *call, struct err *why);
int rule_sets_add(struct call *call, struct err *why);
int rule_sets_check(struct call *call, struct err *why);

#endif
