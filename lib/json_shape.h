/* Structs to JSON and back, by tables: each field of a struct is named once, with its kind and its place. For documents
 * that are kept (snapshots of months, say): what was written by an older version still reads, with the new members
 * empty, and unknown members are passed over.
 *
 * Written in the order of the table, without blanks: the same struct always gives the same bytes. */
#ifndef LIB_JSON_SHAPE_H
#define LIB_JSON_SHAPE_H

#include "lib/err.h"
#include "lib/json_write.h"
#include "lib/pool.h"

#include <stdbool.h>
#include <stddef.h>

struct json_shape;
enum json_field_kind {
	JSON_FIELD_TEXT,    /* const char *; NULL is null */
	JSON_FIELD_INTEGER, /* int64_t */
	JSON_FIELD_FLAG,    /* bool */
	JSON_FIELD_TIME,    /* time_us; TIME_NONE is null */
	JSON_FIELD_STRUCT,  /* a struct inside the struct */
	JSON_FIELD_LIST,    /* T *list, of `of`; beside it a size_t count */
};
struct json_field {
	const char *name;
	enum json_field_kind kind;
	size_t offset;
	const struct json_shape *of; /* of STRUCT and LIST */
	size_t count_offset;         /* of LIST */
};
struct json_shape {
	size_t size;
	const struct json_field *fields;
	size_t count;
};

#define JSON_TEXT(type, member)                                                  \
	{                                                                        \
#member, JSON_FIELD_TEXT, offsetof(struct type, member), NULL, 0 \
	}
#define JSON_INTEGER(type, member)                                                  \
	{                                                                           \
#member, JSON_FIELD_INTEGER, offsetof(struct type, member), NULL, 0 \
	}
#define JSON_FLAG(type, member)                                                  \
	{                                                                        \
#member, JSON_FIELD_FLAG, offsetof(struct type, member), NULL, 0 \
	}
#define JSON_TIME(type, member)                                                  \
	{                                                                        \
#member, JSON_FIELD_TIME, offsetof(struct type, member), NULL, 0 \
	}
#define JSON_STRUCT(type, member, shape)                                               \
	{                                                                              \
#member, JSON_FIELD_STRUCT, offsetof(struct type, member), &(shape), 0 \
	}
/* The count of `cases` is the member `cases_count`. */
#define JSON_LIST(type, member, shape)                                             \
	{                                                                          \
#member, JSON_FIELD_LIST, offsetof(struct type, member), &(shape), \
		    offsetof(struct type, member##_count)                          \
	}

/* The shape `T_shape` of struct T; `static` before it keeps it in its file. A field that comes later goes to the end of
 * the table. */
#define JSON_SHAPE(type, table) \
	const struct json_shape type##_shape = { sizeof(struct type), table, sizeof(table) / sizeof((table)[0]) }

/* key NULL: a document, or an element. */
void json_shape_write(const struct json_shape *shape, const void *value, struct json_writer *w, const char *key);
enum { JSON_SHAPE_LIST_MAX = 100000 };
/* Zeroes *value first; texts and lists live in the pool. A time that is absent is TIME_NONE, any other absent member
 * zero. ERR_CORRUPT says which member is not what it must be; ERR_LIMIT: a list beyond JSON_SHAPE_LIST_MAX, or no
 * memory. */
int json_shape_read(const struct json_shape *shape, struct slice text, struct pool *pool, void *value, struct err *why);

#endif
