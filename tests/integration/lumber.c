/* A sensor for tests of the collector, without the agent's spool: events are made up from their number, so a resend is
 * the same event again.
 *
 *   lumber send ADDRESS PORT CA CERTIFICATE KEY EPOCH FIRST COUNT WINDOW [compress] [quick]
 *       Sends COUNT alerts with sequences FIRST, FIRST+1, ... and flow_id = sequence, in windows of WINDOW; EPOCH "-":
 *       without numbers. Whenever the connection breaks it connects anew and sends again what was not acked. Prints
 *       "acked SEQUENCE" after each ack, and ends when the last is. quick: gives up when the connection breaks.
 *   lumber raw ADDRESS PORT CA CERTIFICATE KEY MOST
 *       Sends stdin as it is and prints what comes back as hexadecimal, until it is MOST bytes or the other side
 *       closes: "closed".
 *   lumber hold ADDRESS PORT CA CERTIFICATE KEY
 *       Connects, says "connected" when it was served once, and "closed" when the other side closes.
 *   lumber mute ADDRESS PORT CA CERTIFICATE KEY
 *       Connects without a word, and says "closed" when the other side closes.
 * A refused handshake prints "refused: why" and ends with status 3. */
#include "lib/clock.h"
#include "lib/lumberjack.h"
#include "lib/tls.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_REFUSED = 3, BLOCK = 64 * 1024, RETRY_MS = 100 };

struct sensor {
	const char *address, *epoch;
	int64_t port, first, count, window;
	bool compress, quick;
	SSL_CTX *tls;
	SSL *ssl;
};

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void pause_ms(int ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static void disconnect(struct sensor *s)
{
	if (!s->ssl)
		return;
	close(SSL_get_fd(s->ssl));
	SSL_free(s->ssl);
	s->ssl = NULL;
}

static int socket_to(const struct sensor *s)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || inet_pton(AF_INET, s->address, &to.sin_addr) != 1)
		die("lumber: socket");
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool connect_now(struct sensor *s)
{
	int fd = socket_to(s);

	if (fd < 0)
		return false;
	s->ssl = SSL_new(s->tls);
	SSL_set_fd(s->ssl, fd);
	if (SSL_connect(s->ssl) == 1)
		return true;
	disconnect(s);
	return false;
}

static void refused(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	printf("refused: %s\n", reason ? reason : "closed");
	exit(EXIT_REFUSED);
}

static void put_event(struct buffer *out, const struct sensor *s, int64_t n)
{
	struct buffer message = { 0 }, json = { 0 };
	char when[TIME_TEXT_SIZE];

	/* 2026-10-01T00:00:00Z and on; each of 200 hosts is attacked in turn. */
	time_to_text(((time_us)1790812800 + n % 2000000) * US_PER_SECOND, when);
	buffer_printf(
	    &message,
	    "{\\\"timestamp\\\":\\\"%.26s+0000\\\",\\\"flow_id\\\":%" PRId64
	    ",\\\"event_type\\\":\\\"alert\\\",\\\"src_ip\\\":\\\"203.0.113.%d\\\",\\\"src_port\\\":40000,"
	    "\\\"dest_ip\\\":\\\"192.168.1.%d\\\",\\\"dest_port\\\":443,\\\"proto\\\":\\\"TCP\\\",\\\"alert\\\":"
	    "{\\\"action\\\":\\\"allowed\\\",\\\"gid\\\":1,\\\"signature_id\\\":%d,\\\"rev\\\":1,"
	    "\\\"signature\\\":\\\"TEST SCAN number %d\\\",\\\"category\\\":\\\"Attempted Information Leak\\\","
	    "\\\"severity\\\":2}}",
	    when, n, (int)(n % 40 + 1), (int)(n % 200 + 1), (int)(2900000 + n % 9), (int)(n % 9));
	if (*s->epoch == '-')
		buffer_printf(&json, "{\"@timestamp\":\"2026-10-01T00:00:00.000Z\",\"message\":\"%s\"}",
			      buffer_string(&message));
	else
		buffer_printf(&json,
			      "{\"hinomi\":{\"epoch\":\"%s\",\"sequence\":%" PRId64
			      ",\"source\":\"eve\",\"read_at\":\"%s\"},\"message\":\"%s\"}",
			      s->epoch, n, when, buffer_string(&message));
	lumberjack_put_json(out, (uint32_t)(n - s->first + 1), buffer_slice(&json));
	buffer_release(&message);
	buffer_release(&json);
}

static bool send_all(struct sensor *s, struct slice bytes)
{
	while (bytes.len) {
		int n = SSL_write(s->ssl, bytes.ptr, (int)(bytes.len < BLOCK ? bytes.len : BLOCK));

		if (n <= 0)
			return false;
		bytes = slice_skip(bytes, (size_t)n);
	}
	return true;
}

static bool send_window(struct sensor *s, struct lumberjack_deflater *z, int64_t from, int64_t to)
{
	struct buffer out = { 0 }, frames = { 0 };
	struct err why;
	bool sent;

	lumberjack_put_window(&out, (uint32_t)(to - from));
	for (int64_t n = from; n < to; n++)
		put_event(s->compress ? &frames : &out, s, n);
	if (s->compress && lumberjack_put_compressed(z, &out, buffer_slice(&frames), &why) != 0)
		exit(EXIT_FAILURE);
	sent = send_all(s, buffer_slice(&out));
	buffer_release(&out);
	buffer_release(&frames);
	return sent;
}

/* Acks until everything before `to` is; the first number that is not acked. */
static int64_t take_acks(struct sensor *s, int64_t acked, int64_t to)
{
	while (acked < to) {
		uint8_t frame[LUMBERJACK_ACK_SIZE];
		uint32_t sequence;
		int have = 0;

		while (have < LUMBERJACK_ACK_SIZE) {
			int n = SSL_read(s->ssl, frame + have, LUMBERJACK_ACK_SIZE - have);

			if (n <= 0)
				return acked;
			have += n;
		}
		if (lumberjack_parse_ack(slice_of(frame, sizeof(frame)), &sequence) != PARSE_OK)
			exit(EXIT_FAILURE);
		if (sequence == 0)
			continue;
		acked = s->first + sequence;
		printf("acked %" PRId64 "\n", acked - 1);
		fflush(stdout);
	}
	return acked;
}

static int send_events(struct sensor *s)
{
	struct lumberjack_deflater *z = lumberjack_deflater_new(3);
	int64_t acked = s->first, end = s->first + s->count;

	while (acked < end) {
		int64_t to = acked + s->window < end ? acked + s->window : end;

		if (!s->ssl && !connect_now(s)) {
			if (s->quick)
				refused();
			pause_ms(RETRY_MS);
			continue;
		}
		if (send_window(s, z, acked, to))
			acked = take_acks(s, acked, to);
		if (acked < to) {
			if (s->quick)
				refused();
			disconnect(s);
		}
	}
	lumberjack_deflater_free(z);
	SSL_shutdown(s->ssl);
	disconnect(s);
	return EXIT_SUCCESS;
}

/* With TLS 1.3 the server's verdict on our certificate comes with the first read, not here. */
static void connect_or_refused(struct sensor *s)
{
	if (!connect_now(s))
		refused();
}

static void print_until_closed(struct sensor *s)
{
	uint8_t block[1024];
	int n;

	while ((n = SSL_read(s->ssl, block, sizeof(block))) > 0) {
		for (int i = 0; i < n; i++)
			printf("%02x", block[i]);
		fflush(stdout);
	}
	if (SSL_get_error(s->ssl, n) == SSL_ERROR_SSL)
		refused();
	puts("\nclosed");
}

/* Both directions at once, until `most` bytes came back or the other side closes. */
static int send_raw(struct sensor *s, int64_t most)
{
	static uint8_t block[BLOCK];
	struct pollfd waiting[2];
	int64_t came = 0;

	connect_or_refused(s);
	waiting[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	waiting[1] = (struct pollfd){ .fd = SSL_get_fd(s->ssl), .events = POLLIN };
	while (came < most) {
		ssize_t n;

		if (poll(waiting, 2, -1) < 0)
			die("lumber: poll");
		if (waiting[0].revents) {
			n = read(STDIN_FILENO, block, sizeof(block));
			if (n <= 0 || !send_all(s, slice_of(block, (size_t)n)))
				waiting[0].fd = -1;
		}
		if (!waiting[1].revents)
			continue;
		n = SSL_read(s->ssl, block, sizeof(block));
		if (n <= 0) {
			puts(came ? "\nclosed" : "closed");
			return EXIT_SUCCESS;
		}
		for (ssize_t i = 0; i < n; i++)
			printf("%02x", block[i]);
		came += n;
	}
	puts("");
	return EXIT_SUCCESS;
}

/* A connection without a handshake. */
static int stay_mute(const struct sensor *s)
{
	char nothing;
	int fd = socket_to(s);

	if (fd < 0)
		die("lumber: connect");
	if (read(fd, &nothing, 1) == 0)
		puts("closed");
	return EXIT_SUCCESS;
}

/* The ack of an empty window says that the handshake is over on both sides. */
static int hold(struct sensor *s)
{
	static const uint8_t empty[] = { '2', 'W', 0, 0, 0, 0 };
	uint8_t ack[LUMBERJACK_ACK_SIZE];

	connect_or_refused(s);
	if (!send_all(s, slice_of(empty, sizeof(empty))) || SSL_read(s->ssl, ack, sizeof(ack)) <= 0)
		refused();
	puts("connected");
	fflush(stdout);
	print_until_closed(s);
	return EXIT_SUCCESS;
}

static bool parse(struct sensor *s, int argc, char **argv)
{
	int64_t *const numbers[] = { &s->first, &s->count, &s->window };

	if (argc < 7 || !slice_to_int64(slice_of_string(argv[3]), &s->port))
		return false;
	s->address = argv[2];
	s->epoch = "-";
	if (strcmp(argv[1], "raw") == 0)
		return argc == 8 && slice_to_int64(slice_of_string(argv[7]), &s->count);
	if (strcmp(argv[1], "send") != 0)
		return argc == 7;
	if (argc < 11)
		return false;
	s->epoch = argv[7];
	for (int i = 0; i < 3; i++)
		if (!slice_to_int64(slice_of_string(argv[8 + i]), numbers[i]))
			return false;
	for (int i = 11; i < argc; i++) {
		s->compress |= strcmp(argv[i], "compress") == 0;
		s->quick |= strcmp(argv[i], "quick") == 0;
	}
	return s->window > 0;
}

static int run(struct sensor *s, const char *command)
{
	if (strcmp(command, "send") == 0)
		return send_events(s);
	if (strcmp(command, "raw") == 0)
		return send_raw(s, s->count);
	return strcmp(command, "mute") == 0 ? stay_mute(s) : hold(s);
}

int main(int argc, char **argv)
{
	struct sensor s = { 0 };
	struct tls_client_plan plan = { .least_version = TLS1_3_VERSION };
	struct err why;
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (!parse(&s, argc, argv)) {
		fputs("usage: lumber send|raw|hold|mute ADDRESS PORT CA CERTIFICATE KEY "
		      "[MOST | EPOCH FIRST COUNT WINDOW [compress] [quick]]\n",
		      stderr);
		return 2;
	}
	plan.ca_file = argv[4];
	plan.certificate_file = argv[5];
	plan.key_file = argv[6];
	if (tls_client_new(&s.tls, &plan, &why) != 0) {
		fprintf(stderr, "lumber: %s\n", why.text);
		return EXIT_FAILURE;
	}
	status = run(&s, argv[1]);
	SSL_free(s.ssl);
	SSL_CTX_free(s.tls);
	return status;
}
