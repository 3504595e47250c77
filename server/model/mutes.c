#include "server/model/mutes.h"

#include <stdlib.h>

struct selection_entry {
	int64_t mute_id;
	struct sigma_selection *selection;
};

struct compiled {
	struct mute mute;
	const struct sigma_selection *selection;
};

struct mutes {
	struct compiled *items; /* by company and number; those of all companies (0) first */
	size_t count, room;
	/* One for each number, however many companies it is of; in order of number as long as they are added so. */
	struct selection_entry *selections;
	size_t selection_count, selection_room;
};

struct mutes *mutes_new(void)
{
	return calloc(1, sizeof(struct mutes));
}

void mutes_free(struct mutes *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->selection_count; i++)
		sigma_selection_free(m->selections[i].selection);
	free(m->selections);
	free(m->items);
	free(m);
}

size_t mutes_count(const struct mutes *m)
{
	return m->count;
}

/* The list with room for one more element; NULL when memory is short, the old one stays. */
static void *with_room(void *list, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 16;

	if (count < *room)
		return list;
	list = realloc(list, more * size);
	if (list)
		*room = more;
	return list;
}

/* Rows of one mute come one behind the other. */
static int selection_of(struct mutes *m, const struct mute *mute, const struct sigma_selection **out, struct err *why)
{
	struct selection_entry *last = m->selection_count ? &m->selections[m->selection_count - 1] : NULL, *list;

	if (!last || last->mute_id != mute->mute_id) {
		list = with_room(m->selections, m->selection_count, &m->selection_room, sizeof(*list));
		if (!list)
			return err_set(why, ERR_NOMEM, "no memory for mutes");
		m->selections = list;
		last = &list[m->selection_count];
		last->mute_id = mute->mute_id;
		if (sigma_selection_build(&last->selection, mute->conditions, true, why) != 0)
			return -1;
		m->selection_count++;
	}
	*out = last->selection;
	return 0;
}

int mutes_add(struct mutes *m, const struct mute *mute, struct err *why)
{
	struct compiled *list = with_room(m->items, m->count, &m->room, sizeof(*list)), *c;

	if (!list)
		return err_set(why, ERR_NOMEM, "no memory for mutes");
	m->items = list;
	c = &list[m->count];
	if (selection_of(m, mute, &c->selection, why) != 0)
		return -1;
	c->mute = *mute;
	c->mute.conditions = (struct slice){ 0 };
	m->count++;
	return 0;
}

static int by_company(const void *left, const void *right)
{
	const struct mute *a = &((const struct compiled *)left)->mute, *b = &((const struct compiled *)right)->mute;

	if (a->company_id != b->company_id)
		return a->company_id < b->company_id ? -1 : 1;
	return a->mute_id < b->mute_id ? -1 : a->mute_id > b->mute_id;
}

void mutes_sort(struct mutes *m)
{
	if (m->count)
		qsort(m->items, m->count, sizeof(*m->items), by_company);
}

/* The first of a company's. */
static size_t first_of(const struct mutes *m, int64_t company_id)
{
	size_t from = 0, to = m->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (m->items[middle].mute.company_id < company_id)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool applies(const struct compiled *c, struct sigma_scratch *scratch, const struct mute_question *q)
{
	const struct mute *m = &c->mute;

	if (q->ts < m->starts_at || q->ts > m->expires_at || q->now > m->expires_at)
		return false;
	if (m->is_shared && q->met_indicator)
		return false;
	return sigma_selection_match(c->selection, scratch, q->record, q->rule_uids, q->uid_count);
}

static const struct mute *find_of(const struct mutes *m, int64_t company_id, struct sigma_scratch *scratch,
				  const struct mute_question *q)
{
	for (size_t i = first_of(m, company_id); i < m->count && m->items[i].mute.company_id == company_id; i++)
		if (applies(&m->items[i], scratch, q))
			return &m->items[i].mute;
	return NULL;
}

const struct mute *mutes_find(const struct mutes *m, struct sigma_scratch *scratch, const struct mute_question *q)
{
	const struct mute *own, *of_all;

	if (m->count == 0)
		return NULL;
	own = find_of(m, q->company_id, scratch, q);
	of_all = find_of(m, 0, scratch, q);
	if (own && of_all)
		return own->mute_id < of_all->mute_id ? own : of_all;
	return own ? own : of_all;
}
