#include "server/model/warning_list.h"

#include "lib/yaml_tree.h"

#include <stdio.h>
#include <stdlib.h>

enum { LISTS_MAX = 64, LIST_NAME_SIZE = WARNING_LIST_NAME_MAX + 1, ENTRIES_MAX = 1000000 };

/* A network; sorted, and none overlaps another. */
struct home {
	uint8_t first[16], last[16];
	uint8_t list;
};

/* A name or a hash; sorted by kind and key. */
struct thing {
	uint8_t *bytes; /* owned */
	uint16_t len;
	uint8_t kind, list;
	bool below;
};

struct warning_lists {
	char names[LISTS_MAX][LIST_NAME_SIZE];
	size_t name_count;
	struct home *homes;
	size_t home_count, home_room;
	struct thing *things;
	size_t thing_count, thing_room;
};

static const char too_wide[] = "network too wide";
static const char one_label[] = "top-level name";

struct warning_lists *warning_lists_new(void)
{
	return calloc(1, sizeof(struct warning_lists));
}

void warning_lists_free(struct warning_lists *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->thing_count; i++)
		free(w->things[i].bytes);
	free(w->things);
	free(w->homes);
	free(w);
}

size_t warning_lists_count(const struct warning_lists *w)
{
	return w->home_count + w->thing_count;
}

/* -------------------------------------------------------------------------------------------------------- networks */

static void bounds_of(const struct indicator_key *k, uint8_t first[16], uint8_t last[16])
{
	memcpy(first, k->bytes, 16);
	memcpy(last, k->bytes, 16);
	for (unsigned bit = k->prefix; bit < 128; bit++)
		last[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

/* How many networks begin at or before this address. */
static size_t homes_up_to(const struct warning_lists *w, const uint8_t address[16])
{
	size_t low = 0, high = w->home_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(w->homes[middle].first, address, 16) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct home *overlapping(const struct warning_lists *w, const struct indicator_key *k)
{
	uint8_t first[16], last[16];
	size_t n;

	bounds_of(k, first, last);
	n = homes_up_to(w, last);
	return n > 0 && memcmp(w->homes[n - 1].last, first, 16) >= 0 ? &w->homes[n - 1] : NULL;
}

/* Networks lie within one another or apart: the wider one stays. */
static int add_network(struct warning_lists *w, uint8_t list, const struct indicator_key *k, struct err *why)
{
	struct home home = { .list = list };
	const struct home *other = overlapping(w, k);
	size_t at, end;

	bounds_of(k, home.first, home.last);
	if (other && memcmp(other->first, home.first, 16) <= 0 && memcmp(other->last, home.last, 16) >= 0)
		return 0;
	at = homes_up_to(w, home.first);
	while (at > 0 && memcmp(w->homes[at - 1].first, home.first, 16) >= 0)
		at--;
	end = homes_up_to(w, home.last);
	if (w->home_count == w->home_room) {
		size_t room = w->home_room ? 2 * w->home_room : 64;
		struct home *homes = realloc(w->homes, room * sizeof(*homes));

		if (!homes)
			return err_set(why, ERR_NOMEM, "no memory for the warning lists");
		w->homes = homes;
		w->home_room = room;
	}
	memmove(w->homes + at + 1, w->homes + end, (w->home_count - end) * sizeof(home));
	w->homes[at] = home;
	w->home_count = w->home_count + 1 - (end - at);
	return 0;
}

/* ------------------------------------------------------------------------------------------------ names and hashes */

static int compare(const struct thing *t, uint8_t kind, const uint8_t *bytes, size_t len)
{
	int order;

	if (t->kind != kind)
		return t->kind < kind ? -1 : 1;
	order = memcmp(t->bytes, bytes, t->len < len ? t->len : len);
	return order ? order : (t->len > len) - (t->len < len);
}

/* How many are below. */
static size_t things_below(const struct warning_lists *w, uint8_t kind, const uint8_t *bytes, size_t len)
{
	size_t low = 0, high = w->thing_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&w->things[middle], kind, bytes, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct thing *exactly(const struct warning_lists *w, uint8_t kind, const uint8_t *bytes, size_t len)
{
	size_t at = things_below(w, kind, bytes, len);

	return at < w->thing_count && compare(&w->things[at], kind, bytes, len) == 0 ? &w->things[at] : NULL;
}

static int add_thing(struct warning_lists *w, uint8_t list, const struct indicator_key *k, bool below, struct err *why)
{
	struct thing t = { .len = k->len, .kind = (uint8_t)k->kind, .list = list, .below = below };
	size_t at = things_below(w, t.kind, k->bytes, k->len);

	if (at < w->thing_count && compare(&w->things[at], t.kind, k->bytes, k->len) == 0) {
		w->things[at].below = w->things[at].below || below;
		return 0;
	}
	if (w->thing_count == w->thing_room) {
		size_t room = w->thing_room ? 2 * w->thing_room : 64;
		struct thing *things = realloc(w->things, room * sizeof(*things));

		if (!things)
			return err_set(why, ERR_NOMEM, "no memory for the warning lists");
		w->things = things;
		w->thing_room = room;
	}
	t.bytes = malloc(k->len);
	if (!t.bytes)
		return err_set(why, ERR_NOMEM, "no memory for the warning lists");
	memcpy(t.bytes, k->bytes, k->len);
	memmove(w->things + at + 1, w->things + at, (w->thing_count - at) * sizeof(t));
	w->things[at] = t;
	w->thing_count++;
	return 0;
}

/* One of our own names that this is, or lies below. */
static const struct thing *own_above(const struct warning_lists *w, const struct indicator_key *k)
{
	for (size_t i = 0; i < k->len; i++) {
		const struct thing *t = k->bytes[i] == '.' ? exactly(w, INDICATOR_DOMAIN, k->bytes, i + 1) : NULL;

		if (t && t->below)
			return t;
	}
	return NULL;
}

/* A listed name that this indicator would match. */
static const struct thing *listed_below(const struct warning_lists *w, const struct indicator_key *k)
{
	size_t at = things_below(w, INDICATOR_DOMAIN, k->bytes, k->len);
	const struct thing *t = at < w->thing_count ? &w->things[at] : NULL;

	return t && t->kind == INDICATOR_DOMAIN && t->len >= k->len && memcmp(t->bytes, k->bytes, k->len) == 0 ? t
													       : NULL;
}

/* ----------------------------------------------------------------------------------------------------------- lists */

static int list_index(struct warning_lists *w, const char *name, uint8_t *out, struct err *why)
{
	size_t i = 0;

	while (i < w->name_count && strcmp(w->names[i], name) != 0)
		i++;
	if (i == LISTS_MAX)
		return err_set(why, ERR_LIMIT, "there are more than %d warning lists", LISTS_MAX);
	if (i == w->name_count) {
		if (!*name || strlen(name) > WARNING_LIST_NAME_MAX)
			return err_set(why, ERR_CONFIG, "the name of a warning list has 1 to %d bytes",
				       WARNING_LIST_NAME_MAX);
		snprintf(w->names[w->name_count++], LIST_NAME_SIZE, "%s", name);
	}
	*out = (uint8_t)i;
	return 0;
}

int warning_lists_add(struct warning_lists *w, const char *list, const struct indicator_key *key, bool below,
		      struct err *why)
{
	uint8_t index = 0;

	if (warning_lists_count(w) >= ENTRIES_MAX)
		return err_set(why, ERR_LIMIT, "the warning lists have more than %d entries", ENTRIES_MAX);
	if (list_index(w, list, &index, why) != 0)
		return -1;
	return key->kind == INDICATOR_IP ? add_network(w, index, key, why) : add_thing(w, index, key, below, why);
}

static bool is_too_wide(const struct indicator_key *k)
{
	static const uint8_t mapped_start[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };
	bool mapped = k->prefix >= 96 && memcmp(k->bytes, mapped_start, sizeof(mapped_start)) == 0;

	return k->prefix < (mapped ? 96 + WARNING_IPV4_WIDEST : WARNING_IPV6_WIDEST);
}

static const char *find_network(const struct warning_lists *w, const struct indicator_key *k)
{
	const struct home *home = overlapping(w, k);

	if (home)
		return w->names[home->list];
	return is_too_wide(k) ? too_wide : NULL;
}

static const char *find_name(const struct warning_lists *w, const struct indicator_key *k)
{
	const struct thing *t = own_above(w, k);

	if (!t)
		t = listed_below(w, k);
	if (t)
		return w->names[t->list];
	return memchr(k->bytes, '.', k->len) == k->bytes + k->len - 1 ? one_label : NULL;
}

/* The address of a web site alone: scheme, host, "/". */
static bool is_bare(const struct indicator_key *url)
{
	unsigned slashes = 0;

	for (size_t i = 0; i < url->len; i++)
		slashes += url->bytes[i] == '/';
	return slashes == 3 && url->bytes[url->len - 1] == '/';
}

static const char *find_url(const struct warning_lists *w, const struct indicator_key *k)
{
	const struct thing *t;
	struct indicator_key host;

	if (!indicator_key_host(k, &host))
		return NULL;
	if (host.kind == INDICATOR_IP)
		return find_network(w, &host);
	t = own_above(w, &host);
	if (!t && is_bare(k))
		t = exactly(w, INDICATOR_DOMAIN, host.bytes, host.len);
	return t ? w->names[t->list] : NULL;
}

const char *warning_lists_find(const struct warning_lists *w, const struct indicator_key *indicator)
{
	const struct thing *t;

	switch (indicator->kind) {
	case INDICATOR_IP:
		return find_network(w, indicator);
	case INDICATOR_DOMAIN:
		return find_name(w, indicator);
	case INDICATOR_URL:
		return find_url(w, indicator);
	case INDICATOR_HASH:
		break;
	}
	t = exactly(w, INDICATOR_HASH, indicator->bytes, indicator->len);
	return t ? w->names[t->list] : NULL;
}

/* ------------------------------------------------------------------------------------------------------------ file */

static const struct section {
	const char *name, *what;
	bool (*key)(struct slice text, struct indicator_key *out);
	bool below;
} sections[] = {
	{ "networks", "an address or a network", indicator_key_of_network, false },
	{ "domains", "a domain name", indicator_key_of_domain, false },
	{ "own_domains", "a domain name", indicator_key_of_domain, true },
	{ "hashes", "a file hash", indicator_key_of_hash, false },
};

static int fail_at(struct err *why, const char *path, int line, const char *text)
{
	return err_set(why, ERR_CONFIG, "%s:%d: %s", path, line, text);
}

struct reading {
	const char *path;
	char list[WARNING_LIST_NAME_MAX + 1];
	warning_list_entry entry;
	void *arg;
};

static int read_section(const struct reading *r, const struct section *section, const struct yaml_node *values,
			struct err *why)
{
	if (!yaml_node_is(values, YAML_TREE_SEQUENCE))
		return fail_at(why, r->path, values->line, "a sequence is expected here");
	for (const struct yaml_node *n = values->first; n; n = n->next) {
		struct indicator_key key;

		if (!yaml_node_is(n, YAML_TREE_SCALAR) || !section->key(n->text, &key))
			return err_set(why, ERR_CONFIG, "%s:%d: %s is expected here", r->path, n->line, section->what);
		if (r->entry(r->arg, r->list, &key, section->below, why) != 0)
			return err_prefix(why, "%s:%d", r->path, n->line);
	}
	return 0;
}

static int read_list(struct reading *r, const struct yaml_node *list, struct err *why)
{
	static const char sections_are[] = "a list has networks, domains, own_domains or hashes";

	if (list->key.len == 0 || list->key.len >= sizeof(r->list))
		return fail_at(why, r->path, list->key_line, "the name of a warning list has 1 to 63 bytes");
	snprintf(r->list, sizeof(r->list), "%.*s", (int)list->key.len, (const char *)list->key.ptr);
	if (!yaml_node_is(list, YAML_TREE_MAPPING))
		return fail_at(why, r->path, list->line, sections_are);
	for (const struct yaml_node *n = list->first; n; n = n->next) {
		size_t i = 0;

		while (i < ARRAY_LEN(sections) && !slice_is(n->key, sections[i].name))
			i++;
		if (i == ARRAY_LEN(sections))
			return fail_at(why, r->path, n->key_line, sections_are);
		if (read_section(r, &sections[i], n, why) != 0)
			return -1;
	}
	return 0;
}

int warning_list_parse(struct slice text, const char *path, warning_list_entry entry, void *arg, struct err *why)
{
	struct reading reading = { .path = path, .entry = entry, .arg = arg };
	struct yaml_tree *tree;
	const struct yaml_node *root;
	int failed = 0;

	if (yaml_tree_parse(&tree, text, path, NULL, why) != 0)
		return -1;
	root = yaml_tree_first(tree);
	if (root && !yaml_node_is(root, YAML_TREE_MAPPING))
		failed = fail_at(why, path, root->line, "the file names its lists: a mapping is expected here");
	for (const struct yaml_node *n = root && !failed ? root->first : NULL; n && !failed; n = n->next)
		failed = read_list(&reading, n, why);
	yaml_tree_free(tree);
	return failed;
}
