#include "sensor-agent/send.h"

#include "sensor-agent/certificate.h"
#include "sensor-agent/intake.h"
#include "sensor-agent/sent_file.h"
#include "sensor-agent/server_address.h"
#include "sensor-agent/spool.h"
#include "sensor-agent/uplink.h"

#include "lib/clock.h"
#include "lib/log.h"

#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>

enum {
	GROUP = 2 * 1024 * 1024,  /* bytes of a commit */
	AHEAD = 16 * 1024 * 1024, /* bytes read ahead of the acks */
	LOOK_MS = 200,            /* between looks whether something can go on */
};

struct sending {
	const struct agent_settings *settings;
	struct server_address server;
	struct event_base *base;
	struct spool *spool;
	struct intake *intake;
	struct uplink *uplink;
	struct event *step, *look, *terminate, *interrupt;

	char *const *paths;
	size_t count, next;
	struct sent_file file; /* fd -1: none under way */
	bool is_new;
	bool is_done, is_stopped, failed;
	uint64_t acked;
	int64_t progress_ms, patience_ms;
	struct err why;
};

static void fail(void *arg, const struct err *why)
{
	struct sending *s = arg;

	if (!s->failed)
		s->why = *why;
	s->failed = true;
	event_base_loopbreak(s->base);
}

/* ------------------------------------------------------------------------------------------------ files */

static int commit(struct sending *s, struct err *why)
{
	if (s->file.fd >= 0 && sent_file_save(&s->file, s->intake, why) != 0)
		return -1;
	if (intake_commit(s->intake, why) != 0)
		return -1;
	uplink_pump(s->uplink);
	return 0;
}

static void tell(const struct sending *s)
{
	const struct sent_file *f = &s->file;

	if (!s->is_new && f->lines == 0)
		printf("%s: sent already (%" PRIu64 " lines), nothing new in it\n", f->path, f->mark.lines);
	else if (!s->is_new)
		printf("%s: %" PRIu64 " lines, behind %" PRIu64 " that were sent before\n", f->path, f->lines,
		       f->mark.lines - f->lines);
	else
		printf("%s: %" PRIu64 " lines\n", f->path, f->lines);
}

/* 1: there is more to do; 0: all files are read */
static int step_file(struct sending *s, struct err *why)
{
	int got;

	if (s->file.fd < 0) {
		if (s->next == s->count)
			return 0;
		if (sent_file_open(&s->file, s->paths[s->next], s->intake, &s->is_new, why) != 0)
			return -1;
		s->next++;
	}
	got = sent_file_step(&s->file, s->intake, why);
	if (got != 0)
		return got;
	/* Many small files share a commit. */
	if (sent_file_save(&s->file, s->intake, why) != 0)
		return -1;
	tell(s);
	sent_file_close(&s->file);
	return 1;
}

static bool may_go_on(const struct sending *s)
{
	struct spool_figures figures;
	uint64_t ahead = (uint64_t)s->settings->spool.size / 4;

	spool_figures(s->spool, &figures);
	return figures.bytes < (ahead < AHEAD ? ahead : AHEAD) && intake_has_room(s->intake);
}

static void on_step(evutil_socket_t fd, short what, void *arg)
{
	struct sending *s = arg;
	struct err why = { 0 };
	struct timeval now = { 0, 0 };
	int got;

	(void)fd;
	(void)what;
	if (s->is_done || s->is_stopped || !may_go_on(s))
		return;
	got = step_file(s, &why);
	if (got == 0 || (got > 0 && spool_group_is_large(s->spool, GROUP)) || (got < 0 && why.code == ERR_FULL))
		if (commit(s, &why) == 0 && got == 0)
			s->is_done = true;
	if (why.code != ERR_NONE && why.code != ERR_FULL)
		fail(s, &why);
	else if (got > 0)
		event_add(s->step, &now);
}

/* ------------------------------------------------------------------------------------------------ the end */

static void end_if_delivered(struct sending *s)
{
	struct spool_figures figures;

	spool_figures(s->spool, &figures);
	if (s->is_done && figures.records == 0 && uplink_is_idle(s->uplink))
		event_base_loopbreak(s->base);
}

static void on_change(void *arg)
{
	struct sending *s = arg;
	struct timeval now = { 0, 0 };

	if (uplink_acked(s->uplink) != s->acked)
		s->progress_ms = clock_monotonic_ms();
	s->acked = uplink_acked(s->uplink);
	end_if_delivered(s);
	if (!s->is_done && !evtimer_pending(s->step, NULL))
		event_add(s->step, &now);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct sending *s = arg;
	struct spool_figures figures;
	struct err why;

	(void)fd;
	(void)what;
	on_change(s);
	if (clock_monotonic_ms() - s->progress_ms <= s->patience_ms)
		return;
	spool_figures(s->spool, &figures);
	err_set(&why, ERR_UNAVAILABLE,
		"nothing was acked for %" PRId64 " s (%s); %" PRIu64
		" records wait in the spool: run the same command again later",
		s->patience_ms / 1000, uplink_trouble(s->uplink)[0] ? uplink_trouble(s->uplink) : "connected",
		figures.records);
	fail(s, &why);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct sending *s = arg;
	struct err why = { 0 };

	(void)number;
	(void)what;
	s->is_stopped = true;
	if (commit(s, &why) == 0 || why.code == ERR_FULL)
		err_set(&why, ERR_UNAVAILABLE, "stopped by a signal: run the same command again to send the rest");
	fail(s, &why);
}

/* ------------------------------------------------------------------------------------------------ setting up */

static int open_spool(struct sending *s, struct err *why)
{
	struct spool_plan plan = {
		.state_dir = s->settings->state_dir,
		.size = (uint64_t)s->settings->spool.size,
		.segment = (uint64_t)s->settings->spool.segment,
	};

	if (server_address_load(&s->server, s->settings->server, s->settings->state_dir, why) != 0 ||
	    spool_open(&s->spool, &plan, why) != 0)
		return -1;
	s->intake = intake_new(s->spool);
	return s->intake ? 0 : err_set(why, ERR_NOMEM, "no memory to start");
}

static int open_events(struct sending *s, struct err *why)
{
	struct timeval now = { 0, 0 }, interval = { 0, LOOK_MS * 1000 };

	s->base = event_base_new();
	if (!s->base)
		return err_set(why, ERR_NOMEM, "no event loop");
	s->step = evtimer_new(s->base, on_step, s);
	s->look = event_new(s->base, -1, EV_PERSIST, on_look, s);
	s->terminate = evsignal_new(s->base, SIGTERM, on_signal, s);
	s->interrupt = evsignal_new(s->base, SIGINT, on_signal, s);
	if (!s->step || !s->look || !s->terminate || !s->interrupt || event_add(s->step, &now) != 0 ||
	    event_add(s->look, &interval) != 0 || event_add(s->terminate, NULL) != 0 ||
	    event_add(s->interrupt, NULL) != 0)
		return err_set(why, ERR_NOMEM, "no memory for the event loop");
	return 0;
}

/* Nothing is sent when one of the files cannot be, and nothing waits in vain for an agent that is not enrolled. */
static int check(const struct sending *s, struct err *why)
{
	struct certificate_life life;

	for (size_t i = 0; i < s->count; i++)
		if (sent_file_check(s->paths[i], why) != 0)
			return -1;
	return certificate_read(&life, s->settings->state_dir, why);
}

static int open_all(struct sending *s, struct err *why)
{
	struct uplink_plan plan;

	if (check(s, why) != 0 || open_spool(s, why) != 0 || open_events(s, why) != 0)
		return -1;
	plan = (struct uplink_plan){
		.base = s->base,
		.spool = s->spool,
		.settings = s->settings,
		.host = s->server.host,
		.port = s->server.port,
		.failed = fail,
		.changed = on_change,
		.arg = s,
	};
	return uplink_new(&s->uplink, &plan, why);
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void close_all(struct sending *s)
{
	sent_file_close(&s->file);
	uplink_free(s->uplink);
	free_event(s->step);
	free_event(s->look);
	free_event(s->terminate);
	free_event(s->interrupt);
	if (s->base)
		event_base_free(s->base);
	intake_free(s->intake);
	spool_close(s->spool);
}

int send_files(const struct agent_settings *settings, char *const *paths, size_t count, int64_t patience_ms,
	       struct err *why)
{
	struct sending s = {
		.settings = settings,
		.paths = paths,
		.count = count,
		.file = { .fd = -1 },
		.progress_ms = clock_monotonic_ms(),
		.patience_ms = patience_ms,
	};
	int result = open_all(&s, why);

	if (result == 0) {
		event_base_dispatch(s.base);
		fflush(stdout);
		if (s.failed) {
			*why = s.why;
			result = -1;
		}
	}
	close_all(&s);
	return result;
}
