/* How much a series of contacts looks like a beacon: a program that calls home by the clock. Pure.
 *
 * Contacts within BEACON_CALL of the first one of them are one call: a program that opens several connections at a time
 * calls once; the bytes of a call are added. Between calls lie gaps. Quantiles are linear between ranks (of n values,
 * that of p lies at (n - 1) p); the deviation is the median of the distances from the median.
 *
 * The score is the sum of parts, each 0..its weight and rounded, all of them shown to people:
 *   interval    30  regular gaps: 30 (1 - 2 deviation / median), not below 0
 *   jitter      15  their spread is narrow and symmetric: 15 (1 - (q3 - q1) / median) (1 - |q3 + q1 - 2 median| / (q3 -
 * q1)) size        15  the bytes sent are alike: as interval, over bytes; 0 unless they are known of half of the calls
 *   duration    20  half: how long it has gone on since the first contact, 10 log(1 + hours) / log(25), full at a day;
 *                   half: how unbroken, the share of the time that lies in gaps of at most three medians
 *   prevalence  10  few members contact the destination: 10 for one, 0 for BEACON_COMMON_LEAST or a tenth of them all
 *   first_seen  10  the destination is new to this member: 10 up to 7 days ago, 0 from 30 days
 *
 * A destination that so many members contact that prevalence is 0 is no secret of anybody's: the total is at most
 * BEACON_COMMON_MOST, however regular. That, and what is no contact at all (observables.h), keeps updates and telemetry
 * from being taken for beacons.
 *
 * Nothing under BEACON_CALLS_MIN calls has a score. Random arrivals (Poisson) have a deviation of 0.69 medians and a
 * spread of 1.6: nothing for interval and jitter, so less than 55 whatever the rest. */
#ifndef SERVER_MODEL_BEACON_H
#define SERVER_MODEL_BEACON_H

#include "lib/buffer.h"
#include "lib/clock.h"

enum { BEACON_CALLS_MIN = 12, BEACON_TIMES_MAX = 256, BEACON_COMMON_LEAST = 5, BEACON_COMMON_MOST = 60 };
#define BEACON_CALL (2 * US_PER_SECOND)

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
	const time_us *times; /* ascending; the newest ones */
	const int64_t *bytes; /* one for each; -1: not known */
	size_t count;         /* at most BEACON_TIMES_MAX */
	time_us first;        /* of all contacts */
	time_us first_seen;   /* of the destination at this company */
	int64_t companies; /* that contacted the destination, this one included; beacon_common() is as good as more */
	int64_t all_companies;
};

struct beacon_score {
	int total; /* 0..100 */
	int part[BEACON_PARTS];
	bool common; /* total was held at BEACON_COMMON_MOST */
	int64_t calls;
	double median_gap_s, deviation_s; /* for the words */
	int64_t median_bytes;             /* -1: not known */
	double duration_s;
	int64_t companies;
};

void beacon_score(const struct beacon_series *series, struct beacon_score *out);
/* From so many companies on a destination is common. */
int64_t beacon_common(int64_t all_companies);
int beacon_part_weight(enum beacon_part part);
/* {"interval": 27, ..., "calls": 40, "median_gap_s": 60.1, "deviation_s": 2.2, "median_bytes": 512, "duration_s": 7200,
 * "companies": 1, "common": false}: the column contact.parts. */
void beacon_score_json(const struct beacon_score *s, struct buffer *out);

#endif
