/* Text of a notice: the first byte says which kind, a NUL parts subject, body and facts. Whatever it is, checking and
 * rendering do not crash; what was rendered keeps to its limits and is UTF-8; what the check took renders without a
 * brace of its own. */
#include "server/model/notice.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice cut(struct slice *rest)
{
	size_t end = slice_find(*rest, '\0');
	struct slice part = slice_take(*rest, end);

	*rest = slice_skip(*rest, end + 1);
	return part;
}

static void render(const struct notice_kind *kind, const struct notice_text *text, struct slice facts, bool good)
{
	struct buffer subject = { 0 }, body = { 0 };

	if (notice_render(kind, text, facts, &subject, &body, NULL) == 0) {
		if (subject.len > NOTICE_SUBJECT_MAX || body.len > NOTICE_TEXT_MAX ||
		    slice_find(buffer_slice(&subject), '\n') != subject.len)
			abort();
		if (good && (!slice_is_utf8(buffer_slice(&subject)) || !slice_is_utf8(buffer_slice(&body))))
			abort();
		if (good && facts.len == 2 && slice_contains(buffer_slice(&body), "{{"))
			abort();
	}
	buffer_release(&subject);
	buffer_release(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size);
	const struct notice_kind *kind;
	struct notice_text text;
	bool good;

	if (size < 1)
		return 0;
	kind = &notice_kinds[data[0] % notice_kind_count];
	rest = slice_skip(rest, 1);
	text.subject = cut(&rest);
	text.body = cut(&rest);
	good = notice_text_check(kind, &text, NULL) == 0;
	render(kind, &text, rest, good);
	render(kind, &text, SLICE_LITERAL("{}"), good);
	render(kind, &text, slice_of_string(notice_sample(kind, true)), good);
	return 0;
}
