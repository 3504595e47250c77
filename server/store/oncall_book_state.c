#include "server/store/oncall_book_state.h"

#include "lib/log.h"

#include <inttypes.h>
#include <stdlib.h>

/* What a reading needs while it goes on. */
struct loading {
	struct book_state *state;
	const struct book_state *before; /* NULL: none */
	struct book_zone **zones;
	struct db *db;
	struct schedule_override *overrides; /* of all schedules, those of one together, as they were made */
	int64_t *override_schedules;
	size_t override_count;
};

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for the on-call book");
}

/* ---------------------------------------------------------------------------------------------------------- documents
 */

static int find_zone(struct book_zone **zones, const char *name, const struct zone **out, struct err *why)
{
	struct book_zone *z = *zones;

	while (z && strcmp(z->name, name) != 0)
		z = z->next;
	if (!z) {
		z = calloc(1, sizeof(*z));
		if (!z)
			return no_memory(why);
		if (zone_load(&z->zone, name, why) != 0) {
			free(z);
			return -1;
		}
		snprintf(z->name, sizeof(z->name), "%s", name);
		z->next = *zones;
		*zones = z;
	}
	*out = z->zone;
	return 0;
}

/* Takes one document in; all of its places in the state are ready. */
typedef int (*take_document)(struct loading *l, const struct book_document *d, struct err *why);

static int keep(struct loading *l, const struct book_document *d, struct err *why)
{
	struct book_document *kept = pool_take(&l->state->pool, sizeof(*kept));

	if (!kept)
		return no_memory(why);
	*kept = *d;
	kept->next = l->state->documents;
	l->state->documents = kept;
	return 0;
}

static const struct book_document *kept_before(const struct loading *l, char kind, int64_t id)
{
	const struct book_document *d = l->before ? l->before->documents : NULL;

	while (d && (d->kind != kind || d->id != id))
		d = d->next;
	return d;
}

static const char *kind_name(char kind)
{
	return kind == 'c' ? "calendar" : kind == 's' ? "schedule" : kind == 'p' ? "policy" : "routes";
}

static void note_fault(struct loading *l, const struct book_document *d, const char *text)
{
	char fault[sizeof(l->state->fault)];

	snprintf(fault, sizeof(fault), "%s %s: %s", kind_name(d->kind), d->name, text);
	log_warning("%s", fault);
	if (!l->state->fault[0])
		memcpy(l->state->fault, fault, sizeof(fault));
}

/* Texts of d may be borrowed: they are copied. */
static int copy_and_take(struct loading *l, const struct book_document *d, take_document take, struct err *why)
{
	struct book_document copy = *d;

	copy.name = pool_string(&l->state->pool, slice_of_string(d->name));
	copy.timezone = d->timezone ? pool_string(&l->state->pool, slice_of_string(d->timezone)) : NULL;
	copy.text = pool_string(&l->state->pool, slice_of_string(d->text));
	if (!copy.name || !copy.text || (d->timezone && !copy.timezone))
		return no_memory(why);
	return take(l, &copy, why) != 0 ? -1 : keep(l, &copy, why);
}

/* One that does not parse is told, and stays what it was; was it nothing, then it is not there. */
static int take_or_go_back(struct loading *l, const struct book_document *d, take_document take, struct err *why)
{
	const struct book_document *old;
	struct err bad = { 0 };

	if (copy_and_take(l, d, take, &bad) == 0)
		return 0;
	if (bad.code != ERR_NOMEM) {
		note_fault(l, d, bad.text);
		old = kept_before(l, d->kind, d->id);
		if (!old || copy_and_take(l, old, take, &bad) == 0 || bad.code != ERR_NOMEM)
			return 0;
	}
	return err_set(why, bad.code, "%s", bad.text);
}

/* Each row is one document: id, name, zone or NULL, text. */
static int take_rows(struct loading *l, const struct db_result *r, char kind, take_document take, struct err *why)
{
	for (int row = 0; row < db_rows(r); row++) {
		struct book_document d = {
			.kind = kind,
			.id = db_integer(r, row, 0),
			.name = db_text(r, row, 1),
			.timezone = db_text(r, row, 2),
			.text = db_text(r, row, 3),
		};

		if (take_or_go_back(l, &d, take, why) != 0)
			return -1;
	}
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------- tables
 */

static void *room_for(struct loading *l, const struct db_result *r, size_t size)
{
	return pool_take_array(&l->state->pool, (size_t)db_rows(r) + 1, size);
}

/* A column of numbers. */
static int read_numbers(struct loading *l, const struct db_result *r, int64_t **out, size_t *count, struct err *why)
{
	*out = room_for(l, r, sizeof(**out));
	if (!*out)
		return no_memory(why);
	for (int row = 0; row < db_rows(r); row++)
		(*out)[row] = db_integer(r, row, 0);
	*count = (size_t)db_rows(r);
	return 0;
}

static int read_holidays(struct loading *l, const struct db_result *r, struct err *why)
{
	int64_t *days;

	if (read_numbers(l, r, &days, &l->state->holidays.count, why) != 0)
		return -1;
	l->state->holidays.days = days;
	return 0;
}

static int read_people(struct loading *l, const struct db_result *r, struct err *why)
{
	return read_numbers(l, r, &l->state->people, &l->state->people_count, why);
}

static int take_calendar(struct loading *l, const struct book_document *d, struct err *why)
{
	struct book_calendar *c = &l->state->calendars[l->state->calendar_count];
	const struct zone *zone;

	if (find_zone(l->zones, d->timezone, &zone, why) != 0 ||
	    calendar_parse(&c->calendar, slice_of_string(d->text), zone, &l->state->holidays, why) != 0)
		return -1;
	c->calendar_id = d->id;
	l->state->calendar_count++;
	return 0;
}

static int read_calendars(struct loading *l, const struct db_result *r, struct err *why)
{
	l->state->calendars = room_for(l, r, sizeof(*l->state->calendars));
	return l->state->calendars ? take_rows(l, r, 'c', take_calendar, why) : no_memory(why);
}

static int read_overrides(struct loading *l, const struct db_result *r, struct err *why)
{
	l->overrides = room_for(l, r, sizeof(*l->overrides));
	l->override_schedules = room_for(l, r, sizeof(*l->override_schedules));
	if (!l->overrides || !l->override_schedules)
		return no_memory(why);
	for (int row = 0; row < db_rows(r); row++) {
		l->override_schedules[row] = db_integer(r, row, 0);
		l->overrides[row] = (struct schedule_override){ .override_id = db_integer(r, row, 1),
								.user_id = db_integer(r, row, 2),
								.from = db_time(r, row, 3),
								.to = db_time(r, row, 4) };
	}
	l->override_count = (size_t)db_rows(r);
	return 0;
}

static bool is_available(const void *context, int64_t user_id)
{
	return book_state_available(context, user_id);
}

static int take_schedule(struct loading *l, const struct book_document *d, struct err *why)
{
	struct book_state *state = l->state;
	size_t first = 0, count = 0;
	const struct zone *zone;

	while (first < l->override_count && l->override_schedules[first] != d->id)
		first++;
	while (first + count < l->override_count && l->override_schedules[first + count] == d->id)
		count++;
	if (find_zone(l->zones, d->timezone, &zone, why) != 0 ||
	    schedule_parse(&state->schedules[state->entry_count], slice_of_string(d->text), zone, &state->finder,
			   &l->overrides[first], count, why) != 0)
		return -1;
	schedule_leave_out(state->schedules[state->entry_count], is_available, state);
	state->entries[state->entry_count] =
	    (struct oncall_entry){ d->id, d->name, d->timezone, state->schedules[state->entry_count] };
	state->entry_count++;
	return 0;
}

static int read_schedules(struct loading *l, const struct db_result *r, struct err *why)
{
	l->state->entries = room_for(l, r, sizeof(*l->state->entries));
	l->state->schedules = room_for(l, r, sizeof(struct schedule *));
	if (!l->state->entries || !l->state->schedules)
		return no_memory(why);
	return take_rows(l, r, 's', take_schedule, why);
}

static int take_policy(struct loading *l, const struct book_document *d, struct err *why)
{
	struct book_policy *p = &l->state->policies[l->state->policy_count];

	if (escalation_policy_parse(slice_of_string(d->text), &p->policy, why) != 0)
		return -1;
	p->policy_id = d->id;
	l->state->policy_count++;
	return 0;
}

static int read_policies(struct loading *l, const struct db_result *r, struct err *why)
{
	l->state->policies = room_for(l, r, sizeof(*l->state->policies));
	return l->state->policies ? take_rows(l, r, 'p', take_policy, why) : no_memory(why);
}

static int take_routes(struct loading *l, const struct book_document *d, struct err *why)
{
	return escalation_routes_parse(&l->state->routes, slice_of_string(d->text), &l->state->finder, why);
}

static int read_routes(struct loading *l, const struct db_result *r, struct err *why)
{
	return take_rows(l, r, 'r', take_routes, why);
}

static int read_promises(struct loading *l, const struct db_result *r, struct err *why)
{
	(void)why;
	for (int row = 0; row < db_rows(r); row++) {
		struct sla_target *p = l->state->promises[db_integer(r, row, 0) - 1];
		int percent = (int)db_integer(r, row, 4);

		p[0] = (struct sla_target){ .seconds = db_integer(r, row, 1), .warn_percent = percent };
		p[1] = (struct sla_target){ .seconds = db_integer(r, row, 2),
					    .calendar = book_state_calendar(l->state, db_integer(r, row, 3)),
					    .warn_percent = percent };
	}
	return 0;
}

/* In order: what comes later names what came before. */
static const struct {
	const char *sql;
	int (*read)(struct loading *l, const struct db_result *r, struct err *why);
} tables[] = {
	{ "SELECT (day - date '1970-01-01')::bigint FROM holiday ORDER BY day", read_holidays },
	{ "SELECT user_id FROM app_user WHERE " ONCALL_PEOPLE " ORDER BY user_id", read_people },
	{ "SELECT calendar_id, name, timezone, rules::text FROM calendar ORDER BY calendar_id", read_calendars },
	{ "SELECT schedule_id, override_id, user_id, from_at, least(to_at, ended_at) FROM oncall_override "
	  "WHERE " ONCALL_OVERRIDES " ORDER BY schedule_id, made_at, override_id",
	  read_overrides },
	{ "SELECT schedule_id, name, timezone, rules::text FROM oncall_schedule WHERE archived_at IS NULL "
	  "ORDER BY name, schedule_id",
	  read_schedules },
	{ "SELECT policy_id, name, NULL::text, rules::text FROM escalation_policy WHERE archived_at IS NULL "
	  "ORDER BY policy_id",
	  read_policies },
	{ "SELECT 0::bigint, 'version ' || version, NULL::text, rules::text FROM escalation_route "
	  "ORDER BY version DESC LIMIT 1",
	  read_routes },
	{ "SELECT severity, acknowledge_s, notify_s, notify_calendar_id, warn_percent FROM sla_target "
	  "ORDER BY severity",
	  read_promises },
};

static int read_tables(struct loading *l, struct err *why)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		struct db_result *result;
		int failed;

		if (db_run(l->db, tables[i].sql, NULL, &result, why) != 0)
			return -1;
		failed = tables[i].read(l, result, why);
		db_result_free(result);
		if (failed)
			return -1;
	}
	return 0;
}

static const struct calendar *find_calendar(const void *context, int64_t calendar_id)
{
	return book_state_calendar(context, calendar_id);
}

int book_state_load(struct book_state **out, struct db *db, const struct book_state *before, struct book_zone **zones,
		    struct err *why)
{
	struct book_state *state = calloc(1, sizeof(*state));
	struct loading l = { .state = state, .before = before, .zones = zones, .db = db };

	if (!state)
		return no_memory(why);
	state->finder = (struct schedule_calendars){ find_calendar, state };
	if (read_tables(&l, why) != 0) {
		book_state_release(state);
		return -1;
	}
	*out = state;
	return 0;
}

void book_state_release(struct book_state *state)
{
	if (!state)
		return;
	escalation_routes_release(state->routes);
	for (size_t i = 0; i < state->entry_count; i++)
		schedule_release(state->schedules[i]);
	for (size_t i = 0; i < state->calendar_count; i++)
		calendar_release(state->calendars[i].calendar);
	pool_release(&state->pool);
	free(state);
}

const struct calendar *book_state_calendar(const struct book_state *state, int64_t calendar_id)
{
	for (size_t i = 0; i < state->calendar_count; i++)
		if (state->calendars[i].calendar_id == calendar_id)
			return state->calendars[i].calendar;
	return NULL;
}

bool book_state_available(const struct book_state *state, int64_t user_id)
{
	size_t low = 0, high = state->people_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (state->people[middle] < user_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < state->people_count && state->people[low] == user_id;
}
