/* hinomictl report build. */
#ifndef SERVER_CTL_REPORT_BUILD_H
#define SERVER_CTL_REPORT_BUILD_H

#include "server/ctl/command.h"

int report_build(struct ctl *ctl, struct err *why);

#endif
