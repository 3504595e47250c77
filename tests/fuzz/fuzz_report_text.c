/* Texts of reports from any bytes: a text that the check takes shows no brace of a placeholder when it is filled with
 * plain values, and its filled form, of the same names, is stable. */
#include "server/model/report_text.h"

#include <stdlib.h>

static void must(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct report_text_group *group;
	const struct report_text_key *key;
	struct report_text_value values[REPORT_TEXT_NAMES_MAX];
	struct pool pool = { 0 };
	struct slice text;
	size_t count = 0;
	char *filled;

	if (size < 2)
		return 0;
	group = report_text_group(data[0] % REPORT_TEXT_GROUPS);
	key = &group->keys[data[1] % group->count];
	text = slice_of(data + 2, size - 2);
	for (; count < REPORT_TEXT_NAMES_MAX && key->names[count]; count++)
		values[count] = (struct report_text_value){ key->names[count], data[0] & 0x80 ? "v" : NULL };
	filled = report_text_render(key, text, values, count, &pool);
	must(filled != NULL);
	if (report_text_check(key, text, NULL) == 0) {
		must(report_text_forbidden(text) == NULL);
		must(!strstr(filled, "{{"));
	}
	pool_release(&pool);
	return 0;
}
