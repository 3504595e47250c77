/* Messages over a local stream socket: four bytes of length, big-endian, then so many bytes of JSON. This is how the
 * collector asks the keyholder (server/keyholder/README.md has the messages). */
#ifndef LIB_MESSAGE_H
#define LIB_MESSAGE_H

#include "lib/buffer.h"

enum { MESSAGE_MOST = 64 * 1024, MESSAGE_HEADER = 4 };

/* The first message in `in`; PARSE_BAD when it is longer than MESSAGE_MOST. *used counts the header too. */
enum parse message_parse(struct slice in, struct slice *body, size_t *used);
/* Begins a message: returns where it starts. message_end() then fills in the length. */
size_t message_begin(struct buffer *out);
void message_end(struct buffer *out, size_t start);

#endif
