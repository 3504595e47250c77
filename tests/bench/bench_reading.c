/* How long the collector has with an event, from a J frame to its row in a batch: bench_reading [-n] FILE [ROUNDS
 * [RULES...]]. FILE has one eve.json record a line; each is put into the agent's envelope first, which is not measured.
 * RULES are files of a rule set, fields.yaml among them. -n: no observables. Prints one line. */
#include "lib/json_write.h"
#include "server/collector/reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EVENTS_MOST = 100000, BATCH = 4000 };

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool read_file(const char *path, struct buffer *out)
{
	FILE *f = fopen(path, "rb");
	uint8_t *to;
	size_t n = 1;

	while (f && n > 0 && (to = buffer_reserve(out, 1 << 16)) != NULL) {
		n = fread(to, 1, 1 << 16, f);
		out->len += n;
	}
	if (f)
		fclose(f);
	return f && !out->failed;
}

/* The events one behind the other, ends[i] behind event i. */
static size_t wrap(struct slice lines, struct buffer *out, size_t *ends)
{
	size_t n = 0;

	while (lines.len && n < EVENTS_MOST) {
		struct slice line = slice_take(lines, slice_find(lines, '\n'));

		lines = slice_skip(lines, line.len + 1);
		buffer_printf(out,
			      "{\"hinomi\":{\"epoch\":\"00000000000000a1\",\"sequence\":%zu,\"source\":\"eve\","
			      "\"read_at\":\"2026-10-01T00:00:00.000000Z\"},\"message\":",
			      n + 1);
		json_escape(out, line);
		buffer_put_byte(out, '}');
		ends[n++] = out->len;
	}
	return out->failed ? 0 : n;
}

/* What a writer does with a batch before it is stored: what is new, and the observations of its company. */
static int64_t judge(struct ingest_batch *batch)
{
	int64_t start = now_ns();
	struct err why;

	for (uint32_t i = 0; i < batch->stream_count; i++)
		batch->streams[i].mark = 0;
	if (ingest_batch_sort(batch, &why) != 0)
		exit(EXIT_FAILURE);
	ingest_batch_judge(batch, 0, batch->entry_count);
	if (ingest_batch_observe(batch, &why) != 0)
		exit(EXIT_FAILURE);
	return now_ns() - start;
}

static size_t run(struct reading *r, struct ingest_batch *batch, struct slice events, const size_t *ends, size_t count,
		  int64_t *judging)
{
	static const struct networks home;
	const struct reading_sender sender = { 1, &home, 0 };
	uint32_t sensor = INGEST_NONE;
	size_t total = 0;

	for (size_t i = 0, from = 0; i < count; from = ends[i++]) {
		const struct lumberjack_item item = { .number = 1,
						      .body = slice_of(events.ptr + from, ends[i] - from) };
		struct err why;
		size_t bytes;

		if (i % BATCH == 0) {
			ingest_batch_clear(batch);
			sensor = ingest_batch_sensor(batch, 1, 1, NULL);
		}
		if (reading_add(r, batch, sensor, &sender, &item, clock_now(), &bytes, &why) != 0)
			exit(EXIT_FAILURE);
		total += bytes;
		if ((i + 1) % BATCH == 0 || i + 1 == count)
			*judging += judge(batch);
	}
	return total;
}

/* The rule set of these files; NULL: none, or it does not build. */
static struct rules *load_rules(char **paths, int count)
{
	struct sigma_problems problems = { 0 };
	struct rule_files files = { 0 };
	struct rules *rules = NULL;
	struct err why = { 0 };

	for (int i = 0; i < count; i++) {
		struct buffer text = { 0 };
		enum rule_file_kind kind;

		if (!rule_file_kind_of(slice_of_string(paths[i]), &kind))
			continue;
		if (!read_file(paths[i], &text) ||
		    rule_files_add(&files, slice_of_string(paths[i]), kind, buffer_slice(&text), &why) != 0)
			exit(EXIT_FAILURE);
		buffer_release(&text);
	}
	if (files.count && rules_build(&rules, &files, &problems, &why) != 0) {
		fprintf(stderr, "bench_reading: %s\n", why.text);
		exit(EXIT_FAILURE);
	}
	sigma_problems_release(&problems);
	rule_files_release(&files);
	return rules;
}

int main(int argc, char **argv)
{
	struct detector *detector = detector_new();
	static size_t ends[EVENTS_MOST];
	struct buffer file = { 0 }, events = { 0 };
	struct ingest_batch batch = { 0 };
	struct settings settings;
	struct reading *r;
	struct err why;
	uint64_t rounds = 20;
	size_t count, bytes = 0;
	int64_t start, judging = 0;
	bool observe = true;

	if (argc > 1 && strcmp(argv[1], "-n") == 0) {
		observe = false;
		argc--;
		argv++;
	}
	if (argc < 2 || (argc > 2 && !slice_to_uint64(slice_of_string(argv[2]), &rounds)) || rounds == 0 ||
	    !read_file(argv[1], &file) || (count = wrap(buffer_slice(&file), &events, ends)) == 0) {
		fputs("usage: bench_reading [-n] FILE [ROUNDS [RULES...]]; FILE must be readable and not empty\n",
		      stderr);
		return 2;
	}
	if (settings_load(NULL, &settings, &why) != 0 || !detector || reading_new(&r, detector, &why) != 0 ||
	    reading_configure(r, &settings, &why) != 0) {
		fprintf(stderr, "bench_reading: %s\n", why.text);
		return EXIT_FAILURE;
	}
	detector_set_observe(detector, observe);
	if (argc > 3)
		detector_set_rules(detector, load_rules(argv + 3, argc - 3));
	start = now_ns();
	for (uint64_t i = 0; i < rounds; i++)
		bytes += run(r, &batch, buffer_slice(&events), ends, count, &judging);
	start += judging;
	printf("{\"events\":%zu,\"bytes_per_event\":%zu,\"ns_per_event\":%" PRId64 ",\"judging_ns_per_event\":%" PRId64
	       ",\"batch_bytes_per_event\":%zu}\n",
	       count, events.len / count, (now_ns() - start) / (int64_t)(rounds * count),
	       judging / (int64_t)(rounds * count), bytes / (rounds * count));
	ingest_batch_release(&batch);
	reading_free(r);
	detector_free(detector);
	settings_release(&settings);
	buffer_release(&file);
	buffer_release(&events);
	return EXIT_SUCCESS;
}
