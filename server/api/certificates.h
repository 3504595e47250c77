/* Handlers: 継続監視証明書 of companies, and taking one back. The page that checks them: certificate_check.h. */
#ifndef SERVER_API_CERTIFICATES_H
#define SERVER_API_CERTIFICATES_H

#include "server/api/call.h"

int certificates_list(struct call *call, struct err *why);
int certificates_add(struct call *call, struct err *why);
int certificates_revoke(struct call *call, struct err *why);

#endif
