/* From a line in eve.json to the event on a screen: appends RATE alerts a second to FILE for SECONDS, listens to
 * the api's live stream like a browser, and finds each alert again by its flow_id. Prints, in milliseconds:
 *
 *   SENT SEEN P50 P99 MAX
 *
 * An alert's clock starts right before its write(2) and stops when the bytes of its event have been read and
 * decrypted. Those not seen within 30 s after the last write are missing (SENT - SEEN).
 *
 * usage: stream_latency FILE RATE SECONDS ADDRESS PORT COOKIE
 *   COOKIE   what stands behind "Cookie: ", of a session made beforehand */
#include "lib/buffer.h"
#include "lib/clock.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BURST_MS = 5, PATIENCE_MS = 30000 };
static const int64_t FIRST_FLOW = 7000000000000;

struct run {
	const char *file;
	int64_t rate, count;
	time_us *written;   /* by flow_id - FIRST_FLOW; set by the writer before the write */
	time_us *seen;      /* set by the listener */
	int64_t last_write; /* monotonic ms; 0: still writing */
	int64_t seen_count;
	pthread_mutex_t lock;
};

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void sleep_until(int64_t start_ms, int64_t offset_ms)
{
	int64_t left = start_ms + offset_ms - clock_monotonic_ms();
	struct timespec t = { left / 1000, left % 1000 * 1000000 };

	if (left > 0)
		nanosleep(&t, NULL);
}

static void put_alert(struct buffer *out, int64_t flow)
{
	char now[TIME_TEXT_SIZE];

	time_to_text(clock_now(), now);
	buffer_printf(
	    out,
	    "{\"timestamp\":\"%.26s+0000\",\"flow_id\":%" PRId64
	    ",\"in_iface\":\"eth0\",\"event_type\":\"alert\",\"src_ip\":\"203.0.113.%d\",\"src_port\":%d,"
	    "\"dest_ip\":\"192.168.1.10\",\"dest_port\":22,\"proto\":\"TCP\",\"alert\":{\"action\":\"allowed\","
	    "\"gid\":1,\"signature_id\":2001219,\"rev\":20,\"signature\":\"ET SCAN Potential SSH Scan\","
	    "\"category\":\"Attempted Information Leak\",\"severity\":2},\"app_proto\":\"ssh\"}\n",
	    now, flow, (int)(1 + flow % 200), (int)(40000 + flow % 20000));
}

static void *write_alerts(void *arg)
{
	struct run *r = arg;
	struct buffer lines = { 0 };
	int fd = open(r->file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	int64_t start = clock_monotonic_ms(), done = 0;

	if (fd < 0)
		die(r->file);
	for (int64_t ms = BURST_MS; done < r->count; ms += BURST_MS) {
		int64_t due = r->rate * ms / 1000;
		int64_t first = done;

		buffer_clear(&lines);
		for (; done < due && done < r->count; done++)
			put_alert(&lines, FIRST_FLOW + done);
		pthread_mutex_lock(&r->lock);
		for (int64_t i = first; i < done; i++)
			r->written[i] = clock_now();
		pthread_mutex_unlock(&r->lock);
		if (write(fd, lines.data, lines.len) != (ssize_t)lines.len)
			die(r->file);
		sleep_until(start, ms);
	}
	close(fd);
	buffer_release(&lines);
	pthread_mutex_lock(&r->lock);
	r->last_write = clock_monotonic_ms();
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static SSL *open_stream(const char *address, int64_t port, const char *cookie)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;
	struct buffer request = { 0 };

	if (!ssl || inet_pton(AF_INET, address, &server.sin_addr) != 1 ||
	    connect(fd, (struct sockaddr *)&server, sizeof(server)) != 0)
		die("stream_latency: connect");
	SSL_set_fd(ssl, fd);
	buffer_printf(&request,
		      "GET /v1/stream?topics=alerts HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
		      "Cookie: %s\r\n\r\n",
		      cookie);
	if (SSL_connect(ssl) != 1 || SSL_write(ssl, request.data, (int)request.len) <= 0)
		die("stream_latency: TLS");
	buffer_release(&request);
	return ssl;
}

/* Takes the flow_id out of every complete line; keeps the rest. */
static void take_lines(struct run *r, struct buffer *in)
{
	static const char mark[] = "\"flow_id\":";
	time_us now = clock_now();
	struct slice rest = buffer_slice(in);
	size_t end;

	while ((end = slice_find(rest, '\n')) < rest.len) {
		struct slice line = slice_take(rest, end);
		const uint8_t *found = memmem(line.ptr, line.len, mark, sizeof(mark) - 1);
		int64_t flow;

		rest = slice_skip(rest, end + 1);
		if (!found)
			continue;
		line = slice_skip(line, (size_t)(found - line.ptr) + sizeof(mark) - 1);
		line = slice_take(line, slice_find(line, ','));
		if (!slice_to_int64(line, &flow) || flow < FIRST_FLOW || flow >= FIRST_FLOW + r->count)
			continue;
		pthread_mutex_lock(&r->lock);
		if (!r->seen[flow - FIRST_FLOW]) {
			r->seen[flow - FIRST_FLOW] = now;
			r->seen_count++;
		}
		pthread_mutex_unlock(&r->lock);
	}
	buffer_consume(in, in->len - rest.len);
}

static bool finished(struct run *r)
{
	bool over;

	pthread_mutex_lock(&r->lock);
	over = r->seen_count == r->count || (r->last_write && clock_monotonic_ms() - r->last_write > PATIENCE_MS);
	pthread_mutex_unlock(&r->lock);
	return over;
}

static void listen_to(struct run *r, SSL *ssl)
{
	struct buffer in = { 0 };
	struct pollfd p = { .fd = SSL_get_fd(ssl), .events = POLLIN };

	while (!finished(r)) {
		int n;

		if (!SSL_pending(ssl) && poll(&p, 1, 100) <= 0)
			continue;
		n = SSL_read(ssl, buffer_reserve(&in, 65536), 65536);
		if (n <= 0) {
			fputs("stream_latency: the stream ended\n", stderr);
			break;
		}
		in.len += (size_t)n;
		take_lines(r, &in);
	}
	buffer_release(&in);
}

/* The answer's head must have come before the first alert is written. */
static void await_stream(SSL *ssl)
{
	char head[4096];
	int n = SSL_read(ssl, head, sizeof(head) - 1);

	if (n < 12 || memcmp(head + 9, "200", 3) != 0) {
		fprintf(stderr, "stream_latency: the api answered: %.*s\n", n > 0 ? n : 0, head);
		exit(EXIT_FAILURE);
	}
}

static int by_value(const void *a, const void *b)
{
	const time_us *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double milliseconds(time_us t)
{
	return (double)t / 1000;
}

static void report(struct run *r)
{
	int64_t n = 0, rank;

	for (int64_t i = 0; i < r->count; i++)
		if (r->seen[i])
			r->written[n++] = r->seen[i] - r->written[i];
	if (n == 0) {
		printf("%" PRId64 " 0 0 0 0\n", r->count);
		return;
	}
	qsort(r->written, (size_t)n, sizeof(*r->written), by_value);
	rank = (n * 99 - 1) / 100;
	printf("%" PRId64 " %" PRId64 " %.1f %.1f %.1f\n", r->count, n, milliseconds(r->written[n / 2]),
	       milliseconds(r->written[rank]), milliseconds(r->written[n - 1]));
}

int main(int argc, char **argv)
{
	struct run r = { .lock = PTHREAD_MUTEX_INITIALIZER };
	int64_t seconds, port;
	pthread_t writer;
	SSL *ssl;

	if (argc != 7 || !slice_to_int64(slice_of_string(argv[2]), &r.rate) ||
	    !slice_to_int64(slice_of_string(argv[3]), &seconds) || !slice_to_int64(slice_of_string(argv[5]), &port) ||
	    r.rate < 1 || seconds < 1) {
		fputs("usage: stream_latency FILE RATE SECONDS ADDRESS PORT COOKIE\n", stderr);
		return 2;
	}
	r.file = argv[1];
	r.count = r.rate * seconds;
	r.written = calloc((size_t)r.count, sizeof(*r.written));
	r.seen = calloc((size_t)r.count, sizeof(*r.seen));
	if (!r.written || !r.seen)
		die("stream_latency");
	ssl = open_stream(argv[4], port, argv[6]);
	await_stream(ssl);
	if (pthread_create(&writer, NULL, write_alerts, &r) != 0)
		die("stream_latency: thread");
	listen_to(&r, ssl);
	pthread_join(writer, NULL);
	report(&r);
	return EXIT_SUCCESS;
}
