#include "server/model/incident_facts.h"

#include "lib/json_write.h"

#include <inttypes.h>
#include <stdio.h>

#define SIGN_BIT ((uint64_t)1 << 63)

static int severity_of_alert(const struct plan_alert *a)
{
	if (a->direction != DIRECTION_OUTBOUND || a->score <= POLICY_SCORE_MAX)
		return a->severity;
	return a->blocked || a->severity > SEVERITY_HIGH ? SEVERITY_HIGH : a->severity;
}

static int slice_compare(struct slice a, struct slice b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;

	if (order == 0)
		order = (a.len > b.len) - (a.len < b.len);
	return order;
}

static bool top_before(const struct incident_top *a, const struct incident_top *b)
{
	int order;

	if (a->severity != b->severity)
		return a->severity < b->severity;
	if (a->ts != b->ts)
		return a->ts < b->ts;
	order = slice_compare(a->title, b->title);
	if (order == 0)
		order = slice_compare(a->anchor, b->anchor);
	if (order == 0 && a->stage != b->stage)
		return a->stage < b->stage;
	return order ? order < 0 : a->window < b->window;
}

/* ------------------------------------------------------------------------------------------------------------ tags */

void incident_tags_add(struct incident_tags *t, struct slice word)
{
	size_t at = 0;

	while (at < t->count && slice_compare(t->items[at], word) < 0)
		at++;
	if (at == INCIDENT_TAGS_MAX || (at < t->count && slice_equal(t->items[at], word)))
		return;
	if (t->count < INCIDENT_TAGS_MAX)
		t->count++;
	for (size_t i = t->count - 1; i > at; i--)
		t->items[i] = t->items[i - 1];
	t->items[at] = word;
}

bool incident_tags_has(const struct incident_tags *t, const char *word)
{
	for (size_t i = 0; i < t->count; i++)
		if (slice_is(t->items[i], word))
			return true;
	return false;
}

static void add_tags(struct incident_tags *t, const struct incident_tags *other)
{
	for (size_t i = 0; other && i < other->count; i++)
		incident_tags_add(t, other->items[i]);
}

/* ----------------------------------------------------------------------------------------------------------- facts */

static bool raise_before(const struct incident_raise *a, const struct incident_raise *b)
{
	if (a->severity == 0 || b->severity == 0)
		return a->severity != 0 && b->severity == 0;
	if (a->severity != b->severity)
		return a->severity < b->severity;
	if (a->by_window != b->by_window)
		return a->by_window;
	return slice_compare(a->title, b->title) < 0;
}

void incident_facts_raise(struct incident_facts *f, const struct incident_raise *raise)
{
	if (raise_before(raise, &f->raise))
		f->raise = *raise;
}

/* The set is not empty: every alert and piece of evidence sets a top. */
static bool is_empty(const struct incident_facts *f)
{
	return f->top.severity == 0;
}

static void combine_records(struct incident_facts *f, const struct incident_facts *other)
{
	if (other->first < f->first)
		f->first = other->first;
	if (other->last > f->last)
		f->last = other->last;
	f->alerts += other->alerts;
	f->detections += other->detections;
	f->blocked += other->blocked;
	f->got_through = f->got_through || other->got_through;
	if (top_before(&other->top, &f->top) ||
	    (!top_before(&f->top, &other->top) && other->direction < f->direction)) {
		f->top = other->top;
		f->direction = other->direction;
	}
}

void incident_facts_combine(struct incident_facts *f, const struct incident_facts *other)
{
	if (!is_empty(f) && !is_empty(other)) {
		combine_records(f, other);
	} else if (is_empty(f)) {
		f->first = other->first;
		f->last = other->last;
		f->direction = other->direction;
		f->alerts = other->alerts;
		f->detections = other->detections;
		f->blocked = other->blocked;
		f->got_through = other->got_through;
		f->top = other->top;
	}
	if (other->stage > f->stage)
		f->stage = other->stage;
	f->runs += other->runs;
	incident_facts_raise(f, &other->raise);
	add_tags(&f->tags, &other->tags);
}

void incident_facts_add(struct incident_facts *f, const struct plan_alert *a, time_us window)
{
	struct incident_facts one = {
		.first = a->ts,
		.last = a->ts,
		.direction = a->direction,
		.stage = a->stage,
		.alerts = 1,
		.detections = a->repeat_count,
		.blocked = a->blocked,
		.got_through = a->direction != DIRECTION_INBOUND || !a->blocked,
		.top = { severity_of_alert(a), a->ts, a->stage, a->title, a->anchor, window },
		.raise = a->raise,
	};

	add_tags(&one.tags, a->tags);
	incident_facts_combine(f, &one);
}

void incident_facts_see(struct incident_facts *f, time_us ts, enum direction direction)
{
	const struct incident_facts one = {
		.first = ts,
		.last = ts,
		.direction = direction,
		.top = { .severity = EVIDENCE_SEVERITY, .ts = ts },
	};

	incident_facts_combine(f, &one);
}

/* What the alerts alone make of it. */
static int severity_of_alerts(const struct incident_facts *f)
{
	if (f->alerts == 0)
		return SEVERITY_INFO;
	return !f->got_through && f->top.severity < SEVERITY_LOW ? SEVERITY_LOW : f->top.severity;
}

int incident_facts_severity(const struct incident_facts *f)
{
	int severity = severity_of_alerts(f);

	if (incident_tags_has(&f->tags, INCIDENT_TAG_DRILL))
		return SEVERITY_INFO;
	return f->raise.severity && f->raise.severity < severity ? f->raise.severity : severity;
}

struct slice incident_facts_title(const struct incident_facts *f)
{
	int alerts = severity_of_alerts(f);
	bool graver =
	    f->raise.severity && (f->raise.severity < alerts || (f->raise.severity == alerts && f->raise.by_window));

	return f->alerts == 0 || graver ? f->raise.title : f->top.title;
}

void incident_top_key(const struct incident_top *top, struct buffer *out)
{
	buffer_printf(out, "%d %016" PRIx64 " %s ", top->severity, (uint64_t)top->ts ^ SIGN_BIT,
		      stage_name(top->stage));
	buffer_put_slice(out, top->anchor);
	if (top->window)
		buffer_printf(out, " %" PRId64, top->window / US_PER_SECOND);
}

/* The text before the next blank; *rest is what follows it. False when there is no blank. */
static bool next_word(struct slice *rest, struct slice *word)
{
	size_t at = slice_find(*rest, ' ');

	if (at == rest->len)
		return false;
	*word = slice_take(*rest, at);
	*rest = slice_skip(*rest, at + 1);
	return true;
}

static bool parse_hex(struct slice text, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c >= '0' && c <= '9')
			*out = *out << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*out = *out << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	return text.len == 16;
}

bool incident_top_parse(struct slice key, struct incident_top *out)
{
	struct slice severity, time, stage;
	int64_t number, seconds = 0;
	uint64_t bits;

	if (!next_word(&key, &severity) || !next_word(&key, &time) || !next_word(&key, &stage))
		return false;
	if (!slice_to_int64(severity, &number) || number < SEVERITY_CRITICAL || number > EVIDENCE_SEVERITY)
		return false;
	if (!parse_hex(time, &bits) || !stage_parse(stage, &out->stage))
		return false;
	if (next_word(&key, &out->anchor)) {
		if (!slice_to_int64(key, &seconds) || seconds <= 0 || seconds > INT32_MAX)
			return false;
	} else {
		out->anchor = key;
	}
	out->severity = (int)number;
	out->ts = (time_us)(bits ^ SIGN_BIT);
	out->window = seconds * US_PER_SECOND;
	return true;
}

void incident_reason(const struct incident_facts *f, struct slice rule, time_us window, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_slice(&w, "rule", rule);
	json_put_slice(&w, "anchor", f->top.anchor.ptr ? f->top.anchor : SLICE_LITERAL(""));
	if (f->alerts && f->top.stage == STAGE_NONE)
		json_put_slice(&w, "signature", f->top.title);
	else if (f->alerts)
		json_put_string(&w, "stage", stage_name(f->top.stage));
	json_put_integer(&w, "window_s", (f->top.window ? f->top.window : window) / US_PER_SECOND);
	json_put_integer(&w, "runs", f->runs);
	json_close_object(&w);
}
