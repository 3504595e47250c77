/* One group of one correlation, whose hits come in order of time: the hits of the newest window, their measure, and the
 * firing that is going on. Internal to stream.c. */
#ifndef SERVER_MODEL_SIGMA_STREAM_GROUP_H
#define SERVER_MODEL_SIGMA_STREAM_GROUP_H

#include "server/model/sigma/stream.h"
#include "server/model/sigma/window_measure.h"

struct stream_hit {
	time_us ts;
	double number;
	int64_t value_key;
	uint16_t rule_no;
};

/* Different values in the window: each with the number of its newest hit. */
struct stream_values {
	struct stream_value {
		int64_t key;
		uint64_t newest; /* 0: the place is free */
	} * items;
	size_t room, count;
};

struct stream_group {
	const struct sigma_correlation *c;
	size_t correlation; /* its index */
	int64_t state_key;
	char *text; /* group, JSON */
	size_t text_len;

	struct stream_hit *ring;
	size_t head, count, room; /* room is a power of two */
	uint64_t first_no;        /* number of the hit at the head; the first of all is 1 */

	struct stream_values values;
	size_t distinct;
	window_sum sum;
	uint32_t *held; /* temporal: hits of each rule */
	time_us *reach; /* temporal_ordered: see window_measure.h */
	time_us at;
	uint64_t rules_now;

	bool fires;
	time_us first, last; /* of the firing */
	size_t members;
	double measured;
	uint64_t counted; /* hits with lower numbers have been looked at for being members */
	time_us moment;   /* the newest; TIME_NONE: none */

	/* The stream's: groups of a correlation in order of their newest hit; hits that wait to be put in order. */
	struct stream_group *older, *newer;
	bool listed;
	size_t waiting;
};

/* What a hit brought about. */
struct stream_outcome {
	bool over; /* `firing` is over */
	struct sigma_fired firing;
	bool is_moment; /* of the firing that goes on, or of the one that is over: `moment` */
	time_us moment;
	size_t dropped; /* hits that left the window */
	size_t lost;    /* of them, those that would still have belonged to it */
};

struct stream_group *stream_group_new(const struct sigma_correlation *c, size_t correlation, int64_t state_key,
				      struct slice text); /* NULL: no memory */
void stream_group_free(struct stream_group *g);
/* Before a hit at this time is added: what the window as it is comes to, when the hit lies outside of it. */
void stream_group_reach(struct stream_group *g, time_us ts, struct stream_outcome *out);
/* False: no memory. most: hits kept. */
bool stream_group_add(struct stream_group *g, const struct stream_hit *hit, size_t most, struct stream_outcome *out);
/* No hit comes within a timespan of the last one: judges the window, forgets the hits. The firing is not over yet. */
void stream_group_rest(struct stream_group *g, struct stream_outcome *out);
/* Ends the firing. */
void stream_group_end(struct stream_group *g, struct stream_outcome *out);

#endif
