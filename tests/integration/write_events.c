/* Appends Suricata alerts to a file the way a busy sensor does: a few lines at a time, some of them torn in the
 * middle for a moment. Line number i always has the same content, so two runs with the same arguments give the same
 * set of events; flow_id is unique (base + i).
 *
 * usage: write_events FILE COUNT BASE LINES_PER_SECOND
 *   BASE              first flow_id
 *   LINES_PER_SECOND  0: as fast as the disk takes them */
#include "lib/buffer.h"
#include "lib/clock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BURST = 20 };

/* 2026-10-01T00:00:00Z; one event every 7 seconds of event time. */
#define FIRST_EVENT ((time_us)1790812800 * US_PER_SECOND)

static const struct {
	const char *signature, *category;
	bool inbound;
} kinds[] = {
	{ "TEST SCAN SSH brute force", "Attempted Information Leak", true },
	{ "TEST WEB_SERVER path traversal", "Web Application Attack", true },
	{ "TEST MALWARE check-in", "A Network Trojan was detected", false },
	{ "TEST DROP listed address", "Misc Attack", true },
	{ "TEST COINMINER pool login", "Crypto Currency Mining Activity Detected", false },
};

static void put_line(struct buffer *out, int64_t base, int64_t i)
{
	size_t kind = (size_t)(i * 7 / 3) % ARRAY_LEN(kinds);
	char when[TIME_TEXT_SIZE], outside[32], inside[32];

	time_to_text(FIRST_EVENT + i * 7 * US_PER_SECOND, when);
	snprintf(outside, sizeof(outside), "203.0.113.%d", (int)(1 + i / 50 % 40));
	snprintf(inside, sizeof(inside), "192.168.1.%d", (int)(10 + i / 100 % 5));
	/* The time is written as Suricata does: without the Z, with a zone of four digits. */
	buffer_printf(
	    out,
	    "{\"timestamp\":\"%.26s+0000\",\"flow_id\":%" PRId64 ",\"event_type\":\"alert\",\"src_ip\":\"%s\","
	    "\"src_port\":%d,\"dest_ip\":\"%s\",\"dest_port\":%d,\"proto\":\"TCP\",\"alert\":{\"action\":\"%s\","
	    "\"gid\":1,\"signature_id\":%zu,\"rev\":1,\"signature\":\"%s\",\"category\":\"%s\",\"severity\":2}}\n",
	    when, base + i, kinds[kind].inbound ? outside : inside, (int)(40000 + i % 1000),
	    kinds[kind].inbound ? inside : outside, 443, i % 3 ? "allowed" : "blocked", 2950000 + kind,
	    kinds[kind].signature, kinds[kind].category);
}

static void pause_for(int64_t us)
{
	const struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

static void write_all(int fd, struct slice s)
{
	while (s.len) {
		ssize_t n = write(fd, s.ptr, s.len);

		if (n < 0) {
			perror("write_events");
			exit(EXIT_FAILURE);
		}
		s = slice_skip(s, (size_t)n);
	}
}

int main(int argc, char **argv)
{
	int64_t numbers[3];
	struct buffer burst;
	int fd;

	for (int i = 0; i < 3; i++)
		if (argc != 5 || !slice_to_int64(slice_of_string(argv[i + 2]), &numbers[i])) {
			fputs("usage: write_events FILE COUNT BASE LINES_PER_SECOND\n", stderr);
			return 2;
		}
	fd = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	buffer_init(&burst, 0);
	for (int64_t i = 0; i < numbers[0]; i++) {
		put_line(&burst, numbers[1], i);
		if ((i + 1) % BURST && i + 1 < numbers[0])
			continue;
		if (numbers[2]) {
			write_all(fd, slice_take(buffer_slice(&burst), burst.len / 2));
			pause_for(500000 * BURST / numbers[2]);
			write_all(fd, slice_skip(buffer_slice(&burst), burst.len / 2));
			pause_for(500000 * BURST / numbers[2]);
		} else {
			write_all(fd, buffer_slice(&burst));
		}
		buffer_clear(&burst);
	}
	buffer_release(&burst);
	close(fd);
	return EXIT_SUCCESS;
}
