#include "server/collector/reading.h"

#include "server/collector/envelope.h"

#include <stdlib.h>

struct reading {
	struct envelope_reader *envelopes;
	struct normaliser *normaliser;
	struct raw_coder *coder;
	struct detector *detector;
	struct operator_zone zone;
	time_us oldest;
	time_us ahead; /* most that an event time may lie before us */
};

int reading_new(struct reading **out, struct detector *detector, struct err *why)
{
	struct reading *r = calloc(1, sizeof(*r));

	if (!r)
		return err_set(why, ERR_NOMEM, "no memory to read events");
	r->envelopes = envelope_reader_new();
	r->normaliser = normaliser_new();
	r->detector = detector;
	if (!r->envelopes || !r->normaliser) {
		reading_free(r);
		return err_set(why, ERR_NOMEM, "no memory to read events");
	}
	if (raw_coder_new(&r->coder, why) != 0) {
		reading_free(r);
		return -1;
	}
	*out = r;
	return 0;
}

void reading_free(struct reading *r)
{
	if (!r)
		return;
	envelope_reader_free(r->envelopes);
	normaliser_free(r->normaliser);
	raw_coder_free(r->coder);
	free(r);
}

/* A date alone, or date and time. */
int reading_configure(struct reading *r, const struct settings *settings, struct err *why)
{
	struct buffer text = { 0 };
	bool good;

	buffer_printf(&text, "%sT00:00:00Z", settings->collector.oldest_event);
	good = time_parse(buffer_slice(&text), 0, &r->oldest) ||
	       time_parse(slice_of_string(settings->collector.oldest_event), 0, &r->oldest);
	buffer_release(&text);
	r->ahead = settings->collector.newest_event * 1000;
	detector_set_observe(r->detector, settings->collector.observe);
	if (good)
		return 0;
	return err_set(why, ERR_CONFIG, "collector.oldest_event: \"%s\" is not a date like 2005-01-01",
		       settings->collector.oldest_event);
}

static void place_in_time(const struct reading *r, const struct alert *alert, time_us now, struct ingest_event *event)
{
	event->ts = alert->event_time;
	if (alert->event_time == TIME_NONE) {
		event->ts = now;
	} else if (alert->event_time < r->oldest || alert->event_time > now + r->ahead) {
		event->ts = now;
		event->bad_clock = true;
	}
}

static void unparsed(struct normalised *out)
{
	alert_init(&out->alert);
	out->alert.kind = KIND_UNPARSED;
}

/* Only the beginning of a record: nothing can be said of it. */
static void take_truncated(const struct envelope *e, struct normalised *out, struct ingest_event *event)
{
	*out = (struct normalised){ .verdict = VERDICT_UNPARSED, .raw = e->record };
	unparsed(out);
	event->kind = INGEST_UNPARSED;
}

static void judge(struct reading *r, const struct reading_sender *sender, struct normalised *out,
		  struct ingest_event *event)
{
	static const enum ingest_kind kinds[] = { [DETECTED_ALERT] = INGEST_ALERT,
						  [DETECTED_CONTEXT] = INGEST_CONTEXT,
						  [DETECTED_UNPARSED] = INGEST_UNPARSED,
						  [DETECTED_IGNORED] = INGEST_IGNORED };
	struct detector_place place = { .company_id = sender->company_id, .now = event->received_at };
	struct detection detection;

	place_in_time(r, &out->alert, event->received_at, event);
	place.ts = event->ts;
	place.zone = operator_zone_at(&r->zone, event->ts);
	detector_judge(r->detector, &place, out, &detection);
	event->kind = kinds[detection.verdict];
	event->seen = detection.seen;
	if (event->kind == INGEST_UNPARSED) {
		unparsed(out);
		event->ts = event->received_at;
	} else if (event->kind != INGEST_IGNORED && out->verdict == VERDICT_CONTEXT) {
		normalise_community_id(r->normaliser, out);
	}
}

static void read_record(struct reading *r, const struct envelope *e, const struct reading_sender *sender,
			struct normalised *out, struct ingest_event *event)
{
	const struct record record = {
		.bytes = e->record,
		.source = e->source,
		.peer = e->peer,
		.received_at = event->received_at,
		.home = sender->home,
		.default_zone = sender->zone,
	};

	event->alert = &out->alert;
	event->raw = e->record;
	if (e->truncated) {
		take_truncated(e, out, event);
		return;
	}
	normalise(r->normaliser, &record, out);
	event->raw = out->raw;
	event->kind = out->verdict == VERDICT_UNPARSED ? INGEST_UNPARSED : INGEST_IGNORED;
	if (out->verdict == VERDICT_ALERT) {
		judge(r, sender, out, event);
	} else if (detector_wants(r->detector, out)) {
		normalise_context(r->normaliser, out);
		judge(r, sender, out, event);
	}
}

static void read_health(const struct envelope *e, time_us now, struct ingest_health *out)
{
	*out = (struct ingest_health){
		.clock_skew_ms = e->read_at == TIME_NONE ? INT64_MIN : (e->read_at - now) / 1000,
		.spool_records = e->health.spool_records,
		.spool_bytes = e->health.spool_bytes,
		.disk_free_bytes = e->health.disk_free_bytes,
		.dropped_records = e->health.dropped_records,
		.version = e->health.version,
		.report = e->health.report,
	};
}

/* An old-style event carries its text under "line" (logstash-forwarder) or "message"; without either, all of it is
 * kept. */
static void read_pairs(struct slice pairs, struct envelope *out)
{
	*out = (struct envelope){ .source = SOURCE_FOREIGN, .record = pairs, .read_at = TIME_NONE };
	if (!lumberjack_pair(pairs, "line", &out->record) && !lumberjack_pair(pairs, "message", &out->record))
		out->record = pairs;
}

int reading_add(struct reading *r, struct ingest_batch *batch, uint32_t sensor, const struct reading_sender *sender,
		const struct lumberjack_item *item, time_us now, size_t *bytes, struct err *why)
{
	struct ingest_event event = { .received_at = now, .ts = now };
	struct ingest_health health;
	struct normalised normalised;
	struct envelope e;

	if (item->is_pairs)
		read_pairs(item->body, &e);
	else
		envelope_read(r->envelopes, item->body, &e);
	event.epoch = e.epoch;
	event.sequence = e.sequence;
	switch (e.kind) {
	case ENVELOPE_RECORD:
		read_record(r, &e, sender, &normalised, &event);
		break;
	case ENVELOPE_DROPPED:
		event.kind = INGEST_DROPPED;
		event.dropped = e.dropped;
		break;
	case ENVELOPE_HEARTBEAT:
		event.kind = INGEST_HEARTBEAT;
		read_health(&e, now, &health);
		event.health = &health;
		break;
	}
	return ingest_batch_add(batch, sensor, &event, r->coder, bytes, why);
}
