/* Files of warning lists. Invariant: whatever is listed is found, and its list named. */
#include "server/model/warning_list.h"

#include <stdlib.h>

static int add(void *arg, const char *list, const struct indicator_key *key, bool below, struct err *why)
{
	if (warning_lists_add(arg, list, key, below, why) != 0)
		return -1;
	if (!warning_lists_find(arg, key))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct warning_lists *w = warning_lists_new();
	struct err why;

	if (w)
		warning_list_parse(slice_of(data, size), "lists", add, w, &why);
	warning_lists_free(w);
	return 0;
}
