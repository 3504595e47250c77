#include "server/collector/collector.h"

#include "lib/log.h"
#include "lib/random.h"
#include "server/collector/admission.h"
#include "server/collector/detection.h"
#include "server/collector/edge.h"
#include "server/collector/est.h"

#include <malloc.h>
#include <unistd.h>

/* Batches and inflated windows are some MiB each and come many times a second. Given back to the kernel every time,
 * half of this process' time went into page faults. The edge trims when the rush is over. */
enum { KEPT_BYTES = 64 << 20 };

enum {
	CERTIFICATE_FIRST_MS = 100,
	CERTIFICATE_MOST_MS = 5 * 1000,
	DRAIN_MOST_MS = 10 * 1000,
	DRAIN_LOOK_MS = 20,
};

struct collector {
	struct role_context *context;
	struct event_base *base;
	struct event *signals, *drain;
	struct own_certificate own;
	int listen_fd, est_fd;
	struct edge *edge;
	struct est *est;
	struct admission *admission;
	struct detector *detector;
	struct detection_keeper *detection;
	int64_t drain_until;
};

/* The keyholder may be starting; nothing can be served before. False: we were told to stop. */
static bool obtain_certificate(struct collector *c)
{
	for (unsigned attempt = 0; !c->context->stopping; attempt++) {
		struct err why = { 0 };

		if (own_certificate_open(&c->own, &c->context->settings, &why) == 0)
			return true;
		log_warning("no certificate of our own yet: %s; trying again", why.text);
		role_wait(c->context, -1, backoff_ms(attempt, CERTIFICATE_FIRST_MS, CERTIFICATE_MOST_MS));
	}
	return false;
}

static void on_issued(void *arg, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE], int64_t company_id, int64_t sensor_id)
{
	struct collector *c = arg;

	edge_expect(c->edge, fingerprint, company_id, sensor_id);
	admission_look(c->admission);
}

static void on_renewed(void *arg, const struct own_certificate *fresh)
{
	struct collector *c = arg;
	struct err why = { 0 };

	if (edge_set_certificate(c->edge, fresh, &why) != 0)
		log_error("the renewed certificate cannot be used: %s", why.text);
	else
		log_info("our own certificate was renewed");
}

static void on_loaded(void *arg, struct allow_list *list, time_us clock_offset)
{
	struct collector *c = arg;

	log_debug("%zu certificates of sensors", list->certificate_count);
	edge_allow(c->edge, list, clock_offset);
}

static void on_detection(void *arg)
{
	struct collector *c = arg;

	edge_detect(c->edge);
}

/* -------------------------------------------------------------------------------------------------------- signals */

static void on_drain(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = { 0, DRAIN_LOOK_MS * 1000 };
	struct collector *c = arg;

	(void)fd;
	(void)what;
	if (edge_is_done(c->edge) || clock_monotonic_ms() >= c->drain_until)
		event_base_loopbreak(c->base);
	else
		event_add(c->drain, &soon);
}

static void begin_drain(struct collector *c)
{
	if (c->drain_until)
		return;
	log_info("stopping: what came is stored and acked, then connections are closed");
	c->drain_until = clock_monotonic_ms() + DRAIN_MOST_MS;
	edge_stop(c->edge);
	on_drain(-1, 0, c);
}

static void on_signals(evutil_socket_t fd, short what, void *arg)
{
	struct collector *c = arg;
	enum role_event event;

	(void)fd;
	(void)what;
	while ((event = role_next_event(c->context)) != ROLE_NOTHING) {
		struct err why = { 0 };

		if (event == ROLE_STOP)
			begin_drain(c);
		else if (edge_configure(c->edge, &why) != 0)
			log_error("%s; the old value stays", why.text);
	}
}

/* ---------------------------------------------------------------------------------------------------------- start */

static int open_listeners(struct collector *c, struct err *why)
{
	const struct settings *settings = &c->context->settings;

	c->listen_fd = role_listener("lumberjack", settings->collector.listen, why);
	if (c->listen_fd < 0)
		return -1;
	c->est_fd = role_listener("est", settings->collector.est_listen, why);
	return c->est_fd < 0 ? -1 : 0;
}

static int open_loop(struct collector *c, struct err *why)
{
	c->base = event_base_new();
	if (!c->base)
		return err_set(why, ERR_NOMEM, "no memory for an event loop");
	c->signals = event_new(c->base, c->context->signal_fd, EV_READ | EV_PERSIST, on_signals, c);
	c->drain = evtimer_new(c->base, on_drain, c);
	if (!c->signals || !c->drain || event_add(c->signals, NULL) != 0)
		return err_set(why, ERR_NOMEM, "no memory for an event loop");
	return 0;
}

static int open_parts(struct collector *c, struct err *why)
{
	const struct edge_plan edge = { .base = c->base,
					.settings = &c->context->settings,
					.listen_fd = c->listen_fd,
					.detector = c->detector,
					.own = &c->own };
	const struct admission_plan admission = { c->base, &c->context->settings, on_loaded, c };
	const struct detection_plan detection = { c->base, &c->context->settings, c->detector, on_detection, c };
	const struct est_plan est = { .base = c->base,
				      .listen_fd = c->est_fd,
				      .settings = &c->context->settings,
				      .own = &c->own,
				      .issued = on_issued,
				      .renewed = on_renewed,
				      .arg = c };

	if (edge_new(&c->edge, &edge, why) != 0 || admission_new(&c->admission, &admission, why) != 0 ||
	    detection_new(&c->detection, &detection, why) != 0)
		return -1;
	return est_new(&c->est, &est, why);
}

static void release(struct collector *c)
{
	est_free(c->est);
	detection_free(c->detection);
	admission_free(c->admission);
	edge_free(c->edge);
	detector_free(c->detector);
	own_certificate_close(&c->own);
	if (c->signals)
		event_free(c->signals);
	if (c->drain)
		event_free(c->drain);
	if (c->base)
		event_base_free(c->base);
	if (c->listen_fd >= 0)
		close(c->listen_fd);
	if (c->est_fd >= 0)
		close(c->est_fd);
}

static int collector_run(struct role_context *context, struct err *why)
{
	struct collector c = { .context = context, .listen_fd = -1, .est_fd = -1 };
	int failed;

	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	if (!obtain_certificate(&c))
		return 0;
	operator_zone_set(context->settings.timezone);
	c.detector = detector_new();
	failed = c.detector ? 0 : err_set(why, ERR_NOMEM, "no memory for detection");
	failed = failed || open_listeners(&c, why) != 0 || open_loop(&c, why) != 0 || open_parts(&c, why) != 0;
	if (!failed) {
		role_ready(context);
		event_base_dispatch(c.base);
	}
	release(&c);
	return failed ? -1 : 0;
}

const struct role collector_role = {
	.name = "collector",
	.purpose = "sensors' edge: Lumberjack v2, EST; batches into the database; acks after commit",
	.run = collector_run,
};
