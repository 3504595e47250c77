/* Draws a snapshot that stands in a file, for tests and the bench.
 *
 *   draw_reports [-k KIND] [-f FORMAT] [-l ja|en] [-p PAGE] [-d] [-c COMMENT] [-i ISSUE] FILE > OUT
 *   draw_reports -n TIMES [-t THREADS] ... FILE      draws it so often in each thread, each with a press of its own;
 *                                                    all must be alike; prints "MS_PER_DOCUMENT CPU_MS_PER_DOCUMENT
 *                                                    SHA256 BYTES PAGES" */
#include "lib/clock.h"
#include "lib/encode.h"
#include "server/report/document.h"

#include <getopt.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_LIMIT = 16 << 20, THREADS_MAX = 16 };

struct job {
	const struct document_order *order;
	int times;
	uint8_t digest[SHA256_DIGEST_LENGTH];
	size_t bytes;
	int pages;
	bool differs;
	int rc;
	struct err why;
};

static int read_file(const char *path, struct buffer *out)
{
	FILE *f = fopen(path, "rb");
	uint8_t *room;
	size_t n;

	if (!f) {
		perror(path);
		return -1;
	}
	buffer_init(out, FILE_LIMIT);
	while ((room = buffer_reserve(out, 65536)) && (n = fread(room, 1, 65536, f)) > 0)
		out->len += n;
	fclose(f);
	return out->failed ? -1 : 0;
}

static void draw_all(struct job *j, struct press *press)
{
	struct buffer out = { 0 };

	for (int i = 0; i < j->times && j->rc == 0; i++) {
		uint8_t digest[SHA256_DIGEST_LENGTH];

		buffer_clear(&out);
		j->rc = document_draw(press, j->order, &out, &j->pages, &j->why);
		SHA256(out.data, out.len, digest);
		if (i > 0 && memcmp(digest, j->digest, sizeof(digest)) != 0)
			j->differs = true;
		memcpy(j->digest, digest, sizeof(digest));
		j->bytes = out.len;
	}
	buffer_release(&out);
}

static void *run(void *argument)
{
	struct job *j = argument;
	struct press *press = NULL;

	j->rc = press_open(&press, &j->why);
	if (j->rc == 0)
		draw_all(j, press);
	press_close(press);
	return NULL;
}

/* Of the whole process. */
static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int measure(const struct document_order *order, int times, int threads)
{
	static struct job jobs[THREADS_MAX];
	pthread_t ids[THREADS_MAX];
	int64_t start = clock_monotonic_ms();
	int bad = 0;

	for (int i = 0; i < threads; i++) {
		jobs[i] = (struct job){ .order = order, .times = times };
		if (pthread_create(&ids[i], NULL, run, &jobs[i]) != 0)
			return 1;
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		if (jobs[i].rc != 0)
			fprintf(stderr, "draw_reports: %s\n", jobs[i].why.text);
		bad |= jobs[i].rc != 0 || jobs[i].differs || memcmp(jobs[i].digest, jobs[0].digest, 32) != 0;
	}
	printf("%.2f %.2f ", (double)(clock_monotonic_ms() - start) / times, cpu_ms() / times / threads);
	for (size_t i = 0; i < sizeof(jobs[0].digest); i++)
		printf("%02x", jobs[0].digest[i]);
	printf(" %zu %d\n", jobs[0].bytes, jobs[0].pages);
	if (bad)
		fprintf(stderr, "draw_reports: not all documents are alike\n");
	return bad;
}

static int draw_once(const struct document_order *order)
{
	struct press *press = NULL;
	struct buffer out = { 0 };
	struct err why = { 0 };
	int pages, rc = press_open(&press, &why);

	if (rc == 0)
		rc = document_draw(press, order, &out, &pages, &why);
	if (rc != 0)
		fprintf(stderr, "draw_reports: %s\n", why.text);
	else if (fwrite(out.data, 1, out.len, stdout) != out.len)
		rc = -1;
	buffer_release(&out);
	press_close(press);
	return rc ? 1 : 0;
}

static int usage(void)
{
	fputs("usage: draw_reports [-k KIND] [-f FORMAT] [-l ja|en] [-p PAGE] [-d] [-c COMMENT] [-i ISSUE] [-n TIMES] "
	      "[-t THREADS] FILE\n",
	      stderr);
	return 2;
}

static const struct document_frame frame = {
	.number = "R-1234",
	.issue = 1,
	.snapshot_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	.snapshot_version = 1,
	.approved_by = "山本 直子",
	.published_on = "2026-11-06",
	.desk_phone = "06-0000-0199",
	.desk_mail = "soudan@cci.example",
	.desk_hours = "平日 9:00～17:30（緊急のお電話は24時間）",
	.sender = "みなと商工会議所 お助け隊",
	.public_url = "https://hinomi.example",
};

int main(int argc, char **argv)
{
	static const struct report_texts texts;
	struct document_order order = { .japanese = true, .page = 1, .texts = &texts, .frame = frame };
	struct buffer body = { 0 };
	int option, times = 0, threads = 1, rc;

	while ((option = getopt(argc, argv, "k:f:l:p:dc:i:n:t:")) != -1) {
		int64_t n = 0;

		if (strchr("pint", option) && (!slice_to_int64(slice_of_string(optarg), &n) || n < 0))
			return usage();
		if ((option == 'k' && !document_kind_parse(slice_of_string(optarg), &order.kind)) ||
		    (option == 'f' && !document_format_parse(slice_of_string(optarg), &order.format)))
			return usage();
		if (option == 'l')
			order.japanese = strcmp(optarg, "en") != 0;
		else if (option == 'p')
			order.page = (int)n;
		else if (option == 'd')
			order.frame.draft = true;
		else if (option == 'c')
			order.frame.comment = optarg;
		else if (option == 'i')
			order.frame.issue = n;
		else if (option == 'n')
			times = (int)n;
		else if (option == 't')
			threads = n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (int)n;
		else if (option == '?')
			return usage();
	}
	if (optind + 1 != argc)
		return usage();
	if (order.frame.issue > 1)
		order.frame.issue_reason = "月末に遅れて届いた検知を加えました。";
	if (!order.japanese)
		order.frame.desk_hours = "weekdays 9:00 to 17:30 (emergencies: day and night)";
	if (read_file(argv[optind], &body) != 0)
		return 1;
	order.body = buffer_slice(&body);
	rc = times > 0 ? measure(&order, times, threads) : draw_once(&order);
	buffer_release(&body);
	return rc;
}
