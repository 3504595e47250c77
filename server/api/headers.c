#include "server/api/headers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

/* Cuts the part before `separator` off, trimmed. */
static struct slice next_part(struct slice *rest, uint8_t separator)
{
	size_t end = slice_find(*rest, separator);
	struct slice part = slice_trim(slice_take(*rest, end));

	*rest = slice_skip(*rest, end + 1);
	return part;
}

struct slice headers_cookie(const char *header, const char *name)
{
	struct slice rest = slice_of_string(header), found = { 0 };

	while (rest.len) {
		struct slice pair = next_part(&rest, ';');
		size_t equals = slice_find(pair, '=');

		if (equals == pair.len || !slice_is(slice_take(pair, equals), name))
			continue;
		if (found.ptr)
			return slice_of(NULL, 0);
		found = slice_skip(pair, equals + 1);
	}
	return found;
}

static bool is_entity_tag(struct slice s)
{
	if (slice_starts_with(s, "W/"))
		s = slice_skip(s, 2);
	return s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"' &&
	       slice_find(slice_skip(s, 1), '"') == s.len - 2;
}

enum headers_match headers_if_match(const char *header, int64_t version)
{
	struct slice rest = slice_of_string(header);
	enum headers_match verdict = HEADERS_MALFORMED;
	char wanted[32];

	snprintf(wanted, sizeof(wanted), "\"%" PRId64 "\"", version);
	while (rest.len) {
		struct slice tag = next_part(&rest, ',');

		if (!is_entity_tag(tag))
			return HEADERS_MALFORMED;
		if (slice_is(tag, wanted))
			verdict = HEADERS_MATCHES;
		else if (verdict == HEADERS_MALFORMED)
			verdict = HEADERS_STALE;
	}
	return verdict;
}

bool headers_is_json(const char *content_type)
{
	struct slice rest = slice_of_string(content_type);

	return slice_is_ignoring_case(next_part(&rest, ';'), "application/json");
}

bool headers_is_form(const char *content_type)
{
	struct slice rest = slice_of_string(content_type);

	return slice_is_ignoring_case(next_part(&rest, ';'), "application/x-www-form-urlencoded");
}

/* The quality of a list element: thousandths, 1000 when there is none, 0 when it cannot be read. */
static int quality(struct slice parameters)
{
	while (parameters.len) {
		struct slice part = next_part(&parameters, ';');
		int value = 0, scale = 1000;

		if (!slice_starts_with(part, "q=") && !slice_starts_with(part, "Q="))
			continue;
		for (size_t i = 2; i < part.len && scale > 0; i++) {
			if (part.ptr[i] == '.' && i == 3)
				continue;
			if (part.ptr[i] < '0' || part.ptr[i] > '9')
				return 0;
			value += (part.ptr[i] - '0') * scale;
			scale /= 10;
		}
		return value > 1000 ? 1000 : value;
	}
	return 1000;
}

bool headers_accepts_gzip(const char *accept_encoding)
{
	struct slice rest = slice_of_string(accept_encoding);

	while (rest.len) {
		struct slice element = next_part(&rest, ',');
		struct slice coding = next_part(&element, ';');

		if (slice_is_ignoring_case(coding, "gzip"))
			return quality(element) > 0;
	}
	return false;
}

/* Whether the language range is the language itself or one of its regions. */
static bool is_language(struct slice range, const char *language)
{
	return slice_is_ignoring_case(slice_take(range, slice_find(range, '-')), language);
}

bool headers_prefers_japanese(const char *accept_language, bool otherwise)
{
	struct slice rest = slice_of_string(accept_language);
	int japanese = 0, english = 0;

	while (rest.len) {
		struct slice element = next_part(&rest, ',');
		struct slice range = next_part(&element, ';');
		int q = quality(element);

		if (is_language(range, "ja") && q > japanese)
			japanese = q;
		else if (is_language(range, "en") && q > english)
			english = q;
	}
	return japanese == english ? (japanese > 0 || otherwise) : japanese > english;
}

static bool is_origin(const char *origin, const char *scheme, const char *host)
{
	size_t n = strlen(scheme);

	return host && *host && strncmp(origin, scheme, n) == 0 && strncmp(origin + n, "://", 3) == 0 &&
	       strcasecmp(origin + n + 3, host) == 0;
}

/* A URL's origin ends where its path begins. */
static bool is_origin_of_url(const char *origin, const char *url)
{
	const char *authority = url ? strstr(url, "://") : NULL;
	size_t n;

	if (!authority)
		return false;
	n = (size_t)(authority - url) + 3;
	n += strcspn(url + n, "/");
	return strlen(origin) == n && strncasecmp(url, origin, n) == 0;
}

bool headers_same_origin(const char *sec_fetch_site, const char *origin, const char *scheme, const char *host,
			 const char *public_url)
{
	if (sec_fetch_site)
		return strcmp(sec_fetch_site, "same-origin") == 0;
	return origin && (is_origin(origin, scheme, host) || is_origin_of_url(origin, public_url));
}
