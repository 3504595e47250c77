/* What a time zone does from its last recorded change on: the TZ string of POSIX (IEEE Std 1003.1-2017, 8.3), as it
 * ends a TZif file (RFC 9636, section 3.3): "JST-9", "CET-1CEST,M3.5.0,M10.5.0/3", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0".
 * Daylight saving without dates is refused: there POSIX leaves open when it is. Pure. */
#ifndef LIB_ZONE_RULE_H
#define LIB_ZONE_RULE_H

#include "lib/slice.h"

/* Seconds east of UTC go from -24:59:59 to +25:59:59 (RFC 9636, section 3.2). */
enum { ZONE_OFFSET_LEAST = -89999, ZONE_OFFSET_MOST = 93599 };

enum zone_day_kind {
	ZONE_DAY_OF_MONTH, /* Mm.w.d: weekday 0 (Sunday) .. 6 of week 1..4 of the month, 5: the last one */
	ZONE_DAY_NO_LEAP,  /* Jn: 1..365, 29 February is never counted */
	ZONE_DAY_OF_YEAR,  /* n: 0..365 */
};
struct zone_change {
	enum zone_day_kind kind;
	int month, week, weekday, day;
	int32_t time; /* seconds of that day, local; -167 h .. 167 h */
};
struct zone_rule {
	int32_t standard, saving; /* seconds east of UTC */
	bool has_saving;
	struct zone_change begin, end; /* of daylight saving */
};

bool zone_rule_parse(struct slice text, struct zone_rule *out);
/* Seconds east of UTC at that instant, which is in seconds since 1970; *next: when it may change, INT64_MAX: never. */
int32_t zone_rule_offset(const struct zone_rule *rule, int64_t seconds, int64_t *next);

#endif
