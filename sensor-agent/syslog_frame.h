/* Syslog messages out of a TCP stream that comes in pieces of any size: RFC 6587, both framings, chosen anew for every
 * frame. Pure: no I/O.
 *
 *   octet counting     1 to 6 digits without a leading zero, a space, so many bytes
 *   non-transparent    anything else, up to LF or NUL
 *
 * Between frames LF, CR and NUL are skipped. Behind a message they are taken off, also inside a counted one, where
 * rsyslog puts an LF. A message longer than the limit is cut: its first `limit` bytes are kept, its length is told, and
 * the rest is passed over to the frame's end: nothing inside a frame can begin another. */
#ifndef SENSOR_AGENT_SYSLOG_FRAME_H
#define SENSOR_AGENT_SYSLOG_FRAME_H

#include "lib/buffer.h"

struct syslog_framer {
	struct buffer held; /* the beginning of the frame under way */
	size_t limit;
	enum { SYSLOG_BETWEEN, SYSLOG_LENGTH, SYSLOG_COUNTED, SYSLOG_TEXT } state;
	uint64_t length; /* bytes of the message under way that were seen; its held part is the first `limit` of them */
	uint32_t counted; /* as announced by MSG-LEN */
};

struct syslog_frame {
	struct slice bytes;       /* never empty; borrowed from the input or the framer: valid until the next call */
	uint64_t original_length; /* above 0: the message had so many bytes, and `bytes` is its beginning */
};

void syslog_framer_init(struct syslog_framer *f, size_t limit);
void syslog_framer_release(struct syslog_framer *f);

/* Reads on at `in`. PARSE_OK: a message; call again with what is left behind *used. PARSE_MORE: all of it is used.
 * PARSE_BAD: memory is short; the connection is of no more use. */
enum parse syslog_framer_next(struct syslog_framer *f, struct slice in, size_t *used, struct syslog_frame *frame);
/* The stream has ended: what there is of the message under way; of a counted one original_length is what was announced.
 * False when there is none. */
bool syslog_framer_finish(struct syslog_framer *f, struct syslog_frame *frame);

/* A datagram is one message. `length`: bytes it had, which may be more than were received. False: it is empty. */
bool syslog_datagram(struct slice in, size_t length, size_t limit, struct syslog_frame *frame);

#endif
