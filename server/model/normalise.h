/* From a device's record to an alert.
 *
 * normalise() unwraps the record (a Beats event, a syslog header), asks the formats in turn (format.h; the table is
 * in normalise.c) and says what it found. It is pure: the same input gives the same output, nothing is read or
 * written elsewhere. What the fields mean and how they are decided: README.md in this folder.
 *
 * A normaliser owns the memory for one record's tokens and texts. It is used from one thread; make one per thread. */
#ifndef SERVER_MODEL_NORMALISE_H
#define SERVER_MODEL_NORMALISE_H

#include "lib/json_reader.h"
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
	/* Filled for ALERT, all but what grouping, rules and mutes say. For UNPARSED: kind, format "" and everything
	 * unknown. Every string is UTF-8 without NUL and bounded (1,024 bytes; technique ids 16), so that it can be
	 * stored as it is. */
	struct alert alert;
	struct slice raw; /* the record as the device wrote it: for a foreign event, what it carried */
	/* What rules look at (server/model/sigma/rule_set.h). event: "eve.alert", "eve.dns", ... by event_type;
	 * "fortigate.virus", ... by engine, else by type ("fortigate.traffic", "fortigate.event"); "text" of a record
	 * in no known format; empty when there is nothing that rules could look at (damaged, cut off). In lower case.
	 */
	struct slice event;
	struct slice body;              /* without envelope, syslog header and the line's end */
	const struct json_reader *json; /* of the body; NULL when it is not a JSON object */
};

struct normaliser;

struct normaliser *normaliser_new(void); /* NULL when memory is short */
void normaliser_free(struct normaliser *n);

/* All slices in `out` point into in->bytes, into the normaliser or into static text; they are valid until the next
 * call with this normaliser. Memory for a record is at most some times its length, and is kept for the next one. */
void normalise(struct normaliser *n, const struct record *in, struct normalised *out);

/* More about the record that was just normalised, when it is context or "text": time, endpoints, transport, action,
 * direction, engine and the ends by role; of text the time alone. Apart from normalise(), because most context is
 * looked at by nobody. The kind becomes context; severity is info, stage none. Once for each record. */
void normalise_context(struct normaliser *n, struct normalised *out);
/* The community id of such a record, where the device gives none; before it is stored. */
void normalise_community_id(struct normaliser *n, struct normalised *out);

const char *unparsed_reason_name(enum unparsed_reason reason); /* "no_format", ... for counters and logs */

#endif
