/* What the collector stores in one transaction, before it is stored: the events of many sensors, in the order in which
 * they came, with the rows of the alerts among them ready for COPY. No I/O here; ingest.h carries it out.
 *
 * Filling: ingest_batch_sensor() once for each sensor, ingest_batch_add() for each event. Then, once the marks of the
 * numbered streams are known, ingest_batch_judge() decides what is new, and ingest_batch_deal() gives ids to it: one
 * contiguous run for each company, so that one work row can name it (docs/decisions/0004-work-by-range.md).
 *
 * The gap ledger (sensor_day), for one sensor: expected = received + dropped + missing. A numbered record is expected
 * and received; a jump of n numbers beyond the next is n expected; "n were dropped" is n expected and n dropped (its
 * own number stands for no record). An event without a number is expected and received. Heartbeats are neither.
 *
 * Observables of records are kept, packed, beside the entries: those of the entries that turn out to be new are added
 * up for each company by ingest_batch_observe(). */
#ifndef SERVER_STORE_INGEST_BATCH_H
#define SERVER_STORE_INGEST_BATCH_H

#include "server/model/observation.h"
#include "server/store/alert_row.h"

enum ingest_kind {
	INGEST_ALERT,
	INGEST_UNPARSED,
	INGEST_IGNORED, /* understood, and no alert: only counted */
	INGEST_CONTEXT, /* counted as ignored, and yet stored: a correlation counts it */
	INGEST_DROPPED, /* the agent lost `dropped` records here */
	INGEST_HEARTBEAT,
};

enum { INGEST_VERSION_SIZE = 64 };
/* The last heartbeat of a sensor. -1: it did not say. */
struct ingest_health {
	int64_t clock_skew_ms; /* INT64_MIN: it did not say */
	int64_t spool_records, spool_bytes, disk_free_bytes, dropped_records;
	struct slice version; /* UTF-8 without NUL, less than INGEST_VERSION_SIZE bytes; empty: it did not say */
	struct slice report;  /* JSON that jsonb takes; empty: none */
};

struct ingest_event {
	enum ingest_kind kind;
	int64_t epoch, sequence; /* sequence 0: not numbered */
	time_us received_at;
	time_us ts;     /* of records: must fit timestamptz */
	bool bad_clock; /* ts is not the device's word; counted of alerts */
	int64_t dropped;
	const struct alert *alert; /* ALERT, UNPARSED, CONTEXT */
	struct slice raw;
	const struct observables *seen;     /* in a record; NULL: nothing */
	const struct ingest_health *health; /* HEARTBEAT */
};

#define INGEST_NONE UINT32_MAX

struct ingest_entry {
	size_t row; /* where its row begins in `rows` */
	uint32_t row_length;
	uint32_t next;   /* of the same sensor; INGEST_NONE: the last */
	uint32_t stream; /* INGEST_NONE: not numbered */
	uint8_t kind;    /* enum ingest_kind */
	bool bad_clock;
	bool stored; /* judged: its row goes to the database */
	bool is_new; /* judged: a record that did not come before */
	size_t seen; /* where its observables begin in `seen` */
	uint32_t seen_length;
	int64_t sequence;
	int64_t dropped;
	time_us ts;
};

/* One (sensor, epoch). */
struct ingest_stream {
	uint32_t sensor;
	uint32_t next; /* of the same sensor */
	int64_t epoch;
	int64_t mark;     /* highest durable sequence; -1: not known (yet, or because the sensor is gone) */
	int64_t new_mark; /* judged; equals mark when nothing moved */
};

struct ingest_ledger {
	int64_t expected, received, dropped, duplicate, unparsed, ignored, bad_clock, heartbeats;
};

struct ingest_sensor {
	int64_t company_id, sensor_id;
	void *owner;                 /* the caller's */
	uint32_t first, last;        /* entries */
	uint32_t streams;            /* first of the list */
	size_t bytes;                /* memory that its events take here */
	struct ingest_health health; /* of the last heartbeat, without its texts: they are kept in */
	struct buffer report;
	char version[INGEST_VERSION_SIZE];
	/* judged */
	struct ingest_ledger ledger;
	time_us last_event_at; /* TIME_NONE: no alert */
	bool touched;          /* has events in the range; ledger.heartbeats says whether `health` is among them */
	bool gone;             /* no longer known to the database; nothing of it was stored */
};

/* Ids of one company. */
struct ingest_run {
	int64_t company_id, id_from, id_to;
	time_us ts_from, ts_to;
};

/* What one company's new records made known: the column observation.body. */
struct ingest_observation {
	int64_t company_id;
	size_t body, length; /* in `bodies` */
};

struct ingest_batch {
	struct buffer rows;
	struct buffer seen, bodies;
	struct ingest_entry *entries;
	struct ingest_sensor *sensors;
	struct ingest_stream *streams;
	struct ingest_run *runs;
	struct ingest_observation *observations;
	struct observation *adding; /* of the company at hand */
	struct observables *one;    /* of the record at hand */
	uint32_t *order;            /* sensors by company and id */
	uint32_t entry_count, entry_room, sensor_count, sensor_room, stream_count, stream_room, run_count, run_room;
	uint32_t order_count, order_room, observation_count, observation_room;
	uint32_t from, to; /* range that was judged */
	uint32_t stored;   /* rows in it that go to the database */
};

void ingest_batch_clear(struct ingest_batch *b); /* empties it, keeps the memory */
void ingest_batch_release(struct ingest_batch *b);

/* A sensor that is not in the batch yet. Its index, or INGEST_NONE when memory is short. */
uint32_t ingest_batch_sensor(struct ingest_batch *b, int64_t company_id, int64_t sensor_id, void *owner);
/* ERR_NOMEM leaves the batch as it was. *bytes: memory it took. */
int ingest_batch_add(struct ingest_batch *b, uint32_t sensor, const struct ingest_event *event, struct raw_coder *coder,
		     size_t *bytes, struct err *why);

/* All sensors in the order in which they are dealt with (company, sensor): locks are taken in it. -1: no memory. */
int ingest_batch_sort(struct ingest_batch *b, struct err *why);
/* Judges entries [from, to) by the streams' marks. */
void ingest_batch_judge(struct ingest_batch *b, uint32_t from, uint32_t to);

/* Fills in `observations`: one for each company with new records that have observables. -1: no memory. */
int ingest_batch_observe(struct ingest_batch *b, struct err *why);

/* Gives an id to each row to be stored and fills in `runs`. Blocks are contiguous ranges of ids; a run does not go
 * beyond its block, so a company may get several. `blocks` must have room for b->stored ids together. */
struct ingest_ids {
	int64_t next, end; /* next .. end-1 */
};
int ingest_batch_deal(struct ingest_batch *b, struct ingest_ids *blocks, size_t block_count, struct err *why);

/* The rows to be stored, in pieces as long as they come: *piece is empty at the end. Start with a zeroed cursor. */
struct ingest_cursor {
	bool begun;
	uint32_t order, entry;
};
void ingest_batch_rows(const struct ingest_batch *b, struct ingest_cursor *at, struct slice *piece);

/* The database refused entry `index` for what is in it: it becomes an unparsed record, a heartbeat loses its report.
 * False when that has been done before, or memory is short. Evidence is no record of its own: it is only counted. */
bool ingest_batch_degrade(struct ingest_batch *b, uint32_t index);

#endif
