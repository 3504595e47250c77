#include "server/model/escalation_route.h"

#include "server/model/document.h"

enum { SEVERITIES = 5 };

static const char *const kinds[] = { "incident", "sensor", "campaign", "report", "external", "desk", "drill" };
enum { KIND_COUNT = ARRAY_LEN(kinds) };

enum route_group { GROUP_COMPANY, GROUP_SUBJECT, GROUP_POLICY };
static const char *const directions[] = { "inbound", "outbound", "internal", "external", "unknown" };

static const char *const groups[] = { "company", "subject", "policy" };

struct route {
	char *name;
	unsigned kinds;      /* bit per kind; 0: all */
	int severity;        /* 0: any */
	unsigned directions; /* bit per word; 0: any */
	int64_t *companies;
	char **tags;
	int company_count, tag_count; /* 0: any */
	const struct calendar *calendar;
	bool calendar_open;
	int64_t policy_id; /* 0: nobody is paged */
	enum route_group group;
};
struct escalation_routes {
	struct route *items;
	size_t count;
};

/* ---------------------------------------------------------------------------------------------- reading */

/* What reading one value of a route needs. */
struct reader {
	const struct document *d;
	const struct schedule_calendars *calendars;
	const char *place; /* of the route */
	struct err *why;
};

static int no_memory(const struct reader *r)
{
	return err_set(r->why, ERR_NOMEM, "no memory for routes");
}

/* A list of 1 to `most`; absent: count 0. */
static int read_list(const struct reader *r, uint32_t list, const char *member, int most, int *count)
{
	char at[DOCUMENT_PLACE_SIZE];

	*count = 0;
	if (list == JSON_NONE)
		return 0;
	document_member_place(at, r->place, member);
	if (document_array(r->d, list, at, most, count, r->why) != 0)
		return -1;
	return *count > 0 ? 0 : err_set(r->why, ERR_USAGE, "%s: an empty list fits nothing; leave it out", at);
}

static uint32_t next_of(const struct reader *r, uint32_t value)
{
	return r->d->reader.tokens[value].next;
}

static int read_words(const struct reader *r, uint32_t list, const char *member, const char *const *words, size_t count,
		      unsigned *set)
{
	char at[DOCUMENT_PLACE_SIZE];
	int length, word;
	uint32_t value;

	document_member_place(at, r->place, member);
	if (read_list(r, list, member, ROUTE_LIST_MAX, &length) != 0)
		return -1;
	if (length == 0)
		return 0;
	value = json_read_first(&r->d->reader, list);
	for (; length > 0; length--, value = next_of(r, value)) {
		if (document_word(r->d, value, at, words, count, &word, r->why) != 0)
			return -1;
		*set |= 1U << (unsigned)word;
	}
	return 0;
}

static int read_companies(const struct reader *r, uint32_t list, struct route *out)
{
	char at[DOCUMENT_PLACE_SIZE];
	uint32_t value;
	int count;

	if (read_list(r, list, "companies", ROUTE_LIST_MAX, &count) != 0)
		return -1;
	if (count == 0)
		return 0;
	out->companies = calloc((size_t)count, sizeof(*out->companies));
	if (!out->companies)
		return no_memory(r);
	document_member_place(at, r->place, "companies");
	value = json_read_first(&r->d->reader, list);
	for (; count > 0; count--, value = next_of(r, value))
		if (document_integer(r->d, value, at, 1, INT64_MAX, &out->companies[out->company_count++], r->why) != 0)
			return -1;
	return 0;
}

static int read_text(const struct reader *r, uint32_t value, const char *member, char **out)
{
	char at[DOCUMENT_PLACE_SIZE];

	document_member_place(at, r->place, member);
	if (document_name(r->d, value, at, ROUTE_TEXT_MAX, r->why) != 0)
		return -1;
	*out = slice_to_string(json_read_raw(&r->d->reader, value));
	return *out ? 0 : no_memory(r);
}

static int read_tags(const struct reader *r, uint32_t list, struct route *out)
{
	uint32_t value;
	int count;

	if (read_list(r, list, "tags", ROUTE_LIST_MAX, &count) != 0)
		return -1;
	if (count == 0)
		return 0;
	out->tags = calloc((size_t)count, sizeof(*out->tags));
	if (!out->tags)
		return no_memory(r);
	value = json_read_first(&r->d->reader, list);
	for (; count > 0; count--, value = next_of(r, value))
		if (read_text(r, value, "tags", &out->tags[out->tag_count++]) != 0)
			return -1;
	return 0;
}

/* calendar and calendar_open go together. */
static int read_calendar(const struct reader *r, uint32_t number, uint32_t open, struct route *out)
{
	char at[DOCUMENT_PLACE_SIZE];
	int64_t id;

	if (number == JSON_NONE && open == JSON_NONE)
		return 0;
	if (document_needs(number, r->place, "calendar", r->why) != 0 ||
	    document_needs(open, r->place, "calendar_open", r->why) != 0)
		return -1;
	document_member_place(at, r->place, "calendar_open");
	if (document_bool(r->d, open, at, &out->calendar_open, r->why) != 0)
		return -1;
	document_member_place(at, r->place, "calendar");
	if (document_integer(r->d, number, at, 1, INT64_MAX, &id, r->why) != 0)
		return -1;
	out->calendar = r->calendars->find(r->calendars->context, id);
	return out->calendar ? 0 : err_set(r->why, ERR_USAGE, "%s: there is no calendar %lld", at, (long long)id);
}

/* A number, or null; it must be there, so that nobody goes unpaged for a member left out. */
static int read_policy(const struct reader *r, uint32_t value, struct route *out)
{
	char at[DOCUMENT_PLACE_SIZE];

	if (document_needs(value, r->place, "policy", r->why) != 0)
		return -1;
	if (json_read_is(&r->d->reader, value, JSON_KIND_NULL))
		return 0;
	document_member_place(at, r->place, "policy");
	return document_integer(r->d, value, at, 1, INT64_MAX, &out->policy_id, r->why);
}

static int read_severity(const struct reader *r, uint32_t value, struct route *out)
{
	char at[DOCUMENT_PLACE_SIZE];
	int64_t severity = 0;

	document_member_place(at, r->place, "severity");
	if (value != JSON_NONE && document_integer(r->d, value, at, 1, SEVERITIES, &severity, r->why) != 0)
		return -1;
	out->severity = (int)severity;
	return 0;
}

static int read_group(const struct reader *r, uint32_t value, struct route *out)
{
	char at[DOCUMENT_PLACE_SIZE];
	int group = GROUP_COMPANY;

	document_member_place(at, r->place, "group");
	if (value != JSON_NONE && document_word(r->d, value, at, groups, ARRAY_LEN(groups), &group, r->why) != 0)
		return -1;
	out->group = (enum route_group)group;
	return 0;
}

enum {
	M_NAME,
	M_KINDS,
	M_SEVERITY,
	M_DIRECTIONS,
	M_COMPANIES,
	M_TAGS,
	M_CALENDAR,
	M_CALENDAR_OPEN,
	M_POLICY,
	M_GROUP,
	M_COUNT
};

static int read_conditions(const struct reader *r, const uint32_t *values, struct route *out)
{
	if (read_words(r, values[M_KINDS], "kinds", kinds, KIND_COUNT, &out->kinds) != 0 ||
	    read_severity(r, values[M_SEVERITY], out) != 0 ||
	    read_words(r, values[M_DIRECTIONS], "directions", directions, ARRAY_LEN(directions), &out->directions) !=
		0 ||
	    read_companies(r, values[M_COMPANIES], out) != 0 || read_tags(r, values[M_TAGS], out) != 0)
		return -1;
	return read_calendar(r, values[M_CALENDAR], values[M_CALENDAR_OPEN], out);
}

static int read_route(const struct reader *r, uint32_t route, struct route *out)
{
	static const char *const names[M_COUNT] = { "name", "kinds",    "severity",      "directions", "companies",
						    "tags", "calendar", "calendar_open", "policy",     "group" };
	uint32_t values[M_COUNT];

	if (document_object(r->d, route, r->place, names, M_COUNT, values, r->why) != 0 ||
	    document_needs(values[M_NAME], r->place, "name", r->why) != 0 ||
	    read_text(r, values[M_NAME], "name", &out->name) != 0 || read_conditions(r, values, out) != 0 ||
	    read_policy(r, values[M_POLICY], out) != 0)
		return -1;
	return read_group(r, values[M_GROUP], out);
}

static int read_routes(const struct document *d, const struct schedule_calendars *calendars,
		       struct escalation_routes *out, struct err *why)
{
	static const char *const names[] = { "routes" };
	char at[DOCUMENT_PLACE_SIZE];
	struct reader r = { d, calendars, at, why };
	uint32_t list, value;
	int count;

	if (document_object(d, 0, "", names, 1, &list, why) != 0 || document_needs(list, "", names[0], why) != 0 ||
	    document_array(d, list, names[0], ROUTES_MAX, &count, why) != 0)
		return -1;
	out->items = calloc((size_t)count + 1, sizeof(*out->items));
	if (!out->items)
		return no_memory(&r);
	value = json_read_first(&d->reader, list);
	for (int i = 0; i < count; i++, value = next_of(&r, value)) {
		document_item_place(at, names[0], i);
		if (read_route(&r, value, &out->items[out->count++]) != 0)
			return -1;
	}
	return 0;
}

int escalation_routes_parse(struct escalation_routes **out, struct slice document,
			    const struct schedule_calendars *calendars, struct err *why)
{
	struct escalation_routes *routes = calloc(1, sizeof(*routes));
	struct document d;
	int result;

	*out = NULL;
	if (!routes)
		return err_set(why, ERR_NOMEM, "no memory for routes");
	result = document_read(&d, document, why);
	if (result == 0) {
		result = read_routes(&d, calendars, routes, why);
		document_release(&d);
	}
	if (result == 0)
		*out = routes;
	else
		escalation_routes_release(routes);
	return result;
}

static void release_route(struct route *route)
{
	for (int i = 0; i < route->tag_count; i++)
		free(route->tags[i]);
	free(route->tags);
	free(route->companies);
	free(route->name);
}

void escalation_routes_release(struct escalation_routes *routes)
{
	if (!routes)
		return;
	for (size_t i = 0; i < routes->count; i++)
		release_route(&routes->items[i]);
	free(routes->items);
	free(routes);
}

/* ---------------------------------------------------------------------------------------------- choosing */

/* Whether the word is one of the set; an empty set takes anything. */
static bool fits_word(unsigned set, const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; word && i < count; i++)
		if ((set & 1U << i) != 0 && strcmp(words[i], word) == 0)
			return true;
	return set == 0;
}

static bool fits_company(const struct route *route, const struct route_facts *facts)
{
	for (int i = 0; i < route->company_count; i++)
		if (route->companies[i] == facts->company_id)
			return true;
	return route->company_count == 0;
}

static bool has_tag(const struct route_facts *facts, const char *tag)
{
	for (size_t i = 0; i < facts->tag_count; i++)
		if (strcmp(facts->tags[i], tag) == 0)
			return true;
	return false;
}

static bool fits_tags(const struct route *route, const struct route_facts *facts)
{
	for (int i = 0; i < route->tag_count; i++)
		if (has_tag(facts, route->tags[i]))
			return true;
	return route->tag_count == 0;
}

static bool fits(const struct route *route, const struct route_facts *facts)
{
	if (route->severity != 0 && facts->severity > route->severity)
		return false;
	if (facts->by_hand && route->policy_id == 0)
		return false;
	return fits_word(route->kinds, kinds, KIND_COUNT, facts->kind) &&
	       fits_word(route->directions, directions, ARRAY_LEN(directions), facts->direction) &&
	       fits_company(route, facts) && fits_tags(route, facts) &&
	       (!route->calendar || calendar_is_open(route->calendar, facts->at) == route->calendar_open);
}

static const struct route *first_fitting(const struct escalation_routes *routes, const struct route_facts *facts)
{
	for (size_t i = 0; i < routes->count; i++)
		if (fits(&routes->items[i], facts))
			return &routes->items[i];
	return NULL;
}

static const struct route *last_with_policy(const struct escalation_routes *routes)
{
	for (size_t i = routes->count; i > 0; i--)
		if (routes->items[i - 1].policy_id != 0)
			return &routes->items[i - 1];
	return NULL;
}

static void write_group_key(const struct route *route, const struct route_facts *facts, char key[GROUP_KEY_MAX])
{
	long long policy = route->policy_id, company = facts->company_id, subject = facts->subject_id;

	if (route->group == GROUP_POLICY)
		snprintf(key, GROUP_KEY_MAX, "policy:%lld", policy);
	else if (route->group == GROUP_COMPANY && company != 0)
		snprintf(key, GROUP_KEY_MAX, "policy:%lld company:%lld", policy, company);
	else
		snprintf(key, GROUP_KEY_MAX, "policy:%lld company:%lld %.20s:%lld", policy, company, facts->kind,
			 subject);
}

void escalation_route_choose(const struct escalation_routes *routes, const struct route_facts *facts,
			     struct route_choice *out)
{
	const struct route *route = first_fitting(routes, facts);

	*out = (struct route_choice){ 0 };
	if (route)
		out->route = route->name;
	else if (facts->by_hand || facts->severity == 1)
		route = last_with_policy(routes);
	if (!route || route->policy_id == 0)
		return;
	out->policy_id = route->policy_id;
	write_group_key(route, facts, out->group_key);
}

static bool has_id(const int64_t *ids, size_t count, int64_t id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

size_t escalation_routes_policies(const struct escalation_routes *routes, int64_t *ids, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < routes->count && count < room; i++)
		if (routes->items[i].policy_id != 0 && !has_id(ids, count, routes->items[i].policy_id))
			ids[count++] = routes->items[i].policy_id;
	return count;
}
