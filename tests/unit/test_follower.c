/* Following files in a real folder: each kind of rotation, restarts at every point, back-pressure. The property test
 * makes a random life of a log file; what was written, and nothing else, must have been handed over, once. */
#include "lib/log.h"
#include "sensor-agent/followed_path.h"
#include "sensor-agent/follower.h"
#include "sensor-agent/path_patterns.h"
#include "tests/unit/fake_intake.h"
#include "tests/unit/suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[64];
static char pattern_room[4][128];
static char *pattern_items[4];
static struct config_list patterns;
static struct intake in;
static struct follower *f;
static int64_t now_ms;

/* ------------------------------------------------------------------------------------------------ the folder */

static const char *in_folder(const char *name)
{
	static char room[4][384];
	static unsigned next;
	char *path = room[next++ % 4];

	snprintf(path, sizeof(room[0]), "%s/%s", folder, name);
	return path;
}

static void write_to(const char *name, int flags, const void *bytes, size_t len)
{
	int fd = open(in_folder(name), O_WRONLY | O_CREAT | flags, 0600);

	ck_assert(fd >= 0);
	ck_assert(write(fd, bytes, len) == (ssize_t)len);
	close(fd);
}

static void append(const char *name, const char *text)
{
	write_to(name, O_APPEND, text, strlen(text));
}

static void move(const char *from, const char *to)
{
	ck_assert(rename(in_folder(from), in_folder(to)) == 0);
}

static void copy_file(const char *from, const char *to)
{
	int fd = open(in_folder(from), O_RDONLY);
	static char bytes[1 << 20];
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));

	ck_assert(n >= 0 && n < (ssize_t)sizeof(bytes));
	close(fd);
	write_to(to, O_TRUNC, bytes, (size_t)n);
}

static void truncate_file(const char *name)
{
	ck_assert(truncate(in_folder(name), 0) == 0);
}

/* Files made one after the other must not have the same age: the clock of file systems ticks every few milliseconds. */
static void let_the_clock_tick(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 12 * 1000 * 1000 }, NULL);
}

/* ------------------------------------------------------------------------------------------------ the agent */

static void follow(size_t count, const char *const *names, bool from_start)
{
	struct err why = { 0 };

	patterns = (struct config_list){ pattern_items, count };
	for (size_t i = 0; i < count; i++) {
		snprintf(pattern_room[i], sizeof(pattern_room[i]), "%s/%s", folder, names[i]);
		pattern_items[i] = pattern_room[i];
	}
	ck_assert_msg(follower_new(&f, &patterns, from_start, &in, &why) == 0, "%s", why.text);
}

static void stop(void)
{
	follower_free(f);
	f = NULL;
}

static void follow_eve(void)
{
	follow(1, (const char *[]){ "eve.json" }, true);
}

static void setup(void)
{
	log_open("test", LOG_LEVEL_ERROR);
	snprintf(folder, sizeof(folder), "/tmp/hinomi-test-XXXXXX");
	ck_assert(mkdtemp(folder) != NULL);
	in = (struct intake){ 0 };
	now_ms = 1000000;
}

static void teardown(void)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;

	stop();
	/* Whoever has changed its user is not looked into, not even by itself: leak checkers need that. */
	if (getuid() == 0 && geteuid() != 0)
		ck_assert(seteuid(0) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0);
	while ((entry = readdir(d)) != NULL)
		unlink(in_folder(entry->d_name));
	closedir(d);
	rmdir(folder);
	intake_clear(&in);
}

static enum follower_turn read_all(void)
{
	enum follower_turn turn;

	follower_scan(f, now_ms);
	do
		turn = follower_read(f, now_ms);
	while (turn == FOLLOWER_MORE);
	return turn;
}

/* Until rotated files are finished with. */
static void read_to_the_end(void)
{
	read_all();
	now_ms += FOLLOWER_QUIET_MS;
	read_all();
	now_ms += FOLLOWER_QUIET_MS;
	read_all();
}

/* What was handed over, each record followed by a blank. */
static void expect(const char *records)
{
	struct buffer got = { 0 };

	for (size_t i = 0; i < in.count; i++)
		buffer_printf(&got, "%s ", in.records[i].text);
	ck_assert_str_eq(buffer_string(&got), records);
	buffer_release(&got);
}

static size_t open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* ------------------------------------------------------------------------------------------------ growth */

START_TEST(grows)
{
	follow_eve();
	read_all();
	append("eve.json", "a\nb");
	read_all();
	expect("a ");
	append("eve.json", "b\r\n\nc\n");
	read_all();
	expect("a bb c ");
	ck_assert(follower_read(f, now_ms) == FOLLOWER_IDLE);
}
END_TEST

START_TEST(long_line)
{
	struct source_health health[SOURCE_HEALTH_MOST];
	static char megabyte[1 << 20];
	size_t count = 0;

	memset(megabyte, 'x', sizeof(megabyte));
	for (int i = 0; i < 20; i++)
		write_to("eve.json", O_APPEND, megabyte, sizeof(megabyte));
	append("eve.json", "\nnext\n");
	follow_eve();
	read_all();
	ck_assert_uint_eq(in.count, 2);
	ck_assert_uint_eq(in.records[0].original_length, 20 * sizeof(megabyte));
	ck_assert_uint_eq(in.records[0].len, INTAKE_RECORD_MOST);
	ck_assert_str_eq(in.records[1].text, "next");
	follower_health(f, health, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(health[0].name, in_folder("eve.json"));
	ck_assert_uint_eq(health[0].position, 20 * sizeof(megabyte) + 6);
	ck_assert_uint_eq(health[0].size, 20 * sizeof(megabyte) + 6);
	ck_assert_uint_eq(health[0].lines, 2);
	ck_assert_uint_eq(health[0].errors, 1);
}
END_TEST

START_TEST(turns_are_bounded)
{
	for (int i = 0; i < 20000; i++)
		append("eve.json", "{\"timestamp\":\"2026-11-24T08:14:40.123456+0900\"}\n");
	follow_eve();
	follower_scan(f, now_ms);
	ck_assert(follower_read(f, now_ms) == FOLLOWER_MORE);
	ck_assert_uint_le(in.count, FOLLOWER_TURN_SIZE / 48 + 1);
	read_all();
	ck_assert_uint_eq(in.count, 20000);
}
END_TEST

START_TEST(from_the_end)
{
	append("eve.json", "old\nold\nhalf");
	follow(1, (const char *[]){ "eve.json" }, false);
	read_all();
	expect("");
	append("eve.json", " line\nnew\n");
	read_all();
	expect("half line new ");
	intake_commit(&in, NULL);
	stop();
	/* A file that appears later is new, and so is one that appears while the agent is away. */
	append("eve2.json", "second\n");
	follow(2, (const char *[]){ "eve.json", "eve2.json" }, false);
	read_all();
	append("eve2.json", "third\n");
	read_all();
	expect("half line new third ");
}
END_TEST

START_TEST(appears_while_away)
{
	follow(1, (const char *[]){ "eve*.json" }, false);
	read_all();
	intake_commit(&in, NULL);
	stop();
	append("eve.7.json", "a\n");
	follow(1, (const char *[]){ "eve*.json" }, false);
	read_all();
	expect("a ");
}
END_TEST

START_TEST(globs)
{
	append("eve.1.json", "a\n");
	append("eve.2.json", "b\n");
	append("other.log", "no\n");
	follow(1, (const char *[]){ "eve*.json" }, true);
	read_all();
	append("eve.3.json", "c\n");
	read_all();
	expect("a b c ");
	/* One that is gone for good is forgotten. */
	unlink(in_folder("eve.1.json"));
	read_to_the_end();
	ck_assert(follower_path(f, 0) && follower_path(f, 1) && !follower_path(f, 2));
	ck_assert_uint_eq(in.now.position_count, 3);
}
END_TEST

/* ------------------------------------------------------------------------------------------------ rotation */

START_TEST(renamed)
{
	size_t open_before;

	append("eve.json", "a\n");
	follow_eve();
	read_all();
	open_before = open_files();
	append("eve.json", "b\nha");
	move("eve.json", "eve.json.1");
	append("eve.json", "c\n");
	append("eve.json.1", "lf\n"); /* the writer has not noticed yet */
	read_all();
	expect("a b half c ");
	append("eve.json.1", "late\n");
	read_all();
	unlink(in_folder("eve.json.1"));
	read_to_the_end();
	expect("a b half c late ");
	ck_assert_uint_eq(open_files(), open_before);
}
END_TEST

START_TEST(line_without_end)
{
	append("eve.json", "a\nhalf");
	follow_eve();
	read_all();
	move("eve.json", "eve.json.1");
	append("eve.json", "c\n");
	read_to_the_end();
	expect("a c half ");
}
END_TEST

START_TEST(copied_and_truncated)
{
	append("eve.json", "a\nb\n");
	follow_eve();
	read_all();
	copy_file("eve.json", "eve.json.1");
	truncate_file("eve.json");
	append("eve.json", "c\n");
	read_all();
	expect("a b c ");
	/* It has grown beyond the old place before anybody looked. */
	truncate_file("eve.json");
	append("eve.json", "d\ne\nf\n");
	read_all();
	expect("a b c d e f ");
	/* To the very size that it had. */
	let_the_clock_tick();
	copy_file("eve.json", "eve.json.1");
	truncate_file("eve.json");
	append("eve.json", "u\nv\nw\n");
	read_all();
	expect("a b c d e f u v w ");
	/* With a line under way. */
	append("eve.json", "half");
	read_all();
	truncate_file("eve.json");
	append("eve.json", "something else that is longer\n");
	read_all();
	expect("a b c d e f u v w half something else that is longer ");
	/* Under a writer that does not append. */
	truncate_file("eve.json");
	ck_assert(truncate(in_folder("eve.json"), 300000) == 0);
	append("eve.json", "g\n");
	read_all();
	expect("a b c d e f u v w half something else that is longer g ");
}
END_TEST

#define LONG_LINE "{\"timestamp\":\"2026-11-24T08:14:40.123456+0900\",\"event_type\":\"alert\"}"

START_TEST(rest_is_read_from_the_copy)
{
	append("eve.json", LONG_LINE "\n");
	follow_eve();
	read_all();
	append("eve.json", "unread\nhalf");
	copy_file("eve.json", "eve.json.1");
	truncate_file("eve.json");
	append("eve.json", "c\n");
	read_to_the_end();
	expect(LONG_LINE " unread c half ");
}
END_TEST

#define SECOND_LINE "{\"timestamp\":\"2026-11-24T08:15:07.000001+0900\",\"event_type\":\"alert\"}"

/* The first copy is still watched when the agent dies; the second one is of what it was reading. */
START_TEST(copied_and_truncated_again_while_away)
{
	append("eve.json", LONG_LINE "\n");
	follow_eve();
	read_all();
	copy_file("eve.json", "eve.json.1");
	truncate_file("eve.json");
	read_all();
	append("eve.json", SECOND_LINE "\n");
	read_all();
	intake_commit(&in, NULL);
	stop();
	append("eve.json", "c\n");
	let_the_clock_tick();
	move("eve.json.1", "eve.json.2");
	copy_file("eve.json", "eve.json.1");
	truncate_file("eve.json");
	append("eve.json", "d\n");
	follow_eve();
	read_to_the_end();
	ck_assert_uint_eq(in.count, 4);
	expect(LONG_LINE " " SECOND_LINE " c d ");
}
END_TEST

START_TEST(glob_matches_rotated_names)
{
	append("eve.json", LONG_LINE "\n");
	follow(1, (const char *[]){ "eve*.json" }, true);
	read_all();
	move("eve.json", "eve-20261124.json");
	append("eve.json", "1" LONG_LINE "\n");
	read_to_the_end();
	append("eve-20261124.json", "late\n");
	append("eve.json", "unread\n");
	copy_file("eve.json", "eve-20261125.json");
	read_to_the_end();
	truncate_file("eve.json");
	append("eve.json", "2" LONG_LINE "\n");
	read_to_the_end();
	expect(LONG_LINE " 1" LONG_LINE " late unread 2" LONG_LINE " ");
}
END_TEST

START_TEST(deleted_and_made_again)
{
	append("eve.json", "a\n");
	follow_eve();
	read_all();
	append("eve.json", "b\n");
	unlink(in_folder("eve.json"));
	read_to_the_end();
	expect("a b ");
	append("eve.json", "a\n");
	read_to_the_end();
	expect("a b a ");
}
END_TEST

START_TEST(rotated_while_away)
{
	append("eve.json", LONG_LINE "\n");
	follow_eve();
	read_all();
	intake_commit(&in, NULL);
	stop();
	append("eve.json", "b\n");
	let_the_clock_tick();
	move("eve.json", "eve.json.1");
	append("eve.json", "c\n");
	let_the_clock_tick();
	move("eve.json.1", "eve.json.2");
	move("eve.json", "eve.json.1");
	append("eve.json", "d\n");
	append("eve.json.bak", "no\n");
	append("eve.json.1.gz", "no\n");
	append("eve-stats.json", "no\n");
	follow_eve();
	read_to_the_end();
	expect(LONG_LINE " b c d ");
	intake_commit(&in, NULL);
	stop();
	follow_eve();
	read_to_the_end();
	expect(LONG_LINE " b c d ");
}
END_TEST

static void restart(void)
{
	intake_commit(&in, NULL);
	stop();
	follow_eve();
}

/* A file that was read to its end and let go of must not be taken for one that was never seen, because an older one is
 * still held. */
START_TEST(let_go_while_an_older_one_is_held)
{
	append("eve.json", "a\n");
	follow_eve();
	read_all();
	let_the_clock_tick();
	move("eve.json", "eve.json.1");
	append("eve.json", "b\n");
	read_all();
	now_ms += 10;
	restart();
	read_all();
	let_the_clock_tick();
	move("eve.json", "eve.json.2");
	append("eve.json", "c\n");
	for (int i = 0; i < 4; i++) {
		now_ms += FOLLOWER_QUIET_MS / 3;
		read_all();
		restart();
	}
	read_to_the_end();
	restart();
	read_to_the_end();
	expect("a b c ");
}
END_TEST

START_TEST(late_writer_after_a_restart)
{
	append("eve.json", "a\n");
	follow_eve();
	read_all();
	restart();
	read_all();
	/* Nothing new was read since the start; it is rotated, and its writer has not noticed. */
	move("eve.json", "eve.json.1");
	append("eve.json", "c\n");
	read_all();
	now_ms += FOLLOWER_QUIET_MS - 1;
	append("eve.json.1", "late\n");
	read_to_the_end();
	expect("a c late ");
}
END_TEST

START_TEST(gone_while_away)
{
	append("eve.json", "a\n");
	follow_eve();
	read_all();
	intake_commit(&in, NULL);
	stop();
	unlink(in_folder("eve.json"));
	append("eve.json", "b\n");
	follow_eve();
	read_to_the_end();
	expect("a b ");
	/* Something that is no file is waited out. */
	intake_commit(&in, NULL);
	stop();
	unlink(in_folder("eve.json"));
	ck_assert(mkdir(in_folder("eve.json"), 0700) == 0);
	follow_eve();
	read_to_the_end();
	rmdir(in_folder("eve.json"));
	append("eve.json", "c\n");
	read_to_the_end();
	expect("a b c ");
}
END_TEST

/* ------------------------------------------------------------------------------------------------ out of reach */

/* Root may read everything; the agent is not root. */
static void become_nobody(void)
{
	enum { NOBODY = 65534 };

	if (geteuid() != 0)
		return;
	ck_assert(chown(folder, NOBODY, NOBODY) == 0);
	ck_assert(seteuid(NOBODY) == 0);
}

/* Read, committed, stopped; then what is in the way is put there, and a start, a look and a stop come and go. */
static void read_and_stop(void)
{
	become_nobody();
	append("eve.json", LONG_LINE "\n");
	follow_eve();
	read_to_the_end();
	intake_commit(&in, NULL);
	stop();
}

static void start_and_stop(void)
{
	follow_eve();
	read_to_the_end();
	intake_commit(&in, NULL);
	stop();
}

START_TEST(folder_that_may_not_be_entered_for_a_while)
{
	static const mode_t modes[] = { 0000, 0400, 0600 };

	read_and_stop();
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		ck_assert(chmod(folder, modes[i]) == 0);
		start_and_stop();
		ck_assert(chmod(folder, 0700) == 0);
	}
	append("eve.json", "b\n");
	follow_eve();
	read_to_the_end();
	expect(LONG_LINE " b ");
	/* While it runs, too: what it has open goes on. */
	ck_assert(chmod(folder, 0000) == 0);
	read_to_the_end();
	ck_assert(chmod(folder, 0700) == 0);
	append("eve.json", "c\n");
	read_to_the_end();
	expect(LONG_LINE " b c ");
}
END_TEST

START_TEST(file_that_may_not_be_read_for_a_while)
{
	read_and_stop();
	ck_assert(chmod(in_folder("eve.json"), 0000) == 0);
	start_and_stop();
	/* Rotated meanwhile: known by its inode, but closed to us still. */
	ck_assert(rename(in_folder("eve.json"), in_folder("eve.json.2")) == 0);
	append("eve.json", "c\n");
	start_and_stop();
	expect(LONG_LINE " c ");
	ck_assert(chmod(in_folder("eve.json.2"), 0600) == 0);
	append("eve.json.2", "b\n");
	start_and_stop();
	expect(LONG_LINE " c b ");
	append("eve.json", "d\n");
	start_and_stop();
	expect(LONG_LINE " c b d ");
}
END_TEST

START_TEST(folder_that_is_not_mounted_for_a_while)
{
	char away[80];

	read_and_stop();
	snprintf(away, sizeof(away), "%s.away", folder);
	/* Not there at all, then the empty place where it is mounted. */
	ck_assert(rename(folder, away) == 0);
	start_and_stop();
	ck_assert(mkdir(folder, 0700) == 0);
	start_and_stop();
	ck_assert(rename(away, folder) == 0);
	append("eve.json", "b\n");
	start_and_stop();
	expect(LONG_LINE " b ");
}
END_TEST

static void expect_trouble(const char *name, const char *wanted)
{
	const char *pattern = in_folder(name);
	char *items[] = { (char *)(uintptr_t)pattern };
	const struct config_list list = { items, 1 };
	const struct path_patterns p = { .list = &list };

	ck_assert_pstr_eq(path_patterns_trouble(&p, 0), wanted);
}

START_TEST(what_names_no_file_says_why)
{
	become_nobody();
	expect_trouble("eve.json", "No such file or directory");
	expect_trouble("eve*.json", "No such file or directory");
	expect_trouble("log/eve.json", "there is no such folder");
	expect_trouble("log/eve*.json", "there is no such folder");
	append("eve.json", "a\n");
	expect_trouble("eve.json", NULL);
	expect_trouble("eve*.json", NULL);
	ck_assert(chmod(folder, 0) == 0);
	expect_trouble("eve.json", "Permission denied");
	expect_trouble("eve*.json", "Permission denied");
	ck_assert(chmod(folder, 0700) == 0);
}
END_TEST

START_TEST(folder_that_comes_later)
{
	follow(2, (const char *[]){ "log/eve.json", "log/eve.*.json" }, true);
	read_all();
	ck_assert(mkdir(in_folder("log"), 0700) == 0);
	read_all();
	append("log/eve.json", "a\n");
	append("log/eve.1.json", "b\n");
	read_all();
	ck_assert_uint_eq(in.count, 2);
	unlink(in_folder("log/eve.json"));
	unlink(in_folder("log/eve.1.json"));
	rmdir(in_folder("log"));
}
END_TEST

/* ------------------------------------------------------------------------------------------------ back-pressure */

START_TEST(waits_for_room)
{
	append("eve.json", "a\nb\nc\nd");
	follow_eve();
	in.capacity = 1;
	ck_assert(read_all() == FOLLOWER_FULL);
	expect("a ");
	in.capacity = 2;
	ck_assert(read_all() == FOLLOWER_FULL);
	move("eve.json", "eve.json.1");
	append("eve.json", "e\n");
	ck_assert(read_all() == FOLLOWER_FULL);
	in.capacity = 0;
	read_to_the_end();
	expect("a b c e d ");
}
END_TEST

START_TEST(gives_up_the_oldest)
{
	char name[32], text[32];

	follow_eve();
	append("eve.json", "a\n");
	read_all();
	in.full = true;
	for (int i = 0; i < FOLLOWED_PATH_OLD_MOST + 2; i++) {
		snprintf(text, sizeof(text), "x%d\ny%d\nz", i, i);
		append("eve.json", text);
		read_all();
		snprintf(name, sizeof(name), "eve.json.%d", i);
		move("eve.json", name);
		read_all();
		unlink(in_folder(name)); /* only our descriptor is left of it */
	}
	/* The two oldest of ten: each two lines and the line under way. */
	ck_assert_uint_eq(in.now.dropped, 6);
	in.full = false;
	read_to_the_end();
	ck_assert_uint_eq(in.count, 1 + 3 * FOLLOWED_PATH_OLD_MOST);
	ck_assert_str_eq(in.records[1].text, "x2");
}
END_TEST

/* Counting what is given up must not hold the agent up: of a large rest the beginning is counted, the others are
 * reckoned by it. Here 64 GiB, most of it a hole, which nobody would wait for. */
START_TEST(a_large_rest_is_reckoned)
{
	enum { LINE = 1024, SHIFT = 36 };
	static char megabyte[1 << 20];
	char name[32];

	memset(megabyte, 'x', sizeof(megabyte));
	for (size_t at = LINE - 1; at < sizeof(megabyte); at += LINE)
		megabyte[at] = '\n';
	follow_eve();
	append("eve.json", "a\n");
	read_all();
	in.full = true;
	for (int k = 0; k < 9; k++)
		write_to("eve.json", O_APPEND, megabyte, sizeof(megabyte));
	if (truncate(in_folder("eve.json"), ((off_t)1 << SHIFT) + 2) != 0)
		return; /* this file system has no such files */
	for (int i = 0; i < FOLLOWED_PATH_OLD_MOST; i++) {
		read_all();
		snprintf(name, sizeof(name), "eve.json.%d", i);
		move("eve.json", name);
		append("eve.json", "b\n");
		read_all();
	}
	ck_assert_uint_eq(in.now.dropped, 0);
	move("eve.json", "eve.json.x");
	read_all();
	ck_assert_uint_eq(in.now.dropped, ((uint64_t)1 << SHIFT) / LINE);
}
END_TEST

/* ------------------------------------------------------------------------------------------------ a random life */

struct life {
	uint64_t random;
	unsigned written; /* lines */
	bool half;        /* one is under way in eve.json */
	bool by_copy;     /* how this one is rotated */
	bool unseen[20000];
};

static unsigned below(struct life *l, unsigned n)
{
	l->random ^= l->random << 13;
	l->random ^= l->random >> 7;
	l->random ^= l->random << 17;
	return (unsigned)(l->random % n);
}

#define LINE_FORMAT "{\"timestamp\":\"2026-11-24T08:14:40.%u+0900\",\"event_type\":\"alert\",\"src_ip\":\"192.0.2.7\"}"

/* The next line, cut in two at a place that is the same each time the line is asked for. */
static void next_line(const struct life *l, char first[160], char second[160])
{
	char line[160];
	size_t cut = 1 + l->written * 7 % 60;

	snprintf(line, sizeof(line), LINE_FORMAT "\n", l->written);
	snprintf(first, 160, "%.*s", (int)cut, line);
	snprintf(second, 160, "%s", line + cut);
}

static void finish_half(struct life *l, const char *name)
{
	char first[160], second[160];

	next_line(l, first, second);
	if (l->half)
		append(name, second);
	l->written += l->half;
	l->half = false;
}

static void begin_half(struct life *l)
{
	char first[160], second[160];

	next_line(l, first, second);
	append("eve.json", first);
	l->half = true;
}

static void write_lines(struct life *l, const char *name, unsigned n)
{
	char first[160], second[160];

	for (; n > 0; n--) {
		next_line(l, first, second);
		append(name, first);
		append(name, second);
		l->written++;
	}
}

static void grow(struct life *l)
{
	finish_half(l, "eve.json");
	write_lines(l, "eve.json", below(l, 40));
	if (below(l, 3) == 0)
		begin_half(l);
}

static void shift(void)
{
	char from[32], to[32];

	for (int i = 6; i > 0; i--) {
		snprintf(from, sizeof(from), "eve.json.%d", i);
		snprintf(to, sizeof(to), "eve.json.%d", i + 1);
		if (access(in_folder(from), F_OK) == 0)
			move(from, to);
	}
	let_the_clock_tick();
}

/* The writer goes on in the old file for a while. */
static void rotate_by_name(struct life *l)
{
	shift();
	move("eve.json", "eve.json.1");
	finish_half(l, "eve.json.1");
	write_lines(l, "eve.json.1", below(l, 3));
	append("eve.json", "");
}

static void rotate_by_copy(struct life *l)
{
	shift();
	finish_half(l, "eve.json");
	copy_file("eve.json", "eve.json.1");
	truncate_file("eve.json");
}

static void catch_up(void)
{
	if (!f)
		follow_eve();
	read_to_the_end();
}

static void crash(void)
{
	stop();
	intake_crash(&in);
}

/* Up to three times in a row, the agent being there or away. Before, it has read something of the present file: of a
 * copy it must know how it begins. Files are kept longer than it takes the agent to come back. */
static void rotate(struct life *l)
{
	in.capacity = 0;
	finish_half(l, "eve.json");
	write_lines(l, "eve.json", 1);
	catch_up();
	intake_commit(&in, NULL);
	for (unsigned n = 1 + below(l, 3); n > 0; n--) {
		grow(l);
		if (f && below(l, 3) == 0)
			follower_read(f, now_ms);
		if (below(l, 3) == 0)
			crash();
		if (l->by_copy)
			rotate_by_copy(l);
		else
			rotate_by_name(l);
		write_lines(l, "eve.json", below(l, 2));
	}
}

static void look(struct life *l)
{
	if (!f)
		follow_eve();
	if (below(l, 2))
		follower_scan(f, now_ms);
	now_ms += below(l, 4000);
	follower_read(f, now_ms);
}

static void one_event(struct life *l)
{
	switch (below(l, 10)) {
	case 0:
		rotate(l);
		break;
	case 1:
		intake_commit(&in, NULL);
		break;
	case 2:
		crash();
		break;
	case 3:
		in.capacity = below(l, 2) ? in.count + below(l, 20) : 0;
		break;
	case 4:
	case 5:
	case 6:
		grow(l);
		break;
	default:
		look(l);
		break;
	}
}

static void check_life(struct life *l)
{
	unsigned n;
	int end;

	for (unsigned i = 0; i < l->written; i++)
		l->unseen[i] = true;
	for (size_t i = 0; i < in.count; i++) {
		end = 0;
		sscanf(in.records[i].text, LINE_FORMAT "%n", &n, &end);
		ck_assert_msg(end > 0 && (size_t)end == in.records[i].len, "a line was split: %s", in.records[i].text);
		ck_assert_msg(n < l->written && l->unseen[n], "line %u came twice", n);
		l->unseen[n] = false;
	}
	for (unsigned i = 0; i < l->written; i++)
		ck_assert_msg(!l->unseen[i], "line %u of %u is missing", i, l->written);
	ck_assert_uint_eq(in.now.dropped, 0);
}

static void live(struct life *l)
{
	append("eve.json", "");
	follow_eve();
	read_all();
	intake_commit(&in, NULL);
	for (int i = 0; i < 150; i++)
		one_event(l);
	in.capacity = 0;
	finish_half(l, "eve.json");
	catch_up();
	check_life(l);
}

START_TEST(random_life)
{
	static struct life l;

	l = (struct life){ .random = 0x9e3779b97f4a7c15u * (uint64_t)(_i + 1), .by_copy = _i % 2 };
	live(&l);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { grows,
				       long_line,
				       turns_are_bounded,
				       from_the_end,
				       appears_while_away,
				       globs,
				       renamed,
				       line_without_end,
				       copied_and_truncated,
				       rest_is_read_from_the_copy,
				       copied_and_truncated_again_while_away,
				       glob_matches_rotated_names,
				       deleted_and_made_again,
				       rotated_while_away,
				       let_go_while_an_older_one_is_held,
				       late_writer_after_a_restart,
				       folder_that_may_not_be_entered_for_a_while,
				       file_that_may_not_be_read_for_a_while,
				       folder_that_is_not_mounted_for_a_while,
				       folder_that_comes_later,
				       what_names_no_file_says_why,
				       gone_while_away,
				       waits_for_room,
				       gives_up_the_oldest,
				       a_large_rest_is_reckoned };
	Suite *suite = suite_create("follower");
	TCase *tc = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(tc, tests[i]);
	tcase_add_loop_test(tc, random_life, 0, 30);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
