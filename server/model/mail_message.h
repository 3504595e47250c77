/* A mail as bytes: header by RFC 5322, words beyond ASCII by RFC 2047, body by RFC 2045 and 2046 as
 * multipart/alternative of plain text, complete in itself, and simple HTML; with a file, both within multipart/mixed,
 * the file's name by RFC 2183, beyond ASCII by RFC 2231. Pure. Lines end with CRLF, none is longer
 * than 78 characters except for addresses that are; nothing that stands in a name, a subject or an address makes a
 * header of its own. */
#ifndef SERVER_MODEL_MAIL_MESSAGE_H
#define SERVER_MODEL_MAIL_MESSAGE_H

#include "lib/buffer.h"
#include "lib/clock.h"
#include "lib/err.h"

#include <stdbool.h>

enum { MAIL_LINKS_MAX = 2, MAIL_ADDRESS_MAX = 254 };

struct mail_link {
	const char *url, *label; /* a line of the body that is this URL is a button in the HTML */
};
struct mail_attachment {
	const char *name; /* what stands in it that a file system or a header would take for something else becomes _ */
	const char *type; /* media type: "application/pdf" */
	struct slice content;
};
struct mail_message {
	const char *id; /* left side of the Message-ID; the same at each try: receivers drop the second copy */
	const char *from_address; /* its domain is the right side of all ids */
	const char *from_name;    /* NULL or "": none */
	const char *to;
	const char *reply_to; /* NULL or "": none */
	const char *subject, *body;
	const char *language; /* "ja", "en" */
	struct mail_link links[MAIL_LINKS_MAX];
	size_t link_count;
	int64_t thread;          /* mails of one thread lie together; 0: none */
	const char *in_reply_to; /* a Message-ID with its angle brackets that this answers; NULL: none */
	const char *list;        /* for filters: List-Id <list.domain> (RFC 2919); NULL: none */
	bool important;
	time_us date;
	const struct mail_attachment *attachment; /* NULL: none */
};

/* Appends the message. ERR_USAGE: an address is not one. */
int mail_compose(const struct mail_message *mail, struct buffer *out, struct err *why);

/* An address as this program sends to: ASCII, one @, a domain with letters; dots anywhere on the left, as Japanese
 * carriers gave them out. */
bool mail_address_is_valid(struct slice address);
/* As it stands in RCPT TO and in a header: the left side in quotes where it must be. */
void mail_address_write(struct slice address, struct buffer *out);

#endif
