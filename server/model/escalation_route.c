#include "server/model/escalation_route.h"

#include "server/model/alert.h"
#include "server/model/document.h"

enum { TOKENS_MAX = 64 << 10, SEVERITIES = 5 };

static const char *const kinds[] = { "incident", "sensor", "campaign", "report", "external", "desk", "drill" };
enum { KIND_COUNT = ARRAY_LEN(kinds) };

enum route_group { GROUP_COMPANY, GROUP_SUBJECT, GROUP_POLICY };
static const char *const groups[] = { "company", "subject", "policy" };

struct route {
	char *name;
	unsigned kinds;      /* bit per kind; 0: all */
	int severity;        /* 0: any */
	unsigned directions; /* bit per enum direction; 0: any */
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

static int read_kinds(struct document *d, const struct document_place *at, struct route *out)
{
	struct document_place element;
	size_t kind;
	int count;

	if (!document_has(at))
		return 0;
	if (document_array(d, at, 1, KIND_COUNT, &count, &element) != 0)
		return -1;
	for (; count > 0; count--, document_next(d, &element)) {
		if (document_choice(d, &element, kinds, KIND_COUNT, &kind) != 0)
			return -1;
		out->kinds |= 1U << kind;
	}
	return 0;
}

static int read_directions(struct document *d, const struct document_place *at, struct route *out)
{
	struct document_place element;
	enum direction direction;
	struct slice name;
	int count;

	if (!document_has(at))
		return 0;
	if (document_array(d, at, 1, ROUTE_LIST_MAX, &count, &element) != 0)
		return -1;
	for (; count > 0; count--, document_next(d, &element)) {
		if (document_text(d, &element, ROUTE_NAME_MAX, &name) != 0)
			return -1;
		if (!direction_parse(name, &direction))
			return document_refuse(d, &element, "not a direction");
		out->directions |= 1U << (unsigned)direction;
	}
	return 0;
}

static int read_companies(struct document *d, const struct document_place *at, struct route *out)
{
	struct document_place element;
	int count;

	if (!document_has(at))
		return 0;
	if (document_array(d, at, 1, ROUTE_LIST_MAX, &count, &element) != 0)
		return -1;
	out->companies = calloc((size_t)count, sizeof(*out->companies));
	if (!out->companies)
		return err_set(d->why, ERR_NOMEM, "no memory for routes");
	for (; count > 0; count--, document_next(d, &element))
		if (document_integer(d, &element, 1, INT64_MAX, &out->companies[out->company_count++]) != 0)
			return -1;
	return 0;
}

static int read_text(struct document *d, const struct document_place *at, size_t most, char **out)
{
	struct slice text;

	if (document_text(d, at, most, &text) != 0)
		return -1;
	*out = slice_to_string(text);
	return *out ? 0 : err_set(d->why, ERR_NOMEM, "no memory for routes");
}

static int read_tags(struct document *d, const struct document_place *at, struct route *out)
{
	struct document_place element;
	int count;

	if (!document_has(at))
		return 0;
	if (document_array(d, at, 1, ROUTE_LIST_MAX, &count, &element) != 0)
		return -1;
	out->tags = calloc((size_t)count, sizeof(*out->tags));
	if (!out->tags)
		return err_set(d->why, ERR_NOMEM, "no memory for routes");
	for (; count > 0; count--, document_next(d, &element))
		if (read_text(d, &element, ROUTE_TAG_MAX, &out->tags[out->tag_count++]) != 0)
			return -1;
	return 0;
}

/* calendar and calendar_open go together. */
static int read_calendar(struct document *d, const struct document_place *number, const struct document_place *open,
			 const struct schedule_calendars *calendars, struct route *out)
{
	int64_t id;

	if (!document_has(number) && document_has(open))
		return document_refuse(d, open, "which calendar? \"calendar\" is missing");
	if (!document_has(number))
		return 0;
	if (document_integer(d, number, 1, INT64_MAX, &id) != 0 || document_bool(d, open, &out->calendar_open) != 0)
		return -1;
	out->calendar = calendars->find(calendars->context, id);
	if (!out->calendar)
		return document_refuse(d, number, "there is no calendar %lld", (long long)id);
	return 0;
}

static int read_policy(struct document *d, const struct document_place *at, struct route *out)
{
	if (document_has(at) && json_read_is(&d->reader, at->token, JSON_KIND_NULL))
		return 0;
	return document_integer(d, at, 1, INT64_MAX, &out->policy_id);
}

static int read_severity(struct document *d, const struct document_place *at, struct route *out)
{
	int64_t severity = 0;

	if (document_has(at) && document_integer(d, at, 1, SEVERITIES, &severity) != 0)
		return -1;
	out->severity = (int)severity;
	return 0;
}

static int read_group(struct document *d, const struct document_place *at, struct route *out)
{
	size_t group = GROUP_COMPANY;

	if (document_has(at) && document_choice(d, at, groups, ARRAY_LEN(groups), &group) != 0)
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

static int read_route(struct document *d, const struct document_place *at, const struct schedule_calendars *calendars,
		      struct route *out)
{
	static const char *const names[M_COUNT] = { "name", "kinds",    "severity",      "directions", "companies",
						    "tags", "calendar", "calendar_open", "policy",     "group" };
	struct document_place found[M_COUNT];

	if (document_members(d, at, names, M_COUNT, found) != 0 ||
	    read_text(d, &found[M_NAME], ROUTE_NAME_MAX, &out->name) != 0 || read_kinds(d, &found[M_KINDS], out) != 0 ||
	    read_severity(d, &found[M_SEVERITY], out) != 0 || read_directions(d, &found[M_DIRECTIONS], out) != 0 ||
	    read_companies(d, &found[M_COMPANIES], out) != 0 || read_tags(d, &found[M_TAGS], out) != 0)
		return -1;
	if (read_calendar(d, &found[M_CALENDAR], &found[M_CALENDAR_OPEN], calendars, out) != 0 ||
	    read_policy(d, &found[M_POLICY], out) != 0)
		return -1;
	return read_group(d, &found[M_GROUP], out);
}

static int read_routes(struct document *d, const struct schedule_calendars *calendars, struct escalation_routes *out)
{
	static const char *const names[] = { "routes" };
	struct document_place root = document_root(d), list, element;
	int count;

	if (document_members(d, &root, names, 1, &list) != 0 ||
	    document_array(d, &list, 0, ROUTES_MAX, &count, &element) != 0)
		return -1;
	out->items = calloc((size_t)count + 1, sizeof(*out->items));
	if (!out->items)
		return err_set(d->why, ERR_NOMEM, "no memory for routes");
	for (; count > 0; count--, document_next(d, &element))
		if (read_route(d, &element, calendars, &out->items[out->count++]) != 0)
			return -1;
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
	result = document_open(&d, document, ROUTES_DOCUMENT_MAX, TOKENS_MAX, why);
	if (result == 0)
		result = read_routes(&d, calendars, routes);
	document_close(&d);
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

static bool fits_kind(const struct route *route, const struct route_facts *facts)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if ((route->kinds & 1U << i) != 0 && strcmp(kinds[i], facts->kind) == 0)
			return true;
	return route->kinds == 0;
}

static bool fits_direction(const struct route *route, const struct route_facts *facts)
{
	enum direction direction;

	if (route->directions == 0)
		return true;
	return facts->direction && direction_parse(slice_of_string(facts->direction), &direction) &&
	       (route->directions & 1U << (unsigned)direction) != 0;
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
	return fits_kind(route, facts) && fits_direction(route, facts) && fits_company(route, facts) &&
	       fits_tags(route, facts) &&
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
