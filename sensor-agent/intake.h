/* Where sources hand over what they read. Behind it stands the spool: a record is safe once intake_commit() has
 * returned 0, and until then it is as if it had never been put.
 *
 * A source puts records and, when it likes, its own checkpoint (a file's identity and offset, say). Both become durable
 * by one commit, all or nothing; so a source that starts again at its saved position neither loses nor doubles a
 * record. Everything runs on the agent's event loop; nothing here is thread-safe. */
#ifndef SENSOR_AGENT_INTAKE_H
#define SENSOR_AGENT_INTAKE_H

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/slice.h"

struct intake;
struct spool;

enum intake_source { INTAKE_EVE, INTAKE_SYSLOG };

struct intake_record {
	enum intake_source source;
	struct slice bytes;       /* as read, without line end or framing; any bytes at all */
	const char *peer;         /* syslog: the sender's address in text; else NULL */
	uint64_t original_length; /* above 0: the record had so many bytes, and `bytes` is only its beginning */
	time_us read_at;          /* the agent's clock */
};

enum {
	/* A record's envelope on the wire may not pass 1 MiB; a longer record is cut and marked (docs/wire.md). */
	INTAKE_RECORD_MOST = 1024 * 1024 - 1024,
	INTAKE_POSITION_MOST = 4096,     /* bytes of one checkpoint */
	INTAKE_POSITION_NAME_MOST = 200, /* bytes of its name */
	INTAKE_POSITIONS_MOST = 4096,    /* names in all */
};

/* Over a spool that is open for writing; borrowed. NULL: no memory. */
struct intake *intake_new(struct spool *spool);
void intake_free(struct intake *in); /* NULL is allowed; what was not committed is lost */

/* Copies. ERR_FULL: no room (the spool is at its limit, or the disk is full), nothing has changed, and the source
 * should wait until intake_has_room() or, when it cannot wait, say intake_dropped(). ERR_IO: the disk fails. A record
 * whose envelope would be too long is cut here and marked, so bytes of any length are fine. */
int intake_put(struct intake *in, const struct intake_record *record, struct err *why);

/* So many records were lost. They become a numbered "dropped" event as soon as there is room; the count is kept across
 * restarts. */
void intake_dropped(struct intake *in, uint64_t count);

/* The source's own checkpoint under its name, at most INTAKE_POSITION_MOST bytes; an empty slice forgets the name.
 * Durable together with the puts before it, at the next intake_commit(). Names: one per file or listener, e.g.
 * "eve:/var/log/suricata/eve.json"; ERR_LIMIT when they are too many or too long. */
int intake_position(struct intake *in, const char *source_name, struct slice state, struct err *why);
/* The last checkpoint under this name, saved or waiting for the commit; false when there is none. *state is valid until
 * the next call of intake_position(). */
bool intake_saved_position(const struct intake *in, const char *source_name, struct slice *state);
/* All names, the one first used first: index 0, 1, ... until NULL; valid until the next call of intake_position(). */
const char *intake_position_name(const struct intake *in, size_t index);

/* Makes what was put, dropped and positioned durable, as one. Nothing new: does nothing. ERR_FULL: the disk has no
 * room; nothing is lost, all of it waits for the next commit, and meanwhile puts are refused. ERR_IO: the disk fails;
 * the agent must end, and starts again at its last commit. */
int intake_commit(struct intake *in, struct err *why);
/* Whether a record of ordinary size would be taken now. */
bool intake_has_room(const struct intake *in);
/* Whether anything waits for a commit. */
bool intake_is_dirty(const struct intake *in);
/* Called when there is something to commit, after each put or position: the run loop commits soon after, so sources
 * need not. It never commits inside the call: only when the source's callback has returned, so puts and the position
 * that belongs to them stay together. */
void intake_on_dirty(struct intake *in, void (*call)(void *arg), void *arg);

#endif
