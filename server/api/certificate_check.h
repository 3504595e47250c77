/* Handlers: the public check of certificates (/verify). No session is looked at, and the transaction sees no company:
 * all it can do is to ask whether number and code are good (certificate_valid() in the schema). GET shows the form, or
 * with number and code, as the QR code on a certificate has them, the answer; POST is the form. Each answer costs the
 * same look-up, whatever is wrong; who asks too often is slowed down. */
#ifndef SERVER_API_CERTIFICATE_CHECK_H
#define SERVER_API_CERTIFICATE_CHECK_H

#include "server/api/call.h"

int certificate_check_show(struct call *call, struct err *why);
int certificate_check_take(struct call *call, struct err *why);

#endif
