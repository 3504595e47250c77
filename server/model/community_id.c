#include "server/model/community_id.h"

#include "lib/sha1.h"
#include "server/model/protocol.h"

/* What is hashed: seed, two addresses, protocol, padding, two ports. */
enum { MOST = 2 + 16 + 16 + 1 + 1 + 2 + 2 };

struct pair {
	uint8_t asked, answered;
};

/* ICMP messages that belong together: a request and its reply are one flow in two directions. */
static const struct pair icmp4[] = { { 8, 0 }, { 13, 14 }, { 15, 16 }, { 10, 9 }, { 17, 18 } };
static const struct pair icmp6[] = {
	{ 128, 129 }, { 133, 134 }, { 135, 136 }, { 130, 131 }, { 139, 140 }, { 144, 145 }
};

/* The type that takes the destination port's place; -1 when the message has no counterpart. */
static int icmp_counterpart(int protocol, int type)
{
	const struct pair *pairs = protocol == PROTOCOL_ICMP ? icmp4 : icmp6;
	size_t count = protocol == PROTOCOL_ICMP ? ARRAY_LEN(icmp4) : ARRAY_LEN(icmp6);

	for (size_t i = 0; i < count; i++) {
		if (type == pairs[i].asked)
			return pairs[i].answered;
		if (type == pairs[i].answered)
			return pairs[i].asked;
	}
	return -1;
}

static bool has_ports(int protocol)
{
	return protocol == PROTOCOL_ICMP || protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP ||
	       protocol == PROTOCOL_ICMPV6 || protocol == PROTOCOL_SCTP;
}

static uint8_t *put(uint8_t *p, const void *data, size_t len)
{
	memcpy(p, data, len);
	return p + len;
}

static uint8_t *put_port(uint8_t *p, int port)
{
	*p++ = (uint8_t)(port >> 8);
	*p++ = (uint8_t)port;
	return p;
}

/* "1:" and the 20 bytes in base64 (RFC 4648), 28 characters. */
static void write_text(const uint8_t digest[SHA1_SIZE], char out[COMMUNITY_ID_SIZE])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t padded[SHA1_SIZE + 1] = { 0 };

	memcpy(padded, digest, SHA1_SIZE);
	*out++ = '1';
	*out++ = ':';
	for (size_t i = 0; i < sizeof(padded); i += 3) {
		uint32_t v = (uint32_t)padded[i] << 16 | (uint32_t)padded[i + 1] << 8 | padded[i + 2];

		for (int shift = 18; shift >= 0; shift -= 6)
			*out++ = digits[v >> shift & 63];
	}
	out[-1] = '=';
	*out = '\0';
}

bool community_id(int protocol, const struct endpoint *source, const struct endpoint *destination,
		  char out[COMMUNITY_ID_SIZE])
{
	size_t size = source->ip.family == 4 ? 4 : 16;
	int from = source->port, to = destination->port, order, counterpart;
	uint8_t text[MOST] = { 0 }, digest[SHA1_SIZE], *p = text + 2;
	bool ports = has_ports(protocol) && from >= 0 && to >= 0, one_way = false;

	if (source->ip.family == 0 || source->ip.family != destination->ip.family || protocol < 0 || protocol > 255)
		return false;
	if (ports && (protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMPV6)) {
		counterpart = icmp_counterpart(protocol, from);
		one_way = counterpart < 0;
		to = one_way ? to : counterpart;
	}
	order = memcmp(source->ip.bytes, destination->ip.bytes, size);
	if (order == 0 && ports)
		order = from - to;
	if (order > 0 && !one_way) {
		const struct endpoint *e = source;
		int port = from;

		source = destination;
		destination = e;
		from = to;
		to = port;
	}
	p = put(p, source->ip.bytes, size);
	p = put(p, destination->ip.bytes, size);
	*p++ = (uint8_t)protocol;
	*p++ = 0;
	if (ports) {
		p = put_port(p, from);
		p = put_port(p, to);
	}
	sha1(slice_of(text, (size_t)(p - text)), digest);
	write_text(digest, out);
	return true;
}

bool community_id_is_valid(struct slice text)
{
	if (text.len != COMMUNITY_ID_LENGTH || !slice_starts_with(text, "1:") || text.ptr[text.len - 1] != '=')
		return false;
	for (size_t i = 2; i < text.len - 1; i++) {
		uint8_t c = text.ptr[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '+' &&
		    c != '/')
			return false;
	}
	return true;
}
