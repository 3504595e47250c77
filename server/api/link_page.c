#include "server/api/link_page.h"

#include "server/api/login_limits.h"

#include <inttypes.h>
#include <stdio.h>

/* Of one address with tokens that are none. */
static const struct login_allowance wrong_links = { "link", 30, 4000 };

void link_page_wait(struct call *call, int64_t seconds)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, seconds);
	http_reply_header(call->reply, "Retry-After", text);
}

void link_page_refuse(struct call *call)
{
	int64_t wait = login_limits_take(call->api->limits, &wrong_links, call->address, clock_monotonic_ms());

	call_refuse_page(call->exchange, wait ? PROBLEM_TOO_MANY : PROBLEM_NOT_FOUND, call->japanese);
	if (wait)
		link_page_wait(call, wait);
}

bool link_page_japanese(const struct call *call, const char *language)
{
	const char *wish = parameters_get(&call->query, "lang");

	if (wish && (strcmp(wish, "ja") == 0 || strcmp(wish, "en") == 0))
		language = wish;
	return strcmp(language, "en") != 0;
}
