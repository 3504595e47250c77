/* Query strings: "a=1&b=x%20y" into names and values (WHATWG URL, application/x-www-form-urlencoded: percent signs
 * and plus are decoded). Pure and strict: a bad percent sign, bytes that are not UTF-8, a control character, or more
 * than the limits is PARSE_BAD; nothing is repaired. */
#ifndef SERVER_API_PARAMETERS_H
#define SERVER_API_PARAMETERS_H

#include "lib/slice.h"

enum { PARAMETERS_MAX = 32, PARAMETERS_TEXT_MAX = 4096 };

struct parameter {
	const char *name;  /* terminated, not empty */
	const char *value; /* terminated; "" when there is none */
};

struct parameters {
	unsigned count;
	struct parameter list[PARAMETERS_MAX];
	char text[PARAMETERS_TEXT_MAX]; /* what the names and values point into */
};

/* PARSE_OK or PARSE_BAD. The struct must not be copied afterwards: it points into itself. */
enum parse parameters_parse(struct slice query, struct parameters *out);
/* The first of that name, or NULL. */
const char *parameters_get(const struct parameters *p, const char *name);
/* The first that is not among the NULL-terminated names, or that is there twice although it is not `repeatable`
 * (NULL: none may be); NULL when all are fine. */
const struct parameter *parameters_unwanted(const struct parameters *p, const char *const *names,
					    const char *repeatable);

/* Appends text with everything percent-encoded but unreserved characters (RFC 3986 section 2.3); false when it does
 * not fit into room, terminator included. *len is the position and moves on. */
bool parameters_encode(const char *text, char *to, size_t room, size_t *len);

#endif
