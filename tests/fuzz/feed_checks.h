/* What must hold for anything that a feed gives, whatever the feed is. */
#ifndef TESTS_FUZZ_FEED_CHECKS_H
#define TESTS_FUZZ_FEED_CHECKS_H

#include "server/model/indicator_feed.h"

#include <stdlib.h>

/* A key's text reads back as the key. */
static inline void feed_check_key(const struct indicator_key *key)
{
	static bool (*const readers[])(struct slice, struct indicator_key *) = {
		[INDICATOR_IP] = indicator_key_of_network,
		[INDICATOR_DOMAIN] = indicator_key_of_domain,
		[INDICATOR_URL] = indicator_key_of_url,
		[INDICATOR_HASH] = indicator_key_of_hash,
	};
	char text[INDICATOR_TEXT_SIZE];
	struct indicator_key again;
	struct indicator_range range;

	indicator_key_text(key, text);
	if (!slice_is_utf8(slice_of_string(text)) || !readers[key->kind](slice_of_string(text), &again) ||
	    again.kind != key->kind || again.prefix != key->prefix ||
	    !slice_equal(slice_of(key->bytes, key->len), slice_of(again.bytes, again.len)))
		abort();
	if (!indicator_key_holds(key, &again))
		abort();
	indicator_key_range(key, &range);
	if (range.first_len != key->len)
		abort();
}

static inline void feed_check_text(struct slice text, size_t most)
{
	if (text.len > most || !slice_is_utf8(text) || slice_find(text, '\0') < text.len)
		abort();
}

static inline int feed_check_take(void *arg, const struct feed_indicator *i, struct err *why)
{
	(void)arg;
	(void)why;
	feed_check_key(&i->key);
	feed_check_text(i->external_id, FEED_EXTERNAL_ID_MAX);
	feed_check_text(i->description, FEED_DESCRIPTION_MAX);
	if (i->label_count > FEED_LABELS_MAX || i->confidence < -1 || i->confidence > 100)
		abort();
	for (size_t n = 0; n < i->label_count; n++)
		feed_check_text(i->labels[n], FEED_LABEL_SIZE_MAX);
	return 0;
}

static inline int feed_check_reject(void *arg, struct slice entry, const char *reason, struct err *why)
{
	(void)arg;
	(void)why;
	if (entry.len >= FEED_ENTRY_MAX || !reason || !*reason)
		abort();
	return 0;
}

#endif
