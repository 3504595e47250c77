/* From a device's record to an alert.
 *
 * normalise() unwraps the record (a Beats event, a syslog header), asks the formats in turn (format.h; the table is
 * in normalise.c) and says what it found. It is pure: the same input gives the same output, nothing is read or
 * written elsewhere. What the fields mean and how they are decided: README.md in this folder.
 *
 * A normaliser owns the memory for one record's tokens and texts. It is used from one thread; make one per thread. */
#ifndef SERVER_MODEL_NORMALISE_H
#define SERVER_MODEL_NORMALISE_H

#include "server/model/alert.h"
#include "server/model/networks.h"

/* Where the agent read the record (docs/wire.md). */
enum record_source {
	SOURCE_FOREIGN, /* a Beats event without numbering: `bytes` is the whole event, a JSON object */
	SOURCE_EVE,     /* a line of eve.json */
	SOURCE_SYSLOG,  /* one syslog message, header and all, framing removed */
};

/* The source of an envelope's name; an unknown name is treated as foreign, whose content decides. */
enum record_source record_source_of(struct slice name);

struct record {
	struct slice bytes;
	enum record_source source;
	struct slice peer;           /* syslog: address the message came from; may be empty */
	time_us received_at;         /* our clock; gives the year to timestamps without one */
	const struct networks *home; /* the company's configured networks; NULL: none */
	int default_zone;            /* seconds east of UTC, for local times without a zone */
};

enum verdict {
	VERDICT_ALERT,    /* a detection: store it, count it */
	VERDICT_CONTEXT,  /* understood, and not a detection (flow, stats, traffic, ...): count as ignored */
	VERDICT_UNPARSED, /* keep the raw bytes, count as unparsed; never a reason to stop */
};

enum unparsed_reason {
	UNPARSED_NONE,
	UNPARSED_EMPTY,
	UNPARSED_NO_FORMAT,  /* no format recognises it */
	UNPARSED_NOT_JSON,   /* looks like JSON and is not: cut off, damaged */
	UNPARSED_TOO_LARGE,  /* more members than the normaliser looks at, or nested too deeply */
	UNPARSED_INCOMPLETE, /* says that it is an alert, without what makes one */
};

struct normalised {
	enum verdict verdict;
	enum unparsed_reason reason; /* UNPARSED_NONE unless unparsed */
	/* Filled for ALERT, all but what grouping, rules and mutes say. For UNPARSED: kind, format "" and everything unknown.
	 * Every string is UTF-8 without NUL and bounded (1,024 bytes; technique ids 16), so that it can be stored as it
	 * is. */
	struct alert alert;
	struct slice raw; /* the record as the device wrote it: for a foreign event, what it carried */
};

struct normaliser;

struct normaliser *normaliser_new(void); /* NULL when memory is short */
void normaliser_free(struct normaliser *n);

/* All slices in `out` point into in->bytes, into the normaliser or into static text; they are valid until the next
 * call with this normaliser. Memory for a record is at most some times its length, and is kept for the next one. */
void normalise(struct normaliser *n, const struct record *in, struct normalised *out);

const char *unparsed_reason_name(enum unparsed_reason reason); /* "no_format", ... for counters and logs */

#endif
