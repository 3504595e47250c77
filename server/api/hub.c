#include "server/api/hub.h"

#include "lib/log.h"
#include "lib/random.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
	RING_EVENTS = 50000,
	RING_BYTES = 64 * 1024 * 1024,
	RING_KEEP_MS = 10 * 60 * 1000,
	STREAMS_PER_SESSION = 16,
	LONGEST_SLEEP_MS = 1000,
	GOODBYE_MS = 1000, /* how long hub_stop() lets streams say bye */
	WANTED_MS = 60 * 1000,
};

struct hub_client {
	struct hub *hub;
	struct hub_client *next, **link;
	struct http_source source; /* what the reply is given */
	struct stream_client client;
	uint8_t session[HUB_TOKEN_SIZE];
	int64_t check_ms;           /* when its session must be looked at */
	struct http_stream *paused; /* NULL: its event loop will read by itself */
};

struct hub {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* an event, a paused stream, a stream less, the end */
	pthread_t thread;
	bool started, stopping;
	int64_t wake_ms; /* until when the thread sleeps */
	struct event_ring *ring;
	struct live_counts counts;
	struct hub_client *clients;
	unsigned count;
	int64_t wanted_ms; /* when a stream was last open or a cursor given; 0: never */
};

int hub_new(struct hub **out, struct err *why)
{
	static const struct event_ring_limits limits = { RING_EVENTS, RING_BYTES, RING_KEEP_MS };
	struct hub *hub = calloc(1, sizeof(*hub));
	uint8_t secret[EVENT_SECRET_SIZE];
	pthread_condattr_t attributes;

	random_bytes(secret, sizeof(secret));
	if (hub)
		hub->ring = event_ring_new(&limits, (uint32_t)random_u64(), secret);
	if (!hub || !hub->ring) {
		free(hub);
		return err_set(why, ERR_NOMEM, "no memory for the live stream");
	}
	pthread_mutex_init(&hub->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&hub->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	*out = hub;
	return 0;
}

void hub_free(struct hub *hub)
{
	if (!hub)
		return;
	event_ring_free(hub->ring);
	live_counts_release(&hub->counts);
	pthread_cond_destroy(&hub->changed);
	pthread_mutex_destroy(&hub->lock);
	free(hub);
}

static struct stream_moment moment_of(const struct hub *hub)
{
	return (struct stream_moment){ hub->ring, &hub->counts, clock_monotonic_ms(), clock_now() };
}

/* ------------------------------------------------------------------------------------------ waking, under the lock */

static void wake(struct hub_client *c)
{
	struct http_stream *stream = c->paused;

	c->paused = NULL;
	if (stream)
		http_stream_wake(stream);
}

/* Wakes whoever has something to say; returns when the next one will. */
static int64_t wake_due(struct hub *hub)
{
	struct stream_moment moment = moment_of(hub);
	int64_t next = moment.now_ms + LONGEST_SLEEP_MS;

	for (struct hub_client *c = hub->clients; c; c = c->next) {
		int64_t due = c->paused ? stream_client_due(&c->client, &moment) : INT64_MAX;

		if (due <= moment.now_ms)
			wake(c);
		else if (due < next)
			next = due;
	}
	return next;
}

static void sleep_until(struct hub *hub, int64_t until_ms)
{
	const struct timespec until = { until_ms / 1000, until_ms % 1000 * 1000000 };

	hub->wake_ms = until_ms;
	pthread_cond_timedwait(&hub->changed, &hub->lock, &until);
}

static void *run(void *arg)
{
	struct hub *hub = arg;

	pthread_mutex_lock(&hub->lock);
	while (!hub->stopping) {
		event_ring_expire(hub->ring, clock_monotonic_ms());
		sleep_until(hub, wake_due(hub));
	}
	pthread_mutex_unlock(&hub->lock);
	return NULL;
}

int hub_start(struct hub *hub, struct err *why)
{
	int failed = pthread_create(&hub->thread, NULL, run, hub);

	if (failed) {
		errno = failed;
		return err_set_errno(why, ERR_NOMEM, "cannot start the thread of the live stream");
	}
	hub->started = true;
	return 0;
}

void hub_stop(struct hub *hub)
{
	int64_t until = clock_monotonic_ms() + GOODBYE_MS;

	pthread_mutex_lock(&hub->lock);
	hub->stopping = true;
	pthread_cond_broadcast(&hub->changed);
	for (struct hub_client *c = hub->clients; c; c = c->next) {
		stream_client_end(&c->client);
		wake(c);
	}
	while (hub->clients && clock_monotonic_ms() < until)
		sleep_until(hub, until);
	pthread_mutex_unlock(&hub->lock);
	if (hub->started)
		pthread_join(hub->thread, NULL);
	hub->started = false;
}

/* ---------------------------------------------------------------------------------------------------------- streams */

static long read_stream(void *arg, struct http_stream *stream, char *to, size_t room)
{
	struct hub_client *c = arg;
	struct hub *hub = c->hub;
	struct stream_moment moment;
	long n;

	pthread_mutex_lock(&hub->lock);
	moment = moment_of(hub);
	if (hub->stopping)
		stream_client_end(&c->client);
	n = stream_client_read(&c->client, &moment, to, room);
	if (n == 0) {
		c->paused = stream;
		http_stream_pause(stream);
		if (stream_client_due(&c->client, &moment) < hub->wake_ms)
			pthread_cond_broadcast(&hub->changed);
	}
	pthread_mutex_unlock(&hub->lock);
	return n;
}

static void close_stream(void *arg)
{
	struct hub_client *c = arg;
	struct hub *hub = c->hub;

	pthread_mutex_lock(&hub->lock);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	hub->count--;
	hub->wanted_ms = clock_monotonic_ms();
	stream_client_release(&c->client);
	pthread_cond_broadcast(&hub->changed);
	pthread_mutex_unlock(&hub->lock);
	free(c);
}

static unsigned count_session(const struct hub *hub, const uint8_t *session)
{
	unsigned n = 0;

	for (const struct hub_client *c = hub->clients; c; c = c->next)
		n += memcmp(c->session, session, HUB_TOKEN_SIZE) == 0;
	return n;
}

static void add_client(struct hub *hub, struct hub_client *c, const struct hub_stream *stream)
{
	struct stream_moment moment = moment_of(hub);

	stream_client_init(&c->client, &stream->scope, slice_of_string(stream->cursor),
			   (int64_t)random_below(STREAM_HEARTBEAT_MS), &moment);
	memcpy(c->session, stream->session, HUB_TOKEN_SIZE);
	c->check_ms = moment.now_ms + STREAM_HEARTBEAT_MS;
	c->hub = hub;
	c->source = (struct http_source){ read_stream, close_stream, c };
	c->next = hub->clients;
	c->link = &hub->clients;
	if (c->next)
		c->next->link = &c->next;
	hub->clients = c;
	hub->count++;
	hub->wanted_ms = clock_monotonic_ms();
}

int hub_open(struct hub *hub, const struct hub_stream *stream, const struct http_source **out, struct err *why)
{
	struct hub_client *c = calloc(1, sizeof(*c));
	int failed = 0;

	if (!c)
		return err_set(why, ERR_NOMEM, "no memory for a stream");
	pthread_mutex_lock(&hub->lock);
	if (hub->stopping)
		failed = err_set(why, ERR_UNAVAILABLE, "about to stop");
	else if (count_session(hub, stream->session) >= STREAMS_PER_SESSION)
		failed = err_set(why, ERR_LIMIT, "more than %d streams of one session", STREAMS_PER_SESSION);
	else
		add_client(hub, c, stream);
	pthread_mutex_unlock(&hub->lock);
	if (failed)
		free(c);
	else
		*out = &c->source;
	return failed;
}

unsigned hub_streams(struct hub *hub)
{
	unsigned count;

	pthread_mutex_lock(&hub->lock);
	count = hub->count;
	pthread_mutex_unlock(&hub->lock);
	return count;
}

void hub_cursor(struct hub *hub, char out[HUB_CURSOR_SIZE])
{
	pthread_mutex_lock(&hub->lock);
	hub->wanted_ms = clock_monotonic_ms();
	event_ring_cursor(hub->ring, event_ring_next(hub->ring) - 1, out);
	pthread_mutex_unlock(&hub->lock);
}

bool hub_wanted(struct hub *hub)
{
	int64_t now = clock_monotonic_ms();
	bool wanted;

	pthread_mutex_lock(&hub->lock);
	if (hub->count)
		hub->wanted_ms = now;
	wanted = hub->wanted_ms && now - hub->wanted_ms < WANTED_MS;
	pthread_mutex_unlock(&hub->lock);
	return wanted;
}

/* --------------------------------------------------------------------------------------------------------- sessions */

void hub_end_session(struct hub *hub, const uint8_t session[HUB_TOKEN_SIZE])
{
	hub_session_checked(hub, session, false, 0);
}

size_t hub_sessions_due(struct hub *hub, uint8_t (*tokens)[HUB_TOKEN_SIZE], size_t most)
{
	int64_t now = clock_monotonic_ms();
	size_t n = 0;

	pthread_mutex_lock(&hub->lock);
	for (struct hub_client *c = hub->clients; c && n < most; c = c->next) {
		if (now < c->check_ms)
			continue;
		c->check_ms = now + STREAM_HEARTBEAT_MS;
		memcpy(tokens[n++], c->session, HUB_TOKEN_SIZE);
	}
	pthread_mutex_unlock(&hub->lock);
	return n;
}

void hub_session_checked(struct hub *hub, const uint8_t session[HUB_TOKEN_SIZE], bool alive, int64_t company_id)
{
	pthread_mutex_lock(&hub->lock);
	for (struct hub_client *c = hub->clients; c; c = c->next) {
		if (memcmp(c->session, session, HUB_TOKEN_SIZE) != 0)
			continue;
		if (alive && c->client.scope.company_id == company_id)
			continue;
		stream_client_end(&c->client);
		wake(c);
	}
	pthread_mutex_unlock(&hub->lock);
}

/* --------------------------------------------------------------------------------------------------------- the feed */

enum event_append hub_append(struct hub *hub, const struct event *event, struct slice data)
{
	enum event_append verdict;

	pthread_mutex_lock(&hub->lock);
	verdict = event_ring_append(hub->ring, event, data, clock_monotonic_ms());
	pthread_mutex_unlock(&hub->lock);
	if (verdict == EVENT_NO_MEMORY)
		log_warning("no memory for an event of the live stream: all screens load again");
	return verdict;
}

void hub_publish(struct hub *hub)
{
	pthread_mutex_lock(&hub->lock);
	pthread_cond_broadcast(&hub->changed);
	pthread_mutex_unlock(&hub->lock);
}

void hub_drop(struct hub *hub)
{
	pthread_mutex_lock(&hub->lock);
	event_ring_drop(hub->ring);
	pthread_cond_broadcast(&hub->changed);
	pthread_mutex_unlock(&hub->lock);
}

void hub_count_alerts(struct hub *hub, int64_t company_id, int64_t count)
{
	pthread_mutex_lock(&hub->lock);
	live_counts_add_alerts(&hub->counts, company_id, count, clock_monotonic_ms());
	pthread_mutex_unlock(&hub->lock);
}

void hub_set_open(struct hub *hub, const struct live_open *list, size_t count)
{
	pthread_mutex_lock(&hub->lock);
	live_counts_set_open(&hub->counts, list, count);
	pthread_mutex_unlock(&hub->lock);
}
