#include "server/api/link_page.h"

#include "server/api/login_limits.h"
#include "server/store/notice_link.h"

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

int link_page_notice(struct call *call, enum link_purpose purpose, char notice[OUTBOX_ID_TEXT_SIZE],
		     char token[LINK_TOKEN_SIZE], struct err *why)
{
	uint8_t key[LINK_KEY_SIZE], id[LINK_ID_SIZE];
	bool ours;

	if (notice_link_key(call->db, key, why) != 0)
		return -1;
	ours = link_token_read(key, purpose, call->texts[0], id);
	if (ours) {
		outbox_id_text(id, notice);
		link_token_make(key, purpose, id, token);
	}
	explicit_bzero(key, sizeof(key));
	return ours;
}

int link_page_token(struct call *call, enum link_purpose purpose, const char *notice, char token[LINK_TOKEN_SIZE],
		    struct err *why)
{
	uint8_t key[LINK_KEY_SIZE], id[LINK_ID_SIZE];

	token[0] = '\0';
	if (!outbox_parse_id(notice, id))
		return 0;
	if (notice_link_key(call->db, key, why) != 0)
		return -1;
	link_token_make(key, purpose, id, token);
	explicit_bzero(key, sizeof(key));
	return 0;
}
