/* A chat room's template, and facts behind a NUL. Whatever they are, nothing crashes; a template that the check took
 * becomes JSON with any facts. */
#include "server/model/webhook.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice whole = slice_of(data, size);
	size_t end = slice_find(whole, '\0');
	struct webhook_event event = {
		.id = "x", .kind = "page", .subject = "s\"<", .body = "b\n", .home = "https://h"
	};
	struct buffer body = { 0 };
	char *template = slice_to_string(slice_take(whole, end));
	struct err why;

	event.facts = slice_skip(whole, end + 1);
	if (template && webhook_template_check(slice_take(whole, end), &why) == 0) {
		if (chat_body("slack", template, &event, &body, &why) != 0 && why.code != ERR_NOMEM &&
		    body.len <= CHAT_BODY_MAX)
			abort();
		buffer_clear(&body);
		if (chat_body("teams", template, &event, &body, &why) != 0 && why.code != ERR_NOMEM &&
		    body.len <= CHAT_BODY_MAX)
			abort();
	}
	free(template);
	buffer_release(&body);
	return 0;
}
