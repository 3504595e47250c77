/* The collector role: the edge that sensors see. Lumberjack v2 over mutual TLS into PostgreSQL, and enrolment over EST.
 * One event loop; only EST has a thread beside it. README.md has the design. */
#ifndef SERVER_COLLECTOR_COLLECTOR_H
#define SERVER_COLLECTOR_COLLECTOR_H

#include "server/role.h"

extern const struct role collector_role;

#endif
