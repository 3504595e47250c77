/* Requests of EST (RFC 7030, RFC 8951) as a client, over libcurl: HTTPS only, TLS 1.2 or later, no redirects, no proxy,
 * bounded answers, time-outs. Blocks; not for the event loop. */
#ifndef SENSOR_AGENT_EST_CLIENT_H
#define SENSOR_AGENT_EST_CLIENT_H

#include "lib/tls.h"

struct est_server {
	const char *host; /* name or address, without brackets */
	int port;
	X509 *ca; /* who must have signed the server's certificate; NULL: anybody, see est_cacerts() */
	const char *certificate_file; /* ours, PEM, for simplereenroll; NULL: none */
	const char *key_file;
	const char *token; /* for simpleenroll; NULL: none */
};

/* The authority's certificates; *out as of tls_pkcs7_read(). With server->ca NULL nothing vouches for them: compare a
 * fingerprint that came another way. */
int est_cacerts(const struct est_server *server, STACK_OF(X509) * *out, struct err *why);

/* A certificate for the request (DER): simpleenroll with server->token, else simplereenroll. ERR_UNAVAILABLE: try
 * again, after *retry_s seconds if that is above 0; ERR_FORBIDDEN: the token or our certificate is not accepted.
 * Messages say what to do. NULL on an error; X509_free(). */
X509 *est_enroll(const struct est_server *server, struct slice request, int *retry_s, struct err *why);

/* The one certificate in the body of an answer (base64 of PKCS#7 certs-only) that is for this key and signed by this
 * authority. Pure. */
X509 *est_certificate_of(struct slice body, EVP_PKEY *key, X509 *ca, struct err *why);

#endif
