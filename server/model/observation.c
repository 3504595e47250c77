#include "server/model/observation.h"

#include "lib/buffer.h"

#include "lib/random.h"
#include "lib/siphash.h"

#include <stdlib.h>

enum {
	TABLE_FIRST = 256, /* a power of two */
	TIMES_FIRST = 4,
	CONTACT_KEY_MAX = 1 + 16 + 2 + CONTACT_NAME_SIZE,
};
/* An entry's key is in `keys`: of an observable its kind and bytes; of a contact family, address, port, destination. */
struct entry {
	uint64_t hash;
	size_t key;
	uint32_t key_len;
	bool is_contact;
	time_us first, last;
	int64_t contacts;
	/* Of a contact. */
	uint16_t times_count, times_room;
	time_us *times;
	int64_t *bytes;
};

struct observation {
	uint8_t secret[16];
	struct entry *entries;
	size_t count, room, contact_count;
	uint32_t *table; /* index + 1 of an entry; 0: free */
	size_t table_size;
	struct buffer keys;
	uint64_t lost;
	uint32_t *order; /* by observation_sort(): indices of the observables, then of the contacts */
};

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for observables");
}

struct observation *observation_new(void)
{
	struct observation *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	random_bytes(o->secret, sizeof(o->secret));
	return o;
}

void observation_clear(struct observation *o)
{
	for (size_t i = 0; i < o->count; i++) {
		free(o->entries[i].times);
		free(o->entries[i].bytes);
	}
	o->count = o->contact_count = 0;
	o->lost = 0;
	buffer_clear(&o->keys);
	if (o->table)
		memset(o->table, 0, o->table_size * sizeof(*o->table));
}

void observation_free(struct observation *o)
{
	if (!o)
		return;
	observation_clear(o);
	free(o->entries);
	free(o->table);
	free(o->order);
	buffer_release(&o->keys);
	free(o);
}

bool observation_is_empty(const struct observation *o)
{
	return o->count == 0 && o->lost == 0;
}

uint64_t observation_lost(const struct observation *o)
{
	return o->lost;
}

void observation_add_lost(struct observation *o, uint64_t lost)
{
	o->lost += lost;
}

/* ------------------------------------------------------------------------------------------------------ the table */

static struct slice key_of(const struct observation *o, const struct entry *e)
{
	return slice_of(o->keys.data + e->key, e->key_len);
}

/* The place of the key, or the free place where it belongs. */
static uint32_t *place(const struct observation *o, uint64_t hash, bool is_contact, struct slice key)
{
	size_t mask = o->table_size - 1, at = hash & mask;

	while (o->table[at]) {
		const struct entry *e = &o->entries[o->table[at] - 1];

		if (e->hash == hash && e->is_contact == is_contact && slice_equal(key_of(o, e), key))
			break;
		at = (at + 1) & mask;
	}
	return &o->table[at];
}

/* Keeps the table at most half full. */
static int grow(struct observation *o, struct err *why)
{
	size_t size = o->table_size ? 2 * o->table_size : TABLE_FIRST, room = size / 2;
	struct entry *entries = realloc(o->entries, room * sizeof(*entries));
	uint32_t *table;

	if (!entries)
		return no_memory(why);
	o->entries = entries;
	table = calloc(size, sizeof(*table));
	if (!table)
		return no_memory(why);
	for (size_t i = 0; i < o->count; i++) {
		size_t at = entries[i].hash & (size - 1);

		while (table[at])
			at = (at + 1) & (size - 1);
		table[at] = (uint32_t)i + 1;
	}
	free(o->table);
	o->table = table;
	o->table_size = size;
	o->room = room;
	return 0;
}

/* The entry of a key, made when it is not there. *out NULL: there was no room for it. */
static int entry_for(struct observation *o, bool is_contact, struct slice key, struct entry **out, struct err *why)
{
	uint64_t hash = siphash24(o->secret, key);
	uint32_t *at;

	*out = NULL;
	if (o->count == o->room && o->room < OBSERVATION_ENTRIES_MAX && grow(o, why) != 0)
		return -1;
	at = place(o, hash, is_contact, key);
	if (*at) {
		*out = &o->entries[*at - 1];
		return 0;
	}
	if (o->count == OBSERVATION_ENTRIES_MAX)
		return 0;
	*out = &o->entries[o->count];
	**out = (struct entry){
		.hash = hash,
		.key = o->keys.len,
		.key_len = (uint32_t)key.len,
		.is_contact = is_contact,
		.first = INT64_MAX,
		.last = INT64_MIN,
	};
	buffer_put_slice(&o->keys, key);
	if (o->keys.failed)
		return no_memory(why);
	*at = (uint32_t)++o->count;
	o->contact_count += is_contact;
	return 0;
}

static void widen(struct entry *e, time_us first, time_us last, int64_t contacts)
{
	e->first = first < e->first ? first : e->first;
	e->last = last > e->last ? last : e->last;
	e->contacts += contacts;
	e->contacts = e->contacts < OBSERVATION_COUNT_MAX ? e->contacts : OBSERVATION_COUNT_MAX;
}

/* ---------------------------------------------------------------------------------------------------------- times */

void observation_merge_times(time_us *times, int64_t *bytes, size_t *count, const time_us *more_times,
			     const int64_t *more_bytes, size_t more_count)
{
	time_us merged[OBSERVATION_TIMES_MAX];
	int64_t merged_bytes[OBSERVATION_TIMES_MAX];
	size_t i = *count, j = more_count, free_from = OBSERVATION_TIMES_MAX;

	/* From the newest down. */
	while (free_from > 0 && (i > 0 || j > 0)) {
		bool mine = j == 0 || (i > 0 && times[i - 1] >= more_times[j - 1]);
		bool theirs = i == 0 || (j > 0 && more_times[j - 1] >= times[i - 1]);
		int64_t best = -1;

		free_from--;
		if (mine) {
			merged[free_from] = times[--i];
			best = bytes[i];
		}
		if (theirs) {
			merged[free_from] = more_times[--j];
			best = more_bytes[j] > best ? more_bytes[j] : best;
		}
		merged_bytes[free_from] = best;
	}
	*count = OBSERVATION_TIMES_MAX - free_from;
	memcpy(times, merged + free_from, *count * sizeof(*times));
	memcpy(bytes, merged_bytes + free_from, *count * sizeof(*bytes));
}

static int times_room(struct entry *e, size_t wanted, struct err *why)
{
	size_t room = e->times_room ? e->times_room : TIMES_FIRST;
	time_us *times;
	int64_t *bytes;

	wanted = wanted < OBSERVATION_TIMES_MAX ? wanted : OBSERVATION_TIMES_MAX;
	while (room < wanted)
		room *= 2;
	if (room == e->times_room)
		return 0;
	times = realloc(e->times, room * sizeof(*times));
	if (!times)
		return no_memory(why);
	e->times = times;
	bytes = realloc(e->bytes, room * sizeof(*bytes));
	if (!bytes)
		return no_memory(why);
	e->bytes = bytes;
	e->times_room = (uint16_t)room;
	return 0;
}

static int add_times(struct entry *e, const time_us *times, const int64_t *bytes, size_t count, struct err *why)
{
	size_t have = e->times_count;

	if (times_room(e, have + count, why) != 0)
		return -1;
	observation_merge_times(e->times, e->bytes, &have, times, bytes, count);
	e->times_count = (uint16_t)have;
	return 0;
}

/* --------------------------------------------------------------------------------------------------------- adding */

static size_t address_length(const struct address *a)
{
	return a->family == 4 ? 4 : 16;
}

/* Family, address, port, destination. */
static struct slice contact_key(const struct address *inside, int port, struct slice destination,
				uint8_t out[CONTACT_KEY_MAX])
{
	size_t len = 0;

	out[len++] = inside->family;
	memcpy(out + len, inside->bytes, address_length(inside));
	len += address_length(inside);
	out[len++] = (uint8_t)(port >> 8);
	out[len++] = (uint8_t)port;
	memcpy(out + len, destination.ptr, destination.len);
	return slice_of(out, len + destination.len);
}

int observation_put_seen(struct observation *o, const struct observation_seen *seen, struct err *why)
{
	uint8_t key[1 + INDICATOR_KEY_MAX];
	struct entry *e;

	key[0] = (uint8_t)seen->kind;
	memcpy(key + 1, seen->key.ptr, seen->key.len);
	if (entry_for(o, false, slice_of(key, 1 + seen->key.len), &e, why) != 0)
		return -1;
	if (e)
		widen(e, seen->first, seen->last, seen->contacts);
	else
		o->lost += (uint64_t)seen->contacts;
	return 0;
}

int observation_put_contact(struct observation *o, const struct observation_contact *c, struct err *why)
{
	uint8_t bytes[CONTACT_KEY_MAX];
	struct entry *e;

	if (entry_for(o, true, contact_key(&c->inside, c->port, c->destination, bytes), &e, why) != 0)
		return -1;
	if (!e) {
		o->lost += (uint64_t)c->contacts;
		return 0;
	}
	widen(e, c->first, c->last, c->contacts);
	return add_times(e, c->times, c->bytes, c->times_count, why);
}

static int add_contact(struct observation *o, const struct observables *seen, time_us ts, struct err *why)
{
	char address[ADDRESS_TEXT_SIZE];
	struct observation_contact c = {
		.inside = seen->inside,
		.destination = slice_of_string(seen->name),
		.port = seen->port,
		.first = ts,
		.last = ts,
		.contacts = 1,
		.times = &ts,
		.bytes = &seen->bytes,
		.times_count = 1,
	};

	if (!seen->name[0]) {
		address_to_text(&seen->destination, address);
		c.destination = slice_of_string(address);
	}
	return observation_put_contact(o, &c, why);
}

int observation_add(struct observation *o, const struct observables *seen, time_us ts, struct err *why)
{
	if (ts < -OBSERVATION_TIME_MOST || ts > OBSERVATION_TIME_MOST)
		return 0;
	o->lost += seen->lost;
	for (size_t i = 0; i < seen->count; i++) {
		const struct indicator_key *key = &seen->items[i].key;
		const struct observation_seen one = { key->kind, slice_of(key->bytes, key->len), ts, ts, 1 };

		if (observation_put_seen(o, &one, why) != 0)
			return -1;
	}
	if (seen->inside.family == 0)
		return 0;
	return add_contact(o, seen, seen->started == TIME_NONE ? ts : seen->started, why);
}

/* ---------------------------------------------------------------------------------------------------------- order */

/* qsort() hands no context over, so what it compares is brought along. */
struct sorted {
	struct slice key;
	uint32_t index;
	bool is_contact;
};

static int by_key(const void *left, const void *right)
{
	const struct sorted *a = left, *b = right;
	size_t len = a->key.len < b->key.len ? a->key.len : b->key.len;
	int order;

	if (a->is_contact != b->is_contact)
		return a->is_contact ? 1 : -1;
	order = memcmp(a->key.ptr, b->key.ptr, len);
	return order ? order : (a->key.len > b->key.len) - (a->key.len < b->key.len);
}

int observation_sort(struct observation *o, struct err *why)
{
	struct sorted *sorted = calloc(o->count + 1, sizeof(*sorted));
	uint32_t *order = realloc(o->order, (o->count + 1) * sizeof(*order));

	o->order = order ? order : o->order;
	for (size_t i = 0; sorted && i < o->count; i++)
		sorted[i] = (struct sorted){ key_of(o, &o->entries[i]), (uint32_t)i, o->entries[i].is_contact };
	if (sorted && o->count)
		qsort(sorted, o->count, sizeof(*sorted), by_key);
	for (size_t i = 0; sorted && order && i < o->count; i++)
		order[i] = sorted[i].index;
	free(sorted);
	return sorted && order ? 0 : no_memory(why);
}

size_t observation_seen_count(const struct observation *o)
{
	return o->count - o->contact_count;
}

size_t observation_contact_count(const struct observation *o)
{
	return o->contact_count;
}

void observation_seen_at(const struct observation *o, size_t index, struct observation_seen *out)
{
	const struct entry *e = &o->entries[o->order[index]];
	struct slice key = key_of(o, e);

	*out = (struct observation_seen){
		.kind = (enum indicator_kind)key.ptr[0],
		.key = slice_skip(key, 1),
		.first = e->first,
		.last = e->last,
		.contacts = e->contacts,
	};
}

void observation_contact_at(const struct observation *o, size_t index, struct observation_contact *out)
{
	const struct entry *e = &o->entries[o->order[observation_seen_count(o) + index]];
	struct slice key = key_of(o, e);
	size_t address;

	*out = (struct observation_contact){
		.inside.family = key.ptr[0],
		.first = e->first,
		.last = e->last,
		.contacts = e->contacts,
		.times = e->times,
		.bytes = e->bytes,
		.times_count = e->times_count,
	};
	address = address_length(&out->inside);
	memcpy(out->inside.bytes, key.ptr + 1, address);
	out->port = load_be16(key.ptr + 1 + address);
	out->destination = slice_skip(key, 1 + address + 2);
}

int64_t observation_contact_key(const struct observation_contact *c)
{
	static const uint8_t fixed[16] = "hinomi contact 1";
	uint8_t bytes[CONTACT_KEY_MAX];
	int64_t hash = (int64_t)siphash24(fixed, contact_key(&c->inside, c->port, c->destination, bytes));

	return hash ? hash : 1;
}
