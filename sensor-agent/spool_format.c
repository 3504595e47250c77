#include "sensor-agent/spool_format.h"

#include "lib/crc32.h"

static const uint8_t magic[8] = { 'H', 'I', 'N', 'O', 'S', 'P', 'L', '1' };

enum { ENTRY_FIXED = 1 + 8 + 8 + 8 + 8 + 1 + 1, DROPPED_SIZE = 1 + 8 + 8 + 8 + 8, COMMIT_SIZE = 1 + 4 + 6 * 8 };

void spool_put_header(struct buffer *out, uint64_t number, uint32_t mark)
{
	size_t start = out->len;

	buffer_put(out, magic, sizeof(magic));
	buffer_put_be64(out, number);
	buffer_put_be32(out, mark);
	if (!out->failed)
		buffer_put_be32(out, crc32_of(0, slice_of(out->data + start, out->len - start)));
}

bool spool_parse_header(struct slice in, uint64_t number, uint32_t *mark)
{
	enum { CHECKED = SPOOL_HEADER_SIZE - 4 };
	struct spool_frame frame;
	size_t used;

	if (in.len < SPOOL_HEADER_SIZE)
		return false;
	if (memcmp(in.ptr, magic, sizeof(magic)) == 0 && load_be64(in.ptr + 8) == number &&
	    load_be32(in.ptr + CHECKED) == crc32_of(0, slice_take(in, CHECKED))) {
		*mark = load_be32(in.ptr + 16);
		return true;
	}
	in = slice_skip(in, SPOOL_HEADER_SIZE);
	if (in.len < 4)
		return false;
	*mark = load_be32(in.ptr);
	return spool_parse_frame(in, *mark, &frame, &used) == PARSE_OK;
}

/* ------------------------------------------------------------------------------------------------ writing */

static size_t begin_frame(struct buffer *out, uint32_t mark)
{
	size_t start = out->len;

	buffer_put_be32(out, mark);
	buffer_put_be64(out, 0);
	return start;
}

static void store_be32(uint8_t *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void end_frame(struct buffer *out, size_t start, uint32_t mark)
{
	struct slice body;

	if (out->failed)
		return;
	body = slice_of(out->data + start + SPOOL_FRAME_HEAD, out->len - start - SPOOL_FRAME_HEAD);
	store_be32(out->data + start + 4, (uint32_t)body.len);
	store_be32(out->data + start + 8, crc32_of(mark, body));
}

size_t spool_entry_size(const struct spool_entry *entry)
{
	if (entry->dropped)
		return SPOOL_FRAME_HEAD + DROPPED_SIZE;
	return SPOOL_FRAME_HEAD + ENTRY_FIXED + entry->peer.len + entry->bytes.len;
}

void spool_put_entry(struct buffer *out, uint32_t mark, const struct spool_entry *entry)
{
	size_t start;

	if (!buffer_reserve(out, spool_entry_size(entry)))
		return;
	start = begin_frame(out, mark);
	buffer_put_byte(out, entry->dropped ? SPOOL_DROPPED : SPOOL_ENTRY);
	buffer_put_be64(out, entry->epoch);
	buffer_put_be64(out, entry->sequence);
	buffer_put_be64(out, (uint64_t)entry->read_at);
	if (entry->dropped) {
		buffer_put_be64(out, entry->dropped);
	} else {
		buffer_put_be64(out, entry->original_length);
		buffer_put_byte(out, (uint8_t)entry->source);
		buffer_put_byte(out, (uint8_t)entry->peer.len);
		buffer_put_slice(out, entry->peer);
		buffer_put_slice(out, entry->bytes);
	}
	end_frame(out, start, mark);
}

void spool_put_position(struct buffer *out, uint32_t mark, const struct spool_position *position)
{
	size_t start = begin_frame(out, mark);

	buffer_put_byte(out, SPOOL_POSITION);
	buffer_put_byte(out, (uint8_t)position->name.len);
	buffer_put_slice(out, position->name);
	buffer_put_slice(out, position->state);
	end_frame(out, start, mark);
}

void spool_put_commit(struct buffer *out, uint32_t mark, const struct spool_commit_state *commit)
{
	size_t start = begin_frame(out, mark);

	buffer_put_byte(out, SPOOL_COMMIT);
	buffer_put_be32(out, commit->frames);
	buffer_put_be64(out, commit->epoch);
	buffer_put_be64(out, commit->sequence);
	buffer_put_be64(out, commit->dropped);
	buffer_put_be64(out, commit->dropped_told);
	buffer_put_be64(out, commit->damaged);
	buffer_put_be64(out, commit->counted_before);
	end_frame(out, start, mark);
}

/* ------------------------------------------------------------------------------------------------ reading */

static bool parse_entry(struct slice body, bool dropped, struct spool_entry *out)
{
	size_t peer;

	if (body.len < (dropped ? (size_t)DROPPED_SIZE : (size_t)ENTRY_FIXED))
		return false;
	out->epoch = load_be64(body.ptr + 1);
	out->sequence = load_be64(body.ptr + 9);
	out->read_at = (time_us)load_be64(body.ptr + 17);
	if (dropped) {
		out->dropped = load_be64(body.ptr + 25);
		return body.len == DROPPED_SIZE && out->dropped > 0;
	}
	out->original_length = load_be64(body.ptr + 25);
	if (body.ptr[33] > INTAKE_SYSLOG)
		return false;
	out->source = (enum intake_source)body.ptr[33];
	peer = body.ptr[34];
	body = slice_skip(body, ENTRY_FIXED);
	if (peer > SPOOL_PEER_MOST || peer > body.len)
		return false;
	out->peer = slice_take(body, peer);
	out->bytes = slice_skip(body, peer);
	return true;
}

static bool parse_position(struct slice body, struct spool_position *out)
{
	size_t name;

	if (body.len < 2)
		return false;
	name = body.ptr[1];
	body = slice_skip(body, 2);
	if (name == 0 || name > INTAKE_POSITION_NAME_MOST || name > body.len)
		return false;
	out->name = slice_take(body, name);
	out->state = slice_skip(body, name);
	return out->state.len <= INTAKE_POSITION_MOST;
}

static bool parse_commit(struct slice body, struct spool_commit_state *out)
{
	if (body.len != COMMIT_SIZE)
		return false;
	*out = (struct spool_commit_state){
		.frames = load_be32(body.ptr + 1),
		.epoch = load_be64(body.ptr + 5),
		.sequence = load_be64(body.ptr + 13),
		.dropped = load_be64(body.ptr + 21),
		.dropped_told = load_be64(body.ptr + 29),
		.damaged = load_be64(body.ptr + 37),
		.counted_before = load_be64(body.ptr + 45),
	};
	return out->dropped_told <= out->dropped;
}

static bool parse_body(struct slice body, struct spool_frame *out)
{
	*out = (struct spool_frame){ 0 };
	switch (body.ptr[0]) {
	case SPOOL_ENTRY:
	case SPOOL_DROPPED:
		out->type = (enum spool_frame_type)body.ptr[0];
		return parse_entry(body, body.ptr[0] == SPOOL_DROPPED, &out->entry);
	case SPOOL_POSITION:
		out->type = SPOOL_POSITION;
		return parse_position(body, &out->position);
	case SPOOL_COMMIT:
		out->type = SPOOL_COMMIT;
		return parse_commit(body, &out->commit);
	default:
		return false;
	}
}

enum parse spool_parse_frame(struct slice in, uint32_t mark, struct spool_frame *out, size_t *used)
{
	struct slice body;
	uint32_t len;

	*used = 0;
	if (in.len < SPOOL_FRAME_HEAD)
		return PARSE_MORE;
	if (load_be32(in.ptr) != mark)
		return PARSE_BAD;
	len = load_be32(in.ptr + 4);
	if (len == 0 || len > SPOOL_BODY_MOST)
		return PARSE_BAD;
	if (in.len - SPOOL_FRAME_HEAD < len)
		return PARSE_MORE;
	body = slice_of(in.ptr + SPOOL_FRAME_HEAD, len);
	if (load_be32(in.ptr + 8) != crc32_of(mark, body) || !parse_body(body, out))
		return PARSE_BAD;
	*used = SPOOL_FRAME_HEAD + len;
	return PARSE_OK;
}

size_t spool_find_frame(struct slice in, size_t from, uint32_t mark)
{
	uint8_t wanted[4];

	store_be32(wanted, mark);
	while (from < in.len) {
		const uint8_t *p = memchr(in.ptr + from, wanted[0], in.len - from);
		size_t left;

		if (!p)
			break;
		from = (size_t)(p - in.ptr);
		left = in.len - from;
		if (memcmp(p, wanted, left < sizeof(wanted) ? left : sizeof(wanted)) == 0)
			return from;
		from++;
	}
	return in.len;
}
