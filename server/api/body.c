#include "server/api/body.h"

#include <stdlib.h>

static bool is_listed(const char *const *names, struct slice name)
{
	for (; names && *names; names++)
		if (slice_is(name, *names))
			return true;
	return false;
}

/* A key that holds an escape is compared as written, and so is unknown: nobody needs to write them so. */
static enum body_verdict check_members(struct body *body, const char *const *members)
{
	const struct json_reader *r = &body->reader;
	uint32_t value;

	for (uint32_t key = json_read_first(r, 0); key < r->tokens[0].next; key = r->tokens[value].next) {
		struct slice name = json_read_raw(r, key);

		value = key + 1;
		snprintf(body->unknown, sizeof(body->unknown), "%.*s", (int)(name.len < 60 ? name.len : 60), name.ptr);
		if (!is_listed(members, name))
			return BODY_UNKNOWN_MEMBER;
		if (json_read_member(r, 0, name) != value)
			return BODY_TWICE;
	}
	return BODY_OK;
}

static enum json_verdict read_tokens(struct body *body, struct slice text)
{
	enum json_verdict verdict;

	body->reader = (struct json_reader){ .tokens = body->tokens, .capacity = BODY_TOKENS };
	verdict = json_read(&body->reader, text);
	if (verdict != JSON_TOO_MANY)
		return verdict;
	/* No token is shorter than a byte and what parts it from the next. */
	body->reader.capacity = (uint32_t)(text.len / 2 < BODY_TOKENS_MOST ? text.len / 2 + 1 : BODY_TOKENS_MOST);
	free(body->more);
	body->more = calloc(body->reader.capacity, sizeof(*body->more));
	if (!body->more)
		return JSON_TOO_MANY;
	body->reader.tokens = body->more;
	return json_read(&body->reader, text);
}

enum body_verdict body_read(struct body *body, struct slice text, const char *const *members)
{
	body->unknown[0] = '\0';
	/* Each text is decoded once or twice, with a terminator. */
	if (!arena_reset(&body->arena, 4 * text.len + 1024) || read_tokens(body, text) != JSON_OK) {
		body->reader.count = 0;
		return BODY_NOT_JSON;
	}
	return json_read_is(&body->reader, 0, JSON_KIND_OBJECT) ? check_members(body, members) : BODY_NOT_OBJECT;
}

void body_release(struct body *body)
{
	arena_release(&body->arena);
	free(body->more);
	body->more = NULL;
}

uint32_t body_find(const struct body *body, const char *name)
{
	return body->reader.count ? json_read_member(&body->reader, 0, slice_of_string(name)) : JSON_NONE;
}

const char *body_string(struct body *body, uint32_t index)
{
	struct slice text;
	uint8_t *copy;

	if (!json_read_string(&body->reader, index, &body->arena, &text) || slice_find(text, 0) < text.len)
		return NULL;
	copy = arena_take(&body->arena, text.len + 1);
	if (!copy)
		return NULL;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return (const char *)copy;
}

const char *body_text(struct body *body, const char *name)
{
	return body_string(body, body_find(body, name));
}

int64_t body_integer(const struct body *body, const char *name)
{
	int64_t value = 0;

	return json_read_integer(&body->reader, body_find(body, name), &value) ? value : 0;
}

static bool holds_nul(struct slice raw)
{
	for (size_t i = 0; i + 1 < raw.len; i++) {
		if (raw.ptr[i] != '\\')
			continue;
		if (slice_starts_with(slice_skip(raw, i + 1), "u0000"))
			return true;
		i++;
	}
	return false;
}

enum body_kind body_kind(struct body *body, const char *name)
{
	uint32_t at = body_find(body, name);
	int64_t number;

	if (at == JSON_NONE)
		return BODY_ABSENT;
	if (json_read_is(&body->reader, at, JSON_KIND_NULL))
		return BODY_NULL;
	if (json_read_is(&body->reader, at, JSON_KIND_STRING))
		return holds_nul(json_read_raw(&body->reader, at)) ? BODY_OTHER : BODY_TEXT;
	return json_read_integer(&body->reader, at, &number) ? BODY_INTEGER : BODY_OTHER;
}

size_t body_characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}
