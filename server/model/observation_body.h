/* An observation as bytes: the column observation.body.
 *
 * Version 1. Numbers are LEB128, v(); z() is zigzag first:
 *
 *   1 byte version, v(lost), v(count) observables, v(count) contacts
 *   observable: kind, v(len) key, z(first), v(last - first), v(contacts)
 *   contact: family (4, 6), address, v(len) destination, v(port), z(first), v(last - first), v(contacts), v(count)
 * times: v(time - time before; the first one's: - first), v(bytes + 1)
 *
 * The last time of a contact is `last`. A reader believes nothing: a body can come from a collector that was broken
 * into. */
#ifndef SERVER_MODEL_OBSERVATION_BODY_H
#define SERVER_MODEL_OBSERVATION_BODY_H

#include "lib/buffer.h"
#include "server/model/observation.h"

/* Appends. Entries stand in order of their keys, so that the same content gives the same bytes. -1: no memory. */
int observation_write(struct observation *o, struct buffer *out, struct err *why);
/* Reads a body and merges it into `o`. ERR_CORRUPT: nothing of it was taken. ERR_NOMEM: maybe some. */
int observation_merge(struct observation *o, struct slice body, struct err *why);

/* The newest contacts of one pair: the column contact.series. Version 1: 1 byte version, z(first time), v(count), and
 * for each v(time - time before), v(bytes + 1). `times` and `bytes` have room for OBSERVATION_TIMES_MAX. ERR_CORRUPT.
 */
void observation_series_write(const time_us *times, const int64_t *bytes, size_t count, struct buffer *out);
int observation_series_read(struct slice series, time_us *times, int64_t *bytes, size_t *count, struct err *why);

#endif
