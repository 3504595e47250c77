#include "server/api/api.h"

#include "lib/log.h"
#include "server/api/certificate.h"
#include "server/api/feed.h"
#include "server/api/hub.h"
#include "server/api/login_limits.h"
#include "server/api/service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PATH_SIZE = 4096,
	USER_SIZE = 128,
	QUEUE = 256,       /* requests that may wait for a worker */
	HASHERS = 2,       /* each needs 64 MiB and a core while it works */
	HASHER_QUEUE = 16, /* two seconds' worth */
	TICK_MS = 1000,
	DRAIN_MS = 5000, /* for replies on their way when the role stops */
	METRICS_CONNECTIONS = 16,
	PER_ADDRESS = 256,
};

/* All that runs, from one start to its end: the role starts anew when the configuration or the certificate changes,
 * while the listening sockets stay open. */
struct running {
	struct settings settings;
	struct api api;
	struct service service;
	struct certificate certificate;
	struct static_files *files;
	char user[USER_SIZE];
	char folder[PATH_SIZE];
	struct http_server *metrics;
};

/* The sockets, -1: switched off. */
struct doors {
	int people, metrics;
};

/* ---- starting ---- */

static int prepare_folder(struct running *r, struct err *why)
{
	char path[PATH_SIZE + 16];

	snprintf(r->folder, sizeof(r->folder), "%s/api", r->settings.state_dir);
	if (mkdir(r->settings.state_dir, 0755) != 0 && errno != EEXIST)
		return err_set_errno(why, ERR_IO, "cannot make %s", r->settings.state_dir);
	if (mkdir(r->folder, 0700) != 0 && errno != EEXIST)
		return err_set_errno(why, ERR_IO, "cannot make %s", r->folder);
	snprintf(path, sizeof(path), "%s/cursor.key", r->folder);
	return cursor_key_load(path, r->api.cursor_key, why);
}

/* Without its files the api still serves programs, and health. */
static int load_files(struct running *r, struct err *why)
{
	if (static_files_load(&r->files, r->settings.api.web_dir, why) == 0)
		return 0;
	if (why->code != ERR_NOT_FOUND)
		return -1;
	log_warning("there is no dashboard: %s; set api.web_dir to what `make web` built", why->text);
	return 0;
}

static int start_workers(struct running *r, struct err *why)
{
	struct workers_plan plan = { .count = (unsigned)r->settings.api.workers,
				     .queue = QUEUE,
				     .conninfo = r->settings.database.conninfo,
				     .user = r->user,
				     .work = service_work,
				     .arg = &r->service };

	snprintf(r->user, sizeof(r->user), "%sapi", r->settings.database.user_prefix);
	if (workers_start(&r->service.workers, &plan, why) != 0)
		return -1;
	plan.count = HASHERS;
	plan.queue = HASHER_QUEUE;
	return workers_start(&r->service.hashers, &plan, why);
}

static int start_live(struct running *r, struct err *why)
{
	if (hub_new(&r->api.hub, why) != 0 || hub_start(r->api.hub, why) != 0)
		return -1;
	return feed_start(&r->api.feed, r->api.hub, &r->settings, why);
}

/* The server closes what it is given; the door itself stays open for the next start. */
static int dup_door(int fd, struct err *why)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return copy >= 0 ? copy : err_set_errno(why, ERR_IO, "cannot use the listening socket");
}

static int start_people(struct running *r, int door, struct err *why)
{
	struct http_service service = service_for_people(&r->service);
	struct http_options options = { .threads = (unsigned)r->settings.api.threads,
					.max_connections = (unsigned)r->settings.api.max_connections };

	if (!r->settings.api.insecure_http) {
		if (certificate_open(&r->certificate, &r->settings, r->folder, why) != 0)
			return -1;
		options.certificate = buffer_string(&r->certificate.pem);
		options.key = buffer_string(&r->certificate.key_pem);
		options.max_per_address = PER_ADDRESS;
	}
	options.listen_fd = dup_door(door, why);
	if (options.listen_fd < 0)
		return -1;
	if (http_server_start(&r->service.people, &options, &service, why) == 0)
		return 0;
	close(options.listen_fd);
	return -1;
}

static int start_metrics(struct running *r, int door, struct err *why)
{
	struct http_service service = service_for_metrics(&r->service);
	struct http_options options = { .threads = 1, .max_connections = METRICS_CONNECTIONS };

	if (door < 0)
		return 0;
	options.listen_fd = dup_door(door, why);
	if (options.listen_fd < 0)
		return -1;
	if (http_server_start(&r->metrics, &options, &service, why) == 0)
		return 0;
	close(options.listen_fd);
	return -1;
}

static int start(struct running *r, const struct doors *doors, struct err *why)
{
	r->api.settings = &r->settings;
	r->service.api = &r->api;
	r->api.limits = login_limits_new();
	if (!r->api.limits)
		return err_set(why, ERR_NOMEM, "no memory to count log-ins");
	if (prepare_folder(r, why) != 0 || load_files(r, why) != 0)
		return -1;
	r->service.files = r->files;
	if (start_workers(r, why) != 0 || start_live(r, why) != 0 || start_people(r, doors->people, why) != 0)
		return -1;
	return start_metrics(r, doors->metrics, why);
}

/* ---- stopping ---- */

static void wait_until_sent(struct running *r)
{
	int64_t until = clock_monotonic_ms() + DRAIN_MS;

	while (atomic_load(&r->service.in_flight) > 0 && clock_monotonic_ms() < until)
		poll(NULL, 0, 5);
}

/* Also of what has only half started. The order is that of http_server_stop(): nothing is begun, streams say bye, what
 * was begun is answered, and only then the servers go. */
static void stop(struct running *r)
{
	atomic_store(&r->service.draining, true);
	if (r->api.hub)
		hub_stop(r->api.hub);
	workers_stop(r->service.workers);
	workers_stop(r->service.hashers);
	feed_stop(r->api.feed); /* workers ask it how it is */
	wait_until_sent(r);
	http_server_stop(r->metrics);
	http_server_stop(r->service.people);
	hub_free(r->api.hub);
	static_files_free(r->files);
	certificate_close(&r->certificate);
	login_limits_free(r->api.limits);
}

/* ---- running ---- */

enum why_ended { ENDED_STOP, ENDED_AGAIN };

/* Reads what signals came. */
static enum role_event take_events(struct role_context *context)
{
	enum role_event event, strongest = ROLE_NOTHING;

	while ((event = role_next_event(context)) != ROLE_NOTHING)
		strongest = event > strongest ? event : strongest;
	return context->stopping ? ROLE_STOP : strongest;
}

static enum why_ended serve_on(struct running *r, struct role_context *context)
{
	struct pollfd waiting = { .fd = context->signal_fd, .events = POLLIN };

	for (;;) {
		enum role_event event = ROLE_NOTHING;

		if (poll(&waiting, 1, TICK_MS) > 0)
			event = take_events(context);
		if (event == ROLE_STOP)
			return ENDED_STOP;
		if (event == ROLE_RELOAD)
			return ENDED_AGAIN;
		if (r->certificate.renew_at != TIME_NONE && clock_now() >= r->certificate.renew_at)
			return ENDED_AGAIN;
		http_server_sweep(r->service.people);
		if (r->metrics)
			http_server_sweep(r->metrics);
	}
}

/* The settings are moved out of the context, so that a reload puts new ones beside those that are in use. */
static int run_once(struct role_context *context, const struct doors *doors, enum why_ended *ended, struct err *why)
{
	struct running *r = calloc(1, sizeof(*r));
	int failed;

	if (!r)
		return err_set(why, ERR_NOMEM, "no memory to start");
	r->certificate.renew_at = TIME_NONE;
	r->settings = context->settings;
	context->settings = (struct settings){ 0 };
	failed = start(r, doors, why);
	if (!failed) {
		role_ready(context);
		*ended = serve_on(r, context);
		log_info(*ended == ENDED_STOP ? "stopping" : "starting anew with what has changed");
	}
	stop(r);
	if (!context->settings.state_dir)
		context->settings = r->settings;
	else
		settings_release(&r->settings);
	free(r);
	return failed;
}

static int open_doors(const struct settings *s, struct doors *doors, struct err *why)
{
	doors->people = role_listener("api", s->api.listen, why);
	if (doors->people < 0)
		return -1;
	if (!*s->api.metrics_listen)
		return 0;
	doors->metrics = role_listener("metrics", s->api.metrics_listen, why);
	return doors->metrics < 0 ? -1 : 0;
}

static int api_run(struct role_context *context, struct err *why)
{
	struct doors doors = { -1, -1 };
	enum why_ended ended = ENDED_AGAIN;
	int failed;

	if (sodium_init() < 0)
		return err_set(why, ERR_NOMEM, "libsodium does not start");
	failed = open_doors(&context->settings, &doors, why);
	while (!failed && ended == ENDED_AGAIN)
		failed = run_once(context, &doors, &ended, why);
	if (doors.people >= 0)
		close(doors.people);
	if (doors.metrics >= 0)
		close(doors.metrics);
	return failed;
}

const struct role api_role = {
	.name = "api",
	.purpose = "HTTP API, live stream and dashboard",
	.run = api_run,
};
