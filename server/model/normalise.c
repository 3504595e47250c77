#include "server/model/normalise.h"

#include "server/model/community_id.h"
#include "server/model/format.h"
#include "server/model/protocol.h"

/* Tokens for the largest record worth reading: an alert has about a hundred, engine statistics some thousands. */
enum { TOKENS = 65536, TEXT_MAX = 1024, ARENA_EXTRA = 64 * 1024, EVENT_SIZE = 64 };

/* In the order in which they are asked. */
static const struct format *const formats[] = { &format_eve, &format_fortigate };

struct normaliser {
	struct json_token *tokens;
	struct arena arena;
	/* The record at hand. */
	struct record record;
	struct format_input input;
	struct syslog_message syslog;
	struct json_reader json;
	const struct format *format; /* NULL: none recognised it */
	char event[EVENT_SIZE];
};

struct normaliser *normaliser_new(void)
{
	struct normaliser *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->tokens = malloc(TOKENS * sizeof(*n->tokens));
	if (!n->tokens) {
		free(n);
		return NULL;
	}
	return n;
}

void normaliser_free(struct normaliser *n)
{
	if (!n)
		return;
	arena_release(&n->arena);
	free(n->tokens);
	free(n);
}

enum record_source record_source_of(struct slice name)
{
	if (slice_is(name, "eve"))
		return SOURCE_EVE;
	return slice_is(name, "syslog") ? SOURCE_SYSLOG : SOURCE_FOREIGN;
}

const char *unparsed_reason_name(enum unparsed_reason reason)
{
	static const char *const names[] = { "none", "empty", "no_format", "not_json", "too_large", "incomplete" };

	return names[(size_t)reason < ARRAY_LEN(names) ? reason : UNPARSED_NO_FORMAT];
}

void format_set_community_id(struct alert *a, struct slice given, int protocol, const struct endpoint *source,
			     const struct endpoint *destination, struct arena *arena)
{
	char text[COMMUNITY_ID_SIZE];
	uint8_t *copy;

	if (community_id_is_valid(given)) {
		a->community_id = given;
		return;
	}
	copy = community_id(protocol, source, destination, text) ? arena_take(arena, COMMUNITY_ID_LENGTH) : NULL;
	if (!copy)
		return;
	memcpy(copy, text, COMMUNITY_ID_LENGTH);
	a->community_id = slice_of(copy, COMMUNITY_ID_LENGTH);
}

/* Trailing line ends, NUL and blanks are no part of a record. */
static struct slice without_end(struct slice s)
{
	while (s.len && memchr("\r\n\0 \t", s.ptr[s.len - 1], 5))
		s.len--;
	return s;
}

static bool is_object(struct slice s)
{
	s = slice_trim(s);
	return s.len && s.ptr[0] == '{';
}

static enum unparsed_reason read_json(struct normaliser *n, struct slice text, struct json_reader *json)
{
	*json = (struct json_reader){ .tokens = n->tokens, .capacity = TOKENS };
	switch (json_read(json, text)) {
	case JSON_OK:
		return UNPARSED_NONE;
	case JSON_BAD:
		return UNPARSED_NOT_JSON;
	case JSON_TOO_DEEP:
	case JSON_TOO_MANY:
		break;
	}
	return UNPARSED_TOO_LARGE;
}

/* A Beats event carries the record in event.original, else in message, else it is the record itself. */
static struct slice unwrap(struct normaliser *n, const struct json_reader *json, struct slice event)
{
	uint32_t original =
	    json_read_member(json, json_read_member(json, 0, SLICE_LITERAL("event")), SLICE_LITERAL("original"));
	uint32_t message = json_read_member(json, 0, SLICE_LITERAL("message"));
	struct slice record;

	if (json_read_string(json, original, &n->arena, &record) && record.len)
		return record;
	if (json_read_string(json, message, &n->arena, &record) && record.len)
		return record;
	return event;
}

/* At most `most` bytes, not cut in the middle of a character. */
static struct slice cut(struct slice s, size_t most)
{
	size_t len = most;

	if (s.len <= most)
		return s;
	while (len > most - 3 && (s.ptr[len] & 0xC0) == 0x80)
		len--;
	return slice_take(s, len);
}

/* Length of the character at p, or 0 when it is none that can be stored. */
static size_t character_length(const uint8_t *p, size_t room)
{
	for (size_t len = 1; len <= 4 && len <= room; len++)
		if (slice_is_utf8(slice_of(p, len)))
			return p[0] ? len : 0;
	return 0;
}

/* What the database could refuse goes: bytes that are not UTF-8, and NUL, become U+FFFD. */
static struct slice storable(struct arena *arena, struct slice s)
{
	static const uint8_t replacement[3] = { 0xEF, 0xBF, 0xBD };
	uint8_t *copy, *to;

	s = cut(s, TEXT_MAX);
	if (s.len == 0 || (!memchr(s.ptr, 0, s.len) && slice_is_utf8(s)))
		return s;
	s = cut(s, TEXT_MAX / sizeof(replacement));
	copy = to = arena_take(arena, sizeof(replacement) * s.len);
	if (!copy)
		return (struct slice){ 0 };
	for (size_t i = 0; i < s.len;) {
		size_t len = character_length(s.ptr + i, s.len - i);

		memcpy(to, len ? s.ptr + i : replacement, len ? len : sizeof(replacement));
		to += len ? len : sizeof(replacement);
		i += len ? len : 1;
	}
	return slice_of(copy, (size_t)(to - copy));
}

static void make_storable(struct arena *arena, struct alert *a)
{
	struct slice *const texts[] = { &a->transport, &a->signature_id, &a->signature, &a->category,
					&a->community_id };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = storable(arena, *texts[i]);
}

/* "eve.dns" from "dns". A device may write anything for its event; one that is too long is known by its beginning. */
static struct slice event_name(struct normaliser *n, struct slice detail)
{
	size_t len = strlen(n->format->name);

	memcpy(n->event, n->format->name, len);
	n->event[len++] = '.';
	for (size_t i = 0; i < detail.len && len < EVENT_SIZE; i++) {
		uint8_t c = detail.ptr[i];

		n->event[len++] = (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
	}
	return slice_of(n->event, len);
}

static enum verdict ask_formats(struct normaliser *n, struct normalised *out)
{
	enum verdict verdict;

	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (!formats[i]->recognise(&n->input))
			continue;
		n->format = formats[i];
		out->alert.format = formats[i]->name;
		out->alert.kind = KIND_ALERT;
		verdict = formats[i]->normalise(&n->input, out);
		if (verdict == VERDICT_UNPARSED)
			out->event = (struct slice){ 0 };
		else
			out->event = event_name(n, out->event);
		return verdict;
	}
	out->reason = UNPARSED_NO_FORMAT;
	out->event = SLICE_LITERAL("text");
	return VERDICT_UNPARSED;
}

/* The record's body, found and offered to the formats. */
static enum verdict read_record(struct normaliser *n, struct normalised *out)
{
	const struct record *in = &n->record;
	struct format_input *f = &n->input;

	f->body = without_end(in->bytes);
	if (in->source == SOURCE_FOREIGN && is_object(f->body)) {
		out->reason = read_json(n, f->body, &n->json);
		if (out->reason != UNPARSED_NONE)
			return VERDICT_UNPARSED;
		out->raw = unwrap(n, &n->json, f->body);
		f->body = without_end(out->raw);
	}
	if (f->body.len == 0) {
		out->reason = UNPARSED_EMPTY;
		return VERDICT_UNPARSED;
	}
	if (!is_object(f->body)) {
		syslog_parse(f->body, in->received_at, in->default_zone, &n->syslog);
		f->syslog = &n->syslog;
		f->body = n->syslog.content;
	}
	if (is_object(f->body)) {
		out->reason = read_json(n, f->body, &n->json);
		if (out->reason != UNPARSED_NONE)
			return VERDICT_UNPARSED;
		f->json = &n->json;
	}
	return ask_formats(n, out);
}

void normalise(struct normaliser *n, const struct record *in, struct normalised *out)
{
	*out = (struct normalised){ .raw = in->bytes };
	alert_init(&out->alert);
	n->record = *in;
	n->input = (struct format_input){ .record = &n->record, .arena = &n->arena };
	n->format = NULL;
	/* Decoding an envelope and the record in it, that twice, takes at most the length of all three. */
	if (in->bytes.len > JSON_TEXT_MAX || !arena_reset(&n->arena, 3 * in->bytes.len + ARENA_EXTRA)) {
		out->reason = UNPARSED_TOO_LARGE;
		out->verdict = VERDICT_UNPARSED;
	} else {
		out->verdict = read_record(n, out);
	}
	out->body = n->input.body;
	out->json = n->input.json;
	if (out->verdict == VERDICT_UNPARSED) {
		alert_init(&out->alert);
		out->alert.kind = KIND_UNPARSED;
		return;
	}
	make_storable(&n->arena, &out->alert);
}

void normalise_context(struct normaliser *n, struct normalised *out)
{
	alert_init(&out->alert);
	out->alert.kind = KIND_CONTEXT;
	if (n->format) {
		out->alert.format = n->format->name;
		n->format->fill_context(&n->input, &out->alert);
		make_storable(&n->arena, &out->alert);
		return;
	}
	out->alert.format = "text";
	if (n->input.syslog)
		out->alert.event_time = n->input.syslog->time;
}

void normalise_community_id(struct normaliser *n, struct normalised *out)
{
	struct alert *a = &out->alert;
	int protocol = PROTOCOL_UNKNOWN;

	protocol_read(a->transport, &n->arena, &protocol);
	/* Context does not say the type of an ICMP message. */
	if (!a->community_id.ptr && protocol != PROTOCOL_ICMP && protocol != PROTOCOL_ICMPV6)
		format_set_community_id(a, (struct slice){ 0 }, protocol, &a->source, &a->destination, &n->arena);
}
