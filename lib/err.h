/* Errors travel up as values: a function that can fail returns 0 or -1 and fills in `why`, whose message tells
 * the operator what was wrong and, where it helps, what to do. Whoever can act on it logs it, once. */
#ifndef LIB_ERR_H
#define LIB_ERR_H

enum err_code {
	ERR_NONE,
	ERR_NOMEM,
	ERR_USAGE, /* the caller's or the operator's mistake */
	ERR_CONFIG,
	ERR_IO,
	ERR_FULL, /* no room: disk, spool, queue */
	ERR_CORRUPT,
	ERR_PROTOCOL, /* the peer broke the protocol */
	ERR_LIMIT,    /* something is larger than allowed */
	ERR_TLS,
	ERR_DATABASE,    /* the statement failed; the connection may still be good */
	ERR_UNAVAILABLE, /* the other side is away: try again later */
	ERR_NOT_FOUND,
	ERR_FORBIDDEN,
	ERR_CONFLICT, /* changed by somebody else meanwhile */
};

struct err {
	enum err_code code;
	char text[512]; /* a sentence without a trailing full stop */
};

/* Sets code and message; always returns -1, so that `return err_set(...)` reads well. why may be NULL. */
int err_set(struct err *why, enum err_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same with ": " and strerror(errno) behind the message. */
int err_set_errno(struct err *why, enum err_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Puts "context: " in front of a message already set; returns -1. */
int err_prefix(struct err *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
