/* STIX bundles. Invariant: what comes out is an indicator whose text reads back as the same key, with texts that are
 * UTF-8 without NUL and of bounded size. The same for patterns by themselves. */
#include "server/model/stix.h"
#include "server/model/stix_pattern.h"
#include "tests/fuzz/feed_checks.h"

static int found(void *arg, const struct indicator_key *key, struct err *why)
{
	(void)arg;
	(void)why;
	feed_check_key(key);
	return 0;
}

static int unmatchable(void *arg, struct slice part, const char *reason, struct err *why)
{
	const struct slice *pattern = arg;

	(void)why;
	if (!reason || part.ptr < pattern->ptr || part.ptr + part.len > pattern->ptr + pattern->len)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	const struct feed_sink sink = { NULL, feed_check_take, feed_check_reject };
	const struct stix_pattern_sink pattern_sink = { &text, found, unmatchable };
	struct err why;

	stix_read(text, &sink, &why);
	stix_pattern_read(text, &pattern_sink, &why);
	return 0;
}
