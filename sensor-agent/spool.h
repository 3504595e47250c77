/* The spool: what was read and is not acked yet, on disk, in <state_dir>/spool.
 *
 * Files: segments of spool_format.h, named by their number; "acked", the ledger; "lock". Records get their number
 * (epoch, sequence) here. The epoch is drawn when the spool is opened; records of earlier epochs keep theirs. Each
 * segment begins with all positions and the books, durable before its first record, so that an older one can go as soon
 * as its records are acked. (Positions that were set before that record may so become durable before their commit; what
 * they stand for is durable already.)
 *
 * One owner, one thread. At most `size` bytes; then, and when the disk is full, puts are refused with ERR_FULL, nothing
 * is lost, and what was put waits in memory (at most some hundred KiB) for the next commit. An ERR_IO is final: the
 * spool must be closed and opened again, which leads back to its last commit. */
#ifndef SENSOR_AGENT_SPOOL_H
#define SENSOR_AGENT_SPOOL_H

#include "sensor-agent/spool_format.h"
#include "sensor-agent/spool_ledger.h"

#include <sys/types.h>

struct spool;

/* The disk, for tests that let it fail; errno as usual. */
struct spool_disk {
	ssize_t (*write)(void *arg, int fd, const void *bytes, size_t len, off_t offset);
	int (*sync)(void *arg, int fd);
	void *arg;
};

struct spool_plan {
	const char *state_dir;         /* must exist; the folder "spool" is made in it */
	uint64_t size;                 /* bytes on disk, at most; ten thousands more for positions */
	uint64_t segment;              /* bytes of a file; at most a quarter of size is used */
	const struct spool_disk *disk; /* NULL: the real one; must outlive the spool */
};

/* ERR_CONFLICT: another process has it open. Logs what damage has cost. */
int spool_open(struct spool **out, const struct spool_plan *plan, struct err *why);
void spool_close(struct spool *s); /* NULL is allowed; what was not committed is lost */

/* Gives the entry its number and copies it; its limits are those of spool_format.h. */
int spool_put(struct spool *s, struct spool_entry *entry, struct err *why);
void spool_dropped(struct spool *s, uint64_t count);
int spool_position(struct spool *s, struct slice name, struct slice state, struct err *why);
bool spool_saved_position(const struct spool *s, struct slice name, struct slice *state);
const char *spool_position_name(const struct spool *s, size_t index);
int spool_commit(struct spool *s, struct err *why);
bool spool_has_room(const struct spool *s);
bool spool_is_dirty(const struct spool *s);
uint64_t spool_uncommitted(const struct spool *s); /* bytes that wait for a commit */
/* So many bytes, or as many as are good on a small disk, wait for a commit: a group that fills the disk cannot be
 * ended. */
bool spool_group_is_large(const struct spool *s, uint64_t most);

/* The next committed entry that was not read yet: 1, and its slices are valid until the next call; 0: none; -1: ERR_IO.
 * Damage is stepped over, counted and logged. */
int spool_read(struct spool *s, struct spool_entry *entry, struct spool_mark *behind, struct err *why);
/* Reads again from behind what is acked. */
void spool_rewind(struct spool *s);
/* The server has everything up to the mark, that is so many entries more. */
void spool_acked(struct spool *s, const struct spool_mark *mark, uint64_t entries);
/* About once a second: writes the books that changed without a commit. */
void spool_tick(struct spool *s);

struct spool_figures {
	uint64_t records;   /* committed and not acked */
	uint64_t bytes;     /* that they take */
	uint64_t dropped;   /* records ever lost: no room, or damage */
	time_us acked_at;   /* 0: never */
	uint64_t disk_free; /* bytes */
};
void spool_figures(const struct spool *s, struct spool_figures *out);

#endif
