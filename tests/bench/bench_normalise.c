/* How long normalise() takes for a record: bench_normalise FILE [ROUNDS]. FILE has one record a line (eve.json, or a
 * folder's syslog with --syslog before it). Prints one line: records, bytes, nanoseconds per record, verdicts. */
#include "lib/buffer.h"
#include "server/model/normalise.h"

#include <inttypes.h>

struct totals {
	uint64_t records, bytes, verdicts[3];
	int64_t nanoseconds;
};

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

static void run(struct normaliser *n, struct slice all, enum record_source source, struct totals *t)
{
	struct record in = { .source = source, .received_at = clock_now() };
	struct normalised out;
	int64_t start = now_ns();

	while (all.len) {
		in.bytes = slice_take(all, slice_find(all, '\n'));
		all = slice_skip(all, in.bytes.len + 1);
		normalise(n, &in, &out);
		t->verdicts[out.verdict]++;
		t->records++;
		t->bytes += in.bytes.len;
	}
	t->nanoseconds += now_ns() - start;
}

int main(int argc, char **argv)
{
	bool syslog = argc > 1 && strcmp(argv[1], "--syslog") == 0;
	struct normaliser *n = normaliser_new();
	struct buffer file = { 0 };
	struct totals t = { 0 };
	uint64_t rounds = 100;

	argv += syslog;
	argc -= syslog;
	if (argc < 2 || !n || (argc > 2 && !slice_to_uint64(slice_of_string(argv[2]), &rounds)) ||
	    !read_file(argv[1], &file) || file.len == 0) {
		fprintf(stderr,
			"usage: bench_normalise [--syslog] FILE [ROUNDS]; FILE must be readable and not empty\n");
		return 2;
	}
	for (uint64_t i = 0; i < rounds; i++)
		run(n, buffer_slice(&file), syslog ? SOURCE_SYSLOG : SOURCE_EVE, &t);
	if (t.records == 0) {
		fprintf(stderr, "bench_normalise: no rounds, so nothing to measure\n");
		return 2;
	}
	printf("{\"records\":%" PRIu64 ",\"bytes_per_record\":%" PRIu64 ",\"ns_per_record\":%" PRId64
	       ",\"records_per_s\":%.0f,\"alerts\":%" PRIu64 ",\"context\":%" PRIu64 ",\"unparsed\":%" PRIu64 "}\n",
	       t.records, t.bytes / t.records, t.nanoseconds / (int64_t)t.records,
	       1e9 * (double)t.records / (double)t.nanoseconds, t.verdicts[VERDICT_ALERT], t.verdicts[VERDICT_CONTEXT],
	       t.verdicts[VERDICT_UNPARSED]);
	buffer_release(&file);
	normaliser_free(n);
	return 0;
}
