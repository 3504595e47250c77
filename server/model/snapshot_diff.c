#include "server/model/snapshot_diff.h"

#include "lib/json_reader.h"
#include "lib/json_write.h"

#include <stdlib.h>

struct side {
	struct json_reader json;
	struct arena arena; /* of keys with escapes */
};
struct comparing {
	struct side before, after;
	struct buffer path; /* JSON pointer of where we are */
	struct json_writer out;
	size_t count;
};

/* ---------------------------------------------------------------------------------------------------------- writing */

/* As it is written; null when there is none. */
static void put_value(struct comparing *c, const char *key, const struct side *side, uint32_t token)
{
	const struct json_reader *r = &side->json;

	if (token == JSON_NONE) {
		json_put_null(&c->out, key);
		return;
	}
	/* A container's length covers its text; a string's is without its quotes. */
	if (json_read_is(r, token, JSON_KIND_STRING))
		json_put_raw(&c->out, key,
			     slice_of(r->text.ptr + r->tokens[token].start - 1, (size_t)r->tokens[token].len + 2));
	else
		json_put_raw(&c->out, key, json_read_raw(r, token));
}

static void differs(struct comparing *c, uint32_t before, uint32_t after)
{
	c->count++;
	if (c->count > SNAPSHOT_DIFF_MAX)
		return;
	json_open_object(&c->out, NULL);
	json_put_string(&c->out, "path", buffer_string(&c->path));
	put_value(c, "from", &c->before, before);
	put_value(c, "to", &c->after, after);
	json_close_object(&c->out);
}

/* --------------------------------------------------------------------------------------------------------- comparing
 */

/* RFC 6901, section 3. Returns where to go back to. */
static size_t enter(struct comparing *c, struct slice name)
{
	size_t at = c->path.len;

	buffer_put_byte(&c->path, '/');
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == '~')
			buffer_put_string(&c->path, "~0");
		else if (name.ptr[i] == '/')
			buffer_put_string(&c->path, "~1");
		else
			buffer_put_byte(&c->path, name.ptr[i]);
	return at;
}

static void leave(struct comparing *c, size_t at)
{
	if (!c->path.failed)
		c->path.len = at;
}

static void compare(struct comparing *c, uint32_t before, uint32_t after);

static void compare_member(struct comparing *c, struct slice name, uint32_t before, uint32_t after)
{
	size_t at;

	if (c->path.len == 0 && slice_is(name, "made_at"))
		return;
	at = enter(c, name);
	compare(c, before, after);
	leave(c, at);
}

/* The key; what cannot be decoded for want of room comes as it is written. */
static struct slice key_of(struct side *side, uint32_t token)
{
	struct slice name;

	return json_read_string(&side->json, token, &side->arena, &name) ? name : json_read_raw(&side->json, token);
}

static void compare_objects(struct comparing *c, uint32_t before, uint32_t after)
{
	const struct json_reader *a = &c->before.json, *b = &c->after.json;

	for (uint32_t i = json_read_first(a, before); i < a->tokens[before].next; i = a->tokens[i + 1].next) {
		struct slice name = key_of(&c->before, i);

		/* Of a key that stands twice, the first one counts. */
		if (json_read_member(a, before, name) == i + 1)
			compare_member(c, name, i + 1, json_read_member(b, after, name));
	}
	for (uint32_t i = json_read_first(b, after); i < b->tokens[after].next; i = b->tokens[i + 1].next) {
		struct slice name = key_of(&c->after, i);

		if (json_read_member(a, before, name) == JSON_NONE && json_read_member(b, after, name) == i + 1)
			compare_member(c, name, JSON_NONE, i + 1);
	}
}

static void compare_arrays(struct comparing *c, uint32_t before, uint32_t after)
{
	const struct json_reader *a = &c->before.json, *b = &c->after.json;
	uint32_t i = json_read_first(a, before), k = json_read_first(b, after);
	char index[24];

	for (size_t n = 0; i < a->tokens[before].next || k < b->tokens[after].next; n++) {
		bool has_before = i < a->tokens[before].next, has_after = k < b->tokens[after].next;
		size_t at;

		snprintf(index, sizeof(index), "%zu", n);
		at = enter(c, slice_of_string(index));
		compare(c, has_before ? i : JSON_NONE, has_after ? k : JSON_NONE);
		leave(c, at);
		i = has_before ? a->tokens[i].next : i;
		k = has_after ? b->tokens[k].next : k;
	}
}

/* What is absent and what is null say the same: a document of an older format has fewer members. */
static bool is_nothing(const struct side *side, uint32_t token)
{
	return token == JSON_NONE || json_read_is(&side->json, token, JSON_KIND_NULL);
}

static void compare(struct comparing *c, uint32_t before, uint32_t after)
{
	const struct json_reader *a = &c->before.json, *b = &c->after.json;

	if (is_nothing(&c->before, before) || is_nothing(&c->after, after)) {
		if (!is_nothing(&c->before, before) || !is_nothing(&c->after, after))
			differs(c, before, after);
	} else if (a->tokens[before].kind != b->tokens[after].kind)
		differs(c, before, after);
	else if (json_read_is(a, before, JSON_KIND_OBJECT))
		compare_objects(c, before, after);
	else if (json_read_is(a, before, JSON_KIND_ARRAY))
		compare_arrays(c, before, after);
	else if (!slice_equal(json_read_raw(a, before), json_read_raw(b, after)))
		differs(c, before, after);
}

/* ---------------------------------------------------------------------------------------------------------- reading */

/* Every value but the first stands behind one of these. */
static size_t tokens_at_most(struct slice text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == ',' || text.ptr[i] == ':' || text.ptr[i] == '[' || text.ptr[i] == '{';
	return n;
}

static int side_read(struct side *side, struct slice text, struct err *why)
{
	if (text.len > JSON_TEXT_MAX)
		return err_set(why, ERR_CORRUPT, "a snapshot is longer than %d bytes", JSON_TEXT_MAX);
	side->json.capacity = (uint32_t)tokens_at_most(text);
	side->json.tokens = calloc(side->json.capacity, sizeof(*side->json.tokens));
	if (!side->json.tokens || !arena_reset(&side->arena, text.len + 1))
		return err_set(why, ERR_NOMEM, "no memory to compare snapshots");
	if (json_read(&side->json, text) != JSON_OK)
		return err_set(why, ERR_CORRUPT, "a snapshot is no JSON");
	return 0;
}

static void side_release(struct side *side)
{
	free(side->json.tokens);
	arena_release(&side->arena);
}

/* One more that says how many there are. */
static void put_rest(struct comparing *c)
{
	if (c->count <= SNAPSHOT_DIFF_MAX)
		return;
	json_open_object(&c->out, NULL);
	json_put_string(&c->out, "path", "");
	json_put_integer(&c->out, "more", (int64_t)(c->count - SNAPSHOT_DIFF_MAX));
	json_close_object(&c->out);
}

int snapshot_diff(struct slice before, struct slice after, struct buffer *out, size_t *count, struct err *why)
{
	struct comparing c = { 0 };
	int failed = side_read(&c.before, before, why) != 0 || side_read(&c.after, after, why) != 0 ? -1 : 0;

	*count = 0;
	if (!failed) {
		json_writer_init(&c.out, out);
		json_open_array(&c.out, NULL);
		compare(&c, 0, 0);
		put_rest(&c);
		json_close_array(&c.out);
		*count = c.count;
		if (out->failed || c.path.failed)
			failed = err_set(why, ERR_NOMEM, "no memory to compare snapshots");
	}
	side_release(&c.before);
	side_release(&c.after);
	buffer_release(&c.path);
	return failed;
}
