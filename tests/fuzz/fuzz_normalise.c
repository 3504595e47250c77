/* The normaliser: EVE, Beats events, syslog and FortiGate, by the first byte of the input. Invariants: whatever comes,
 * there is a verdict and an event; all that goes to the database is UTF-8 without NUL, bounded, and of a known kind,
 * also of context that is read in full; the same record gives the same alert again. */
#include "server/model/normalise.h"

#include <stdlib.h>

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void storable(struct slice s, size_t most)
{
	must(s.len <= most);
	must(s.len == 0 || (slice_is_utf8(s) && !memchr(s.ptr, 0, s.len)));
}

static void check_alert(const struct alert *a)
{
	storable(a->transport, 1024);
	storable(a->signature_id, 1024);
	storable(a->signature, 1024);
	storable(a->category, 1024);
	storable(a->community_id, 1024);
	must(a->technique_count <= ALERT_TECHNIQUES_MAX);
	for (size_t i = 0; i < a->technique_count; i++)
		storable(a->technique[i], 16);
	must(a->severity >= SEVERITY_CRITICAL && a->severity <= SEVERITY_INFO);
	must(a->score >= 0 && a->score <= 100);
	must(a->repeat_count >= 1);
	must(a->source.port >= PORT_NONE && a->source.port <= 65535);
	must(a->destination.port >= PORT_NONE && a->destination.port <= 65535);
}

/* What can be compared after the next call: the texts are gone by then. */
static bool same_numbers(const struct alert *a, const struct alert *b)
{
	return a->event_time == b->event_time && a->direction == b->direction && a->engine == b->engine &&
	       a->severity == b->severity && a->score == b->score && a->action == b->action && a->stage == b->stage &&
	       a->flow_id == b->flow_id && a->repeat_count == b->repeat_count && a->signature.len == b->signature.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct normaliser *n;
	struct record in = { .received_at = (time_us)1795507200 * US_PER_SECOND, .default_zone = 9 * 3600 };
	struct normalised first, second;

	if (!n)
		n = normaliser_new();
	if (!n || size == 0)
		return 0;
	in.source = (enum record_source)(data[0] % 3);
	in.bytes = slice_of(data + 1, size - 1);
	normalise(n, &in, &first);
	must(first.verdict <= VERDICT_UNPARSED && unparsed_reason_name(first.reason) != NULL);
	must((first.verdict == VERDICT_UNPARSED) == (first.reason != UNPARSED_NONE));
	if (first.verdict == VERDICT_UNPARSED)
		must(first.alert.kind == KIND_UNPARSED);
	if (first.verdict == VERDICT_ALERT) {
		must(first.alert.kind == KIND_ALERT);
		check_alert(&first.alert);
	}
	must(first.event.len <= 64 && (first.verdict == VERDICT_UNPARSED || first.event.len > 0));
	if (first.verdict != VERDICT_ALERT && first.event.len) {
		normalise_context(n, &first);
		normalise_community_id(n, &first);
		must(first.alert.kind == KIND_CONTEXT && first.alert.stage == STAGE_NONE);
		check_alert(&first.alert);
		normalise(n, &in, &first);
	}
	normalise(n, &in, &second);
	must(second.verdict == first.verdict && second.reason == first.reason);
	if (first.verdict == VERDICT_ALERT)
		must(same_numbers(&first.alert, &second.alert));
	return 0;
}
