#include "server/store/ingest_batch.h"

#include "server/model/observables_pack.h"
#include "server/model/observation_body.h"

#include <stdlib.h>

/* A sequence is the sensor's word. However it lies, the ledger's sums stay within a bigint. */
#define JUMP_MOST ((int64_t)1000000000)

/* Room for one more element; false when memory is short. */
static bool grow(void **list, uint32_t count, uint32_t *room, size_t size)
{
	uint32_t more = *room ? *room * 2 : 16;
	void *bigger;

	if (count < *room)
		return true;
	if (more <= *room || more == INGEST_NONE)
		return false;
	bigger = realloc(*list, more * size);
	if (!bigger)
		return false;
	*list = bigger;
	*room = more;
	return true;
}

void ingest_batch_clear(struct ingest_batch *b)
{
	for (uint32_t i = 0; i < b->sensor_count; i++)
		buffer_release(&b->sensors[i].report);
	buffer_clear(&b->rows);
	buffer_clear(&b->seen);
	buffer_clear(&b->bodies);
	b->observation_count = 0;
	b->entry_count = b->sensor_count = b->stream_count = b->run_count = b->order_count = b->stored = 0;
}

void ingest_batch_release(struct ingest_batch *b)
{
	ingest_batch_clear(b);
	buffer_release(&b->rows);
	buffer_release(&b->seen);
	buffer_release(&b->bodies);
	observation_free(b->adding);
	free(b->one);
	free(b->observations);
	free(b->entries);
	free(b->sensors);
	free(b->streams);
	free(b->runs);
	free(b->order);
	*b = (struct ingest_batch){ 0 };
}

/* -------------------------------------------------------------------------------------------------------- filling */

uint32_t ingest_batch_sensor(struct ingest_batch *b, int64_t company_id, int64_t sensor_id, void *owner)
{
	if (!grow((void **)&b->sensors, b->sensor_count, &b->sensor_room, sizeof(*b->sensors)))
		return INGEST_NONE;
	b->sensors[b->sensor_count] = (struct ingest_sensor){
		.company_id = company_id,
		.sensor_id = sensor_id,
		.owner = owner,
		.first = INGEST_NONE,
		.last = INGEST_NONE,
		.streams = INGEST_NONE,
		.last_event_at = TIME_NONE,
	};
	return b->sensor_count++;
}

static uint32_t find_stream(struct ingest_batch *b, uint32_t sensor, int64_t epoch)
{
	for (uint32_t i = b->sensors[sensor].streams; i != INGEST_NONE; i = b->streams[i].next)
		if (b->streams[i].epoch == epoch)
			return i;
	if (!grow((void **)&b->streams, b->stream_count, &b->stream_room, sizeof(*b->streams)))
		return INGEST_NONE;
	b->streams[b->stream_count] =
	    (struct ingest_stream){ .sensor = sensor, .next = b->sensors[sensor].streams, .epoch = epoch, .mark = -1 };
	b->sensors[sensor].streams = b->stream_count;
	return b->stream_count++;
}

/* The last heartbeat counts; what an earlier one in the batch said is forgotten. */
static void keep_health(struct ingest_sensor *s, const struct ingest_health *health)
{
	struct slice version = slice_take(health->version, INGEST_VERSION_SIZE - 1);

	s->health = *health;
	s->health.report = s->health.version = (struct slice){ 0 };
	buffer_clear(&s->report);
	buffer_put_slice(&s->report, health->report);
	if (s->report.failed)
		buffer_release(&s->report);
	memset(s->version, 0, sizeof(s->version));
	if (version.len)
		memcpy(s->version, version.ptr, version.len);
}

static bool has_row(enum ingest_kind kind)
{
	return kind == INGEST_ALERT || kind == INGEST_UNPARSED || kind == INGEST_CONTEXT;
}

/* A wrong clock is wrong about the session's begin too. */
static void keep_observables(struct ingest_batch *b, const struct ingest_event *event)
{
	struct observables corrected;

	if (!event->bad_clock || event->seen->started == TIME_NONE) {
		observables_pack(event->seen, &b->seen);
		return;
	}
	corrected = *event->seen;
	corrected.started = TIME_NONE;
	observables_pack(&corrected, &b->seen);
}

static int put_row(struct ingest_batch *b, const struct ingest_sensor *s, const struct ingest_event *event,
		   struct raw_coder *coder, struct err *why)
{
	const struct alert_row fields = { .company_id = s->company_id,
					  .sensor_id = s->sensor_id,
					  .ts = event->ts,
					  .received_at = event->received_at,
					  .alert = event->alert,
					  .raw = event->raw };
	size_t row = b->rows.len, seen = b->seen.len;

	if (has_row(event->kind))
		alert_row_put(&b->rows, &fields, coder);
	if (event->seen)
		keep_observables(b, event);
	if (!b->rows.failed && !b->seen.failed)
		return 0;
	b->rows.failed = b->seen.failed = false;
	b->rows.len = row;
	b->seen.len = seen;
	return err_set(why, ERR_NOMEM, "no memory for an event");
}

int ingest_batch_add(struct ingest_batch *b, uint32_t sensor, const struct ingest_event *event, struct raw_coder *coder,
		     size_t *bytes, struct err *why)
{
	struct ingest_sensor *s = &b->sensors[sensor];
	struct ingest_entry entry = { .row = b->rows.len,
				      .seen = b->seen.len,
				      .next = INGEST_NONE,
				      .stream = INGEST_NONE,
				      .kind = (uint8_t)event->kind,
				      .bad_clock = event->bad_clock && event->kind == INGEST_ALERT,
				      .sequence = event->sequence,
				      .dropped = event->dropped,
				      .ts = event->ts };

	if (!grow((void **)&b->entries, b->entry_count, &b->entry_room, sizeof(*b->entries)) ||
	    (event->sequence && (entry.stream = find_stream(b, sensor, event->epoch)) == INGEST_NONE))
		return err_set(why, ERR_NOMEM, "no memory for an event");
	if (put_row(b, s, event, coder, why) != 0)
		return -1;
	entry.row_length = (uint32_t)(b->rows.len - entry.row);
	entry.seen_length = (uint32_t)(b->seen.len - entry.seen);
	if (event->health)
		keep_health(s, event->health);
	if (s->first == INGEST_NONE)
		s->first = b->entry_count;
	else
		b->entries[s->last].next = b->entry_count;
	s->last = b->entry_count;
	b->entries[b->entry_count++] = entry;
	*bytes = entry.row_length + entry.seen_length + sizeof(entry) + (event->health ? event->health->report.len : 0);
	s->bytes += *bytes;
	return 0;
}

/* -------------------------------------------------------------------------------------------------------- judging */

static int by_company_and_sensor(const void *left, const void *right, void *arg)
{
	const struct ingest_sensor *sensors = arg;
	const struct ingest_sensor *a = &sensors[*(const uint32_t *)left], *b = &sensors[*(const uint32_t *)right];

	if (a->company_id != b->company_id)
		return a->company_id < b->company_id ? -1 : 1;
	return a->sensor_id < b->sensor_id ? -1 : a->sensor_id > b->sensor_id;
}

int ingest_batch_sort(struct ingest_batch *b, struct err *why)
{
	if (b->order_room < b->sensor_count) {
		uint32_t *bigger = realloc(b->order, b->sensor_room * sizeof(*bigger));

		if (!bigger)
			return err_set(why, ERR_NOMEM, "no memory for a batch of %u sensors", b->sensor_count);
		b->order = bigger;
		b->order_room = b->sensor_room;
	}
	b->order_count = b->sensor_count;
	for (uint32_t i = 0; i < b->sensor_count; i++)
		b->order[i] = i;
	if (b->sensor_count)
		qsort_r(b->order, b->sensor_count, sizeof(*b->order), by_company_and_sensor, b->sensors);
	return 0;
}

/* Numbers between `mark` and the one that came, which did not come. */
static int64_t missing_before(int64_t mark, int64_t sequence)
{
	int64_t n = sequence - mark - 1;

	return n > JUMP_MOST ? JUMP_MOST : n;
}

/* Whether a numbered event is new; books what lies before it. */
static bool advance(struct ingest_stream *stream, struct ingest_ledger *ledger, const struct ingest_entry *e)
{
	if (e->sequence <= stream->new_mark) {
		ledger->duplicate++;
		return false;
	}
	ledger->expected += missing_before(stream->new_mark, e->sequence);
	stream->new_mark = e->sequence;
	return true;
}

static void count_record(struct ingest_sensor *s, struct ingest_entry *e)
{
	e->is_new = true;
	s->ledger.expected++;
	s->ledger.received++;
	s->ledger.bad_clock += e->bad_clock;
	s->ledger.unparsed += e->kind == INGEST_UNPARSED;
	s->ledger.ignored += e->kind == INGEST_IGNORED || e->kind == INGEST_CONTEXT;
	if (e->kind == INGEST_ALERT && e->ts > s->last_event_at)
		s->last_event_at = e->ts; /* TIME_NONE is before everything */
}

static void count_dropped(struct ingest_ledger *ledger, int64_t dropped)
{
	dropped = dropped > JUMP_MOST ? JUMP_MOST : dropped;
	ledger->expected += dropped;
	ledger->dropped += dropped;
}

static void judge_entry(struct ingest_batch *b, struct ingest_sensor *s, struct ingest_entry *e)
{
	struct ingest_stream *stream = e->stream == INGEST_NONE ? NULL : &b->streams[e->stream];

	s->touched = true;
	if (stream && stream->mark < 0) {
		s->gone = true;
		return;
	}
	if (stream && !advance(stream, &s->ledger, e))
		return;
	switch ((enum ingest_kind)e->kind) {
	case INGEST_ALERT:
	case INGEST_UNPARSED:
	case INGEST_CONTEXT:
		e->stored = true;
		b->stored++;
		count_record(s, e);
		break;
	case INGEST_IGNORED:
		count_record(s, e);
		break;
	case INGEST_DROPPED:
		count_dropped(&s->ledger, e->dropped);
		break;
	case INGEST_HEARTBEAT:
		s->ledger.heartbeats++;
		break;
	}
}

void ingest_batch_judge(struct ingest_batch *b, uint32_t from, uint32_t to)
{
	b->from = from;
	b->to = to;
	b->stored = 0;
	for (uint32_t i = 0; i < b->stream_count; i++)
		b->streams[i].new_mark = b->streams[i].mark;
	for (uint32_t i = 0; i < b->sensor_count; i++) {
		struct ingest_sensor *s = &b->sensors[i];

		s->ledger = (struct ingest_ledger){ 0 };
		s->last_event_at = TIME_NONE;
		s->touched = s->gone = false;
		for (uint32_t e = s->first; e != INGEST_NONE; e = b->entries[e].next) {
			b->entries[e].stored = b->entries[e].is_new = false;
			if (e >= from && e < to)
				judge_entry(b, s, &b->entries[e]);
		}
	}
}

/* ------------------------------------------------------------------------------------------------------ observing */

static int add_observables(struct ingest_batch *b, const struct ingest_sensor *s, struct err *why)
{
	for (uint32_t i = s->first; i != INGEST_NONE; i = b->entries[i].next) {
		const struct ingest_entry *e = &b->entries[i];

		if (!e->is_new || e->seen_length == 0)
			continue;
		observables_unpack(slice_of(b->seen.data + e->seen, e->seen_length), b->one);
		if (observation_add(b->adding, b->one, e->ts, why) != 0)
			return -1;
	}
	return 0;
}

static int finish_company(struct ingest_batch *b, int64_t company_id, struct err *why)
{
	size_t body = b->bodies.len;

	if (observation_is_empty(b->adding))
		return 0;
	if (observation_write(b->adding, &b->bodies, why) != 0)
		return -1;
	observation_clear(b->adding);
	if (b->bodies.failed ||
	    !grow((void **)&b->observations, b->observation_count, &b->observation_room, sizeof(*b->observations)))
		return err_set(why, ERR_NOMEM, "no memory for observables");
	b->observations[b->observation_count++] = (struct ingest_observation){ company_id, body, b->bodies.len - body };
	return 0;
}

int ingest_batch_observe(struct ingest_batch *b, struct err *why)
{
	b->observation_count = 0;
	buffer_clear(&b->bodies);
	if (b->seen.len == 0)
		return 0;
	if (!b->adding)
		b->adding = observation_new();
	if (!b->one)
		b->one = malloc(sizeof(*b->one));
	if (!b->adding || !b->one)
		return err_set(why, ERR_NOMEM, "no memory for observables");
	observation_clear(b->adding);
	for (uint32_t i = 0; i < b->order_count; i++) {
		const struct ingest_sensor *s = &b->sensors[b->order[i]];
		bool is_last = i + 1 == b->order_count || b->sensors[b->order[i + 1]].company_id != s->company_id;

		if (add_observables(b, s, why) != 0 || (is_last && finish_company(b, s->company_id, why) != 0))
			return -1;
	}
	return 0;
}

/* -------------------------------------------------------------------------------------------------------- dealing */

/* Steps through the entries in the order of companies and sensors; INGEST_NONE at the end. */
static uint32_t next_entry(const struct ingest_batch *b, struct ingest_cursor *at)
{
	if (!at->begun) {
		at->begun = true;
		at->order = 0;
		at->entry = b->order_count ? b->sensors[b->order[0]].first : INGEST_NONE;
	} else if (at->entry != INGEST_NONE) {
		at->entry = b->entries[at->entry].next;
	}
	while (at->entry == INGEST_NONE && at->order + 1 < b->order_count)
		at->entry = b->sensors[b->order[++at->order]].first;
	return at->entry;
}

static uint32_t next_stored(const struct ingest_batch *b, struct ingest_cursor *at)
{
	uint32_t e;

	do
		e = next_entry(b, at);
	while (e != INGEST_NONE && !b->entries[e].stored);
	return e;
}

/* The run that takes this id: the last one if the id follows it, or a new one. */
static struct ingest_run *run_for(struct ingest_batch *b, int64_t company_id, int64_t id)
{
	struct ingest_run *last = b->run_count ? &b->runs[b->run_count - 1] : NULL;

	if (last && last->company_id == company_id && last->id_to + 1 == id)
		return last;
	if (!grow((void **)&b->runs, b->run_count, &b->run_room, sizeof(*b->runs)))
		return NULL;
	b->runs[b->run_count] = (struct ingest_run){ company_id, id, id, INT64_MAX, INT64_MIN };
	return &b->runs[b->run_count++];
}

int ingest_batch_deal(struct ingest_batch *b, struct ingest_ids *blocks, size_t block_count, struct err *why)
{
	struct ingest_cursor at = { 0 };
	uint32_t e;

	b->run_count = 0;
	while ((e = next_stored(b, &at)) != INGEST_NONE) {
		struct ingest_entry *entry = &b->entries[e];
		struct ingest_run *run;

		while (block_count && blocks->next == blocks->end) {
			blocks++;
			block_count--;
		}
		if (!block_count)
			return err_set(why, ERR_LIMIT, "more rows than ids");
		run = run_for(b, b->sensors[b->order[at.order]].company_id, blocks->next);
		if (!run)
			return err_set(why, ERR_NOMEM, "no memory for runs of ids");
		run->id_to = blocks->next;
		run->ts_from = entry->ts < run->ts_from ? entry->ts : run->ts_from;
		run->ts_to = entry->ts > run->ts_to ? entry->ts : run->ts_to;
		alert_row_set_id(b->rows.data + entry->row, blocks->next++);
	}
	return 0;
}

void ingest_batch_rows(const struct ingest_batch *b, struct ingest_cursor *at, struct slice *piece)
{
	uint32_t e = next_stored(b, at);

	*piece = (struct slice){ 0 };
	if (e == INGEST_NONE)
		return;
	*piece = slice_of(b->rows.data + b->entries[e].row, b->entries[e].row_length);
	for (;;) {
		struct ingest_cursor ahead = *at;

		e = next_stored(b, &ahead);
		if (e == INGEST_NONE || b->rows.data + b->entries[e].row != piece->ptr + piece->len)
			return;
		piece->len += b->entries[e].row_length;
		*at = ahead;
	}
}

/* ------------------------------------------------------------------------------------------------------ degrading */

static bool degrade_heartbeat(struct ingest_batch *b, uint32_t index)
{
	for (uint32_t i = 0; i < b->sensor_count; i++) {
		struct ingest_sensor *s = &b->sensors[i];

		for (uint32_t e = s->first; e != INGEST_NONE; e = b->entries[e].next) {
			if (e != index || s->report.len == 0)
				continue;
			buffer_clear(&s->report);
			return true;
		}
	}
	return false;
}

bool ingest_batch_degrade(struct ingest_batch *b, uint32_t index)
{
	struct ingest_entry *e = &b->entries[index];
	size_t row = b->rows.len;

	if (e->kind == INGEST_HEARTBEAT)
		return degrade_heartbeat(b, index);
	if (e->kind == INGEST_CONTEXT) {
		e->kind = INGEST_IGNORED;
		e->row_length = 0;
		return true;
	}
	/* An unparsed record that is refused once more has nothing left that could be taken from it. */
	if (e->kind != INGEST_ALERT || !alert_row_put_unparsed(&b->rows, e->row, e->row_length, &e->ts))
		return false;
	e->row = row;
	e->row_length = (uint32_t)(b->rows.len - row);
	e->kind = INGEST_UNPARSED;
	e->bad_clock = false;
	return true;
}
