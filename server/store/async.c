#include "server/store/async.h"

#include "server/store/sqlstate.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	FORMAT_BINARY = 1,
	STATE_SIZE = 6,
	NAME_SIZE = 16,
	COPY_UNSENT_MOST = 256 * 1024, /* handed to libpq and not yet flushed */
};

enum phase { PHASE_CONNECTING, PHASE_SET_UP, PHASE_PREPARING, PHASE_READY };

struct async {
	PGconn *connection;
	const char *const *statements;
	int statement_count;
	const char *set_up;
	enum phase phase;
	PostgresPollingStatusType polling;
	bool unsent;  /* libpq holds bytes that the socket did not take */
	bool waiting; /* answers are due */
	bool copying;
	size_t copy_unsent;
	char state[STATE_SIZE];
};

static void quiet_notice(void *unused, const char *message)
{
	(void)unused;
	(void)message;
}

static enum async_event lose(struct async *a, struct err *why)
{
	struct slice line = slice_of_string(PQerrorMessage(a->connection));

	line = slice_trim(slice_take(line, slice_find(line, '\n')));
	if (line.len == 0)
		line = SLICE_LITERAL("the connection was lost");
	err_set(why, ERR_UNAVAILABLE, "database: %.*s", (int)line.len, line.ptr);
	return ASYNC_LOST;
}

static int fail(struct async *a, struct err *why)
{
	lose(a, why);
	return -1;
}

int async_open(struct async **out, const struct async_plan *plan, struct err *why)
{
	/* Later keywords override what the connection string says. */
	const char *const keywords[] = { "dbname",
					 "application_name",
					 "client_encoding",
					 "keepalives_idle",
					 "tcp_user_timeout",
					 plan->user && *plan->user ? "user" : NULL,
					 NULL };
	const char *const values[] = { plan->conninfo, plan->application, "UTF8", "30", "15000", plan->user, NULL };
	struct async *a = calloc(1, sizeof(*a));

	if (a)
		a->connection = PQconnectStartParams(keywords, values, 1);
	if (!a || !a->connection) {
		free(a);
		return err_set(why, ERR_NOMEM, "no memory for a database connection");
	}
	a->statements = plan->statements;
	a->statement_count = plan->statement_count;
	a->set_up = plan->set_up;
	a->polling = PGRES_POLLING_WRITING;
	if (PQstatus(a->connection) == CONNECTION_BAD) {
		fail(a, why);
		async_close(a);
		return -1;
	}
	PQsetNoticeProcessor(a->connection, quiet_notice, NULL);
	*out = a;
	return 0;
}

void async_close(struct async *a)
{
	if (!a)
		return;
	PQfinish(a->connection);
	free(a);
}

int async_descriptor(const struct async *a)
{
	return PQsocket(a->connection);
}

bool async_wants_read(const struct async *a)
{
	return a->phase != PHASE_CONNECTING || a->polling == PGRES_POLLING_READING;
}

bool async_wants_write(const struct async *a)
{
	return a->phase == PHASE_CONNECTING ? a->polling == PGRES_POLLING_WRITING : a->unsent;
}

const char *async_state(const struct async *a)
{
	return a->state;
}

/* -------------------------------------------------------------------------------------------------------- sending */

static int flush(struct async *a, struct err *why)
{
	int left = PQflush(a->connection);

	if (left < 0)
		return fail(a, why);
	a->unsent = left > 0;
	if (!a->unsent)
		a->copy_unsent = 0;
	return 0;
}

static int enter_pipeline(struct async *a, struct err *why)
{
	a->waiting = true;
	return PQenterPipelineMode(a->connection) == 1 ? 0 : fail(a, why);
}

static const char *statement_name(int statement, char room[NAME_SIZE])
{
	snprintf(room, NAME_SIZE, "s%d", statement);
	return room;
}

int async_run(struct async *a, int statement, const struct db_args *args, struct err *why)
{
	static const struct db_args none;
	char name[NAME_SIZE];

	if (!args)
		args = &none;
	if (args->count > DB_ARGS_MAX)
		return err_set(why, ERR_DATABASE, "more than %d arguments for one statement", DB_ARGS_MAX);
	if (enter_pipeline(a, why) != 0)
		return -1;
	if (PQsendQueryPrepared(a->connection, statement_name(statement, name), args->count, args->values,
				args->lengths, args->formats, FORMAT_BINARY) != 1)
		return fail(a, why);
	return 0;
}

int async_sync(struct async *a, struct err *why)
{
	if (enter_pipeline(a, why) != 0)
		return -1;
	if (PQpipelineSync(a->connection) != 1)
		return fail(a, why);
	return flush(a, why);
}

int async_copy_begin(struct async *a, const char *sql, struct err *why)
{
	a->waiting = true;
	if (PQsendQuery(a->connection, sql) != 1)
		return fail(a, why);
	return flush(a, why);
}

bool async_copy_full(const struct async *a)
{
	return a->copy_unsent > COPY_UNSENT_MOST;
}

int async_copy_put(struct async *a, struct slice data, struct err *why)
{
	if (PQputCopyData(a->connection, (const char *)data.ptr, (int)data.len) != 1)
		return fail(a, why);
	a->copy_unsent += data.len;
	return async_copy_full(a) ? flush(a, why) : 0;
}

int async_copy_end(struct async *a, struct err *why)
{
	a->copying = false;
	if (PQputCopyEnd(a->connection, NULL) != 1)
		return fail(a, why);
	return flush(a, why);
}

/* ------------------------------------------------------------------------------------------------------- stepping */

static int send_set_up(struct async *a, struct err *why)
{
	a->phase = PHASE_SET_UP;
	a->waiting = true;
	if (PQsendQuery(a->connection, a->set_up) != 1)
		return fail(a, why);
	return flush(a, why);
}

static int send_statements(struct async *a, struct err *why)
{
	a->phase = PHASE_PREPARING;
	if (enter_pipeline(a, why) != 0)
		return -1;
	for (int i = 0; i < a->statement_count; i++) {
		char name[NAME_SIZE];

		if (PQsendPrepare(a->connection, statement_name(i, name), a->statements[i], 0, NULL) != 1)
			return fail(a, why);
	}
	return async_sync(a, why);
}

static enum async_event connect_step(struct async *a, struct err *why)
{
	a->polling = PQconnectPoll(a->connection);
	if (a->polling == PGRES_POLLING_FAILED)
		return lose(a, why);
	if (a->polling != PGRES_POLLING_OK)
		return ASYNC_WAIT;
	if (PQsetnonblocking(a->connection, 1) != 0)
		return lose(a, why);
	return send_set_up(a, why) == 0 ? ASYNC_WAIT : ASYNC_LOST;
}

static enum async_event refused(struct async *a, const PGresult *result, struct err *why)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (PQstatus(a->connection) != CONNECTION_OK || !state)
		return lose(a, why);
	snprintf(a->state, sizeof(a->state), "%s", state);
	err_set(why, sqlstate_code(state), "database: %s (SQLSTATE %s)", message ? message : "failed", state);
	/* Without its statements, or when the server is about to end it, this connection is of no use. */
	return why->code == ERR_UNAVAILABLE || a->phase != PHASE_READY ? ASYNC_LOST : ASYNC_REFUSED;
}

/* All that was sent has been answered. */
static enum async_event done(struct async *a, struct err *why)
{
	a->waiting = false;
	if (PQpipelineStatus(a->connection) != PQ_PIPELINE_OFF && PQexitPipelineMode(a->connection) != 1)
		return lose(a, why);
	switch (a->phase) {
	case PHASE_SET_UP:
		return send_statements(a, why) == 0 ? ASYNC_WAIT : ASYNC_LOST;
	case PHASE_PREPARING:
		a->phase = PHASE_READY;
		return ASYNC_CONNECTED;
	case PHASE_CONNECTING:
	case PHASE_READY:
		break;
	}
	return ASYNC_DONE;
}

/* One answer; ASYNC_WAIT: it was of no interest, look again. */
static enum async_event take(struct async *a, PGresult *got, struct db_result **result, struct err *why)
{
	enum async_event event = ASYNC_WAIT;

	switch (PQresultStatus(got)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
		if (a->phase != PHASE_READY)
			break;
		*result = (struct db_result *)got;
		return ASYNC_RESULT;
	case PGRES_PIPELINE_SYNC:
		event = done(a, why);
		break;
	case PGRES_COPY_IN:
		a->copying = true;
		event = ASYNC_COPY;
		break;
	case PGRES_PIPELINE_ABORTED: /* behind the statement that was refused */
		break;
	default:
		event = refused(a, got, why);
		break;
	}
	PQclear(got);
	return event;
}

static bool take_notifications(struct async *a)
{
	bool rang = false;
	PGnotify *n;

	while ((n = PQnotifies(a->connection)) != NULL) {
		PQfreemem(n);
		rang = true;
	}
	return rang;
}

static enum async_event take_answers(struct async *a, struct db_result **result, struct err *why)
{
	while (a->waiting && !PQisBusy(a->connection)) {
		PGresult *got = PQgetResult(a->connection);
		enum async_event event = ASYNC_WAIT;

		if (got)
			event = take(a, got, result, why);
		else if (PQpipelineStatus(a->connection) == PQ_PIPELINE_OFF)
			event = done(a, why); /* the end of a COPY, or of the set-up */
		if (event != ASYNC_WAIT)
			return event;
	}
	return ASYNC_WAIT;
}

enum async_event async_step(struct async *a, struct db_result **result, struct err *why)
{
	*result = NULL;
	if (a->phase == PHASE_CONNECTING)
		return connect_step(a, why);
	if (flush(a, why) != 0)
		return ASYNC_LOST;
	if (!PQconsumeInput(a->connection))
		return lose(a, why);
	if (take_notifications(a))
		return ASYNC_NOTIFIED;
	if (a->copying)
		return async_copy_full(a) ? ASYNC_WAIT : ASYNC_COPY;
	return take_answers(a, result, why);
}
