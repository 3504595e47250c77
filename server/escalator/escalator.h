/* The escalator role: makes pages of requests, takes their steps, and sends notices, so that somebody answers. One
 * thread, one loop; several may run at once, on one machine or on several (README.md). */
#ifndef SERVER_ESCALATOR_ESCALATOR_H
#define SERVER_ESCALATOR_ESCALATOR_H

#include "server/role.h"

extern const struct role escalator_role;

#endif
