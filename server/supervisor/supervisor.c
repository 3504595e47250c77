#include "server/supervisor/supervisor.h"

#include "lib/buffer.h"
#include "lib/clock.h"
#include "lib/json_write.h"
#include "lib/log.h"
#include "server/listener.h"
#include "server/supervisor/child.h"
#include "server/supervisor/restart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROLES_MAX = 16, LISTENERS_MAX = 16, DRAIN_MS = 15000, PATH_ROOM = 4096 };

enum child_state { CHILD_WAITING, CHILD_STARTING, CHILD_READY, CHILD_GONE };

static const char *const state_names[] = { "waiting", "starting", "ready", "stopped" };

struct child {
	const struct role *role;
	enum child_state state;
	pid_t pid;
	int status_fd; /* -1 once it said ready or is gone */
	int64_t started_ms;
	int64_t start_at_ms; /* while waiting */
	unsigned restarts;
	struct restart restart;
};

struct supervisor {
	struct role_context *context;
	const char *program;
	struct child children[ROLES_MAX];
	size_t child_count;
	int sockets[LISTENERS_MAX]; /* by index in listeners[] */
	bool stopping;
	bool was_ready;
	int64_t kill_at_ms;
};

/* systemd's protocol: one datagram of KEY=VALUE lines to the socket that NOTIFY_SOCKET names. */
static void tell_systemd(const char *message)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (!path || !*path || strlen(path) >= sizeof(at.sun_path))
		return;
	memcpy(at.sun_path, path, strlen(path) + 1);
	if (at.sun_path[0] == '@')
		at.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, message, strlen(message), MSG_NOSIGNAL, (const struct sockaddr *)&at,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))) < 0)
		log_warning("cannot reach systemd's notification socket: %s", strerror(errno));
	close(fd);
}

static bool all_ready(const struct supervisor *s)
{
	for (size_t i = 0; i < s->child_count; i++)
		if (s->children[i].state != CHILD_READY)
			return false;
	return true;
}

static void write_status_text(const struct supervisor *s, struct buffer *text)
{
	struct json_writer w;

	json_writer_init(&w, text);
	json_open_object(&w, NULL);
	json_put_integer(&w, "pid", getpid());
	json_put_bool(&w, "ready", all_ready(s));
	json_open_array(&w, "roles");
	for (size_t i = 0; i < s->child_count; i++) {
		const struct child *c = &s->children[i];

		json_open_object(&w, NULL);
		json_put_string(&w, "role", c->role->name);
		json_put_integer(&w, "pid", c->pid);
		json_put_string(&w, "state", state_names[c->state]);
		json_put_integer(&w, "restarts", c->restarts);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	buffer_put_byte(text, '\n');
}

/* The folder belongs to the user that the roles have become; we may be root. What lies there is not followed. */
static FILE *open_fresh(const char *path)
{
	FILE *f;
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (fd >= 0 && !f)
		close(fd);
	return f;
}

static void write_status(struct supervisor *s)
{
	char path[PATH_ROOM], fresh[PATH_ROOM];
	struct buffer text;
	FILE *f;

	snprintf(path, sizeof(path), "%s/run/status.json", s->context->settings.state_dir);
	snprintf(fresh, sizeof(fresh), "%s/run/status.json.new", s->context->settings.state_dir);
	buffer_init(&text, 0);
	write_status_text(s, &text);
	f = open_fresh(fresh);
	if (!f || fwrite(text.data, 1, text.len, f) != text.len || fflush(f) != 0 || rename(fresh, path) != 0)
		log_warning("cannot write %s: %s", path, strerror(errno));
	if (f)
		fclose(f);
	buffer_release(&text);
}

static void state_changed(struct supervisor *s)
{
	bool ready = all_ready(s);

	write_status(s);
	if (ready && !s->was_ready) {
		log_info("all roles are ready");
		tell_systemd("READY=1\nSTATUS=all roles are ready");
	}
	s->was_ready = ready;
}

static bool wanted(const struct settings *settings, const char *name)
{
	if (settings->roles.len == 0)
		return true;
	for (size_t i = 0; i < settings->roles.len; i++)
		if (strcmp(settings->roles.items[i], name) == 0)
			return true;
	return false;
}

static int choose_roles(struct supervisor *s, struct err *why)
{
	const struct settings *settings = &s->context->settings;
	size_t known = 0;

	for (size_t i = 0; roles[i]; i++) {
		if (!wanted(settings, roles[i]->name))
			continue;
		s->children[s->child_count++] = (struct child){ .role = roles[i], .status_fd = -1 };
		known++;
	}
	if (settings->roles.len && known != settings->roles.len)
		return err_set(why, ERR_CONFIG, "`roles` names a role that does not exist or stands there twice");
	return 0;
}

/* The folders that all roles share, owned by the user that they become. lchown(2): that user may have put a link there,
 * to something that is not his. */
static int prepare_folders(const struct settings *settings, struct err *why)
{
	static const char *const folders[] = { "", "/run" };
	const struct passwd *user = *settings->run_as ? getpwnam(settings->run_as) : NULL;

	if (*settings->run_as && !user)
		return err_set(why, ERR_CONFIG, "run_as: there is no user %s", settings->run_as);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char path[PATH_ROOM];

		snprintf(path, sizeof(path), "%s%s", settings->state_dir, folders[i]);
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			return err_set_errno(why, ERR_IO, "cannot make the folder %s", path);
		if (user && getuid() == 0 && lchown(path, user->pw_uid, user->pw_gid) != 0)
			return err_set_errno(why, ERR_IO, "cannot give %s to %s", path, settings->run_as);
	}
	return 0;
}

static int open_sockets(struct supervisor *s, struct err *why)
{
	const struct settings *settings = &s->context->settings;
	const struct passwd *user = *settings->run_as ? getpwnam(settings->run_as) : NULL;

	for (size_t i = 0; i < listener_count; i++)
		s->sockets[i] = -1;
	for (size_t i = 0; i < listener_count; i++) {
		char room[PATH_ROOM];
		const char *address = listener_address(i, settings, room, sizeof(room));

		if (!*address || !wanted(settings, listeners[i].role))
			continue;
		s->sockets[i] = listener_open(address, why);
		if (s->sockets[i] < 0)
			return -1;
		if (strncmp(address, "unix:", 5) == 0 && user && getuid() == 0 &&
		    lchown(address + 5, user->pw_uid, user->pw_gid) != 0)
			return err_set_errno(why, ERR_IO, "cannot give %s to %s", address + 5, settings->run_as);
		log_info("%s listens on %s", listeners[i].role, address);
	}
	return 0;
}

static void died(struct supervisor *s, struct child *c, const char *how, int number)
{
	int64_t now = clock_monotonic_ms();
	int64_t delay;

	if (c->status_fd >= 0)
		close(c->status_fd);
	c->status_fd = -1;
	c->pid = 0;
	if (s->stopping) {
		c->state = CHILD_GONE;
		return;
	}
	delay = restart_delay(&c->restart, now - c->started_ms);
	c->state = CHILD_WAITING;
	c->start_at_ms = now + delay;
	c->restarts++;
	log_warning("%s ended (%s %d); it starts again in %lld ms", c->role->name, how, number, (long long)delay);
}

static void start(struct supervisor *s, struct child *c)
{
	struct child_socket own[LISTENERS_MAX];
	struct child_plan plan = {
		.program = s->program, .role = c->role->name, .config_path = s->context->config_path, .sockets = own
	};
	struct err why = { 0 };

	for (size_t i = 0; i < listener_count; i++)
		if (strcmp(listeners[i].role, c->role->name) == 0)
			own[plan.socket_count++] = (struct child_socket){ listeners[i].name, s->sockets[i] };
	c->started_ms = clock_monotonic_ms();
	if (child_start(&plan, &c->pid, &c->status_fd, &why) != 0) {
		log_error("%s", why.text);
		died(s, c, "not started", 0);
		return;
	}
	c->state = CHILD_STARTING;
	log_debug("%s started as process %d", c->role->name, (int)c->pid);
}

static void start_due(struct supervisor *s)
{
	int64_t now = clock_monotonic_ms();
	bool changed = false;

	for (size_t i = 0; i < s->child_count; i++) {
		struct child *c = &s->children[i];

		if (c->state == CHILD_WAITING && c->start_at_ms <= now && !s->stopping) {
			start(s, c);
			changed = true;
		}
	}
	if (changed)
		state_changed(s);
}

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < s->child_count; i++) {
			if (s->children[i].pid != pid)
				continue;
			if (WIFSIGNALED(status))
				died(s, &s->children[i], "signal", WTERMSIG(status));
			else
				died(s, &s->children[i], "status", WEXITSTATUS(status));
		}
	}
	state_changed(s);
}

static void signal_all(const struct supervisor *s, int number)
{
	for (size_t i = 0; i < s->child_count; i++)
		if (s->children[i].pid > 0)
			kill(s->children[i].pid, number);
}

/* A second SIGTERM means now. */
static void begin_stop(struct supervisor *s)
{
	if (s->stopping) {
		signal_all(s, SIGKILL);
		return;
	}
	log_info("stopping: roles have %d s to finish what they hold", DRAIN_MS / 1000);
	tell_systemd("STOPPING=1");
	s->stopping = true;
	s->kill_at_ms = clock_monotonic_ms() + DRAIN_MS;
	for (size_t i = 0; i < s->child_count; i++)
		if (s->children[i].pid == 0)
			s->children[i].state = CHILD_GONE;
	signal_all(s, SIGTERM);
}

static void kill_late(struct supervisor *s)
{
	for (size_t i = 0; i < s->child_count; i++)
		if (s->children[i].pid > 0)
			log_warning("%s did not finish in time and is killed", s->children[i].role->name);
	signal_all(s, SIGKILL);
	s->kill_at_ms = clock_monotonic_ms() + DRAIN_MS;
}

static void reload(struct supervisor *s)
{
	struct settings fresh;
	struct err why = { 0 };

	if (settings_load(s->context->config_path, &fresh, &why) != 0) {
		log_error("configuration not reloaded, the old one stays: %s", why.text);
		return;
	}
	settings_release(&s->context->settings);
	s->context->settings = fresh;
	log_set_level((enum log_level)log_level_parse(fresh.log_level));
	log_info("configuration is valid; all roles reload it (addresses to listen on need a restart)");
	signal_all(s, SIGHUP);
}

static void take_signals(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->context->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			reap(s);
			break;
		case SIGHUP:
			reload(s);
			break;
		default:
			begin_stop(s);
		}
	}
}

static void take_status(struct supervisor *s, struct child *c)
{
	char text[16];
	ssize_t n = read(c->status_fd, text, sizeof(text));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n >= 6 && memcmp(text, "ready\n", 6) == 0 && c->state == CHILD_STARTING) {
		c->state = CHILD_READY;
		state_changed(s);
	}
	if (n <= 0 || c->state == CHILD_READY) {
		close(c->status_fd);
		c->status_fd = -1;
	}
}

static int next_wait_ms(const struct supervisor *s)
{
	int64_t now = clock_monotonic_ms(), until = now + 3600000;

	for (size_t i = 0; i < s->child_count; i++)
		if (s->children[i].state == CHILD_WAITING && s->children[i].start_at_ms < until)
			until = s->children[i].start_at_ms;
	if (s->stopping && s->kill_at_ms < until)
		until = s->kill_at_ms;
	return until <= now ? 0 : (int)(until - now);
}

static void turn(struct supervisor *s)
{
	struct pollfd waiting[ROLES_MAX + 1] = { { .fd = s->context->signal_fd, .events = POLLIN } };
	size_t n = s->child_count;

	for (size_t i = 0; i < n; i++)
		waiting[i + 1] = (struct pollfd){ .fd = s->children[i].status_fd, .events = POLLIN };
	if (poll(waiting, n + 1, next_wait_ms(s)) < 0 && errno != EINTR)
		log_error("poll: %s", strerror(errno));
	for (size_t i = 0; i < n; i++)
		if (s->children[i].status_fd >= 0 && waiting[i + 1].revents &&
		    waiting[i + 1].fd == s->children[i].status_fd)
			take_status(s, &s->children[i]);
	if (waiting[0].revents)
		take_signals(s);
	if (s->stopping && clock_monotonic_ms() >= s->kill_at_ms)
		kill_late(s);
	start_due(s);
}

static bool all_gone(const struct supervisor *s)
{
	for (size_t i = 0; i < s->child_count; i++)
		if (s->children[i].state != CHILD_GONE)
			return false;
	return true;
}

int supervisor_run(struct role_context *context, const char *program, struct err *why)
{
	struct supervisor s = { .context = context, .program = program };

	if (choose_roles(&s, why) != 0 || prepare_folders(&context->settings, why) != 0 || open_sockets(&s, why) != 0)
		return -1;
	while (!s.stopping || !all_gone(&s))
		turn(&s);
	write_status(&s);
	log_info("stopped");
	return 0;
}
