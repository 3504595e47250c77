#include "server/model/protocol.h"

static const struct {
	int number;
	const char *name;
	const char *other; /* name in other tools, may be NULL */
} protocols[] = {
	{ PROTOCOL_TCP, "tcp", NULL },
	{ PROTOCOL_UDP, "udp", NULL },
	{ PROTOCOL_ICMP, "icmp", NULL },
	{ PROTOCOL_ICMPV6, "ipv6-icmp", "icmpv6" },
	{ PROTOCOL_SCTP, "sctp", NULL },
	{ 2, "igmp", NULL },
	{ 4, "ipv4", "ipip" },
	{ 41, "ipv6", NULL },
	{ 47, "gre", NULL },
	{ 50, "esp", NULL },
	{ 51, "ah", NULL },
	{ 88, "eigrp", NULL },
	{ 89, "ospf", "ospfigp" },
	{ 103, "pim", NULL },
	{ 112, "vrrp", NULL },
	{ 115, "l2tp", NULL },
};

static struct slice lower_copy(struct slice text, struct arena *arena)
{
	uint8_t *copy = arena_take(arena, text.len);

	if (!copy)
		return (struct slice){ 0 };
	for (size_t i = 0; i < text.len; i++)
		copy[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (uint8_t)(text.ptr[i] | 0x20) : text.ptr[i];
	return slice_of(copy, text.len);
}

struct slice protocol_read(struct slice text, struct arena *arena, int *number)
{
	uint64_t v = 256;
	bool is_number = slice_to_uint64(text, &v) && v < 256;

	for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
		if (is_number ? v != (uint64_t)protocols[i].number
			      : !slice_is_ignoring_case(text, protocols[i].name) &&
				    !(protocols[i].other && slice_is_ignoring_case(text, protocols[i].other)))
			continue;
		*number = protocols[i].number;
		return slice_of_string(protocols[i].name);
	}
	*number = is_number ? (int)v : PROTOCOL_UNKNOWN;
	return is_number || text.len == 0 ? text : lower_copy(text, arena);
}

bool protocol_port_is_service(int port)
{
	static const int above[] = { 1080, 1194, 1433, 1521, 1723, 1883, 2049, 2222,  2375,  3128,  3306, 3389, 4443,
				     5000, 5060, 5061, 5432, 5900, 5985, 5986, 6379,  6667,  8000,  8008, 8080, 8081,
				     8088, 8443, 8888, 9000, 9090, 9200, 9443, 10000, 11211, 27017, 27018 };

	if (port >= 0 && port < 1024)
		return port > 0;
	for (size_t i = 0; i < ARRAY_LEN(above); i++)
		if (above[i] == port)
			return true;
	return false;
}
