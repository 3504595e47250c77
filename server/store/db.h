/* A connection to PostgreSQL, used from one thread at a time, with blocking calls. Parameters go as text (the
 * statement casts them: $1::bigint), results come binary and are read by typed accessors. A statement's text must
 * be a string literal (or outlive the connection): it is prepared once per connection and found by its address.
 *
 * Errors: -1 and a message; the code tells what to do.
 *   ERR_UNAVAILABLE  the connection is lost or the server is starting or stopping: db_close() it, wait, open anew,
 *                    do the whole transaction again;
 *   ERR_CONFLICT     serialisation failure, deadlock, or a unique or exclusion constraint refused the row;
 *   ERR_DATABASE     anything else: retrying will not help.
 * After any error inside a transaction call db_rollback(). Decided by SQLSTATE alone, never by names. */
#ifndef SERVER_STORE_DB_H
#define SERVER_STORE_DB_H

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/slice.h"

struct db;
struct db_result;

/* conninfo: libpq's, without user; user NULL or "": libpq's own choice. application is shown in pg_stat_activity. */
int db_open(struct db **out, const char *conninfo, const char *user, const char *application, struct err *why);
/* Another one, to the same database as the same user: for who reads from one snapshot and writes beside it. */
int db_open_beside(struct db **out, const struct db *like, struct err *why);
void db_close(struct db *db); /* NULL is allowed */
/* The only call that another thread may make: asks the server to give up the statement that runs, if any; it fails with
 * ERR_DATABASE then. The connection must not be closed meanwhile. */
void db_cancel(struct db *db);

enum { DB_ARGS_MAX = 24, DB_ARG_NUMBER = 32 };
/* Arguments of one statement. Texts and bytes are borrowed until the call; numbers are kept inside. Start with
 * `struct db_args args = { 0 };`. Adding more than DB_ARGS_MAX makes the statement fail. */
struct db_args {
	int count;
	const char *values[DB_ARGS_MAX];
	int lengths[DB_ARGS_MAX];
	int formats[DB_ARGS_MAX];
	char numbers[DB_ARGS_MAX][DB_ARG_NUMBER];
};
void db_arg_text(struct db_args *args, const char *value); /* NULL: NULL */
void db_arg_integer(struct db_args *args, int64_t value);
void db_arg_optional(struct db_args *args, int64_t value); /* as an integer; 0: NULL */
void db_arg_bool(struct db_args *args, bool value);
void db_arg_time(struct db_args *args, time_us value);       /* TIME_NONE: NULL; cast $n::timestamptz */
void db_arg_bytes(struct db_args *args, struct slice value); /* bytea, binary; ptr NULL: NULL */
void db_arg_null(struct db_args *args);

/* Runs one statement. args NULL: none. result NULL: not wanted; otherwise it is the caller's: db_result_free(). */
int db_run(struct db *db, const char *sql, const struct db_args *args, struct db_result **result, struct err *why);
/* Runs a script of several statements without parameters (migrations, BEGIN; SET LOCAL ...); results are dropped.
 * The text may be built at run time: it is not prepared. */
int db_script(struct db *db, const char *sql, struct err *why);
/* Settings, as a script, of a connection whose statements all look up given rows by their key. How few rows that are
 * is known here and not to the planner, which would rather hash a table. Plans are made anew each time: one made while
 * a table was empty takes any index for good, until statistics come a minute later. */
#define DB_ROWS_BY_KEY                                                                      \
	"SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; " \
	"SET plan_cache_mode = force_custom_plan; SET jit = off"
/* COPY ... FROM STDIN: begin, any number of puts, end. Nothing else may run in between; a mistake in what was put is
 * reported by the end, which has to be called also after a put failed. */
int db_copy_begin(struct db *db, const char *sql, struct err *why);
int db_copy_put(struct db *db, struct slice data, struct err *why);
int db_copy_end(struct db *db, struct err *why);
int db_begin(struct db *db, struct err *why);
int db_commit(struct db *db, struct err *why);
void db_rollback(struct db *db); /* harmless outside a transaction */

int db_rows(const struct db_result *result);
/* Rows touched by an INSERT, UPDATE or DELETE. */
int64_t db_affected(const struct db_result *result);
bool db_is_null(const struct db_result *result, int row, int column);
/* int2, int4, int8 (also count(*)); 0 for NULL. A numeric must be cast to bigint, float8 or text in SQL. */
int64_t db_integer(const struct db_result *result, int row, int column);
double db_real(const struct db_result *result, int row, int column); /* float8, float4 */
bool db_bool(const struct db_result *result, int row, int column);
time_us db_time(const struct db_result *result, int row, int column); /* timestamptz; NULL: TIME_NONE */
/* text, varchar, bytea, jsonb cast to text; ptr NULL for NULL. Borrowed from result, and terminated. */
struct slice db_slice(const struct db_result *result, int row, int column);
const char *db_text(const struct db_result *result, int row, int column); /* NULL for NULL */
/* inet/cidr must be read as host(x) / x::text, dates as to_char or ::text, arrays by array_to_string or to_json. */
void db_result_free(struct db_result *result); /* NULL is allowed */

/* LISTEN: the channel name is a literal. */
int db_listen(struct db *db, const char *channel, struct err *why);
int db_descriptor(const struct db *db); /* to wait on for notifications; -1 when lost */
/* Takes in what has arrived, without blocking; *count says how many notifications. */
int db_notifications(struct db *db, unsigned *count, struct err *why);
/* NOTIFY inside or outside a transaction. */
int db_notify(struct db *db, const char *channel, struct err *why);

#endif
