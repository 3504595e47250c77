#include "server/store/alert_row.h"

/* Binary timestamps count microseconds from 2000-01-01; timestamptz reaches from 4713 BC to the end of 294276. */
#define POSTGRES_EPOCH_US ((time_us)946684800 * US_PER_SECOND)
#define POSTGRES_FIRST    (-211813488000000000)
#define POSTGRES_END      (9223371331200000000)

enum {
	OID_TEXT = 25,
	INET_FAMILY_4 = 2, /* PGSQL_AF_INET, PGSQL_AF_INET6 */
	INET_FAMILY_6 = 3,
	ID_AT = 6,        /* behind the number of columns and the id's length */
	FIXED_MOST = 784, /* all but the texts, techniques, rule hits and raw bytes */
};

/* Column, and its place in the row. */
enum column {
	COLUMN_ID,
	COLUMN_COMPANY,
	COLUMN_TS,
	COLUMN_RECEIVED,
	COLUMN_EVENT_TIME,
	COLUMN_SENSOR,
	COLUMN_KIND,
	COLUMN_RAW = 32,
	COLUMNS,
};

const char alert_row_copy_sql[] =
    "COPY alert (id, company_id, ts, received_at, event_time, sensor_id, kind, format, source_ip, source_port, "
    "destination_ip, destination_port, transport, direction, engine, severity, score, action, signature_id, signature, "
    "category, technique, stage, community_id, flow_id, inside_ip, attacker_ip, repeat_count, cluster_key, link_key, "
    "rule_hits, mute_id, raw) FROM STDIN (FORMAT binary)";

struct slice alert_row_header(void)
{
	static const uint8_t header[19] = "PGCOPY\n\377\r\n"; /* with its NUL; flags 0, no extension */

	return slice_of(header, sizeof(header));
}

struct slice alert_row_trailer(void)
{
	static const uint8_t trailer[2] = { 0xff, 0xff };

	return slice_of(trailer, sizeof(trailer));
}

bool alert_row_time_fits(time_us t)
{
	return t >= POSTGRES_FIRST + POSTGRES_EPOCH_US && t < POSTGRES_END;
}

/* --------------------------------------------------------------------------------------------------------- values */

static uint8_t *put16(uint8_t *to, uint16_t v)
{
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;
	return to + 2;
}

static uint8_t *put32(uint8_t *to, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(to, &v, sizeof(v));
	return to + sizeof(v);
}

static uint8_t *put64(uint8_t *to, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(to, &v, sizeof(v));
	return to + sizeof(v);
}

static uint8_t *put_null(uint8_t *to)
{
	return put32(to, UINT32_MAX);
}

static uint8_t *put_bigint(uint8_t *to, int64_t v)
{
	return put64(put32(to, 8), (uint64_t)v);
}

static uint8_t *put_integer(uint8_t *to, int v)
{
	return put32(put32(to, 4), (uint32_t)v);
}

static uint8_t *put_smallint(uint8_t *to, int v)
{
	return put16(put32(to, 2), (uint16_t)v);
}

static uint8_t *put_time(uint8_t *to, time_us t)
{
	return t == TIME_NONE || !alert_row_time_fits(t) ? put_null(to) : put_bigint(to, t - POSTGRES_EPOCH_US);
}

static uint8_t *put_text(uint8_t *to, struct slice s)
{
	if (!s.ptr)
		return put_null(to);
	to = put32(to, (uint32_t)s.len);
	memcpy(to, s.ptr, s.len);
	return to + s.len;
}

static uint8_t *put_name(uint8_t *to, const char *name)
{
	return put_text(to, slice_of_string(name));
}

static uint8_t *put_address(uint8_t *to, const struct address *a)
{
	uint8_t size = a->family == 4 ? 4 : 16;

	if (a->family == 0)
		return put_null(to);
	to = put32(to, 4 + (uint32_t)size);
	*to++ = a->family == 4 ? INET_FAMILY_4 : INET_FAMILY_6;
	*to++ = (uint8_t)(8 * size); /* all bits: a host */
	*to++ = 0;                   /* not a cidr */
	*to++ = size;
	memcpy(to, a->bytes, size);
	return to + size;
}

static uint8_t *put_port(uint8_t *to, int port)
{
	return port == PORT_NONE ? put_null(to) : put_integer(to, port);
}

/* text[], one dimension; an empty one has none. */
static uint8_t *put_techniques(uint8_t *to, const struct slice *list, size_t count)
{
	uint8_t *length = to;

	to = put32(to, 0);
	to = put32(to, count ? 1 : 0);
	to = put32(to, 0); /* no NULLs in it */
	to = put32(to, OID_TEXT);
	if (count) {
		to = put32(to, (uint32_t)count);
		to = put32(to, 1);
	}
	for (size_t i = 0; i < count; i++)
		to = put_text(to, list[i].ptr ? list[i] : SLICE_LITERAL(""));
	put32(length, (uint32_t)(to - length - 4));
	return to;
}

/* ----------------------------------------------------------------------------------------------------------- rows */

static uint8_t *put_head(uint8_t *to, int64_t company_id, int64_t sensor_id, time_us ts, time_us received_at,
			 time_us event_time)
{
	to = put16(to, COLUMNS);
	to = put_bigint(to, 0);
	to = put_bigint(to, company_id);
	to = put_time(to, ts);
	to = put_time(to, received_at);
	to = put_time(to, event_time);
	return put_bigint(to, sensor_id);
}

static uint8_t *put_alert(uint8_t *to, const struct alert *a)
{
	to = put_name(to, kind_name(a->kind));
	to = put_name(to, a->format);
	to = put_address(to, &a->source.ip);
	to = put_port(to, a->source.port);
	to = put_address(to, &a->destination.ip);
	to = put_port(to, a->destination.port);
	to = put_text(to, a->transport);
	to = put_name(to, direction_name(a->direction));
	to = put_name(to, engine_name(a->engine));
	to = put_smallint(to, a->severity);
	to = put_smallint(to, a->score);
	to = put_name(to, action_name(a->action));
	to = put_text(to, a->signature_id);
	to = put_text(to, a->signature);
	to = put_text(to, a->category);
	to = put_techniques(to, a->technique, a->technique_count);
	to = put_name(to, stage_name(a->stage));
	to = put_text(to, a->community_id);
	to = a->flow_id ? put_bigint(to, a->flow_id) : put_null(to);
	to = put_address(to, &a->inside);
	to = put_address(to, &a->attacker);
	to = put_integer(to, a->repeat_count);
	to = put_bigint(to, a->cluster_key);
	to = put_bigint(to, a->link_key);
	to = put_text(to, a->rule_hits);
	return a->mute_id ? put_bigint(to, a->mute_id) : put_null(to);
}

static size_t texts_length(const struct alert *a)
{
	size_t n = a->transport.len + a->signature_id.len + a->signature.len + a->category.len + a->community_id.len +
		   a->rule_hits.len;

	for (size_t i = 0; i < a->technique_count; i++)
		n += a->technique[i].len + 4;
	return n;
}

void alert_row_put(struct buffer *out, const struct alert_row *row, struct raw_coder *coder)
{
	size_t raw_length_at;
	uint8_t *to = buffer_reserve(out, FIXED_MOST + texts_length(row->alert));

	if (!to)
		return;
	to = put_head(to, row->company_id, row->sensor_id, row->ts, row->received_at, row->alert->event_time);
	to = put_alert(to, row->alert);
	raw_length_at = (size_t)(to - out->data);
	out->len = raw_length_at + 4;
	raw_encode(coder, row->raw, out);
	if (!out->failed)
		put32(out->data + raw_length_at, (uint32_t)(out->len - raw_length_at - 4));
}

void alert_row_set_id(uint8_t *row, int64_t id)
{
	put64(row + ID_AT, (uint64_t)id);
}

/* The bytes of one column; false when the row ends too early. */
static bool column_of(struct slice row, enum column wanted, struct slice *out)
{
	struct slice rest = slice_skip(row, 2);

	for (int i = 0; i <= (int)wanted; i++) {
		uint32_t len = rest.len >= 4 ? load_be32(rest.ptr) : 0;

		if (rest.len < 4)
			return false;
		rest = slice_skip(rest, 4);
		*out = slice_of(len == UINT32_MAX ? NULL : rest.ptr, len == UINT32_MAX ? 0 : len);
		if (rest.len < out->len)
			return false;
		rest = slice_skip(rest, out->len);
	}
	return true;
}

static bool bigint_of(struct slice row, enum column wanted, int64_t *out)
{
	struct slice s;

	if (!column_of(row, wanted, &s) || s.len != 8)
		return false;
	*out = (int64_t)load_be64(s.ptr);
	return true;
}

bool alert_row_put_unparsed(struct buffer *rows, size_t row, size_t length, time_us *ts)
{
	int64_t company_id, sensor_id, received_at;
	struct slice raw, old;
	struct alert nothing;
	uint8_t *to = buffer_reserve(rows, FIXED_MOST + length);

	if (!to) {
		rows->failed = false;
		return false;
	}
	old = slice_of(rows->data + row, length);
	if (!bigint_of(old, COLUMN_COMPANY, &company_id) || !bigint_of(old, COLUMN_SENSOR, &sensor_id) ||
	    !bigint_of(old, COLUMN_RECEIVED, &received_at) || !column_of(old, COLUMN_RAW, &raw))
		return false;
	alert_init(&nothing);
	nothing.kind = KIND_UNPARSED;
	*ts = received_at + POSTGRES_EPOCH_US;
	to = put_head(to, company_id, sensor_id, *ts, *ts, TIME_NONE);
	to = put_text(put_alert(to, &nothing), raw);
	rows->len = (size_t)(to - rows->data);
	return true;
}
