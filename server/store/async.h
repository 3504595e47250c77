/* A connection to PostgreSQL for an event loop: nothing here blocks, apart from looking up the host's name. The owner
 * waits until the descriptor is ready (async_wants_write() says for what), then calls async_step() until it answers
 * ASYNC_WAIT. Statements are given at the start, prepared on connecting, and named by their index; they are sent as
 * pipelines, so that a whole transaction costs one round trip.
 *
 * Parameters and results are those of db.h: struct db_args, and db_rows(), db_integer(), ... on what comes back. */
#ifndef SERVER_STORE_ASYNC_H
#define SERVER_STORE_ASYNC_H

#include "server/store/db.h"

struct async;

struct async_plan {
	const char *conninfo; /* libpq's, without user; all borrowed during async_open(), save statements and set_up */
	const char *user;     /* NULL or "": libpq's choice */
	const char *application;
	const char *const *statements; /* outlive the connection */
	int statement_count;
	const char *set_up; /* run first: "SET ...; LISTEN ..."; outlives the connection */
};

enum async_event {
	ASYNC_WAIT,      /* wait for the descriptor */
	ASYNC_CONNECTED, /* once: statements may be sent now */
	ASYNC_RESULT,    /* of one statement, in the order sent; *result is the caller's: db_result_free() */
	ASYNC_COPY,      /* async_copy_put() may go on */
	ASYNC_DONE,      /* everything before async_sync(), or the COPY, has been answered */
	ASYNC_NOTIFIED,  /* a doorbell rang */
	ASYNC_REFUSED,   /* a statement failed; why has it, async_state() the SQLSTATE. ASYNC_DONE follows */
	ASYNC_LOST,      /* the connection is gone, why says how: async_close() */
};

/* Begins to connect. Fails only when memory is short or the connection string is wrong. */
int async_open(struct async **out, const struct async_plan *plan, struct err *why);
void async_close(struct async *a); /* NULL is allowed */
int async_descriptor(const struct async *a);
bool async_wants_read(const struct async *a);
bool async_wants_write(const struct async *a);
enum async_event async_step(struct async *a, struct db_result **result, struct err *why);
const char *async_state(const struct async *a); /* of the last ASYNC_REFUSED: five characters */

/* Each answers -1 when the connection is lost. args NULL: none. */
int async_run(struct async *a, int statement, const struct db_args *args, struct err *why);
int async_sync(struct async *a, struct err *why);

/* COPY ... FROM STDIN, with nothing else under way. After ASYNC_COPY: put, as long as async_copy_full() is false, then
 * end; when it is full, ASYNC_COPY comes again. An error of the server is reported after the end. */
int async_copy_begin(struct async *a, const char *sql, struct err *why);
int async_copy_put(struct async *a, struct slice data, struct err *why);
bool async_copy_full(const struct async *a);
int async_copy_end(struct async *a, struct err *why);

#endif
