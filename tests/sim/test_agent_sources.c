/* The agent's sources on a real event loop: inotify and polling, UDP and TCP over loopback, back-pressure, limits. The
 * loop runs until the state that is waited for; only the test's own time-out ends what never comes. */
#include "lib/log.h"
#include "sensor-agent/eve_source.h"
#include "sensor-agent/syslog_source.h"
#include "tests/unit/fake_intake.h"
#include "tests/unit/suite.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct event_base *base;
static struct intake in;
static struct agent_settings settings;
static struct syslog_source *syslog_;
static struct eve_source *eve;
static char udp_address[64], tcp_address[64], folder[64], pattern[96];
static int udp_port, tcp_port;

static void setup(void)
{
	log_open("test", LOG_LEVEL_ERROR);
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	in = (struct intake){ 0 };
	settings = (struct agent_settings){ 0 };
	settings.syslog.max_size = 2000;
	settings.syslog.max_peers = 2;
	settings.syslog.idle_timeout = 60000;
	udp_address[0] = tcp_address[0] = '\0';
	settings.syslog.udp = udp_address;
	settings.syslog.tcp = tcp_address;
	snprintf(folder, sizeof(folder), "/tmp/hinomi-test-XXXXXX");
	ck_assert(mkdtemp(folder) != NULL);
	snprintf(pattern, sizeof(pattern), "%s/eve*.json", folder);
}

static const char *in_folder(const char *name)
{
	static char room[2][128];
	static unsigned next;
	char *path = room[next++ % 2];

	snprintf(path, sizeof(room[0]), "%s/%s", folder, name);
	return path;
}

static void teardown(void)
{
	syslog_source_free(syslog_);
	eve_source_free(eve);
	syslog_ = NULL;
	eve = NULL;
	event_base_free(base);
	intake_clear(&in);
	unlink(in_folder("eve.json"));
	unlink(in_folder("eve.json.1"));
	unlink(in_folder("eve.2.json"));
	rmdir(folder);
}

static void turn_loop(void)
{
	struct timeval a_while = { .tv_usec = 10000 };

	event_base_loopexit(base, &a_while);
	event_base_dispatch(base);
}

static void wait_for_records(size_t n)
{
	while (in.count < n)
		turn_loop();
	ck_assert_uint_eq(in.count, n);
}

/* A port that was free a moment ago. */
static int free_port(int type)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, type, 0);

	ck_assert(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	ck_assert(getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	close(fd);
	return ntohs(at.sin_port);
}

static void listen_for_syslog(const char *host)
{
	struct err why = { 0 };

	udp_port = free_port(SOCK_DGRAM);
	tcp_port = free_port(SOCK_STREAM);
	snprintf(udp_address, sizeof(udp_address), "%s:%d", host, udp_port);
	snprintf(tcp_address, sizeof(tcp_address), "%s:%d", host, tcp_port);
	ck_assert_msg(syslog_source_new(&syslog_, base, &in, &settings, &why) == 0, "%s", why.text);
}

static int connect_to(int type, int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	ck_assert(connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

static void say(int fd, const char *text)
{
	ck_assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

static struct source_health health_of(const char *kind)
{
	struct source_health list[SOURCE_HEALTH_MOST];
	size_t count = 0;

	syslog_source_health(syslog_, list, &count);
	for (size_t i = 0; i < count; i++)
		if (strncmp(list[i].name, kind, strlen(kind)) == 0)
			return list[i];
	ck_abort_msg("no health of %s", kind);
}

/* ------------------------------------------------------------------------------------------------ syslog */

START_TEST(datagrams)
{
	char big[5000];
	int fd;

	listen_for_syslog("127.0.0.1");
	fd = connect_to(SOCK_DGRAM, udp_port);
	say(fd, "<13>one\n");
	say(fd, "<13>two");
	memset(big, 'x', sizeof(big));
	ck_assert(write(fd, big, sizeof(big)) == sizeof(big));
	wait_for_records(3);
	ck_assert_str_eq(in.records[0].text, "<13>one");
	ck_assert_str_eq(in.records[0].peer, "127.0.0.1");
	ck_assert(in.records[0].source == INTAKE_SYSLOG);
	ck_assert_str_eq(in.records[1].text, "<13>two");
	ck_assert_uint_eq(in.records[2].len, 2000);
	ck_assert_uint_eq(in.records[2].original_length, 5000);
	/* Nobody waits for a datagram: it is counted. */
	in.full = true;
	say(fd, "<13>lost");
	while (in.now.dropped < 1)
		turn_loop();
	in.full = false;
	say(fd, "<13>three");
	wait_for_records(4);
	ck_assert_uint_eq(in.now.dropped, 1);
	ck_assert_uint_eq(health_of("udp").lines, 4);
	ck_assert_uint_eq(health_of("udp").errors, 2);
	close(fd);
}
END_TEST

START_TEST(both_families)
{
	int fd;

	listen_for_syslog("");
	fd = connect_to(SOCK_DGRAM, udp_port);
	say(fd, "<13>one");
	wait_for_records(1);
	ck_assert_str_eq(in.records[0].peer, "127.0.0.1");
	close(fd);
}
END_TEST

START_TEST(stream)
{
	int fd, other;

	listen_for_syslog("127.0.0.1");
	fd = connect_to(SOCK_STREAM, tcp_port);
	other = connect_to(SOCK_STREAM, tcp_port);
	say(fd, "7 <13>one<13>two\n<13>thr");
	wait_for_records(2);
	say(other, "<14>other\n");
	wait_for_records(3);
	say(fd, "ee\n<13>unfinished");
	wait_for_records(4);
	close(fd);
	wait_for_records(5);
	ck_assert_str_eq(in.records[0].text, "<13>one");
	ck_assert_str_eq(in.records[1].text, "<13>two");
	ck_assert_str_eq(in.records[2].text, "<14>other");
	ck_assert_str_eq(in.records[3].text, "<13>three");
	ck_assert_str_eq(in.records[3].peer, "127.0.0.1");
	ck_assert_str_eq(in.records[4].text, "<13>unfinished");
	ck_assert_uint_eq(health_of("tcp").lines, 5);
	close(other);
}
END_TEST

/* A peer that sends faster than the intake takes is held up, and nothing of it is lost. */
START_TEST(streams_wait)
{
	enum { MESSAGES = 20000 };
	int fd, sent = 0;
	char text[128];
	bool was_held = false;

	listen_for_syslog("127.0.0.1");
	in.capacity = 10;
	fd = connect_to(SOCK_STREAM, tcp_port);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (in.count < MESSAGES) {
		int n = snprintf(text, sizeof(text), "<13>message %d %080d\n", sent, 0);

		if (sent < MESSAGES && write(fd, text, (size_t)n) == n) {
			sent++;
			continue;
		}
		was_held = was_held || in.count < MESSAGES;
		in.capacity += 3000;
		turn_loop();
	}
	ck_assert(was_held);
	for (int i = 0; i < MESSAGES; i++) {
		snprintf(text, sizeof(text), "<13>message %d %080d", i, 0);
		ck_assert_str_eq(in.records[i].text, text);
	}
	ck_assert_uint_eq(in.now.dropped, 0);
	close(fd);
}
END_TEST

START_TEST(peers_are_limited)
{
	int fds[3];

	listen_for_syslog("127.0.0.1");
	for (int i = 0; i < 3; i++) {
		fds[i] = connect_to(SOCK_STREAM, tcp_port);
		say(fds[i], "<13>x\n");
	}
	wait_for_records(2);
	turn_loop();
	ck_assert_uint_eq(in.count, 2);
	close(fds[0]);
	wait_for_records(3);
	close(fds[1]);
	close(fds[2]);
}
END_TEST

START_TEST(idle_peers_are_closed)
{
	struct pollfd p = { .events = POLLIN };

	settings.syslog.idle_timeout = 30;
	listen_for_syslog("127.0.0.1");
	p.fd = connect_to(SOCK_STREAM, tcp_port);
	say(p.fd, "26 <13>abc");
	while (poll(&p, 1, 0) == 0)
		turn_loop();
	ck_assert_uint_eq(in.count, 1);
	ck_assert_uint_eq(in.records[0].original_length, 26);
	close(p.fd);
}
END_TEST

START_TEST(address_in_use)
{
	struct syslog_source *second = NULL;
	struct err why = { 0 };

	listen_for_syslog("127.0.0.1");
	ck_assert(syslog_source_new(&second, base, &in, &settings, &why) != 0);
	ck_assert(strstr(why.text, udp_address) != NULL);
	snprintf(udp_address, sizeof(udp_address), "nonsense");
	ck_assert(syslog_source_new(&second, base, &in, &settings, &why) != 0);
	ck_assert_int_eq(why.code, ERR_CONFIG);
}
END_TEST

/* ------------------------------------------------------------------------------------------------ eve.json */

static void append(const char *name, const char *text)
{
	int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_APPEND, 0600);

	say(fd, text);
	close(fd);
}

static void follow(int64_t poll_ms)
{
	static char *items[1];
	struct err why = { 0 };

	items[0] = pattern;
	settings.eve.paths = (struct config_list){ items, 1 };
	settings.eve.from_start = true;
	settings.eve.poll = poll_ms;
	ck_assert_msg(eve_source_new(&eve, base, &in, &settings, &why) == 0, "%s", why.text);
}

static void live(void)
{
	append("eve.json", "a\n");
	wait_for_records(1);
	append("eve.json", "b\n");
	wait_for_records(2);
	ck_assert(rename(in_folder("eve.json"), in_folder("eve.json.1")) == 0);
	append("eve.json.1", "c\n");
	append("eve.json", "d\n");
	append("eve.2.json", "e\n");
	wait_for_records(5);
	in.full = true;
	append("eve.json", "f\n");
	turn_loop();
	in.full = false;
	wait_for_records(6);
	ck_assert_str_eq(in.records[5].text, "f");
}

/* The poll would come after the test's time-out. */
START_TEST(told_by_the_kernel)
{
	follow(3600 * 1000);
	turn_loop();
	live();
}
END_TEST

START_TEST(found_by_looking)
{
	follow(20);
	live();
}
END_TEST

START_TEST(nothing_to_do)
{
	struct source_health list[SOURCE_HEALTH_MOST];
	struct err why = { 0 };
	size_t count = 0;

	ck_assert(eve_source_new(&eve, base, &in, &settings, &why) == 0);
	ck_assert(syslog_source_new(&syslog_, base, &in, &settings, &why) == 0);
	eve_source_health(eve, list, &count);
	syslog_source_health(syslog_, list, &count);
	ck_assert_uint_eq(count, 0);
	ck_assert_int_eq(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { datagrams,
				       both_families,
				       stream,
				       streams_wait,
				       peers_are_limited,
				       address_in_use,
				       idle_peers_are_closed,
				       told_by_the_kernel,
				       found_by_looking,
				       nothing_to_do };
	Suite *suite = suite_create("agent_sources");
	TCase *tc = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
