/* Query strings. Invariant: what was parsed, encoded again, parses to the same names and values. */
#include "server/api/parameters.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct parameters first, second;
	static char text[3 * PARAMETERS_TEXT_MAX];
	size_t len = 0;

	if (parameters_parse(slice_of(data, size), &first) != PARSE_OK)
		return 0;
	for (unsigned i = 0; i < first.count; i++) {
		if (i)
			text[len++] = '&';
		if (!parameters_encode(first.list[i].name, text, sizeof(text), &len))
			abort();
		text[len++] = '=';
		if (!parameters_encode(first.list[i].value, text, sizeof(text), &len))
			abort();
	}
	if (parameters_parse(slice_of(text, len), &second) != PARSE_OK) {
		/* Encoding may grow it past the limit, but must not break anything else. */
		if (len + PARAMETERS_MAX + 2 <= PARAMETERS_TEXT_MAX)
			abort();
		return 0;
	}
	if (second.count != first.count)
		abort();
	for (unsigned i = 0; i < first.count; i++)
		if (strcmp(first.list[i].name, second.list[i].name) != 0 ||
		    strcmp(first.list[i].value, second.list[i].value) != 0)
			abort();
	return 0;
}
