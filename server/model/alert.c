#include "server/model/alert.h"

#include <arpa/inet.h>

static const char *const kind_names[] = { "alert", "unparsed", "context" };
static const char *const direction_names[] = { "unknown", "inbound", "outbound", "internal", "external" };
static const char *const engine_names[] = { "ips", "antivirus", "web", "dns", "other" };
static const char *const action_names[] = { "unknown", "allowed", "blocked", "removed" };
static const char *const stage_names[] = { "none",         "reconnaissance",      "delivery", "exploitation",
					   "installation", "command-and-control", "actions" };

void alert_init(struct alert *a)
{
	memset(a, 0, sizeof(*a));
	a->format = "";
	a->event_time = TIME_NONE;
	a->source.port = PORT_NONE;
	a->destination.port = PORT_NONE;
	a->direction = DIRECTION_UNKNOWN;
	a->engine = ENGINE_OTHER;
	a->severity = SEVERITY_INFO;
	a->action = ACTION_UNKNOWN;
	a->repeat_count = 1;
}

const struct endpoint *alert_remote(const struct alert *a)
{
	if (a->inside.family == 0)
		return NULL;
	return address_equal(&a->inside, &a->source.ip) ? &a->destination : &a->source;
}

/* A value outside its enumeration cannot come from this program; it reads as the first name. */
static const char *name_of(const char *const *names, size_t count, size_t value)
{
	return names[value < count ? value : 0];
}

static bool value_of(const char *const *names, size_t count, struct slice name, size_t *value)
{
	for (size_t i = 0; i < count; i++) {
		if (slice_is(name, names[i])) {
			*value = i;
			return true;
		}
	}
	return false;
}

const char *kind_name(enum alert_kind v)
{
	return name_of(kind_names, ARRAY_LEN(kind_names), v);
}

const char *direction_name(enum direction v)
{
	return name_of(direction_names, ARRAY_LEN(direction_names), v);
}

const char *engine_name(enum engine v)
{
	return name_of(engine_names, ARRAY_LEN(engine_names), v);
}

const char *action_name(enum action v)
{
	return name_of(action_names, ARRAY_LEN(action_names), v);
}

const char *stage_name(enum stage v)
{
	return name_of(stage_names, ARRAY_LEN(stage_names), v);
}

bool direction_parse(struct slice name, enum direction *out)
{
	size_t v;

	if (!value_of(direction_names, ARRAY_LEN(direction_names), name, &v))
		return false;
	*out = (enum direction)v;
	return true;
}

bool engine_parse(struct slice name, enum engine *out)
{
	size_t v;

	if (!value_of(engine_names, ARRAY_LEN(engine_names), name, &v))
		return false;
	*out = (enum engine)v;
	return true;
}

bool action_parse(struct slice name, enum action *out)
{
	size_t v;

	if (!value_of(action_names, ARRAY_LEN(action_names), name, &v))
		return false;
	*out = (enum action)v;
	return true;
}

bool stage_parse(struct slice name, enum stage *out)
{
	size_t v;

	if (!value_of(stage_names, ARRAY_LEN(stage_names), name, &v))
		return false;
	*out = (enum stage)v;
	return true;
}

/* Dotted quad without leading zeros, as RFC 6943 asks: 010 is eight to some and ten to others. */
static bool parse_ipv4(struct slice s, uint8_t bytes[4])
{
	size_t i = 0;

	for (int part = 0; part < 4; part++) {
		unsigned v = 0;
		size_t digits = 0;

		if (part > 0 && (i == s.len || s.ptr[i++] != '.'))
			return false;
		for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9' && digits < 4; i++, digits++)
			v = v * 10 + (unsigned)(s.ptr[i] - '0');
		if (digits == 0 || v > 255 || (digits > 1 && s.ptr[i - digits] == '0'))
			return false;
		bytes[part] = (uint8_t)v;
	}
	return i == s.len;
}

bool address_parse(struct slice text, struct address *out)
{
	static const uint8_t mapped[12] = { [10] = 0xFF, [11] = 0xFF };
	char copy[ADDRESS_TEXT_SIZE];

	memset(out, 0, sizeof(*out));
	if (parse_ipv4(text, out->bytes)) {
		out->family = 4;
		return true;
	}
	memset(out, 0, sizeof(*out));
	if (text.len == 0 || text.len >= sizeof(copy) || slice_find(text, ':') == text.len ||
	    memchr(text.ptr, 0, text.len))
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET6, copy, out->bytes) != 1) {
		memset(out, 0, sizeof(*out));
		return false;
	}
	out->family = 6;
	if (memcmp(out->bytes, mapped, sizeof(mapped)) == 0) {
		memmove(out->bytes, out->bytes + 12, 4);
		memset(out->bytes + 4, 0, 12);
		out->family = 4;
	}
	return true;
}

void address_to_text(const struct address *a, char out[ADDRESS_TEXT_SIZE])
{
	out[0] = '\0';
	if (a->family == 4)
		snprintf(out, ADDRESS_TEXT_SIZE, "%u.%u.%u.%u", a->bytes[0], a->bytes[1], a->bytes[2], a->bytes[3]);
	else if (a->family == 6)
		inet_ntop(AF_INET6, a->bytes, out, ADDRESS_TEXT_SIZE);
}

bool address_equal(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return false;
	return a->family == 0 || memcmp(a->bytes, b->bytes, a->family == 4 ? 4 : 16) == 0;
}
