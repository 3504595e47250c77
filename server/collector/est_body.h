/* The body of an EST enrolment: a certificate request (PKCS#10, DER) in base64 (RFC 8951 section 3.1). Line breaks are
 * allowed anywhere, a missing final one too; a request in PEM, as `openssl req` writes it, is taken as well. Pure. */
#ifndef SERVER_COLLECTOR_EST_BODY_H
#define SERVER_COLLECTOR_EST_BODY_H

#include "lib/buffer.h"
#include "lib/err.h"

/* Appends the DER: one ASN.1 SEQUENCE and nothing behind it; that it is a request is for tls_request_parse() to say.
 * ERR_PROTOCOL: it is not that. */
int est_body_decode(struct slice body, struct buffer *der, struct err *why);

#endif
