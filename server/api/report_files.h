/* Handlers: reports as files. The api draws nothing: what is not there yet the reporter draws, and who asked asks again
 * (202). Such a GET leaves a job behind, and a member's first one the time at which it was opened. */
#ifndef SERVER_API_REPORT_FILES_H
#define SERVER_API_REPORT_FILES_H

#include "server/api/call.h"

int report_files_get(struct call *call, struct err *why);
int report_files_month(struct call *call, struct err *why);

#endif
