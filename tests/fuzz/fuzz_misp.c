/* MISP events. Invariant: feed_checks.h. */
#include "server/model/misp.h"
#include "tests/fuzz/feed_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct feed_sink sink = { NULL, feed_check_take, feed_check_reject };
	struct err why;

	misp_read(slice_of(data, size), &sink, &why);
	return 0;
}
