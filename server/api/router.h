/* Which handler serves a request: method and path pattern against one table. Pure: the table's handlers are opaque
 * here. In a pattern, "{id}" stands for one segment that is a positive decimal number, any other "{name}" for one of
 * 1 to ROUTER_TEXT_MAX bytes, as it came: the handler decides what it may be. */
#ifndef SERVER_API_ROUTER_H
#define SERVER_API_ROUTER_H

#include "lib/slice.h"

struct route {
	const char *method;
	const char *pattern;
};

enum router_verdict { ROUTER_FOUND, ROUTER_NO_PATH, ROUTER_WRONG_METHOD };

enum { ROUTER_ALLOW_SIZE = 64, ROUTER_TEXTS = 2, ROUTER_TEXT_MAX = 200 };

struct router_match {
	size_t index;                     /* into the table */
	int64_t id;                       /* what stood for {id}; 0: the pattern has none */
	struct slice texts[ROUTER_TEXTS]; /* what stood for the others, in order; part of the path */
	char allow[ROUTER_ALLOW_SIZE];    /* ROUTER_WRONG_METHOD: "GET, PATCH" for the Allow header */
};

/* routes[i] lies `stride` bytes behind routes[i - 1], so that a table may carry more than this module knows. */
enum router_verdict router_find(const struct route *routes, size_t stride, size_t count, const char *method,
				struct slice path, struct router_match *out);

#endif
