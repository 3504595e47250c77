/* An indicator of compromise, and an observable: the same kinds of things, in one canonical form, so that the one can
 * be looked up among the other.
 *
 *   kind     key (bytes; sorted as bytes)                                         matches
 *   ip       16 bytes, IPv4 as ::ffff:a.b.c.d; a network: its first address        addresses in the network
 *   domain   labels from the right, lower case, each followed by '.': "jp.co.example."   the name and all below it
 *   url      normalised (scheme and host in lower case, no fragment, no default port)   exactly that
 *   hash     the digest's bytes (MD5 16, SHA-1 20, SHA-256 32)                    exactly that
 * So a network and the names below a name are ranges of keys. */
#ifndef SERVER_MODEL_INDICATOR_H
#define SERVER_MODEL_INDICATOR_H

#include "lib/err.h"
#include "server/model/alert.h"

enum indicator_kind { INDICATOR_IP = 1, INDICATOR_DOMAIN, INDICATOR_URL, INDICATOR_HASH };
enum { INDICATOR_KEY_MAX = 512 };

struct indicator_key {
	enum indicator_kind kind;
	uint8_t prefix; /* of ip: 0..128 in the 16 bytes (an IPv4 /24 is 120); 128 is one address; of others 0 */
	uint16_t len;
	uint8_t bytes[INDICATOR_KEY_MAX];
};

const char *indicator_kind_name(enum indicator_kind kind); /* "ip", "domain", "url", "hash" */
bool indicator_kind_parse(struct slice name, enum indicator_kind *out);

/* From text as people and feeds write it, defanged forms included (hxxp, [.]). False: not such a thing. */
bool indicator_key_of_address(const struct address *a, struct indicator_key *out);
bool indicator_key_of_network(struct slice text, struct indicator_key *out); /* address or CIDR */
bool indicator_key_of_domain(struct slice text, struct indicator_key *out);
bool indicator_key_of_url(struct slice text, struct indicator_key *out);
bool indicator_key_of_hash(struct slice text, struct indicator_key *out);
/* Whatever it looks like; in lists that do not say. */
bool indicator_key_guess(struct slice text, struct indicator_key *out);
/* As people read it; at most INDICATOR_KEY_MAX * 2 + 1 bytes with the NUL. */
enum { INDICATOR_TEXT_SIZE = INDICATOR_KEY_MAX * 2 + 1 };
void indicator_key_text(const struct indicator_key *k, char out[INDICATOR_TEXT_SIZE]);

#endif
