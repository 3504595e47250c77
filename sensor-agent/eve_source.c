#include "sensor-agent/eve_source.h"

#include "lib/log.h"
#include "sensor-agent/follower.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

enum {
	GATHER_MS = 20, /* lines that come together are read together */
	FULL_MS = 200,  /* how soon to try again when the intake takes nothing */
	FOLDERS_MOST = 64,
};

struct eve_source {
	const struct config_list *patterns;
	struct follower *follower;
	struct event *turn;
	struct event *poll;
	struct event *told; /* inotify has something; NULL: there is no inotify */
	struct timeval poll_every;
	int watch; /* inotify descriptor, or -1 */
	char *folders[FOLDERS_MOST];
	int folder_count;
	bool scan_wanted;
};

static struct timeval in_ms(int64_t ms)
{
	return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
}

static void turn_in(struct eve_source *s, int64_t ms)
{
	struct timeval wait = in_ms(ms);

	event_add(s->turn, &wait);
}

/* ------------------------------------------------------------------------------------------------ watching */

/* Folders that do not exist, or beyond what the kernel grants, are left to polling. */
static void watch_folder_of(struct eve_source *s, const char *path)
{
	size_t len = (size_t)(strrchr(path, '/') - path) + 1;
	const uint32_t what = IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;
	char *folder;

	for (int i = 0; i < s->folder_count; i++)
		if (strlen(s->folders[i]) == len && strncmp(s->folders[i], path, len) == 0)
			return;
	if (s->watch < 0 || s->folder_count == FOLDERS_MOST)
		return;
	folder = strndup(path, len);
	if (!folder || inotify_add_watch(s->watch, folder, what) < 0) {
		free(folder);
		return;
	}
	s->folders[s->folder_count++] = folder;
}

static void forget_folders(struct eve_source *s)
{
	while (s->folder_count)
		free(s->folders[--s->folder_count]);
}

static void watch_folders(struct eve_source *s)
{
	const char *path;

	/* A glob's folder too, for files to come; when the glob is in the folder's name, this fails, and polling does.
	 */
	for (size_t i = 0; i < s->patterns->len; i++)
		watch_folder_of(s, s->patterns->items[i]);
	for (size_t i = 0; (path = follower_path(s->follower, i)) != NULL; i++)
		watch_folder_of(s, path);
}

/* Takes what inotify has to say; notes whether files came or went. */
static void drain(struct eve_source *s)
{
	char bytes[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *e;
	ssize_t n;

	if (s->watch < 0)
		return;
	while ((n = read(s->watch, bytes, sizeof(bytes))) > 0)
		for (ssize_t at = 0; at < n; at += (ssize_t)(sizeof(*e) + e->len)) {
			e = (const struct inotify_event *)(const void *)(bytes + at);
			if (e->mask & IN_IGNORED)
				forget_folders(s); /* a folder is gone; the watches of the others are found again */
			if (e->mask & ~(uint32_t)IN_MODIFY)
				s->scan_wanted = true;
		}
}

/* ------------------------------------------------------------------------------------------------ events */

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct eve_source *s = arg;
	enum follower_turn turn;

	(void)fd;
	(void)what;
	drain(s);
	if (s->scan_wanted) {
		s->scan_wanted = false;
		follower_scan(s->follower, clock_monotonic_ms());
		watch_folders(s);
	}
	turn = follower_read(s->follower, clock_monotonic_ms());
	if (turn == FOLLOWER_MORE)
		turn_in(s, 0);
	else if (turn == FOLLOWER_FULL)
		turn_in(s, FULL_MS);
	else if (s->told)
		event_add(s->told, NULL);
}

/* Not persistent: until the turn has come, more of the same is no news. */
static void on_told(evutil_socket_t fd, short what, void *arg)
{
	struct eve_source *s = arg;

	(void)fd;
	(void)what;
	if (!event_pending(s->turn, EV_TIMEOUT, NULL))
		turn_in(s, GATHER_MS);
}

static void on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct eve_source *s = arg;

	(void)fd;
	(void)what;
	s->scan_wanted = true;
	if (!event_pending(s->turn, EV_TIMEOUT, NULL))
		turn_in(s, 0);
	event_add(s->poll, &s->poll_every);
}

static int start(struct eve_source *s, struct event_base *base, int64_t poll_ms, struct err *why)
{
	s->poll_every = in_ms(poll_ms);
	s->turn = event_new(base, -1, 0, on_turn, s);
	s->poll = event_new(base, -1, 0, on_poll, s);
	s->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->watch >= 0)
		s->told = event_new(base, s->watch, EV_READ, on_told, s);
	else
		log_info("no inotify (%s); files are looked at every %lld ms", strerror(errno), (long long)poll_ms);
	if (!s->turn || !s->poll || (s->watch >= 0 && !s->told) || event_add(s->poll, &s->poll_every) != 0)
		return err_set(why, ERR_NOMEM, "no memory to follow files");
	s->scan_wanted = true;
	turn_in(s, 0);
	return 0;
}

int eve_source_new(struct eve_source **out, struct event_base *base, struct intake *intake,
		   const struct agent_settings *settings, struct err *why)
{
	struct eve_source *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(why, ERR_NOMEM, "no memory to follow files");
	s->watch = -1;
	s->patterns = &settings->eve.paths;
	if (follower_new(&s->follower, &settings->eve.paths, settings->eve.from_start, intake, why) != 0 ||
	    (settings->eve.paths.len && start(s, base, settings->eve.poll, why) != 0)) {
		eve_source_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

static void free_event(struct event *e)
{
	if (e)
		event_free(e);
}

void eve_source_free(struct eve_source *s)
{
	if (!s)
		return;
	free_event(s->turn);
	free_event(s->poll);
	free_event(s->told);
	forget_folders(s);
	if (s->watch >= 0)
		close(s->watch);
	follower_free(s->follower);
	free(s);
}

void eve_source_health(const struct eve_source *s, struct source_health *list, size_t *count)
{
	follower_health(s->follower, list, count);
}
