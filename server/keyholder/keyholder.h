/* The keyholder role: signs certificate requests that the collector has authorised. It alone has the authority's
 * key; it talks to nobody but processes of its own user on this machine, over a unix socket, and has neither
 * network nor database. */
#ifndef SERVER_KEYHOLDER_KEYHOLDER_H
#define SERVER_KEYHOLDER_KEYHOLDER_H

#include "server/role.h"

extern const struct role keyholder_role;

#endif
