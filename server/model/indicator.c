#include "server/model/indicator.h"

#include "server/model/host_name.h"
#include "server/model/networks.h"
#include "server/model/url_key.h"

#include <stdio.h>

enum { ADDRESS_BYTES = 16, MAPPED_BITS = 96, PLAIN_MAX = 4 * INDICATOR_KEY_MAX };

static const uint8_t mapped_start[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };
static const char *const kind_names[] = { "", "ip", "domain", "url", "hash" };

const char *indicator_kind_name(enum indicator_kind kind)
{
	return kind_names[kind];
}

bool indicator_kind_parse(struct slice name, enum indicator_kind *out)
{
	for (size_t i = INDICATOR_IP; i < ARRAY_LEN(kind_names); i++) {
		if (slice_is(name, kind_names[i])) {
			*out = (enum indicator_kind)i;
			return true;
		}
	}
	return false;
}

static void key_start(struct indicator_key *k, enum indicator_kind kind)
{
	k->kind = kind;
	k->prefix = 0;
	k->len = 0;
}

/* ---------------------------------------------------------------------------------------------------- defanging */

static size_t put_plain(char *out, size_t at, size_t room, const char *text, size_t len)
{
	if (at + len <= room)
		memcpy(out + at, text, len);
	return at + len;
}

/* What people put for a dot or a colon so that nobody clicks on it; how many bytes that is, 0: it is not one. In a path
 * round brackets are what they are. */
static size_t defanged(struct slice at, bool in_path, char *means)
{
	static const struct {
		const char *text;
		char means;
		bool in_path;
	} forms[] = { { "[.]", '.', true },  { "[dot]", '.', true },  { "{.}", '.', true }, { "{dot}", '.', true },
		      { "(.)", '.', false }, { "(dot)", '.', false }, { "[.", '.', false }, { ".]", '.', false },
		      { "[:]", ':', false }, { "[://]", '/', false }, { "[/]", '/', true } };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		size_t len = strlen(forms[i].text);

		if ((forms[i].in_path || !in_path) && at.len >= len &&
		    slice_is_ignoring_case(slice_take(at, len), forms[i].text)) {
			*means = forms[i].means;
			return len;
		}
	}
	return 0;
}

static bool may_be_defanged(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '[' || s.ptr[i] == ']' || s.ptr[i] == '(' || s.ptr[i] == '{')
			return true;
	return s.len >= 4 && (s.ptr[0] | 0x20) == 'h' && (s.ptr[1] | 0x20) == 'x';
}

/* The text as it was meant, without white space at its ends. False: too long for anything. */
static bool refang(struct slice text, char store[PLAIN_MAX], struct slice *out)
{
	struct slice s = slice_trim(text);
	size_t n = 0;

	*out = s;
	if (s.len > PLAIN_MAX)
		return false;
	if (!may_be_defanged(s))
		return true;
	if (s.len >= 4 && slice_is_ignoring_case(slice_take(s, 4), "hxxp")) {
		n = put_plain(store, n, PLAIN_MAX, "http", 4);
		s = slice_skip(s, 4);
	}
	for (unsigned slashes = 0; s.len;) {
		char means = '\0';
		size_t len = defanged(s, slashes > 2, &means);

		if (len == 5 && means == '/')
			n = put_plain(store, n, PLAIN_MAX, "://", 3);
		else
			n = put_plain(store, n, PLAIN_MAX, len ? &means : (const char *)s.ptr, 1);
		slashes += len == 5 && means == '/' ? 2 : means == '/' || s.ptr[0] == '/';
		s = slice_skip(s, len ? len : 1);
	}
	*out = slice_of(store, n);
	return n <= PLAIN_MAX;
}

/* ------------------------------------------------------------------------------------------------------ addresses */

static void put_address(const struct address *a, unsigned prefix, struct indicator_key *out)
{
	key_start(out, INDICATOR_IP);
	out->len = ADDRESS_BYTES;
	if (a->family == 4) {
		memcpy(out->bytes, mapped_start, sizeof(mapped_start));
		memcpy(out->bytes + sizeof(mapped_start), a->bytes, 4);
		prefix += MAPPED_BITS;
	} else {
		memcpy(out->bytes, a->bytes, ADDRESS_BYTES);
	}
	out->prefix = (uint8_t)prefix;
}

void indicator_key_shorten(struct indicator_key *network, unsigned prefix)
{
	if (prefix % 8)
		network->bytes[prefix / 8] &= (uint8_t)(0xFF << (8 - prefix % 8));
	for (unsigned i = (prefix + 7) / 8; i < ADDRESS_BYTES; i++)
		network->bytes[i] = 0;
	network->prefix = (uint8_t)prefix;
}

bool indicator_key_of_address(const struct address *a, struct indicator_key *out)
{
	if (a->family != 4 && a->family != 6)
		return false;
	put_address(a, a->family == 4 ? 32 : 128, out);
	return true;
}

bool indicator_key_of_network(struct slice text, struct indicator_key *out)
{
	char store[PLAIN_MAX];
	struct network n;

	if (!refang(text, store, &text) || !network_parse(text, &n))
		return false;
	put_address(&n.base, n.prefix, out);
	return true;
}

/* Of "192.0.2.1:8080" and "[2001:db8::1]:8080". */
static bool key_of_address_and_port(struct slice text, struct indicator_key *out)
{
	size_t colon = text.len;
	struct slice host, port;
	struct address a;
	uint64_t number;

	while (colon > 0 && text.ptr[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return false;
	host = slice_take(text, colon - 1);
	port = slice_skip(text, colon);
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		host = slice_of(host.ptr + 1, host.len - 2);
	else if (slice_find(host, ':') < host.len)
		return false;
	return slice_to_uint64(port, &number) && number <= UINT16_MAX && address_parse(host, &a) &&
	       indicator_key_of_address(&a, out);
}

/* ---------------------------------------------------------------------------------------------------------- names */

static bool key_of_name(struct slice text, struct indicator_key *out)
{
	char name[HOST_NAME_SIZE];
	size_t end = host_name_normalise(text, name);

	key_start(out, INDICATOR_DOMAIN);
	while (end > 0) { /* from the last label on */
		size_t start = end;

		while (start > 0 && name[start - 1] != '.')
			start--;
		memcpy(out->bytes + out->len, name + start, end - start);
		out->len = (uint16_t)(out->len + end - start);
		out->bytes[out->len++] = '.';
		end = start ? start - 1 : 0;
	}
	return out->len > 0;
}

bool indicator_key_of_domain(struct slice text, struct indicator_key *out)
{
	char store[PLAIN_MAX];

	if (!refang(text, store, &text))
		return false;
	if (slice_starts_with(text, "*."))
		text = slice_skip(text, 2);
	else if (slice_starts_with(text, "."))
		text = slice_skip(text, 1);
	return key_of_name(text, out);
}

/* ----------------------------------------------------------------------------------------------------------- URLs */

bool indicator_key_of_url(struct slice text, struct indicator_key *out)
{
	char store[PLAIN_MAX];

	return refang(text, store, &text) && url_key(text, out);
}

bool indicator_key_host(const struct indicator_key *url, struct indicator_key *out)
{
	struct slice host;
	struct address a;

	if (url->kind != INDICATOR_URL || !url_host(slice_of(url->bytes, url->len), &host))
		return false;
	return address_parse(host, &a) ? indicator_key_of_address(&a, out) : key_of_name(host, out);
}

/* --------------------------------------------------------------------------------------------------------- hashes */

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool indicator_key_of_hash(struct slice text, struct indicator_key *out)
{
	text = slice_trim(text);
	if (text.len != 32 && text.len != 40 && text.len != 64)
		return false;
	key_start(out, INDICATOR_HASH);
	for (size_t i = 0; i < text.len; i += 2) {
		int high = hex_value(text.ptr[i]), low = hex_value(text.ptr[i + 1]);

		if (high < 0 || low < 0)
			return false;
		out->bytes[out->len++] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* ------------------------------------------------------------------------------------------------- any of these */

bool indicator_key_guess(struct slice text, struct indicator_key *out)
{
	char store[PLAIN_MAX];
	size_t slash;

	if (indicator_key_of_hash(text, out))
		return true;
	if (slice_contains(text, "://") || slice_contains(text, "[:]//") || slice_contains(text, "[://]"))
		return indicator_key_of_url(text, out);
	if (key_of_address_and_port(slice_trim(text), out))
		return true;
	if (!refang(text, store, &text))
		return false;
	if (indicator_key_of_network(text, out) || key_of_address_and_port(text, out))
		return true;
	/* A word alone is no host: what lists hold has a dot in it. */
	slash = slice_find(text, '/');
	if (slice_find(text, '.') >= slash)
		return false;
	return slash < text.len ? url_key(text, out) : indicator_key_of_domain(text, out);
}

bool indicator_key_of_stored(int64_t kind, struct slice bytes, int64_t prefix, struct indicator_key *out)
{
	if (kind < INDICATOR_IP || kind > INDICATOR_HASH || bytes.len == 0 || bytes.len > INDICATOR_KEY_MAX ||
	    prefix < 0 || prefix > 128 || (kind == INDICATOR_IP && bytes.len != ADDRESS_BYTES))
		return false;
	key_start(out, (enum indicator_kind)kind);
	out->prefix = (uint8_t)prefix;
	out->len = (uint16_t)bytes.len;
	memcpy(out->bytes, bytes.ptr, bytes.len);
	return true;
}

/* ----------------------------------------------------------------------------------------------------------- text */

static void network_text(const struct indicator_key *k, char out[INDICATOR_TEXT_SIZE])
{
	bool mapped = k->prefix >= MAPPED_BITS && memcmp(k->bytes, mapped_start, sizeof(mapped_start)) == 0;
	struct address a = { .family = mapped ? 4 : 6 };
	char text[ADDRESS_TEXT_SIZE];

	memcpy(a.bytes, k->bytes + (mapped ? sizeof(mapped_start) : 0), mapped ? 4 : ADDRESS_BYTES);
	address_to_text(&a, text);
	if (k->prefix == INDICATOR_ONE_ADDRESS)
		snprintf(out, INDICATOR_TEXT_SIZE, "%s", text);
	else
		snprintf(out, INDICATOR_TEXT_SIZE, "%s/%d", text, k->prefix - (mapped ? MAPPED_BITS : 0));
}

/* Labels in the order that people read. */
static void name_text(const struct indicator_key *k, char out[INDICATOR_TEXT_SIZE])
{
	size_t end = k->len ? k->len - 1u : 0, n = 0;

	while (end > 0) {
		size_t start = end;

		while (start > 0 && k->bytes[start - 1] != '.')
			start--;
		memcpy(out + n, k->bytes + start, end - start);
		n += end - start;
		end = start ? start - 1 : 0;
		if (end > 0)
			out[n++] = '.';
	}
	out[n] = '\0';
}

static void hex_text(const struct indicator_key *k, char out[INDICATOR_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < k->len; i++) {
		out[2 * i] = digits[k->bytes[i] >> 4];
		out[2 * i + 1] = digits[k->bytes[i] & 15];
	}
	out[2 * (size_t)k->len] = '\0';
}

void indicator_key_text(const struct indicator_key *k, char out[INDICATOR_TEXT_SIZE])
{
	switch (k->kind) {
	case INDICATOR_IP:
		network_text(k, out);
		break;
	case INDICATOR_DOMAIN:
		name_text(k, out);
		break;
	case INDICATOR_HASH:
		hex_text(k, out);
		break;
	case INDICATOR_URL:
		memcpy(out, k->bytes, k->len);
		out[k->len] = '\0';
		break;
	}
}

/* --------------------------------------------------------------------------------------------------------- ranges */

/* The address behind the network; none behind the last. */
static void behind_network(const struct indicator_key *k, struct indicator_range *out)
{
	unsigned carry = 1;

	memcpy(out->end, k->bytes, ADDRESS_BYTES);
	out->end_len = ADDRESS_BYTES;
	if (k->prefix == 0) {
		out->end_len = 0;
		return;
	}
	for (unsigned byte = (k->prefix - 1u) / 8 + 1; byte-- > 0 && carry;) {
		bool last = byte == (k->prefix - 1u) / 8;
		unsigned sum = out->end[byte] + (last ? 1u << (7 - (k->prefix - 1u) % 8) : 1u);

		out->end[byte] = (uint8_t)sum;
		carry = sum >> 8;
	}
	if (carry)
		out->end_len = 0;
}

void indicator_key_range(const struct indicator_key *k, struct indicator_range *out)
{
	memcpy(out->first, k->bytes, k->len);
	out->first_len = k->len;
	if (k->kind == INDICATOR_IP) {
		behind_network(k, out);
		return;
	}
	memcpy(out->end, k->bytes, k->len);
	out->end_len = k->len;
	if (k->kind == INDICATOR_DOMAIN)
		out->end[out->end_len - 1u] = '.' + 1;
	else
		out->end[out->end_len++] = '\0';
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned rest = bits % 8;

	return memcmp(a, b, bits / 8) == 0 && (rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0);
}

bool indicator_key_holds(const struct indicator_key *indicator, const struct indicator_key *observable)
{
	if (indicator->kind != observable->kind)
		return false;
	switch (indicator->kind) {
	case INDICATOR_IP:
		return indicator->prefix <= observable->prefix &&
		       same_bits(indicator->bytes, observable->bytes, indicator->prefix);
	case INDICATOR_DOMAIN:
		return indicator->len <= observable->len &&
		       memcmp(indicator->bytes, observable->bytes, indicator->len) == 0;
	case INDICATOR_URL:
	case INDICATOR_HASH:
		break;
	}
	return slice_equal(slice_of(indicator->bytes, indicator->len), slice_of(observable->bytes, observable->len));
}
