/* The verdict of a month, as a weather mark. The worst case decides, never a count. Pure; the rules, of which the first
 * that holds gives the grade (docs/reports.md says them to people):
 *
 *   fog     no monitored day, or less than half of the hours due were seen (or none was due): we cannot say
 *   rainy   a case of severity 1 that was not judged benign or false; or one of severity 2 open at the end of the month
 *   cloudy  a case of severity 2 likewise; outbound detections that were not stopped; a virus outbound; or a case of
 *           severity 3 open at the end of the month
 *   hazy    a case of severity 3 likewise; outbound detections, all stopped; a virus inbound that was not removed;
 *           less than 90 % of the hours seen; or a request overdue
 *   sunny   otherwise
 *
 * Everyday traffic (outbound_minor of member_month.h) is no outbound detection here. "Likewise": it counts unless it
 * was judged benign or false; an open case that was judged so does not count either. All reasons of the grade are
 * given, in plain words, from the texts of report_text.h (keys weather_...). */
#ifndef SERVER_MODEL_WEATHER_H
#define SERVER_MODEL_WEATHER_H

#include "server/model/member_month.h"
#include "server/model/report_text.h"

enum weather { WEATHER_SUNNY, WEATHER_HAZY, WEATHER_CLOUDY, WEATHER_RAINY, WEATHER_FOG, WEATHERS };
const char *weather_name(enum weather weather);
bool weather_parse(struct slice name, enum weather *out);

/* Sets grade and reasons of m from its figures; texts go to the pool. */
int weather_judge(struct member_month *m, const struct report_texts *texts, struct pool *pool, struct err *why);
/* Whether a person must say something before it goes out: hazy is not, cloudy and worse and fog are. */
bool weather_needs_comment(enum weather weather);

#endif
