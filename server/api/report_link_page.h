/* The page behind a link to a report (/r/{token}), as HTML without script: whose report it is and of what month or
 * case, and two ways on: sign in, or a one-time code by mail. Nothing that the report says stands here, not even its
 * grade. Pure; every text that comes from elsewhere is escaped. */
#ifndef SERVER_API_REPORT_LINK_PAGE_H
#define SERVER_API_REPORT_LINK_PAGE_H

#include "lib/buffer.h"

enum report_link_state {
	REPORT_LINK_CHOICE,     /* sign in, or ask for a code */
	REPORT_LINK_CODE,       /* asks for the code that somebody has */
	REPORT_LINK_SENT,       /* the same, right after it was sent */
	REPORT_LINK_WRONG_CODE, /* it was not the right one, or not any more */
	REPORT_LINK_NO_MORE,    /* no further code within this hour; one that was sent may still be good */
	REPORT_LINK_LOCKED,     /* no code opens it any more */
	REPORT_LINK_TOO_MANY,   /* this address tried too often */
	REPORT_LINK_EXPIRED,
	REPORT_LINK_WITHDRAWN,
};

/* Texts may be NULL or "": left out. */
struct report_link_facts {
	bool japanese;
	enum report_link_state state;
	const char *token; /* checked: holds nothing but base64url */
	const char *operator_name, *company;
	const char *report, *about; /* server/model/report_name.h */
	const char *reference;      /* */
	const char *address;        /* as it may be shown: report_link_hint() */
	int64_t report_id;          /* on the dashboard; a path of ours, so that nobody is led elsewhere */
	int64_t newer_id;           /* of a withdrawn one; 0: none */
	const char *newer_token;    /* of the link to it that the same person has; NULL: none */
	const char *desk_phone;
};
void report_link_page_write(const struct report_link_facts *facts, struct buffer *out);

/* "t…@example.jp": whoever has the link by accident learns no address. */
enum { REPORT_LINK_HINT_SIZE = 300 };
void report_link_hint(const char *address, char out[REPORT_LINK_HINT_SIZE]);
/* The six digits as people type them: blanks, hyphens and full-width digits are understood. Terminated; "" when it can
 * be no code. */
enum { REPORT_LINK_DIGITS_SIZE = 7 };
void report_link_digits(const char *text, char out[REPORT_LINK_DIGITS_SIZE]);

#endif
