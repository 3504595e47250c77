#include "server/model/misp.h"

#include "server/model/feed_json.h"

#include <stdio.h>

enum { EVENT_TEXTS = 300 };

struct misp_reader {
	struct feed_json json;
	const struct feed_sink *sink;
	/* What the event says of all its attributes. */
	struct feed_indicator event;
	struct slice info;
	struct feed_indicator indicator;
	bool any; /* an event was read */
};

enum take { TAKE_IP, TAKE_DOMAIN, TAKE_URL, TAKE_HASH, TAKE_HOST, TAKE_NOTHING };

/* Of a type, what its value's parts (split at '|') are. */
static const struct {
	const char *type;
	enum take first, second;
} types[] = {
	{ "ip-src", TAKE_IP, TAKE_NOTHING },
	{ "ip-dst", TAKE_IP, TAKE_NOTHING },
	{ "ip-src|port", TAKE_IP, TAKE_NOTHING },
	{ "ip-dst|port", TAKE_IP, TAKE_NOTHING },
	{ "domain", TAKE_DOMAIN, TAKE_NOTHING },
	{ "hostname", TAKE_DOMAIN, TAKE_NOTHING },
	{ "hostname|port", TAKE_HOST, TAKE_NOTHING },
	{ "domain|ip", TAKE_DOMAIN, TAKE_IP },
	{ "url", TAKE_URL, TAKE_NOTHING },
	{ "uri", TAKE_URL, TAKE_NOTHING },
	{ "md5", TAKE_HASH, TAKE_NOTHING },
	{ "sha1", TAKE_HASH, TAKE_NOTHING },
	{ "sha256", TAKE_HASH, TAKE_NOTHING },
	{ "filename|md5", TAKE_NOTHING, TAKE_HASH },
	{ "filename|sha1", TAKE_NOTHING, TAKE_HASH },
	{ "filename|sha256", TAKE_NOTHING, TAKE_HASH },
	{ "malware-sample", TAKE_NOTHING, TAKE_HASH },
};

static int refuse(struct misp_reader *r, struct slice type, struct slice value, const char *reason, struct err *why)
{
	char entry[FEED_ENTRY_MAX];
	struct slice id = feed_cut(r->indicator.external_id, 60), shown = feed_cut(value, 150);

	type = feed_cut(type, 60);
	snprintf(entry, sizeof(entry), "%.*s %.*s %.*s", (int)id.len, (const char *)id.ptr, (int)type.len,
		 (const char *)type.ptr, (int)shown.len, (const char *)shown.ptr);
	return r->sink->reject(r->sink->arg, slice_of_string(entry), reason, why);
}

static bool key_of(enum take take, struct slice value, struct indicator_key *key)
{
	switch (take) {
	case TAKE_IP:
		return indicator_key_of_network(value, key);
	case TAKE_DOMAIN:
		return indicator_key_of_domain(value, key);
	case TAKE_URL:
		/* A uri may be a path alone, which is no URL. */
		return (slice_contains(value, "//") || slice_find(value, '.') < slice_find(value, '/')) &&
		       indicator_key_of_url(value, key);
	case TAKE_HASH:
		return indicator_key_of_hash(value, key);
	case TAKE_HOST:
		return indicator_key_of_network(value, key) || indicator_key_of_domain(value, key);
	case TAKE_NOTHING:
		break;
	}
	return false;
}

/* ----------------------------------------------------------------------------------------------------------- tags */

static void read_tag(struct slice name, struct feed_indicator *i, enum tlp *own)
{
	enum tlp tlp;

	if (name.len > 4 && slice_is_ignoring_case(slice_take(name, 4), "tlp:")) {
		if (tlp_parse(name, &tlp) && tlp > *own)
			*own = tlp;
		return;
	}
	feed_label(i, name);
}

static void read_clusters(struct misp_reader *r, uint32_t galaxy, struct feed_indicator *i)
{
	struct feed_json *j = &r->json;
	uint32_t clusters = feed_json_member(j, galaxy, "GalaxyCluster");

	for (uint32_t c = feed_json_first(j, clusters); c < feed_json_end(j, clusters); c = feed_json_next(j, c))
		feed_label(i, feed_json_text(j, c, "value"));
}

/* Of an event or an attribute. Its own TLP replaces the one that it began with. */
static void read_tags(struct misp_reader *r, uint32_t object, struct feed_indicator *i)
{
	struct feed_json *j = &r->json;
	uint32_t tags = feed_json_member(j, object, "Tag"), galaxies = feed_json_member(j, object, "Galaxy");
	enum tlp own = TLP_NONE;

	for (uint32_t g = feed_json_first(j, galaxies); g < feed_json_end(j, galaxies); g = feed_json_next(j, g))
		read_clusters(r, g, i);
	for (uint32_t t = feed_json_first(j, tags); t < feed_json_end(j, tags); t = feed_json_next(j, t))
		read_tag(feed_json_text(j, t, "name"), i, &own);
	if (own)
		i->tlp = own;
}

/* ------------------------------------------------------------------------------------------------------ attributes */

/* Epoch seconds, as text or number. */
static time_us read_epoch(struct misp_reader *r, uint32_t object, const char *name)
{
	struct feed_json *j = &r->json;
	uint32_t member = feed_json_member(j, object, name);
	int64_t seconds;

	if (!slice_to_int64(feed_json_value(j, member), &seconds) && !json_read_integer(&j->reader, member, &seconds))
		return TIME_NONE;
	return seconds > 0 && seconds < INT64_C(4102444800) ? seconds * US_PER_SECOND : TIME_NONE;
}

/* MISP writes booleans as such, as "0" and "1", and as numbers. */
static bool read_flag(struct misp_reader *r, uint32_t object, const char *name)
{
	struct feed_json *j = &r->json;
	uint32_t member = feed_json_member(j, object, name);
	struct slice raw;

	if (member == JSON_NONE)
		return false;
	raw = json_read_raw(&j->reader, member);
	return slice_is(raw, "true") || slice_is(raw, "1");
}

static int take_part(struct misp_reader *r, enum take take, struct slice type, struct slice value, struct err *why)
{
	if (take == TAKE_NOTHING)
		return 0;
	if (!key_of(take, slice_trim(value), &r->indicator.key))
		return refuse(r, type, value, "the value is not what its type says", why);
	return r->sink->take(r->sink->arg, &r->indicator, why);
}

static int take_value(struct misp_reader *r, struct slice type, struct slice value, struct err *why)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		size_t bar = slice_find(value, '|');

		if (!slice_is(type, types[i].type))
			continue;
		if (take_part(r, types[i].first, type, slice_take(value, bar), why) != 0)
			return -1;
		return take_part(r, types[i].second, type, slice_skip(value, bar + 1), why);
	}
	return refuse(r, type, value, "not matchable: things of this type are not collected", why);
}

static void describe(struct misp_reader *r, uint32_t attribute, char room[FEED_DESCRIPTION_MAX + 1])
{
	struct slice comment = feed_json_text(&r->json, attribute, "comment");
	const char *between = r->info.len && comment.len ? ": " : "";

	comment = feed_cut(comment, FEED_DESCRIPTION_MAX - r->info.len - strlen(between));
	snprintf(room, FEED_DESCRIPTION_MAX + 1, "%.*s%s%.*s", (int)r->info.len, (const char *)r->info.ptr, between,
		 (int)comment.len, (const char *)comment.ptr);
	r->indicator.description = slice_of_string(room);
}

static int read_attribute(struct misp_reader *r, uint32_t attribute, struct err *why)
{
	struct feed_json *j = &r->json;
	struct feed_indicator *i = &r->indicator;
	struct slice type = feed_json_text(j, attribute, "type"), value = feed_json_text(j, attribute, "value");
	char description[FEED_DESCRIPTION_MAX + 1];

	*i = r->event;
	i->external_id = feed_cut(feed_json_text(j, attribute, "uuid"), FEED_EXTERNAL_ID_MAX);
	if (!type.ptr || !value.ptr)
		return refuse(r, type, value, "the attribute has no type or no value", why);
	i->revoked = read_flag(r, attribute, "deleted");
	if (!read_flag(r, attribute, "to_ids") && !i->revoked)
		return refuse(r, type, value, "not meant for detection (to_ids)", why);
	i->modified = read_epoch(r, attribute, "timestamp");
	i->valid_from = feed_json_time(j, attribute, "first_seen");
	if (i->valid_from == TIME_NONE)
		i->valid_from = i->modified;
	read_tags(r, attribute, i);
	describe(r, attribute, description);
	return take_value(r, type, value, why);
}

static int read_attributes(struct misp_reader *r, uint32_t owner, struct err *why)
{
	struct feed_json *j = &r->json;
	uint32_t list = feed_json_member(j, owner, "Attribute");

	for (uint32_t i = feed_json_first(j, list); i < feed_json_end(j, list); i = feed_json_next(j, i)) {
		size_t used = j->arena.used;
		int failed = read_attribute(r, i, why);

		feed_json_forget(j, used);
		if (failed)
			return failed;
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- events */

static int read_event(struct misp_reader *r, uint32_t event, struct err *why)
{
	struct feed_json *j = &r->json;
	uint32_t objects = feed_json_member(j, event, "Object");
	size_t used = j->arena.used;

	r->any = true;
	feed_indicator_init(&r->event);
	r->info = feed_cut(feed_json_text(j, event, "info"), EVENT_TEXTS);
	read_tags(r, event, &r->event);
	if (read_attributes(r, event, why) != 0)
		return -1;
	for (uint32_t o = feed_json_first(j, objects); o < feed_json_end(j, objects); o = feed_json_next(j, o))
		if (read_attributes(r, o, why) != 0)
			return -1;
	feed_json_forget(j, used);
	return 0;
}

static bool is_event(const struct misp_reader *r, uint32_t i)
{
	return feed_json_member(&r->json, i, "Attribute") != JSON_NONE ||
	       feed_json_member(&r->json, i, "Object") != JSON_NONE;
}

/* {"Event": {...}}, or the event itself. */
static int read_one(struct misp_reader *r, uint32_t i, struct err *why)
{
	uint32_t event = feed_json_member(&r->json, i, "Event");

	if (event != JSON_NONE)
		return read_event(r, event, why);
	return is_event(r, i) ? read_event(r, i, why) : 0;
}

static int read_document(struct misp_reader *r, struct err *why)
{
	struct feed_json *j = &r->json;
	uint32_t response = feed_json_member(j, 0, "response"), list;

	list = json_read_is(&j->reader, 0, JSON_KIND_ARRAY) ? 0 : response;
	if (list == JSON_NONE || !json_read_is(&j->reader, list, JSON_KIND_ARRAY)) {
		if (read_one(r, list == JSON_NONE ? 0 : list, why) != 0)
			return -1;
	} else {
		for (uint32_t i = feed_json_first(j, list); i < feed_json_end(j, list); i = feed_json_next(j, i))
			if (read_one(r, i, why) != 0)
				return -1;
	}
	return r->any ? 0 : err_set(why, ERR_CONFIG, "this is no MISP event: it has neither Event nor Attribute");
}

int misp_read(struct slice text, const struct feed_sink *sink, struct err *why)
{
	struct misp_reader r = { .sink = sink };
	int failed;

	if (feed_json_open(&r.json, text, why) != 0)
		return -1;
	failed = read_document(&r, why);
	feed_json_close(&r.json);
	return failed;
}
