/* How long detection and correlation take for a record, in memory: what `bench correlate` measures of ours.
 *
 * usage: correlate_run RULES FIELDS EVENTS FIRINGS
 *
 * Reads EVE lines some hundred at a time: first they are read into tokens and normalised, then rules are matched and
 * hits correlated, and each of the two is timed as processor time of this one thread. Prints {"rules", "events",
 * "matched", "firings", "read_ns", "correlate_ns"}, the last two per event; writes into FIRINGS how often each rule
 * fired, "NAME COUNT" a line: of detections that no correlation names, matches; of correlations, firings. */
#include "lib/buffer.h"
#include "server/model/normalise.h"
#include "server/model/sigma/stream.h"

#include <inttypes.h>

enum { CHUNK = 256 };

struct bench {
	struct sigma_set *set;
	struct sigma_scratch *scratch;
	struct sigma_stream *stream;
	uint64_t *fired; /* by rule */
	struct normaliser *normalisers[CHUNK];
	struct normalised records[CHUNK];
	uint64_t events, matched;
	int64_t read_ns, correlate_ns;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool read_file(const char *path, struct buffer *out)
{
	FILE *f = fopen(path, "rb");
	uint8_t *to;
	size_t n = 1;

	while (f && n > 0 && (to = buffer_reserve(out, 1 << 20)) != NULL) {
		n = fread(to, 1, 1 << 20, f);
		out->len += n;
	}
	if (f)
		fclose(f);
	return f && !out->failed;
}

static void count_firing(void *arg, const struct sigma_fired *fired)
{
	struct bench *b = arg;

	b->fired[sigma_set_correlation(b->set, fired->correlation)->rule]++;
}

static bool build(struct bench *b, const char *rules, const char *fields)
{
	const struct sigma_stream_limits limits = { .lateness = 0, .hits = 1000000, .hits_per_group = 10000 };
	struct buffer rule_text = { 0 }, field_text = { 0 };
	struct sigma_problems problems = { 0 };
	struct err why = { 0 };
	bool fine = false;

	if (!read_file(rules, &rule_text) || !read_file(fields, &field_text)) {
		fprintf(stderr, "correlate_run: %s or %s cannot be read\n", rules, fields);
	} else {
		const struct sigma_file file = { rules, buffer_slice(&rule_text) },
					mapping = { fields, buffer_slice(&field_text) };

		fine = sigma_set_build(&b->set, &file, 1, &mapping, false, &problems, &why) == 0 &&
		       sigma_stream_new(&b->stream, b->set, &limits, count_firing, b, &why) == 0;
		if (!fine)
			fprintf(stderr, "correlate_run: %s\n", why.text);
	}
	sigma_problems_release(&problems);
	buffer_release(&rule_text);
	buffer_release(&field_text);
	return fine;
}

static bool prepare(struct bench *b, const char *rules, const char *fields)
{
	bool fine = build(b, rules, fields);

	b->scratch = sigma_scratch_new();
	b->fired = fine ? calloc(sigma_set_count(b->set), sizeof(*b->fired)) : NULL;
	for (size_t i = 0; i < CHUNK; i++)
		b->normalisers[i] = normaliser_new();
	return fine && b->scratch && b->fired && b->normalisers[CHUNK - 1];
}

static void release(struct bench *b)
{
	for (size_t i = 0; i < CHUNK; i++)
		normaliser_free(b->normalisers[i]);
	free(b->fired);
	sigma_stream_free(b->stream);
	sigma_scratch_free(b->scratch);
	sigma_set_free(b->set);
}

/* As the collector reads: context in full only where a rule looks at it. */
static size_t read_chunk(struct bench *b, struct slice *rest)
{
	struct record in = { .source = SOURCE_EVE, .received_at = 1792026000 * US_PER_SECOND };
	size_t n = 0;

	for (; n < CHUNK && rest->len; n++) {
		in.bytes = slice_take(*rest, slice_find(*rest, '\n'));
		*rest = slice_skip(*rest, in.bytes.len + 1);
		normalise(b->normalisers[n], &in, &b->records[n]);
		if (b->records[n].verdict == VERDICT_CONTEXT && sigma_set_wants(b->set, b->records[n].event))
			normalise_context(b->normalisers[n], &b->records[n]);
	}
	return n;
}

static bool correlate(struct bench *b, const struct normalised *n, struct err *why)
{
	const struct sigma_record record = { .event = n->event,
					     .alert = &n->alert,
					     .json = n->json,
					     .body = n->body,
					     .ts = n->alert.event_time,
					     .zone = 9 * 3600 };
	struct sigma_matches matches;
	struct sigma_hits hits;

	if (!sigma_set_wants(b->set, n->event))
		return true;
	sigma_match(b->set, b->scratch, &record, &matches);
	if (!matches.count)
		return true;
	b->matched++;
	for (size_t i = 0; i < matches.count; i++)
		b->fired[matches.rules[i]]++;
	sigma_hits(b->set, b->scratch, &record, &matches, &hits);
	return !hits.count || sigma_stream_add(b->stream, &hits, record.ts, why) == 0;
}

static bool run(struct bench *b, struct slice rest, struct err *why)
{
	while (rest.len) {
		int64_t began = now_ns(), read;
		size_t n = read_chunk(b, &rest);

		read = now_ns();
		for (size_t i = 0; i < n; i++)
			if (!correlate(b, &b->records[i], why))
				return false;
		b->correlate_ns += now_ns() - read;
		b->read_ns += read - began;
		b->events += n;
	}
	return sigma_stream_finish(b->stream, why) == 0;
}

static bool write_firings(const struct bench *b, const char *path, uint64_t *total)
{
	FILE *f = fopen(path, "w");

	for (size_t i = 0; f && i < sigma_set_count(b->set); i++) {
		const struct sigma_rule *rule = sigma_set_rule(b->set, i);

		if (!rule->stands_alone || !b->fired[i])
			continue;
		fprintf(f, "%s %" PRIu64 "\n", rule->name, b->fired[i]);
		*total += b->fired[i];
	}
	return f && fclose(f) == 0;
}

int main(int argc, char **argv)
{
	struct bench b = { 0 };
	struct buffer events = { 0 };
	struct err why = { 0 };
	uint64_t firings = 0;
	int status = EXIT_FAILURE;

	if (argc != 5) {
		fputs("usage: correlate_run RULES FIELDS EVENTS FIRINGS\n", stderr);
		return 2;
	}
	if (prepare(&b, argv[1], argv[2]) && read_file(argv[3], &events) && events.len) {
		if (!run(&b, buffer_slice(&events), &why))
			fprintf(stderr, "correlate_run: %s\n", why.text);
		else if (write_firings(&b, argv[4], &firings))
			status = EXIT_SUCCESS;
	}
	if (status == EXIT_SUCCESS)
		printf("{\"rules\":%zu,\"events\":%" PRIu64 ",\"matched\":%" PRIu64 ",\"firings\":%" PRIu64
		       ",\"read_ns\":%.1f,\"correlate_ns\":%.1f}\n",
		       sigma_set_count(b.set), b.events, b.matched, firings, (double)b.read_ns / (double)b.events,
		       (double)b.correlate_ns / (double)b.events);
	buffer_release(&events);
	release(&b);
	return status;
}
