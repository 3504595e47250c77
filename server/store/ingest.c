#include "server/store/ingest.h"

#include "lib/encode.h"
#include "server/store/array_text.h"
#include "server/store/sqlstate.h"

#include <stdlib.h>

enum { IDS_IN_BLOCK = 10000, COLUMNS_MOST = 12 }; /* of sequence alert_id, schema/0001 */

enum statement {
	BEGIN,
	MARKS,
	NEW_STREAMS,
	IDS,
	WORK,
	CHANGE,
	RAISE_MARKS,
	LEDGER,
	HEALTH,
	OBSERVATION,
	COMMIT,
	ROLLBACK,
	RING_WORK,
	RING_CHANGE,
};

/* Hours since 1970. */
#define HOUR "floor(extract(epoch FROM now()) / 3600)::bigint"

/* A sensor that was deleted gets no new rows; the joins see to it. */
static const char *const statements[] = {
	[BEGIN] = "BEGIN",
	[MARKS] = "SELECT u.n, s.sequence FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) "
		  "WITH ORDINALITY AS u (company_id, sensor_id, epoch, n) "
		  "JOIN sensor_stream s ON s.company_id = u.company_id AND s.sensor_id = u.sensor_id "
		  "AND s.epoch = u.epoch ORDER BY s.company_id, s.sensor_id, s.epoch FOR UPDATE OF s",
	[NEW_STREAMS] = "INSERT INTO sensor_stream (company_id, sensor_id, epoch, sequence) "
			"SELECT u.company_id, u.sensor_id, u.epoch, 0 "
			"FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS u (company_id, sensor_id, epoch) "
			"JOIN sensor x ON x.company_id = u.company_id AND x.sensor_id = u.sensor_id "
			"ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING",
	[IDS] = "SELECT nextval('alert_id') FROM generate_series(1, $1::bigint)",
	[WORK] = "INSERT INTO work (company_id, id_from, id_to, ts_from, ts_to) SELECT * FROM "
		 "unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[])",
	[CHANGE] = "INSERT INTO change (company_id, kind, id_from, id_to, ts_from, ts_to) "
		   "SELECT u.company_id, 'alerts', u.id_from, u.id_to, u.ts_from, u.ts_to FROM "
		   "unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[]) "
		   "AS u (company_id, id_from, id_to, ts_from, ts_to)",
	[RAISE_MARKS] = "UPDATE sensor_stream s SET sequence = u.sequence, updated_at = now() FROM "
			"unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) "
			"AS u (company_id, sensor_id, epoch, sequence) WHERE s.company_id = u.company_id "
			"AND s.sensor_id = u.sensor_id AND s.epoch = u.epoch",
	[LEDGER] = "INSERT INTO sensor_day AS d (company_id, sensor_id, day, expected, received, dropped, duplicate, "
		   "unparsed, ignored, bad_clock, heartbeats, hours_seen) SELECT u.company_id, u.sensor_id, "
		   "(now() AT TIME ZONE $11::text)::date, u.expected, u.received, u.dropped, u.duplicate, u.unparsed, "
		   "u.ignored, u.bad_clock, u.heartbeats, "
		   "hour_bits(now(), $11::text) FROM unnest($1::bigint[], "
		   "$2::bigint[], $3::bigint[], "
		   "$4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[]) "
		   "AS u (company_id, sensor_id, expected, received, dropped, duplicate, unparsed, ignored, bad_clock, "
		   "heartbeats) JOIN sensor x ON x.company_id = u.company_id AND x.sensor_id = u.sensor_id "
		   "ORDER BY 1, 2 ON CONFLICT (company_id, sensor_id, day) DO UPDATE SET "
		   "expected = d.expected + excluded.expected, received = d.received + excluded.received, "
		   "dropped = d.dropped + excluded.dropped, duplicate = d.duplicate + excluded.duplicate, "
		   "unparsed = d.unparsed + excluded.unparsed, ignored = d.ignored + excluded.ignored, "
		   "bad_clock = d.bad_clock + excluded.bad_clock, heartbeats = d.heartbeats + excluded.heartbeats, "
		   "hours_seen = d.hours_seen | excluded.hours_seen",
	[HEALTH] =
	    "INSERT INTO sensor_health AS h (company_id, sensor_id, last_seen_at, last_event_at, clock_skew_ms, "
	    "agent_version, spool_records, spool_bytes, disk_free_bytes, dropped_records, report, hour, hours) "
	    "SELECT u.company_id, u.sensor_id, now(), u.last_event_at, u.clock_skew_ms, u.agent_version, "
	    "u.spool_records, u.spool_bytes, u.disk_free_bytes, u.dropped_records, u.report, " HOUR ", "
	    "sensor_hours(NULL, NULL, NULL, u.alerts) FROM "
	    "unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::bigint[], $5::text[], $6::bigint[], "
	    "$7::bigint[], $8::bigint[], $9::bigint[], $10::jsonb[], $11::bigint[]) AS u (company_id, sensor_id, "
	    "last_event_at, clock_skew_ms, agent_version, spool_records, spool_bytes, disk_free_bytes, "
	    "dropped_records, report, alerts) "
	    "JOIN sensor x ON x.company_id = u.company_id AND x.sensor_id = u.sensor_id ORDER BY 1, 2 "
	    "ON CONFLICT (company_id, sensor_id) DO UPDATE SET last_seen_at = excluded.last_seen_at, "
	    "last_event_at = greatest(h.last_event_at, excluded.last_event_at), "
	    "clock_skew_ms = coalesce(excluded.clock_skew_ms, h.clock_skew_ms), "
	    "agent_version = coalesce(excluded.agent_version, h.agent_version), "
	    "spool_records = coalesce(excluded.spool_records, h.spool_records), "
	    "spool_bytes = coalesce(excluded.spool_bytes, h.spool_bytes), "
	    "disk_free_bytes = coalesce(excluded.disk_free_bytes, h.disk_free_bytes), "
	    "dropped_records = coalesce(excluded.dropped_records, h.dropped_records), "
	    "report = coalesce(excluded.report, h.report), hour = greatest(h.hour, excluded.hour), "
	    "hours = sensor_hours(h.hours, h.hour, excluded.hour, excluded.hours[24])",
	[OBSERVATION] = "INSERT INTO observation (company_id, body) SELECT * FROM "
			"unnest($1::bigint[], $2::bytea[])",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[RING_WORK] = "NOTIFY hinomi_work",
	[RING_CHANGE] = "NOTIFY hinomi_change",
};

/* Primary keys are all that its tables can be looked up by, so plans are made once. */
static const char set_up[] = DB_ROWS_BY_KEY "; SET plan_cache_mode = force_generic_plan";

enum state {
	STATE_AWAY, /* no connection, or not yet */
	STATE_IDLE,
	STATE_MARKS,       /* BEGIN, marks */
	STATE_NEW_STREAMS, /* and again with the streams that had none */
	STATE_IDS,
	STATE_COPY_OPEN,
	STATE_COPY, /* sent; its verdict is due */
	STATE_FINISH,
	STATE_RING,
	STATE_ROLLBACK,
};

struct ingest {
	struct ingest_plan plan;
	struct async *connection;
	enum state state;
	struct ingest_batch *batch;
	struct ingest_ids left;    /* of the block dealt from last */
	struct ingest_ids *blocks; /* for the batch at hand: what was left, then fresh ones */
	size_t block_count, block_room;
	struct ingest_cursor at;
	bool ready;                     /* to be told with the next step */
	enum ingest_event_kind verdict; /* WAIT: no statement was refused so far */
	struct err refusal;
};

struct ingest *ingest_new(const struct ingest_plan *plan)
{
	struct ingest *in = calloc(1, sizeof(*in));

	if (in)
		in->plan = *plan;
	return in;
}

static void disconnect(struct ingest *in)
{
	async_close(in->connection);
	in->connection = NULL;
	in->state = STATE_AWAY;
	in->batch = NULL;
	in->ready = false;
}

void ingest_free(struct ingest *in)
{
	if (!in)
		return;
	disconnect(in);
	free(in->blocks);
	free(in);
}

int ingest_connect(struct ingest *in, struct err *why)
{
	const struct async_plan plan = {
		.conninfo = in->plan.conninfo,
		.user = in->plan.user,
		.application = "hinomi collector",
		.statements = statements,
		.statement_count = ARRAY_LEN(statements),
		.set_up = set_up,
	};

	disconnect(in);
	in->left = (struct ingest_ids){ 0 };
	return async_open(&in->connection, &plan, why);
}

int ingest_descriptor(const struct ingest *in)
{
	return in->connection ? async_descriptor(in->connection) : -1;
}

bool ingest_wants_read(const struct ingest *in)
{
	return in->connection && async_wants_read(in->connection);
}

bool ingest_wants_write(const struct ingest *in)
{
	return in->connection && async_wants_write(in->connection);
}

/* ---------------------------------------------------------------------------------------------- columns of values */

/* Runs a statement on arrays, and releases them. tail: one more parameter, a text; NULL: none. */
static int run_columns(struct ingest *in, enum statement statement, struct array_text *columns, size_t count,
		       const char *tail, struct err *why)
{
	struct db_args args = { 0 };
	int failed = 0;

	for (size_t i = 0; i < count; i++) {
		const char *text = array_text(&columns[i]);

		if (!text)
			failed = err_set(why, ERR_NOMEM, "no memory for the values of a statement");
		db_arg_text(&args, text);
	}
	if (tail)
		db_arg_text(&args, tail);
	if (!failed)
		failed = async_run(in->connection, statement, &args, why);
	for (size_t i = 0; i < count; i++)
		array_text_release(&columns[i]);
	return failed;
}

/* Streams without a mark that have events in the range, in the order of locks. The order of epochs of one sensor does
 * not matter: nobody else locks them without holding this sensor's certificate. */
static int run_streams(struct ingest *in, enum statement statement, struct err *why)
{
	const struct ingest_batch *b = in->batch;
	struct array_text columns[3] = { 0 };

	for (uint32_t i = 0; i < b->stream_count; i++) {
		const struct ingest_sensor *s = &b->sensors[b->streams[i].sensor];

		if (b->streams[i].mark >= 0)
			continue;
		array_text_integer(&columns[0], s->company_id);
		array_text_integer(&columns[1], s->sensor_id);
		array_text_integer(&columns[2], b->streams[i].epoch);
	}
	return run_columns(in, statement, columns, ARRAY_LEN(columns), NULL, why);
}

/* A row says which of the streams without a mark it is, counted from 1. */
static void take_marks(struct ingest_batch *b, const struct db_result *result)
{
	uint32_t *unknown = calloc(b->stream_count + 1, sizeof(*unknown));
	uint32_t count = 0;

	if (!unknown)
		return; /* they stay unknown: nothing of them is stored or acked */
	for (uint32_t i = 0; i < b->stream_count; i++)
		if (b->streams[i].mark < 0)
			unknown[count++] = i;
	for (int row = 0; row < db_rows(result); row++) {
		int64_t n = db_integer(result, row, 0);

		if (n >= 1 && n <= count)
			b->streams[unknown[n - 1]].mark = db_integer(result, row, 1);
	}
	free(unknown);
}

static bool marks_missing(const struct ingest_batch *b)
{
	for (uint32_t i = 0; i < b->stream_count; i++)
		if (b->streams[i].mark < 0)
			return true;
	return false;
}

static int run_runs(struct ingest *in, enum statement statement, struct err *why)
{
	struct array_text columns[5] = { 0 };

	for (uint32_t i = 0; i < in->batch->run_count; i++) {
		const struct ingest_run *r = &in->batch->runs[i];

		array_text_integer(&columns[0], r->company_id);
		array_text_integer(&columns[1], r->id_from);
		array_text_integer(&columns[2], r->id_to);
		array_text_time(&columns[3], r->ts_from);
		array_text_time(&columns[4], r->ts_to);
	}
	return run_columns(in, statement, columns, ARRAY_LEN(columns), NULL, why);
}

static int run_raise_marks(struct ingest *in, struct err *why)
{
	const struct ingest_batch *b = in->batch;
	struct array_text columns[4] = { 0 };
	size_t count = 0;

	for (uint32_t i = 0; i < b->stream_count; i++) {
		const struct ingest_stream *stream = &b->streams[i];

		if (stream->new_mark == stream->mark)
			continue;
		array_text_integer(&columns[0], b->sensors[stream->sensor].company_id);
		array_text_integer(&columns[1], b->sensors[stream->sensor].sensor_id);
		array_text_integer(&columns[2], stream->epoch);
		array_text_integer(&columns[3], stream->new_mark);
		count++;
	}
	return count ? run_columns(in, RAISE_MARKS, columns, ARRAY_LEN(columns), NULL, why) : 0;
}

static int run_ledger(struct ingest *in, struct err *why)
{
	const struct ingest_batch *b = in->batch;
	struct array_text columns[10] = { 0 };

	for (uint32_t i = 0; i < b->order_count; i++) {
		const struct ingest_sensor *s = &b->sensors[b->order[i]];
		const struct ingest_ledger *l = &s->ledger;
		const int64_t values[] = { s->company_id, s->sensor_id, l->expected, l->received,  l->dropped,
					   l->duplicate,  l->unparsed,  l->ignored,  l->bad_clock, l->heartbeats };

		for (size_t k = 0; k < ARRAY_LEN(values) && s->touched; k++)
			array_text_integer(&columns[k], values[k]);
	}
	return run_columns(in, LEDGER, columns, ARRAY_LEN(columns), in->plan.timezone, why);
}

static void put_figure(struct array_text *column, bool there, int64_t value)
{
	if (there)
		array_text_integer(column, value);
	else
		array_text_string(column, (struct slice){ 0 });
}

static void put_health(struct array_text *columns, const struct ingest_sensor *s)
{
	const struct ingest_health *h = &s->health;
	bool there = s->ledger.heartbeats > 0;

	array_text_integer(&columns[0], s->company_id);
	array_text_integer(&columns[1], s->sensor_id);
	array_text_time(&columns[2], s->last_event_at);
	put_figure(&columns[3], there && h->clock_skew_ms != INT64_MIN, h->clock_skew_ms);
	array_text_string(&columns[4], there && s->version[0] ? slice_of_string(s->version) : (struct slice){ 0 });
	put_figure(&columns[5], there && h->spool_records >= 0, h->spool_records);
	put_figure(&columns[6], there && h->spool_bytes >= 0, h->spool_bytes);
	put_figure(&columns[7], there && h->disk_free_bytes >= 0, h->disk_free_bytes);
	put_figure(&columns[8], there && h->dropped_records >= 0, h->dropped_records);
	array_text_string(&columns[9], there && s->report.len ? buffer_slice(&s->report) : (struct slice){ 0 });
	array_text_integer(&columns[10], s->ledger.received - s->ledger.ignored);
}

static int run_health(struct ingest *in, struct err *why)
{
	const struct ingest_batch *b = in->batch;
	struct array_text columns[11] = { 0 };

	for (uint32_t i = 0; i < b->order_count; i++)
		if (b->sensors[b->order[i]].touched)
			put_health(columns, &b->sensors[b->order[i]]);
	return run_columns(in, HEALTH, columns, ARRAY_LEN(columns), NULL, why);
}

static int run_observations(struct ingest *in, struct err *why)
{
	const struct ingest_batch *b = in->batch;
	struct array_text columns[2] = { 0 };
	struct buffer hex = { 0 };

	for (uint32_t i = 0; i < b->observation_count; i++) {
		const struct ingest_observation *o = &b->observations[i];

		buffer_clear(&hex);
		buffer_put_string(&hex, "\\x");
		hex_encode(&hex, slice_of(b->bodies.data + o->body, o->length));
		if (hex.failed)
			columns[1].text.failed = true;
		array_text_integer(&columns[0], o->company_id);
		array_text_string(&columns[1], buffer_slice(&hex));
	}
	buffer_release(&hex);
	return run_columns(in, OBSERVATION, columns, ARRAY_LEN(columns), NULL, why);
}

/* ----------------------------------------------------------------------------------------------------- going ahead */

static int begin_finish(struct ingest *in, struct err *why)
{
	in->state = STATE_FINISH;
	if (in->batch->run_count && (run_runs(in, WORK, why) != 0 || run_runs(in, CHANGE, why) != 0))
		return -1;
	if (ingest_batch_observe(in->batch, why) != 0 ||
	    (in->batch->observation_count && run_observations(in, why) != 0))
		return -1;
	if (run_raise_marks(in, why) != 0 || run_ledger(in, why) != 0 || run_health(in, why) != 0 ||
	    async_run(in->connection, COMMIT, NULL, why) != 0)
		return -1;
	return async_sync(in->connection, why);
}

static int begin_copy(struct ingest *in, struct err *why)
{
	if (ingest_batch_deal(in->batch, in->blocks, in->block_count, why) != 0)
		return -1;
	/* Only the last block can have ids left: a fresh one is asked for only when those before do not do. */
	in->left = in->block_count ? in->blocks[in->block_count - 1] : (struct ingest_ids){ 0 };
	in->at = (struct ingest_cursor){ 0 };
	in->state = STATE_COPY_OPEN;
	return async_copy_begin(in->connection, alert_row_copy_sql, why);
}

static bool add_block(struct ingest *in, int64_t next, int64_t end)
{
	if (in->block_count == in->block_room) {
		size_t room = in->block_room * 2 + 8;
		struct ingest_ids *bigger = realloc(in->blocks, room * sizeof(*bigger));

		if (!bigger)
			return false;
		in->blocks = bigger;
		in->block_room = room;
	}
	in->blocks[in->block_count++] = (struct ingest_ids){ next, end };
	return true;
}

static int begin_ids(struct ingest *in, struct err *why)
{
	struct db_args args = { 0 };
	int64_t left = in->left.end - in->left.next;

	in->block_count = 0;
	if (left && !add_block(in, in->left.next, in->left.end))
		return err_set(why, ERR_NOMEM, "no memory for ids");
	if (left >= in->batch->stored)
		return begin_copy(in, why);
	in->state = STATE_IDS;
	db_arg_integer(&args, (in->batch->stored - left + IDS_IN_BLOCK - 1) / IDS_IN_BLOCK);
	if (async_run(in->connection, IDS, &args, why) != 0)
		return -1;
	return async_sync(in->connection, why);
}

static int take_ids(struct ingest *in, const struct db_result *result, struct err *why)
{
	for (int row = 0; row < db_rows(result); row++) {
		int64_t first = db_integer(result, row, 0);

		if (!add_block(in, first, first + IDS_IN_BLOCK))
			return err_set(why, ERR_NOMEM, "no memory for ids");
	}
	return 0;
}

static int judge(struct ingest *in, struct err *why)
{
	ingest_batch_judge(in->batch, in->batch->from, in->batch->to);
	in->batch->run_count = 0;
	return in->batch->stored ? begin_ids(in, why) : begin_finish(in, why);
}

static int begin_new_streams(struct ingest *in, struct err *why)
{
	in->state = STATE_NEW_STREAMS;
	if (run_streams(in, NEW_STREAMS, why) != 0 || run_streams(in, MARKS, why) != 0)
		return -1;
	return async_sync(in->connection, why);
}

int ingest_store(struct ingest *in, struct ingest_batch *batch, uint32_t from, uint32_t to, struct err *why)
{
	if (ingest_batch_sort(batch, why) != 0)
		return -1;
	in->batch = batch;
	in->verdict = INGEST_WAIT;
	batch->from = from;
	batch->to = to;
	for (uint32_t i = 0; i < batch->stream_count; i++)
		batch->streams[i].mark = -1;
	in->state = STATE_MARKS;
	if (async_run(in->connection, BEGIN, NULL, why) != 0)
		return -1;
	if (batch->stream_count && run_streams(in, MARKS, why) != 0)
		return -1;
	return async_sync(in->connection, why);
}

static int begin_ring(struct ingest *in, struct err *why)
{
	in->state = STATE_RING;
	if (async_run(in->connection, RING_WORK, NULL, why) != 0 ||
	    async_run(in->connection, RING_CHANGE, NULL, why) != 0)
		return -1;
	return async_sync(in->connection, why);
}

/* The rows, as many as the connection takes now; behind the last one the end. */
static int put_rows(struct ingest *in, struct err *why)
{
	if (!in->at.begun && async_copy_put(in->connection, alert_row_header(), why) != 0)
		return -1;
	while (!async_copy_full(in->connection)) {
		struct slice piece;

		ingest_batch_rows(in->batch, &in->at, &piece);
		if (piece.len == 0) {
			in->state = STATE_COPY;
			if (async_copy_put(in->connection, alert_row_trailer(), why) != 0)
				return -1;
			return async_copy_end(in->connection, why);
		}
		if (async_copy_put(in->connection, piece, why) != 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- events */

static int take_result(struct ingest *in, const struct db_result *result, struct err *why)
{
	if (in->state == STATE_MARKS || in->state == STATE_NEW_STREAMS)
		take_marks(in->batch, result);
	if (in->state == STATE_IDS)
		return take_ids(in, result, why);
	return 0;
}

static void note_refusal(struct ingest *in, const struct err *why)
{
	const char *state = async_state(in->connection);

	if (in->verdict != INGEST_WAIT || in->state == STATE_RING)
		return;
	in->refusal = *why;
	if (why->code == ERR_CONFLICT)
		in->verdict = INGEST_AGAIN;
	else
		in->verdict = sqlstate_blames_data(state) ? INGEST_REFUSED : INGEST_TROUBLED;
}

/* What follows when a round trip is complete. -1: the connection cannot be used any more. */
static int go_on(struct ingest *in, enum ingest_event_kind *event, struct err *why)
{
	if (in->verdict != INGEST_WAIT && in->state != STATE_ROLLBACK && in->state != STATE_RING) {
		in->state = STATE_ROLLBACK;
		if (async_run(in->connection, ROLLBACK, NULL, why) != 0)
			return -1;
		return async_sync(in->connection, why);
	}
	switch (in->state) {
	case STATE_MARKS:
		return marks_missing(in->batch) ? begin_new_streams(in, why) : judge(in, why);
	case STATE_NEW_STREAMS:
		return judge(in, why);
	case STATE_IDS:
		return begin_copy(in, why);
	case STATE_COPY_OPEN:
	case STATE_COPY:
		return begin_finish(in, why);
	case STATE_FINISH:
		*event = INGEST_STORED;
		in->state = STATE_IDLE;
		/* Heartbeats and duplicates alone wake nobody. */
		in->ready = in->batch->run_count == 0 && in->batch->observation_count == 0;
		return in->ready ? 0 : begin_ring(in, why);
	case STATE_ROLLBACK:
		*event = in->verdict;
		*why = in->refusal;
		in->state = STATE_IDLE;
		return 0;
	case STATE_RING:
		*event = INGEST_READY;
		in->state = STATE_IDLE;
		return 0;
	case STATE_AWAY:
	case STATE_IDLE:
		break;
	}
	return 0;
}

static enum ingest_event_kind lost(struct ingest *in)
{
	disconnect(in);
	return INGEST_LOST;
}

enum ingest_event_kind ingest_step(struct ingest *in, struct err *why)
{
	enum ingest_event_kind event = INGEST_WAIT;
	struct db_result *result;
	int failed = 0;

	if (in->ready) {
		in->ready = false;
		return INGEST_READY;
	}
	while (event == INGEST_WAIT && in->connection) {
		switch (async_step(in->connection, &result, why)) {
		case ASYNC_WAIT:
			return INGEST_WAIT;
		case ASYNC_CONNECTED:
			in->state = STATE_IDLE;
			return INGEST_READY;
		case ASYNC_RESULT:
			failed = take_result(in, result, why);
			db_result_free(result);
			break;
		case ASYNC_COPY:
			failed = put_rows(in, why);
			break;
		case ASYNC_DONE:
			failed = go_on(in, &event, why);
			break;
		case ASYNC_REFUSED:
			note_refusal(in, why);
			break;
		case ASYNC_NOTIFIED:
			break;
		case ASYNC_LOST:
			return lost(in);
		}
		if (failed)
			return lost(in);
	}
	return event;
}
