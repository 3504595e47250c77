/* The small file beside the segments that says how far the server has acked, and the books that must not wait for the
 * next commit. Written in place, two slots in turn, so a torn write leaves the one before. Losing it costs no record:
 * what is in the spool is sent again, and the server knows it by its numbers. */
#ifndef SENSOR_AGENT_SPOOL_LEDGER_H
#define SENSOR_AGENT_SPOOL_LEDGER_H

#include "lib/clock.h"
#include "lib/err.h"

/* The place behind an entry. */
struct spool_mark {
	uint64_t segment, offset;
	uint64_t epoch, sequence; /* of that entry */
};

struct spool_ledger {
	uint64_t generation; /* goes up with each write */
	struct spool_mark acked;
	time_us acked_at;                          /* 0: never */
	uint64_t dropped, damaged, counted_before; /* as in spool_commit_state; the larger one counts */
};

/* All zero when there is none that can be trusted. */
void spool_ledger_read(int fd, struct spool_ledger *out);
/* Takes the room that it will ever need, so that its books can be written when the disk is full. Without that it works,
 * too, as long as there is some. */
void spool_ledger_reserve(int fd);
int spool_ledger_write(int fd, struct spool_ledger *ledger, struct err *why);

/* Pure: one slot. */
enum { SPOOL_LEDGER_SIZE = 84 };
void spool_ledger_store(uint8_t out[SPOOL_LEDGER_SIZE], const struct spool_ledger *ledger);
bool spool_ledger_load(struct slice in, struct spool_ledger *out);

#endif
