/* A mail that came in, taken apart (RFC 5322, MIME; by GMime): who wrote it, what it says, whether a person wrote it,
 * or a machine, or whether it is one of ours that came back (RFC 3464). All texts come out as UTF-8 without control
 * characters, however they came: ISO-2022-JP, Shift_JIS, quoted, in HTML. */
#ifndef SERVER_CTL_MAIL_IN_H
#define SERVER_CTL_MAIL_IN_H

#include "lib/buffer.h"
#include "lib/err.h"
#include "lib/pool.h"

#include <stdbool.h>

/* What is longer is read no further: what was said stands at the beginning, pictures behind it. */
enum { MAIL_IN_SIZE_MAX = 1 << 20, MAIL_IN_TEXT_MAX = 45000, MAIL_IN_SUBJECT_MAX = 250, MAIL_IN_ANSWERS_MAX = 32 };

enum mail_in_kind {
	MAIL_IN_PERSON,
	MAIL_IN_BOUNCE,    /* a mail of ours that was not delivered */
	MAIL_IN_AUTOMATIC, /* absence notices, delays, receipts, lists: nobody waits for an answer */
};

struct mail_in {
	enum mail_in_kind kind;
	const char *message_id;                   /* with its brackets; made of its bytes when it has none */
	const char *from_name, *from_address;     /* address lower-case, "": none that is one */
	const char *subject, *text;               /* attachments are named at the end of the text */
	const char *answers[MAIL_IN_ANSWERS_MAX]; /* Message-IDs of In-Reply-To and References, with brackets */
	size_t answer_count;
	/* of a bounce */
	const char *returned_id; /* Message-ID of the mail that came back, without brackets; "": not told */
	const char *diagnostic;  /* in the words of whoever refused it */
	bool permanent;          /* status 5.x.x */
	int code;                /* SMTP status; 0: not told */
	struct pool pool;        /* all of the above */
};

/* recipient: the address that it came to; NULL: not known. ERR_LIMIT: too deeply nested to be a letter. */
int mail_in_read(struct slice bytes, const char *recipient, struct mail_in *out, struct err *why);
void mail_in_release(struct mail_in *mail);

/* The notice that came back, from the address that it came back to (local+ID@domain) or its Message-ID (ID@domain, or
 * with dashes). False: it names none. */
enum { MAIL_IN_ID_SIZE = 16 };
bool mail_in_notice_id(struct slice text, uint8_t id[MAIL_IN_ID_SIZE]);

#endif
