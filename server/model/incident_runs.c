#include "server/model/incident_runs.h"

#include "server/model/grouping.h"

#include <stdlib.h>

struct mark {
	int64_t key;
	time_us first, last; /* a firing's is long */
	time_us window;
	uint32_t slot; /* in run_of */
	bool is_cluster;
};

static int mark_order(const void *left, const void *right)
{
	const struct mark *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

bool plan_reaches(time_us earlier, time_us later, time_us window)
{
	time_us gap;

	return !__builtin_sub_overflow(later, earlier, &gap) && gap <= window;
}

size_t plan_firing_mark(const struct incident_plan *p, size_t firing)
{
	return 2 * p->alert_count + firing;
}

size_t plan_first_tie_mark(const struct incident_plan *p)
{
	return 2 * p->alert_count + p->firing_count;
}

size_t plan_mark_count(const struct incident_plan *p)
{
	size_t count = plan_first_tie_mark(p);

	for (size_t i = 0; i < p->firing_count; i++)
		count += p->firings[i].tie_count;
	return count;
}

static size_t mark_alerts(const struct incident_plan *p, struct mark *marks)
{
	size_t n = 0;

	for (size_t i = 0; i < p->alert_count; i++) {
		const struct plan_alert *a = &p->alerts[i];

		if (a->cluster_key == 0)
			continue;
		marks[n++] = (struct mark){ a->cluster_key,    a->ts, a->ts, grouping_window(a->cluster_key, p->window),
					    (uint32_t)(2 * i), true };
		if (a->link_key != 0)
			marks[n++] =
			    (struct mark){ a->link_key,           a->ts, a->ts, grouping_window(a->link_key, p->window),
					   (uint32_t)(2 * i + 1), false };
	}
	return n;
}

static size_t mark_firings(const struct incident_plan *p, struct mark *marks)
{
	uint32_t slot = (uint32_t)plan_first_tie_mark(p);
	size_t n = 0;

	for (size_t i = 0; i < p->firing_count; i++) {
		const struct plan_firing *f = &p->firings[i];

		marks[n++] =
		    (struct mark){ f->key, f->first, f->last, f->window, (uint32_t)plan_firing_mark(p, i), false };
		for (size_t t = 0; t < f->tie_count; t++, slot++)
			if (f->ties[t].key != 0)
				marks[n++] = (struct mark){ f->ties[t].key,    f->ties[t].ts, f->ties[t].ts,
							    f->ties[t].window, slot,          f->ties[t].is_cluster };
	}
	return n;
}

int incident_plan_runs(struct incident_plan *p, struct err *why)
{
	size_t room = plan_mark_count(p), count;
	struct mark *marks = calloc(room + 1, sizeof(*marks));

	p->run_of = calloc(room + 1, sizeof(*p->run_of));
	p->runs = calloc(room + 1, sizeof(*p->runs));
	if (!marks || !p->run_of || !p->runs || room >= NO_RUN) {
		free(marks);
		return err_set(why, ERR_NOMEM, "no memory to group %zu alerts and %zu firings", p->alert_count,
			       p->firing_count);
	}
	for (size_t i = 0; i < room; i++)
		p->run_of[i] = NO_RUN;
	count = mark_alerts(p, marks);
	count += mark_firings(p, marks + count);
	qsort(marks, count, sizeof(*marks), mark_order);
	for (size_t i = 0; i < count; i++) {
		struct plan_segment *run = p->run_count ? &p->runs[p->run_count - 1] : NULL;

		if (!run || run->key != marks[i].key || !plan_reaches(run->last, marks[i].first, run->window)) {
			run = &p->runs[p->run_count++];
			*run = (struct plan_segment){ .key = marks[i].key,
						      .first = marks[i].first,
						      .last = marks[i].last,
						      .window = marks[i].window,
						      .is_cluster = marks[i].is_cluster };
		}
		if (marks[i].last > run->last)
			run->last = marks[i].last;
		p->run_of[marks[i].slot] = (uint32_t)(p->run_count - 1);
	}
	free(marks);
	return 0;
}
