/* How often somebody may try a password: per address a bucket of tries that fills up slowly; per e-mail address a lock
 * that grows with each failure. The lock of people that exist is kept in the database; here are those of e-mail
 * addresses that nobody has, so that they look the same. Tables of fixed size: the oldest entry of a place gives way.
 * The time is an argument; any thread. */
#ifndef SERVER_API_LOGIN_LIMITS_H
#define SERVER_API_LOGIN_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LOGIN_TRIES = 30,           /* at once from one address (a whole office may be behind it) */
	LOGIN_REFILL_MS = 4 * 1000, /* and one more each */
	LOGIN_FAILURES = 5,         /* of one e-mail address before it is locked */
	LOGIN_LOCK_FIRST_S = 30,
	LOGIN_LOCK_MOST_S = 15 * 60,
};

struct login_limits;
struct login_limits *login_limits_new(void);    /* NULL: no memory */
void login_limits_free(struct login_limits *l); /* NULL is allowed */

/* Takes a try of the address (of IPv6, its /64). 0: go on; else so many seconds to wait. */
int64_t login_limits_try(struct login_limits *l, const char *address, int64_t now_ms);

/* The same for other things that can be tried too often, each with a measure of its own: a purpose ("link", "event")
 * and whoever tries, by address or by name. */
struct login_allowance {
	const char *purpose;
	int64_t tries, refill_ms;
};
int64_t login_limits_take(struct login_limits *l, const struct login_allowance *allowance, const char *who,
			  int64_t now_ms);

/* Seconds that the n-th failure in a row locks for; 0: it does not yet. */
int64_t login_lock_seconds(int64_t failures);
/* For an e-mail address of nobody: seconds it is still locked. */
int64_t login_limits_locked(struct login_limits *l, const char *email, int64_t now_ms);
void login_limits_failed(struct login_limits *l, const char *email, int64_t now_ms);

#endif
