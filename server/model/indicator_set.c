#include "server/model/indicator_set.h"

#include "lib/siphash.h"

#include <stdlib.h>

/* Hashes alone are searched, what they stand for lies beside: a miss, which is nearly every look-up, touches one line
 * of the cache. Linear probing, at most MOST_FULL of a table in use. SHARDS tables, so that one that grows needs little
 * beside what it had, and the rest of the set stands still meanwhile. */
enum {
	SHARDS = 256,
	FIRST_ROOM = 16,
	LABELS_MAX = 128, /* of a name; more than 253 bytes can hold */
	PREFIXES = 129,
	KEY_HEAD = 2, /* kind and prefix, before the key */
};
#define HOUR        (3600 * US_PER_SECOND)
#define HOURS_END   0xFFFFFF /* of 24 bits; as an end: none */
#define ID_MOST     (((int64_t)1 << 40) - 1)
#define MOST_FULL   17 /* of 20 */
#define GROWTH_PART 4  /* a full table grows by a quarter */

struct stands_for {
	uint32_t id_low;
	uint32_t from_check; /* hours since 1970; 8 bits of the second hash on top */
	uint32_t until_id;   /* hours since 1970; 8 bits of the id on top */
};

struct shard {
	uint64_t *hashes; /* 0: free */
	struct stands_for *values;
	uint32_t room, count;
};

struct indicator_set {
	uint8_t secret[16];
	uint64_t check_key;
	size_t count;
	/* How many there are by prefix length of networks and by labels of names: what need not be looked up. */
	uint32_t by_prefix[PREFIXES];
	uint32_t by_labels[LABELS_MAX + 1];
	uint32_t urls, file_hashes;
	/* Those that by_prefix has, longest first. */
	uint8_t prefixes[PREFIXES];
	unsigned prefix_count;
	struct shard shards[SHARDS];
};

/* What is hashed: kind, prefix, key. */
struct hashed {
	uint8_t bytes[KEY_HEAD + INDICATOR_KEY_MAX];
	size_t len;
};

struct place {
	uint64_t hash;
	uint8_t check;
};

struct indicator_set *indicator_set_new(const uint8_t secret[16])
{
	struct indicator_set *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	memcpy(s->secret, secret, sizeof(s->secret));
	s->check_key = siphash24(secret, SLICE_LITERAL("check"));
	return s;
}

void indicator_set_free(struct indicator_set *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < SHARDS; i++) {
		free(s->shards[i].hashes);
		free(s->shards[i].values);
	}
	free(s);
}

size_t indicator_set_count(const struct indicator_set *s)
{
	return s->count;
}

size_t indicator_set_memory(const struct indicator_set *s)
{
	size_t n = sizeof(*s);

	for (size_t i = 0; i < SHARDS; i++)
		n += s->shards[i].room * (sizeof(uint64_t) + sizeof(struct stands_for));
	return n;
}

/* -------------------------------------------------------------------------------------------------------- hashing */

static void hashed_start(struct hashed *h, const struct indicator_key *key, unsigned prefix)
{
	h->bytes[0] = (uint8_t)key->kind;
	h->bytes[1] = (uint8_t)prefix;
	h->len = KEY_HEAD + (size_t)key->len;
	memcpy(h->bytes + KEY_HEAD, key->bytes, key->len);
}

static uint64_t hash_of(const struct indicator_set *s, const struct hashed *h)
{
	uint64_t hash = siphash24(s->secret, slice_of(h->bytes, h->len));

	return hash ? hash : 1;
}

/* FNV-1a, started from a secret: not good by itself, but independent of the other. Asked for on a hit only. */
static uint8_t check_of(const struct indicator_set *s, const struct hashed *h)
{
	uint64_t v = s->check_key;

	for (size_t i = 0; i < h->len; i++)
		v = (v ^ h->bytes[i]) * 0x100000001B3u;
	return (uint8_t)(v >> 56 ^ v >> 32 ^ v);
}

static const struct shard *shard_of(const struct indicator_set *s, uint64_t hash)
{
	return &s->shards[hash & (SHARDS - 1)];
}

/* Where a hash would like to be: its upper half, scaled. */
static uint32_t home_of(const struct shard *t, uint64_t hash)
{
	return (uint32_t)((hash >> 32) * t->room >> 32);
}

static uint32_t after(const struct shard *t, uint32_t at)
{
	return at + 1 < t->room ? at + 1 : 0;
}

/* ---------------------------------------------------------------------------------------------------------- values */

static uint32_t hours_down(time_us t)
{
	if (t < 0)
		return 0;
	return t / HOUR < HOURS_END ? (uint32_t)(t / HOUR) : HOURS_END;
}

static uint32_t hours_up(time_us t)
{
	return hours_down(t < INT64_MAX - HOUR ? t + HOUR - 1 : t);
}

static struct stands_for value_of(int64_t id, uint8_t check, time_us from, time_us until)
{
	return (struct stands_for){
		.id_low = (uint32_t)id,
		.from_check = hours_down(from) | (uint32_t)check << 24,
		.until_id = (until == TIME_NONE ? HOURS_END : hours_up(until)) | (uint32_t)(id >> 32) << 24,
	};
}

static int64_t id_of(const struct stands_for *v)
{
	return (int64_t)v->id_low | (int64_t)(v->until_id >> 24) << 32;
}

static uint8_t check_in(const struct stands_for *v)
{
	return (uint8_t)(v->from_check >> 24);
}

static bool is_valid_at(const struct stands_for *v, uint32_t hour)
{
	uint32_t until = v->until_id & HOURS_END;

	return (v->from_check & HOURS_END) <= hour && (until == HOURS_END || hour < until);
}

/* --------------------------------------------------------------------------------------------------------- tables */

static void place_at(struct shard *t, uint64_t hash, struct stands_for value)
{
	uint32_t at = home_of(t, hash);

	while (t->hashes[at])
		at = after(t, at);
	t->hashes[at] = hash;
	t->values[at] = value;
	t->count++;
}

static int grow(struct shard *t, struct err *why)
{
	uint32_t room = t->room ? t->room + t->room / GROWTH_PART : FIRST_ROOM;
	struct shard bigger = { .room = room };

	bigger.hashes = room > t->room ? calloc(room, sizeof(*bigger.hashes)) : NULL;
	bigger.values = room > t->room ? malloc(room * sizeof(*bigger.values)) : NULL;
	if (!bigger.hashes || !bigger.values) {
		free(bigger.hashes);
		free(bigger.values);
		return err_set(why, ERR_NOMEM, "no memory for more indicators");
	}
	for (uint32_t i = 0; i < t->room; i++)
		if (t->hashes[i])
			place_at(&bigger, t->hashes[i], t->values[i]);
	free(t->hashes);
	free(t->values);
	*t = bigger;
	return 0;
}

/* The entry of this thing and indicator; UINT32_MAX: none. */
static uint32_t entry_of(const struct shard *t, struct place p, int64_t id)
{
	if (!t->room)
		return UINT32_MAX;
	for (uint32_t at = home_of(t, p.hash); t->hashes[at]; at = after(t, at))
		if (t->hashes[at] == p.hash && check_in(&t->values[at]) == p.check && id_of(&t->values[at]) == id)
			return at;
	return UINT32_MAX;
}

/* Entries behind move up, so that no search ends early. */
static void take_out(struct shard *t, uint32_t hole)
{
	for (uint32_t at = after(t, hole); t->hashes[at]; at = after(t, at)) {
		uint32_t home = home_of(t, t->hashes[at]);
		bool stays = hole < at ? home > hole && home <= at : home > hole || home <= at;

		if (stays)
			continue;
		t->hashes[hole] = t->hashes[at];
		t->values[hole] = t->values[at];
		hole = at;
	}
	t->hashes[hole] = 0;
	t->count--;
}

static unsigned labels_of(const struct indicator_key *k)
{
	unsigned n = 0;

	for (size_t i = 0; i < k->len; i++)
		n += k->bytes[i] == '.';
	return n < LABELS_MAX ? n : LABELS_MAX;
}

static uint32_t *counter_of(struct indicator_set *s, const struct indicator_key *k)
{
	switch (k->kind) {
	case INDICATOR_IP:
		return &s->by_prefix[k->prefix < PREFIXES ? k->prefix : PREFIXES - 1];
	case INDICATOR_DOMAIN:
		return &s->by_labels[labels_of(k)];
	case INDICATOR_URL:
		return &s->urls;
	case INDICATOR_HASH:
		break;
	}
	return &s->file_hashes;
}

static void list_prefixes(struct indicator_set *s)
{
	s->prefix_count = 0;
	for (unsigned prefix = PREFIXES; prefix-- > 0;)
		if (s->by_prefix[prefix])
			s->prefixes[s->prefix_count++] = (uint8_t)prefix;
}

static void count(struct indicator_set *s, const struct indicator_key *k, int more)
{
	uint32_t *counter = counter_of(s, k);

	s->count = more > 0 ? s->count + 1 : s->count - 1;
	*counter = more > 0 ? *counter + 1 : *counter - 1;
	if (k->kind == INDICATOR_IP && *counter <= 1)
		list_prefixes(s);
}

static struct place place_of(const struct indicator_set *s, const struct indicator_key *key)
{
	struct hashed h;

	hashed_start(&h, key, key->prefix);
	return (struct place){ hash_of(s, &h), check_of(s, &h) };
}

int indicator_set_put(struct indicator_set *s, const struct indicator_key *key, int64_t indicator_id,
		      time_us valid_from, time_us valid_until, struct err *why)
{
	struct place p = place_of(s, key);
	struct shard *t = &s->shards[p.hash & (SHARDS - 1)];
	struct stands_for value = value_of(indicator_id, p.check, valid_from, valid_until);
	uint32_t at = entry_of(t, p, indicator_id);

	if (indicator_id < 1 || indicator_id > ID_MOST)
		return err_set(why, ERR_LIMIT, "indicator id %lld is beyond what is kept in memory",
			       (long long)indicator_id);
	if (at != UINT32_MAX) {
		t->values[at] = value;
		return 0;
	}
	if ((uint64_t)(t->count + 1) * 20 > (uint64_t)t->room * MOST_FULL && grow(t, why) != 0)
		return -1;
	place_at(t, p.hash, value);
	count(s, key, 1);
	return 0;
}

void indicator_set_remove(struct indicator_set *s, const struct indicator_key *key, int64_t indicator_id)
{
	struct place p = place_of(s, key);
	struct shard *t = &s->shards[p.hash & (SHARDS - 1)];
	uint32_t at = entry_of(t, p, indicator_id);

	if (at == UINT32_MAX)
		return;
	take_out(t, at);
	count(s, key, -1);
}

/* -------------------------------------------------------------------------------------------------------- look-up */

/* What an observable is asked for: itself, networks around it, names above it. All hashes first, and what they lead to
 * is fetched meanwhile: a look-up is little more than waiting for memory. */
struct probe {
	uint64_t hash;
	uint16_t len;
	uint8_t prefix;
};

enum { PROBES_MAX = 8 };
struct asking {
	const struct indicator_set *set;
	struct hashed hashed; /* the longest of them; shorter ones are its beginning, networks are masked */
	uint32_t hour;
	int64_t best; /* lowest so far; 0: none */
	struct probe probes[PROBES_MAX];
	unsigned count;
};

static void mask(uint8_t *bytes, unsigned prefix)
{
	if (prefix % 8)
		bytes[prefix / 8] &= (uint8_t)(0xFF << (8 - prefix % 8));
	for (unsigned i = (prefix + 7) / 8; i < 16; i++)
		bytes[i] = 0;
}

/* Only when the hash is there: whether it is the same thing, as far as the second hash can tell. */
static bool is_the_same(const struct asking *a, const struct probe *p, uint8_t check)
{
	struct hashed h = { .len = p->len };

	memcpy(h.bytes, a->hashed.bytes, p->len);
	if (h.bytes[0] == INDICATOR_IP) {
		h.bytes[1] = p->prefix;
		mask(h.bytes + KEY_HEAD, p->prefix);
	}
	return check_of(a->set, &h) == check;
}

static void look_up(struct asking *a, const struct probe *p)
{
	const struct shard *t = shard_of(a->set, p->hash);

	if (!t->room)
		return;
	for (uint32_t at = home_of(t, p->hash); t->hashes[at]; at = after(t, at)) {
		const struct stands_for *v = &t->values[at];

		if (t->hashes[at] == p->hash && is_valid_at(v, a->hour) && (!a->best || id_of(v) < a->best) &&
		    is_the_same(a, p, check_in(v)))
			a->best = id_of(v);
	}
}

static void look_all_up(struct asking *a)
{
	for (unsigned i = 0; i < a->count; i++)
		look_up(a, &a->probes[i]);
	a->count = 0;
}

/* Asks for what `h` holds now. */
static void ask(struct asking *a, const struct hashed *h)
{
	uint64_t hash = hash_of(a->set, h);
	const struct shard *t = shard_of(a->set, hash);

	if (t->room)
		__builtin_prefetch(&t->hashes[home_of(t, hash)]);
	a->probes[a->count++] = (struct probe){ hash, (uint16_t)h->len, h->bytes[1] };
	if (a->count == PROBES_MAX)
		look_all_up(a);
}

static void ask_networks(struct asking *a)
{
	struct hashed h = a->hashed;

	for (unsigned i = 0; i < a->set->prefix_count; i++) {
		unsigned prefix = a->set->prefixes[i];

		if (prefix > h.bytes[1])
			continue;
		h.bytes[1] = (uint8_t)prefix;
		mask(h.bytes + KEY_HEAD, prefix);
		ask(a, &h);
	}
}

static void ask_names(struct asking *a)
{
	struct hashed *h = &a->hashed;
	size_t whole = h->len;
	unsigned labels = 0;

	for (size_t i = KEY_HEAD; i < whole; i++) {
		if (h->bytes[i] != '.')
			continue;
		labels += labels < LABELS_MAX;
		if (!a->set->by_labels[labels])
			continue;
		h->len = i + 1;
		ask(a, h);
	}
	h->len = whole;
}

int64_t indicator_set_find(const struct indicator_set *s, const struct indicator_key *observable, time_us at)
{
	struct asking a;

	a.set = s;
	a.hour = hours_down(at);
	a.best = 0;
	a.count = 0;
	hashed_start(&a.hashed, observable, observable->prefix);
	switch (observable->kind) {
	case INDICATOR_IP:
		ask_networks(&a);
		break;
	case INDICATOR_DOMAIN:
		ask_names(&a);
		break;
	case INDICATOR_URL:
	case INDICATOR_HASH:
		if (observable->kind == INDICATOR_URL ? s->urls : s->file_hashes)
			ask(&a, &a.hashed);
		break;
	}
	look_all_up(&a);
	return a.best;
}
