/* Problems (RFC 9457): what the api says when it does not do what was asked. One table gives each its status, stable
 * code and texts in Japanese and English. Pure. */
#ifndef SERVER_API_PROBLEM_H
#define SERVER_API_PROBLEM_H

#include "lib/json_write.h"

enum problem_code {
	PROBLEM_BAD_REQUEST,     /* 400: not HTTP as we read it */
	PROBLEM_INVALID,         /* 400: errors[] says what */
	PROBLEM_NOT_JSON,        /* 400 */
	PROBLEM_TOO_SLOW,        /* 400: to find it would take longer than the database may */
	PROBLEM_UNAUTHENTICATED, /* 401 */
	PROBLEM_WRONG_PASSWORD,  /* 401 */
	PROBLEM_FORBIDDEN,       /* 403: the role may not */
	PROBLEM_CROSS_SITE,      /* 403 */
	PROBLEM_NOT_FOUND,       /* 404: or of another company */
	PROBLEM_METHOD,          /* 405 */
	PROBLEM_CONFLICT,        /* 409: others were changing it all the time */
	PROBLEM_MERGED,          /* 409: a merged incident cannot be changed */
	PROBLEM_IN_USE,          /* 409: something still goes to it; `reason` says what */
	PROBLEM_NAME_TAKEN,      /* 409: another one has this name */
	PROBLEM_PAGE_STATE,      /* 409: a page or message cannot be dealt with so as it is; `current` is what it is */
	PROBLEM_WRONG_STATE,     /* 409: what it is now does not allow this */
	PROBLEM_OVERLAP,         /* 409: another one is valid on one of these days */
	PROBLEM_EXISTS,          /* 409: there is one already, and only one can be */
	PROBLEM_NOT_ENTITLED,    /* 409: no contract with insurance covers it */
	PROBLEM_MORE,            /* 409: it would be more than the caller expects */
	PROBLEM_NOT_DRAWN,       /* 409: drawing failed a moment ago; `reason` says why */
	PROBLEM_KEY_RUNNING,     /* 409: the first request with this Idempotency-Key has not ended */
	PROBLEM_STALE,           /* 412 */
	PROBLEM_TOO_LARGE,       /* 413 */
	PROBLEM_KEY_REUSED,      /* 422: the Idempotency-Key was used for another request */
	PROBLEM_RULES,           /* 422: rules with problems; `problems` says which */
	PROBLEM_CONDITION_MISSING, /* 428: If-Match */
	PROBLEM_TOO_MANY,          /* 429: from this address */
	PROBLEM_LOCKED,            /* 429: for this e-mail address */
	PROBLEM_INTERNAL,          /* 500 */
	PROBLEM_BUSY,              /* 503: too many requests wait */
	PROBLEM_UNAVAILABLE,       /* 503: the database is away, or we are about to stop */
	PROBLEM_CODES
};

/* What is wrong with one parameter, header or member: an entry of errors[]. */
enum problem_fault {
	FAULT_UNKNOWN,
	FAULT_MISSING,
	FAULT_TWICE,
	FAULT_TYPE,
	FAULT_TOO_SHORT,
	FAULT_TOO_LONG,
	FAULT_CHOICE,      /* not one of the values there are */
	FAULT_NUMBER,      /* not a whole number in range */
	FAULT_TIME,        /* neither a time nor a date */
	FAULT_DAY,         /* not YYYY-MM-DD */
	FAULT_MONTH,       /* not YYYY-MM */
	FAULT_ORDER,       /* ends before it begins */
	FAULT_PERIOD,      /* a longer period than allowed */
	FAULT_CURSOR,      /* not ours, or for another list or filter */
	FAULT_MALFORMED,   /* cannot be read */
	FAULT_DISPOSITION, /* closing needs one */
	FAULT_PERSON,      /* nobody who may own this incident */
	FAULT_SELECTION,   /* not a Sigma selection over alert fields */
	FAULT_NAMES,       /* a text that names a company which must not be told */
	FAULT_FUTURE,      /* a time that is yet to come */
	FAULT_PROMISE,     /* says what no report says (report_text_forbidden); `reason` is the phrase */
	FAULT_COUNT
};

struct problem {
	enum problem_code code;
	bool japanese;
	const char *request_id;
	struct slice instance; /* path that was asked for; ptr NULL: left out */
	/* At most one entry of errors[]: fault, and where. */
	const char *parameter; /* query parameter or header; or */
	const char *member;    /* of the body; or NULL both: no errors[] */
	enum problem_fault fault;
	const char *reason; /* for the entry: more about it, in English; NULL: nothing */
};

int problem_status(enum problem_code code);
const char *problem_name(enum problem_code code); /* "not_found" */
/* The problem that a bare HTTP status stands for. */
enum problem_code problem_of_status(int status);

#define PROBLEM_MEDIA_TYPE "application/problem+json"

/* Writes the document but for its last brace, so that more members can follow: json_close_object(w). */
void problem_open(const struct problem *problem, struct json_writer *w);

#endif
