/* Handlers: texts of reports. One with a placeholder that it does not know, or that says what a report never says, is
 * refused here. */
#ifndef SERVER_API_REPORT_TEXTS_H
#define SERVER_API_REPORT_TEXTS_H

#include "server/api/call.h"

int report_texts_list(struct call *call, struct err *why);
int report_texts_get(struct call *call, struct err *why);
int report_texts_put(struct call *call, struct err *why);
int report_texts_preview(struct call *call, struct err *why);

#endif
