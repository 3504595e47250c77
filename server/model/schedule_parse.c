#include "server/model/calendar_hours.h"
#include "server/model/schedule_layer.h"

#include <inttypes.h>
#include <stdlib.h>

enum { EVERY_MAX = 366, LAYER_NAME_MAX = 300 /* bytes */ };

/* What parsing a layer needs. */
struct layer_reader {
	const struct document *d;
	const struct zone *zone;
	const struct schedule_calendars *calendars;
	struct schedule_layer *layer;
	const char *place; /* "layers[1]" */
};

static int read_people(const struct layer_reader *l, uint32_t value, struct err *why)
{
	const struct json_reader *r = &l->d->reader;
	char place[DOCUMENT_PLACE_SIZE], item[DOCUMENT_PLACE_SIZE];
	int count, n = 0;

	document_member_place(place, l->place, "people");
	if (document_array(l->d, value, place, SCHEDULE_PEOPLE_MAX, &count, why) != 0)
		return -1;
	if (count == 0)
		return err_set(why, ERR_USAGE, "%s: nobody is named; 0 stands for a turn of nobody", place);
	for (uint32_t i = json_read_first(r, value); i < r->tokens[value].next; i = r->tokens[i].next) {
		document_item_place(item, place, n);
		if (document_integer(l->d, i, item, 0, INT64_MAX, &l->layer->people[n++], why) != 0)
			return -1;
	}
	l->layer->people_count = count;
	return 0;
}

static int read_rotation(const struct layer_reader *l, uint32_t value, struct err *why)
{
	enum { UNIT, EVERY, START, HANDOVER, MEMBERS };
	static const char *const names[MEMBERS] = { "unit", "every", "start", "handover" };
	static const char *const units[] = { "hour", "day", "week", "month" };
	char place[DOCUMENT_PLACE_SIZE], member[MEMBERS][DOCUMENT_PLACE_SIZE];
	int64_t every = 1;
	uint32_t v[MEMBERS];
	int unit;

	document_member_place(place, l->place, "rotation");
	if (document_object(l->d, value, place, names, MEMBERS, v, why) != 0)
		return -1;
	for (int i = 0; i < MEMBERS; i++) {
		document_member_place(member[i], place, names[i]);
		if (i != EVERY && document_needs(v[i], place, names[i], why) != 0)
			return -1;
	}
	if (document_word(l->d, v[UNIT], member[UNIT], units, ARRAY_LEN(units), &unit, why) != 0 ||
	    (v[EVERY] != JSON_NONE &&
	     document_integer(l->d, v[EVERY], member[EVERY], 1, EVERY_MAX, &every, why) != 0) ||
	    document_day(l->d, v[START], member[START], &l->layer->start_day, why) != 0 ||
	    document_time(l->d, v[HANDOVER], member[HANDOVER], false, &l->layer->handover, why) != 0)
		return -1;
	l->layer->unit = (enum rotation_unit)unit;
	l->layer->every = (int)every;
	l->layer->start = zone_instant(l->zone, l->layer->start_day, l->layer->handover);
	return 0;
}

/* The days on which it counts. */
static int read_bounds(const struct layer_reader *l, uint32_t from, uint32_t to, struct err *why)
{
	char place[DOCUMENT_PLACE_SIZE];
	int64_t first = INT64_MIN, last;

	l->layer->begin = l->layer->start;
	l->layer->end = TIME_NONE;
	document_member_place(place, l->place, "from");
	if (from != JSON_NONE) {
		if (document_day(l->d, from, place, &first, why) != 0)
			return -1;
		if (zone_instant(l->zone, first, 0) > l->layer->begin)
			l->layer->begin = zone_instant(l->zone, first, 0);
	}
	document_member_place(place, l->place, "to");
	if (to == JSON_NONE)
		return 0;
	if (document_day(l->d, to, place, &last, why) != 0)
		return -1;
	if (last < first)
		return err_set(why, ERR_USAGE, "%s: it lies before from", place);
	l->layer->end = zone_instant(l->zone, last + 1, 0);
	return 0;
}

static int read_calendar(const struct layer_reader *l, uint32_t number, uint32_t open, struct err *why)
{
	char place[DOCUMENT_PLACE_SIZE];
	int64_t id;

	l->layer->calendar_open = true;
	document_member_place(place, l->place, "calendar_open");
	if (open != JSON_NONE) {
		if (document_bool(l->d, open, place, &l->layer->calendar_open, why) != 0)
			return -1;
		if (number == JSON_NONE)
			return err_set(why, ERR_USAGE, "%s: of which calendar? calendar is missing", place);
	}
	if (number == JSON_NONE)
		return 0;
	document_member_place(place, l->place, "calendar");
	if (document_integer(l->d, number, place, 1, INT64_MAX, &id, why) != 0)
		return -1;
	l->layer->calendar = l->calendars ? l->calendars->find(l->calendars->context, id) : NULL;
	if (!l->layer->calendar)
		return err_set(why, ERR_USAGE, "%s: there is no calendar %" PRId64, place, id);
	return 0;
}

static int read_layer(const struct layer_reader *l, uint32_t value, struct err *why)
{
	enum { NAME, PEOPLE, ROTATION, FROM, TO, HOURS, CALENDAR, CALENDAR_OPEN, MEMBERS };
	static const char *const names[MEMBERS] = { "name", "people", "rotation", "from",
						    "to",   "hours",  "calendar", "calendar_open" };
	char place[DOCUMENT_PLACE_SIZE];
	uint32_t v[MEMBERS];

	if (document_object(l->d, value, l->place, names, MEMBERS, v, why) != 0)
		return -1;
	for (int i = NAME; i <= ROTATION; i++)
		if (document_needs(v[i], l->place, names[i], why) != 0)
			return -1;
	document_member_place(place, l->place, "name");
	if (document_name(l->d, v[NAME], place, LAYER_NAME_MAX, why) != 0 || read_people(l, v[PEOPLE], why) != 0 ||
	    read_rotation(l, v[ROTATION], why) != 0 || read_bounds(l, v[FROM], v[TO], why) != 0 ||
	    read_calendar(l, v[CALENDAR], v[CALENDAR_OPEN], why) != 0)
		return -1;
	document_member_place(place, l->place, "hours");
	return v[HOURS] == JSON_NONE ? 0 : calendar_of_hours(&l->layer->hours, l->d, v[HOURS], place, l->zone, why);
}

static int read_layers(struct schedule *s, const struct document *d, const struct schedule_calendars *calendars,
		       struct err *why)
{
	static const char *const names[] = { "layers" };
	const struct json_reader *r = &d->reader;
	char place[DOCUMENT_PLACE_SIZE];
	uint32_t list;
	int count;

	if (document_object(d, 0, "", names, ARRAY_LEN(names), &list, why) != 0 ||
	    document_needs(list, "", "layers", why) != 0 ||
	    document_array(d, list, "layers", SCHEDULE_LAYERS_MAX, &count, why) != 0)
		return -1;
	for (uint32_t i = json_read_first(r, list); i < r->tokens[list].next; i = r->tokens[i].next) {
		struct layer_reader l = { d, s->zone, calendars, &s->layers[s->layer_count], place };

		document_item_place(place, "layers", s->layer_count++);
		if (read_layer(&l, i, why) != 0)
			return -1;
	}
	return 0;
}

static int copy_overrides(struct schedule *s, const struct schedule_override *overrides, size_t count, struct err *why)
{
	s->overrides = calloc(count ? count : 1, sizeof(*overrides));
	if (!s->overrides)
		return err_set(why, ERR_NOMEM, "no memory for a schedule");
	for (size_t i = 0; i < count; i++)
		s->overrides[i] = overrides[i];
	s->override_count = count;
	return 0;
}

int schedule_parse(struct schedule **out, struct slice text, const struct zone *zone,
		   const struct schedule_calendars *calendars, const struct schedule_override *overrides, size_t count,
		   struct err *why)
{
	struct schedule *s;
	struct document d;
	int failed;

	if (document_read(&d, text, why) != 0)
		return -1;
	s = calloc(1, sizeof(*s));
	if (s) {
		s->zone = zone;
		failed =
		    copy_overrides(s, overrides, count, why) != 0 || read_layers(s, &d, calendars, why) != 0 ? -1 : 0;
	} else {
		failed = err_set(why, ERR_NOMEM, "no memory for a schedule");
	}
	document_release(&d);
	if (failed)
		schedule_release(s);
	else
		*out = s;
	return failed;
}

void schedule_release(struct schedule *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->layer_count; i++)
		calendar_release(s->layers[i].hours);
	free(s->overrides);
	free(s);
}
