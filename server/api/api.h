/* The role: people's edge. HTTP API, live stream and dashboard over HTTPS; a page for Prometheus on an address of its
 * own. The design is in README.md. */
#ifndef SERVER_API_API_H
#define SERVER_API_API_H

#include "server/role.h"

extern const struct role api_role;

#endif
