/* A schedule as the API gives it (docs/openapi.yaml schemas Schedule, ScheduleSpans): who is on call now and next, and
 * spans of a time with their gaps. */
#ifndef SERVER_API_SCHEDULE_VIEW_H
#define SERVER_API_SCHEDULE_VIEW_H

#include "server/api/oncall_call.h"
#include "server/store/schedule_admin.h"

enum { SCHEDULE_GAP_DAYS = 7, SCHEDULE_SHOWN_DAYS = 28, SCHEDULE_SHOWN_MOST = 400 };

/* Members of Schedule, into an object that is open. schedule NULL: its document is not in use, so nobody is on call. */
void schedule_view_put(struct json_writer *w, const struct schedule_row *row, const struct schedule *schedule,
		       const struct person_names *names);
/* Whom the document names, and who is on call now and next: their names will be wanted. */
void schedule_view_want(struct person_names *names, const struct schedule *schedule);

/* Spans of a time, worked out once, because their names must be loaded before they are written. */
struct schedule_spans {
	time_us from, to;
	struct oncall_span *items;
	size_t count;
	bool more;
}; /* zero-initialise; schedule_spans_release() */
int schedule_spans_make(struct schedule_spans *spans, const struct schedule *schedule, time_us from, time_us to,
			struct person_names *names, struct err *why);
/* Members of ScheduleSpans. */
void schedule_spans_put(struct json_writer *w, const struct schedule_spans *spans, const struct person_names *names);
void schedule_spans_release(struct schedule_spans *spans);
/* The gaps of a time as an array of Span. */
void schedule_view_put_gaps(struct json_writer *w, const char *key, const struct schedule *schedule, time_us from,
			    time_us to);
void schedule_view_put_people(struct json_writer *w, const struct schedule *schedule, const struct person_names *names);

/* Schema Override. */
void schedule_view_put_override(struct json_writer *w, const char *key, const struct override_row *row);

#endif
