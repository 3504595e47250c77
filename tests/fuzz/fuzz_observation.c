/* Observation bodies, which come from collectors that may have been broken into. Invariants: what is refused leaves
 * nothing behind; what is taken is written in the one form that the same content has, and that form gives itself. Twice
 * the same body has the same entries and times, and twice the counts. */
#include "server/model/observation_body.h"

#include <stdlib.h>

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void must_be_sound(const struct observation *o)
{
	for (size_t i = 0; i < observation_contact_count(o); i++) {
		struct observation_contact c;

		observation_contact_at(o, i, &c);
		must(c.times_count >= 1 && c.times_count <= OBSERVATION_TIMES_MAX);
		must(c.first <= c.times[0] && c.last == c.times[c.times_count - 1]);
		must(c.port >= 1 && c.port <= UINT16_MAX && slice_is_utf8(c.destination));
		for (size_t k = 1; k < c.times_count; k++)
			must(c.times[k - 1] < c.times[k]);
		must(observation_contact_key(&c) != 0);
	}
	for (size_t i = 0; i < observation_seen_count(o); i++) {
		struct observation_seen s;

		observation_seen_at(o, i, &s);
		must(s.first <= s.last && s.contacts >= 1 && s.key.len >= 1 && s.key.len <= INDICATOR_KEY_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct observation *one = observation_new(), *two = observation_new();
	struct buffer first = { 0 }, second = { 0 };
	struct err why;

	must(one && two);
	if (observation_merge(one, slice_of(data, size), &why) != 0) {
		must(why.code == ERR_CORRUPT && observation_is_empty(one));
	} else {
		must(observation_write(one, &first, &why) == 0);
		must_be_sound(one);
		must(observation_merge(two, buffer_slice(&first), &why) == 0);
		must(observation_write(two, &second, &why) == 0);
		must(slice_equal(buffer_slice(&first), buffer_slice(&second)));
		must(observation_merge(two, buffer_slice(&first), &why) == 0);
		must(observation_sort(two, &why) == 0);
		must(observation_seen_count(one) == observation_seen_count(two));
		must(observation_contact_count(one) == observation_contact_count(two));
		must_be_sound(two);
	}
	observation_free(one);
	observation_free(two);
	buffer_release(&first);
	buffer_release(&second);
	return 0;
}
