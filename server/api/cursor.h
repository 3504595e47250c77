/* Where the next page of a list begins: opaque to clients, and only good for the list and filter it was given for.
 * Text form: base64url (RFC 4648 section 5, no padding) of
 *   list (1 byte), filter hash (8), rank (8), time (8), id (8), and the first 16 bytes of the HMAC-SHA256 over those.
 */
#ifndef SERVER_API_CURSOR_H
#define SERVER_API_CURSOR_H

#include "lib/clock.h"
#include "lib/err.h"

enum { CURSOR_KEY_SIZE = 32, CURSOR_TEXT_SIZE = 72 };
enum cursor_list {
	CURSOR_ALERTS = 1,
	CURSOR_INCIDENTS,
	CURSOR_AUDIT,
	CURSOR_RULES,
	CURSOR_RULE_SETS,
	CURSOR_MUTES,
	CURSOR_CAMPAIGNS,
	CURSOR_CONTACTS,
	CURSOR_INDICATORS,
	CURSOR_HUNTS,
	CURSOR_TICKETS,
	CURSOR_ORDERS,
	CURSOR_REQUESTS,
	CURSOR_PAGES,
	CURSOR_MESSAGES,
	CURSOR_DRILLS,
	CURSOR_COVERAGE,
	CURSOR_REPORTS,
	CURSOR_REPORT_BOARD,
};

struct cursor {
	enum cursor_list list;
	uint64_t filter; /* cursor_filter_hash() of everything that decides which rows are in the list */
	/* Sort key of the last row given: rank is 0 in lists that are ordered by time alone. */
	int64_t rank;
	time_us time;
	int64_t id;
};

/* Reads the key from the file, or makes both (mode 0600). */
int cursor_key_load(const char *path, uint8_t key[CURSOR_KEY_SIZE], struct err *why);
uint64_t cursor_filter_hash(struct slice filter);
void cursor_seal(const uint8_t key[CURSOR_KEY_SIZE], const struct cursor *cursor, char out[CURSOR_TEXT_SIZE]);
/* False when it is not ours, was changed, or is for another list or filter (out->list and out->filter are given). */
bool cursor_open(const uint8_t key[CURSOR_KEY_SIZE], struct slice text, struct cursor *out);

#endif
