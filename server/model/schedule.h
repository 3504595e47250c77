/* Who is on call. A schedule is kept as rules in a zone and computed when asked: schedule_at() is the one answer that
 * the engine, the board and the tests share. Pure.
 *
 * The document (oncall_schedule.rules):
 *   {"layers": [
 *      {"name": "週替わり",
 *       "people": [3, 5, 7],                  app_user.user_id, in turn; 0: nobody
 *       "rotation": {"unit": "week",          hour, day, week or month
 *                    "every": 1,              optional
 *                    "start": "2026-11-02", "handover": "09:00"},   the first person's first turn begins; local time
 *       "from": "2026-11-02", "to": "2027-03-31",   optional: the layer counts on these days, both ends in
 *       "hours": {"mon": [["18:00", "24:00"]], ...},   optional: only then (weekly hours as of a calendar)
 *       "calendar": 1, "calendar_open": false}]}       optional: only while that calendar is open, or closed
 * Later layers lie over earlier ones; where one has nobody, the one below shows. Overrides lie over all: of two the
 * later made one. Nobody is on call by a layer before its first turn begins. A hand-over in an hour that a clock change
 * skips happens at the change. Units of a day and more go by the local calendar, so a turn across a clock change is an
 * hour longer or shorter; hours are real hours. Months: on the day of the month of `start`, or on the last day of a
 * shorter month. */
#ifndef SERVER_MODEL_SCHEDULE_H
#define SERVER_MODEL_SCHEDULE_H

#include "server/model/calendar.h"

enum { SCHEDULE_LAYERS_MAX = 16, SCHEDULE_PEOPLE_MAX = 64, SCHEDULE_SPANS_MAX = 4000 };

struct schedule;

struct schedule_override {
	int64_t override_id, user_id;
	time_us from, to; /* from <= t < to */
};
/* Calendars that layers may name; NULL: there is none of this number. */
struct schedule_calendars {
	const struct calendar *(*find)(const void *context, int64_t calendar_id);
	const void *context;
};

/* zone and what calendars finds are borrowed. overrides are copied, in the order in which they were made.
 * ERR_USAGE says what is wrong, and where (layers[1].rotation.unit). */
int schedule_parse(struct schedule **out, struct slice document, const struct zone *zone,
		   const struct schedule_calendars *calendars, const struct schedule_override *overrides, size_t count,
		   struct err *why);
void schedule_release(struct schedule *schedule); /* NULL is allowed */

struct oncall {
	int64_t user_id;     /* 0: nobody */
	int layer;           /* index; -1: by an override, or nobody */
	int64_t override_id; /* 0: none */
};
struct oncall schedule_at(const struct schedule *schedule, time_us t);
/* The first instant after t at which the answer may be another one; TIME_NONE: never. */
time_us schedule_next_change(const struct schedule *schedule, time_us t);

struct oncall_span {
	time_us from, to;
	struct oncall who;
};
/* Spans of one answer each that fill from <= t < to without holes, neighbours joined; those with nobody are the gaps.
 * At most `room`; *more: there would be others. Returns how many. */
size_t schedule_spans(const struct schedule *schedule, time_us from, time_us to, struct oncall_span *spans, size_t room,
		      bool *more);
/* The same, of spans with nobody alone, each whole within from <= t < to: what is to be told before it happens. */
size_t schedule_gaps(const struct schedule *schedule, time_us from, time_us to, struct oncall_span *gaps, size_t room,
		     bool *more);

/* Since when nobody has been on call, of a t at which nobody is; TIME_NONE: since before `earliest`. */
time_us schedule_gap_began(const struct schedule *schedule, time_us earliest, time_us t);

/* Who is on call at t, until when, and who comes then. */
struct oncall_turn {
	struct oncall now, next;
	time_us until; /* somebody else (or nobody) from then on; TIME_NONE: not within SCHEDULE_TURN_DAYS of t, and
			* next is nobody */
};
enum { SCHEDULE_TURN_DAYS = 92 };
void schedule_turn(const struct schedule *schedule, time_us t, struct oncall_turn *out);

/* People that the layers name, each once; returns how many, at most `room`. */
size_t schedule_people(const struct schedule *schedule, int64_t *people, size_t room);
/* Who cannot be on call (has left, say) counts as nobody, at all times, so that whoever lies below shows; turns stay
 * where they are. */
void schedule_leave_out(struct schedule *schedule, bool (*available)(const void *context, int64_t user_id),
			const void *context);

#endif
