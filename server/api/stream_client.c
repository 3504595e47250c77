#include "server/api/stream_client.h"

#include "lib/json_write.h"

static const char hello[] = "retry: 2000\n:hb\n\n";
static const char heartbeat[] = ":hb\n\n";

static bool wants(const struct stream_scope *scope, const struct event *e)
{
	if (scope->company_id != 0 && (scope->company_id != e->company_id || e->staff_only))
		return false;
	switch (e->kind) {
	case EVENT_INCIDENT:
		return scope->incidents;
	case EVENT_SENSOR:
		return scope->sensors;
	case EVENT_TICKET:
		return scope->tickets;
	case EVENT_ORDER:
		return scope->orders;
	case EVENT_PAGE:
		return scope->pages;
	case EVENT_REPORT:
		return scope->reports;
	case EVENT_ALERT:
	case EVENT_FLOOD:
		break;
	}
	return scope->alerts;
}

static void note(struct stream_client *client, struct slice frame)
{
	client->note_len = frame.len < STREAM_NOTE_SIZE ? frame.len : STREAM_NOTE_SIZE;
	memcpy(client->note, frame.ptr, client->note_len);
	client->note_taken = 0;
}

/* A frame of our own: it has the cursor of what the reader has by now. */
static void note_event(struct stream_client *client, const struct stream_moment *moment, const char *name,
		       const struct live_figures *figures)
{
	char cursor[EVENT_CURSOR_SIZE];
	struct buffer frame;
	struct json_writer w;

	event_ring_cursor(moment->ring, client->next - 1, cursor);
	buffer_init(&frame, STREAM_NOTE_SIZE);
	buffer_printf(&frame, "id: %s\nevent: %s\ndata: ", cursor, name);
	json_writer_init(&w, &frame);
	json_open_object(&w, NULL);
	if (figures) {
		json_open_array(&w, "open_by_severity");
		for (size_t i = 0; i < LIVE_SEVERITIES; i++)
			json_put_integer(&w, NULL, figures->open[i]);
		json_close_array(&w);
		json_put_integer(&w, "alerts_per_minute", figures->alerts_per_minute);
	}
	json_put_time(&w, "server_time", moment->wall);
	json_close_object(&w);
	buffer_put_string(&frame, "\n\n");
	if (!frame.failed)
		note(client, buffer_slice(&frame));
	buffer_release(&frame);
}

void stream_client_init(struct stream_client *client, const struct stream_scope *scope, struct slice cursor,
			int64_t phase, const struct stream_moment *moment)
{
	*client = (struct stream_client){ .scope = *scope };
	client->next = event_ring_next(moment->ring);
	client->missed = cursor.ptr && !event_ring_resume(moment->ring, cursor, &client->next);
	client->window_end = client->next;
	client->window_ms = client->finished_ms = moment->now_ms - STREAM_WINDOW_MS;
	client->heartbeat_ms = moment->now_ms + phase;
	note(client, SLICE_LITERAL(hello));
}

void stream_client_release(struct stream_client *client)
{
	event_text_release(client->text);
	client->text = NULL;
}

void stream_client_end(struct stream_client *client)
{
	client->ending = true;
}

static size_t take(struct stream_client *client, char *to, size_t room)
{
	const void *from = client->text ? client->text->bytes + client->text_taken
					: (const uint8_t *)client->note + client->note_taken;
	size_t left = client->text ? client->text->len - client->text_taken : client->note_len - client->note_taken;
	size_t n = left < room ? left : room;

	memcpy(to, from, n);
	if (!client->text) {
		client->note_taken += n;
		return n;
	}
	client->text_taken += n;
	if (client->text_taken == client->text->len)
		stream_client_release(client);
	return n;
}

static bool half_written(const struct stream_client *client)
{
	return client->text || client->note_taken < client->note_len;
}

static void skip_foreign(struct stream_client *client, const struct event_ring *ring)
{
	if (client->next < event_ring_first(ring))
		client->missed = true;
	if (client->missed)
		client->next = event_ring_next(ring);
	while (client->next < event_ring_next(ring) && !wants(&client->scope, event_ring_at(ring, client->next)))
		client->next++;
}

/* Whether what waits is more than this reader should get event by event. */
static bool too_much(const struct stream_client *client, const struct event_ring *ring)
{
	bool slow = client->finished_ms - client->window_ms > STREAM_WINDOW_MS;
	size_t bytes = 0, most = slow ? STREAM_BACKLOG : STREAM_BURST;
	uint64_t end = event_ring_next(ring);

	for (uint64_t i = client->next; i < end; i++) {
		const struct event *e = event_ring_at(ring, i);

		if (!wants(&client->scope, e) || e->superseded_by)
			continue;
		if (e->kind == EVENT_FLOOD)
			return true;
		bytes += e->text->len;
		if (bytes > most)
			return true;
	}
	return false;
}

static bool counts_changed(const struct stream_client *client, const struct stream_moment *moment,
			   struct live_figures *figures)
{
	live_counts_get(moment->counts, client->scope.company_id, moment->now_ms, figures);
	return !client->counts_before || memcmp(figures, &client->counts, sizeof(*figures)) != 0;
}

static int64_t counts_due_ms(const struct stream_client *client)
{
	return client->counts_before ? client->counts_ms + STREAM_COUNTS_MS : client->window_ms;
}

static int64_t reset_due_ms(const struct stream_client *client)
{
	return client->reset_before ? client->reset_ms + STREAM_RESET_MS : client->window_ms;
}

static bool say_reset(struct stream_client *client, const struct stream_moment *moment)
{
	client->next = event_ring_next(moment->ring);
	if (moment->now_ms < reset_due_ms(client))
		return false;
	client->missed = false;
	client->reset_before = true;
	client->reset_ms = client->window_ms = client->finished_ms = moment->now_ms;
	note_event(client, moment, "reset", NULL);
	return true;
}

/* True when there is something to say. */
static bool open_window(struct stream_client *client, const struct stream_moment *moment)
{
	struct live_figures figures;

	if (moment->now_ms < client->window_ms + STREAM_WINDOW_MS)
		return false;
	skip_foreign(client, moment->ring);
	client->missed = client->missed || too_much(client, moment->ring);
	if (client->missed)
		return say_reset(client, moment);
	client->window_end = event_ring_next(moment->ring);
	if (moment->now_ms >= counts_due_ms(client) && counts_changed(client, moment, &figures)) {
		client->counts_due = client->counts_before = true;
		client->counts = figures;
		client->counts_ms = moment->now_ms;
	}
	if (client->next == client->window_end && !client->counts_due)
		return false;
	client->window_open = true;
	client->window_ms = moment->now_ms;
	return true;
}

/* The next event of the open window, if there is one. */
static bool say_event(struct stream_client *client, const struct event_ring *ring)
{
	if (client->next < event_ring_first(ring)) {
		client->missed = true;
		client->next = client->window_end;
	}
	while (client->next < client->window_end) {
		const struct event *e = event_ring_at(ring, client->next++);

		if (!wants(&client->scope, e) || (e->superseded_by && e->superseded_by < client->window_end))
			continue;
		if (e->kind == EVENT_FLOOD)
			continue;
		client->text = e->text;
		client->text->references++;
		client->text_taken = 0;
		return true;
	}
	return false;
}

static bool say_window(struct stream_client *client, const struct stream_moment *moment)
{
	if (say_event(client, moment->ring))
		return true;
	if (client->counts_due) {
		client->counts_due = false;
		note_event(client, moment, "counts", &client->counts);
		return true;
	}
	client->window_open = false;
	client->finished_ms = moment->now_ms;
	return false;
}

/* Chooses the next frame; false when there is nothing to say now. */
static bool say(struct stream_client *client, const struct stream_moment *moment)
{
	if (client->ending) {
		client->ended = true;
		note_event(client, moment, "bye", NULL);
		return true;
	}
	if (moment->now_ms >= client->heartbeat_ms) {
		int64_t beats = (moment->now_ms - client->heartbeat_ms) / STREAM_HEARTBEAT_MS + 1;

		client->heartbeat_ms += beats * STREAM_HEARTBEAT_MS;
		note(client, SLICE_LITERAL(heartbeat));
		return true;
	}
	if (client->window_open && say_window(client, moment))
		return true;
	return !client->window_open && open_window(client, moment);
}

long stream_client_read(struct stream_client *client, const struct stream_moment *moment, char *to, size_t room)
{
	size_t n = 0;

	while (n < room) {
		if (half_written(client))
			n += take(client, to + n, room - n);
		else if (client->ended)
			return n ? (long)n : -1;
		else if (!say(client, moment))
			break;
	}
	return (long)n;
}

int64_t stream_client_due(struct stream_client *client, const struct stream_moment *moment)
{
	struct live_figures figures;
	int64_t due = client->heartbeat_ms;
	int64_t window = client->window_ms + STREAM_WINDOW_MS, then = INT64_MAX;

	if (half_written(client) || client->ending || client->window_open)
		return moment->now_ms;
	skip_foreign(client, moment->ring);
	if (client->missed)
		then = reset_due_ms(client);
	else if (client->next < event_ring_next(moment->ring))
		then = window;
	else if (counts_changed(client, moment, &figures))
		then = counts_due_ms(client);
	if (then < window)
		then = window;
	return then < due ? then : due;
}
