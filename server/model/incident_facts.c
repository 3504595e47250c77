#include "server/model/incident_facts.h"

#include "lib/json_write.h"

#include <inttypes.h>
#include <stdio.h>

#define SIGN_BIT ((uint64_t)1 << 63)

static int severity_of_alert(const struct plan_alert *a)
{
	if (a->direction == DIRECTION_OUTBOUND && a->score > POLICY_SCORE_MAX && a->severity > SEVERITY_HIGH)
		return SEVERITY_HIGH;
	return a->severity;
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
	return order ? order < 0 : a->stage < b->stage;
}

void incident_facts_combine(struct incident_facts *f, const struct incident_facts *other)
{
	if (other->alerts == 0)
		return;
	if (f->alerts == 0) {
		*f = *other;
		return;
	}
	if (other->first < f->first)
		f->first = other->first;
	if (other->last > f->last)
		f->last = other->last;
	if (other->stage > f->stage)
		f->stage = other->stage;
	f->alerts += other->alerts;
	f->detections += other->detections;
	f->blocked += other->blocked;
	f->runs += other->runs;
	if (top_before(&other->top, &f->top)) {
		f->top = other->top;
		f->direction = other->direction;
	}
}

void incident_facts_add(struct incident_facts *f, const struct plan_alert *a)
{
	const struct incident_facts one = {
		.first = a->ts,
		.last = a->ts,
		.direction = a->direction,
		.stage = a->stage,
		.alerts = 1,
		.detections = a->repeat_count,
		.blocked = a->blocked,
		.top = { severity_of_alert(a), a->ts, a->stage, a->title, a->anchor },
	};
	int64_t runs = f->runs;

	incident_facts_combine(f, &one);
	f->runs = runs;
}

int incident_facts_severity(const struct incident_facts *f)
{
	bool stopped = f->direction == DIRECTION_INBOUND && f->blocked == f->alerts;

	return stopped && f->top.severity < SEVERITY_LOW ? SEVERITY_LOW : f->top.severity;
}

void incident_top_key(const struct incident_top *top, struct buffer *out)
{
	buffer_printf(out, "%d %016" PRIx64 " %s ", top->severity, (uint64_t)top->ts ^ SIGN_BIT,
		      stage_name(top->stage));
	buffer_put_slice(out, top->anchor);
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
	int64_t number;
	uint64_t bits;

	if (!next_word(&key, &severity) || !next_word(&key, &time) || !next_word(&key, &stage))
		return false;
	if (!slice_to_int64(severity, &number) || number < SEVERITY_CRITICAL || number > SEVERITY_INFO)
		return false;
	if (!parse_hex(time, &bits) || !stage_parse(stage, &out->stage))
		return false;
	out->severity = (int)number;
	out->ts = (time_us)(bits ^ SIGN_BIT);
	out->anchor = key;
	return true;
}

void incident_reason(const struct incident_facts *f, time_us window, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "rule", INCIDENT_RULE);
	json_put_slice(&w, "anchor", f->top.anchor.ptr ? f->top.anchor : SLICE_LITERAL(""));
	if (f->top.stage == STAGE_NONE)
		json_put_slice(&w, "signature", f->top.title);
	else
		json_put_string(&w, "stage", stage_name(f->top.stage));
	json_put_integer(&w, "window_s", window / US_PER_SECOND);
	json_put_integer(&w, "runs", f->runs);
	json_close_object(&w);
}
