#include "server/collector/writers.h"

#include "lib/log.h"
#include "lib/random.h"
#include "server/collector/watch.h"
#include "server/store/ingest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BATCH_BYTES_MOST = 16 << 20,
	WORTH_IT_PART = 4, /* of batch_rows */
	CONNECT_TIMEOUT_MS = 10 * 1000,
	RETRY_FIRST_MS = 100,
	RETRY_MOST_MS = 10 * 1000,
	CONFLICTS_AT_ONCE = 5,
	LOG_INTERVAL_MS = 10 * 1000,
};

enum writer_state {
	WRITER_CONNECTING,
	WRITER_RESTING, /* after a failure; with a connection or without */
	WRITER_FREE,
	WRITER_BUSY,
	WRITER_WINDING_UP, /* stored, and not ready for more yet */
};

struct writer {
	struct writers *all;
	struct ingest *ingest;
	enum writer_state state;
	struct watch watch;
	struct event *timer;
	struct batch *filling;      /* takes events */
	struct batch *first, *last; /* full ones that wait */
	struct batch *current;      /* being stored: entries [from, to); those before are */
	uint32_t from, to;
	int64_t last_begun_ms;
	unsigned failures; /* in a row */
	size_t load;       /* bytes on the way */
};

struct writers {
	struct writers_plan plan;
	char *conninfo, *user, *timezone;
	struct writer *list;
	size_t count;
	uint64_t last_serial;
	struct batch *spare; /* for the next one, with its memory */
	bool draining;
	struct log_limit trouble;
};

static void go_on(struct writer *w);

/* ---------------------------------------------------------------------------------------------------------- batch */

bool batch_add_connection(struct batch *b, struct connection *c)
{
	if (b->connection_count == b->connection_room) {
		size_t room = b->connection_room ? b->connection_room * 2 : 16;
		struct connection **bigger = realloc(b->connections, room * sizeof(struct connection *));

		if (!bigger)
			return false;
		b->connections = bigger;
		b->connection_room = room;
	}
	b->connections[b->connection_count++] = c;
	return true;
}

static void batch_free(struct batch *b)
{
	if (!b)
		return;
	ingest_batch_release(&b->rows);
	free(b->connections);
	free(b);
}

static struct batch *batch_new(struct writers *all)
{
	struct batch *b = all->spare;

	all->spare = NULL;
	if (!b)
		b = calloc(1, sizeof(*b));
	if (b)
		b->serial = ++all->last_serial;
	return b;
}

/* Gives the memory back to the budget, and the sensors to whoever has time next. */
static void batch_forget(struct writer *w, struct batch *b)
{
	struct writers *all = w->all;

	for (uint32_t i = 0; i < b->rows.sensor_count; i++) {
		struct sensor *s = b->rows.sensors[i].owner;
		size_t bytes = b->rows.sensors[i].bytes;

		s->held -= bytes;
		w->load -= bytes;
		all->plan.budget->used -= bytes;
		if (--s->batches == 0)
			s->writer = NULL;
		fleet_release(all->plan.fleet, s);
	}
	ingest_batch_clear(&b->rows);
	b->connection_count = 0;
	b->next = NULL;
	if (all->spare || b->rows.rows.room > BATCH_BYTES_MOST)
		batch_free(b);
	else
		all->spare = b;
}

/* -------------------------------------------------------------------------------------------------------- filling */

static struct writer *least_loaded(struct writers *all)
{
	struct writer *best = &all->list[0];

	for (size_t i = 1; i < all->count; i++)
		if (all->list[i].load < best->load)
			best = &all->list[i];
	return best;
}

struct batch *writers_batch(struct writers *all, struct sensor *s)
{
	struct writer *w = s->writer ? s->writer : least_loaded(all);

	if (w->filling && s->filling == w->filling)
		return w->filling;
	if (!w->filling)
		w->filling = batch_new(all);
	if (!w->filling)
		return NULL;
	s->index = ingest_batch_sensor(&w->filling->rows, s->company_id, s->sensor_id, s);
	if (s->index == INGEST_NONE)
		return NULL;
	s->writer = w;
	s->filling = w->filling;
	s->batches++;
	return w->filling;
}

/* It takes no more: sensors must not remember it. */
static void seal(struct writer *w)
{
	struct batch *b = w->filling;

	w->filling = NULL;
	for (uint32_t i = 0; i < b->rows.sensor_count; i++)
		((struct sensor *)b->rows.sensors[i].owner)->filling = NULL;
	if (w->first)
		w->last->next = b;
	else
		w->first = b;
	w->last = b;
}

void writers_added(struct writers *all, struct sensor *s, size_t bytes)
{
	struct writer *w = s->writer;
	const struct ingest_batch *rows = &w->filling->rows;

	s->held += bytes;
	w->load += bytes;
	all->plan.budget->used += bytes;
	if (rows->entry_count >= (uint32_t)all->plan.settings->collector.batch_rows ||
	    rows->rows.len >= BATCH_BYTES_MOST)
		seal(w);
}

/* -------------------------------------------------------------------------------------------------------- storing */

static void set_timer(struct writer *w, int64_t ms)
{
	struct timeval t = { ms / 1000, ms % 1000 * 1000 };

	event_add(w->timer, &t);
}

static void watch(struct writer *w)
{
	watch_set(&w->watch, ingest_descriptor(w->ingest), ingest_wants_read(w->ingest), ingest_wants_write(w->ingest));
}

static void rest(struct writer *w)
{
	w->state = WRITER_RESTING;
	set_timer(w, backoff_ms(w->failures++, RETRY_FIRST_MS, RETRY_MOST_MS));
}

static void complain(struct writer *w, const struct err *why)
{
	unsigned skipped;

	if (log_allowed(&w->all->trouble, LOG_INTERVAL_MS, &skipped))
		log_warning("%s; nothing is acked before it is stored (%u more like this)", why->text, skipped);
}

static void connect_now(struct writer *w)
{
	struct err why = { 0 };

	w->state = WRITER_CONNECTING;
	watch_set(&w->watch, -1, false, false);
	if (ingest_connect(w->ingest, &why) != 0) {
		complain(w, &why);
		rest(w);
		return;
	}
	set_timer(w, CONNECT_TIMEOUT_MS);
	watch(w);
}

static void lose(struct writer *w, const struct err *why)
{
	watch_set(&w->watch, -1, false, false);
	complain(w, why);
	rest(w);
}

static void store(struct writer *w)
{
	struct err why = { 0 };

	w->state = WRITER_BUSY;
	event_del(w->timer);
	if (ingest_store(w->ingest, &w->current->rows, w->from, w->to, &why) != 0) {
		lose(w, &why);
		return;
	}
	go_on(w);
}

/* How long the batch that is being filled should still be kept open, ms. */
static int64_t patience(const struct writer *w)
{
	const struct settings *settings = w->all->plan.settings;
	int64_t left = w->last_begun_ms + settings->collector.batch_delay - clock_monotonic_ms();

	if (w->all->draining ||
	    w->filling->rows.entry_count >= (uint32_t)(settings->collector.batch_rows / WORTH_IT_PART))
		return 0;
	return left > 0 ? left : 0;
}

static void begin_next(struct writer *w)
{
	if (!w->current && !w->first && w->filling && w->filling->rows.entry_count) {
		int64_t left = patience(w);

		if (left > 0) {
			set_timer(w, left);
			return;
		}
		seal(w);
	}
	if (!w->current && !w->first)
		return;
	if (!w->current) {
		w->current = w->first;
		w->first = w->current->next;
		w->from = 0;
		w->to = w->current->rows.entry_count;
	}
	w->last_begun_ms = clock_monotonic_ms();
	store(w);
}

void writers_kick(struct writers *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].state == WRITER_FREE)
			begin_next(&all->list[i]);
}

/* Entries [from, to) are committed. */
static void stored(struct writer *w)
{
	struct batch *b = w->current;

	w->state = WRITER_WINDING_UP;
	w->failures = 0;
	for (uint32_t i = 0; i < b->rows.sensor_count; i++)
		if (b->rows.sensors[i].gone)
			((struct sensor *)b->rows.sensors[i].owner)->gone = true;
	w->from = w->to;
	w->to = b->rows.entry_count;
	if (w->from < w->to)
		return; /* the other half of a batch that was refused */
	w->current = NULL;
	w->all->plan.stored(w->all->plan.arg, b);
	batch_forget(w, b);
	w->all->plan.freed(w->all->plan.arg);
}

/* Something between from and to is not to the database's liking. */
static void refused(struct writer *w, const struct err *why)
{
	const struct ingest_batch *rows = &w->current->rows;

	if (w->to - w->from > 1) {
		w->to = w->from + (w->to - w->from) / 2;
		store(w);
		return;
	}
	if (ingest_batch_degrade(&w->current->rows, w->from)) {
		log_error("one event is stored as unparsed, because of: %s", why->text);
		store(w);
		return;
	}
	log_error("an event of %u in a batch cannot be stored at all and is tried again: %s", rows->entry_count,
		  why->text);
	rest(w);
}

static void ready(struct writer *w)
{
	event_del(w->timer);
	if (w->state == WRITER_CONNECTING) {
		if (w->failures)
			log_info("the database answers again");
		w->failures = 0;
	}
	w->state = WRITER_FREE;
	begin_next(w);
}

static void again(struct writer *w)
{
	if (w->failures++ < CONFLICTS_AT_ONCE)
		store(w);
	else
		rest(w);
}

/* Takes one event; false when there is nothing more to be had now. */
static bool take_event(struct writer *w)
{
	struct err why = { 0 };

	switch (ingest_step(w->ingest, &why)) {
	case INGEST_WAIT:
		return false;
	case INGEST_READY:
		ready(w);
		return false;
	case INGEST_STORED:
		stored(w);
		return true;
	case INGEST_AGAIN:
		again(w);
		return false;
	case INGEST_REFUSED:
		refused(w, &why);
		return false;
	case INGEST_TROUBLED:
		complain(w, &why);
		rest(w);
		return true;
	case INGEST_LOST:
		lose(w, &why);
		return false;
	}
	return false;
}

static void go_on(struct writer *w)
{
	while (take_event(w))
		;
	watch(w);
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	go_on(arg);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct writer *w = arg;

	(void)fd;
	(void)what;
	switch (w->state) {
	case WRITER_CONNECTING: { /* too slow */
		static const struct err slow = { ERR_UNAVAILABLE, "database: no answer while connecting" };

		complain(w, &slow);
		connect_now(w);
		break;
	}
	case WRITER_RESTING:
		if (ingest_descriptor(w->ingest) < 0) {
			connect_now(w);
		} else {
			w->state = WRITER_FREE;
			begin_next(w);
		}
		break;
	case WRITER_FREE:
		begin_next(w);
		break;
	case WRITER_BUSY:
	case WRITER_WINDING_UP:
		break;
	}
}

/* ---------------------------------------------------------------------------------------------------------- whole */

static int writer_init(struct writer *w, struct writers *all)
{
	const struct ingest_plan plan = { all->conninfo, all->user, all->timezone };

	w->all = all;
	w->ingest = ingest_new(&plan);
	w->timer = evtimer_new(all->plan.base, on_timer, w);
	watch_init(&w->watch, all->plan.base, on_ready, w);
	return w->ingest && w->timer ? 0 : -1;
}

int writers_new(struct writers **out, const struct writers_plan *plan, struct err *why)
{
	const struct settings *settings = plan->settings;
	struct writers *all = calloc(1, sizeof(*all));
	struct buffer user = { 0 };
	int failed = 0;

	if (!all)
		return err_set(why, ERR_NOMEM, "no memory for database connections");
	buffer_printf(&user, "%scollector", settings->database.user_prefix);
	all->plan = *plan;
	all->conninfo = slice_to_string(slice_of_string(settings->database.conninfo));
	all->timezone = slice_to_string(slice_of_string(settings->timezone));
	all->user = slice_to_string(buffer_slice(&user));
	all->list = calloc((size_t)settings->collector.writers, sizeof(*all->list));
	buffer_release(&user);
	failed = !all->conninfo || !all->timezone || !all->user || !all->list;
	while (!failed && all->count < (size_t)settings->collector.writers)
		failed = writer_init(&all->list[all->count++], all);
	if (failed) {
		writers_free(all);
		return err_set(why, ERR_NOMEM, "no memory for database connections");
	}
	for (size_t i = 0; i < all->count; i++)
		connect_now(&all->list[i]);
	*out = all;
	return 0;
}

static void batch_abandon(struct writers *all, struct batch *b)
{
	if (b)
		all->plan.stored(all->plan.arg, b);
	batch_free(b);
}

static void writer_release(struct writer *w)
{
	watch_set(&w->watch, -1, false, false);
	if (w->timer)
		event_free(w->timer);
	ingest_free(w->ingest);
	while (w->first) {
		struct batch *b = w->first;

		w->first = b->next;
		batch_abandon(w->all, b);
	}
	batch_abandon(w->all, w->filling);
	batch_abandon(w->all, w->current);
}

void writers_free(struct writers *all)
{
	if (!all)
		return;
	for (size_t i = 0; all->list && i < all->count; i++)
		writer_release(&all->list[i]);
	batch_free(all->spare);
	free(all->list);
	free(all->conninfo);
	free(all->user);
	free(all->timezone);
	free(all);
}

void writers_drain(struct writers *all)
{
	all->draining = true;
	writers_kick(all);
}

bool writers_idle(const struct writers *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct writer *w = &all->list[i];

		if (w->current || w->first || (w->filling && w->filling->rows.entry_count))
			return false;
	}
	return true;
}
