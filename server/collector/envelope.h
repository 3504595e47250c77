/* What a J frame carries (docs/wire.md): the agent's envelope around a record, or an event of some other Beats client.
 * Pure. Nothing in an event says whose it is: members like "company" are not even looked for.
 *
 * An envelope that breaks its own rules is no error, and what can be kept is kept: without a legible number the record
 * is not numbered, and without a legible message the whole event is the record. */
#ifndef SERVER_COLLECTOR_ENVELOPE_H
#define SERVER_COLLECTOR_ENVELOPE_H

#include "server/model/normalise.h"

enum envelope_kind {
	ENVELOPE_RECORD,
	ENVELOPE_DROPPED, /* the agent lost `dropped` records here */
	ENVELOPE_HEARTBEAT,
};

enum { ENVELOPE_VERSION_MOST = 63, ENVELOPE_REPORT_MOST = 64 * 1024 };

struct envelope_health { /* -1, or an empty slice: it did not say */
	int64_t spool_records, spool_bytes, disk_free_bytes, dropped_records;
	struct slice version; /* UTF-8 without NUL, at most ENVELOPE_VERSION_MOST bytes */
	struct slice report;  /* the heartbeat's members as they came; empty too when jsonb might not take them */
};

struct envelope {
	enum envelope_kind kind;
	int64_t epoch;
	int64_t sequence; /* 0: not numbered */
	time_us read_at;  /* TIME_NONE: it did not say */
	/* RECORD */
	enum record_source source;
	struct slice record; /* the device's bytes; of a foreign event, all of it */
	struct slice peer;
	bool truncated; /* only the beginning of what the device wrote */
	/* DROPPED */
	int64_t dropped; /* at least 1 */
	/* HEARTBEAT */
	struct envelope_health health;
};

struct envelope_reader;                            /* memory for one event at a time */
struct envelope_reader *envelope_reader_new(void); /* NULL: no memory */
void envelope_reader_free(struct envelope_reader *r);

/* Slices in `out` point into `event` or into the reader, until the next call. */
void envelope_read(struct envelope_reader *r, struct slice event, struct envelope *out);

#endif
