#include "server/correlator/campaigns.h"

#include "server/store/campaign.h"

#include <stdlib.h>

struct round {
	struct db *db;
	const struct campaigns_options *options;
	struct campaigns_result *result;
	struct campaign_telling *tellings; /* in the end, see store/campaign.h */
	size_t telling_count, telling_room;
};

/* The news of one key. */
struct key_news {
	const struct campaign_news *items;
	size_t count;
	struct campaign_range around; /* days that could matter */
	/* Campaigns as they were, and as they must be. */
	struct campaign_span *known, *spans;
	size_t known_count, span_count;
};

static int tell(struct round *r, int64_t id, const struct campaign_range *range, int64_t company_id, struct err *why)
{
	if (range->from > range->to)
		return 0;
	if (r->telling_count == r->telling_room) {
		size_t room = r->telling_room ? 2 * r->telling_room : 64;
		struct campaign_telling *list = realloc(r->tellings, room * sizeof(*list));

		if (!list)
			return err_set(why, ERR_NOMEM, "no memory for %zu sightings", room);
		r->tellings = list;
		r->telling_room = room;
	}
	r->tellings[r->telling_count++] = (struct campaign_telling){ id, *range, company_id };
	return 0;
}

static const struct campaign_span *known_by_id(const struct key_news *k, int64_t id)
{
	for (size_t i = 0; i < k->known_count; i++)
		if (k->known[i].id == id)
			return &k->known[i];
	return NULL;
}

static bool is_in(int32_t day, const struct campaign_span *s)
{
	return day >= s->first_day && day <= s->last_day;
}

/* Campaign as it was and its days are the same: only what is new counts. */
static int refresh_few(struct round *r, const struct key_news *k, const struct campaign_span *s,
		       const struct campaign_range *range, struct err *why)
{
	int64_t *companies = calloc(k->count + 1, sizeof(*companies));
	size_t count = 0;
	int failed = 0;

	if (!companies)
		return err_set(why, ERR_NOMEM, "no memory for %zu sightings", k->count);
	for (size_t i = 0; i < k->count && !failed; i++) {
		const struct campaign_news *n = &k->items[i];
		struct campaign_range day = { n->kind, n->key, n->day, n->day };

		if (!is_in(n->day, s))
			continue;
		/* News stand in order of company and day. */
		if (count == 0 || companies[count - 1] != n->company_id)
			companies[count++] = n->company_id;
		failed = tell(r, s->id, &day, n->company_id, why);
	}
	if (!failed && count) {
		failed = campaign_refresh(r->db, s->id, range, companies, count, why);
		r->result->extended++;
	}
	free(companies);
	return failed;
}

/* The days that are new to the campaign, and the news. */
static int tell_new_days(struct round *r, const struct key_news *k, const struct campaign_span *was,
			 const struct campaign_span *s, const struct campaign_range *range, struct err *why)
{
	struct campaign_range before = *range, behind = *range;

	if (!was)
		return tell(r, s->id, range, 0, why);
	before.to = was->first_day - 1;
	behind.from = was->last_day + 1;
	if (tell(r, s->id, &before, 0, why) != 0 || tell(r, s->id, &behind, 0, why) != 0)
		return -1;
	for (size_t i = 0; i < k->count; i++) {
		const struct campaign_news *n = &k->items[i];
		struct campaign_range day = { n->kind, n->key, n->day, n->day };

		if (is_in(n->day, was) && tell(r, s->id, &day, n->company_id, why) != 0)
			return -1;
	}
	return 0;
}

static int write_span(struct round *r, const struct key_news *k, struct campaign_span *s, bool joined, struct err *why)
{
	const struct campaign_span *was = s->id ? known_by_id(k, s->id) : NULL;
	struct campaign_range range = { k->around.kind, k->around.key, s->first_day, s->last_day };

	if (was && !joined && was->first_day == s->first_day && was->last_day == s->last_day)
		return refresh_few(r, k, s, &range, why);
	if (!was) {
		if (campaign_create(r->db, &range, r->options->minimum, r->options->window_days, &s->id, why) != 0)
			return -1;
		r->result->created++;
	} else {
		if (campaign_extend(r->db, s->id, &range, why) != 0)
			return -1;
		r->result->extended++;
	}
	if (campaign_refresh(r->db, s->id, &range, NULL, 0, why) != 0)
		return -1;
	return tell_new_days(r, k, was, s, &range, why);
}

static int write_spans(struct round *r, const struct key_news *k, const struct campaign_absorbed *absorbed,
		       size_t absorbed_count, struct err *why)
{
	for (size_t i = 0; i < absorbed_count; i++) {
		if (campaign_absorb(r->db, absorbed[i].id, absorbed[i].into, why) != 0)
			return -1;
		r->result->merged++;
	}
	for (size_t i = 0; i < k->span_count; i++) {
		bool joined = false;

		for (size_t j = 0; j < absorbed_count; j++)
			joined = joined || absorbed[j].into == k->spans[i].id;
		if (write_span(r, k, &k->spans[i], joined, why) != 0)
			return -1;
	}
	return 0;
}

/* spans: what the days make, and what is known, joined. */
static int judge(struct round *r, struct key_news *k, struct err *why)
{
	struct campaign_absorbed *absorbed = NULL;
	struct campaign_day *days = NULL;
	struct campaign_span *made = NULL;
	size_t day_count, made_count = 0, absorbed_count;
	int failed;

	failed = campaign_read_days(r->db, &k->around, &days, &day_count, why);
	if (!failed)
		failed = campaign_judge(days, &day_count, r->options->minimum, r->options->window_days, &made,
					&made_count, why);
	if (!failed)
		failed = campaign_read_spans(r->db, &k->around, &k->known, &k->known_count, why);
	if (!failed) {
		k->span_count = k->known_count + made_count;
		k->spans = calloc(k->span_count + 1, sizeof(*k->spans));
		absorbed = calloc(k->span_count + 1, sizeof(*absorbed));
		if (!k->spans || !absorbed)
			failed = err_set(why, ERR_NOMEM, "no memory for %zu campaigns", k->span_count);
	}
	if (!failed) {
		for (size_t i = 0; i < k->known_count; i++)
			k->spans[i] = k->known[i];
		for (size_t i = 0; i < made_count; i++)
			k->spans[k->known_count + i] = made[i];
		campaign_spans_join(k->spans, &k->span_count, absorbed, &absorbed_count);
		failed = write_spans(r, k, absorbed, absorbed_count, why);
	}
	free(days);
	free(made);
	free(absorbed);
	return failed;
}

static int judge_key(struct round *r, const struct campaign_news *items, size_t count, struct err *why)
{
	struct key_news k = { .items = items, .count = count };
	int around = r->options->window_days - 1, failed;

	k.around = (struct campaign_range){ items[0].kind, items[0].key, items[0].day, items[0].day };
	for (size_t i = 1; i < count; i++) {
		k.around.from = items[i].day < k.around.from ? items[i].day : k.around.from;
		k.around.to = items[i].day > k.around.to ? items[i].day : k.around.to;
	}
	k.around.from -= around;
	k.around.to += around;
	failed = judge(r, &k, why);
	free(k.known);
	free(k.spans);
	return failed;
}

static int judge_all(struct round *r, const struct campaign_claim *claim, struct err *why)
{
	for (size_t i = 0, next; i < claim->count; i = next) {
		const struct campaign_news *n = claim->items;

		for (next = i + 1; next < claim->count; next++)
			if (n[next].kind != n[i].kind || !slice_equal(n[next].key, n[i].key))
				break;
		if (judge_key(r, &n[i], next - i, why) != 0)
			return -1;
	}
	return campaign_tell_incidents(r->db, r->tellings, r->telling_count, &r->result->told, why);
}

static int claim_and_judge(struct round *r, bool *nothing, struct err *why)
{
	struct campaign_claim claim;
	int failed =
	    campaign_claim(r->db, CAMPAIGNS_ROUND_MAX, r->options->minimum, r->options->window_days, &claim, why);

	if (!failed) {
		*nothing = claim.rows == 0;
		r->result->more = claim.rows == CAMPAIGNS_ROUND_MAX;
		failed = judge_all(r, &claim, why);
	}
	campaign_claim_release(&claim);
	return failed;
}

int campaigns_round(struct db *db, const struct campaigns_options *options, struct campaigns_result *out,
		    struct err *why)
{
	struct round r = { .db = db, .options = options, .result = out };
	bool got, nothing = false;
	int failed;

	*out = (struct campaigns_result){ 0 };
	if (db_begin(db, why) != 0)
		return -1;
	failed = campaign_lock(db, &got, why);
	if (!failed && got)
		failed = claim_and_judge(&r, &nothing, why);
	if (!failed && got && !nothing)
		failed = db_commit(db, why);
	else
		db_rollback(db);
	free(r.tellings);
	return failed;
}
