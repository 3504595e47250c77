#include "server/model/document.h"

#include "lib/buffer.h"
#include "lib/clock.h"

#include <stdarg.h>

enum { DEPTH_MAX = 8, PATH_MAX_BYTES = 200, WORDS_MAX_BYTES = 160 };

/* "steps[2].targets[0].schedule"; of the document itself: "document". */
static void write_path(const struct document_place *at, struct buffer *out)
{
	const struct document_place *way[DEPTH_MAX];
	int depth = 0;

	for (; at && at->up && depth < DEPTH_MAX; at = at->up)
		way[depth++] = at;
	if (depth == 0)
		buffer_put_string(out, "document");
	for (int i = depth - 1; i >= 0; i--) {
		if (way[i]->member)
			buffer_printf(out, "%s%s", i == depth - 1 ? "" : ".", way[i]->member);
		else
			buffer_printf(out, "[%d]", way[i]->index);
	}
}

int document_refuse(const struct document *d, const struct document_place *at, const char *format, ...)
{
	struct buffer path;
	char reason[300];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	buffer_init(&path, PATH_MAX_BYTES);
	write_path(at, &path);
	err_set(d->why, ERR_USAGE, "%s: %s", buffer_string(&path), reason);
	buffer_release(&path);
	return -1;
}

int document_open(struct document *d, struct slice text, size_t bytes_max, uint32_t tokens_max, struct err *why)
{
	*d = (struct document){ .why = why };
	if (text.len > bytes_max)
		return err_set(why, ERR_USAGE, "document: larger than %zu bytes", bytes_max);
	/* No text has more tokens than bytes. */
	if (tokens_max > text.len + 1)
		tokens_max = (uint32_t)text.len + 1;
	d->reader.tokens = malloc(tokens_max * sizeof(*d->reader.tokens));
	d->reader.capacity = tokens_max;
	if (!d->reader.tokens || !arena_reset(&d->texts, text.len + 1))
		return err_set(why, ERR_NOMEM, "no memory for a document");
	switch (json_read(&d->reader, text)) {
	case JSON_OK:
		return 0;
	case JSON_TOO_DEEP:
		return err_set(why, ERR_USAGE, "document: nested too deeply");
	case JSON_TOO_MANY:
		return err_set(why, ERR_USAGE, "document: too many values");
	default:
		return err_set(why, ERR_USAGE, "document: not JSON");
	}
}

void document_close(struct document *d)
{
	free(d->reader.tokens);
	arena_release(&d->texts);
	*d = (struct document){ 0 };
}

struct document_place document_root(const struct document *d)
{
	(void)d;
	return (struct document_place){ .token = 0 };
}

static int missing(const struct document *d, const struct document_place *at)
{
	return document_refuse(d, at, "is missing");
}

static int place_member(struct document *d, const struct document_place *at, uint32_t key, const char *const *names,
			size_t count, struct document_place *found)
{
	struct slice name;

	if (!json_read_string(&d->reader, key, &d->texts, &name))
		return err_set(d->why, ERR_NOMEM, "no memory for a document");
	for (size_t i = 0; i < count; i++) {
		if (!slice_is(name, names[i]))
			continue;
		if (document_has(&found[i]))
			return document_refuse(d, &found[i], "stands twice");
		found[i].token = key + 1;
		return 0;
	}
	name = slice_take(name, 40);
	return document_refuse(d, at, "has nothing called \"%.*s\"", (int)name.len, name.ptr);
}

int document_members(struct document *d, const struct document_place *at, const char *const *names, size_t count,
		     struct document_place *found)
{
	const struct json_reader *r = &d->reader;

	for (size_t i = 0; i < count; i++)
		found[i] = (struct document_place){ .up = at, .member = names[i], .token = JSON_NONE };
	if (!document_has(at))
		return missing(d, at);
	if (!json_read_is(r, at->token, JSON_KIND_OBJECT))
		return document_refuse(d, at, "an object was expected");
	for (uint32_t key = json_read_first(r, at->token); key < r->tokens[at->token].next;
	     key = r->tokens[key + 1].next)
		if (place_member(d, at, key, names, count, found) != 0)
			return -1;
	return 0;
}

int document_array(const struct document *d, const struct document_place *at, int least, int most, int *count,
		   struct document_place *first)
{
	const struct json_reader *r = &d->reader;

	*count = 0;
	if (!document_has(at))
		return missing(d, at);
	if (!json_read_is(r, at->token, JSON_KIND_ARRAY))
		return document_refuse(d, at, "a list was expected");
	*first = (struct document_place){ .up = at, .token = json_read_first(r, at->token) };
	for (uint32_t i = first->token; i < r->tokens[at->token].next && *count <= most; i = r->tokens[i].next)
		++*count;
	if (*count < least || *count > most)
		return document_refuse(d, at, "a list of %d to %d was expected", least, most);
	return 0;
}

void document_next(const struct document *d, struct document_place *element)
{
	element->token = d->reader.tokens[element->token].next;
	element->index++;
}

int document_integer(const struct document *d, const struct document_place *at, int64_t least, int64_t most,
		     int64_t *out)
{
	if (!document_has(at))
		return missing(d, at);
	if (json_read_integer(&d->reader, at->token, out) && *out >= least && *out <= most)
		return 0;
	if (most == INT64_MAX)
		return document_refuse(d, at, "a number from %lld up was expected", (long long)least);
	return document_refuse(d, at, "a number from %lld to %lld was expected", (long long)least, (long long)most);
}

int document_bool(const struct document *d, const struct document_place *at, bool *out)
{
	if (!document_has(at))
		return missing(d, at);
	*out = json_read_is(&d->reader, at->token, JSON_KIND_TRUE);
	if (!*out && !json_read_is(&d->reader, at->token, JSON_KIND_FALSE))
		return document_refuse(d, at, "true or false was expected");
	return 0;
}

static bool has_control_characters(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return true;
	return false;
}

int document_text(struct document *d, const struct document_place *at, size_t most, struct slice *out)
{
	if (!document_has(at))
		return missing(d, at);
	if (!json_read_string(&d->reader, at->token, &d->texts, out))
		return document_refuse(d, at, "a text was expected");
	if (out->len == 0 || out->len > most)
		return document_refuse(d, at, "a text of 1 to %zu bytes was expected", most);
	if (has_control_characters(*out))
		return document_refuse(d, at, "control characters are not allowed");
	return 0;
}

int document_choice(struct document *d, const struct document_place *at, const char *const *words, size_t count,
		    size_t *index)
{
	struct buffer list;
	struct slice text;

	if (!document_has(at))
		return missing(d, at);
	if (json_read_string(&d->reader, at->token, &d->texts, &text))
		for (*index = 0; *index < count; ++*index)
			if (slice_is(text, words[*index]))
				return 0;
	buffer_init(&list, WORDS_MAX_BYTES);
	for (size_t i = 0; i < count; i++)
		buffer_printf(&list, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", words[i]);
	document_refuse(d, at, "%s was expected", buffer_string(&list));
	buffer_release(&list);
	return -1;
}

static bool parse_duration(struct slice text, int64_t *out)
{
	static const struct {
		uint8_t letter;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	uint64_t number;

	/* Nine digits of days do not overflow. */
	if (text.len < 2 || text.len > 10 || !slice_to_uint64(slice_take(text, text.len - 1), &number))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (text.ptr[text.len - 1] != units[i].letter)
			continue;
		*out = (int64_t)number * units[i].seconds * US_PER_SECOND;
		return true;
	}
	return false;
}

/* As a person would write it, for messages. */
static void duration_text(int64_t us, char out[32])
{
	int64_t seconds = us / US_PER_SECOND;

	if (seconds == 0 || seconds % 60 != 0)
		snprintf(out, 32, "%llds", (long long)seconds);
	else if (seconds % 86400 == 0)
		snprintf(out, 32, "%lldd", (long long)seconds / 86400);
	else if (seconds % 3600 == 0)
		snprintf(out, 32, "%lldh", (long long)seconds / 3600);
	else
		snprintf(out, 32, "%lldm", (long long)seconds / 60);
}

int document_duration(struct document *d, const struct document_place *at, int64_t least, int64_t most, int64_t *out)
{
	char from[32], to[32];
	struct slice text;

	if (!document_has(at))
		return missing(d, at);
	if (json_read_string(&d->reader, at->token, &d->texts, &text) && parse_duration(text, out) && *out >= least &&
	    *out <= most)
		return 0;
	duration_text(least, from);
	duration_text(most, to);
	return document_refuse(d, at, "a duration from \"%s\" to \"%s\" was expected", from, to);
}
