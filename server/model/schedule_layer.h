/* The inside of a schedule: what schedule_parse() makes and schedule_at() reads. */
#ifndef SERVER_MODEL_SCHEDULE_LAYER_H
#define SERVER_MODEL_SCHEDULE_LAYER_H

#include "server/model/schedule.h"

enum rotation_unit { ROTATION_HOUR, ROTATION_DAY, ROTATION_WEEK, ROTATION_MONTH };

struct schedule_layer {
	int64_t people[SCHEDULE_PEOPLE_MAX]; /* in turn; 0: nobody */
	int people_count;                    /* at least 1 */
	enum rotation_unit unit;
	int every;
	int64_t start_day;
	int handover;           /* second of the day */
	time_us start;          /* the first turn begins */
	time_us begin, end;     /* the layer counts from begin (not before start) <= t < end; TIME_NONE: no end */
	struct calendar *hours; /* owned; NULL: at all hours */
	const struct calendar *calendar; /* borrowed; NULL: none */
	bool calendar_open;              /* while it is open, else while it is closed */
};

struct schedule {
	const struct zone *zone;
	struct schedule_layer layers[SCHEDULE_LAYERS_MAX];
	int layer_count;
	struct schedule_override *overrides; /* as they were made */
	size_t override_count;
};

#endif
