/* Asks the keyholder (server/keyholder/README.md): one connection and one blocking question per call, with a bound on
 * the time. Signatures are rare, so nothing is kept open. */
#ifndef SERVER_COLLECTOR_KEYHOLDER_CLIENT_H
#define SERVER_COLLECTOR_KEYHOLDER_CLIENT_H

#include "lib/tls.h"
#include "server/settings.h"

enum { KEYHOLDER_TIMEOUT_MS = 5000 };

/* Where the keyholder listens, by the settings. */
int keyholder_socket_path(const struct settings *settings, char *room, size_t size, struct err *why);

/* *ca and *certificate are the caller's: X509_free(). The certificate has been checked: the authority signed it, and
 * it is for the request's key.
 * ERR_UNAVAILABLE: away, too slow, or busy: try again later. ERR_FORBIDDEN: refused for good, and why. ERR_PROTOCOL: an
 * answer that makes no sense. */
int keyholder_ca(const char *socket_path, X509 **ca, struct err *why);
int keyholder_sign_sensor(const char *socket_path, int64_t company, int64_t sensor, struct slice request_der,
			  X509 **certificate, struct err *why);
int keyholder_sign_server(const char *socket_path, const char *const *names, size_t name_count,
			  struct slice request_der, X509 **certificate, X509 **ca, struct err *why);

#endif
