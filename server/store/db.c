#include "server/store/db.h"

#include "lib/buffer.h"
#include "server/store/sqlstate.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Binary timestamps count microseconds from 2000-01-01. */
#define POSTGRES_EPOCH_US ((time_us)946684800 * US_PER_SECOND)

enum { STATEMENTS_MAX = 256, FORMAT_TEXT = 0, FORMAT_BINARY = 1 };

struct db {
	PGconn *connection;
	PGcancel *cancel;
	/* Statements prepared on this connection: open addressing by the address of their text. */
	const char *prepared[STATEMENTS_MAX];
	unsigned prepared_count;
};

static void quiet_notice(void *unused, const char *message)
{
	(void)unused;
	(void)message;
}

static struct slice first_line(const char *text)
{
	struct slice s = slice_of_string(text);

	return slice_trim(slice_take(s, slice_find(s, '\n')));
}

static int fail_connection(struct db *db, struct err *why)
{
	struct slice line = first_line(PQerrorMessage(db->connection));

	return err_set(why, ERR_UNAVAILABLE, "database: %.*s", (int)line.len, line.ptr);
}

static int fail_result(struct db *db, const PGresult *result, struct err *why)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (PQstatus(db->connection) != CONNECTION_OK || !state)
		return fail_connection(db, why);
	return err_set(why, sqlstate_code(state), "database: %s (SQLSTATE %s)", message ? message : "failed", state);
}

static int connect_to(struct db **out, const char *const *keywords, const char *const *values, struct err *why)
{
	struct db *db = calloc(1, sizeof(*db));

	if (!db)
		return err_set(why, ERR_NOMEM, "no memory for a database connection");
	db->connection = PQconnectdbParams(keywords, values, 1);
	if (!db->connection || PQstatus(db->connection) != CONNECTION_OK) {
		if (db->connection)
			fail_connection(db, why);
		else
			err_set(why, ERR_NOMEM, "no memory for a database connection");
		db_close(db);
		return -1;
	}
	PQsetNoticeProcessor(db->connection, quiet_notice, NULL);
	db->cancel = PQgetCancel(db->connection);
	*out = db;
	return 0;
}

int db_open(struct db **out, const char *conninfo, const char *user, const char *application, struct err *why)
{
	/* Later keywords override what the connection string says. */
	const char *const keywords[] = { "dbname",
					 "application_name",
					 "connect_timeout",
					 "client_encoding",
					 "keepalives_idle",
					 "tcp_user_timeout",
					 user && *user ? "user" : NULL,
					 NULL };
	const char *const values[] = { conninfo, application, "5", "UTF8", "30", "15000", user, NULL };

	return connect_to(out, keywords, values, why);
}

/* As many options as libpq has, and more. */
enum { OPTIONS_MAX = 100 };

int db_open_beside(struct db **out, const struct db *like, struct err *why)
{
	const char *keywords[OPTIONS_MAX + 1] = { NULL }, *values[OPTIONS_MAX + 1] = { NULL };
	PQconninfoOption *options = PQconninfo(like->connection);
	size_t count = 0;
	int failed;

	if (!options)
		return err_set(why, ERR_NOMEM, "no memory for a database connection");
	for (const PQconninfoOption *o = options; o->keyword && count < OPTIONS_MAX; o++)
		if (o->val) {
			keywords[count] = o->keyword;
			values[count++] = o->val;
		}
	failed = connect_to(out, keywords, values, why);
	PQconninfoFree(options);
	return failed;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	PQfreeCancel(db->cancel);
	PQfinish(db->connection);
	free(db);
}

void db_cancel(struct db *db)
{
	char unused[256];

	/* It may be over already: nothing to tell. */
	if (db->cancel)
		PQcancel(db->cancel, unused, sizeof(unused));
}

static void arg_put(struct db_args *args, const char *value, int length, int format)
{
	if (args->count < DB_ARGS_MAX) {
		args->values[args->count] = value;
		args->lengths[args->count] = length;
		args->formats[args->count] = format;
	}
	args->count++;
}

void db_arg_text(struct db_args *args, const char *value)
{
	arg_put(args, value, 0, FORMAT_TEXT);
}

void db_arg_integer(struct db_args *args, int64_t value)
{
	if (args->count < DB_ARGS_MAX)
		snprintf(args->numbers[args->count], DB_ARG_NUMBER, "%" PRId64, value);
	arg_put(args, args->count < DB_ARGS_MAX ? args->numbers[args->count] : NULL, 0, FORMAT_TEXT);
}

void db_arg_optional(struct db_args *args, int64_t value)
{
	if (value)
		db_arg_integer(args, value);
	else
		db_arg_null(args);
}

void db_arg_bool(struct db_args *args, bool value)
{
	arg_put(args, value ? "true" : "false", 0, FORMAT_TEXT);
}

void db_arg_time(struct db_args *args, time_us value)
{
	char text[TIME_TEXT_SIZE];

	if (value == TIME_NONE || args->count >= DB_ARGS_MAX) {
		arg_put(args, NULL, 0, FORMAT_TEXT);
		return;
	}
	time_to_text(value, text);
	snprintf(args->numbers[args->count], DB_ARG_NUMBER, "%.*s", DB_ARG_NUMBER - 1, text);
	arg_put(args, args->numbers[args->count], 0, FORMAT_TEXT);
}

void db_arg_bytes(struct db_args *args, struct slice value)
{
	arg_put(args, (const char *)value.ptr, (int)value.len, value.ptr ? FORMAT_BINARY : FORMAT_TEXT);
}

void db_arg_null(struct db_args *args)
{
	arg_put(args, NULL, 0, FORMAT_TEXT);
}

/* The name of the prepared statement for this text, preparing it the first time; "" when the table is full, which
 * means: send it unprepared. Returns -1 when preparing failed. */
static int prepare(struct db *db, const char *sql, char name[32], struct err *why)
{
	size_t slot = ((uintptr_t)sql >> 3) % STATEMENTS_MAX;
	PGresult *result;
	int failed = 0;

	while (db->prepared[slot] && db->prepared[slot] != sql)
		slot = (slot + 1) % STATEMENTS_MAX;
	snprintf(name, 32, "s%zu", slot);
	if (db->prepared[slot] == sql)
		return 0;
	if (db->prepared_count >= STATEMENTS_MAX / 2) {
		name[0] = '\0';
		return 0;
	}
	result = PQprepare(db->connection, name, sql, 0, NULL);
	if (PQresultStatus(result) == PGRES_COMMAND_OK) {
		db->prepared[slot] = sql;
		db->prepared_count++;
	} else {
		failed = fail_result(db, result, why);
	}
	PQclear(result);
	return failed;
}

int db_run(struct db *db, const char *sql, const struct db_args *args, struct db_result **out, struct err *why)
{
	static const struct db_args none;
	PGresult *result;
	ExecStatusType status;
	char name[32];

	if (out)
		*out = NULL;
	if (!args)
		args = &none;
	if (args->count > DB_ARGS_MAX)
		return err_set(why, ERR_DATABASE, "more than %d arguments for one statement", DB_ARGS_MAX);
	if (prepare(db, sql, name, why) != 0)
		return -1;
	if (name[0])
		result = PQexecPrepared(db->connection, name, args->count, args->values, args->lengths, args->formats,
					FORMAT_BINARY);
	else
		result = PQexecParams(db->connection, sql, args->count, NULL, args->values, args->lengths,
				      args->formats, FORMAT_BINARY);
	status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		fail_result(db, result, why);
		PQclear(result);
		return -1;
	}
	if (out)
		*out = (struct db_result *)result;
	else
		PQclear(result);
	return 0;
}

int db_script(struct db *db, const char *sql, struct err *why)
{
	PGresult *result = PQexec(db->connection, sql);
	ExecStatusType status = PQresultStatus(result);
	int failed = 0;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
		failed = fail_result(db, result, why);
	PQclear(result);
	return failed;
}

int db_copy_begin(struct db *db, const char *sql, struct err *why)
{
	PGresult *result = PQexec(db->connection, sql);
	int failed = PQresultStatus(result) == PGRES_COPY_IN ? 0 : fail_result(db, result, why);

	PQclear(result);
	return failed;
}

int db_copy_put(struct db *db, struct slice data, struct err *why)
{
	if (PQputCopyData(db->connection, (const char *)data.ptr, (int)data.len) != 1)
		return fail_connection(db, why);
	return 0;
}

int db_copy_end(struct db *db, struct err *why)
{
	PGresult *result;
	int failed = 0;

	if (PQputCopyEnd(db->connection, NULL) != 1)
		return fail_connection(db, why);
	while ((result = PQgetResult(db->connection)) != NULL) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK && !failed)
			failed = fail_result(db, result, why);
		PQclear(result);
	}
	return failed;
}

int db_begin(struct db *db, struct err *why)
{
	return db_script(db, "BEGIN", why);
}

int db_commit(struct db *db, struct err *why)
{
	PGresult *result;
	int failed = 0;

	/* COMMIT of a failed transaction "succeeds" as a ROLLBACK; the command tag tells. */
	result = PQexec(db->connection, "COMMIT");
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		failed = fail_result(db, result, why);
	else if (strcmp(PQcmdStatus(result), "COMMIT") != 0)
		failed = err_set(why, ERR_DATABASE, "the transaction had failed before its COMMIT and was rolled back");
	PQclear(result);
	return failed;
}

void db_rollback(struct db *db)
{
	if (PQtransactionStatus(db->connection) != PQTRANS_IDLE)
		PQclear(PQexec(db->connection, "ROLLBACK"));
}

static const PGresult *result_of(const struct db_result *result)
{
	return (const PGresult *)result;
}

int db_rows(const struct db_result *result)
{
	return PQntuples(result_of(result));
}

int64_t db_affected(const struct db_result *result)
{
	int64_t n = 0;

	/* PQcmdTuples only reads, but its prototype lacks const. */
	slice_to_int64(slice_of_string(PQcmdTuples((PGresult *)(uintptr_t)result)), &n);
	return n;
}

bool db_is_null(const struct db_result *result, int row, int column)
{
	return PQgetisnull(result_of(result), row, column) != 0;
}

struct slice db_slice(const struct db_result *result, int row, int column)
{
	const PGresult *r = result_of(result);

	if (PQgetisnull(r, row, column))
		return slice_of(NULL, 0);
	return slice_of(PQgetvalue(r, row, column), (size_t)PQgetlength(r, row, column));
}

const char *db_text(const struct db_result *result, int row, int column)
{
	return (const char *)db_slice(result, row, column).ptr;
}

int64_t db_integer(const struct db_result *result, int row, int column)
{
	struct slice s = db_slice(result, row, column);

	switch (s.ptr ? s.len : 0) {
	case 2:
		return (int16_t)load_be16(s.ptr);
	case 4:
		return (int32_t)load_be32(s.ptr);
	case 8:
		return (int64_t)load_be64(s.ptr);
	default:
		return 0;
	}
}

double db_real(const struct db_result *result, int row, int column)
{
	struct slice s = db_slice(result, row, column);
	double wide = 0;
	float narrow = 0;

	if (s.ptr && s.len == 8) {
		uint64_t bits = load_be64(s.ptr);

		memcpy(&wide, &bits, sizeof(wide));
	} else if (s.ptr && s.len == 4) {
		uint32_t bits = load_be32(s.ptr);

		memcpy(&narrow, &bits, sizeof(narrow));
		wide = (double)narrow;
	}
	return wide;
}

bool db_bool(const struct db_result *result, int row, int column)
{
	struct slice s = db_slice(result, row, column);

	return s.ptr && s.len == 1 && s.ptr[0] != 0;
}

time_us db_time(const struct db_result *result, int row, int column)
{
	if (db_is_null(result, row, column))
		return TIME_NONE;
	return db_integer(result, row, column) + POSTGRES_EPOCH_US;
}

void db_result_free(struct db_result *result)
{
	PQclear((PGresult *)result);
}

/* Channel names are our own literals; quoting them keeps a mistake from becoming SQL. */
static int channel_command(struct db *db, const char *command, const char *channel, struct err *why)
{
	struct buffer sql;
	int failed;

	buffer_init(&sql, 0);
	buffer_printf(&sql, "%s \"%s\"", command, channel);
	failed = db_script(db, buffer_string(&sql), why);
	buffer_release(&sql);
	return failed;
}

int db_listen(struct db *db, const char *channel, struct err *why)
{
	return channel_command(db, "LISTEN", channel, why);
}

int db_notify(struct db *db, const char *channel, struct err *why)
{
	return channel_command(db, "NOTIFY", channel, why);
}

int db_descriptor(const struct db *db)
{
	return PQsocket(db->connection);
}

int db_notifications(struct db *db, unsigned *count, struct err *why)
{
	PGnotify *n;

	*count = 0;
	if (!PQconsumeInput(db->connection))
		return fail_connection(db, why);
	while ((n = PQnotifies(db->connection)) != NULL) {
		PQfreemem(n);
		(*count)++;
	}
	return 0;
}
