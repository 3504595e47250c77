/* The collector's own certificate: what sensors see on both of its ports. The key is made here and stays here; the
 * keyholder signs for the names in collector.names. Kept in <state_dir>/collector (mode 0700) as server.key (0600),
 * server.pem and ca.pem, so that a restart changes nothing and needs no signature.
 *
 * A kept certificate is used again while more than a third of its life remains, it is for exactly the configured
 * names, and it was signed by the keyholder's authority. When the keyholder does not answer, one that is in time for
 * these names is used as it is: sensors that have certificates can go on. */
#ifndef SERVER_COLLECTOR_OWN_CERTIFICATE_H
#define SERVER_COLLECTOR_OWN_CERTIFICATE_H

#include "lib/tls.h"
#include "server/settings.h"

struct own_certificate {
	X509 *certificate;
	X509 *ca; /* signs our own certificate and those of sensors */
	EVP_PKEY *key;
};

/* What is needed of the settings, as copies: a thread of its own may use it while settings are reloaded. */
struct own_certificate_plan {
	char *folder; /* <state_dir>/collector */
	char *socket; /* of the keyholder */
	char **names;
	size_t name_count;
};
int own_certificate_plan_make(struct own_certificate_plan *out, const struct settings *settings, struct err *why);
void own_certificate_plan_release(struct own_certificate_plan *plan);

/* Blocks for at most some seconds. ERR_UNAVAILABLE: the keyholder is away, or busy: trying again will help. */
int own_certificate_open(struct own_certificate *out, const struct settings *settings, struct err *why);
int own_certificate_obtain(struct own_certificate *out, const struct own_certificate_plan *plan, struct err *why);
void own_certificate_close(struct own_certificate *own); /* an empty one is allowed */

/* When only a third of its life remains: get another one then, with the same call. */
time_us own_certificate_renew_at(const struct own_certificate *own);

#endif
