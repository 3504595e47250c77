/* Whether a certificate of continuous monitoring is good, for anybody: yes or no, and nothing else. The function of the
 * database that answers is all of certificates that such a transaction can reach. */
#ifndef SERVER_STORE_CERTIFICATE_CHECK_H
#define SERVER_STORE_CERTIFICATE_CHECK_H

#include "server/store/db.h"

/* False for one that there is not, another code, one that was revoked, replaced or has run out: all the same. */
int certificate_check(struct db *db, int64_t number, const char *code, bool *valid, struct err *why);

#endif
