/* The housekeeper role: does what falls due by the calendar, in rounds, every housekeeper.interval. One task that fails
 * does not stop the others; it is tried again in the next round. Several may run at once. */
#ifndef SERVER_HOUSEKEEPER_HOUSEKEEPER_H
#define SERVER_HOUSEKEEPER_HOUSEKEEPER_H

#include "server/role.h"

extern const struct role housekeeper_role;

#endif
