/* Appends Suricata alerts to a file the way a busy sensor does: a few lines at a time, some of them torn in the
 * middle for a moment. Line number i always has the same content, so two runs with the same arguments give the same
 * set of events; flow_id is unique (base + i).
 *
 * usage: write_events FILE COUNT BASE LINES_PER_SECOND [mixed]
 *   BASE              first flow_id
 *   LINES_PER_SECOND  0: as fast as the disk takes them
 *   mixed             behind every fourth alert a record that is none: a look-up, a TLS handshake or a flow */
#include "lib/buffer.h"
#include "lib/clock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void put_context(struct buffer *out, int64_t base, int64_t i)
{
	char when[TIME_TEXT_SIZE], name[48];

	time_to_text(FIRST_EVENT + i * 7 * US_PER_SECOND + US_PER_SECOND, when);
	snprintf(name, sizeof(name), "n%d.d%d.example", (int)(i / 4 % 17), (int)(i / 4 % 29));
	buffer_printf(out,
		      "{\"timestamp\":\"%.26s+0000\",\"flow_id\":%" PRId64 ",\"src_ip\":\"192.168.1.%d\","
		      "\"src_port\":%d,\"dest_ip\":\"198.51.100.%d\",\"proto\":\"TCP\",\"dest_port\":443,",
		      when, base + i, (int)(10 + i / 100 % 5), (int)(40000 + i % 1000), (int)(1 + i * i / 16 % 83));
	if (i / 4 % 3 == 0)
		buffer_printf(out,
			      "\"event_type\":\"dns\",\"dns\":{\"version\":2,\"type\":\"query\",\"rrname\":\"%s\","
			      "\"rrtype\":\"A\"}}\n",
			      name);
	else if (i / 4 % 3 == 1)
		buffer_printf(out, "\"event_type\":\"tls\",\"tls\":{\"sni\":\"%s\",\"version\":\"TLS 1.3\"}}\n", name);
	else
		buffer_printf(out,
			      "\"event_type\":\"flow\",\"app_proto\":\"tls\",\"flow\":{\"bytes_toserver\":%d,"
			      "\"bytes_toclient\":%d,\"start\":\"%.26s+0000\",\"state\":\"closed\"}}\n",
			      (int)(100 + i * 37 % 5000), (int)(i * 91 % 90000), when);
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
	bool mixed = argc == 6 && strcmp(argv[5], "mixed") == 0;
	struct buffer burst;
	int fd;

	for (int i = 0; i < 3; i++)
		if ((argc != 5 && !mixed) || !slice_to_int64(slice_of_string(argv[i + 2]), &numbers[i])) {
			fputs("usage: write_events FILE COUNT BASE LINES_PER_SECOND [mixed]\n", stderr);
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
		if (mixed && i % 4 == 0)
			put_context(&burst, numbers[1], i);
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
