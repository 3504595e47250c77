#include "server/model/schedule.h"

#include "server/model/schedule_layer.h"

#define HOUR (3600 * US_PER_SECOND)

/* Calendars look two years ahead and no further; then one asks again. */
static const time_us look_again = 700 * US_PER_DAY;
/* Steps of one walk, whatever is asked for. */
enum { STEPS_MAX = 200000 };

static const struct oncall nobody = { .layer = -1 };

/* Beyond, days cannot be told apart any more (lib/zone.h). */
static time_us within_reach(time_us t)
{
	if (t > INT64_MAX / 2)
		return INT64_MAX / 2;
	return t < INT64_MIN / 2 ? INT64_MIN / 2 : t;
}

/* The earlier one; TIME_NONE: never. */
static time_us earlier(time_us a, time_us b)
{
	if (a == TIME_NONE || b == TIME_NONE)
		return a == TIME_NONE ? b : a;
	return a < b ? a : b;
}

/* ------------------------------------------------------------------------------------------------------------- turns
 */

static int last_of_month(int year, int month)
{
	return (int)((month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, month + 1, 1)) -
		     days_from_civil(year, month, 1));
}

/* The day so many months behind the start's; of a shorter month its last. */
static int64_t month_day(const struct schedule_layer *l, int64_t months)
{
	int year, month, day, last;
	int64_t count;

	civil_from_days(l->start_day, &year, &month, &day);
	count = (int64_t)year * 12 + (month - 1) + months;
	year = (int)(count / 12);
	month = (int)(count % 12) + 1;
	last = last_of_month(year, month);
	return days_from_civil(year, month, day < last ? day : last);
}

/* When the nth turn begins, from 0. */
static time_us turn_begins(const struct schedule *s, const struct schedule_layer *l, int64_t n)
{
	switch (l->unit) {
	case ROTATION_HOUR:
		return l->start + n * l->every * HOUR;
	case ROTATION_DAY:
		return zone_instant(s->zone, l->start_day + n * l->every, l->handover);
	case ROTATION_WEEK:
		return zone_instant(s->zone, l->start_day + 7 * n * l->every, l->handover);
	case ROTATION_MONTH:
		break;
	}
	return zone_instant(s->zone, month_day(l, n * l->every), l->handover);
}

static int64_t months_between(int64_t from_day, int64_t to_day)
{
	int from_year, to_year, from_month, to_month, day;

	civil_from_days(from_day, &from_year, &from_month, &day);
	civil_from_days(to_day, &to_year, &to_month, &day);
	return ((int64_t)to_year - from_year) * 12 + (to_month - from_month);
}

/* Which turn it is, from 0; t is not before the start. */
static int64_t turn_at(const struct schedule *s, const struct schedule_layer *l, time_us t)
{
	int64_t day = zone_day(s->zone, t), n = 0;

	/* About right; whether the hand-over of that day has been is for the instants to tell. */
	switch (l->unit) {
	case ROTATION_HOUR:
		return (t - l->start) / (l->every * HOUR);
	case ROTATION_DAY:
		n = (day - l->start_day) / l->every;
		break;
	case ROTATION_WEEK:
		n = (day - l->start_day) / 7 / l->every;
		break;
	case ROTATION_MONTH:
		n = months_between(l->start_day, day) / l->every;
		break;
	}
	while (turn_begins(s, l, n + 1) <= t)
		n++;
	while (n > 0 && turn_begins(s, l, n) > t)
		n--;
	return n;
}

/* ------------------------------------------------------------------------------------------------------------ layers
 */

static bool layer_counts(const struct schedule_layer *l, time_us t)
{
	return t >= l->begin && (l->end == TIME_NONE || t < l->end) && (!l->hours || calendar_is_open(l->hours, t)) &&
	       (!l->calendar || calendar_is_open(l->calendar, t) == l->calendar_open);
}

static int64_t layer_person(const struct schedule *s, const struct schedule_layer *l, time_us t)
{
	if (!layer_counts(l, t))
		return 0;
	return l->people[turn_at(s, l, t) % l->people_count];
}

static time_us calendar_changes(const struct calendar *c, time_us t)
{
	time_us next = calendar_next_change(c, t);

	return next == TIME_NONE ? t + look_again : next;
}

/* The first instant after t at which the layer may say something else. */
static time_us layer_changes(const struct schedule *s, const struct schedule_layer *l, time_us t)
{
	time_us next;

	if (t < l->begin)
		return l->begin;
	if (l->end != TIME_NONE && t >= l->end)
		return TIME_NONE;
	next = l->end;
	/* Turns that pass while it does not count change nothing. */
	if (l->people_count > 1 && layer_counts(l, t))
		next = earlier(next, turn_begins(s, l, turn_at(s, l, t) + 1));
	if (l->hours)
		next = earlier(next, calendar_changes(l->hours, t));
	if (l->calendar)
		next = earlier(next, calendar_changes(l->calendar, t));
	return next;
}

/* --------------------------------------------------------------------------------------------------------- schedules
 */

static bool override_at(const struct schedule *s, time_us t, struct oncall *out)
{
	for (size_t i = s->override_count; i-- > 0;) {
		const struct schedule_override *o = &s->overrides[i];

		if (o->user_id && t >= o->from && t < o->to) {
			*out = (struct oncall){ o->user_id, -1, o->override_id };
			return true;
		}
	}
	return false;
}

struct oncall schedule_at(const struct schedule *s, time_us t)
{
	struct oncall who;

	t = within_reach(t);
	if (override_at(s, t, &who))
		return who;
	for (int i = s->layer_count; i-- > 0;) {
		int64_t person = layer_person(s, &s->layers[i], t);

		if (person)
			return (struct oncall){ person, i, 0 };
	}
	return nobody;
}

static time_us overrides_change(const struct schedule *s, time_us t)
{
	time_us next = TIME_NONE;

	for (size_t i = 0; i < s->override_count; i++) {
		const struct schedule_override *o = &s->overrides[i];

		if (o->user_id && o->from < o->to && o->to > t)
			next = earlier(next, o->from > t ? o->from : o->to);
	}
	return next;
}

time_us schedule_next_change(const struct schedule *s, time_us t)
{
	time_us next;

	t = within_reach(t);
	next = overrides_change(s, t);
	for (int i = 0; i < s->layer_count; i++)
		next = earlier(next, layer_changes(s, &s->layers[i], t));
	return next;
}

/* Goes through the spans of from <= t < to. What a layer says is kept until it may change: many layers that change
 * often would ask each other's calendars at every step. */
struct walk {
	const struct schedule *schedule;
	time_us at, to;
	int steps;
	struct {
		int64_t person;
		time_us until; /* TIME_NONE: for ever */
	} layers[SCHEDULE_LAYERS_MAX];
};

static bool same_answer(struct oncall a, struct oncall b)
{
	return a.user_id == b.user_id && a.layer == b.layer && a.override_id == b.override_id;
}

static void walk_to(struct walk *w, time_us at)
{
	const struct schedule *s = w->schedule;

	w->at = at;
	for (int i = 0; i < s->layer_count; i++) {
		if (w->layers[i].until == TIME_NONE || w->layers[i].until > at)
			continue;
		w->layers[i].person = layer_person(s, &s->layers[i], at);
		w->layers[i].until = layer_changes(s, &s->layers[i], at);
	}
}

static struct oncall walk_who(const struct walk *w)
{
	struct oncall who;

	if (override_at(w->schedule, w->at, &who))
		return who;
	for (int i = w->schedule->layer_count; i-- > 0;)
		if (w->layers[i].person)
			return (struct oncall){ w->layers[i].person, i, 0 };
	return nobody;
}

static time_us walk_change(const struct walk *w)
{
	time_us next = overrides_change(w->schedule, w->at);

	for (int i = 0; i < w->schedule->layer_count; i++)
		next = earlier(next, w->layers[i].until);
	return next;
}

static bool walk_next(struct walk *w, struct oncall_span *out)
{
	if (w->at >= w->to || w->steps >= STEPS_MAX)
		return false;
	*out = (struct oncall_span){ w->at, w->to, walk_who(w) };
	while (w->at < w->to && w->steps < STEPS_MAX) {
		time_us next = walk_change(w);

		w->steps++;
		walk_to(w, next == TIME_NONE || next > w->to ? w->to : next);
		if (w->at < w->to && !same_answer(walk_who(w), out->who))
			break;
	}
	out->to = w->at;
	return true;
}

static struct walk walk_over(const struct schedule *s, time_us from, time_us to)
{
	struct walk w = { .schedule = s, .to = within_reach(to) };

	from = within_reach(from);
	for (int i = 0; i < s->layer_count; i++)
		w.layers[i].until = from;
	walk_to(&w, from);
	return w;
}

size_t schedule_spans(const struct schedule *s, time_us from, time_us to, struct oncall_span *spans, size_t room,
		      bool *more)
{
	struct walk w = walk_over(s, from, to);
	size_t count = 0;

	while (count < room && walk_next(&w, &spans[count]))
		count++;
	*more = w.at < w.to;
	return count;
}

size_t schedule_gaps(const struct schedule *s, time_us from, time_us to, struct oncall_span *gaps, size_t room,
		     bool *more)
{
	struct walk w = walk_over(s, from, to);
	struct oncall_span span;
	size_t count = 0;

	*more = false;
	while (walk_next(&w, &span)) {
		if (span.who.user_id)
			continue;
		if (count == room) {
			*more = true;
			return count;
		}
		gaps[count++] = span;
	}
	*more = w.at < w.to;
	return count;
}

time_us schedule_gap_began(const struct schedule *s, time_us earliest, time_us t)
{
	struct walk w = walk_over(s, earliest, t + 1);
	struct oncall_span span = { .from = earliest };

	while (walk_next(&w, &span))
		;
	return span.from == earliest ? TIME_NONE : span.from;
}

void schedule_turn(const struct schedule *s, time_us t, struct oncall_turn *out)
{
	struct walk w = walk_over(s, t, within_reach(t) + SCHEDULE_TURN_DAYS * US_PER_DAY);
	struct oncall_span span;

	*out = (struct oncall_turn){ .now = schedule_at(s, t), .next = nobody, .until = TIME_NONE };
	while (walk_next(&w, &span)) {
		if (span.who.user_id == out->now.user_id)
			continue;
		out->next = span.who;
		out->until = span.from;
		return;
	}
}

static bool is_among(const int64_t *people, size_t count, int64_t person)
{
	for (size_t i = 0; i < count; i++)
		if (people[i] == person)
			return true;
	return false;
}

size_t schedule_people(const struct schedule *s, int64_t *people, size_t room)
{
	size_t count = 0;

	for (int i = 0; i < s->layer_count; i++) {
		for (int n = 0; n < s->layers[i].people_count; n++) {
			int64_t person = s->layers[i].people[n];

			if (person && count < room && !is_among(people, count, person))
				people[count++] = person;
		}
	}
	return count;
}

void schedule_leave_out(struct schedule *s, bool (*available)(const void *context, int64_t user_id),
			const void *context)
{
	for (int i = 0; i < s->layer_count; i++)
		for (int n = 0; n < s->layers[i].people_count; n++)
			if (!available(context, s->layers[i].people[n]))
				s->layers[i].people[n] = 0;
	for (size_t i = 0; i < s->override_count; i++)
		if (!available(context, s->overrides[i].user_id))
			s->overrides[i].user_id = 0;
}
