#include "server/model/observables_pack.h"

/* v8 count, be32 lost, v8 whether it is a contact; keys: v8 kind, v8 prefix, be16 length, bytes; the contact. */

static void put_address(struct buffer *out, const struct address *a)
{
	buffer_put_byte(out, a->family);
	buffer_put(out, a->bytes, sizeof(a->bytes));
}

static void put_contact(struct buffer *out, const struct observables *seen)
{
	struct slice name = slice_of_string(seen->name);

	put_address(out, &seen->inside);
	put_address(out, &seen->destination);
	buffer_put_be32(out, (uint32_t)seen->port);
	buffer_put_be64(out, (uint64_t)seen->bytes);
	buffer_put_be64(out, (uint64_t)seen->started);
	buffer_put_byte(out, (uint8_t)name.len);
	buffer_put_slice(out, name);
}

void observables_pack(const struct observables *seen, struct buffer *out)
{
	buffer_put_byte(out, (uint8_t)seen->count);
	buffer_put_be32(out, (uint32_t)seen->lost);
	buffer_put_byte(out, seen->inside.family != 0);
	for (size_t i = 0; i < seen->count; i++) {
		const struct indicator_key *key = &seen->items[i].key;

		buffer_put_byte(out, (uint8_t)key->kind);
		buffer_put_byte(out, key->prefix);
		buffer_put_be16(out, key->len);
		buffer_put(out, key->bytes, key->len);
	}
	if (seen->inside.family)
		put_contact(out, seen);
}

static const uint8_t *take(struct slice *from, size_t n)
{
	const uint8_t *at = from->ptr;

	*from = slice_skip(*from, n);
	return at;
}

static void take_address(struct slice *from, struct address *out)
{
	out->family = *take(from, 1);
	memcpy(out->bytes, take(from, sizeof(out->bytes)), sizeof(out->bytes));
}

static void take_contact(struct slice *from, struct observables *out)
{
	size_t len;

	take_address(from, &out->inside);
	take_address(from, &out->destination);
	out->port = (int)load_be32(take(from, 4));
	out->bytes = (int64_t)load_be64(take(from, 8));
	out->started = (time_us)load_be64(take(from, 8));
	len = *take(from, 1);
	memcpy(out->name, take(from, len), len);
	out->name[len] = 0;
}

void observables_unpack(struct slice packed, struct observables *out)
{
	bool is_contact;

	out->count = *take(&packed, 1);
	out->lost = load_be32(take(&packed, 4));
	is_contact = *take(&packed, 1);
	for (size_t i = 0; i < out->count; i++) {
		struct indicator_key *key = &out->items[i].key;

		key->kind = (enum indicator_kind) * take(&packed, 1);
		key->prefix = *take(&packed, 1);
		key->len = load_be16(take(&packed, 2));
		memcpy(key->bytes, take(&packed, key->len), key->len);
	}
	out->inside.family = 0;
	if (is_contact)
		take_contact(&packed, out);
}
