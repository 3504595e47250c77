/* The head of an EST request: an HTTP/1.1 request line and its fields (RFC 9112), up to the empty line. Only what EST
 * needs is understood, and everything else is refused with the status that HTTP has for it. Pure.
 *
 * We answer one request per connection and close, so nothing depends on where a body would end. */
#ifndef SERVER_COLLECTOR_EST_REQUEST_H
#define SERVER_COLLECTOR_EST_REQUEST_H

#include "lib/slice.h"

enum {
	EST_HEAD_MOST = 8 * 1024,
	EST_BODY_MOST = 16 * 1024,
	EST_FIELDS_MOST = 64,
	EST_PASSWORD_MOST = 256,
};

enum est_operation { EST_CACERTS, EST_SIMPLEENROLL, EST_SIMPLEREENROLL, EST_CSRATTRS };

struct est_request {
	enum est_operation operation;
	size_t body_length;    /* at most EST_BODY_MOST; 0 for GET */
	bool expects_continue; /* waits for "100 Continue" before it sends the body */
	bool has_password;     /* well-formed Basic credentials (RFC 7617); the user name is of no matter */
	uint8_t password[EST_PASSWORD_MOST];
	size_t password_length;
};

struct est_refusal {
	int status;         /* of HTTP */
	const char *reason; /* a sentence for a person */
	const char *allow;  /* with 405: the method that would do; else NULL */
};

/* PARSE_OK: *used bytes are the head. PARSE_MORE: the empty line is not there yet. PARSE_BAD: *refusal says why, and
 * nothing that follows matters. Garbage is told as soon as it shows. */
enum parse est_request_parse(struct slice in, struct est_request *out, size_t *used, struct est_refusal *refusal);

#endif
