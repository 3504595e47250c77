/* The answer to an EST request, as HTTP/1.1. Pure. */
#ifndef SERVER_COLLECTOR_EST_ANSWER_H
#define SERVER_COLLECTOR_EST_ANSWER_H

#include "lib/buffer.h"
#include "lib/clock.h"

#define EST_CERTS_ONLY "application/pkcs7-mime; smime-type=certs-only"
#define EST_CA_CERTS   "application/pkcs7-mime"

struct est_answer {
	int status;
	const char *content_type; /* of `der`, which goes in base64; NULL: the reason as text */
	struct slice der;
	const char *reason;    /* a sentence for a person; NULL: no body at all */
	const char *allow;     /* 405: the methods; else NULL */
	int retry_after_s;     /* 0: not said */
	bool asks_credentials; /* 401: WWW-Authenticate; needed there by RFC 9110 */
};

/* Every answer closes the connection. */
void est_answer_write(struct buffer *out, const struct est_answer *answer, time_us now);

#endif
