/* What must hold of a year, and what is told of it. */
#ifndef TESTS_SIM_YEAR_REPORT_H
#define TESTS_SIM_YEAR_REPORT_H

#include "tests/sim/year_engine.h"

enum { CAMPAIGNS = 6, PROVIDER_FAULTS = 3, BURST_PAGES_MAX = 20 };
/* Of engine_away: the longest; and of the leads' hour. */
#define LONGEST_SILENCE (4 * HOUR + 5 * SECOND)

struct burst {
	struct span when;
	int pages_before, pages_after, things;
};
static struct burst bursts[CAMPAIGNS + PROVIDER_FAULTS];
static int burst_count;

/* ---------------------------------------------------------------------------------------------- what must hold */

static void check_subjects(const struct year *y)
{
	int *seen = calloc((size_t)y->thing_count + 1, sizeof(*seen));
	int64_t subjects = 0, found = 0;

	ck_assert_ptr_nonnull(seen);
	for (int page = 0; page < y->page_count; page++) {
		const struct year_page *p = &y->pages[page];

		ck_assert_int_eq(p->machine.state == PAGE_JOINED, p->joined_into >= 0);
		if (p->machine.state == PAGE_JOINED)
			ck_assert_int_eq(p->first, -1);
		else
			subjects += p->machine.subjects;
		for (int t = p->first; t >= 0; t = y->things[t].next, found++) {
			seen[t]++;
			ck_assert_int_eq(y->things[t].page, page);
		}
	}
	for (int t = 0; t < y->thing_count; t++)
		ck_assert_int_eq(seen[t], y->things[t].page >= 0);
	ck_assert_int_eq(subjects, found);
	free(seen);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, z = *(const uint64_t *)b;

	return x < z ? -1 : x > z;
}

static void check_notices(struct year *y)
{
	int64_t sent = 0, quiet = 0;

	for (int person = 1; person < PEOPLE; person++) {
		sent += y->told[person].singles + y->told[person].bundled;
		quiet += y->told[person].quiet;
	}
	ck_assert_int_eq(sent, y->receivers);
	ck_assert_int_eq(sent + quiet, y->identity_count);
	qsort(y->identities, y->identity_count, sizeof(*y->identities), compare);
	for (size_t i = 1; i < y->identity_count; i++)
		ck_assert_msg(y->identities[i] != y->identities[i - 1], "seed %llu: one notice twice",
			      (unsigned long long)y->seed);
}

static void check_pages(const struct year *y)
{
	for (int i = 0; i < y->open_count; i++) {
		const struct page_machine *m = &y->pages[y->open[i]].machine;

		ck_assert(m->state == PAGE_TRIGGERED || m->state == PAGE_ACKNOWLEDGED);
		ck_assert_msg(m->next_at >= y->setting.ends - 2 * SECOND, "seed %llu: overdue",
			      (unsigned long long)y->seed);
	}
	ck_assert_msg(y->longest_silence <= LONGEST_SILENCE, "seed %llu: silent for %lld s",
		      (unsigned long long)y->seed, (long long)(y->longest_silence / SECOND));
}

/* Pages made while it lasted, and that had to be answered: none other speaks for them. */
static int pages_of(const struct year *y, const struct burst *b)
{
	int count = 0;

	for (int page = b->pages_before; page < b->pages_after; page++)
		count += y->pages[page].joined_into < 0;
	return count;
}

static void check_bursts(const struct year *y)
{
	for (int i = 0; i < burst_count; i++)
		ck_assert_msg(pages_of(y, &bursts[i]) <= BURST_PAGES_MAX, "seed %llu: %d pages of %d things",
			      (unsigned long long)y->seed, pages_of(y, &bursts[i]), bursts[i].things);
}

/* ---------------------------------------------------------------------------------------------- what is told of it */

struct answers_of {
	int count, reached, in_time, late;
};

static struct answers_of count_answers(const struct year *y, int severity, const struct sla_target *target)
{
	struct answers_of a = { 0 };

	for (int i = 0; i < y->thing_count; i++) {
		const struct thing *t = &y->things[i];

		if (t->is_sensor || t->severity != severity)
			continue;
		a.count++;
		a.reached += t->answered_at != TIME_NONE;
		a.in_time +=
		    t->answered_at != TIME_NONE && sla_state_at(target, t->at, t->answered_at, y->now) == SLA_KEPT;
		a.late += t->answered_at != TIME_NONE && t->answered_at - t->at > HOUR;
	}
	return a;
}

/* Why nobody was reached; NULL: there is no good reason. */
static const char *reason_of(const struct year *y, const struct thing *t)
{
	const struct year_page *p = t->page < 0 ? NULL : &y->pages[t->page];

	if (t->settled_at != TIME_NONE)
		return p ? "settled before anybody answered" : "settled while the engine was away";
	if (p && p->machine.state == PAGE_TRIGGERED && y->now - p->told_at <= LONGEST_SILENCE)
		return "the year ended";
	if (p && p->machine.state == PAGE_ACKNOWLEDGED && p->machine.next_at - y->now <= PAGE_MORE_EVERY_GRAVE)
		return "the year ended before who has the page was told";
	return after_spans(y->setting.engine_away, t->at) >= y->now ? "the engine was away" : NULL;
}

static void print_unreached(const struct year *y, const struct thing *t, const char *reason)
{
	const struct year_page *p = t->page < 0 ? NULL : &y->pages[t->page];
	time_us until = t->settled_at == TIME_NONE ? y->now : t->settled_at;
	char when[TIME_TEXT_SIZE];

	time_to_text(t->at, when);
	printf("  S1 %.16sZ company %4d: not reached: %s, after %lld min; of its page %d did not arrive, %d were not "
	       "seen\n",
	       when, t->company, reason, (long long)((until - t->at) / MINUTE), p ? p->lost : 0, p ? p->unseen : 0);
}

static void list_unreached(const struct year *y)
{
	for (int i = 0; i < y->thing_count; i++) {
		const struct thing *t = &y->things[i];
		const char *reason;

		if (t->is_sensor || t->severity != 1 || t->answered_at != TIME_NONE)
			continue;
		reason = reason_of(y, t);
		ck_assert_msg(reason != NULL, "seed %llu: nobody was reached about %d, without a reason",
			      (unsigned long long)y->seed, i);
		print_unreached(y, t, reason);
	}
}

static void print_year(const struct year *y)
{
	static const struct sla_target targets[] = { { 300, NULL, 70 }, { 900, NULL, 70 } };
	int64_t singles = 0, bundles = 0, most = 0;
	int paged = 0;

	for (int i = 0; i < y->thing_count; i++)
		paged += y->things[i].page >= 0;
	for (int person = 1; person < PEOPLE; person++) {
		const struct told *t = &y->told[person];

		singles += t->singles;
		bundles += t->bundles;
		most = t->singles + t->bundles > most ? t->singles + t->bundles : most;
	}
	printf("seed %llu: %d incidents and sensors, %d of them on %d pages (%d storms, which %d pages joined)\n",
	       (unsigned long long)y->seed, y->thing_count, paged, y->page_count - y->joined, y->storms, y->joined);
	printf("  notices %lld and %lld bundles; most for one person %lld, %.1f a week; %lld to members\n",
	       (long long)singles, (long long)bundles, (long long)most, (double)most / 52,
	       (long long)y->member_notices);
	printf(
	    "  answers expired %d, became graver %d, all steps in vain %d, nobody on call %d, longest silence %lld s\n",
	    y->expired, y->gravers, y->exhausted, y->nobody, (long long)(y->longest_silence / SECOND));
	for (int severity = 1; severity <= 2; severity++) {
		struct answers_of a = count_answers(y, severity, &targets[severity - 1]);

		printf("  S%d: %d, reached %d (%.1f%%), in %lld min %.1f%%, after more than an hour %d\n", severity,
		       a.count, a.reached, 100.0 * a.reached / a.count, (long long)targets[severity - 1].seconds / 60,
		       100.0 * a.in_time / a.count, a.late);
		ck_assert_int_gt(a.reached * 100, a.count * 90);
	}
	for (int i = 0; i < burst_count; i++)
		printf("  %s %3d things: %d pages\n", i < CAMPAIGNS ? "campaign,      " : "provider fault,",
		       bursts[i].things, pages_of(y, &bursts[i]));
	list_unreached(y);
}

#endif
