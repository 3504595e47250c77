#include "server/model/url_key.h"

#include "server/model/host_name.h"

#include <stdio.h>

struct url_parts {
	struct slice scheme, host, port, rest; /* rest: path and query */
};

static bool is_scheme(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
			return false;
	}
	return s.len > 0 && s.len <= 20;
}

/* Position of the first of these bytes, or s.len. */
static size_t find_any(struct slice s, const char *bytes)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] && strchr(bytes, s.ptr[i]))
			return i;
	return s.len;
}

static size_t find_authority(struct slice s)
{
	for (size_t i = 0; i + 2 < s.len; i++)
		if (memcmp(s.ptr + i, "://", 3) == 0)
			return i;
	return s.len;
}

/* "host", "host:port", "[v6]:port" */
static bool split_host(struct slice authority, struct url_parts *out)
{
	size_t colon;

	if (slice_starts_with(authority, "[")) {
		size_t close = slice_find(authority, ']');

		out->host = slice_skip(slice_take(authority, close), 1);
		authority = slice_skip(authority, close + 1);
		colon = 0;
		if (authority.len && authority.ptr[0] != ':')
			return false;
	} else {
		colon = slice_find(authority, ':');
		out->host = slice_take(authority, colon);
	}
	out->port = slice_skip(authority, colon + 1);
	return out->host.len > 0;
}

static bool split_url(struct slice text, struct url_parts *out)
{
	size_t scheme = find_authority(text), end, user;
	struct slice authority;

	if (scheme < text.len && is_scheme(slice_take(text, scheme))) {
		out->scheme = slice_take(text, scheme);
		text = slice_skip(text, scheme + 3);
	} else {
		out->scheme = SLICE_LITERAL("http");
	}
	text = slice_take(text, slice_find(text, '#'));
	end = find_any(text, "/?");
	authority = slice_take(text, end);
	out->rest = slice_skip(text, end);
	user = slice_find(authority, '@');
	return split_host(user < authority.len ? slice_skip(authority, user + 1) : authority, out);
}

/* A key that is being written; `full` sticks. */
struct key_text {
	struct indicator_key *key;
	bool full;
};

static void put_byte(struct key_text *t, uint8_t c)
{
	if (t->key->len < INDICATOR_KEY_MAX)
		t->key->bytes[t->key->len++] = c;
	else
		t->full = true;
}

static void put_text(struct key_text *t, struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		put_byte(t, s.ptr[i]);
}

static bool put_host(struct key_text *t, struct slice host)
{
	struct address a;

	if (address_parse(host, &a)) {
		char text[ADDRESS_TEXT_SIZE];

		address_to_text(&a, text);
		put_text(t, slice_of_string(a.family == 6 ? "[" : ""));
		put_text(t, slice_of_string(text));
		put_text(t, slice_of_string(a.family == 6 ? "]" : ""));
	} else {
		char name[HOST_NAME_SIZE];
		size_t len = host_name_normalise(host, name);

		put_text(t, slice_of(name, len));
		return len > 0;
	}
	return true;
}

static bool is_default_port(struct slice scheme, uint64_t port)
{
	return (port == 80 && slice_is_ignoring_case(scheme, "http")) ||
	       (port == 443 && slice_is_ignoring_case(scheme, "https")) ||
	       (port == 21 && slice_is_ignoring_case(scheme, "ftp"));
}

static bool put_port(struct key_text *t, const struct url_parts *u)
{
	char text[8];
	uint64_t port;

	if (u->port.len == 0)
		return true;
	if (!slice_to_uint64(u->port, &port) || port > UINT16_MAX)
		return false;
	if (!is_default_port(u->scheme, port)) {
		snprintf(text, sizeof(text), ":%u", (unsigned)port);
		put_text(t, slice_of_string(text));
	}
	return true;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Brackets and braces may not stand in a URL behind its host (RFC 3986 appendix A), nor may what is no ASCII. */
static bool may_stand(uint8_t c)
{
	return c > ' ' && c < 0x7F && !strchr("%[]{}<>\"\\^`|", c);
}

static bool needs_no_encoding(int c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static void put_encoded(struct key_text *t, int c)
{
	static const char digits[] = "0123456789ABCDEF";

	put_byte(t, '%');
	put_byte(t, (uint8_t)digits[c >> 4]);
	put_byte(t, (uint8_t)digits[c & 15]);
}

/* Path and query. Bytes that may not stand in a URL are encoded, as a browser would have done. */
static void put_path(struct key_text *t, struct slice s)
{
	if (s.len == 0 || s.ptr[0] != '/')
		put_byte(t, '/');
	while (s.len && s.ptr[s.len - 1] == '?')
		s.len--;
	for (size_t i = 0; i < s.len; i++) {
		int high = -1, low = -1;

		if (s.ptr[i] == '%' && i + 2 < s.len) {
			high = hex_value(s.ptr[i + 1]);
			low = hex_value(s.ptr[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			int c = high << 4 | low;

			if (needs_no_encoding(c))
				put_byte(t, (uint8_t)c);
			else
				put_encoded(t, c);
			i += 2;
		} else if (may_stand(s.ptr[i])) {
			put_byte(t, s.ptr[i]);
		} else {
			put_encoded(t, s.ptr[i]);
		}
	}
}

bool url_key(struct slice text, struct indicator_key *out)
{
	struct key_text t = { .key = out };
	struct url_parts u;

	if (!split_url(text, &u))
		return false;
	out->kind = INDICATOR_URL;
	out->prefix = 0;
	out->len = 0;
	for (size_t i = 0; i < u.scheme.len; i++) {
		uint8_t c = u.scheme.ptr[i];

		put_byte(&t, c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	put_text(&t, SLICE_LITERAL("://"));
	if (!put_host(&t, u.host) || !put_port(&t, &u))
		return false;
	put_path(&t, u.rest);
	return !t.full;
}

bool url_host(struct slice url, struct slice *out)
{
	struct url_parts u;

	if (!split_url(url, &u))
		return false;
	*out = u.host;
	return true;
}
