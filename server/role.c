#include "server/role.h"

#include "lib/clock.h"
#include "lib/log.h"
#include "server/listener.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

void role_ready(struct role_context *context)
{
	log_info("ready");
	if (context->status_fd < 0)
		return;
	/* The supervisor may be gone; then its death signal is on the way and there is nobody to tell. */
	if (write(context->status_fd, "ready\n", 6) < 0)
		log_warning("cannot tell the supervisor that this role is ready");
	close(context->status_fd);
	context->status_fd = -1;
}

/* A configuration that does not load changes nothing. */
static bool reload(struct role_context *context)
{
	struct settings fresh;
	struct err why = { 0 };

	if (settings_load(context->config_path, &fresh, &why) != 0) {
		log_error("configuration not reloaded, the old one stays: %s", why.text);
		return false;
	}
	settings_release(&context->settings);
	context->settings = fresh;
	log_set_level((enum log_level)log_level_parse(fresh.log_level));
	log_info("configuration reloaded");
	return true;
}

enum role_event role_next_event(struct role_context *context)
{
	struct signalfd_siginfo info;

	while (read(context->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) {
			context->stopping = true;
			return ROLE_STOP;
		}
		if (info.ssi_signo == SIGHUP && reload(context))
			return ROLE_RELOAD;
	}
	return ROLE_NOTHING;
}

static void take_events(struct role_context *context)
{
	while (role_next_event(context) != ROLE_NOTHING)
		;
}

bool role_wait(struct role_context *context, int fd, int64_t timeout_ms)
{
	struct pollfd waiting[2] = { { .fd = context->signal_fd, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
	int64_t until = clock_monotonic_ms() + timeout_ms;

	while (!context->stopping) {
		int64_t left = until - clock_monotonic_ms();
		int n = poll(waiting, fd >= 0 ? 2 : 1, left < 0 ? 0 : (int)(left > 3600000 ? 3600000 : left));

		if (n > 0 && waiting[0].revents)
			take_events(context);
		if (n == 0 || (fd >= 0 && n > 0 && waiting[1].revents))
			break;
		if (n < 0 && errno != EINTR)
			break;
	}
	return context->stopping;
}

int role_listener(const char *name, const char *address, struct err *why)
{
	int fd = listener_inherited(name);

	return fd >= 0 ? fd : listener_open(address, why);
}
