/* How much a series of contacts looks like a beacon: a program that calls home by the clock. Pure.
 *
 * The score is the sum of parts, each 0..its weight, all of them shown to people:
 *   interval    30  regular gaps: median absolute deviation against the median gap
 *   jitter      15  the spread of gaps is symmetric and narrow (quartile skew)
 *   size        15  the bytes sent are alike
 *   duration    20  how long it has gone on, and how unbroken
 *   prevalence  10  few members of the chamber contact the destination
 *   first_seen  10  the destination is new to this member
 * Nothing under BEACON_CONTACTS_MIN contacts has a score. */
#ifndef SERVER_MODEL_BEACON_H
#define SERVER_MODEL_BEACON_H

#include "lib/buffer.h"
#include "lib/clock.h"

enum { BEACON_CONTACTS_MIN = 12, BEACON_TIMES_MAX = 256 };
enum beacon_part {
	BEACON_INTERVAL,
	BEACON_JITTER,
	BEACON_SIZE,
	BEACON_DURATION,
	BEACON_PREVALENCE,
	BEACON_FIRST_SEEN,
	BEACON_PARTS
};

struct beacon_series {
	const time_us *times; /* ascending */
	const int64_t *bytes; /* -1: not known */
	size_t count;
	time_us first_seen; /* of the destination at this company */
	int64_t companies;  /* that contacted the destination in the last days, this one included */
	int64_t all_companies;
};
struct beacon_score {
	int total; /* 0..100 */
	int part[BEACON_PARTS];
	double median_gap_s, deviation_s; /* for the words */
	int64_t median_bytes;             /* -1: not known */
	double duration_s;
};
void beacon_score(const struct beacon_series *series, struct beacon_score *out);
const char *beacon_part_name(enum beacon_part part);
void beacon_score_json(const struct beacon_score *s, struct buffer *out); /* the column contact.parts */

#endif
