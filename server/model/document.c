#include "server/model/document.h"

#include "server/model/input.h"

#include <inttypes.h>
#include <stdlib.h>

int document_read(struct document *d, struct slice text, struct err *why)
{
	struct json_reader *r = &d->reader;

	*d = (struct document){ .reader = { .text = text } };
	if (text.len > DOCUMENT_MAX)
		return err_set(why, ERR_USAGE, "it is longer than %d bytes", DOCUMENT_MAX);
	/* Two values have a comma or a colon between them. */
	r->capacity = (uint32_t)(text.len / 2 + 2);
	r->tokens = calloc(r->capacity, sizeof(*r->tokens));
	if (!r->tokens)
		return err_set(why, ERR_NOMEM, "no memory for a document");
	if (json_read(r, text) != JSON_OK) {
		document_release(d);
		return err_set(why, ERR_USAGE, "it is not JSON, or nested too deeply");
	}
	return 0;
}

void document_release(struct document *d)
{
	free(d->reader.tokens);
	d->reader.tokens = NULL;
}

void document_member_place(char out[DOCUMENT_PLACE_SIZE], const char *place, const char *member)
{
	snprintf(out, DOCUMENT_PLACE_SIZE, "%.60s%s%.16s", place, *place ? "." : "", member);
}

void document_item_place(char out[DOCUMENT_PLACE_SIZE], const char *place, int n)
{
	snprintf(out, DOCUMENT_PLACE_SIZE, "%.60s[%d]", place, n);
}

static int wrong(struct err *why, const char *place, const char *wanted)
{
	return err_set(why, ERR_USAGE, "%s%s%s", place, *place ? ": " : "", wanted);
}

/* Which of the names the key is, as it is written; count: none. */
static size_t name_of(struct slice key, const char *const *names, size_t count)
{
	size_t i = 0;

	while (i < count && !slice_is(key, names[i]))
		i++;
	return i;
}

int document_object(const struct document *d, uint32_t value, const char *place, const char *const *names, size_t count,
		    uint32_t *values, struct err *why)
{
	const struct json_reader *r = &d->reader;

	for (size_t i = 0; i < count; i++)
		values[i] = JSON_NONE;
	if (!json_read_is(r, value, JSON_KIND_OBJECT))
		return wrong(why, place, "it must be an object");
	for (uint32_t key = json_read_first(r, value); key < r->tokens[value].next; key = r->tokens[key + 1].next) {
		struct slice name = json_read_raw(r, key);
		size_t which = name_of(name, names, count);

		if (which == count || values[which] != JSON_NONE)
			return err_set(why, ERR_USAGE, "%s%s%.*s %s", place, *place ? "." : "",
				       (int)(name.len < 40 ? name.len : 40), (const char *)name.ptr,
				       which == count ? "is not known here" : "stands there twice");
		values[which] = key + 1;
	}
	return 0;
}

int document_needs(uint32_t value, const char *place, const char *member, struct err *why)
{
	if (value != JSON_NONE)
		return 0;
	return err_set(why, ERR_USAGE, "%s%s%s is missing", place, *place ? "." : "", member);
}

int document_array(const struct document *d, uint32_t value, const char *place, int most, int *count, struct err *why)
{
	const struct json_reader *r = &d->reader;

	*count = 0;
	if (!json_read_is(r, value, JSON_KIND_ARRAY))
		return wrong(why, place, "it must be a list");
	for (uint32_t i = json_read_first(r, value); i < r->tokens[value].next; i = r->tokens[i].next)
		if (++*count > most)
			return err_set(why, ERR_USAGE, "%s: more than %d elements", place, most);
	return 0;
}

int document_integer(const struct document *d, uint32_t value, const char *place, int64_t least, int64_t most,
		     int64_t *out, struct err *why)
{
	if (json_read_integer(&d->reader, value, out) && *out >= least && *out <= most)
		return 0;
	return err_set(why, ERR_USAGE, "%s: it must be a whole number from %" PRId64 " to %" PRId64, place, least,
		       most);
}

int document_bool(const struct document *d, uint32_t value, const char *place, bool *out, struct err *why)
{
	*out = json_read_is(&d->reader, value, JSON_KIND_TRUE);
	return *out || json_read_is(&d->reader, value, JSON_KIND_FALSE) ? 0
									: wrong(why, place, "it must be true or false");
}

/* A string as it is written; ptr NULL: none. */
static struct slice string_of(const struct document *d, uint32_t value)
{
	return json_read_is(&d->reader, value, JSON_KIND_STRING) ? json_read_raw(&d->reader, value)
								 : (struct slice){ 0 };
}

int document_word(const struct document *d, uint32_t value, const char *place, const char *const *words, size_t count,
		  int *out, struct err *why)
{
	struct slice text = string_of(d, value);
	size_t which = name_of(text, words, count);
	int n;

	if (text.ptr && which < count) {
		*out = (int)which;
		return 0;
	}
	err_set(why, ERR_USAGE, "%s: it must be one of", place);
	for (size_t i = 0; why && i < count; i++) {
		n = (int)strlen(why->text);
		snprintf(why->text + n, sizeof(why->text) - (size_t)n, "%s %s", i ? "," : "", words[i]);
	}
	return -1;
}

int document_name(const struct document *d, uint32_t value, const char *place, size_t most, struct err *why)
{
	struct slice text = string_of(d, value);

	/* The reader refuses control characters; as an escape they would be longer, not fewer. */
	if (text.ptr && text.len > 0 && text.len <= most && !slice_contains(text, "\\"))
		return 0;
	return err_set(why, ERR_USAGE, "%s: it must be a text of up to %zu bytes without \\", place, most);
}

int document_day(const struct document *d, uint32_t value, const char *place, int64_t *day, struct err *why)
{
	struct slice text = string_of(d, value);

	return text.ptr && input_day(text, day) ? 0 : wrong(why, place, "it must be a day, as 2026-11-02");
}

/* Two digits, no more than `most`. */
static bool two_digits(struct slice text, uint64_t most, int *out)
{
	uint64_t v;

	if (text.len != 2 || !slice_to_uint64(text, &v) || v > most)
		return false;
	*out = (int)v;
	return true;
}

int document_month_day(const struct document *d, uint32_t value, const char *place, int *month, int *day,
		       struct err *why)
{
	static const int longest[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	struct slice text = string_of(d, value);

	if (text.len == 5 && text.ptr[2] == '-' && two_digits(slice_take(text, 2), 12, month) && *month > 0 &&
	    two_digits(slice_skip(text, 3), 31, day) && *day > 0 && *day <= longest[*month - 1])
		return 0;
	return wrong(why, place, "it must be a month and a day, as 12-29");
}

int document_time(const struct document *d, uint32_t value, const char *place, bool with_end, int *second,
		  struct err *why)
{
	struct slice text = string_of(d, value);
	int hour, minute;

	if (text.len == 5 && text.ptr[2] == ':' && two_digits(slice_take(text, 2), with_end ? 24 : 23, &hour) &&
	    two_digits(slice_skip(text, 3), 59, &minute) && (hour < 24 || minute == 0)) {
		*second = hour * 3600 + minute * 60;
		return 0;
	}
	return wrong(why, place,
		     with_end ? "it must be a time from 00:00 to 24:00" : "it must be a time from 00:00 to 23:59");
}
