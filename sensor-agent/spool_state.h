/* The inside of a spool, for spool_open.c, spool_write.c, spool_read.c and spool_acked.c alone. */
#ifndef SENSOR_AGENT_SPOOL_STATE_H
#define SENSOR_AGENT_SPOOL_STATE_H

#include "sensor-agent/spool.h"
#include "sensor-agent/spool_reader.h"
#include "sensor-agent/spool_scan.h"

#include "lib/log.h"

struct spool {
	char *folder;
	int dir_fd, lock_fd, ledger_fd;
	uint64_t size, segment_size;
	const struct spool_disk *disk;

	struct spool_scan held; /* the segments, positions and books, kept up to date from here on */
	uint64_t occupied;      /* bytes of segments that hold entries not acked */
	struct spool_ledger ledger;
	bool ledger_changed, ledger_unsynced;

	/* The segment being written: the last of held.segments while is_writing. */
	bool is_writing;
	int fd; /* -1: its file is not made yet */
	uint32_t mark;
	uint64_t written;       /* bytes in its file */
	uint64_t segment_limit; /* when so many are written, the next one is begun */
	struct buffer pending;  /* bytes behind those */
	size_t head;            /* of these, the segment's first group, which is made durable by itself */
	uint32_t group_frames;  /* since the last commit */
	uint64_t group_entries;
	uint64_t group_entry_end;

	bool numbering;     /* this opening has its epoch */
	bool broken;        /* the disk has failed */
	int64_t full_until; /* monotonic ms; 0: the disk has room */

	struct spool_reader reader;
	uint64_t read_segment, read_offset;
	struct spool_track track;
	uint64_t damage_segment, damage_offset; /* up to here damage found in reading is counted */
	struct log_limit damage_log, full_log;
};

static inline uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The newest segment; there must be one. */
static inline struct spool_segment *newest_segment(const struct spool *s)
{
	return &s->held.segments[s->held.count - 1];
}

/* What is acked or written has changed: deletes the files that are not needed any more and counts what the others
 * occupy. */
void spool_remove_acked(struct spool *s);
void spool_count_occupied(struct spool *s);

#endif
