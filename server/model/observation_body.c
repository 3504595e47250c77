#include "server/model/observation_body.h"

enum { VERSION = 1 };

static size_t address_length(const struct address *a)
{
	return a->family == 4 ? 4 : 16;
}

/* -------------------------------------------------------------------------------------------------------- writing */

static void put_number(struct buffer *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buffer_put_byte(out, (uint8_t)(v | 0x80));
	buffer_put_byte(out, (uint8_t)v);
}

static void put_signed(struct buffer *out, int64_t v)
{
	put_number(out, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

static void put_text(struct buffer *out, struct slice s)
{
	put_number(out, s.len);
	buffer_put_slice(out, s);
}

static void put_span(struct buffer *out, time_us first, time_us last, int64_t contacts)
{
	put_signed(out, first);
	put_number(out, (uint64_t)(last - first));
	put_number(out, (uint64_t)contacts);
}

static void put_times(struct buffer *out, const time_us *times, const int64_t *bytes, size_t count, time_us before)
{
	put_number(out, count);
	for (size_t i = 0; i < count; i++) {
		put_number(out, (uint64_t)(times[i] - before));
		put_number(out, (uint64_t)(bytes[i] + 1));
		before = times[i];
	}
}

static void put_contact(struct buffer *out, const struct observation_contact *c)
{
	buffer_put_byte(out, c->inside.family);
	buffer_put(out, c->inside.bytes, address_length(&c->inside));
	put_text(out, c->destination);
	put_number(out, (uint64_t)c->port);
	put_span(out, c->first, c->last, c->contacts);
	put_times(out, c->times, c->bytes, c->times_count, c->first);
}

int observation_write(struct observation *o, struct buffer *out, struct err *why)
{
	size_t observables = observation_seen_count(o), contacts = observation_contact_count(o);

	if (observation_sort(o, why) != 0)
		return -1;
	buffer_put_byte(out, VERSION);
	put_number(out, observation_lost(o));
	put_number(out, observables);
	put_number(out, contacts);
	for (size_t i = 0; i < observables; i++) {
		struct observation_seen s;

		observation_seen_at(o, i, &s);
		buffer_put_byte(out, (uint8_t)s.kind);
		put_text(out, s.key);
		put_span(out, s.first, s.last, s.contacts);
	}
	for (size_t i = 0; i < contacts; i++) {
		struct observation_contact c;

		observation_contact_at(o, i, &c);
		put_contact(out, &c);
	}
	return out->failed ? err_set(why, ERR_NOMEM, "no memory for an observation of %zu bytes", out->len) : 0;
}

/* -------------------------------------------------------------------------------------------------------- reading */

struct reading {
	struct slice rest;
	bool bad;
};

static struct slice take(struct reading *r, size_t len)
{
	struct slice s = slice_take(r->rest, len);

	r->bad = r->bad || s.len < len;
	r->rest = slice_skip(r->rest, len);
	return s;
}

static uint8_t take_byte(struct reading *r)
{
	struct slice s = take(r, 1);

	return s.len ? s.ptr[0] : 0;
}

/* At most `most`; more is bad, and reads as 0. */
static uint64_t take_number(struct reading *r, uint64_t most)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = take_byte(r);

		if (shift == 63 && byte > 1)
			break;
		v |= (uint64_t)(byte & 0x7F) << shift;
		if (byte & 0x80)
			continue;
		if (v <= most)
			return v;
		break;
	}
	r->bad = true;
	return 0;
}

/* What a time may be; bad ones read as 0. */
static time_us take_time(struct reading *r)
{
	uint64_t v = take_number(r, UINT64_MAX);
	time_us t = (time_us)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));

	if (t >= -OBSERVATION_TIME_MOST && t <= OBSERVATION_TIME_MOST)
		return t;
	r->bad = true;
	return 0;
}

static time_us take_later(struct reading *r, time_us than)
{
	return than + (time_us)take_number(r, (uint64_t)(OBSERVATION_TIME_MOST - than));
}

static void take_span(struct reading *r, time_us *first, time_us *last, int64_t *contacts)
{
	*first = take_time(r);
	*last = take_later(r, *first);
	*contacts = (int64_t)take_number(r, (uint64_t)OBSERVATION_COUNT_MAX);
	r->bad = r->bad || *contacts < 1;
}

static bool key_is_sound(enum indicator_kind kind, struct slice key)
{
	switch (kind) {
	case INDICATOR_IP:
		return key.len == 16;
	case INDICATOR_HASH:
		return key.len == 16 || key.len == 20 || key.len == 32;
	case INDICATOR_DOMAIN:
	case INDICATOR_URL:
		return key.len > 0 && key.len <= INDICATOR_KEY_MAX;
	default:
		return false;
	}
}

/* o NULL: only looked at. */
static int read_observable(struct reading *r, struct observation *o, struct err *why)
{
	struct observation_seen s;

	s.kind = (enum indicator_kind)take_byte(r);
	s.key = take(r, take_number(r, INDICATOR_KEY_MAX));
	take_span(r, &s.first, &s.last, &s.contacts);
	r->bad = r->bad || !key_is_sound(s.kind, s.key);
	return r->bad || !o ? 0 : observation_put_seen(o, &s, why);
}

static size_t take_times(struct reading *r, time_us before, time_us *times, int64_t *bytes)
{
	size_t count = take_number(r, OBSERVATION_TIMES_MAX);

	r->bad = r->bad || count == 0;
	for (size_t i = 0; i < count; i++) {
		times[i] = take_later(r, before);
		r->bad = r->bad || (i > 0 && times[i] == before);
		bytes[i] = (int64_t)take_number(r, INT64_MAX) - 1;
		before = times[i];
	}
	return count;
}

/* A destination is shown to people and kept as text. */
static bool destination_is_sound(struct slice s)
{
	return s.len > 0 && s.len < CONTACT_NAME_SIZE && slice_is_utf8(s) && !memchr(s.ptr, 0, s.len);
}

static int read_contact(struct reading *r, struct observation *o, struct err *why)
{
	time_us times[OBSERVATION_TIMES_MAX];
	int64_t bytes[OBSERVATION_TIMES_MAX];
	struct observation_contact c = { .inside.family = take_byte(r), .times = times, .bytes = bytes };
	struct slice address;

	r->bad = r->bad || (c.inside.family != 4 && c.inside.family != 6);
	address = take(r, address_length(&c.inside));
	c.destination = take(r, take_number(r, CONTACT_NAME_SIZE));
	c.port = (int)take_number(r, UINT16_MAX);
	take_span(r, &c.first, &c.last, &c.contacts);
	c.times_count = take_times(r, c.first, times, bytes);
	r->bad =
	    r->bad || (uint64_t)c.contacts < c.times_count || (c.times_count && times[c.times_count - 1] != c.last);
	r->bad = r->bad || !destination_is_sound(c.destination) || c.port == 0;
	if (r->bad || !o)
		return 0;
	memcpy(c.inside.bytes, address.ptr, address.len);
	return observation_put_contact(o, &c, why);
}

static int read_body(struct slice body, struct observation *o, struct err *why)
{
	struct reading r = { .rest = body };
	uint64_t lost, observables, contacts;

	if (take_byte(&r) != VERSION)
		return err_set(why, ERR_CORRUPT, "an observation of a version that is unknown here");
	lost = take_number(&r, (uint64_t)OBSERVATION_COUNT_MAX);
	observables = take_number(&r, OBSERVATION_ENTRIES_MAX);
	contacts = take_number(&r, OBSERVATION_ENTRIES_MAX);
	for (uint64_t i = 0; i < observables && !r.bad; i++)
		if (read_observable(&r, o, why) != 0)
			return -1;
	for (uint64_t i = 0; i < contacts && !r.bad; i++)
		if (read_contact(&r, o, why) != 0)
			return -1;
	if (r.bad || r.rest.len)
		return err_set(why, ERR_CORRUPT, "an observation is damaged");
	if (o)
		observation_add_lost(o, lost);
	return 0;
}

/* Looked at as a whole before any of it is taken. */
int observation_merge(struct observation *o, struct slice body, struct err *why)
{
	if (read_body(body, NULL, why) != 0)
		return -1;
	return read_body(body, o, why);
}

/* ------------------------------------------------------------------------------------------------------------ series
 */

void observation_series_write(const time_us *times, const int64_t *bytes, size_t count, struct buffer *out)
{
	buffer_put_byte(out, VERSION);
	put_signed(out, times[0]);
	put_times(out, times, bytes, count, times[0]);
}

int observation_series_read(struct slice series, time_us *times, int64_t *bytes, size_t *count, struct err *why)
{
	struct reading r = { .rest = series };

	r.bad = take_byte(&r) != VERSION;
	*count = take_times(&r, take_time(&r), times, bytes);
	if (r.bad || r.rest.len)
		return err_set(why, ERR_CORRUPT, "the times of a contact are damaged");
	return 0;
}
