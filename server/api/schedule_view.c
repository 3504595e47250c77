#include "server/api/schedule_view.h"

#include "server/api/incident_view.h"

#include <stdlib.h>

enum { SPANS_MOST = 2000, GAPS_MOST = 100, PEOPLE_MOST = SCHEDULE_LAYERS_MAX * SCHEDULE_PEOPLE_MAX };

void schedule_view_want(struct person_names *names, const struct schedule *schedule)
{
	int64_t people[PEOPLE_MOST];
	struct oncall_turn turn;
	size_t count;

	if (!schedule)
		return;
	count = schedule_people(schedule, people, PEOPLE_MOST);
	for (size_t i = 0; i < count; i++)
		person_names_want(names, people[i]);
	schedule_turn(schedule, clock_now(), &turn);
	person_names_want(names, turn.now.user_id);
	person_names_want(names, turn.next.user_id);
}

void schedule_view_put_people(struct json_writer *w, const struct schedule *schedule, const struct person_names *names)
{
	int64_t people[PEOPLE_MOST];
	size_t count = schedule ? schedule_people(schedule, people, PEOPLE_MOST) : 0;

	json_open_array(w, "people");
	for (size_t i = 0; i < count; i++)
		if (people[i])
			person_names_put(names, w, NULL, people[i]);
	json_close_array(w);
}

static time_us first_gap(const struct schedule *schedule, time_us now)
{
	struct oncall_span gap;
	bool more;

	return schedule_gaps(schedule, now, now + SCHEDULE_GAP_DAYS * US_PER_DAY, &gap, 1, &more) ? gap.from
												  : TIME_NONE;
}

void schedule_view_put(struct json_writer *w, const struct schedule_row *row, const struct schedule *schedule,
		       const struct person_names *names)
{
	struct oncall_turn turn = { .until = TIME_NONE };
	time_us now = clock_now();

	if (schedule)
		schedule_turn(schedule, now, &turn);
	json_put_integer(w, "id", row->schedule_id);
	json_put_string(w, "name", row->name);
	json_put_string(w, "timezone", row->timezone);
	json_put_raw(w, "rules", slice_of_string(row->rules));
	json_put_integer(w, "version", row->version);
	json_put_time(w, "updated_at", row->updated_at);
	json_put_time(w, "archived_at", row->archived_at);
	person_names_put(names, w, "now", turn.now.user_id);
	json_put_time(w, "until", turn.until);
	person_names_put(names, w, "next", turn.next.user_id);
	json_put_time(w, "gap_at", schedule ? first_gap(schedule, now) : TIME_NONE);
	schedule_view_put_people(w, schedule, names);
}

/* ------------------------------------------------------------------------------------------------------------- spans
 */

int schedule_spans_make(struct schedule_spans *spans, const struct schedule *schedule, time_us from, time_us to,
			struct person_names *names, struct err *why)
{
	*spans = (struct schedule_spans){ .from = from, .to = to };
	if (!schedule)
		return 0;
	spans->items = calloc(SPANS_MOST, sizeof(*spans->items));
	if (!spans->items)
		return err_set(why, ERR_NOMEM, "no memory for the spans of a schedule");
	spans->count = schedule_spans(schedule, from, to, spans->items, SPANS_MOST, &spans->more);
	for (size_t i = 0; i < spans->count; i++)
		person_names_want(names, spans->items[i].who.user_id);
	return 0;
}

static void put_span(struct json_writer *w, const struct oncall_span *span, const struct person_names *names)
{
	json_open_object(w, NULL);
	json_put_time(w, "from", span->from);
	json_put_time(w, "to", span->to);
	person_names_put(names, w, "person", span->who.user_id);
	json_put_known(w, "layer", span->who.user_id != 0 && span->who.layer >= 0, span->who.layer);
	json_put_known(w, "override_id", span->who.override_id != 0, span->who.override_id);
	json_close_object(w);
}

static void put_gap(struct json_writer *w, const struct oncall_span *gap)
{
	json_open_object(w, NULL);
	json_put_time(w, "from", gap->from);
	json_put_time(w, "to", gap->to);
	json_close_object(w);
}

void schedule_spans_put(struct json_writer *w, const struct schedule_spans *spans, const struct person_names *names)
{
	json_put_time(w, "from", spans->from);
	json_put_time(w, "to", spans->to);
	json_open_array(w, "spans");
	for (size_t i = 0; i < spans->count; i++)
		put_span(w, &spans->items[i], names);
	json_close_array(w);
	json_open_array(w, "gaps");
	for (size_t i = 0; i < spans->count; i++)
		if (spans->items[i].who.user_id == 0)
			put_gap(w, &spans->items[i]);
	json_close_array(w);
	json_put_bool(w, "more", spans->more);
}

void schedule_spans_release(struct schedule_spans *spans)
{
	free(spans->items);
	*spans = (struct schedule_spans){ 0 };
}

void schedule_view_put_gaps(struct json_writer *w, const char *key, const struct schedule *schedule, time_us from,
			    time_us to)
{
	struct oncall_span gaps[GAPS_MOST];
	size_t count;
	bool more;

	count = schedule_gaps(schedule, from, to, gaps, GAPS_MOST, &more);
	json_open_array(w, key);
	for (size_t i = 0; i < count; i++)
		put_gap(w, &gaps[i]);
	json_close_array(w);
}

void schedule_view_put_override(struct json_writer *w, const char *key, const struct override_row *row)
{
	json_open_object(w, key);
	json_put_integer(w, "id", row->override_id);
	json_put_integer(w, "schedule_id", row->schedule_id);
	incident_view_put_person(w, "person", row->user_id, row->user_name);
	json_put_time(w, "from", row->from);
	json_put_time(w, "to", row->to);
	json_put_string(w, "reason", row->reason);
	incident_view_put_person(w, "made_by", row->made_by, row->made_by_name);
	json_put_time(w, "made_at", row->made_at);
	json_put_time(w, "ended_at", row->ended_at);
	json_close_object(w);
}
