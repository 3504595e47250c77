#include "server/model/stix.h"

#include "server/model/feed_json.h"
#include "server/model/stix_pattern.h"

#include <stdio.h>
#include <stdlib.h>

/* What other objects say about an indicator: sorted by id. */
struct fact {
	struct slice id;
	struct slice text; /* of an object its name; of a relationship its target's id */
	enum tlp tlp;      /* of a marking definition */
};

struct facts {
	struct fact *list;
	size_t count, room;
};

struct stix_reader {
	struct feed_json json;
	const struct feed_sink *sink;
	struct facts objects;   /* by their id */
	struct facts indicates; /* by the indicator's */
	struct feed_indicator indicator;
	size_t found; /* by its pattern */
};

/* Section 7.2.1.4 of STIX 2.1; TLP 2.0: the OASIS extension definition of 2022. */
static const struct {
	const char *id;
	enum tlp tlp;
} published[] = {
	{ "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", TLP_CLEAR },
	{ "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", TLP_GREEN },
	{ "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", TLP_AMBER },
	{ "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", TLP_RED },
	{ "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", TLP_CLEAR },
	{ "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", TLP_GREEN },
	{ "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", TLP_AMBER },
	{ "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", TLP_AMBER_STRICT },
	{ "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", TLP_RED },
};
static const char tlp_extension[] = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/* ---------------------------------------------------------------------------------------------------------- facts */

static int add_fact(struct facts *f, struct fact fact, struct err *why)
{
	if (f->count == f->room) {
		size_t room = f->room ? 2 * f->room : 64;
		struct fact *list = realloc(f->list, room * sizeof(*list));

		if (!list)
			return err_set(why, ERR_NOMEM, "no memory for the objects of a bundle");
		f->list = list;
		f->room = room;
	}
	f->list[f->count++] = fact;
	return 0;
}

static int compare_slices(struct slice a, struct slice b)
{
	int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* By id; of one id in the order of the document, so that what is made of them does not hang on the sort. */
static int compare_facts(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;
	int order = compare_slices(x->id, y->id);

	return order ? order : (x->text.ptr > y->text.ptr) - (x->text.ptr < y->text.ptr);
}

/* The first of this id; count: there is none. */
static size_t find_fact(const struct facts *f, struct slice id)
{
	size_t low = 0, high = f->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_slices(f->list[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->count && slice_equal(f->list[low].id, id) ? low : f->count;
}

static enum tlp tlp_of_marking(struct stix_reader *r, uint32_t object)
{
	struct feed_json *j = &r->json;
	uint32_t definition = feed_json_member(j, object, "definition");
	uint32_t extension = feed_json_member(j, feed_json_member(j, object, "extensions"), tlp_extension);
	enum tlp tlp = TLP_NONE;

	if (!tlp_parse(feed_json_text(j, extension, "tlp_2_0"), &tlp) &&
	    !tlp_parse(feed_json_text(j, definition, "tlp"), &tlp))
		return TLP_NONE;
	return tlp;
}

static int learn_relationship(struct stix_reader *r, uint32_t object, struct err *why)
{
	struct fact fact = {
		.id = feed_json_text(&r->json, object, "source_ref"),
		.text = feed_json_text(&r->json, object, "target_ref"),
	};

	if (!slice_is(feed_json_text(&r->json, object, "relationship_type"), "indicates") || !fact.id.ptr ||
	    !fact.text.ptr)
		return 0;
	return add_fact(&r->indicates, fact, why);
}

static int learn(struct stix_reader *r, uint32_t object, struct err *why)
{
	struct slice type = feed_json_text(&r->json, object, "type");
	struct fact fact = { .id = feed_json_text(&r->json, object, "id") };

	if (slice_is(type, "indicator") || !fact.id.ptr)
		return 0;
	if (slice_is(type, "relationship"))
		return learn_relationship(r, object, why);
	if (slice_is(type, "marking-definition"))
		fact.tlp = tlp_of_marking(r, object);
	fact.text = feed_json_text(&r->json, object, "name");
	return fact.text.ptr || fact.tlp ? add_fact(&r->objects, fact, why) : 0;
}

/* ------------------------------------------------------------------------------------------------------ indicators */

static enum tlp tlp_of_reference(const struct stix_reader *r, struct slice id)
{
	size_t at = find_fact(&r->objects, id);

	for (size_t i = 0; i < ARRAY_LEN(published); i++)
		if (slice_is(id, published[i].id))
			return published[i].tlp;
	return at < r->objects.count ? r->objects.list[at].tlp : TLP_NONE;
}

static void read_markings(struct stix_reader *r, uint32_t object)
{
	struct feed_json *j = &r->json;
	uint32_t refs = feed_json_member(j, object, "object_marking_refs");

	for (uint32_t i = feed_json_first(j, refs); i < feed_json_end(j, refs); i = feed_json_next(j, i)) {
		enum tlp tlp = tlp_of_reference(r, feed_json_value(j, i));

		if (tlp > r->indicator.tlp)
			r->indicator.tlp = tlp;
	}
}

static void read_labels(struct stix_reader *r, uint32_t object, const char *member)
{
	struct feed_json *j = &r->json;
	uint32_t labels = feed_json_member(j, object, member);

	for (uint32_t i = feed_json_first(j, labels); i < feed_json_end(j, labels); i = feed_json_next(j, i))
		feed_label(&r->indicator, feed_json_value(j, i));
}

static void name_what_it_indicates(struct stix_reader *r)
{
	struct slice id = r->indicator.external_id;

	for (size_t i = find_fact(&r->indicates, id); i < r->indicates.count; i++) {
		size_t target;

		if (!slice_equal(r->indicates.list[i].id, id))
			break;
		target = find_fact(&r->objects, r->indicates.list[i].text);
		if (target < r->objects.count)
			feed_label(&r->indicator, r->objects.list[target].text);
	}
}

/* "name: description" */
static void describe(struct stix_reader *r, uint32_t object, char room[FEED_DESCRIPTION_MAX + 1])
{
	struct slice name = feed_cut(feed_json_text(&r->json, object, "name"), FEED_LABEL_SIZE_MAX);
	struct slice more = feed_json_text(&r->json, object, "description");
	const char *between = name.len && more.len ? ": " : "";

	more = feed_cut(more, FEED_DESCRIPTION_MAX - name.len - strlen(between));
	snprintf(room, FEED_DESCRIPTION_MAX + 1, "%.*s%s%.*s", (int)name.len, (const char *)name.ptr, between,
		 (int)more.len, (const char *)more.ptr);
	r->indicator.description = slice_of_string(room);
}

static int take_found(void *arg, const struct indicator_key *key, struct err *why)
{
	struct stix_reader *r = arg;

	r->found++;
	r->indicator.key = *key;
	return r->sink->take(r->sink->arg, &r->indicator, why);
}

static int refuse(struct stix_reader *r, struct slice text, const char *reason, struct err *why)
{
	char entry[FEED_ENTRY_MAX];
	struct slice id = feed_cut(r->indicator.external_id, 100), shown = feed_cut(text, 180);

	snprintf(entry, sizeof(entry), "%.*s %.*s", (int)id.len, (const char *)id.ptr, (int)shown.len,
		 (const char *)shown.ptr);
	return r->sink->reject(r->sink->arg, slice_of_string(entry), reason, why);
}

static int refuse_part(void *arg, struct slice part, const char *reason, struct err *why)
{
	return refuse(arg, part, reason, why);
}

static int read_indicator(struct stix_reader *r, uint32_t object, struct err *why)
{
	struct feed_json *j = &r->json;
	struct feed_indicator *i = &r->indicator;
	struct stix_pattern_sink sink = { r, take_found, refuse_part };
	struct slice pattern = feed_json_text(j, object, "pattern"), type = feed_json_text(j, object, "pattern_type");
	char description[FEED_DESCRIPTION_MAX + 1];
	int64_t confidence;

	feed_indicator_init(i);
	i->external_id = feed_json_text(j, object, "id");
	if (!i->external_id.ptr || i->external_id.len > FEED_EXTERNAL_ID_MAX) {
		i->external_id = (struct slice){ 0 };
		return refuse(r, pattern, "the indicator has no id", why);
	}
	if (!pattern.ptr || (type.ptr && !slice_is(type, "stix")))
		return refuse(r, type.ptr ? type : pattern, "not matchable: not a STIX pattern", why);
	i->valid_from = feed_json_time(j, object, "valid_from");
	i->valid_until = feed_json_time(j, object, "valid_until");
	i->modified = feed_json_time(j, object, "modified");
	i->revoked = json_read_is(&j->reader, feed_json_member(j, object, "revoked"), JSON_KIND_TRUE);
	if (json_read_integer(&j->reader, feed_json_member(j, object, "confidence"), &confidence) && confidence >= 0 &&
	    confidence <= 100)
		i->confidence = (int)confidence;
	read_markings(r, object);
	name_what_it_indicates(r);
	read_labels(r, object, "indicator_types");
	read_labels(r, object, "labels");
	describe(r, object, description);
	return stix_pattern_read(pattern, &sink, why);
}

/* ------------------------------------------------------------------------------------------------------- documents */

static int read_object(struct stix_reader *r, uint32_t object, struct err *why)
{
	size_t used = r->json.arena.used;
	int failed = 0;

	if (slice_is(feed_json_text(&r->json, object, "type"), "indicator"))
		failed = read_indicator(r, object, why);
	feed_json_forget(&r->json, used);
	return failed;
}

static int read_objects(struct stix_reader *r, uint32_t objects, struct err *why)
{
	struct feed_json *j = &r->json;

	for (uint32_t i = feed_json_first(j, objects); i < feed_json_end(j, objects); i = feed_json_next(j, i))
		if (learn(r, i, why) != 0)
			return -1;
	if (r->objects.count)
		qsort(r->objects.list, r->objects.count, sizeof(struct fact), compare_facts);
	if (r->indicates.count)
		qsort(r->indicates.list, r->indicates.count, sizeof(struct fact), compare_facts);
	for (uint32_t i = feed_json_first(j, objects); i < feed_json_end(j, objects); i = feed_json_next(j, i))
		if (read_object(r, i, why) != 0)
			return -1;
	return 0;
}

static int read_document(struct stix_reader *r, struct err *why)
{
	struct feed_json *j = &r->json;
	uint32_t objects = feed_json_member(j, 0, "objects");

	if (json_read_is(&j->reader, 0, JSON_KIND_ARRAY))
		return read_objects(r, 0, why);
	if (json_read_is(&j->reader, objects, JSON_KIND_ARRAY))
		return read_objects(r, objects, why);
	if (!feed_json_text(j, 0, "type").ptr)
		return err_set(why, ERR_CONFIG, "this is no STIX bundle: it has neither objects nor a type");
	return read_object(r, 0, why);
}

int stix_read(struct slice text, const struct feed_sink *sink, struct err *why)
{
	struct stix_reader r = { .sink = sink };
	int failed;

	if (feed_json_open(&r.json, text, why) != 0)
		return -1;
	failed = read_document(&r, why);
	free(r.objects.list);
	free(r.indicates.list);
	feed_json_close(&r.json);
	return failed;
}
