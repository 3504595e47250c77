/* An indicator of compromise, and an observable: the same kinds of things, in one canonical form, so that the one can
 * be looked up among the other.
 *
 *   kind     key (bytes; sorted as bytes)                                         matches
 *   ip       16 bytes, IPv4 as ::ffff:a.b.c.d; a network: its first address        addresses in the network
 *   domain   labels from the right, lower case, each followed by '.': "jp.co.example."   the name and all below it
 *   url      normalised (below)                                                   exactly that
 *   hash     the digest's bytes (MD5 16, SHA-1 20, SHA-256 32)                    exactly that
 * So a network and the names below a name are ranges of keys.
 *
 * A domain matches names that were looked up, named in TLS (SNI) or in HTTP (Host), which is where the host of a URL
 * that was called shows too: whoever collects observables gives the name beside the URL. A domain does not match the
 * text of a URL, and a URL not another path of its host.
 *
 * Names: ASCII letters in lower case; others become A-labels (RFC 5891 "xn--", RFC 3492), as they are on the wire. What
 * is mapped before: the full stops of CJK writing, full-width ASCII. Case beyond ASCII and composition are left as they
 * are written: feeds write lower case and NFC. A trailing dot goes, and so does "*." or "." in front, as lists write
 * it.
 *
 * URLs: scheme and host in lower case, the host as above (an address in its shortest form); user, fragment, default
 * port, and a trailing "?" gone; an empty path is "/"; percent-encoding in upper case, and none of what needs none (RFC
 * 3986 section 6.2.2). Without a scheme: http. Longer than INDICATOR_KEY_MAX: not a URL to us. */
#ifndef SERVER_MODEL_INDICATOR_H
#define SERVER_MODEL_INDICATOR_H

#include "lib/err.h"
#include "server/model/alert.h"

enum indicator_kind { INDICATOR_IP = 1, INDICATOR_DOMAIN, INDICATOR_URL, INDICATOR_HASH };
enum { INDICATOR_KEY_MAX = 512, INDICATOR_ONE_ADDRESS = 128 };

struct indicator_key {
	enum indicator_kind kind;
	uint8_t prefix; /* of ip: 0..128 in the 16 bytes (an IPv4 /24 is 120); 128 is one address; of others 0 */
	uint16_t len;
	uint8_t bytes[INDICATOR_KEY_MAX]; /* behind len: undefined */
};

const char *indicator_kind_name(enum indicator_kind kind); /* "ip", "domain", "url", "hash" */
bool indicator_kind_parse(struct slice name, enum indicator_kind *out);

/* From text as people and feeds write it, defanged forms included (hxxp, [.], (dot)). False: not such a thing. */
bool indicator_key_of_address(const struct address *a, struct indicator_key *out);
bool indicator_key_of_network(struct slice text, struct indicator_key *out); /* address or CIDR */
bool indicator_key_of_domain(struct slice text, struct indicator_key *out);
bool indicator_key_of_url(struct slice text, struct indicator_key *out);
bool indicator_key_of_hash(struct slice text, struct indicator_key *out);
/* Whatever it looks like; in lists that do not say. "192.0.2.1:8080" is the address. */
bool indicator_key_guess(struct slice text, struct indicator_key *out);
/* From a row of the database: false when it cannot be one. */
bool indicator_key_of_stored(int64_t kind, struct slice bytes, int64_t prefix, struct indicator_key *out);
/* The network around an address or network: bits behind the prefix are cleared. prefix: at most what it has. */
void indicator_key_shorten(struct indicator_key *network, unsigned prefix);
/* The host of a URL's key, as a key of kind ip or domain. */
bool indicator_key_host(const struct indicator_key *url, struct indicator_key *out);

/* As people read it; at most INDICATOR_KEY_MAX * 2 + 1 bytes with the NUL. */
enum { INDICATOR_TEXT_SIZE = INDICATOR_KEY_MAX * 2 + 1 };
void indicator_key_text(const struct indicator_key *k, char out[INDICATOR_TEXT_SIZE]);

/* Keys that the indicator matches, as a range: first <= key < end, compared as bytes; end.len 0: up to the last. */
struct indicator_range {
	uint16_t first_len, end_len;
	uint8_t first[INDICATOR_KEY_MAX + 1], end[INDICATOR_KEY_MAX + 1];
};
void indicator_key_range(const struct indicator_key *k, struct indicator_range *out);
/* Whether the indicator matches the observable, or all that `observable` stands for when that is a network. */
bool indicator_key_holds(const struct indicator_key *indicator, const struct indicator_key *observable);

#endif
