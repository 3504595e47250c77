#include "sensor-agent/syslog_source.h"

#include "lib/log.h"
#include "sensor-agent/syslog_frame.h"
#include "sensor-agent/syslog_socket.h"

#include <errno.h>
#include <event2/event.h>
#include <unistd.h>

enum {
	DATAGRAM_MOST = 64 * 1024,
	DATAGRAMS_OF_A_TURN = 256,
	PIECE_SIZE = 16 * 1024, /* read from a connection in one turn */
	RETRY_MS = 200,         /* looks whether there is room again, and whether connections can be accepted again */
	COMPLAINT_MS = 60000,
};

struct connection {
	struct syslog_source *source;
	struct connection *next;
	struct event *readable;
	int fd;
	bool waiting; /* for room: `refused` and then `rest` come first */
	struct syslog_framer framer;
	struct buffer refused; /* the message that the intake did not take */
	uint64_t refused_length;
	struct buffer rest; /* read behind it */
	char peer[SYSLOG_PEER_SIZE];
};

struct door {
	const char *address;
	int fd;
	struct event *readable;
	uint64_t lines, errors;
};

struct syslog_source {
	struct event_base *base;
	struct intake *intake;
	const struct agent_settings *settings;
	struct door udp, tcp;
	uint32_t overflows;
	struct connection *connections;
	int64_t connection_count;
	bool accepting;
	struct event *retry;
	struct log_limit complaints;
	uint8_t room[DATAGRAM_MOST]; /* for whatever is read in this turn */
};

static void retry_soon(struct syslog_source *s)
{
	struct timeval wait = { .tv_usec = RETRY_MS * 1000 };

	if (!event_pending(s->retry, EV_TIMEOUT, NULL))
		event_add(s->retry, &wait);
}

static void complain(struct syslog_source *s, const char *peer, const char *what)
{
	unsigned skipped;

	if (log_allowed(&s->complaints, COMPLAINT_MS, &skipped))
		log_warning("syslog from %s: %s", peer, what);
}

static int put(struct syslog_source *s, struct door *door, const struct syslog_frame *frame, const char *peer)
{
	struct intake_record record = { .source = INTAKE_SYSLOG,
					.bytes = frame->bytes,
					.peer = peer,
					.original_length = frame->original_length,
					.read_at = clock_now() };

	if (intake_put(s->intake, &record, NULL) != 0)
		return -1;
	door->lines++;
	door->errors += frame->original_length > 0;
	return 0;
}

/* ------------------------------------------------------------------------------------------------ UDP */

static void count_lost(struct syslog_source *s, uint64_t n)
{
	s->udp.errors += n;
	intake_dropped(s->intake, n);
}

static void on_datagrams(evutil_socket_t fd, short what, void *arg)
{
	struct syslog_source *s = arg;
	struct syslog_datagram got = { .overflows = s->overflows };
	struct syslog_frame frame;
	ssize_t n;

	(void)what;
	for (int i = 0; i < DATAGRAMS_OF_A_TURN; i++) {
		n = syslog_socket_receive(fd, s->room, sizeof(s->room), &got);
		if (n < 0)
			break;
		if (got.overflows != s->overflows)
			count_lost(s, got.overflows - s->overflows);
		s->overflows = got.overflows;
		if (syslog_datagram(slice_of(s->room, (size_t)n), got.length, (size_t)s->settings->syslog.max_size,
				    &frame) &&
		    put(s, &s->udp, &frame, got.peer) != 0)
			count_lost(s, 1);
	}
}

/* ------------------------------------------------------------------------------------------------ connections */

static void accept_again(struct syslog_source *s)
{
	if (s->accepting || s->connection_count >= s->settings->syslog.max_peers)
		return;
	s->accepting = event_add(s->tcp.readable, NULL) == 0;
}

static void close_connection(struct connection *c)
{
	struct syslog_source *s = c->source;
	struct connection **at = &s->connections;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	s->connection_count--;
	if (c->readable)
		event_free(c->readable);
	close(c->fd);
	syslog_framer_release(&c->framer);
	buffer_release(&c->refused);
	buffer_release(&c->rest);
	free(c);
	accept_again(s);
}

/* Idle connections are closed; one that waits for us is not idle. */
static void read_on(struct connection *c)
{
	int64_t ms = c->source->settings->syslog.idle_timeout;
	struct timeval idle = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	event_add(c->readable, &idle);
}

/* Keeps what cannot be handed over now. False: memory is short, and it is counted as dropped. */
static bool wait_for_room(struct connection *c, const struct syslog_frame *frame, struct slice rest)
{
	buffer_clear(&c->refused);
	buffer_put_slice(&c->refused, frame->bytes);
	c->refused_length = frame->original_length;
	buffer_put_slice(&c->rest, rest);
	c->waiting = true;
	event_del(c->readable);
	retry_soon(c->source);
	if (!c->refused.failed && !c->rest.failed)
		return true;
	intake_dropped(c->source->intake, 1);
	return false;
}

enum taken { TAKEN, TAKEN_WAITS, TAKEN_BROKEN };

static enum taken take(struct connection *c, struct slice in)
{
	enum parse got = PARSE_OK;
	struct syslog_frame frame;
	size_t used;

	while (got == PARSE_OK) {
		got = syslog_framer_next(&c->framer, in, &used, &frame);
		in = slice_skip(in, used);
		if (got == PARSE_OK && put(c->source, &c->source->tcp, &frame, c->peer) != 0)
			return wait_for_room(c, &frame, in) ? TAKEN_WAITS : TAKEN_BROKEN;
	}
	if (got == PARSE_MORE)
		return TAKEN;
	complain(c->source, c->peer, "no memory for a message");
	c->source->tcp.errors++;
	intake_dropped(c->source->intake, 1);
	return TAKEN_BROKEN;
}

/* The stream has ended, perhaps in the middle of a message. */
static void finish(struct connection *c)
{
	struct syslog_frame frame;

	if (!syslog_framer_finish(&c->framer, &frame))
		return;
	if (put(c->source, &c->source->tcp, &frame, c->peer) != 0)
		intake_dropped(c->source->intake, 1);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct connection *c = arg;
	struct syslog_source *s = c->source;
	enum taken taken;
	ssize_t n;

	if (what & EV_TIMEOUT) {
		finish(c);
		close_connection(c);
		return;
	}
	if (!intake_has_room(s->intake)) {
		c->waiting = true;
		retry_soon(s);
		return;
	}
	n = read(fd, s->room, PIECE_SIZE);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		read_on(c);
		return;
	}
	if (n <= 0) {
		finish(c);
		close_connection(c);
		return;
	}
	taken = take(c, slice_of(s->room, (size_t)n));
	if (taken == TAKEN_BROKEN)
		close_connection(c);
	else if (taken == TAKEN)
		read_on(c);
}

/* False: the intake still takes nothing. */
static bool go_on(struct connection *c)
{
	struct syslog_frame frame = { buffer_slice(&c->refused), c->refused_length };
	struct buffer rest = c->rest;
	enum taken taken;

	if (frame.bytes.len && put(c->source, &c->source->tcp, &frame, c->peer) != 0)
		return false;
	buffer_release(&c->refused);
	c->rest = (struct buffer){ 0 };
	c->waiting = false;
	taken = take(c, buffer_slice(&rest));
	buffer_release(&rest);
	if (taken == TAKEN_BROKEN)
		close_connection(c);
	else if (taken == TAKEN)
		read_on(c);
	return taken != TAKEN_WAITS;
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct syslog_source *s = arg;
	struct connection *c, *next;
	bool room = intake_has_room(s->intake);

	(void)fd;
	(void)what;
	for (c = s->connections; c; c = next) {
		next = c->next;
		if (c->waiting && room)
			room = go_on(c);
	}
	for (c = s->connections; c; c = c->next)
		if (c->waiting)
			retry_soon(s);
	if (s->tcp.fd >= 0)
		accept_again(s);
}

/* ------------------------------------------------------------------------------------------------ accepting */

static void open_connection(struct syslog_source *s, int fd, const struct sockaddr *from, socklen_t len)
{
	struct connection *c = calloc(1, sizeof(*c));
	int on = 1;

	if (!c) {
		close(fd);
		return;
	}
	c->source = s;
	c->fd = fd;
	syslog_framer_init(&c->framer, (size_t)s->settings->syslog.max_size);
	syslog_socket_peer(from, len, c->peer);
	c->next = s->connections;
	s->connections = c;
	s->connection_count++;
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	c->readable = event_new(s->base, fd, EV_READ, on_readable, c);
	if (c->readable)
		read_on(c);
	else
		close_connection(c);
}

static void on_connections(evutil_socket_t fd, short what, void *arg)
{
	struct syslog_source *s = arg;
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	int got = accept4(fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (got >= 0) {
		open_connection(s, got, (const struct sockaddr *)&from, len);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
		complain(s, "new peers", strerror(errno));
		event_del(s->tcp.readable);
		s->accepting = false;
		retry_soon(s);
	}
	if (s->connection_count < s->settings->syslog.max_peers || !s->accepting)
		return;
	complain(s, "new peers", "syslog.max_peers connections are open; others wait until one is closed");
	event_del(s->tcp.readable);
	s->accepting = false;
}

/* ------------------------------------------------------------------------------------------------ the source */

static int open_door(struct syslog_source *s, struct door *door, int type, event_callback_fn call, struct err *why)
{
	if (!*door->address)
		return 0;
	door->fd = syslog_socket_open(door->address, type, why);
	if (door->fd < 0)
		return -1;
	door->readable = event_new(s->base, door->fd, EV_READ | EV_PERSIST, call, s);
	if (!door->readable || event_add(door->readable, NULL) != 0)
		return err_set(why, ERR_NOMEM, "no memory to listen for syslog");
	log_info("listening for syslog on %s %s", type == SOCK_DGRAM ? "udp" : "tcp", door->address);
	return 0;
}

int syslog_source_new(struct syslog_source **out, struct event_base *base, struct intake *intake,
		      const struct agent_settings *settings, struct err *why)
{
	struct syslog_source *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(why, ERR_NOMEM, "no memory for syslog");
	s->base = base;
	s->intake = intake;
	s->settings = settings;
	s->accepting = true;
	s->udp = (struct door){ .address = settings->syslog.udp, .fd = -1 };
	s->tcp = (struct door){ .address = settings->syslog.tcp, .fd = -1 };
	s->retry = event_new(base, -1, 0, on_retry, s);
	if (!s->retry)
		err_set(why, ERR_NOMEM, "no memory for syslog");
	if (!s->retry || open_door(s, &s->udp, SOCK_DGRAM, on_datagrams, why) != 0 ||
	    open_door(s, &s->tcp, SOCK_STREAM, on_connections, why) != 0) {
		syslog_source_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

static void close_door(struct door *door)
{
	if (door->readable)
		event_free(door->readable);
	if (door->fd >= 0)
		close(door->fd);
}

void syslog_source_free(struct syslog_source *s)
{
	if (!s)
		return;
	s->accepting = true; /* nothing is to be added to the loop again */
	for (struct connection *c = s->connections, *next; c; c = next) {
		next = c->next;
		if (c->refused.len)
			intake_dropped(s->intake, 1);
		close_connection(c);
	}
	if (s->retry)
		event_free(s->retry);
	close_door(&s->udp);
	close_door(&s->tcp);
	free(s);
}

static void add_health(const struct door *door, const char *kind, struct source_health *list, size_t *count)
{
	struct source_health *h;

	if (door->fd < 0 || *count == SOURCE_HEALTH_MOST)
		return;
	h = &list[(*count)++];
	*h = (struct source_health){ .lines = door->lines, .errors = door->errors };
	snprintf(h->name, sizeof(h->name), "%s %s", kind, door->address);
}

void syslog_source_health(const struct syslog_source *s, struct source_health *list, size_t *count)
{
	add_health(&s->udp, "udp", list, count);
	add_health(&s->tcp, "tcp", list, count);
}
