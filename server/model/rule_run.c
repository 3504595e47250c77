#include "server/model/rule_run.h"

#include <stdlib.h>

struct rule_run {
	const struct sigma_set *set;
	struct normaliser *normaliser;
	struct sigma_scratch *scratch;
	struct sigma_stream *stream;
};

int rule_run_new(struct rule_run **out, const struct sigma_set *set, const struct sigma_stream_limits *limits,
		 sigma_fired_fn *fired, void *arg, struct err *why)
{
	struct rule_run *r = calloc(1, sizeof(*r));
	int failed;

	*out = NULL;
	if (!r)
		return err_set(why, ERR_NOMEM, "no memory for running rules");
	*r = (struct rule_run){ .set = set, .normaliser = normaliser_new(), .scratch = sigma_scratch_new() };
	failed = r->normaliser && r->scratch ? 0 : err_set(why, ERR_NOMEM, "no memory for running rules");
	if (!failed)
		failed = sigma_stream_new(&r->stream, set, limits, fired, arg, why);
	if (failed) {
		rule_run_free(r);
		return -1;
	}
	*out = r;
	return 0;
}

void rule_run_free(struct rule_run *r)
{
	if (!r)
		return;
	sigma_stream_free(r->stream);
	sigma_scratch_free(r->scratch);
	normaliser_free(r->normaliser);
	free(r);
}

static time_us place(const struct record *record, const struct normalised *n, time_us ts)
{
	if (ts != TIME_NONE)
		return ts;
	return n->alert.event_time != TIME_NONE ? n->alert.event_time : record->received_at;
}

int rule_run_add(struct rule_run *r, const struct record *record, time_us ts, int zone, struct rule_run_seen *seen,
		 struct err *why)
{
	struct sigma_matches matches = { 0 };
	struct sigma_hits hits = { 0 };
	struct normalised n;

	normalise(r->normaliser, record, &n);
	if (n.event.len > 0 && sigma_set_wants(r->set, n.event)) {
		struct sigma_record as = { .event = n.event, .alert = &n.alert, .json = n.json, .body = n.body };

		if (n.verdict != VERDICT_ALERT)
			normalise_context(r->normaliser, &n);
		as.ts = place(record, &n, ts);
		as.zone = zone;
		sigma_match(r->set, r->scratch, &as, &matches);
		if (matches.count > 0)
			sigma_hits(r->set, r->scratch, &as, &matches, &hits);
		if (sigma_stream_add(r->stream, &hits, as.ts, why) != 0)
			return -1;
	}
	if (seen)
		*seen = (struct rule_run_seen){ n.verdict, n.event, n.alert.direction, n.alert.stage, matches };
	return 0;
}

int rule_run_finish(struct rule_run *r, struct err *why)
{
	return sigma_stream_finish(r->stream, why);
}

struct sigma_stream_losses rule_run_losses(const struct rule_run *r)
{
	return sigma_stream_losses(r->stream);
}
