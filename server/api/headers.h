/* The request headers that we read, each parsed by one pure function. */
#ifndef SERVER_API_HEADERS_H
#define SERVER_API_HEADERS_H

#include "lib/slice.h"

/* The value of a cookie in a Cookie header (RFC 6265 section 5.4); ptr NULL: not there, or there twice. */
struct slice headers_cookie(const char *header, const char *name);

enum headers_match { HEADERS_MATCHES, HEADERS_STALE, HEADERS_MALFORMED };
/* If-Match (RFC 9110 section 13.1.1) against the strong ETag "<version>". "*" is malformed here: it would make the
 * condition that we insist on meaningless. */
enum headers_match headers_if_match(const char *header, int64_t version);

/* Whether the media type is application/json, whatever its parameters. */
bool headers_is_json(const char *content_type);

/* The same of application/x-www-form-urlencoded: a form of a page without script. */
bool headers_is_form(const char *content_type);

/* Whether the coding is accepted (RFC 9110 section 12.5.3) with a quality above zero. */
bool headers_accepts_gzip(const char *accept_encoding);

/* Accept-Language (RFC 9110 section 12.5.4): true for Japanese, false for English, whichever is wanted more;
 * `otherwise` when neither is named. */
bool headers_prefers_japanese(const char *accept_language, bool otherwise);

/* Whether a request that changes something comes from our own pages: Sec-Fetch-Site says same-origin, or, from a
 * browser that does not send it, Origin is "<scheme>://<host>" or the public URL. Values may be NULL. */
bool headers_same_origin(const char *sec_fetch_site, const char *origin, const char *scheme, const char *host,
			 const char *public_url);

#endif
