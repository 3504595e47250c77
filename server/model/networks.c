#include "server/model/networks.h"

static const struct network always_home[] = {
	{ { 4, { 10 } }, 8 },                  /* RFC 1918 */
	{ { 4, { 172, 16 } }, 12 },            /* RFC 1918 */
	{ { 4, { 192, 168 } }, 16 },           /* RFC 1918 */
	{ { 4, { 169, 254 } }, 16 },           /* RFC 3927, link-local */
	{ { 4, { 127 } }, 8 },                 /* RFC 1122, loopback */
	{ { 4, { 100, 64 } }, 10 },            /* RFC 6598, carrier NAT */
	{ { 4, { 224 } }, 4 },                 /* RFC 5771, multicast */
	{ { 4, { 255, 255, 255, 255 } }, 32 }, /* RFC 919, broadcast */
	{ { 4, { 0 } }, 32 },                  /* unspecified: DHCP clients */
	{ { 6, { 0xFC } }, 7 },                /* RFC 4193, unique local */
	{ { 6, { 0xFE, 0x80 } }, 10 },         /* RFC 4291, link-local */
	{ { 6, { 0xFF } }, 8 },                /* RFC 4291, multicast */
	{ { 6, { 0 } }, 128 },                 /* unspecified */
	{ { 6, { [15] = 1 } }, 128 },          /* loopback */
};

bool network_contains(const struct network *n, const struct address *a)
{
	size_t whole = n->prefix / 8;
	unsigned rest = n->prefix % 8;

	if (a->family == 0 || n->base.family != a->family || memcmp(n->base.bytes, a->bytes, whole) != 0)
		return false;
	return rest == 0 || ((n->base.bytes[whole] ^ a->bytes[whole]) >> (8 - rest)) == 0;
}

static bool any_contains(const struct network *list, size_t count, const struct address *a)
{
	for (size_t i = 0; i < count; i++)
		if (network_contains(&list[i], a))
			return true;
	return false;
}

bool networks_are_home(const struct networks *own, const struct address *a)
{
	if (any_contains(always_home, ARRAY_LEN(always_home), a))
		return true;
	return own && any_contains(own->list, own->count, a);
}

static void clear_host_bits(struct network *n)
{
	size_t size = n->base.family == 4 ? 4 : 16;

	for (size_t i = 0; i < size; i++) {
		unsigned first_bit = (unsigned)i * 8;

		if (first_bit >= n->prefix)
			n->base.bytes[i] = 0;
		else if (first_bit + 8 > n->prefix)
			n->base.bytes[i] &= (uint8_t)(0xFF << (first_bit + 8 - n->prefix));
	}
}

bool network_parse(struct slice text, struct network *out)
{
	size_t slash = slice_find(text, '/');
	uint64_t prefix;
	unsigned most;

	if (!address_parse(slice_take(text, slash), &out->base))
		return false;
	most = out->base.family == 4 ? 32 : 128;
	prefix = most;
	if (slash < text.len && (!slice_to_uint64(slice_skip(text, slash + 1), &prefix) || text.len - slash > 4))
		return false;
	/* ::ffff:192.0.2.0/120 was read as IPv4; its prefix counts from the front of the IPv6 form. */
	if (most == 32 && slice_find(slice_take(text, slash), ':') < slash && slash < text.len) {
		if (prefix < 96)
			return false;
		prefix -= 96;
	}
	if (prefix > most)
		return false;
	out->prefix = (uint8_t)prefix;
	clear_host_bits(out);
	return true;
}
