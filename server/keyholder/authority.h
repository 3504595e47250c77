/* The certificate authority of sensors and collectors: one self-signed EC P-256 certificate of ten years and its key,
 * made at first start in a folder that nobody else can read. What it signs follows a fixed profile, whatever the
 * request asks for: of a request only the public key is used.
 *
 *   sensor:  O=Hinomi, CN=sensor-<id>;  URI urn:hinomi:company:<id>:sensor:<id>;  clientAuth
 *   server:  O=Hinomi, CN=<first name>; DNS names and IP addresses;               serverAuth
 *
 * Both: no CA, digitalSignature, random serial, valid from an hour ago (clocks differ). Every signature is on disk in
 * signatures.log before the certificate leaves. */
#ifndef SERVER_KEYHOLDER_AUTHORITY_H
#define SERVER_KEYHOLDER_AUTHORITY_H

#include "lib/tls.h"

struct authority;

/* Loads ca.key and ca.pem from the folder, or makes them when neither is there. */
int authority_open(struct authority **out, const char *folder, struct err *why);
void authority_free(struct authority *a);               /* NULL is allowed */
X509 *authority_certificate(const struct authority *a); /* borrowed */

/* Appends the certificate, DER. life_ms is cut so that it does not outlive the authority. ERR_TLS or ERR_FORBIDDEN:
 * the request is not good; ERR_IO: the signature could not be logged. */
int authority_sign_sensor(struct authority *a, struct slice request, int64_t company, int64_t sensor, int64_t life_ms,
			  struct buffer *der, struct err *why);
int authority_sign_server(struct authority *a, struct slice request, const char *const *names, size_t name_count,
			  int64_t life_ms, struct buffer *der, struct err *why);

#endif
