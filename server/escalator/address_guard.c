#include "server/escalator/address_guard.h"

#include <netinet/in.h>
#include <stdlib.h>

struct block {
	uint8_t base[16], prefix;
};

/* IANA IPv4 Special-Purpose Address Registry, multicast (RFC 5771) and class E. */
static const struct block blocks4[] = {
	{ { 0 }, 8 },
	{ { 10 }, 8 },
	{ { 100, 64 }, 10 },
	{ { 127 }, 8 },
	{ { 169, 254 }, 16 },
	{ { 172, 16 }, 12 },
	{ { 192, 0, 0 }, 24 },
	{ { 192, 0, 2 }, 24 },
	{ { 192, 88, 99 }, 24 },
	{ { 192, 168 }, 16 },
	{ { 198, 18 }, 15 },
	{ { 198, 51, 100 }, 24 },
	{ { 203, 0, 113 }, 24 },
	{ { 224 }, 4 },
	{ { 240 }, 4 },
};
/* Of IPv6 only 2000::/3 is given out (RFC 4291); of that not these: IETF protocols with Teredo, documentation. */
static const struct block blocks6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },
	{ { 0x3f, 0xff }, 20 },
};
static const struct block global6 = { { 0x20 }, 3 };

static bool is_in(const struct block *block, const uint8_t *bytes)
{
	size_t whole = block->prefix / 8;
	uint8_t mask = (uint8_t)(0xff00 >> block->prefix % 8);

	return memcmp(block->base, bytes, whole) == 0 &&
	       (block->prefix % 8 == 0 || ((block->base[whole] ^ bytes[whole]) & mask) == 0);
}

bool address_is_public(const struct address *a)
{
	const struct block *blocks = a->family == 4 ? blocks4 : blocks6;
	size_t count = a->family == 4 ? ARRAY_LEN(blocks4) : ARRAY_LEN(blocks6);

	if (a->family != 4 && (a->family != 6 || !is_in(&global6, a->bytes)))
		return false;
	for (size_t i = 0; i < count; i++)
		if (is_in(&blocks[i], a->bytes))
			return false;
	return true;
}

static void take4(struct address *out, const void *bytes)
{
	memset(out, 0, sizeof(*out));
	out->family = 4;
	memcpy(out->bytes, bytes, 4);
}

static void take6(struct address *out, const uint8_t *bytes)
{
	static const struct block mapped = { { [10] = 0xff, [11] = 0xff }, 96 };
	static const struct block nat64 = { { 0x00, 0x64, 0xff, 0x9b }, 96 };
	static const struct block six_to_four = { { 0x20, 0x02 }, 16 };

	memset(out, 0, sizeof(*out));
	if (is_in(&mapped, bytes) || is_in(&nat64, bytes)) {
		take4(out, bytes + 12);
	} else if (is_in(&six_to_four, bytes)) {
		take4(out, bytes + 2);
	} else {
		out->family = 6;
		memcpy(out->bytes, bytes, 16);
	}
}

bool address_of_socket(const struct sockaddr *from, size_t len, struct address *out)
{
	if (from->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		struct sockaddr_in in;

		memcpy(&in, from, sizeof(in));
		take4(out, &in.sin_addr);
		return true;
	}
	if (from->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
		struct sockaddr_in6 in;

		memcpy(&in, from, sizeof(in));
		take6(out, in.sin6_addr.s6_addr);
		return true;
	}
	return false;
}

int address_guard_open(struct address_guard *guard, char *const *networks, size_t count, struct err *why)
{
	guard->count = 0;
	guard->list = count ? calloc(count, sizeof(*guard->list)) : NULL;
	if (count && !guard->list)
		return err_set(why, ERR_NOMEM, "no memory for escalator.networks");
	for (size_t i = 0; i < count; i++) {
		if (!network_parse(slice_of_string(networks[i]), &guard->list[i])) {
			address_guard_close(guard);
			return err_set(why, ERR_CONFIG, "escalator.networks: '%s' is no network; write 192.0.2.0/24",
				       networks[i]);
		}
		guard->count++;
	}
	return 0;
}

void address_guard_close(struct address_guard *guard)
{
	free(guard->list);
	*guard = (struct address_guard){ 0 };
}

void address_guard_judge(const struct address_guard *guard, const struct sockaddr *to, size_t len, bool encrypted,
			 char *text, size_t room)
{
	char shown[ADDRESS_TEXT_SIZE];
	struct address address;

	*text = '\0';
	if (!address_of_socket(to, len, &address)) {
		snprintf(text, room, "the URL does not lead to an IP address");
		return;
	}
	for (size_t i = 0; i < guard->count; i++)
		if (network_contains(&guard->list[i], &address))
			return;
	address_to_text(&address, shown);
	if (!address_is_public(&address))
		snprintf(text, room,
			 "the URL leads to %s, which is no public address; if that is meant, put its network into "
			 "escalator.networks",
			 shown);
	else if (!encrypted)
		snprintf(text, room,
			 "http:// is taken for networks in escalator.networks only, and %s is in none: use https://",
			 shown);
}
