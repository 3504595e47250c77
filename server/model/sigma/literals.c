#include "server/model/sigma/literals.h"

#include <stdlib.h>

/* Transitions in rows, of one list: 256 KiB. */
enum { ROW_ENTRIES_MAX = 65536 };

struct edge {
	uint32_t target;
	uint16_t class;
};

/* States are numbered by breadth, so those with rows come first, and a state's failure state has a lower number. */
struct state {
	uint32_t first_edge, edge_count;
	uint32_t fail;   /* the state of the longest end of what was read that begins a text */
	uint32_t report; /* this or the nearest failure state where a text ends; 0: none */
	uint32_t first_owner, owner_count;
};

struct sigma_literals {
	enum sigma_place place;
	uint16_t class_of[256]; /* 0: in no text */
	uint32_t classes;       /* and 0 */
	uint32_t rows;          /* states that have one */
	uint32_t *row;          /* rows * classes; anchored: 0 is no transition */
	struct state *states;
	struct edge *edges;
	uint32_t *owners;
};

/* -------------------------------------------------------------------------------------------------------- building */

/* A tree of bytes, in the order of insertion. */
struct node {
	uint32_t child, brother; /* 0: none */
	uint32_t number;         /* by breadth */
	uint32_t owners, last;   /* first and last of the list of owners + 1 */
	uint8_t byte;
};
struct owner {
	uint32_t owner, next; /* + 1 */
};

struct builder {
	struct sigma_literals *l;
	struct node *nodes;
	uint32_t count;
	struct owner *owners;
	uint32_t owner_count;
	uint32_t *order; /* nodes by breadth */
};

static uint32_t child_of(struct builder *b, uint32_t node, uint8_t byte)
{
	uint32_t c = b->nodes[node].child;

	while (c && b->nodes[c].byte != byte)
		c = b->nodes[c].brother;
	if (c)
		return c;
	c = b->count++;
	b->nodes[c] = (struct node){ .byte = byte, .brother = b->nodes[node].child };
	b->nodes[node].child = c;
	return c;
}

static void insert(struct builder *b, const struct sigma_literal *literal)
{
	struct slice text = literal->text;
	uint32_t at = 0;

	for (size_t i = 0; i < text.len; i++)
		at = child_of(b, at, text.ptr[b->l->place == SIGMA_BACK ? text.len - 1 - i : i]);
	b->owners[b->owner_count++] = (struct owner){ .owner = literal->owner };
	if (b->nodes[at].last)
		b->owners[b->nodes[at].last - 1].next = b->owner_count;
	else
		b->nodes[at].owners = b->owner_count;
	b->nodes[at].last = b->owner_count;
}

static void number_by_breadth(struct builder *b)
{
	uint32_t end = 1;

	b->order[0] = 0;
	for (uint32_t i = 0; i < end; i++) {
		b->nodes[b->order[i]].number = i;
		for (uint32_t c = b->nodes[b->order[i]].child; c; c = b->nodes[c].brother)
			b->order[end++] = c;
	}
}

static void give_classes(struct builder *b)
{
	struct sigma_literals *l = b->l;

	l->classes = 1;
	for (uint32_t i = 1; i < b->count; i++)
		if (!l->class_of[b->nodes[i].byte])
			l->class_of[b->nodes[i].byte] = (uint16_t)l->classes++;
}

static void fill_states(struct builder *b)
{
	struct sigma_literals *l = b->l;
	uint32_t edges = 0, owners = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		const struct node *n = &b->nodes[b->order[i]];
		struct state *s = &l->states[i];

		s->first_edge = edges;
		for (uint32_t c = n->child; c; c = b->nodes[c].brother)
			l->edges[edges++] = (struct edge){ b->nodes[c].number, l->class_of[b->nodes[c].byte] };
		s->edge_count = edges - s->first_edge;
		s->first_owner = owners;
		for (uint32_t o = n->owners; o; o = b->owners[o - 1].next)
			l->owners[owners++] = b->owners[o - 1].owner;
		s->owner_count = owners - s->first_owner;
	}
}

static uint32_t edge_target(const struct sigma_literals *l, uint32_t state, uint16_t class)
{
	const struct state *s = &l->states[state];

	for (uint32_t e = s->first_edge; e < s->first_edge + s->edge_count; e++)
		if (l->edges[e].class == class)
			return l->edges[e].target;
	return 0;
}

/* Where reading `class` leads from a state, failing back as far as needed. */
static uint32_t follow(const struct sigma_literals *l, uint32_t state, uint16_t class)
{
	for (;;) {
		uint32_t target = edge_target(l, state, class);

		if (target || state == 0)
			return target;
		state = l->states[state].fail;
	}
}

static void find_failures(struct builder *b)
{
	struct sigma_literals *l = b->l;

	for (uint32_t i = 0; i < b->count; i++) {
		struct state *s = &l->states[i];

		for (uint32_t e = s->first_edge; e < s->first_edge + s->edge_count; e++) {
			struct state *t = &l->states[l->edges[e].target];

			if (i > 0 && l->place == SIGMA_ANYWHERE)
				t->fail = follow(l, s->fail, l->edges[e].class);
		}
		s->report = s->owner_count ? i : l->states[s->fail].report;
	}
}

static bool fill_rows(struct builder *b)
{
	struct sigma_literals *l = b->l;

	l->rows = ROW_ENTRIES_MAX / l->classes;
	if (l->rows > b->count)
		l->rows = b->count;
	l->row = calloc((size_t)l->rows * l->classes, sizeof(*l->row));
	if (!l->row)
		return false;
	for (uint32_t i = 0; i < l->rows; i++) {
		const struct state *s = &l->states[i];
		uint32_t *row = l->row + (size_t)i * l->classes;

		if (i > 0 && l->place == SIGMA_ANYWHERE)
			memcpy(row, l->row + (size_t)s->fail * l->classes, l->classes * sizeof(*row));
		for (uint32_t e = s->first_edge; e < s->first_edge + s->edge_count; e++)
			row[l->edges[e].class] = l->edges[e].target;
	}
	return true;
}

static bool build(struct builder *b, const struct sigma_literal *list, size_t count)
{
	struct sigma_literals *l = b->l;

	b->count = 1;
	for (size_t i = 0; i < count; i++)
		insert(b, &list[i]);
	b->order = calloc(b->count, sizeof(*b->order));
	l->states = calloc(b->count, sizeof(*l->states));
	l->edges = calloc(b->count, sizeof(*l->edges));
	l->owners = calloc(count ? count : 1, sizeof(*l->owners));
	if (!b->order || !l->states || !l->edges || !l->owners)
		return false;
	give_classes(b);
	number_by_breadth(b);
	fill_states(b);
	find_failures(b);
	return fill_rows(b);
}

struct sigma_literals *sigma_literals_new(const struct sigma_literal *list, size_t count, enum sigma_place place)
{
	struct builder b = { .l = calloc(1, sizeof(struct sigma_literals)) };
	size_t bytes = 1;
	bool built;

	if (!b.l)
		return NULL;
	b.l->place = place;
	for (size_t i = 0; i < count; i++)
		bytes += list[i].text.len;
	b.nodes = calloc(bytes, sizeof(*b.nodes));
	b.owners = calloc(count ? count : 1, sizeof(*b.owners));
	built = bytes < UINT32_MAX && b.nodes && b.owners && build(&b, list, count);
	free(b.nodes);
	free(b.owners);
	free(b.order);
	if (built)
		return b.l;
	sigma_literals_free(b.l);
	return NULL;
}

void sigma_literals_free(struct sigma_literals *l)
{
	if (!l)
		return;
	free(l->row);
	free(l->states);
	free(l->edges);
	free(l->owners);
	free(l);
}

/* --------------------------------------------------------------------------------------------------------- reading */

static void report(const struct sigma_literals *l, uint32_t state, sigma_literal_found found, void *arg)
{
	const struct state *s = &l->states[state];

	for (uint32_t o = 0; o < s->owner_count; o++)
		found(arg, l->owners[s->first_owner + o]);
}

static inline uint32_t step(const struct sigma_literals *l, uint32_t state, uint16_t class)
{
	while (state >= l->rows) {
		uint32_t target = edge_target(l, state, class);

		if (target)
			return target;
		state = l->states[state].fail;
	}
	return l->row[(size_t)state * l->classes + class];
}

static void find_anywhere(const struct sigma_literals *l, struct slice text, sigma_literal_found found, void *arg)
{
	uint32_t state = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint16_t class = l->class_of[text.ptr[i]];

		state = class ? step(l, state, class) : 0;
		for (uint32_t r = l->states[state].report; r; r = l->states[l->states[r].fail].report)
			report(l, r, found, arg);
	}
}

static void find_anchored(const struct sigma_literals *l, struct slice text, sigma_literal_found found, void *arg)
{
	uint32_t state = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint16_t class = l->class_of[text.ptr[l->place == SIGMA_BACK ? text.len - 1 - i : i]];

		if (class)
			state =
			    state < l->rows ? l->row[(size_t)state * l->classes + class] : edge_target(l, state, class);
		if (!class || !state)
			return;
		report(l, state, found, arg);
	}
}

void sigma_literals_find(const struct sigma_literals *l, struct slice text, sigma_literal_found found, void *arg)
{
	if (l->place == SIGMA_ANYWHERE)
		find_anywhere(l, text, found, arg);
	else
		find_anchored(l, text, found, arg);
}
