/* The bytes of a spool file ("segment"). All integers big-endian.
 *
 *   header   "HINOSPL1"  u64 number  u32 mark  u32 crc of the 20 bytes before
 *   frames   u32 mark    u32 len     u32 crc   len bytes of body, the first of which is its type
 *
 * `mark` is random for each segment. It stands before every frame, so that behind damage the next frame can be found,
 * and it seeds the CRC: since no sender of records knows it, nothing inside a record can pass for a frame.
 *
 * Frames come in groups: entries and positions, closed by a commit. A group counts when its commit is there and tells
 * as many frames as came (spool_scan.h has what follows from damage). Everything here is pure over bytes. */
#ifndef SENSOR_AGENT_SPOOL_FORMAT_H
#define SENSOR_AGENT_SPOOL_FORMAT_H

#include "lib/buffer.h"
#include "lib/clock.h"
#include "lib/err.h"

#include "sensor-agent/intake.h"

enum {
	SPOOL_HEADER_SIZE = 24,
	SPOOL_FRAME_HEAD = 12,
	SPOOL_BODY_MOST = INTAKE_RECORD_MOST + 1024, /* a longer frame is damage */
	SPOOL_FRAME_MOST = SPOOL_FRAME_HEAD + SPOOL_BODY_MOST,
	SPOOL_PEER_MOST = 64, /* bytes of a peer's address */
};

/* What is sent under one (epoch, sequence). */
struct spool_entry {
	uint64_t epoch, sequence;
	time_us read_at;
	uint64_t dropped;         /* above 0: so many records were lost here, and the rest means nothing */
	uint64_t original_length; /* above 0: bytes is only the beginning of a record of this length */
	enum intake_source source;
	struct slice peer; /* empty: none */
	struct slice bytes;
};

struct spool_position {
	struct slice name;
	struct slice state; /* empty: forget the name */
};

/* Closes a group, and says where the numbering and the books stand. */
struct spool_commit_state {
	uint32_t frames;         /* of this group, the commit not counted */
	uint64_t epoch;          /* 0: none yet */
	uint64_t sequence;       /* the last one given in that epoch */
	uint64_t dropped;        /* records ever lost before they got a number */
	uint64_t dropped_told;   /* of these, told in "dropped" entries */
	uint64_t damaged;        /* records ever lost from the spool by damage whose numbers the server will miss */
	uint64_t counted_before; /* damage in segments of a lower number is in these books already */
};

enum spool_frame_type { SPOOL_ENTRY = 'E', SPOOL_DROPPED = 'D', SPOOL_POSITION = 'P', SPOOL_COMMIT = 'C' };

struct spool_frame {
	enum spool_frame_type type;
	struct spool_entry entry; /* ENTRY and DROPPED */
	struct spool_position position;
	struct spool_commit_state commit;
};

void spool_put_header(struct buffer *out, uint64_t number, uint32_t mark);
/* The mark of a segment from its beginning; when the header is damaged but the first frame is whole, from that. */
bool spool_parse_header(struct slice in, uint64_t number, uint32_t *mark);

/* Failures stick in the buffer. Peer, name and bytes must be within their limits. */
void spool_put_entry(struct buffer *out, uint32_t mark, const struct spool_entry *entry);
void spool_put_position(struct buffer *out, uint32_t mark, const struct spool_position *position);
void spool_put_commit(struct buffer *out, uint32_t mark, const struct spool_commit_state *commit);
/* Bytes that an entry takes. */
size_t spool_entry_size(const struct spool_entry *entry);

/* One frame at the beginning of `in`; its slices point into `in`. PARSE_MORE: it may be whole with more bytes; at the
 * end of the file that means torn. */
enum parse spool_parse_frame(struct slice in, uint32_t mark, struct spool_frame *out, size_t *used);
/* Where, at `from` or behind it, a frame may begin: the mark, or its beginning at the very end of `in`; in.len when
 * nowhere. */
size_t spool_find_frame(struct slice in, size_t from, uint32_t mark);

#endif
