#include "server/collector/admission.h"

#include "lib/buffer.h"
#include "lib/log.h"
#include "lib/random.h"
#include "server/collector/watch.h"

#include <stdlib.h>

enum { LOOK_MS = 1000, CONNECT_TIMEOUT_MS = 10 * 1000, RETRY_FIRST_MS = 100, RETRY_MOST_MS = 5 * 1000 };

struct admission {
	struct admission_plan plan;
	char *conninfo, *user, *timezone;
	struct allow_reader *reader;
	struct watch watch;
	struct event *timer; /* next look; next attempt to connect; end of an attempt */
	bool connected;
	unsigned failures;
	struct log_limit trouble;
};

static void set_timer(struct admission *a, int64_t ms)
{
	struct timeval t = { ms / 1000, ms % 1000 * 1000 };

	event_add(a->timer, &t);
}

static void watch(struct admission *a)
{
	watch_set(&a->watch, allow_reader_descriptor(a->reader), allow_reader_wants_read(a->reader),
		  allow_reader_wants_write(a->reader));
}

static void rest(struct admission *a, const struct err *why)
{
	unsigned skipped;

	if (log_allowed(&a->trouble, 10 * 1000, &skipped))
		log_warning("the list of sensors' certificates cannot be read: %s (%u more like this)", why->text,
			    skipped);
	watch_set(&a->watch, -1, false, false);
	a->connected = false;
	set_timer(a, backoff_ms(a->failures++, RETRY_FIRST_MS, RETRY_MOST_MS));
}

static void connect_now(struct admission *a)
{
	struct err why = { 0 };

	watch_set(&a->watch, -1, false, false);
	if (allow_reader_connect(a->reader, &why) != 0) {
		rest(a, &why);
		return;
	}
	set_timer(a, CONNECT_TIMEOUT_MS);
	watch(a);
}

static void take(struct admission *a)
{
	struct allow_list list;

	allow_reader_take(a->reader, &list);
	a->plan.loaded(a->plan.arg, &list, allow_reader_clock_offset(a->reader));
	allow_list_release(&list);
	if (!a->connected)
		set_timer(a, LOOK_MS);
	a->connected = true;
	a->failures = 0;
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct admission *a = arg;
	struct err why = { 0 };
	enum allow_event event;

	(void)fd;
	(void)what;
	while ((event = allow_reader_step(a->reader, &why)) == ALLOW_LOADED)
		take(a);
	if (event == ALLOW_LOST)
		rest(a, &why);
	else
		watch(a);
}

static void look(struct admission *a, bool surely)
{
	struct err why = { 0 };

	if (allow_reader_look(a->reader, surely, &why) != 0)
		rest(a, &why);
	else
		watch(a);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct admission *a = arg;

	(void)fd;
	(void)what;
	if (a->connected) {
		set_timer(a, LOOK_MS);
		look(a, false);
	} else {
		connect_now(a);
	}
}

void admission_look(struct admission *a)
{
	if (a->connected)
		look(a, true);
}

int admission_new(struct admission **out, const struct admission_plan *plan, struct err *why)
{
	struct admission *a = calloc(1, sizeof(*a));
	struct buffer user = { 0 };

	if (!a)
		return err_set(why, ERR_NOMEM, "no memory for the allow-list");
	a->plan = *plan;
	buffer_printf(&user, "%scollector", plan->settings->database.user_prefix);
	a->conninfo = slice_to_string(slice_of_string(plan->settings->database.conninfo));
	a->timezone = slice_to_string(slice_of_string(plan->settings->timezone));
	a->user = slice_to_string(buffer_slice(&user));
	buffer_release(&user);
	watch_init(&a->watch, plan->base, on_ready, a);
	a->timer = evtimer_new(plan->base, on_timer, a);
	a->reader = allow_reader_new(&(struct allow_plan){ a->conninfo, a->user, a->timezone });
	if (!a->conninfo || !a->timezone || !a->user || !a->timer || !a->reader) {
		admission_free(a);
		return err_set(why, ERR_NOMEM, "no memory for the allow-list");
	}
	connect_now(a);
	*out = a;
	return 0;
}

void admission_free(struct admission *a)
{
	if (!a)
		return;
	watch_set(&a->watch, -1, false, false);
	if (a->timer)
		event_free(a->timer);
	allow_reader_free(a->reader);
	free(a->conninfo);
	free(a->timezone);
	free(a->user);
	free(a);
}
