/* The planner against a definition written differently: every pair of alerts that shares a key and lies within the
 * window is one incident, whatever the order and the batches in which they came. The database is played by a world of
 * two arrays. */
#include "tests/unit/suite.h"

#include "server/model/incident_plan.h"

#include <stdio.h>

#define WINDOW (60 * US_PER_SECOND)

enum { ALERTS_MAX = 120, SEGMENTS_MAX = 4 * ALERTS_MAX };

/* ------------------------------------------------------------------------------------------------- the world */

struct world {
	struct plan_segment segments[SEGMENTS_MAX];
	size_t segment_count;
	struct plan_incident incidents[ALERTS_MAX]; /* id is index + 1000, no is index + 1 */
	size_t incident_count;
	unsigned merged, reopened, raised, created;
};

static size_t world_find(const struct world *w, int64_t key, time_us first)
{
	size_t i = 0;

	while (i < w->segment_count && (w->segments[i].key != key || w->segments[i].first != first))
		i++;
	ck_assert_uint_lt(i, w->segment_count);
	return i;
}

/* The segments that overlap a run by the window, once for each run that they overlap, and their incidents. */
static void world_fetch(const struct world *w, struct incident_plan *p)
{
	p->segments = calloc(p->run_count * SEGMENTS_MAX + 1, sizeof(*p->segments));
	p->incidents = calloc(ALERTS_MAX, sizeof(*p->incidents));
	ck_assert(p->segments && p->incidents);
	for (size_t r = 0; r < p->run_count; r++)
		for (size_t s = 0; s < w->segment_count; s++)
			if (w->segments[s].key == p->runs[r].key &&
			    w->segments[s].first <= p->runs[r].last + p->runs[r].window &&
			    w->segments[s].last >= p->runs[r].first - p->runs[r].window)
				p->segments[p->segment_count++] = w->segments[s];
	for (size_t i = 0; i < w->incident_count; i++)
		for (size_t s = 0; s < p->segment_count; s++)
			if (p->segments[s].incident_id == w->incidents[i].id) {
				p->incidents[p->incident_count++] = w->incidents[i];
				break;
			}
}

static void world_apply_incidents(struct world *w, struct incident_plan *p)
{
	for (size_t i = 0; i < p->incident_count; i++) {
		struct plan_incident *incident = &p->incidents[i];

		if (incident->fate == FATE_CREATE) {
			incident->id = 1000 + (int64_t)w->incident_count;
			incident->no = 1 + (int64_t)w->incident_count++;
		}
		if (incident->fate == FATE_CREATE || incident->fate == FATE_UPDATE)
			w->incidents[incident->id - 1000] = *incident;
	}
	for (size_t i = 0; i < p->incident_count; i++) {
		if (p->incidents[i].fate != FATE_ABSORB)
			continue;
		w->incidents[p->incidents[i].id - 1000].handling.state = STATE_MERGED;
		for (size_t s = 0; s < w->segment_count; s++)
			if (w->segments[s].incident_id == p->incidents[i].id)
				w->segments[s].incident_id = p->incidents[p->incidents[i].into].id;
	}
}

static void world_apply_segments(struct world *w, const struct incident_plan *p)
{
	for (size_t i = 0; i < p->removed_count; i++) {
		size_t at = world_find(w, p->removed[i].key, p->removed[i].first);

		w->segments[at] = w->segments[--w->segment_count];
	}
	for (size_t i = 0; i < p->extended_count; i++)
		w->segments[world_find(w, p->extended[i].key, p->extended[i].first)].last = p->extended[i].last;
	for (size_t i = 0; i < p->inserted_count; i++) {
		struct plan_segment *s = &w->segments[w->segment_count++];

		*s = p->inserted[i];
		s->incident_id = p->incidents[s->incident].id;
	}
}

static void world_take(struct world *w, const struct plan_alert *alerts, size_t count)
{
	struct incident_plan p = { .window = WINDOW, .alerts = alerts, .alert_count = count };
	struct err why = { 0 };

	ck_assert_int_eq(incident_plan_runs(&p, &why), 0);
	world_fetch(w, &p);
	ck_assert_msg(incident_plan_make(&p, &why) == 0, "%s", why.text);
	world_apply_incidents(w, &p);
	world_apply_segments(w, &p);
	for (size_t i = 0; i < p.event_count; i++) {
		w->created += p.events[i].kind == EVENT_CREATED;
		w->merged += p.events[i].kind == EVENT_MERGED;
		w->reopened += p.events[i].kind == EVENT_REOPENED;
		w->raised += p.events[i].kind == EVENT_SEVERITY;
	}
	incident_plan_release(&p);
}

/* As the api does it: the cluster segment that spans the alert says which incident it belongs to. */
static const struct plan_incident *world_incident_of(const struct world *w, const struct plan_alert *a)
{
	const struct plan_segment *hit = NULL;

	for (size_t s = 0; s < w->segment_count; s++) {
		const struct plan_segment *segment = &w->segments[s];

		if (segment->is_cluster && segment->key == a->cluster_key && segment->first <= a->ts &&
		    a->ts <= segment->last) {
			ck_assert_ptr_null(hit);
			hit = segment;
		}
	}
	ck_assert_ptr_nonnull(hit);
	return &w->incidents[hit->incident_id - 1000];
}

/* --------------------------------------------------------------------------------------------- the definition */

static bool one_incident(const struct plan_alert *a, const struct plan_alert *b)
{
	time_us gap = a->ts < b->ts ? b->ts - a->ts : a->ts - b->ts;

	if (gap > WINDOW)
		return false;
	return a->cluster_key == b->cluster_key || (a->link_key != 0 && a->link_key == b->link_key);
}

/* label[i] becomes the lowest index of alert i's component: labels spread until nothing changes. */
static void label_components(const struct plan_alert *alerts, size_t count, size_t *label)
{
	bool changed = true;

	for (size_t i = 0; i < count; i++)
		label[i] = i;
	while (changed) {
		changed = false;
		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; j < count; j++)
				if (one_incident(&alerts[i], &alerts[j]) && label[j] < label[i]) {
					label[i] = label[j];
					changed = true;
				}
	}
}

struct expected {
	time_us first, last;
	int severity;
	enum stage stage;
	char top[200]; /* the smallest of "severity time title anchor stage" */
	int64_t alerts, detections, blocked;
};

static void expect_component(const struct plan_alert *alerts, size_t count, const size_t *label, size_t which,
			     struct expected *e)
{
	bool inbound = true;

	*e = (struct expected){ .first = INT64_MAX, .last = INT64_MIN, .severity = 9 };
	for (size_t i = 0; i < count; i++) {
		const struct plan_alert *a = &alerts[i];
		int severity = a->severity;
		char top[200];

		if (label[i] != which)
			continue;
		if (a->direction == DIRECTION_OUTBOUND && a->score > 20 && (severity > 2 || a->blocked))
			severity = 2;
		snprintf(top, sizeof(top), "%d %020lld %.*s\x01%.*s\x01%d", severity, (long long)a->ts,
			 (int)a->title.len, a->title.ptr, (int)a->anchor.len, a->anchor.ptr, a->stage);
		if (!e->alerts || strcmp(top, e->top) < 0)
			snprintf(e->top, sizeof(e->top), "%s", top);
		e->first = a->ts < e->first ? a->ts : e->first;
		e->last = a->ts > e->last ? a->ts : e->last;
		e->severity = severity < e->severity ? severity : e->severity;
		e->stage = a->stage > e->stage ? a->stage : e->stage;
		e->alerts++;
		e->detections += a->repeat_count;
		e->blocked += a->blocked;
		inbound = inbound && a->direction == DIRECTION_INBOUND;
	}
	if (inbound && e->blocked == e->alerts && e->severity < 4)
		e->severity = 4;
}

static void check_world(const struct world *w, const struct plan_alert *alerts, size_t count, bool counts)
{
	size_t label[ALERTS_MAX];
	int64_t components = 0, standing = 0;

	label_components(alerts, count, label);
	for (size_t i = 0; i < count; i++) {
		const struct plan_incident *mine = world_incident_of(w, &alerts[i]);
		const struct incident_facts *f = &mine->facts;
		struct expected e;
		char top[200];

		for (size_t j = 0; j < i; j++)
			ck_assert_msg((label[i] == label[j]) == (world_incident_of(w, &alerts[j]) == mine),
				      "alerts %zu and %zu", i, j);
		components += label[i] == i;
		expect_component(alerts, count, label, label[i], &e);
		ck_assert_int_ne(mine->handling.state, STATE_MERGED);
		ck_assert_int_eq(f->first, e.first);
		ck_assert_int_eq(f->last, e.last);
		ck_assert_int_eq(f->stage, e.stage);
		ck_assert_int_eq(incident_facts_severity(f), e.severity);
		snprintf(top, sizeof(top), "%d %020lld %.*s\x01%.*s\x01%d", f->top.severity, (long long)f->top.ts,
			 (int)f->top.title.len, f->top.title.ptr, (int)f->top.anchor.len, f->top.anchor.ptr,
			 f->top.stage);
		ck_assert_str_eq(top, e.top);
		if (counts) {
			ck_assert_int_eq(f->alerts, e.alerts);
			ck_assert_int_eq(f->detections, e.detections);
			ck_assert_int_eq(f->blocked, e.blocked);
		}
	}
	for (size_t i = 0; i < w->incident_count; i++) {
		int64_t runs = 0;

		standing += w->incidents[i].handling.state != STATE_MERGED;
		for (size_t s = 0; s < w->segment_count; s++)
			runs += w->segments[s].is_cluster && w->segments[s].incident_id == w->incidents[i].id;
		if (w->incidents[i].handling.state != STATE_MERGED)
			ck_assert_int_eq(w->incidents[i].facts.runs, runs);
	}
	ck_assert_int_eq(standing, components);
}

/* ------------------------------------------------------------------------------------------------ random sets */

/* xorshift64: the same sets on every machine. */
static uint64_t dice_state;

static size_t dice(size_t below)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (size_t)(dice_state % below);
}

static void random_alerts(struct plan_alert *alerts, size_t count)
{
	static const char *const titles[] = { "scan", "exploit", "beacon", "" };
	static const char *const anchors[] = { "192.0.2.1", "192.0.2.10", "2001:db8::1" };
	/* Crowded or sparse: both many and few links. */
	time_us span = WINDOW * (time_us)(1 + dice(count + 20));

	for (size_t i = 0; i < count; i++) {
		size_t title = dice(ARRAY_LEN(titles)), anchor = dice(ARRAY_LEN(anchors));
		bool outbound = dice(4) == 0;

		/* Quarters of a window make gaps of exactly one window frequent. */
		alerts[i] = (struct plan_alert){
			.ts = 1600000000 * US_PER_SECOND + (time_us)dice((size_t)(span / WINDOW * 4)) * (WINDOW / 4),
			.cluster_key = outbound ? 7 : (int64_t)(100 + 10 * anchor + dice(2)),
			.link_key = outbound || dice(3) == 0 ? 0 : (int64_t)(500 + dice(5)),
			.direction = outbound ? DIRECTION_OUTBOUND : DIRECTION_INBOUND,
			.stage = (enum stage)dice(4),
			.severity = 1 + (int)dice(5),
			.score = (int)dice(100),
			.blocked = dice(5) != 0,
			.repeat_count = (int32_t)(1 + dice(3)),
			.title = slice_of_string(titles[title]),
			.anchor = slice_of_string(anchors[anchor]),
		};
	}
}

static void shuffle(struct plan_alert *alerts, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = dice(i);
		struct plan_alert a = alerts[i - 1];

		alerts[i - 1] = alerts[j];
		alerts[j] = a;
	}
}

START_TEST(any_order_and_any_batches_give_the_definition)
{
	static struct plan_alert alerts[ALERTS_MAX];
	static struct world w;
	unsigned merges = 0;

	dice_state = 20190708;
	for (int round = 0; round < 400; round++) {
		size_t count = 1 + dice(round % 4 ? 30 : ALERTS_MAX);

		random_alerts(alerts, count);
		for (int order = 0; order < 3; order++) {
			memset(&w, 0, sizeof(w));
			shuffle(alerts, count);
			for (size_t done = 0; done < count;) {
				size_t n = 1 + dice(order == 0 ? count - done : 4);

				n = n < count - done ? n : count - done;
				world_take(&w, alerts + done, n);
				done += n;
			}
			check_world(&w, alerts, count, true);
			merges += w.merged;
		}
	}
	ck_assert_uint_gt(merges, 100); /* otherwise the sets are too tame */
}
END_TEST

START_TEST(work_done_twice_gives_the_same_incidents)
{
	static struct plan_alert alerts[ALERTS_MAX];
	static struct world w;

	dice_state = 4771;
	for (int round = 0; round < 100; round++) {
		size_t count = 1 + dice(40);

		random_alerts(alerts, count);
		memset(&w, 0, sizeof(w));
		for (size_t i = 0; i < count; i++) {
			world_take(&w, alerts + i, 1);
			if (dice(2))
				world_take(&w, alerts, i + 1);
		}
		check_world(&w, alerts, count, false);
	}
}
END_TEST

/* ---------------------------------------------------------------------------------------------- worked by hand */

static struct plan_alert inbound(int64_t seconds, int64_t cluster, int64_t link)
{
	return (struct plan_alert){ .ts = 1600000000 * US_PER_SECOND + seconds * US_PER_SECOND,
				    .cluster_key = cluster,
				    .link_key = link,
				    .direction = DIRECTION_INBOUND,
				    .stage = STAGE_RECONNAISSANCE,
				    .severity = SEVERITY_MEDIUM,
				    .score = 45,
				    .repeat_count = 1,
				    .title = SLICE_LITERAL("scan"),
				    .anchor = SLICE_LITERAL("192.0.2.1") };
}

START_TEST(a_gap_of_exactly_the_window_joins)
{
	struct plan_alert alerts[] = { inbound(0, 1, 0), inbound(60, 1, 0), inbound(120, 1, 0) };
	struct world w = { 0 };

	world_take(&w, alerts, 1);
	world_take(&w, alerts + 1, 1);
	world_take(&w, alerts + 2, 1);
	ck_assert_uint_eq(w.incident_count, 1);
	ck_assert_uint_eq(w.segment_count, 1);
	ck_assert_int_eq(w.incidents[0].facts.last - w.incidents[0].facts.first, 120 * US_PER_SECOND);

	/* The same in one batch. */
	memset(&w, 0, sizeof(w));
	world_take(&w, alerts, 3);
	ck_assert_uint_eq(w.incident_count, 1);
}
END_TEST

START_TEST(a_microsecond_more_does_not)
{
	struct plan_alert alerts[] = { inbound(0, 1, 0), inbound(60, 1, 0) };
	struct world w = { 0 };

	alerts[1].ts++;
	world_take(&w, alerts, 2);
	ck_assert_uint_eq(w.incident_count, 2);
	memset(&w, 0, sizeof(w));
	world_take(&w, alerts + 1, 1);
	world_take(&w, alerts, 1);
	ck_assert_uint_eq(w.incident_count, 2);
	ck_assert_uint_eq(w.segment_count, 2);
}
END_TEST

START_TEST(a_late_alert_bridges_two_incidents)
{
	/* 0 and 100 are apart; 50 is within reach of both. */
	struct plan_alert alerts[] = { inbound(100, 1, 0), inbound(0, 1, 0), inbound(50, 1, 0) };
	struct world w = { 0 };

	world_take(&w, alerts, 1);
	world_take(&w, alerts + 1, 1);
	ck_assert_uint_eq(w.incident_count, 2);
	world_take(&w, alerts + 2, 1);
	ck_assert_uint_eq(w.merged, 1);
	ck_assert_int_eq(w.incidents[1].handling.state, STATE_MERGED);
	ck_assert_int_eq(w.incidents[0].facts.alerts, 3);
	ck_assert_uint_eq(w.segment_count, 1);
}
END_TEST

START_TEST(another_attacker_at_the_same_host_joins_by_the_link)
{
	/* Attackers 1 and 2 share the link 9 within the window; attacker 3 comes too late for it. */
	struct plan_alert alerts[] = { inbound(0, 1, 9), inbound(30, 2, 9), inbound(91, 3, 9) };
	struct world w = { 0 };

	world_take(&w, alerts, 3);
	ck_assert_uint_eq(w.incident_count, 2);
	ck_assert_int_eq(w.incidents[0].facts.alerts, 2);
	ck_assert_int_eq(w.incidents[0].facts.runs, 2);
	ck_assert_int_eq(w.incidents[1].facts.alerts, 1);
}
END_TEST

START_TEST(an_alert_without_a_cluster_key_joins_nothing)
{
	struct plan_alert a = inbound(0, 0, 9);
	struct world w = { 0 };

	world_take(&w, &a, 1);
	ck_assert_uint_eq(w.incident_count, 0);
	ck_assert_uint_eq(w.segment_count, 0);
}
END_TEST

START_TEST(the_end_of_time_does_not_overflow)
{
	struct plan_alert alerts[] = { inbound(0, 1, 0), inbound(0, 1, 0) };
	struct incident_plan p = { .window = WINDOW, .alerts = alerts, .alert_count = 2 };

	alerts[0].ts = INT64_MAX;
	alerts[1].ts = INT64_MIN + 1;
	ck_assert_int_eq(incident_plan_runs(&p, NULL), 0);
	ck_assert_uint_eq(p.run_count, 2);
	ck_assert_int_eq(incident_plan_make(&p, NULL), 0);
	ck_assert_uint_eq(p.incident_count, 2);
	incident_plan_release(&p);
}
END_TEST

START_TEST(a_segment_without_its_incident_is_corrupt)
{
	struct plan_alert a = inbound(0, 1, 0);
	struct incident_plan p = { .window = WINDOW, .alerts = &a, .alert_count = 1 };
	struct err why = { 0 };

	ck_assert_int_eq(incident_plan_runs(&p, &why), 0);
	p.segments = calloc(1, sizeof(*p.segments));
	ck_assert_ptr_nonnull(p.segments);
	p.segments[p.segment_count++] =
	    (struct plan_segment){ .key = 1, .first = a.ts, .last = a.ts, .is_cluster = true, .incident_id = 5 };
	ck_assert_int_eq(incident_plan_make(&p, &why), -1);
	ck_assert_int_eq(why.code, ERR_CORRUPT);
	incident_plan_release(&p);
}
END_TEST

/* -------------------------------------------------------------------------------------------------- severity */

START_TEST(severity_follows_direction)
{
	static const struct {
		const char *name;
		enum direction direction;
		int severity, score;
		bool blocked;
		int want;
	} cases[] = {
		{ "inbound, got through", DIRECTION_INBOUND, 2, 60, false, 2 },
		{ "inbound, blocked", DIRECTION_INBOUND, 2, 60, true, 4 },
		{ "inbound, blocked noise stays noise", DIRECTION_INBOUND, 5, 5, true, 5 },
		{ "outbound, blocked", DIRECTION_OUTBOUND, 3, 45, true, 2 },
		{ "outbound, critical", DIRECTION_OUTBOUND, 1, 92, false, 1 },
		{ "outbound, critical, blocked", DIRECTION_OUTBOUND, 1, 92, true, 2 },
		{ "outbound, policy, blocked", DIRECTION_OUTBOUND, 4, 20, true, 4 },
		{ "outbound, low but not policy", DIRECTION_OUTBOUND, 4, 21, false, 2 },
		{ "outbound, policy", DIRECTION_OUTBOUND, 4, 20, false, 4 },
		{ "outbound, information", DIRECTION_OUTBOUND, 5, 10, false, 5 },
		{ "internal, blocked", DIRECTION_INTERNAL, 3, 45, true, 3 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct plan_alert a = inbound(0, 1, 0);
		struct incident_facts f = { 0 };

		a.direction = cases[i].direction;
		a.severity = cases[i].severity;
		a.score = cases[i].score;
		a.blocked = cases[i].blocked;
		incident_facts_add(&f, &a, 0);
		ck_assert_msg(incident_facts_severity(&f) == cases[i].want, "%s: %d", cases[i].name,
			      incident_facts_severity(&f));
	}
}
END_TEST

START_TEST(causes_come_on_top)
{
	static const struct {
		const char *name;
		enum direction direction;
		int severity;
		bool blocked;
		int raise;
		bool by_window, drill;
		int want;
		const char *title;
	} cases[] = {
		{ "a cause is graver", DIRECTION_INBOUND, 3, false, 2, false, false, 2, "rule" },
		{ "blocked, but a cause says otherwise", DIRECTION_INBOUND, 1, true, 2, true, false, 2, "rule" },
		{ "as grave, on one alert", DIRECTION_INBOUND, 3, false, 3, false, false, 3, "scan" },
		{ "as grave, a pattern", DIRECTION_INBOUND, 3, false, 3, true, false, 3, "rule" },
		{ "as grave as what blocking leaves", DIRECTION_INBOUND, 1, true, 4, true, false, 4, "rule" },
		{ "less grave", DIRECTION_INBOUND, 3, false, 4, true, false, 3, "scan" },
		{ "a drill", DIRECTION_OUTBOUND, 1, false, 1, true, true, 5, "rule" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct incident_raise raise = { cases[i].raise, cases[i].by_window, SLICE_LITERAL("rule") };
		struct plan_alert a = inbound(0, 1, 0);
		struct incident_facts f = { 0 };

		a.direction = cases[i].direction;
		a.severity = cases[i].severity;
		a.blocked = cases[i].blocked;
		incident_facts_add(&f, &a, 0);
		incident_facts_raise(&f, &raise);
		if (cases[i].drill)
			incident_tags_add(&f.tags, SLICE_LITERAL("drill"));
		ck_assert_msg(incident_facts_severity(&f) == cases[i].want, "%s: %d", cases[i].name,
			      incident_facts_severity(&f));
		ck_assert_msg(slice_is(incident_facts_title(&f), cases[i].title), "%s", cases[i].name);
	}
}
END_TEST

START_TEST(attack_and_answer_are_not_stopped_because_both_were_blocked)
{
	/* An incident of both directions: what was blocked on the way out is not made low by what was on the way in. */
	struct plan_alert alerts[] = { inbound(0, 1, 0), inbound(10, 2, 0) };
	struct incident_facts f = { 0 };

	alerts[0].severity = SEVERITY_CRITICAL;
	alerts[0].blocked = alerts[1].blocked = true;
	alerts[1].direction = DIRECTION_OUTBOUND;
	incident_facts_add(&f, &alerts[0], 0);
	ck_assert_int_eq(incident_facts_severity(&f), SEVERITY_LOW);
	incident_facts_add(&f, &alerts[1], 0);
	ck_assert_int_eq(incident_facts_severity(&f), SEVERITY_CRITICAL);
}
END_TEST

START_TEST(tags_are_a_set_of_the_smallest)
{
	struct incident_tags up = { 0 }, down = { 0 };
	char words[40][16];

	for (int i = 0; i < 40; i++)
		snprintf(words[i], sizeof(words[i]), "tag%02d", i);
	for (int i = 0; i < 80; i++)
		incident_tags_add(&up, slice_of_string(words[i % 40]));
	for (int i = 79; i >= 0; i--)
		incident_tags_add(&down, slice_of_string(words[i % 40]));
	ck_assert_uint_eq(up.count, INCIDENT_TAGS_MAX);
	ck_assert_uint_eq(down.count, INCIDENT_TAGS_MAX);
	for (size_t i = 0; i < INCIDENT_TAGS_MAX; i++) {
		ck_assert(slice_is(up.items[i], words[i]));
		ck_assert(slice_is(down.items[i], words[i]));
	}
}
END_TEST

START_TEST(one_that_gets_through_raises_the_incident)
{
	struct plan_alert alerts[] = { inbound(0, 1, 0), inbound(10, 1, 0), inbound(20, 1, 0) };
	struct world w = { 0 };

	alerts[0].blocked = alerts[1].blocked = true;
	alerts[0].severity = SEVERITY_CRITICAL;
	world_take(&w, alerts, 2);
	ck_assert_int_eq(incident_facts_severity(&w.incidents[0].facts), SEVERITY_LOW);
	world_take(&w, alerts + 2, 1);
	ck_assert_int_eq(incident_facts_severity(&w.incidents[0].facts), SEVERITY_CRITICAL);
	ck_assert_uint_eq(w.raised, 1);
}
END_TEST

START_TEST(the_top_survives_its_text_form)
{
	static const char *const anchors[] = { "", "192.0.2.1", "2001:db8::1" };
	static const time_us times[] = { INT64_MIN, -1, 0, 1795737600 * US_PER_SECOND, INT64_MAX };

	for (size_t i = 0; i < ARRAY_LEN(anchors) * ARRAY_LEN(times); i++) {
		const struct incident_top top = { 1 + (int)i % 5,
						  times[i % ARRAY_LEN(times)],
						  (enum stage)(i % 7),
						  { 0 },
						  slice_of_string(anchors[i / ARRAY_LEN(times)]),
						  (time_us)(i % 3) * 900 * US_PER_SECOND };
		struct incident_top back = { 0 };
		struct buffer text = { 0 };

		incident_top_key(&top, &text);
		ck_assert(incident_top_parse(buffer_slice(&text), &back));
		ck_assert_int_eq(back.severity, top.severity);
		ck_assert_int_eq(back.ts, top.ts);
		ck_assert_int_eq(back.stage, top.stage);
		ck_assert(slice_equal(back.anchor, top.anchor));
		ck_assert_int_eq(back.window, top.window);
		buffer_release(&text);
	}
}
END_TEST

START_TEST(texts_that_are_no_top_are_refused)
{
	static const char *const bad[] = { "",
					   "3",
					   "3 8005e2a1b2c3d4e5",
					   "3 8005e2a1b2c3d4e5 delivery",
					   "0 8005e2a1b2c3d4e5 delivery ",
					   "7 8005e2a1b2c3d4e5 delivery ",
					   "3 8005e2a1b2c3d4e5 delivery 192.0.2.1 x",
					   "3 8005e2a1b2c3d4e5 delivery 192.0.2.1 0",
					   "3 8005e2a1b2c3d4e5 delivery 192.0.2.1 900 4",
					   "3 8005e2a1b2c3d4e delivery ",
					   "3 8005e2a1b2c3d4eX delivery ",
					   "3 8005e2a1b2c3d4e5 nowhere " };
	struct incident_top top;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!incident_top_parse(slice_of_string(bad[i]), &top), "%s", bad[i]);
}
END_TEST

START_TEST(the_reason_says_what_is_shared)
{
	struct plan_alert a = inbound(0, 1, 0);
	struct incident_facts f = { 0 };
	struct buffer text = { 0 };

	incident_facts_add(&f, &a, 0);
	f.runs = 2;
	incident_reason(&f, SLICE_LITERAL(INCIDENT_RULE), WINDOW, &text);
	ck_assert_str_eq(buffer_string(&text),
			 "{\"rule\":\"base/1\",\"anchor\":\"192.0.2.1\",\"stage\":\"reconnaissance\","
			 "\"window_s\":60,\"runs\":2}");
	buffer_clear(&text);
	f.top.window = 900 * US_PER_SECOND;
	incident_reason(&f, SLICE_LITERAL("night/7"), WINDOW, &text);
	ck_assert_str_eq(buffer_string(&text), "{\"rule\":\"night/7\",\"anchor\":\"192.0.2.1\","
					       "\"stage\":\"reconnaissance\",\"window_s\":900,\"runs\":2}");
	f.top.window = 0;
	buffer_clear(&text);
	f.top.stage = STAGE_NONE;
	incident_reason(&f, SLICE_LITERAL(INCIDENT_RULE), WINDOW, &text);
	ck_assert_str_eq(buffer_string(&text), "{\"rule\":\"base/1\",\"anchor\":\"192.0.2.1\",\"signature\":\"scan\","
					       "\"window_s\":60,\"runs\":2}");
	buffer_release(&text);
}
END_TEST

/* -------------------------------------------------------------------------------------------------- handling */

#define AT(s) (1600000000 * US_PER_SECOND + (s)*US_PER_SECOND)

/* Two incidents of one key, handled as given, then bridged; what becomes of the survivor. */
static struct incident_handling bridged(struct incident_handling survivor, struct incident_handling absorbed,
					unsigned *reopened)
{
	struct plan_alert alerts[] = { inbound(0, 1, 0), inbound(100, 1, 0), inbound(50, 1, 0) };
	struct world w = { 0 };

	world_take(&w, alerts, 1);
	world_take(&w, alerts + 1, 1);
	w.incidents[0].handling = survivor;
	w.incidents[1].handling = absorbed;
	world_take(&w, alerts + 2, 1);
	*reopened = w.reopened;
	return w.incidents[0].handling;
}

START_TEST(merging_keeps_what_people_did)
{
	const struct incident_handling open = { STATE_OPEN, 0, TIME_NONE, TIME_NONE, TIME_NONE };
	const struct incident_handling taken = { STATE_ACKNOWLEDGED, 7, AT(200), TIME_NONE, TIME_NONE };
	const struct incident_handling mine = { STATE_ACKNOWLEDGED, 8, AT(300), TIME_NONE, TIME_NONE };
	const struct incident_handling contained = { STATE_CONTAINED, 9, AT(200), AT(210), TIME_NONE };
	const struct incident_handling closed = { STATE_CLOSED, 8, AT(200), TIME_NONE, AT(400) };
	struct incident_handling h;
	unsigned reopened;

	h = bridged(open, taken, &reopened);
	ck_assert_int_eq(h.state, STATE_ACKNOWLEDGED);
	ck_assert_int_eq(h.owner_id, 7);
	ck_assert_int_eq(h.acknowledged_at, AT(200));
	ck_assert_uint_eq(reopened, 0);

	h = bridged(mine, contained, &reopened);
	ck_assert_int_eq(h.state, STATE_ACKNOWLEDGED);
	ck_assert_int_eq(h.owner_id, 8);

	h = bridged(closed, open, &reopened);
	ck_assert_int_eq(h.state, STATE_OPEN);
	ck_assert_int_eq(h.closed_at, TIME_NONE);
	ck_assert_int_eq(h.owner_id, 8);
	ck_assert_uint_eq(reopened, 1);

	h = bridged(open, closed, &reopened);
	ck_assert_int_eq(h.state, STATE_OPEN);
	ck_assert_uint_eq(reopened, 0);

	/* The bridge is at second 50, both were closed later. */
	h = bridged(closed, closed, &reopened);
	ck_assert_int_eq(h.state, STATE_CLOSED);
	ck_assert_uint_eq(reopened, 0);
}
END_TEST

START_TEST(a_closed_incident_that_goes_on_is_open_again)
{
	struct plan_alert alerts[] = { inbound(0, 1, 0), inbound(30, 1, 0), inbound(31, 1, 0) };
	struct world w = { 0 };

	world_take(&w, alerts, 1);
	w.incidents[0].handling = (struct incident_handling){ STATE_CLOSED, 8, AT(5), AT(6), AT(30) };
	world_take(&w, alerts + 1, 1); /* at the very time of the closing */
	ck_assert_int_eq(w.incidents[0].handling.state, STATE_CLOSED);
	ck_assert_uint_eq(w.reopened, 0);
	world_take(&w, alerts + 2, 1);
	ck_assert_int_eq(w.incidents[0].handling.state, STATE_OPEN);
	ck_assert_int_eq(w.incidents[0].handling.owner_id, 8);
	ck_assert_int_eq(w.incidents[0].handling.acknowledged_at, TIME_NONE);
	ck_assert_uint_eq(w.reopened, 1);
}
END_TEST

SUITE_MAIN("incident_plan", any_order_and_any_batches_give_the_definition, work_done_twice_gives_the_same_incidents,
	   a_gap_of_exactly_the_window_joins, a_microsecond_more_does_not, a_late_alert_bridges_two_incidents,
	   another_attacker_at_the_same_host_joins_by_the_link, an_alert_without_a_cluster_key_joins_nothing,
	   the_end_of_time_does_not_overflow, a_segment_without_its_incident_is_corrupt, severity_follows_direction,
	   causes_come_on_top, attack_and_answer_are_not_stopped_because_both_were_blocked,
	   tags_are_a_set_of_the_smallest, one_that_gets_through_raises_the_incident, the_top_survives_its_text_form,
	   texts_that_are_no_top_are_refused, the_reason_says_what_is_shared, merging_keeps_what_people_did,
	   a_closed_incident_that_goes_on_is_open_again)
