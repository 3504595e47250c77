#include "server/collector/envelope.h"

#include "lib/encode.h"
#include "lib/json_reader.h"

#include <stdlib.h>

enum {
	TOKENS = 65536,
	EPOCH_DIGITS = 16,
	NUMBER_LENGTH_MOST = 40, /* of a number that jsonb is sure to take */
	PEER_MOST = 64,
};

struct envelope_reader {
	struct json_reader json;
	struct arena arena;
	struct buffer decoded; /* of message_base64 */
};

struct envelope_reader *envelope_reader_new(void)
{
	struct envelope_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->json.capacity = TOKENS;
	r->json.tokens = malloc(TOKENS * sizeof(*r->json.tokens));
	if (!r->json.tokens) {
		free(r);
		return NULL;
	}
	return r;
}

void envelope_reader_free(struct envelope_reader *r)
{
	if (!r)
		return;
	arena_release(&r->arena);
	buffer_release(&r->decoded);
	free(r->json.tokens);
	free(r);
}

enum outer { OUTER_HINOMI, OUTER_MESSAGE, OUTER_BASE64, OUTER_TRUNCATED, OUTERS };
static const struct slice outer_names[OUTERS] = {
	[OUTER_HINOMI] = SLICE_LITERAL("hinomi"),
	[OUTER_MESSAGE] = SLICE_LITERAL("message"),
	[OUTER_BASE64] = SLICE_LITERAL("message_base64"),
	[OUTER_TRUNCATED] = SLICE_LITERAL("truncated"),
};

enum inner {
	INNER_EPOCH,
	INNER_SEQUENCE,
	INNER_SOURCE,
	INNER_READ_AT,
	INNER_PEER,
	INNER_DROPPED,
	INNER_HEARTBEAT,
	INNERS
};
static const struct slice inner_names[INNERS] = {
	[INNER_EPOCH] = SLICE_LITERAL("epoch"),         [INNER_SEQUENCE] = SLICE_LITERAL("sequence"),
	[INNER_SOURCE] = SLICE_LITERAL("source"),       [INNER_READ_AT] = SLICE_LITERAL("read_at"),
	[INNER_PEER] = SLICE_LITERAL("peer"),           [INNER_DROPPED] = SLICE_LITERAL("dropped"),
	[INNER_HEARTBEAT] = SLICE_LITERAL("heartbeat"),
};

/* A short text: empty when absent, not a string, or longer than `most`. */
static struct slice text_of(struct envelope_reader *r, uint32_t token, size_t most)
{
	struct slice s;

	if (token == JSON_NONE || !json_read_string(&r->json, token, &r->arena, &s) || s.len > most)
		return (struct slice){ 0 };
	return s;
}

static bool parse_epoch(struct slice s, int64_t *out)
{
	uint64_t v = 0;

	if (s.len == 0 || s.len > EPOCH_DIGITS)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint64_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			v = v << 4 | (uint64_t)(c - 'A' + 10);
		else
			return false;
	}
	*out = (int64_t)(v & INT64_MAX);
	return v <= INT64_MAX;
}

static void read_number(struct envelope_reader *r, const uint32_t *inner, struct envelope *out)
{
	int64_t epoch, sequence;

	if (!parse_epoch(text_of(r, inner[INNER_EPOCH], EPOCH_DIGITS), &epoch) ||
	    !json_read_integer(&r->json, inner[INNER_SEQUENCE], &sequence) || sequence < 1)
		return;
	out->epoch = epoch;
	out->sequence = sequence;
}

/* ------------------------------------------------------------------------------------------------------ heartbeat */

static int64_t figure_of(struct envelope_reader *r, uint32_t object, struct slice name)
{
	uint32_t token = json_read_member(&r->json, object, name);
	int64_t v;

	return token != JSON_NONE && json_read_integer(&r->json, token, &v) && v >= 0 ? v : -1;
}

/* jsonb takes neither \u0000 nor a number beyond its numeric. */
static bool is_storable(const struct json_reader *json, uint32_t object)
{
	for (uint32_t i = object; i < json->tokens[object].next; i++) {
		struct slice raw = json_read_raw(json, i);

		if (json->tokens[i].kind == JSON_KIND_NUMBER &&
		    (raw.len > NUMBER_LENGTH_MOST || memchr(raw.ptr, 'e', raw.len) || memchr(raw.ptr, 'E', raw.len)))
			return false;
		if (json->tokens[i].kind == JSON_KIND_STRING && slice_contains(raw, "\\u0000"))
			return false;
	}
	return true;
}

static void read_heartbeat(struct envelope_reader *r, uint32_t object, struct envelope *out)
{
	struct envelope_health *h = &out->health;
	struct slice report = json_read_raw(&r->json, object);

	out->kind = ENVELOPE_HEARTBEAT;
	h->spool_records = figure_of(r, object, SLICE_LITERAL("spool_records"));
	h->spool_bytes = figure_of(r, object, SLICE_LITERAL("spool_bytes"));
	h->disk_free_bytes = figure_of(r, object, SLICE_LITERAL("disk_free_bytes"));
	h->dropped_records = figure_of(r, object, SLICE_LITERAL("dropped_records"));
	h->version = text_of(r, json_read_member(&r->json, object, SLICE_LITERAL("version")), ENVELOPE_VERSION_MOST);
	if (h->version.len && memchr(h->version.ptr, 0, h->version.len))
		h->version = (struct slice){ 0 };
	if (report.len <= ENVELOPE_REPORT_MOST && is_storable(&r->json, object))
		h->report = report;
}

/* --------------------------------------------------------------------------------------------------------- record */

static bool read_message(struct envelope_reader *r, const uint32_t *outer, struct slice *out)
{
	struct slice coded;

	if (outer[OUTER_MESSAGE] != JSON_NONE && json_read_string(&r->json, outer[OUTER_MESSAGE], &r->arena, out))
		return true;
	if (outer[OUTER_BASE64] == JSON_NONE || !json_read_string(&r->json, outer[OUTER_BASE64], &r->arena, &coded))
		return false;
	buffer_clear(&r->decoded);
	if (!base64_decode(&r->decoded, coded) || r->decoded.failed)
		return false;
	*out = buffer_slice(&r->decoded);
	return true;
}

static void read_record(struct envelope_reader *r, const uint32_t *outer, const uint32_t *inner, struct envelope *out)
{
	struct slice record;

	if (!read_message(r, outer, &record))
		return; /* the event itself stays the record */
	out->record = record;
	out->source = record_source_of(text_of(r, inner[INNER_SOURCE], PEER_MOST));
	out->peer = text_of(r, inner[INNER_PEER], PEER_MOST);
	out->truncated = outer[OUTER_TRUNCATED] != JSON_NONE;
}

void envelope_read(struct envelope_reader *r, struct slice event, struct envelope *out)
{
	uint32_t outer[OUTERS], inner[INNERS];

	*out = (struct envelope){ .read_at = TIME_NONE, .source = SOURCE_FOREIGN, .record = event };
	if (json_read(&r->json, event) != JSON_OK || !arena_reset(&r->arena, event.len))
		return;
	json_read_members(&r->json, 0, outer_names, OUTERS, outer);
	if (!json_read_is(&r->json, outer[OUTER_HINOMI], JSON_KIND_OBJECT))
		return;
	json_read_members(&r->json, outer[OUTER_HINOMI], inner_names, INNERS, inner);
	if (!time_parse(text_of(r, inner[INNER_READ_AT], TIME_TEXT_SIZE), 0, &out->read_at))
		out->read_at = TIME_NONE;
	if (json_read_is(&r->json, inner[INNER_HEARTBEAT], JSON_KIND_OBJECT)) {
		read_heartbeat(r, inner[INNER_HEARTBEAT], out);
		return;
	}
	read_number(r, inner, out);
	if (inner[INNER_DROPPED] != JSON_NONE && json_read_integer(&r->json, inner[INNER_DROPPED], &out->dropped) &&
	    out->dropped > 0)
		out->kind = ENVELOPE_DROPPED;
	else
		read_record(r, outer, inner, out);
}
