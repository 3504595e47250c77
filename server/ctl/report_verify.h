/* hinomictl report verify. */
#ifndef SERVER_CTL_REPORT_VERIFY_H
#define SERVER_CTL_REPORT_VERIFY_H

#include "server/ctl/command.h"

int report_verify(struct ctl *ctl, struct err *why);

#endif
