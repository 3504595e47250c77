/* Lumberjack version 2, as Beats clients and hinomi-agent speak it over TLS. Frames, all integers big-endian:
 *
 *   '2' 'W' u32 count                     a window begins: so many events follow
 *   '2' 'J' u32 sequence u32 len bytes    one event, a JSON object
 *   '2' 'D' u32 sequence u32 pairs, then pairs x (u32 len key, u32 len value)   one event, old style
 *   '2' 'C' u32 len bytes                 zlib (RFC 1950) of whole J and D frames
 *   '2' 'A' u32 sequence                  from the server: everything up to here is safe; 0: still alive
 *
 * The decoder takes a stream in pieces of any size and gives windows and events one by one. It enforces what a
 * peer could abuse: each length is compared with its limit before memory is taken, inflating is a bounded loop, a
 * window may not begin inside another or inside a C, and C does not nest. An empty window may have its C, of nothing:
 * pylogbeat sends that. It does no I/O. */
#ifndef LIB_LUMBERJACK_H
#define LIB_LUMBERJACK_H

#include "lib/buffer.h"
#include "lib/err.h"

struct lumberjack_limits {
	uint32_t window_events;
	uint32_t record_size;     /* bytes of one J or D frame behind its sequence */
	uint32_t compressed_size; /* bytes of one C frame */
	uint32_t inflated_size;   /* bytes it may inflate to */
};

enum lumberjack_got {
	LUMBERJACK_NEED,   /* more input: call again when item.need bytes are there */
	LUMBERJACK_WINDOW, /* item.number events will follow; 0 is legal */
	LUMBERJACK_RECORD, /* one event */
	LUMBERJACK_BAD,    /* the peer broke the protocol; nothing more can be read from it */
};

struct lumberjack_item {
	uint32_t number;   /* WINDOW: how many events; RECORD: its sequence, which an ack must name */
	struct slice body; /* RECORD: the JSON text, or the pairs; borrowed, see lumberjack_next() */
	bool is_pairs;     /* RECORD: body is that of a D frame, for lumberjack_pair() */
	bool is_last;      /* RECORD: completes its window */
	size_t need;       /* NEED: bytes, behind those used */
};

struct lumberjack_decoder; /* one direction of one connection */
/* NULL when memory is short. limits is borrowed and must outlive the decoder. */
struct lumberjack_decoder *lumberjack_decoder_new(const struct lumberjack_limits *limits);
void lumberjack_decoder_free(struct lumberjack_decoder *d); /* NULL is allowed */

/* Reads on at `in`, the bytes that no earlier call has used; *used says how many to drop now, whatever the result.
 * item->body points into `in` or into the decoder: valid until the next call and as long as `in` is. */
enum lumberjack_got lumberjack_next(struct lumberjack_decoder *d, struct slice in, size_t *used,
				    struct lumberjack_item *item, struct err *why);

/* Inside a window, or inside the C frame that ends one. */
bool lumberjack_in_window(const struct lumberjack_decoder *d);
/* As good as a new one: nothing of what it has read matters to what comes next. */
bool lumberjack_is_fresh(const struct lumberjack_decoder *d);
/* Bytes on the heap that this decoder holds right now; small unless a C frame is under way. */
size_t lumberjack_decoder_memory(const struct lumberjack_decoder *d);
/* The most it can hold while a C frame is under way and records are of the largest size allowed. */
size_t lumberjack_decoder_most(const struct lumberjack_limits *limits);

/* The value of a key of a D frame; false when it is absent or the pairs are broken. */
bool lumberjack_pair(struct slice pairs, const char *key, struct slice *value);

/* Writers; failures stick in the buffer. */
void lumberjack_put_window(struct buffer *out, uint32_t count);
void lumberjack_put_json(struct buffer *out, uint32_t sequence, struct slice json);
void lumberjack_put_ack(struct buffer *out, uint32_t sequence);

struct lumberjack_deflater;                                     /* compression state, kept from window to window */
struct lumberjack_deflater *lumberjack_deflater_new(int level); /* 1 fast .. 9 small; NULL: no memory */
void lumberjack_deflater_free(struct lumberjack_deflater *z);   /* NULL is allowed */
/* Appends one C frame that holds `frames` (whole J frames). On an error out is as it was. */
int lumberjack_put_compressed(struct lumberjack_deflater *z, struct buffer *out, struct slice frames, struct err *why);

enum { LUMBERJACK_ACK_SIZE = 6 };
/* One ack at the beginning of `in`; PARSE_OK used LUMBERJACK_ACK_SIZE bytes. */
enum parse lumberjack_parse_ack(struct slice in, uint32_t *sequence);

#endif
