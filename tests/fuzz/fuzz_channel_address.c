/* Addresses of channels: whatever is typed is judged, and shortened to something that holds none of its path. */
#include "server/api/channel_address.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char network[] = "10.0.0.0/8";
	static char *items[] = { network };
	static const struct config_list networks = { items, 1 };
	static const char *const kinds[] = { "mail", "webhook", "pagerduty", "slack", "command" };
	char brief[CHANNEL_SHORT_SIZE], *text;

	if (size == 0 || size > 4096)
		return 0;
	text = slice_to_string(slice_of(data + 1, size - 1));
	if (!text)
		return 0;
	(void)channel_address_check(kinds[data[0] % ARRAY_LEN(kinds)], text, &networks);
	channel_address_shorten("webhook", text, brief);
	/* Never more than scheme and host. */
	if (strlen(brief) > 8 + 253 + 8)
		abort();
	free(text);
	return 0;
}
