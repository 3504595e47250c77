/* How figures, times and names of the database are said on paper, in Japanese and in English. Pure but for the pool:
 * what is returned lives there (or is static), is never NULL, and is "" when memory is short. */
#ifndef SERVER_REPORT_WORDING_H
#define SERVER_REPORT_WORDING_H

#include "lib/pool.h"
#include "lib/zone.h"

#include <stdbool.h>

struct wording {
	bool japanese;
	const struct zone *zone; /* of times */
	struct pool *pool;
};

const char *said(const struct wording *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *said_number(const struct wording *w, int64_t value);     /* 19,100 */
const char *said_hundredths(const struct wording *w, int64_t value); /* 150: 1.5; 200: 2 */
/* 28%, 99.7%: half up, and never 100% of less; ― without a whole. */
const char *said_share(const struct wording *w, int64_t part, int64_t whole);
const char *said_share_1(const struct wording *w, int64_t part, int64_t whole);
const char *said_yen(const struct wording *w, int64_t yen);
const char *said_duration(const struct wording *w, int64_t seconds); /* 45秒, 3分, 1時間20分, 2日3時間 */
const char *said_time(const struct wording *w, time_us at);          /* 10月5日 09:12, of the zone; TIME_NONE: ― */
const char *said_time_year(const struct wording *w, time_us at);     /* 2026年10月5日 09:12 */
const char *said_day(const struct wording *w, const char *day);      /* "2026-10-05": 2026年10月5日 */
const char *said_month(const struct wording *w, const char *month);  /* "2026-10": 2026年10月 */
const char *said_month_short(const struct wording *w, const char *month); /* 10月 */

/* Names as the database has them; one that is not known is said as it is. */
enum name_kind {
	NAME_DIRECTION,
	NAME_ENGINE,
	NAME_ACTION,
	NAME_STATE, /* of an incident */
	NAME_DISPOSITION,
	NAME_SEVERITY, /* "1".."5" */
	NAME_ROUTE,    /* of a virus */
	NAME_CATEGORY, /* of a ticket */
	NAME_CHANNEL,
	NAME_DISPATCH,
	NAME_DISPATCH_STATE,
	NAME_METRIC,  /* detect, acknowledge, ...: of response times, and of promises */
	NAME_MEASURE, /* MTTD, ... */
	NAME_GRADE,
	NAME_PEERS, /* dimension */
	NAME_STAGE,
};
const char *said_name(bool japanese, enum name_kind kind, const char *name);
const char *said_severity(bool japanese, int64_t severity);
const char *said_step(bool japanese, int64_t step); /* of a case, SCS 6-1-1-1: ①発見報告 .. ⑤最終報告 */

#endif
