/* Transport protocols: numbers of IANA, names as the database has them (lower case). */
#ifndef SERVER_MODEL_PROTOCOL_H
#define SERVER_MODEL_PROTOCOL_H

#include "lib/arena.h"

enum {
	PROTOCOL_UNKNOWN = -1,
	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ICMPV6 = 58,
	PROTOCOL_SCTP = 132
};

/* From a name in any case or a decimal number ("TCP", "tcp", "6", "006"). An unknown name gives PROTOCOL_UNKNOWN and
 * itself in lower case, from the arena; a number without a name stays a number. */
struct slice protocol_read(struct slice text, struct arena *arena, int *number);

/* Whether a server usually listens there: a system port or one of the well-known ones above. */
bool protocol_port_is_service(int port);

#endif
