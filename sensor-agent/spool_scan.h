/* What a spool folder holds, found by reading it, changing nothing: the first half of opening it, and all that
 * `hinomi-agent status` needs.
 *
 * What counts. Only the last group of the newest segment can be unfinished or torn: before a group begins, the one
 * before it has been synced. So everything up to the last whole group counts, frame by frame, whatever damage lies in
 * between; behind it nothing does, unless the ledger shows that the server has acked from there. A newest segment
 * without a whole group was never finished, and the older ones still hold all it would have said. */
#ifndef SENSOR_AGENT_SPOOL_SCAN_H
#define SENSOR_AGENT_SPOOL_SCAN_H

#include "sensor-agent/spool_format.h"
#include "sensor-agent/spool_ledger.h"
#include "sensor-agent/spool_positions.h"
#include "sensor-agent/spool_track.h"

struct spool_segment {
	uint64_t number;
	uint64_t size;      /* bytes that count */
	uint64_t file_size; /* bytes that are there */
	uint64_t entry_end; /* end of its last entry; 0: it has none */
	uint64_t entries;   /* not acked */
	uint64_t skipped;   /* bytes that cannot be trusted */
	struct spool_losses losses;
};

struct spool_scan {
	struct spool_segment *segments; /* oldest first */
	size_t count, room;
	struct spool_positions positions;
	struct spool_commit_state books; /* of the newest commit that counts */
	struct spool_track track;        /* where the numbering stood at the end */
	uint64_t entries;                /* not acked */
};

/* An empty folder is fine. */
int spool_scan(struct spool_scan *out, int dir_fd, const struct spool_ledger *ledger, struct err *why);
void spool_scan_release(struct spool_scan *scan);
/* Bytes between the mark and the last entry. */
uint64_t spool_scan_bytes(const struct spool_scan *scan, const struct spool_mark *acked);
uint64_t spool_scan_disk_free(int dir_fd);

#endif
