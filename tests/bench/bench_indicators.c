/* Indicators in memory: bench_indicators [INDICATORS [OBSERVABLES]]. Fills a set (half names, the rest addresses,
 * networks, hashes and URLs), then asks for observables as records hold them: texts, of which one in a thousand is an
 * indicator. One thread. Prints: matches a second from text to answer, look-ups a second of keys, bytes an indicator,
 * matches wanted and found. Ends with 1 when these two differ: too many would be false alarms, too few a table that
 * forgets. */
#include "server/model/indicator_set.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLANTED_EVERY = 1000, TEXT = 96, ROUNDS = 3 };

static uint64_t state;

/* Marsaglia's xorshift. */
static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Thing n of a world; two worlds have no thing in common. `network`: of addresses sometimes the /24 around it. */
static void thing(char out[TEXT], uint64_t n, char world, bool network)
{
	static const char *const ends[] = { "com", "net", "co.jp", "jp", "example", "info" };
	uint64_t saved = state, r;

	state = n * 2654435761u + 88172645463325252u + (uint64_t)world;
	for (int i = 0; i < 4; i++)
		next_random();
	r = next_random();
	switch (n % 10) {
	case 0:
	case 1:
	case 2: /* a third byte is odd in one world, even in the other */
		snprintf(out, TEXT, "%u.%u.%u.%u%s", 1 + (unsigned)(r >> 8 & 127), (unsigned)(r >> 16 & 255),
			 (unsigned)(r >> 24 & 254) | (world == 'i'), (unsigned)(r >> 32 & 255),
			 network && n % 50 == 0 ? "/24" : "");
		break;
	case 3:
		snprintf(out, TEXT, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%015" PRIx64 "%c", r, next_random(),
			 next_random(), next_random() >> 4, world == 'i' ? '1' : '0');
		break;
	case 4:
		snprintf(out, TEXT, "http://%c%" PRIx64 ".%s/%" PRIx64 "/gate.php?id=%u", world, r >> 30, ends[r % 6],
			 next_random() >> 20, (unsigned)(r & 0xFFFF));
		break;
	default:
		snprintf(out, TEXT, "%s%c%" PRIx64 ".%s", !network && r % 3 ? "www." : "", world, r >> 28, ends[r % 6]);
		break;
	}
	state = saved;
}

static int fill(struct indicator_set *s, uint64_t count)
{
	for (uint64_t n = 0; n < count; n++) {
		struct indicator_key key;
		struct err why;
		char text[TEXT];

		thing(text, n, 'i', true);
		if (!indicator_key_guess(slice_of_string(text), &key)) {
			fprintf(stderr, "bench_indicators: %s is no indicator\n", text);
			return -1;
		}
		if (indicator_set_put(s, &key, (int64_t)n + 1, 0, TIME_NONE, &why) != 0) {
			fprintf(stderr, "bench_indicators: %s\n", why.text);
			return -1;
		}
	}
	return 0;
}

/* As the collector knows what a record's field holds. */
static bool key_of(const char *text, uint64_t n, struct indicator_key *key)
{
	struct slice s = slice_of_string(text);

	switch (n % 10) {
	case 0:
	case 1:
	case 2:
		return indicator_key_of_network(s, key);
	case 3:
		return indicator_key_of_hash(s, key);
	case 4:
		return indicator_key_of_url(s, key);
	default:
		return indicator_key_of_domain(s, key);
	}
}

struct seen {
	char (*texts)[TEXT];
	uint64_t *numbers;
	uint64_t count, planted;
};

static void see(struct seen *seen, uint64_t indicators)
{
	seen->texts = malloc(seen->count * TEXT);
	seen->numbers = malloc(seen->count * sizeof(*seen->numbers));
	if (!seen->texts || !seen->numbers) {
		fputs("bench_indicators: no memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	for (uint64_t i = 0; i < seen->count; i++) {
		bool planted = i % PLANTED_EVERY == 0;

		seen->numbers[i] = planted ? next_random() % indicators : indicators + next_random() % (indicators * 4);
		seen->planted += planted;
		thing(seen->texts[i], seen->numbers[i], planted ? 'i' : 'o', false);
	}
}

/* Text to answer. */
static uint64_t match_all(const struct indicator_set *s, const struct seen *seen)
{
	uint64_t found = 0;

	for (uint64_t i = 0; i < seen->count; i++) {
		struct indicator_key key;

		found += key_of(seen->texts[i], seen->numbers[i], &key) && indicator_set_find(s, &key, US_PER_DAY) != 0;
	}
	return found;
}

/* The same without reading the texts: keys of a part, which fit into memory. */
static double look_up_all(const struct indicator_set *s, const struct seen *seen, uint64_t *found)
{
	uint64_t count = seen->count < 200000 ? seen->count : 200000;
	struct indicator_key *keys = malloc(count * sizeof(*keys));
	double started;

	if (!keys)
		return 0;
	for (uint64_t i = 0; i < count; i++)
		if (!key_of(seen->texts[i], seen->numbers[i], &keys[i]))
			return 0;
	started = now();
	for (uint64_t i = 0; i < count; i++)
		*found += indicator_set_find(s, &keys[i], US_PER_DAY) != 0;
	started = now() - started;
	free(keys);
	return (double)count / started;
}

int main(int argc, char **argv)
{
	static const uint8_t secret[16] = "sixteen bytes .";
	uint64_t indicators = argc > 1 ? strtoull(argv[1], NULL, 10) : 5000000;
	struct seen seen = { .count = argc > 2 ? strtoull(argv[2], NULL, 10) : 4000000 };
	struct indicator_set *s = indicator_set_new(secret);
	uint64_t found = 0, again = 0;
	double best = 0, keys;

	state = 42;
	if (!s || !indicators || fill(s, indicators) != 0)
		return EXIT_FAILURE;
	see(&seen, indicators);
	for (int i = 0; i < ROUNDS; i++) {
		double took = now();

		found = match_all(s, &seen);
		took = now() - took;
		if (took > 0 && (double)seen.count / took > best)
			best = (double)seen.count / took;
	}
	keys = look_up_all(s, &seen, &again);
	printf("%.0f %.0f %.2f %" PRIu64 " %" PRIu64 "\n", best, keys,
	       (double)indicator_set_memory(s) / (double)indicator_set_count(s), seen.planted, found);
	free(seen.texts);
	free(seen.numbers);
	indicator_set_free(s);
	return found == seen.planted ? EXIT_SUCCESS : EXIT_FAILURE;
}
