/* Every route of docs/openapi.yaml (tests/integration/test_isolation.sh compares the two). */
#ifndef SERVER_API_ROUTES_H
#define SERVER_API_ROUTES_H

#include "server/api/call.h"
#include "server/api/router.h"

extern const struct api_route api_routes[];
extern const size_t api_route_count;

#endif
