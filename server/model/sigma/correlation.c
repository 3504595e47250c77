#include "server/model/sigma/correlation.h"

#include <math.h>

#include "lib/arena.h"
#include "lib/json_write.h"
#include "lib/siphash.h"
#include "server/model/sigma/correlation_draft.h"
#include "server/model/sigma/set.h"

/* A value longer than this stands in keys and groups by its beginning and its hash. */
enum { VALUE_MAX = 256, VALUE_BEGINNING = 200 };

/* One rule of one correlation's list, seen from that rule. */
struct use {
	uint32_t correlation, rule_no;
	const struct sigma_taken *taken;
};

struct plan {
	const char **group; /* names as written, in the order written */
	struct slice *keys; /* the same as JSON, with the colon: "inside.ip": */
	size_t group_count, value_count;
};

struct sigma_correlations {
	struct sigma_correlation *items;
	struct plan *plans;
	size_t count;
	struct use *uses;
	uint32_t *first_use; /* by rule: uses[first_use[r]] .. uses[first_use[r + 1] - 1] */
};

struct sigma_hits_memory {
	struct sigma_hit *items;
	size_t count, room;
	struct buffer groups; /* JSON; while hits are added, a hit's group.ptr is NULL and its place is in `starts` */
	size_t *starts;
	struct buffer key;
	struct buffer value;
	struct arena decoded;
	struct json_token tokens[2 * SIGMA_GROUP_FIELDS_MAX + 1];
};

/* Not a secret: the same in every installation, so that state survives. */
static const uint8_t hash_key[16] = { 'h', 'i', 'n', 'o', 'm', 'i', '.', 's', 'i', 'g', 'm', 'a', '.', 'k', 'e', 'y' };

static uint64_t hash_of(const struct buffer *b)
{
	return siphash24(hash_key, buffer_slice(b));
}

/* Length in front, so that neighbours cannot be mistaken for one another. */
static void put_part(struct buffer *b, struct slice s)
{
	buffer_put_be32(b, (uint32_t)s.len);
	buffer_put_slice(b, s);
}

/* ------------------------------------------------------------------------------------------------- building: hashes */

static void put_node(struct buffer *b, const struct yaml_node *n)
{
	buffer_put_byte(b, (uint8_t)n->kind);
	buffer_put_byte(b, n->plain);
	put_part(b, n->key);
	put_part(b, n->text);
	buffer_put_be32(b, (uint32_t)n->count);
	for (const struct yaml_node *c = n->first; c; c = c->next)
		put_node(b, c);
}

/* What a document says about which events it is for. */
static uint64_t content_hash(const struct sigma_draft *d, struct buffer *scratch)
{
	const struct yaml_node *source = yaml_node_member(d->document, "logsource");

	buffer_clear(scratch);
	if (source)
		put_node(scratch, source);
	put_node(scratch, d->body);
	return hash_of(scratch);
}

/* content[i]: of the detection with index i, with the filters that are laid upon it. */
static bool hash_contents(const struct sigma_build *b, uint64_t *content)
{
	struct buffer scratch = { 0 };
	bool fine;

	for (size_t i = 0; i < b->draft_count; i++) {
		const struct sigma_draft *d = b->drafts[i];
		uint64_t hash;

		if (d->file->bad || d->kind == SIGMA_DRAFT_CORRELATION)
			continue;
		hash = content_hash(d, &scratch);
		if (d->kind == SIGMA_DRAFT_DETECTION)
			content[d->index] += hash;
		/* Filters are added, so that their order does not matter. */
		for (size_t k = 0; d->kind == SIGMA_DRAFT_FILTER && k < d->reference_count; k++)
			if (d->references[k]->index != SIZE_MAX)
				content[d->references[k]->index] += hash;
	}
	fine = !scratch.failed;
	buffer_release(&scratch);
	return fine;
}

static uint64_t definition_of(const struct sigma_draft *d, const uint64_t *content, struct buffer *scratch)
{
	const struct sigma_correlation_draft *p = d->parsed;
	const struct yaml_node *aliases = yaml_node_member(d->body, "aliases");

	buffer_clear(scratch);
	put_part(scratch, slice_of_string(d->rule.uid));
	buffer_put_byte(scratch, (uint8_t)p->read.type);
	for (size_t i = 0; i < d->reference_count; i++)
		buffer_put_be64(scratch, content[d->references[i]->index]);
	for (size_t i = 0; i < p->group_count; i++)
		put_part(scratch, p->group[i]);
	buffer_put_byte(scratch, 0xff);
	for (size_t i = 0; i < p->value_count; i++)
		put_part(scratch, p->values[i]);
	if (aliases)
		put_node(scratch, aliases);
	return hash_of(scratch);
}

/* -------------------------------------------------------------------------------------------------- building: tables
 */

static bool is_left(const struct sigma_draft *d)
{
	return d->kind == SIGMA_DRAFT_CORRELATION && d->index != SIZE_MAX;
}

static bool take_plan(struct pool *pool, struct plan *plan, const struct sigma_correlation_draft *p)
{
	struct buffer key = { 0 };
	bool fine;

	plan->group_count = p->group_count;
	plan->value_count = p->value_count;
	plan->group = pool_take_array(pool, p->group_count + 1, sizeof *plan->group);
	plan->keys = pool_take_array(pool, p->group_count + 1, sizeof *plan->keys);
	fine = plan->group && plan->keys;
	for (size_t i = 0; fine && i < p->group_count; i++) {
		const char *kept;

		buffer_clear(&key);
		json_escape(&key, p->group[i]);
		buffer_put_byte(&key, ':');
		plan->group[i] = pool_string(pool, p->group[i]);
		kept = pool_string(pool, buffer_slice(&key));
		fine = plan->group[i] && kept && !key.failed;
		plan->keys[i] = slice_of_string(kept);
	}
	buffer_release(&key);
	return fine;
}

/* Behind those that it names. There are no circles, and chains are short. */
static bool add_correlation(struct sigma_build *b, struct sigma_correlations *all, struct sigma_draft *d,
			    uint64_t *content, struct buffer *scratch)
{
	struct sigma_correlation_draft *p = d->parsed;
	struct sigma_correlation *c;

	if (p->visited)
		return true;
	p->visited = true;
	for (size_t i = 0; i < d->reference_count; i++)
		if (d->references[i]->kind == SIGMA_DRAFT_CORRELATION &&
		    !add_correlation(b, all, d->references[i], content, scratch))
			return false;
	c = &all->items[all->count];
	*c = p->read;
	c->rule = d->index;
	c->rule_count = d->reference_count;
	for (size_t i = 0; i < d->reference_count; i++)
		c->rules[i] = d->references[i]->index;
	c->definition = content[d->index] = definition_of(d, content, scratch);
	return take_plan(&b->set->memory, &all->plans[all->count++], p) && !scratch->failed;
}

static bool add_correlations(struct sigma_build *b, struct sigma_correlations *all)
{
	uint64_t *content = calloc(b->set->count + 1, sizeof *content);
	struct buffer scratch = { 0 };
	bool fine = content && hash_contents(b, content);

	for (size_t i = 0; i < b->draft_count; i++)
		if (is_left(b->drafts[i]))
			((struct sigma_correlation_draft *)b->drafts[i]->parsed)->visited = false;
	for (size_t i = 0; fine && i < b->draft_count; i++)
		if (is_left(b->drafts[i]))
			fine = add_correlation(b, all, b->drafts[i], content, &scratch);
	buffer_release(&scratch);
	free(content);
	return fine;
}

static const struct sigma_draft *draft_of(const struct sigma_build *b, size_t index)
{
	for (size_t i = 0; i < b->draft_count; i++)
		if (b->drafts[i]->index == index && b->drafts[i]->kind == SIGMA_DRAFT_CORRELATION)
			return b->drafts[i];
	return NULL;
}

/* Counting sort by rule. */
static bool add_uses(struct sigma_build *b, struct sigma_correlations *all)
{
	struct pool *pool = &b->set->memory;
	size_t total = 0;

	for (size_t i = 0; i < all->count; i++)
		total += all->items[i].rule_count;
	all->uses = pool_take_array(pool, total + 1, sizeof *all->uses);
	all->first_use = pool_take_array(pool, b->set->count + 2, sizeof *all->first_use);
	if (!all->uses || !all->first_use)
		return false;
	/* Shifted by two: the second round moves first_use[r + 1] from the beginning of r's uses to their end. */
	for (size_t i = 0; i < all->count; i++)
		for (size_t k = 0; k < all->items[i].rule_count; k++)
			all->first_use[all->items[i].rules[k] + 2]++;
	for (size_t r = 2; r < b->set->count + 2; r++)
		all->first_use[r] += all->first_use[r - 1];
	for (size_t i = 0; i < all->count; i++) {
		const struct sigma_draft *d = draft_of(b, all->items[i].rule);
		const struct sigma_correlation_draft *p = d->parsed;
		struct sigma_taken *taken = pool_take_array(pool, d->reference_count, sizeof *taken);

		if (!taken)
			return false;
		for (size_t k = 0; k < d->reference_count; k++) {
			taken[k] = p->taken[k];
			all->uses[all->first_use[all->items[i].rules[k] + 1]++] =
			    (struct use){ (uint32_t)i, (uint32_t)k, &taken[k] };
		}
	}
	return true;
}

static void judge_standing(struct sigma_build *b)
{
	for (size_t i = 0; i < b->set->count; i++)
		b->set->rules[i].stands_alone = true;
	for (size_t i = 0; i < b->draft_count; i++)
		for (size_t k = 0; is_left(b->drafts[i]) && k < b->drafts[i]->reference_count; k++)
			b->set->rules[b->drafts[i]->references[k]->index].stands_alone = false;
	for (size_t i = 0; i < b->draft_count; i++)
		for (size_t k = 0; is_left(b->drafts[i]) && k < b->drafts[i]->reference_count; k++)
			if (((struct sigma_correlation_draft *)b->drafts[i]->parsed)->generate)
				b->set->rules[b->drafts[i]->references[k]->index].stands_alone = true;
}

int sigma_correlations_finish(struct sigma_build *b)
{
	struct sigma_correlations *all = pool_take(&b->set->memory, sizeof *all);
	size_t count = 0;

	for (size_t i = 0; i < b->draft_count; i++)
		count += is_left(b->drafts[i]);
	if (all) {
		all->items = pool_take_array(&b->set->memory, count + 1, sizeof *all->items);
		all->plans = pool_take_array(&b->set->memory, count + 1, sizeof *all->plans);
	}
	if (!all || !all->items || !all->plans || !add_correlations(b, all) || !add_uses(b, all)) {
		sigma_no_memory(b);
		return -1;
	}
	judge_standing(b);
	b->set->correlations = all;
	return 0;
}

/* All of it is in set->memory. */
void sigma_correlations_free(struct sigma_correlations *c)
{
	(void)c;
}

size_t sigma_set_correlation_count(const struct sigma_set *set)
{
	return set->correlations->count;
}

const struct sigma_correlation *sigma_set_correlation(const struct sigma_set *set, size_t index)
{
	return &set->correlations->items[index];
}

/* ------------------------------------------------------------------------------------------------------------- hits */

struct sigma_hits_memory *sigma_hits_memory_new(void)
{
	return calloc(1, sizeof(struct sigma_hits_memory));
}

void sigma_hits_memory_free(struct sigma_hits_memory *m)
{
	if (!m)
		return;
	free(m->items);
	free(m->starts);
	buffer_release(&m->groups);
	buffer_release(&m->key);
	buffer_release(&m->value);
	arena_release(&m->decoded);
	free(m);
}

static bool make_room(struct sigma_hits_memory *m)
{
	size_t room = m->room ? m->room * 2 : 16;
	struct sigma_hit *items;
	size_t *starts;

	if (m->count < m->room)
		return true;
	items = realloc(m->items, room * sizeof *items);
	if (items)
		m->items = items;
	starts = realloc(m->starts, room * sizeof *starts);
	if (starts)
		m->starts = starts;
	if (!items || !starts)
		return false;
	m->room = room;
	return true;
}

/* A value as it stands in keys and groups, which must be the same for a record and for a firing's group. */
static struct slice in_short(struct sigma_hits_memory *m, struct slice value)
{
	struct slice beginning = { 0 };
	/* PostgreSQL takes no NUL, not even escaped. */
	bool is_text = slice_find(value, 0) == value.len && slice_is_utf8(value);

	if (value.len <= VALUE_MAX && is_text)
		return value;
	if (is_text) {
		beginning = slice_take(value, VALUE_BEGINNING);
		while (beginning.len && (value.ptr[beginning.len] & 0xc0) == 0x80)
			beginning.len--;
	}
	buffer_clear(&m->value);
	buffer_put_slice(&m->value, beginning);
	buffer_printf(&m->value, "~%016llx", (unsigned long long)siphash24(hash_key, value));
	return buffer_slice(&m->value);
}

/* Where values come from: a record, or the group of a firing. */
struct origin {
	const struct sigma_set *set;
	struct sigma_scratch *scratch;
	const struct sigma_record *record; /* NULL: a firing */
	struct slice group[SIGMA_GROUP_FIELDS_MAX];
	size_t group_count;
};

/* The first of a list. Null is as absent. */
static bool value_at(const struct origin *o, const struct sigma_taken *taken, size_t at, struct sigma_value *out)
{
	struct sigma_values values;

	if (!o->record) {
		if (taken->places[at] >= o->group_count)
			return false;
		*out = (struct sigma_value){ SIGMA_VALUE_STRING, o->group[taken->places[at]] };
		return true;
	}
	values = sigma_slot_values(o->set, o->scratch, o->record, taken->slots[at]);
	if (!values.count || values.items[0].kind == SIGMA_VALUE_NULL || values.items[0].kind == SIGMA_VALUE_OBJECT)
		return false;
	*out = values.items[0];
	return true;
}

/* What is counted or summed. False: the hit does not count. */
static bool take_values(const struct origin *o, const struct sigma_correlation *c, const struct plan *plan,
			const struct sigma_taken *taken, struct sigma_hit *hit)
{
	struct sigma_hits_memory *m = o->scratch->hits;
	struct sigma_value value;

	if (c->type != SIGMA_VALUE_COUNT)
		return !plan->value_count ||
		       (value_at(o, taken, plan->group_count, &value) && sigma_value_number(&value, &hit->number) &&
			!(c->type == SIGMA_VALUE_SUM && hit->number < 0));
	buffer_clear(&m->key);
	for (size_t i = 0; i < plan->value_count; i++) {
		if (!value_at(o, taken, plan->group_count + i, &value))
			return false;
		put_part(&m->key, value.text);
	}
	hit->value_key = (int64_t)hash_of(&m->key);
	hit->value_key += hit->value_key == 0;
	return !m->key.failed;
}

static bool take_group(const struct origin *o, const struct sigma_correlation *c, const struct plan *plan,
		       const struct sigma_taken *taken, struct sigma_hit *hit)
{
	struct sigma_hits_memory *m = o->scratch->hits;
	struct sigma_value value;

	buffer_clear(&m->key);
	buffer_put_be64(&m->key, c->definition);
	buffer_put_byte(&m->groups, '{');
	for (size_t i = 0; i < plan->group_count; i++) {
		struct slice text;

		if (!value_at(o, taken, i, &value))
			return false;
		text = in_short(m, value.text);
		put_part(&m->key, text);
		if (i)
			buffer_put_byte(&m->groups, ',');
		buffer_put_slice(&m->groups, plan->keys[i]);
		json_escape(&m->groups, text);
	}
	buffer_put_byte(&m->groups, '}');
	hit->state_key = (int64_t)hash_of(&m->key);
	hit->state_key += hit->state_key == 0;
	return !m->key.failed && !m->value.failed && !m->groups.failed;
}

/* A record that matches several of the rules is one event, unless it matters which rule. */
static bool is_counted(const struct sigma_hits_memory *m, const struct sigma_correlation *c,
		       const struct sigma_hit *hit)
{
	if (c->type == SIGMA_TEMPORAL || c->type == SIGMA_TEMPORAL_ORDERED)
		return false;
	for (size_t i = 0; i < m->count; i++)
		if (m->items[i].correlation == hit->correlation && m->items[i].state_key == hit->state_key &&
		    m->items[i].value_key == hit->value_key)
			return true;
	return false;
}

static void add_hit(const struct origin *o, const struct use *use)
{
	const struct sigma_correlations *all = o->set->correlations;
	const struct sigma_correlation *c = &all->items[use->correlation];
	const struct plan *plan = &all->plans[use->correlation];
	struct sigma_hits_memory *m = o->scratch->hits;
	struct sigma_hit hit = { .correlation = use->correlation, .rule_no = (uint16_t)use->rule_no, .number = NAN };
	size_t start = m->groups.len;

	if (!make_room(m)) {
		o->scratch->limits_hit++;
		return;
	}
	if (!take_values(o, c, plan, use->taken, &hit) || !take_group(o, c, plan, use->taken, &hit) ||
	    is_counted(m, c, &hit)) {
		m->groups.len = start;
		return;
	}
	hit.group.len = m->groups.len - start;
	m->starts[m->count] = start;
	m->items[m->count++] = hit;
}

static void add_hits_of(const struct origin *o, size_t rule)
{
	const struct sigma_correlations *all = o->set->correlations;

	for (uint32_t u = all->first_use[rule]; u < all->first_use[rule + 1]; u++)
		add_hit(o, &all->uses[u]);
}

static void begin(struct sigma_hits_memory *m)
{
	m->count = 0;
	buffer_clear(&m->groups);
}

static void hand_out(struct sigma_hits_memory *m, struct sigma_hits *out)
{
	for (size_t i = 0; i < m->count; i++)
		m->items[i].group.ptr = m->groups.data + m->starts[i];
	*out = (struct sigma_hits){ m->items, m->count };
}

void sigma_hits(const struct sigma_set *set, struct sigma_scratch *scratch, const struct sigma_record *record,
		const struct sigma_matches *matches, struct sigma_hits *out)
{
	const struct origin o = { .set = set, .scratch = scratch, .record = record };

	begin(scratch->hits);
	for (size_t i = 0; i < matches->count; i++)
		add_hits_of(&o, matches->rules[i]);
	hand_out(scratch->hits, out);
}

/* False when the text is not a group of this correlation. */
static bool read_group(struct origin *o, const struct plan *plan, struct slice text)
{
	struct sigma_hits_memory *m = o->scratch->hits;
	struct json_reader r = { .tokens = m->tokens, .capacity = ARRAY_LEN(m->tokens) };

	if (!arena_reset(&m->decoded, text.len) || json_read(&r, text) != JSON_OK ||
	    !json_read_is(&r, 0, JSON_KIND_OBJECT))
		return false;
	for (o->group_count = 0; o->group_count < plan->group_count; o->group_count++) {
		uint32_t i = json_read_member(&r, 0, slice_of_string(plan->group[o->group_count]));

		if (!json_read_is(&r, i, JSON_KIND_STRING) ||
		    !json_read_string(&r, i, &m->decoded, &o->group[o->group_count]))
			return false;
	}
	return true;
}

void sigma_hits_of_firing(const struct sigma_set *set, struct sigma_scratch *scratch, size_t inner, struct slice group,
			  struct sigma_hits *out)
{
	struct origin o = { .set = set, .scratch = scratch };

	begin(scratch->hits);
	if (read_group(&o, &set->correlations->plans[inner], group))
		add_hits_of(&o, set->correlations->items[inner].rule);
	hand_out(scratch->hits, out);
}

time_us sigma_moment_time(const struct sigma_correlation *outer, const struct sigma_correlation *inner, time_us moment)
{
	time_us into = moment % inner->timespan;

	if (outer->type == SIGMA_TEMPORAL || outer->type == SIGMA_TEMPORAL_ORDERED)
		return moment;
	if (into < 0)
		into += inner->timespan;
	return moment < INT64_MIN + into ? INT64_MIN : moment - into;
}
