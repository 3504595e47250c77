/* Where a webhook may lead. What people type as an address must not make the server call itself, its neighbours or a
 * cloud's metadata service; and a name can resolve to anything at any time, so the socket that is really opened is
 * judged, after resolving. Pure. */
#ifndef SERVER_ESCALATOR_ADDRESS_GUARD_H
#define SERVER_ESCALATOR_ADDRESS_GUARD_H

#include "lib/err.h"
#include "server/model/networks.h"

#include <sys/socket.h>

/* False: not an IP address. An IPv4 address within an IPv6 one (mapped, 6to4, NAT64) comes as the IPv4 address. */
bool address_of_socket(const struct sockaddr *from, size_t len, struct address *out);
/* Whether anybody may be meant by it: not private, loopback, link-local, shared, multicast, documentation, reserved or
 * unspecified (IANA's registries of special-purpose addresses). */
bool address_is_public(const struct address *a);

struct address_guard {
	struct network *list; /* allowed although not public */
	size_t count;
};
/* Reads escalator.networks; ERR_CONFIG. */
int address_guard_open(struct address_guard *guard, char *const *networks, size_t count, struct err *why);
void address_guard_close(struct address_guard *guard);
/* Why it is refused, for the person who set the channel up; "" when it may be reached. encrypted: by HTTPS. */
void address_guard_judge(const struct address_guard *guard, const struct sockaddr *to, size_t len, bool encrypted,
			 char *text, size_t room);

#endif
