/* What may stand as the address of a channel. A cheap look when it is saved: whoever types it is told at once. Where a
 * URL really leads is judged when something is sent (the escalator's address guard). Pure. */
#ifndef SERVER_API_CHANNEL_ADDRESS_H
#define SERVER_API_CHANNEL_ADDRESS_H

#include "lib/config.h"
#include "lib/slice.h"

enum channel_address {
	CHANNEL_ADDRESS_GOOD,
	CHANNEL_ADDRESS_NO_MAIL,  /* not a mail address */
	CHANNEL_ADDRESS_NO_URL,   /* not an http or https URL with a host */
	CHANNEL_ADDRESS_PERSON,   /* user or password in the URL: they would stand in logs */
	CHANNEL_ADDRESS_PLAIN,    /* http, to a host that is not in escalator.networks */
	CHANNEL_ADDRESS_NOT_EMPTY /* kind command has none */
};
enum channel_address channel_address_check(const char *kind, const char *address, const struct config_list *networks);
/* In words, for who typed it; "" for a good one. */
const char *channel_address_fault(enum channel_address verdict);

/* "https://host/..." of a URL: enough to tell which it is, without the part that opens it. A mail address stays. */
enum { CHANNEL_SHORT_SIZE = 320 };
void channel_address_shorten(const char *kind, const char *address, char out[CHANNEL_SHORT_SIZE]);

#endif
