#include "server/model/grouping.h"

#include "lib/siphash.h"
#include "server/model/grouping_rule.h"

#include <limits.h>
#include <stdlib.h>

/* The parts of a key, each with its length or its own fixed size, so that no two lists of parts look alike. */
struct parts {
	uint8_t bytes[512];
	size_t len;
};

enum {
	LINK_KEY = 'L',
	CLUSTER_KEY = 'C',
	NAMED_LINK_KEY = 'l',
	NAMED_CLUSTER_KEY = 'c',
	DRILL_KEY = 'D',
	WINDOW_BYTE = 0xFF,
};

static void put(struct parts *p, const void *data, size_t len)
{
	memcpy(p->bytes + p->len, data, len);
	p->len += len;
}

static void put_byte(struct parts *p, uint8_t v)
{
	put(p, &v, 1);
}

static void put_number(struct parts *p, int64_t v)
{
	for (int i = 0; i < 8; i++)
		put_byte(p, (uint8_t)((uint64_t)v >> (8 * i)));
}

static void put_address(struct parts *p, const struct address *a)
{
	put_byte(p, a->family);
	put(p, a->bytes, a->family == 4 ? 4 : a->family == 6 ? 16 : 0);
}

/* Short texts as they are, long ones by their hash. */
static void put_text(struct parts *p, struct slice s)
{
	static const uint8_t key[16] = "hinomi text part";

	if (s.len <= 64) {
		put_byte(p, (uint8_t)s.len);
		if (s.len)
			put(p, s.ptr, s.len);
		return;
	}
	put_byte(p, 0xFF);
	put_number(p, (int64_t)siphash24(key, s));
}

/* What names the signature: its number within the format, else its text. */
static void put_signature(struct parts *p, const struct alert *a)
{
	put_text(p, slice_of_string(a->format));
	put_text(p, a->signature_id.len ? a->signature_id : a->signature);
}

static uint64_t hash_of(const struct parts *p)
{
	static const uint8_t key[16] = "hinomi grouping1";

	return siphash24(key, slice_of(p->bytes, p->len));
}

/* A window of its own makes the key negative and stands in its lowest byte. */
static int64_t key_of(const struct parts *p, uint8_t window_units)
{
	uint64_t v = hash_of(p) & INT64_MAX;

	if (window_units)
		return (int64_t)((v & ~(uint64_t)WINDOW_BYTE) | window_units | (uint64_t)1 << 63);
	return v ? (int64_t)v : 1;
}

time_us grouping_window(int64_t key, time_us fallback)
{
	return key < 0 ? (time_us)((uint64_t)key & WINDOW_BYTE) * GROUPING_WINDOW_UNIT : fallback;
}

int64_t grouping_drill_key(int64_t mute_id)
{
	struct parts p = { .len = 0 };

	put_byte(&p, DRILL_KEY);
	put_number(&p, mute_id);
	return key_of(&p, GROUPING_UNITS_MAX); /* the longest: a drill goes on over nights */
}

/* ---------------------------------------------------------------------------------------------------------- parts */

static const struct address *anchor_of(const struct alert *a)
{
	if (a->direction == DIRECTION_INBOUND || a->direction == DIRECTION_EXTERNAL)
		return &a->attacker;
	return &a->inside;
}

static const struct address *remote_of(const struct alert *a)
{
	static const struct address none;
	const struct endpoint *remote = alert_remote(a);

	return remote ? &remote->ip : &none;
}

static int64_t day_of(time_us ts, int zone)
{
	time_us local = ts + zone * US_PER_SECOND;

	return local / US_PER_DAY - (local % US_PER_DAY < 0);
}

static void put_part(struct parts *p, enum grouping_part part, const struct alert *a, int64_t day)
{
	switch (part) {
	case GROUPING_DIRECTION:
		put_byte(p, (uint8_t)a->direction);
		break;
	case GROUPING_ANCHOR:
		put_address(p, anchor_of(a));
		break;
	case GROUPING_INSIDE_IP:
		put_address(p, &a->inside);
		break;
	case GROUPING_ATTACKER_IP:
		put_address(p, &a->attacker);
		break;
	case GROUPING_REMOTE_IP:
		put_address(p, remote_of(a));
		break;
	case GROUPING_STAGE:
		put_byte(p, (uint8_t)a->stage);
		break;
	case GROUPING_STAGE_OR_SIGNATURE:
		/* A stage alone says too little when there is no host to tie it to. */
		put_byte(p, (uint8_t)a->stage);
		if (a->stage == STAGE_NONE || anchor_of(a)->family == 0)
			put_signature(p, a);
		break;
	case GROUPING_SIGNATURE:
		put_signature(p, a);
		break;
	case GROUPING_CATEGORY:
		put_text(p, a->category);
		break;
	case GROUPING_ENGINE:
		put_byte(p, (uint8_t)a->engine);
		break;
	case GROUPING_DAY:
		put_number(p, day);
		break;
	}
}

static int64_t key_by(const struct grouping_rule *r, const struct alert *a, time_us ts, int zone)
{
	struct parts p = { .len = 0 };

	if (r->is_nameless) {
		put_byte(&p, r->is_link ? LINK_KEY : CLUSTER_KEY);
	} else {
		put_byte(&p, r->is_link ? NAMED_LINK_KEY : NAMED_CLUSTER_KEY);
		put_text(&p, slice_of_string(r->name));
	}
	for (size_t i = 0; i < r->part_count; i++)
		put_part(&p, r->parts[i], a, day_of(ts, zone));
	return key_of(&p, r->window_units);
}

/* ----------------------------------------------------------------------------------------------------- conditions */

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

/* An asterisk stands for any run of characters; case does not matter. */
static bool text_fits(struct slice pattern, struct slice s)
{
	size_t i = 0, k = 0, star = SIZE_MAX, from = 0;

	while (k < s.len) {
		if (i < pattern.len && pattern.ptr[i] == '*') {
			star = i++;
			from = k;
		} else if (i < pattern.len && lower(pattern.ptr[i]) == lower(s.ptr[k])) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			k = ++from;
		} else {
			return false;
		}
	}
	while (i < pattern.len && pattern.ptr[i] == '*')
		i++;
	return i == pattern.len;
}

static bool texts_fit(const struct grouping_texts *t, struct slice s)
{
	if (t->count == 0)
		return true;
	for (size_t i = 0; i < t->count; i++)
		if (text_fits(slice_of_string(t->items[i]), s))
			return true;
	return false;
}

/* A key with a host in it is of no use without the host: it would tie strangers together. */
static bool hosts_are_there(const struct grouping_rule *r, const struct alert *a)
{
	for (size_t i = 0; i < r->part_count; i++) {
		if ((r->parts[i] == GROUPING_INSIDE_IP && a->inside.family == 0) ||
		    (r->parts[i] == GROUPING_ATTACKER_IP && a->attacker.family == 0) ||
		    (r->parts[i] == GROUPING_REMOTE_IP && remote_of(a)->family == 0))
			return false;
	}
	return true;
}

static bool holds(const struct grouping_condition *c, const struct alert *a)
{
	int severity = a->raised && a->raised < a->severity ? a->raised : a->severity;

	return a->score <= c->max_score && (c->directions >> a->direction & 1) && (c->severities >> severity & 1) &&
	       (c->stages >> a->stage & 1) && (c->actions >> a->action & 1) && (c->engines >> a->engine & 1) &&
	       texts_fit(&c->signature_ids, a->signature_id) && texts_fit(&c->signatures, a->signature) &&
	       texts_fit(&c->categories, a->category) && texts_fit(&c->formats, slice_of_string(a->format));
}

static bool fits(const struct grouping_rule *r, const struct alert *a)
{
	size_t i = 0;

	while (i < r->condition_count && !holds(&r->conditions[i], a))
		i++;
	return (i < r->condition_count || r->condition_count == 0) && hosts_are_there(r, a);
}

static const struct grouping_rule *find(const struct grouping *g, bool is_link, const struct alert *a)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->rules[i].is_link == is_link && fits(&g->rules[i], a))
			return &g->rules[i];
	return NULL;
}

void grouping_set_keys(const struct grouping *g, struct alert *a, time_us ts, int zone)
{
	const struct grouping_rule *cluster = a->kind == KIND_UNPARSED ? NULL : find(g, false, a);
	const struct grouping_rule *link = a->kind == KIND_ALERT ? find(g, true, a) : NULL;

	a->cluster_key = cluster ? key_by(cluster, a, ts, zone) : 0;
	a->link_key = link && link->part_count ? key_by(link, a, ts, zone) : 0;
}

const char *grouping_cluster_rule(const struct grouping *g, const struct alert *a)
{
	const struct grouping_rule *r = find(g, false, a);

	return r ? r->name : "";
}

/* ---------------------------------------------------------------------------------------------------------- whole */

void grouping_condition_init(struct grouping_condition *c)
{
	*c = (struct grouping_condition){ .directions = UINT32_MAX,
					  .severities = UINT32_MAX,
					  .stages = UINT32_MAX,
					  .actions = UINT32_MAX,
					  .engines = UINT32_MAX,
					  .max_score = INT_MAX };
}

static void texts_release(struct grouping_texts *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->items[i]);
	free(t->items);
	*t = (struct grouping_texts){ 0 };
}

static void rule_release(struct grouping_rule *r)
{
	for (size_t i = 0; r->conditions && i < r->condition_count; i++) {
		texts_release(&r->conditions[i].signature_ids);
		texts_release(&r->conditions[i].signatures);
		texts_release(&r->conditions[i].categories);
		texts_release(&r->conditions[i].formats);
	}
	free(r->conditions);
}

void grouping_free(struct grouping *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->count; i++)
		rule_release(&g->rules[i]);
	free(g->rules);
	free(g);
}

size_t grouping_rule_count(const struct grouping *g)
{
	return g->count;
}

const char *grouping_rule_name(const struct grouping *g, size_t index)
{
	return g->rules[index].name;
}

static void base_rule(struct grouping_rule *r, const char *name, const enum grouping_part *parts, size_t count)
{
	memcpy(r->name, name, strlen(name) + 1);
	memcpy(r->parts, parts, count * sizeof(*parts));
	r->part_count = count;
	r->is_nameless = true;
}

struct grouping *grouping_base(void)
{
	static const enum grouping_part cluster_parts[] = { GROUPING_DIRECTION, GROUPING_ANCHOR,
							    GROUPING_STAGE_OR_SIGNATURE };
	static const enum grouping_part link_parts[] = { GROUPING_INSIDE_IP, GROUPING_SIGNATURE };
	struct grouping *g = calloc(1, sizeof(*g));

	if (g)
		g->rules = calloc(2, sizeof(*g->rules));
	if (!g || !g->rules) {
		free(g);
		return NULL;
	}
	g->count = 2;
	base_rule(&g->rules[0], GROUPING_BASE_CLUSTER, cluster_parts, ARRAY_LEN(cluster_parts));
	base_rule(&g->rules[1], GROUPING_BASE_LINK, link_parts, ARRAY_LEN(link_parts));
	g->rules[1].is_link = true;
	g->rules[1].conditions = malloc(sizeof(*g->rules[1].conditions));
	if (!g->rules[1].conditions) {
		grouping_free(g);
		return NULL;
	}
	g->rules[1].condition_count = 1;
	grouping_condition_init(&g->rules[1].conditions[0]);
	g->rules[1].conditions[0].directions = 1U << DIRECTION_INBOUND;
	return g;
}
