/* A strict JSON reader (RFC 8259) for the hot path: one pass, no allocation. The text becomes a flat array of tokens
 * that the caller provides; values stay where they are in the text, which must outlive the reading.
 *
 * Strict: UTF-8 throughout, no control characters in strings, surrogates only in pairs, nothing behind the value.
 * A NUL written as an escape is allowed, as the RFC has it. When a key stands twice in an object, the first one wins.
 * Numbers are kept as text: none is too large to be read, only to be converted.
 *
 * An array of tokens is the tree in writing order: a container is followed by its members, an object's members are
 * key, value, key, value, ... `next` of a token is the index behind all that belongs to it:
 *
 *	for (uint32_t i = json_read_first(r, array); i < r->tokens[array].next; i = r->tokens[i].next)        */
#ifndef LIB_JSON_READER_H
#define LIB_JSON_READER_H

#include "lib/arena.h"

enum json_kind {
	JSON_KIND_NULL,
	JSON_KIND_FALSE,
	JSON_KIND_TRUE,
	JSON_KIND_NUMBER,
	JSON_KIND_STRING,
	JSON_KIND_ARRAY,
	JSON_KIND_OBJECT
};

/* Nesting allowed, counting the outermost container as 1; longest text. */
enum { JSON_DEPTH_MAX = 32, JSON_TEXT_MAX = 64 << 20 };
#define JSON_NONE UINT32_MAX /* no such token */

struct json_token {
	uint32_t start; /* of the value in the text; of a string, behind its quote */
	uint32_t len;   /* bytes; of a string, without its quotes and with its escapes */
	uint32_t next;
	uint8_t kind; /* enum json_kind */
	bool escaped; /* a string that holds a backslash */
};

struct json_reader {
	struct json_token *tokens; /* the caller's; tokens[0] is the outermost value */
	uint32_t capacity;
	uint32_t count;
	struct slice text;
};

enum json_verdict {
	JSON_OK,
	JSON_BAD,      /* not JSON */
	JSON_TOO_DEEP, /* nested beyond JSON_DEPTH_MAX */
	JSON_TOO_MANY, /* more tokens than the capacity, or a text beyond JSON_TEXT_MAX */
};

/* Reads the whole text. Unless JSON_OK, the tokens mean nothing. */
enum json_verdict json_read(struct json_reader *r, struct slice text);

/* Index of an object's member, the value; JSON_NONE when absent or when `object` is no object (or JSON_NONE). */
uint32_t json_read_member(const struct json_reader *r, uint32_t object, struct slice name);
/* Many members in one pass: found[i] is the value of names[i], or JSON_NONE. Names are compared with keys as written,
 * so a key that holds an escape is found by json_read_member() only. */
void json_read_members(const struct json_reader *r, uint32_t object, const struct slice *names, size_t count,
		       uint32_t *found);
/* First element of an array or first key of an object; equals tokens[container].next when there is none. */
uint32_t json_read_first(const struct json_reader *r, uint32_t container);
bool json_read_is(const struct json_reader *r, uint32_t i, enum json_kind kind); /* false for JSON_NONE */
/* A value as it is written; a string without its quotes. */
struct slice json_read_raw(const struct json_reader *r, uint32_t i);

/* A string's text: part of the JSON text when it has no escapes, else decoded into the arena (never longer than
 * written). False when it is not a string or the arena is full. */
bool json_read_string(const struct json_reader *r, uint32_t i, struct arena *arena, struct slice *out);
/* False when it is not a number written as an integer, or too large. */
bool json_read_integer(const struct json_reader *r, uint32_t i, int64_t *out);

#endif
