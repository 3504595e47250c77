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
/* Of one month: a row of company_month. */
enum { MONTH_ENGINES = ENGINE_OTHER + 1 };
struct month_sums {
	int32_t month; /* its first day, as above */
	int64_t inbound[MONTH_ENGINES], outbound[MONTH_ENGINES];
	int64_t elsewhere;                         /* of the other directions, all engines */
	int64_t inbound_stopped, outbound_stopped; /* of inbound and outbound, blocked or removed */
	int64_t viruses, viruses_removed; /* of the antivirus engine, all directions; of these, blocked or removed */
};
/* Sums up the entries at the front that are of one month, and returns how many they are. Entries are ordered by day. */
size_t day_counts_month(const struct day_count *counts, size_t count, struct month_sums *out);

#endif
