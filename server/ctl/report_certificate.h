/* hinomictl report certificate. */
#ifndef SERVER_CTL_REPORT_CERTIFICATE_H
#define SERVER_CTL_REPORT_CERTIFICATE_H

#include "server/ctl/command.h"

int report_certificate(struct ctl *ctl, struct err *why);

#endif
