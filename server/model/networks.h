/* Which addresses are the company's own.
 *
 * Always: RFC 1918, fc00::/7, fe80::/10, 169.254/16, 127/8, ::1, 100.64/10 (carrier NAT), multicast and broadcast, and
 * the unspecified address. Beside them what is configured per company (table company_network: a fixed WAN address,
 * a public range). An IPv4-mapped IPv6 address is the IPv4 address in it. */
#ifndef SERVER_MODEL_NETWORKS_H
#define SERVER_MODEL_NETWORKS_H

#include "server/model/alert.h"

struct network {
	struct address base;
	uint8_t prefix; /* bits, 0..32 or 0..128 */
};

/* A company's configured networks; the list is the caller's. Zero-initialised means none. */
struct networks {
	const struct network *list;
	size_t count;
};

/* "192.0.2.0/24", "2001:db8::/32", or one address. Bits behind the prefix are cleared. */
bool network_parse(struct slice text, struct network *out);
bool network_contains(const struct network *n, const struct address *a);

/* Whether the address is the company's own. `own` may be NULL. No address (family 0) is nobody's: false. */
bool networks_are_home(const struct networks *own, const struct address *a);

#endif
