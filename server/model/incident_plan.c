#include "server/model/incident_runs.h"

#include <inttypes.h>
#include <stdlib.h>

/* --------------------------------------------------------------------------------------------- working state */

/* A segment as it will be: the runs and the known segments that became one. */
struct group {
	struct plan_segment span;
	size_t first_known, known_count; /* in the sorted segments */
	bool touched;                    /* holds a run */
};

/* Nodes of the graph: groups, then known incidents. */
struct work {
	struct group *groups;
	size_t group_count;
	uint32_t *group_of_run;
	uint32_t *parent; /* of each node, by union-find */
	size_t *incident; /* of each node that is a root: index into incidents */
};

static int segment_order(const void *left, const void *right)
{
	const struct plan_segment *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

static int incident_order(const void *left, const void *right)
{
	const struct plan_incident *a = left, *b = right;

	return (a->no > b->no) - (a->no < b->no);
}

static uint32_t find(uint32_t *parent, uint32_t node)
{
	while (parent[node] != node) {
		parent[node] = parent[parent[node]];
		node = parent[node];
	}
	return node;
}

static void join(uint32_t *parent, uint32_t a, uint32_t b)
{
	a = find(parent, a);
	b = find(parent, b);
	if (a < b)
		parent[b] = a;
	else
		parent[a] = b;
}

static void work_release(struct work *w)
{
	free(w->groups);
	free(w->group_of_run);
	free(w->parent);
	free(w->incident);
}

static int work_init(struct work *w, struct incident_plan *p, struct err *why)
{
	size_t spans = p->run_count + p->segment_count, known = p->incident_count;
	struct plan_incident *room = realloc(p->incidents, (known + p->run_count + 1) * sizeof(*room));

	*w = (struct work){ 0 };
	if (room)
		p->incidents = room;
	w->groups = calloc(spans + 1, sizeof(*w->groups));
	w->group_of_run = calloc(p->run_count + 1, sizeof(*w->group_of_run));
	w->parent = calloc(spans + known + 1, sizeof(*w->parent));
	w->incident = calloc(spans + known + 1, sizeof(*w->incident));
	p->removed = calloc(p->segment_count + 1, sizeof(*p->removed));
	p->extended = calloc(p->segment_count + 1, sizeof(*p->extended));
	p->inserted = calloc(p->run_count + 1, sizeof(*p->inserted));
	/* At most: two for each absorbed; severity, state and reopened for each known; created for each new. */
	p->events = calloc(5 * known + p->run_count + 1, sizeof(*p->events));
	p->incident_of_alert = calloc(p->alert_count + 1, sizeof(*p->incident_of_alert));
	p->incident_of_firing = calloc(p->firing_count + 1, sizeof(*p->incident_of_firing));
	if (!room || !w->groups || !w->group_of_run || !w->parent || !w->incident || !p->removed || !p->extended ||
	    !p->inserted || !p->events || !p->incident_of_alert || !p->incident_of_firing) {
		work_release(w);
		return err_set(why, ERR_NOMEM, "no memory to plan %zu runs", p->run_count);
	}
	return 0;
}

/* ----------------------------------------------------------------------------------------- segments as groups */

static void drop_doubles(struct incident_plan *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->segment_count; i++)
		if (kept == 0 || segment_order(&p->segments[kept - 1], &p->segments[i]) != 0)
			p->segments[kept++] = p->segments[i];
	p->segment_count = kept;
}

/* A known segment has the window of the runs that it was fetched for. */
static void give_windows(struct incident_plan *p)
{
	size_t run = 0;

	for (size_t i = 0; i < p->segment_count; i++) {
		while (run < p->run_count && p->runs[run].key < p->segments[i].key)
			run++;
		p->segments[i].window = p->window;
		if (run < p->run_count && p->runs[run].key == p->segments[i].key)
			p->segments[i].window = p->runs[run].window;
	}
}

/* Merges the two ordered lists; what reaches what stands before it becomes one group with it. */
static void make_groups(struct incident_plan *p, struct work *w)
{
	size_t run = 0, known = 0;

	while (run < p->run_count || known < p->segment_count) {
		bool take_run = known == p->segment_count ||
				(run < p->run_count && segment_order(&p->runs[run], &p->segments[known]) < 0);
		const struct plan_segment *next = take_run ? &p->runs[run] : &p->segments[known];
		struct group *g = w->group_count ? &w->groups[w->group_count - 1] : NULL;

		if (!g || g->span.key != next->key || !plan_reaches(g->span.last, next->first, next->window)) {
			g = &w->groups[w->group_count++];
			*g = (struct group){ .span = *next, .first_known = known };
		}
		if (next->last > g->span.last)
			g->span.last = next->last;
		if (take_run) {
			g->touched = true;
			w->group_of_run[run++] = (uint32_t)(w->group_count - 1);
		} else {
			g->known_count++;
			known++;
		}
	}
}

/* Which known incident has this id; a few are looked up per group, so they are searched in order of id. */
struct id_index {
	int64_t id;
	uint32_t at;
};

static int id_order(const void *left, const void *right)
{
	const struct id_index *a = left, *b = right;

	return (a->id > b->id) - (a->id < b->id);
}

static int tie_incidents(const struct incident_plan *p, struct work *w, struct err *why)
{
	size_t count = p->incident_count;
	struct id_index *index = calloc(count ? count : 1, sizeof(*index));
	int failed = 0;

	if (!index)
		return err_set(why, ERR_NOMEM, "no memory to plan %zu incidents", count);
	for (size_t i = 0; i < count; i++)
		index[i] = (struct id_index){ p->incidents[i].id, (uint32_t)i };
	qsort(index, count, sizeof(*index), id_order);
	for (size_t g = 0; g < w->group_count && !failed; g++) {
		const struct group *group = &w->groups[g];

		for (size_t s = 0; s < group->known_count && group->touched && !failed; s++) {
			const struct id_index key = { .id = p->segments[group->first_known + s].incident_id };
			const struct id_index *hit = bsearch(&key, index, count, sizeof(*index), id_order);

			if (hit)
				join(w->parent, (uint32_t)g, (uint32_t)w->group_count + hit->at);
			else
				failed = err_set(why, ERR_CORRUPT,
						 "a segment names incident %" PRId64 ", which is not there", key.id);
		}
	}
	free(index);
	return failed;
}

static void join_runs(struct work *w, uint32_t a, uint32_t b)
{
	if (a != NO_RUN && b != NO_RUN)
		join(w->parent, w->group_of_run[a], w->group_of_run[b]);
}

static int tie(const struct incident_plan *p, struct work *w, struct err *why)
{
	size_t tie_mark = plan_first_tie_mark(p);

	for (size_t i = 0; i < w->group_count + p->incident_count; i++) {
		w->parent[i] = (uint32_t)i;
		w->incident[i] = PLAN_NO_INCIDENT;
	}
	for (size_t i = 0; i < p->alert_count; i++)
		join_runs(w, p->run_of[2 * i], p->run_of[2 * i + 1]);
	for (size_t i = 0; i < p->firing_count; i++)
		for (size_t t = 0; t < p->firings[i].tie_count; t++)
			join_runs(w, p->run_of[plan_firing_mark(p, i)], p->run_of[tie_mark++]);
	return tie_incidents(p, w, why);
}

/* ------------------------------------------------------------------------------------------------- incidents */

static void add_event(struct incident_plan *p, enum plan_event_kind kind, size_t incident, size_t other, int from,
		      int to)
{
	p->events[p->event_count++] = (struct plan_event){ kind, incident, other, from, to };
}

/* Known incidents are in order of their number, so the first one met of a component survives. */
static void settle_known(struct incident_plan *p, struct work *w)
{
	for (size_t i = 0; i < p->incident_count; i++) {
		struct plan_incident *incident = &p->incidents[i];
		uint32_t node = (uint32_t)(w->group_count + i), root = find(w->parent, node);
		size_t survivor = w->incident[root];

		incident->fate = FATE_NONE;
		incident->handling_changed = false;
		if (root == node) /* tied to no group: groups come first, and the lowest node is the root */
			continue;
		if (survivor == PLAN_NO_INCIDENT) {
			w->incident[root] = i;
			incident->fate = FATE_UPDATE;
			continue;
		}
		incident->fate = FATE_ABSORB;
		incident->into = survivor;
		add_event(p, EVENT_MERGED, survivor, i, 0, 0);
		add_event(p, EVENT_ABSORBED, i, survivor, 0, 0);
	}
}

/* A component without an incident, and when it begins. */
struct newcomer {
	time_us first;
	uint32_t root;
};

static int newcomer_order(const void *left, const void *right)
{
	const struct newcomer *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return (a->root > b->root) - (a->root < b->root);
}

/* New incidents are numbered in the order of time. */
static int settle_new(struct incident_plan *p, struct work *w, struct err *why)
{
	struct newcomer *list = calloc(w->group_count + 1, sizeof(*list));
	size_t count = 0, at = p->incident_count;

	if (!list)
		return err_set(why, ERR_NOMEM, "no memory to plan %zu groups", w->group_count);
	for (size_t g = 0; g < w->group_count; g++) {
		uint32_t root = find(w->parent, (uint32_t)g);

		if (!w->groups[g].touched || w->incident[root] < at)
			continue;
		if (w->incident[root] == PLAN_NO_INCIDENT) {
			w->incident[root] = at + count;
			list[count++] = (struct newcomer){ w->groups[g].span.first, root };
		} else if (w->groups[g].span.first < list[w->incident[root] - at].first) {
			list[w->incident[root] - at].first = w->groups[g].span.first;
		}
	}
	qsort(list, count, sizeof(*list), newcomer_order);
	for (size_t i = 0; i < count; i++) {
		w->incident[list[i].root] = at + i;
		p->incidents[at + i] = (struct plan_incident){
			.fate = FATE_CREATE,
			.handling = { STATE_OPEN, 0, TIME_NONE, TIME_NONE, TIME_NONE },
		};
		add_event(p, EVENT_CREATED, at + i, 0, 0, 0);
	}
	p->incident_count += count;
	free(list);
	return 0;
}

/* ------------------------------------------------------------------------------------------- what they become */

static void plan_segments(struct incident_plan *p, struct work *w)
{
	for (size_t g = 0; g < w->group_count; g++) {
		const struct group *group = &w->groups[g];
		const struct plan_segment *known = group->known_count ? &p->segments[group->first_known] : NULL;
		size_t incident = w->incident[find(w->parent, (uint32_t)g)];
		bool stays = known && known[0].first == group->span.first;

		if (!group->touched)
			continue;
		for (size_t s = stays; known && s < group->known_count; s++)
			p->removed[p->removed_count++] = known[s];
		if (!stays) {
			p->inserted[p->inserted_count] = group->span;
			p->inserted[p->inserted_count++].incident = incident;
		} else if (known[0].last != group->span.last) {
			p->extended[p->extended_count++] = group->span;
		}
		if (group->span.is_cluster)
			p->incidents[incident].facts.runs += 1 - (int64_t)group->known_count;
	}
}

static void note_differences(struct incident_plan *p, size_t i, int severity_before,
			     const struct incident_handling *before, time_us newest)
{
	struct plan_incident *incident = &p->incidents[i];
	struct incident_handling *h = &incident->handling;
	int severity = incident_facts_severity(&incident->facts);

	if (severity != severity_before)
		add_event(p, EVENT_SEVERITY, i, 0, severity_before, severity);
	if (before->state == STATE_CLOSED && h->state != STATE_CLOSED)
		add_event(p, EVENT_REOPENED, i, 0, 0, 0);
	else if (incident_handling_continue(h, newest))
		add_event(p, EVENT_REOPENED, i, 0, 0, 0);
	else if (before->state != h->state)
		add_event(p, EVENT_STATE, i, 0, before->state, h->state);
	incident->handling_changed =
	    before->state != h->state || before->owner_id != h->owner_id || before->closed_at != h->closed_at;
}

/* What is remembered of each incident while the new facts come in. */
struct before {
	int severity;
	struct incident_handling handling;
	time_us newest; /* of the batch's alerts that joined */
};

static size_t incident_of_run(const struct work *w, uint32_t run)
{
	return run == NO_RUN ? PLAN_NO_INCIDENT : w->incident[find(w->parent, w->group_of_run[run])];
}

static void add_alerts(struct incident_plan *p, struct work *w, struct before *before)
{
	for (size_t i = 0; i < p->alert_count; i++) {
		uint32_t run = p->run_of[2 * i];
		size_t incident = incident_of_run(w, run);

		p->incident_of_alert[i] = incident;
		if (incident == PLAN_NO_INCIDENT)
			continue;
		incident_facts_add(&p->incidents[incident].facts, &p->alerts[i], p->runs[run].window);
		if (p->alerts[i].ts > before[incident].newest)
			before[incident].newest = p->alerts[i].ts;
	}
}

/* What a firing says of its incident. */
static void add_statement(struct incident_facts *facts, const struct plan_firing *f)
{
	const struct incident_raise raise = { f->cause.severity, true, f->cause.title };

	if (f->is_quiet)
		return;
	incident_facts_raise(facts, &raise);
	if (f->stage > facts->stage)
		facts->stage = f->stage;
	for (size_t t = 0; t < f->tag_count; t++)
		incident_tags_add(&facts->tags, slice_of_string(f->tags[t]));
}

static void add_firings(struct incident_plan *p, struct work *w, struct before *before)
{
	for (size_t i = 0; i < p->firing_count; i++) {
		const struct plan_firing *f = &p->firings[i];
		size_t incident = incident_of_run(w, p->run_of[plan_firing_mark(p, i)]);
		struct incident_facts *facts = &p->incidents[incident].facts;

		p->incident_of_firing[i] = incident;
		add_statement(facts, f);
		for (size_t t = 0; t < f->tie_count; t++) {
			if (f->ties[t].key && !f->ties[t].is_cluster)
				continue;
			incident_facts_see(facts, f->ties[t].ts, f->ties[t].direction);
			if (f->ties[t].ts > before[incident].newest)
				before[incident].newest = f->ties[t].ts;
		}
	}
	/* It ties other firings only, and none of them is known any more. */
	for (size_t i = 0; i < p->firing_count; i++) {
		struct incident_facts *facts = &p->incidents[p->incident_of_firing[i]].facts;

		if (facts->top.severity == 0)
			incident_facts_see(facts, p->firings[i].first, DIRECTION_UNKNOWN);
	}
}

static int plan_incidents(struct incident_plan *p, struct work *w, struct err *why)
{
	struct before *before = calloc(p->incident_count + 1, sizeof(*before));

	if (!before)
		return err_set(why, ERR_NOMEM, "no memory to plan %zu incidents", p->incident_count);
	for (size_t i = 0; i < p->incident_count; i++) {
		before[i].severity = incident_facts_severity(&p->incidents[i].facts);
		before[i].handling = p->incidents[i].handling;
		before[i].newest = INT64_MIN;
	}
	for (size_t i = 0; i < p->incident_count; i++) {
		struct plan_incident *absorbed = &p->incidents[i];

		if (absorbed->fate != FATE_ABSORB)
			continue;
		incident_facts_combine(&p->incidents[absorbed->into].facts, &absorbed->facts);
		incident_handling_merge(&p->incidents[absorbed->into].handling, &absorbed->handling);
	}
	add_alerts(p, w, before);
	add_firings(p, w, before);
	for (size_t i = 0; i < p->incident_count; i++)
		if (p->incidents[i].fate == FATE_UPDATE)
			note_differences(p, i, before[i].severity, &before[i].handling, before[i].newest);
	free(before);
	return 0;
}

int incident_plan_make(struct incident_plan *p, struct err *why)
{
	struct work w;
	int failed;

	if (work_init(&w, p, why) != 0)
		return -1;
	if (p->segment_count)
		qsort(p->segments, p->segment_count, sizeof(*p->segments), segment_order);
	drop_doubles(p);
	give_windows(p);
	qsort(p->incidents, p->incident_count, sizeof(*p->incidents), incident_order);
	make_groups(p, &w);
	failed = tie(p, &w, why);
	if (!failed) {
		settle_known(p, &w);
		failed = settle_new(p, &w, why);
	}
	if (!failed)
		failed = plan_incidents(p, &w, why);
	if (!failed)
		plan_segments(p, &w);
	work_release(&w);
	return failed;
}

void incident_plan_release(struct incident_plan *p)
{
	free(p->runs);
	free(p->run_of);
	free(p->segments);
	free(p->incidents);
	free(p->removed);
	free(p->extended);
	free(p->inserted);
	free(p->events);
	free(p->incident_of_alert);
	free(p->incident_of_firing);
	*p = (struct incident_plan){ 0 };
}
