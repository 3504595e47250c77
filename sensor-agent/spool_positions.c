#include "sensor-agent/spool_positions.h"

#include "sensor-agent/intake.h"

#include <stdlib.h>

void spool_positions_release(struct spool_positions *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->items[i].name);
		free(p->items[i].state);
	}
	free(p->items);
	*p = (struct spool_positions){ 0 };
}

static struct spool_position_item *find(const struct spool_positions *p, struct slice name)
{
	for (size_t i = 0; i < p->count; i++)
		if (slice_is(name, p->items[i].name))
			return &p->items[i];
	return NULL;
}

static struct spool_position_item *add(struct spool_positions *p, struct slice name, struct err *why)
{
	struct spool_position_item *items;
	size_t room = p->room ? 2 * p->room : 8;

	if (p->count >= INTAKE_POSITIONS_MOST) {
		err_set(why, ERR_LIMIT, "more than %d files and listeners are remembered", INTAKE_POSITIONS_MOST);
		return NULL;
	}
	if (p->count == p->room) {
		items = realloc(p->items, room * sizeof(*items));
		if (!items)
			goto no_memory;
		p->items = items;
		p->room = room;
	}
	p->items[p->count] = (struct spool_position_item){ .name = slice_to_string(name) };
	if (!p->items[p->count].name)
		goto no_memory;
	return &p->items[p->count++];
no_memory:
	err_set(why, ERR_NOMEM, "no memory for the place of a source");
	return NULL;
}

static bool is_name(struct slice name)
{
	return name.len > 0 && name.len <= INTAKE_POSITION_NAME_MOST && !memchr(name.ptr, 0, name.len);
}

int spool_positions_set(struct spool_positions *p, struct slice name, struct slice state, bool changed, struct err *why)
{
	struct spool_position_item *item;
	uint8_t *copy = NULL;

	if (!is_name(name) || state.len > INTAKE_POSITION_MOST)
		return err_set(why, ERR_LIMIT, "the place of a source, or its name, is too long");
	item = find(p, name);
	if (!item && state.len == 0)
		return 0;
	if (state.len) {
		copy = malloc(state.len);
		if (!copy)
			return err_set(why, ERR_NOMEM, "no memory for the place of a source");
		memcpy(copy, state.ptr, state.len);
	}
	if (!item)
		item = add(p, name, why);
	if (!item) {
		free(copy);
		return -1;
	}
	free(item->state);
	item->state = copy;
	item->len = state.len;
	item->changed = changed;
	p->changed = p->changed || changed;
	if (!changed)
		spool_positions_settle(p);
	return 0;
}

bool spool_positions_get(const struct spool_positions *p, struct slice name, struct slice *state)
{
	const struct spool_position_item *item = find(p, name);

	if (!item || !item->state)
		return false;
	*state = slice_of(item->state, item->len);
	return true;
}

void spool_positions_settle(struct spool_positions *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->count; i++) {
		struct spool_position_item item = p->items[i];

		if (!item.state) {
			free(item.name);
			continue;
		}
		item.changed = false;
		p->items[kept++] = item;
	}
	p->count = kept;
	p->changed = false;
}
