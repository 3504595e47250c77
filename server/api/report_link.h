/* Handlers: the page behind a link to a report. The token in the path says which delivery it is about; no session is
 * looked at. GET shows who and what, and changes nothing at all: mail scanners follow links. The report itself is given
 * only for a one-time code, which goes to the address that the link was sent to. What is wrong with a token, or with a
 * code, is told to nobody, and trying many is slowed down. */
#ifndef SERVER_API_REPORT_LINK_H
#define SERVER_API_REPORT_LINK_H

#include "server/api/call.h"

int report_link_show(struct call *call, struct err *why);      /* GET /r/{token} */
int report_link_send_code(struct call *call, struct err *why); /* POST /r/{token}/code */
int report_link_open(struct call *call, struct err *why);      /* POST /r/{token}, with the code: the PDF */

#endif
