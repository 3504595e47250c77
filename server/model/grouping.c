#include "server/model/grouping.h"

#include "lib/siphash.h"

/* The parts of a key, each with its length or its own fixed size, so that no two lists of parts look alike. */
struct parts {
	uint8_t bytes[256];
	size_t len;
};

enum { LINK_KEY = 'L', CLUSTER_KEY = 'C' };

static void put(struct parts *p, const void *data, size_t len)
{
	memcpy(p->bytes + p->len, data, len);
	p->len += len;
}

static void put_byte(struct parts *p, uint8_t v)
{
	put(p, &v, 1);
}

static void put_address(struct parts *p, const struct address *a)
{
	put_byte(p, a->family);
	put(p, a->bytes, a->family == 4 ? 4 : a->family == 6 ? 16 : 0);
}

/* Short texts as they are, long ones by their hash. */
static void put_text(struct parts *p, struct slice s)
{
	static const uint8_t key[16] = "hinomi text part";
	uint8_t hash[8];
	uint64_t v;

	if (s.len <= 64) {
		put_byte(p, (uint8_t)s.len);
		if (s.len)
			put(p, s.ptr, s.len);
		return;
	}
	v = siphash24(key, s);
	for (size_t i = 0; i < sizeof(hash); i++)
		hash[i] = (uint8_t)(v >> (8 * i));
	put_byte(p, 0xFF);
	put(p, hash, sizeof(hash));
}

/* What names the signature: its number within the format, else its text. */
static void put_signature(struct parts *p, const struct alert *a)
{
	put_text(p, slice_of_string(a->format));
	put_text(p, a->signature_id.len ? a->signature_id : a->signature);
}

static int64_t key_of(const struct parts *p)
{
	static const uint8_t key[16] = "hinomi grouping1";
	int64_t v = (int64_t)(siphash24(key, slice_of(p->bytes, p->len)) & INT64_MAX);

	return v ? v : 1;
}

static const struct address *anchor_of(const struct alert *a)
{
	if (a->direction == DIRECTION_INBOUND || a->direction == DIRECTION_EXTERNAL)
		return &a->attacker;
	return &a->inside;
}

/* A stage alone says too little when there is no host to tie it to. */
static int64_t cluster_key(const struct alert *a)
{
	const struct address *anchor = anchor_of(a);
	struct parts p = { .len = 0 };

	put_byte(&p, CLUSTER_KEY);
	put_byte(&p, (uint8_t)a->direction);
	put_address(&p, anchor);
	put_byte(&p, (uint8_t)a->stage);
	if (a->stage == STAGE_NONE || anchor->family == 0)
		put_signature(&p, a);
	return key_of(&p);
}

static int64_t link_key(const struct alert *a)
{
	struct parts p = { .len = 0 };

	if (a->direction != DIRECTION_INBOUND || a->inside.family == 0)
		return 0;
	put_byte(&p, LINK_KEY);
	put_address(&p, &a->inside);
	put_signature(&p, a);
	return key_of(&p);
}

void grouping_set_keys(struct alert *a)
{
	a->cluster_key = a->kind == KIND_ALERT ? cluster_key(a) : 0;
	a->link_key = a->kind == KIND_ALERT ? link_key(a) : 0;
}
