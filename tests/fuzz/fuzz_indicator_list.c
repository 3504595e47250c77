/* Lists, hosts files, the guess between them, and texts of single indicators. Invariant: feed_checks.h; an indicator's
 * text in a list by itself gives that indicator. */
#include "server/model/indicator_list.h"
#include "tests/fuzz/feed_checks.h"

static int compare(void *arg, const struct feed_indicator *i, struct err *why)
{
	const struct indicator_key *wanted = arg;

	(void)why;
	if (i->key.kind != wanted->kind || i->key.prefix != wanted->prefix ||
	    !slice_equal(slice_of(i->key.bytes, i->key.len), slice_of(wanted->bytes, wanted->len)))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	const struct feed_sink sink = { NULL, feed_check_take, feed_check_reject };
	struct indicator_key key;
	struct err why;

	indicator_list_read(text, false, &sink, &why);
	indicator_list_read(text, true, &sink, &why);
	feed_read(FEED_AUTO, text, &sink, &why);
	if (indicator_key_guess(text, &key)) {
		const struct feed_sink same = { &key, compare, feed_check_reject };
		char written[INDICATOR_TEXT_SIZE];

		feed_check_key(&key);
		indicator_key_text(&key, written);
		/* A name of one label may look like a hash. */
		if (!strchr(written, ',') && (key.kind != INDICATOR_DOMAIN || strchr(written, '.')))
			indicator_list_read(slice_of_string(written), false, &same, &why);
	}
	return 0;
}
