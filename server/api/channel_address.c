#include "server/api/channel_address.h"

#include "server/model/input.h"
#include "server/model/networks.h"

#include <stdio.h>

enum { HOST_MOST = 253, URL_MOST = 2000 };

/* RFC 3986: scheme "://" [ userinfo "@" ] host [ ":" port ] and whatever follows. */
struct url {
	bool encrypted, person;
	struct slice host; /* an IPv6 address without its brackets */
};

static bool is_url_byte(uint8_t c)
{
	return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' && c != '`' &&
	       c != '{' && c != '|' && c != '}';
}

static bool is_host(struct slice host)
{
	for (size_t i = 0; i < host.len; i++) {
		uint8_t c = host.ptr[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
		      c == '.' || c == ':'))
			return false;
	}
	return host.len > 0 && host.len <= HOST_MOST;
}

static bool is_port(struct slice text)
{
	uint64_t port;

	return text.len == 0 ||
	       (text.ptr[0] == ':' && slice_to_uint64(slice_skip(text, 1), &port) && port > 0 && port < 65536);
}

static bool read_host(struct slice authority, struct slice *host)
{
	size_t end;

	if (authority.len && authority.ptr[0] == '[') {
		end = slice_find(authority, ']');
		*host = slice_skip(slice_take(authority, end), 1);
		return end < authority.len && is_host(*host) && is_port(slice_skip(authority, end + 1));
	}
	end = slice_find(authority, ':');
	*host = slice_take(authority, end);
	return is_host(*host) && is_port(slice_skip(authority, end));
}

static bool read_url(struct slice text, struct url *out)
{
	struct slice rest;
	size_t at, end = 0;

	*out = (struct url){ .encrypted = slice_starts_with(text, "https://") };
	if (text.len > URL_MOST || (!out->encrypted && !slice_starts_with(text, "http://")))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!is_url_byte(text.ptr[i]))
			return false;
	rest = slice_skip(text, out->encrypted ? 8 : 7);
	while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?' && rest.ptr[end] != '#')
		end++;
	rest = slice_take(rest, end);
	at = slice_find(rest, '@');
	out->person = at < rest.len;
	return out->person || read_host(rest, &out->host);
}

/* A name can only be judged when it is resolved; an address of another network can be refused here. */
static bool may_be_plain(struct slice host, const struct config_list *networks)
{
	struct network one, allowed;

	if (!network_parse(host, &one))
		return networks->len > 0;
	for (size_t i = 0; i < networks->len; i++)
		if (network_parse(slice_of_string(networks->items[i]), &allowed) &&
		    network_contains(&allowed, &one.base))
			return true;
	return false;
}

enum channel_address channel_address_check(const char *kind, const char *address, const struct config_list *networks)
{
	char mail[INPUT_EMAIL_SIZE];
	struct url url;

	if (strcmp(kind, "command") == 0)
		return *address ? CHANNEL_ADDRESS_NOT_EMPTY : CHANNEL_ADDRESS_GOOD;
	if (strcmp(kind, "mail") == 0)
		return input_email(slice_of_string(address), mail) ? CHANNEL_ADDRESS_GOOD : CHANNEL_ADDRESS_NO_MAIL;
	if (!read_url(slice_of_string(address), &url))
		return CHANNEL_ADDRESS_NO_URL;
	if (url.person)
		return CHANNEL_ADDRESS_PERSON;
	return url.encrypted || may_be_plain(url.host, networks) ? CHANNEL_ADDRESS_GOOD : CHANNEL_ADDRESS_PLAIN;
}

const char *channel_address_fault(enum channel_address verdict)
{
	switch (verdict) {
	case CHANNEL_ADDRESS_NO_MAIL:
		return "a mail address was expected";
	case CHANNEL_ADDRESS_NO_URL:
		return "a URL was expected: https://host/path";
	case CHANNEL_ADDRESS_PERSON:
		return "a URL with a user or password in it is not taken: it would stand in logs";
	case CHANNEL_ADDRESS_PLAIN:
		return "http is only possible to networks that escalator.networks names: use https";
	case CHANNEL_ADDRESS_NOT_EMPTY:
		return "a command has no address";
	case CHANNEL_ADDRESS_GOOD:
	default:
		return "";
	}
}

void channel_address_shorten(const char *kind, const char *address, char out[CHANNEL_SHORT_SIZE])
{
	struct url url;

	if (strcmp(kind, "mail") == 0 || strcmp(kind, "command") == 0) {
		snprintf(out, CHANNEL_SHORT_SIZE, "%s", address);
		return;
	}
	if (!read_url(slice_of_string(address), &url) || url.person) {
		snprintf(out, CHANNEL_SHORT_SIZE, "…");
		return;
	}
	snprintf(out, CHANNEL_SHORT_SIZE, "%s://%.*s/…", url.encrypted ? "https" : "http", (int)url.host.len,
		 url.host.ptr);
}
