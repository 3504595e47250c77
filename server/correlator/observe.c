#include "server/correlator/observe.h"

#include "lib/json_write.h"
#include "lib/log.h"
#include "server/correlator/beacon_mutes.h"
#include "server/model/beacon.h"
#include "server/store/observation.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Below this nobody looks at a contact's score, so how common its destination is need not be asked. */
enum { SCORE_OF_INTEREST = 50 };

/* A beacon that was silent for longer begins anew. */
#define BEACON_WINDOW US_PER_DAY

struct observing {
	const struct observe_options *options;
	struct observation *o;
	struct contact_verdict *verdicts; /* one for each contact */
	struct beacon_score *scores;      /* the same */
	struct observation_destination *destinations;
	size_t destination_count;
	struct pool pool; /* of verdicts' parts */
};

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for a company's contacts");
}

static void score(const struct observation_contact *c, time_us first_seen, int64_t companies, int64_t all_companies,
		  struct beacon_score *out)
{
	const struct beacon_series series = {
		.times = c->times,
		.bytes = c->bytes,
		.count = c->times_count,
		.first = c->first,
		.first_seen = first_seen == TIME_NONE ? c->first : first_seen,
		.companies = companies,
		.all_companies = all_companies,
	};

	beacon_score(&series, out);
}

/* As good as it can get: at a destination that is new, and nobody else's. */
static void judge_series(struct observing *g)
{
	size_t count = observation_contact_count(g->o);

	for (size_t i = 0; i < count; i++) {
		struct beacon_score *s = &g->scores[i];
		struct observation_contact c;

		observation_contact_at(g->o, i, &c);
		score(&c, c.last, 1, 1, s);
		if (s->total >= SCORE_OF_INTEREST)
			g->destinations[g->destination_count++].contact = i;
		else
			g->verdicts[i].score = s->total - s->part[BEACON_PREVALENCE] - s->part[BEACON_FIRST_SEEN];
	}
}

static const char *parts_text(struct observing *g, const struct beacon_score *s)
{
	struct buffer text = { 0 };
	const char *copy = NULL;

	beacon_score_json(s, &text);
	if (!text.failed)
		copy = pool_string(&g->pool, buffer_slice(&text));
	buffer_release(&text);
	return copy;
}

static int judge_destinations(struct db *db, int64_t company_id, struct observing *g, struct err *why)
{
	int64_t all;

	if (g->destination_count == 0)
		return 0;
	if (observation_destinations(db, company_id, g->o, g->destinations, g->destination_count, &all, why) != 0)
		return -1;
	for (size_t i = 0; i < g->destination_count; i++) {
		const struct observation_destination *d = &g->destinations[i];
		struct contact_verdict *verdict = &g->verdicts[d->contact];
		struct beacon_score *s = &g->scores[d->contact];
		struct observation_contact c;

		observation_contact_at(g->o, d->contact, &c);
		score(&c, d->first_seen, d->companies, all, s);
		verdict->score = s->total;
		verdict->parts = parts_text(g, s);
		if (!verdict->parts)
			return no_memory(why);
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- firings */

static struct slice keep(struct firings *firings, struct buffer *text)
{
	const char *copy = text->failed ? NULL : pool_string(&firings->pool, buffer_slice(text));

	buffer_release(text);
	return slice_of_string(copy);
}

static struct slice group_text(struct firings *firings, const struct observation_contact *c)
{
	char inside[ADDRESS_TEXT_SIZE];
	struct buffer text = { 0 };
	struct json_writer w;

	address_to_text(&c->inside, inside);
	json_writer_init(&w, &text);
	json_open_object(&w, NULL);
	json_put_string(&w, "inside.ip", inside);
	json_put_slice(&w, "destination", c->destination);
	json_put_integer(&w, "port", c->port);
	json_close_object(&w);
	return keep(firings, &text);
}

static struct slice condition_text(struct firings *firings, int64_t least)
{
	struct buffer text = { 0 };
	struct json_writer w;

	json_writer_init(&w, &text);
	json_open_object(&w, NULL);
	json_put_string(&w, "type", "beacon");
	json_put_integer(&w, "score", least);
	json_close_object(&w);
	return keep(firings, &text);
}

static int fire(const struct observing *g, size_t contact, struct firings *firings, struct err *why)
{
	static const char *const tags[] = { "beacon" };
	struct plan_firing f = { .window = BEACON_WINDOW, .stage = STAGE_COMMAND_AND_CONTROL, .tie_count = 2 };
	struct plan_tie *ties = pool_take_array(&firings->pool, f.tie_count, sizeof(*ties));
	const char *about = pool_string(&firings->pool, slice_of_string(g->verdicts[contact].parts));
	struct observation_contact c;

	observation_contact_at(g->o, contact, &c);
	f.key = observation_contact_key(&c);
	f.first = c.times[0];
	f.last = c.last;
	f.ties = ties;
	f.tags = tags;
	f.tag_count = ARRAY_LEN(tags);
	cause_init(&f.cause);
	f.cause.rule_id = g->options->beacon_rule;
	f.cause.group_key = f.key;
	f.cause.rule_set = g->options->rule_set;
	f.cause.severity = SEVERITY_HIGH;
	f.cause.first = f.first;
	f.cause.last = f.last;
	f.cause.hits = c.contacts;
	f.cause.is_whole = true;
	f.cause.title = g->options->rule_title;
	f.cause.group = group_text(firings, &c);
	f.cause.condition = condition_text(firings, g->options->beacon_score);
	f.cause.measured = g->scores[contact].total;
	f.cause.about = slice_of_string(about);
	if (!ties || !about || !f.cause.group.ptr || !f.cause.condition.ptr)
		return no_memory(why);
	ties[0] = (struct plan_tie){ .ts = f.first, .direction = DIRECTION_OUTBOUND };
	ties[1] = (struct plan_tie){ .ts = f.last, .direction = DIRECTION_OUTBOUND };
	return firings_add(firings, &f, why);
}

static bool reaches_threshold(const struct observing *g, size_t i)
{
	return g->verdicts[g->destinations[i].contact].score >= g->options->beacon_score;
}

static int fire_unmuted(const struct observing *g, const struct beacon_mutes *mutes, struct firings *firings,
			struct observe_result *out, struct err *why)
{
	for (size_t i = 0; i < g->destination_count; i++) {
		size_t contact = g->destinations[i].contact;
		struct observation_contact c;

		if (!reaches_threshold(g, i))
			continue;
		observation_contact_at(g->o, contact, &c);
		if (beacon_mutes_hold(mutes, &c, g->verdicts[contact].score)) {
			out->muted++;
			continue;
		}
		if (fire(g, contact, firings, why) != 0)
			return -1;
		out->fired++;
	}
	return 0;
}

static int fire_all(struct db *db, int64_t company_id, const struct observing *g, struct firings *firings,
		    struct observe_result *out, struct err *why)
{
	struct beacon_mutes *mutes;
	size_t first = 0;
	int failed;

	while (first < g->destination_count && !reaches_threshold(g, first))
		first++;
	if (first == g->destination_count)
		return 0;
	if (beacon_mutes_load(&mutes, db, company_id, why) != 0)
		return -1;
	failed = fire_unmuted(g, mutes, firings, out, why);
	beacon_mutes_free(mutes);
	return failed;
}

/* --------------------------------------------------------------------------------------------------------- contacts */

static void trim_said(int64_t company_id, int64_t gone, int64_t most)
{
	if (gone > 0)
		log_warning("company %" PRId64 " has more than %" PRId64 " contacts (correlator.contacts_max): the "
			    "%" PRId64 " that were silent longest are forgotten",
			    company_id, most, gone);
}

static int write_contacts(struct db *db, int64_t company_id, const struct observing *g, size_t known, struct err *why)
{
	size_t count = observation_contact_count(g->o);
	int64_t gone = 0;

	if (observation_write_contacts(db, company_id, g->o, g->verdicts, why) != 0)
		return -1;
	if (count > known && observation_trim_contacts(db, company_id, g->options->contacts_max, &gone, why) != 0)
		return -1;
	trim_said(company_id, gone, g->options->contacts_max);
	return 0;
}

static int take_contacts(struct db *db, int64_t company_id, struct observing *g, struct firings *firings,
			 struct observe_result *out, struct err *why)
{
	size_t known, count;

	if (observation_contact_count(g->o) == 0)
		return 0;
	if (observation_read_contacts(db, company_id, g->o, &known, why) != 0)
		return -1;
	out->contacts = count = observation_contact_count(g->o);
	g->verdicts = calloc(count, sizeof(*g->verdicts));
	g->scores = calloc(count, sizeof(*g->scores));
	g->destinations = calloc(count, sizeof(*g->destinations));
	if (!g->verdicts || !g->scores || !g->destinations)
		return no_memory(why);
	judge_series(g);
	if (judge_destinations(db, company_id, g, why) != 0 || write_contacts(db, company_id, g, known, why) != 0)
		return -1;
	return fire_all(db, company_id, g, firings, out, why);
}

static void say_what_was_lost(int64_t company_id, const struct observing *g, size_t damaged)
{
	if (damaged)
		log_error("company %" PRId64 ": %zu observations could not be read and are gone", company_id, damaged);
	if (observation_lost(g->o))
		log_warning("company %" PRId64 ": %" PRIu64 " mentions of observables found no room in their batches",
			    company_id, observation_lost(g->o));
}

static int write_observables(struct db *db, int64_t company_id, const struct observing *g, struct err *why)
{
	int64_t most = g->options->observables_daily, left_out;

	if (observation_write_observables(db, company_id, g->o, most, &left_out, why) != 0)
		return -1;
	if (left_out)
		log_warning(
		    "company %" PRId64 ": %" PRId64 " observables are not kept, as this day has brought more new ones "
		    "than correlator.observables_daily (%" PRId64 "): somebody there scans, or tunnels through names",
		    company_id, left_out, most);
	return 0;
}

static int take_all(struct db *db, int64_t company_id, struct observing *g, struct firings *firings,
		    struct observe_result *out, struct err *why)
{
	struct observation_claimed claimed;

	if (observation_claim(db, company_id, g->o, &claimed, why) != 0)
		return -1;
	out->rows = claimed.rows;
	out->more = claimed.more;
	out->observables = observation_seen_count(g->o);
	say_what_was_lost(company_id, g, claimed.damaged);
	if (write_observables(db, company_id, g, why) != 0)
		return -1;
	return take_contacts(db, company_id, g, firings, out, why);
}

int observe_company(struct db *db, int64_t company_id, const struct observe_options *options, struct firings *firings,
		    struct observe_result *out, struct err *why)
{
	struct observing g = { .options = options, .o = observation_new() };
	int failed;

	*out = (struct observe_result){ 0 };
	failed = g.o ? take_all(db, company_id, &g, firings, out, why) : no_memory(why);
	observation_free(g.o);
	free(g.verdicts);
	free(g.scores);
	free(g.destinations);
	pool_release(&g.pool);
	return failed;
}
