#include "sensor-agent/run.h"

#include "sensor-agent/certificate.h"
#include "sensor-agent/eve_source.h"
#include "sensor-agent/intake.h"
#include "sensor-agent/server_address.h"
#include "sensor-agent/spool.h"
#include "sensor-agent/status.h"
#include "sensor-agent/syslog_source.h"
#include "sensor-agent/uplink.h"

#include "lib/log.h"

#include <event2/event.h>
#include <signal.h>

enum {
	LARGE_GROUP = 1024 * 1024, /* bytes that are committed without waiting */
	STATUS_TICKS = 5,          /* seconds between two status.json */
	DRAIN_MS = 3000,           /* what is left at the end gets so long to be acked */
};

struct agent {
	const struct agent_settings *settings;
	struct server_address server;
	struct event_base *base;
	struct spool *spool;
	struct intake *intake;
	struct uplink *uplink;
	struct renewal *renewal;
	struct eve_source *eve;
	struct syslog_source *syslog;
	struct event *commit, *tick, *terminate, *interrupt;
	struct source_health *sources; /* SOURCE_HEALTH_MOST of them */
	int64_t last_commit_ms;
	time_us started_at;
	int64_t started_ms;
	unsigned ticks;
	int64_t drain_until_ms; /* 0: not ending */
	bool failed;
	struct err why;
};

static void fail(void *arg, const struct err *why)
{
	struct agent *a = arg;

	if (!a->failed)
		a->why = *why;
	a->failed = true;
	event_base_loopbreak(a->base);
}

/* ------------------------------------------------------------------------------------------------ health */

static void fill_health(void *arg, struct health *out)
{
	struct agent *a = arg;
	struct spool_figures figures;
	size_t count = 0;

	spool_figures(a->spool, &figures);
	if (a->eve)
		eve_source_health(a->eve, a->sources, &count);
	if (a->syslog)
		syslog_source_health(a->syslog, a->sources, &count);
	*out = (struct health){
		.now = clock_now(),
		.spool_records = figures.records,
		.spool_bytes = figures.bytes,
		.disk_free_bytes = figures.disk_free,
		.dropped_records = figures.dropped,
		.uptime_s = (uint64_t)(clock_monotonic_ms() - a->started_ms) / 1000,
		.rss_bytes = health_rss_bytes(),
		.source_count = count,
		.sources = a->sources,
	};
}

static void write_status(struct agent *a)
{
	struct status status = {
		.started_at = a->started_at,
		.now = clock_now(),
		.connected = uplink_is_connected(a->uplink),
		.trouble = uplink_trouble(a->uplink),
		.acked = uplink_acked(a->uplink),
	};

	spool_figures(a->spool, &status.spool);
	fill_health(a, &status.health);
	status_write(a->settings->state_dir, &status);
}

/* ------------------------------------------------------------------------------------------------ committing */

static void commit(struct agent *a)
{
	struct err why = { 0 };

	if (intake_commit(a->intake, &why) != 0 && why.code != ERR_FULL) {
		fail(a, &why);
		return;
	}
	a->last_commit_ms = clock_monotonic_ms();
	uplink_pump(a->uplink);
}

static void on_commit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	commit(arg);
}

/* A record that comes alone is committed at once; more are committed together, commit_delay after the last time. */
static void on_dirty(void *arg)
{
	struct agent *a = arg;
	bool is_large = spool_group_is_large(a->spool, LARGE_GROUP);
	int64_t wait = a->last_commit_ms + a->settings->spool.commit_delay - clock_monotonic_ms();
	struct timeval delay = { 0, 0 };

	if (is_large && evtimer_pending(a->commit, NULL) && intake_has_room(a->intake))
		event_active(a->commit, EV_TIMEOUT, 1);
	if (evtimer_pending(a->commit, NULL) || !intake_has_room(a->intake))
		return;
	if (wait > 0 && !is_large)
		delay = (struct timeval){ wait / 1000, (wait % 1000) * 1000 };
	event_add(a->commit, &delay);
}

/* ------------------------------------------------------------------------------------------------ events */

static bool is_drained(const struct agent *a)
{
	struct spool_figures figures;

	spool_figures(a->spool, &figures);
	return figures.records == 0 && uplink_is_idle(a->uplink);
}

static void end_if_drained(struct agent *a)
{
	if (a->drain_until_ms && (is_drained(a) || clock_monotonic_ms() >= a->drain_until_ms))
		event_base_loopbreak(a->base);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;

	(void)fd;
	(void)what;
	spool_tick(a->spool);
	if (intake_is_dirty(a->intake) && !evtimer_pending(a->commit, NULL))
		commit(a); /* a full disk is tried again */
	if (++a->ticks % STATUS_TICKS == 1)
		write_status(a);
	end_if_drained(a);
}

static void on_change(void *arg)
{
	end_if_drained(arg);
}

static void on_renewed(void *arg)
{
	struct agent *a = arg;

	uplink_renewed(a->uplink);
}

static void end_sources(struct agent *a)
{
	eve_source_free(a->eve);
	syslog_source_free(a->syslog);
	a->eve = NULL;
	a->syslog = NULL;
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct agent *a = arg;

	(void)what;
	if (a->drain_until_ms) {
		event_base_loopbreak(a->base);
		return;
	}
	log_info("ending: %s", number == SIGTERM ? "SIGTERM" : "SIGINT");
	a->drain_until_ms = clock_monotonic_ms() + DRAIN_MS;
	end_sources(a);
	commit(a);
	if (!uplink_is_connected(a->uplink))
		a->drain_until_ms = clock_monotonic_ms();
	end_if_drained(a);
}

/* ------------------------------------------------------------------------------------------------ setting up */

static int open_spool(struct agent *a, struct err *why)
{
	struct spool_plan plan = {
		.state_dir = a->settings->state_dir,
		.size = (uint64_t)a->settings->spool.size,
		.segment = (uint64_t)a->settings->spool.segment,
	};

	if (server_address_load(&a->server, a->settings->server, a->settings->state_dir, why) != 0)
		return -1;
	if (spool_open(&a->spool, &plan, why) != 0)
		return -1;
	a->intake = intake_new(a->spool);
	a->sources = calloc(SOURCE_HEALTH_MOST, sizeof(*a->sources));
	return a->intake && a->sources ? 0 : err_set(why, ERR_NOMEM, "no memory to start");
}

static int open_events(struct agent *a, struct err *why)
{
	struct timeval second = { 1, 0 };

	a->base = event_base_new();
	if (!a->base)
		return err_set(why, ERR_NOMEM, "no event loop");
	a->commit = evtimer_new(a->base, on_commit, a);
	a->tick = event_new(a->base, -1, EV_PERSIST, on_tick, a);
	a->terminate = evsignal_new(a->base, SIGTERM, on_signal, a);
	a->interrupt = evsignal_new(a->base, SIGINT, on_signal, a);
	if (!a->commit || !a->tick || !a->terminate || !a->interrupt || event_add(a->tick, &second) != 0 ||
	    event_add(a->terminate, NULL) != 0 || event_add(a->interrupt, NULL) != 0)
		return err_set(why, ERR_NOMEM, "no memory for the event loop");
	return 0;
}

static int open_all(struct agent *a, struct err *why)
{
	struct uplink_plan plan;

	if (open_spool(a, why) != 0 || open_events(a, why) != 0)
		return -1;
	plan = (struct uplink_plan){
		.base = a->base,
		.spool = a->spool,
		.settings = a->settings,
		.host = a->server.host,
		.port = a->server.port,
		.health = fill_health,
		.failed = fail,
		.changed = on_change,
		.arg = a,
	};
	if (uplink_new(&a->uplink, &plan, why) != 0 ||
	    renewal_new(&a->renewal, a->base, a->settings->state_dir, on_renewed, a, why) != 0)
		return -1;
	intake_on_dirty(a->intake, on_dirty, a);
	if (a->settings->eve.paths.len && eve_source_new(&a->eve, a->base, a->intake, a->settings, why) != 0)
		return -1;
	if ((a->settings->syslog.udp[0] || a->settings->syslog.tcp[0]) &&
	    syslog_source_new(&a->syslog, a->base, a->intake, a->settings, why) != 0)
		return -1;
	if (!a->eve && !a->syslog)
		log_warning("nothing to read: set eve.paths, syslog.udp or syslog.tcp");
	return 0;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void close_all(struct agent *a)
{
	end_sources(a);
	renewal_free(a->renewal);
	uplink_free(a->uplink);
	free_event(a->commit);
	free_event(a->tick);
	free_event(a->terminate);
	free_event(a->interrupt);
	if (a->base)
		event_base_free(a->base);
	intake_free(a->intake);
	spool_close(a->spool);
	free(a->sources);
}

int run_agent(const struct agent_settings *settings, struct err *why)
{
	struct agent a = { .settings = settings, .started_at = clock_now(), .started_ms = clock_monotonic_ms() };
	int result = open_all(&a, why);

	if (result == 0) {
		log_info("running, version %s; server %s:%d", HINOMI_VERSION, a.server.host, a.server.port);
		event_base_dispatch(a.base);
		write_status(&a);
		if (a.failed) {
			*why = a.why;
			result = -1;
		}
	}
	close_all(&a);
	return result;
}
