/* Detections of one company, added up by day, direction, engine, severity and action: the rows of company_day. */
#ifndef SERVER_MODEL_DAY_COUNTS_H
#define SERVER_MODEL_DAY_COUNTS_H

#include "server/model/alert.h"

struct day_count {
	int32_t day; /* days since 1970-01-01, in the operator's zone */
	enum direction direction;
	enum engine engine;
	int severity;
	enum action action;
	int64_t detections;
};

/* Adds up entries that differ only in detections, in place and ordered; returns how many are left. */
size_t day_counts_add_up(struct day_count *counts, size_t count);

#endif
