#include "server/model/feed_json.h"

#include <stdlib.h>

/* Every token but the first has one of these bytes in front of it. */
static size_t tokens_at_most(struct slice text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		n += c == ',' || c == ':' || c == '[' || c == '{';
	}
	return n;
}

static int fail_reading(enum json_verdict verdict, struct err *why)
{
	if (verdict == JSON_TOO_DEEP)
		return err_set(why, ERR_LIMIT, "the JSON document is nested more than %d deep", JSON_DEPTH_MAX);
	return err_set(why, ERR_CONFIG, "this is not a JSON document (RFC 8259, UTF-8)");
}

int feed_json_open(struct feed_json *out, struct slice text, struct err *why)
{
	enum json_verdict verdict;
	size_t tokens;

	*out = (struct feed_json){ 0 };
	if (text.len > FEED_JSON_MAX)
		return err_set(why, ERR_LIMIT, "the document has more than %d MiB: import it in parts",
			       FEED_JSON_MAX >> 20);
	tokens = tokens_at_most(text);
	if (tokens > FEED_TOKENS_MAX)
		return err_set(why, ERR_LIMIT, "the document holds more than %d values: import it in parts",
			       FEED_TOKENS_MAX);
	out->reader.tokens = malloc(tokens * sizeof(*out->reader.tokens));
	out->reader.capacity = (uint32_t)tokens;
	/* Twice: the names of objects are kept while those of one more are read. */
	if (!out->reader.tokens || !arena_reset(&out->arena, 2 * text.len + 1)) {
		feed_json_close(out);
		return err_set(why, ERR_NOMEM, "no memory for a document of %zu bytes", text.len);
	}
	verdict = json_read(&out->reader, text);
	if (verdict == JSON_OK)
		return 0;
	feed_json_close(out);
	return fail_reading(verdict, why);
}

void feed_json_close(struct feed_json *j)
{
	free(j->reader.tokens);
	arena_release(&j->arena);
	*j = (struct feed_json){ 0 };
}

struct slice feed_json_value(struct feed_json *j, uint32_t i)
{
	struct slice s;

	if (!json_read_is(&j->reader, i, JSON_KIND_STRING) || !json_read_string(&j->reader, i, &j->arena, &s) ||
	    slice_find(s, '\0') < s.len)
		return (struct slice){ 0 };
	return s;
}

struct slice feed_json_text(struct feed_json *j, uint32_t object, const char *name)
{
	return feed_json_value(j, feed_json_member(j, object, name));
}

void feed_json_forget(struct feed_json *j, size_t used)
{
	j->arena.used = used;
}

uint32_t feed_json_member(const struct feed_json *j, uint32_t object, const char *name)
{
	return json_read_member(&j->reader, object, slice_of_string(name));
}

time_us feed_json_time(struct feed_json *j, uint32_t object, const char *name)
{
	time_us t;

	return time_parse(feed_json_text(j, object, name), 0, &t) ? t : TIME_NONE;
}

uint32_t feed_json_first(const struct feed_json *j, uint32_t array)
{
	return json_read_is(&j->reader, array, JSON_KIND_ARRAY) ? json_read_first(&j->reader, array) : 0;
}

uint32_t feed_json_end(const struct feed_json *j, uint32_t array)
{
	return json_read_is(&j->reader, array, JSON_KIND_ARRAY) ? j->reader.tokens[array].next : 0;
}

uint32_t feed_json_next(const struct feed_json *j, uint32_t i)
{
	return j->reader.tokens[i].next;
}
