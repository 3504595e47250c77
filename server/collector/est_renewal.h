/* What a renewal may ask for (RFC 7030 section 4.2.2): a request's subject, and its alternative names if it has any,
 * must be those of the certificate that it renews. A subject of the common name alone, as our agent sends it, is taken
 * as well: the new certificate's names come from our record in any case. Pure. */
#ifndef SERVER_COLLECTOR_EST_RENEWAL_H
#define SERVER_COLLECTOR_EST_RENEWAL_H

#include "lib/tls.h"

int est_renewal_check(X509_REQ *request, X509 *current, struct err *why); /* ERR_PROTOCOL */

/* The ids in a sensor's certificate (docs/wire.md); false when it names none. */
bool est_renewal_identity(const X509 *certificate, int64_t *company_id, int64_t *sensor_id);

#endif
