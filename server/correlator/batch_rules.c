#include "server/correlator/batch_rules.h"

#include "lib/json_write.h"
#include "lib/log.h"
#include "server/model/rule_hits.h"

#include <inttypes.h>
#include <stdlib.h>

struct reading {
	struct batch_rules *out;
	struct db *db;
	struct rule_book *book;
	struct correlation_batch *batch;
	size_t damaged;
	int64_t newest; /* version that judged a record */
};

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for what rules said of a batch");
}

/* Room for one more element. */
static int make_room(void **list, size_t count, size_t *room, size_t size, struct err *why)
{
	size_t wanted = *room ? 2 * *room : 64;
	void *grown;

	if (count < *room)
		return 0;
	grown = realloc(*list, wanted * size);
	if (!grown)
		return no_memory(why);
	*list = grown;
	*room = wanted;
	return 0;
}

static int count_one(struct correlation_tally **list, size_t *count, size_t *room, struct correlation_tally one,
		     struct err *why)
{
	void *items = *list;

	/* Added up from time to time, so that it stays small. */
	if (*count == *room && *room)
		*count = correlation_tally_add_up(*list, *count);
	if (make_room(&items, *count, room, sizeof(one), why) != 0)
		return -1;
	*list = items;
	(*list)[(*count)++] = one;
	return 0;
}

int batch_rules_add_hit(struct batch_rules *r, const struct batch_hit *hit, struct err *why)
{
	void *list = r->hits;

	if (make_room(&list, r->hit_count, &r->hit_room, sizeof(*hit), why) != 0)
		return -1;
	r->hits = list;
	r->hits[r->hit_count++] = *hit;
	return 0;
}

static int add_single(struct batch_rules *r, const struct plan_single *single, struct err *why)
{
	void *list = r->singles;

	if (make_room(&list, r->single_count, &r->single_room, sizeof(*single), why) != 0)
		return -1;
	r->singles = list;
	r->singles[r->single_count++] = *single;
	return 0;
}

/* ------------------------------------------------------------------------------------------------ rules on one alert
 */

/* {"indicators": [17]} */
static struct slice about_indicators(struct reading *g, const struct rule_hits *hits)
{
	struct buffer text = { 0 };
	struct json_writer w;
	const char *copy = NULL;
	size_t len;

	json_writer_init(&w, &text);
	json_open_object(&w, NULL);
	json_open_array(&w, "indicators");
	for (size_t i = 0; i < hits->indicator_count; i++)
		json_put_integer(&w, NULL, hits->indicators[i]);
	json_close_array(&w);
	json_close_object(&w);
	if (!text.failed)
		copy = pool_string(&g->out->pool, buffer_slice(&text));
	len = text.len;
	buffer_release(&text);
	return copy ? slice_of(copy, len) : (struct slice){ 0 };
}

/* Several rules: their tags together. */
static int add_tags(struct reading *g, struct plan_alert *a, const struct incident_tags *tags, struct err *why)
{
	struct incident_tags *both;

	if (!tags || tags == a->tags)
		return 0;
	if (!a->tags) {
		a->tags = tags;
		return 0;
	}
	both = pool_take(&g->out->pool, sizeof(*both));
	if (!both)
		return no_memory(why);
	*both = *a->tags;
	for (size_t i = 0; i < tags->count; i++)
		incident_tags_add(both, tags->items[i]);
	a->tags = both;
	return 0;
}

static void raise(struct plan_alert *a, int severity, struct slice title)
{
	const struct incident_raise raised = { severity, false, title };
	struct incident_facts both = { .raise = a->raise };

	incident_facts_raise(&both, &raised);
	a->raise = both.raise;
}

/* An attacker that a feed knows is no news when it knocks; a device inside that calls him is. */
static int severity_of(const struct reading *g, const struct rule_entry *rule, const struct plan_alert *a)
{
	if (rule == &g->book->indicator && a->direction != DIRECTION_OUTBOUND)
		return a->severity > rule->severity ? a->severity : rule->severity + 1;
	return rule->severity;
}

static int take_single(struct reading *g, const struct correlation_record *record, const struct rule_hits *hits,
		       int64_t rule_id, struct err *why)
{
	const struct rule_entry *rule = rule_book_rule(g->book, rule_id);
	struct plan_alert *a = &g->batch->alerts[record->alert];
	struct plan_single single = { .alert = record->alert, .rule = rule };

	if (!rule || !rule->stands_alone)
		return 0;
	single.severity = severity_of(g, rule, a);
	if (rule == &g->book->indicator)
		single.about = about_indicators(g, hits);
	raise(a, single.severity, rule->title);
	if (add_tags(g, a, rule->tag_set, why) != 0)
		return -1;
	return add_single(g->out, &single, why);
}

/* -------------------------------------------------------------------------------------------------------------- hits
 */

static int take_hit(struct reading *g, const struct correlation_record *record, int64_t version,
		    const struct rule_hit *h, struct err *why)
{
	struct batch_hit hit = {
		.key = h->state_key,
		.hit = { .hit = { .ts = record->ts,
				  .id = record->id,
				  .cluster_key = record->cluster_key,
				  .number = h->number,
				  .value_key = h->value_key,
				  .rule_no = h->rule_no },
			 .direction = record->direction },
	};
	char *group;

	if (rule_book_correlation(g->book, g->db, version, h->correlation_id, &hit.entry, why) != 0)
		return -1;
	if (!hit.entry || h->rule_no >= hit.entry->correlation->rule_count || h->state_key == 0)
		return 0;
	group = pool_string(&g->out->pool, h->group);
	if (!group)
		return no_memory(why);
	hit.group = slice_of(group, h->group.len);
	return batch_rules_add_hit(g->out, &hit, why);
}

static int take_rules(struct reading *g, const struct correlation_record *record, const struct rule_hits *hits,
		      struct err *why)
{
	bool muted = record->mute_id != 0;
	bool causes = record->alert != SIZE_MAX && (!muted || record->cluster_key != 0);

	for (size_t i = 0; i < hits->rule_count; i++) {
		const struct correlation_tally one = { hits->rules[i], record->day, 1 };

		if (count_one(&g->out->rules, &g->out->rule_count, &g->out->rule_room, one, why) != 0)
			return -1;
		if (causes && take_single(g, record, hits, hits->rules[i], why) != 0)
			return -1;
	}
	for (size_t i = 0; i < hits->hit_count && !muted; i++)
		if (take_hit(g, record, hits->version, &hits->hits[i], why) != 0)
			return -1;
	return 0;
}

/* Campaigns ask for them. */
static void keep_indicators(struct reading *g, const struct correlation_record *record, const struct rule_hits *hits)
{
	struct campaign_alert *a;

	if (record->alert == SIZE_MAX)
		return;
	a = &g->batch->sightings[record->alert];
	a->indicator_count = 0;
	for (size_t i = 0; i < hits->indicator_count && i < CAMPAIGN_INDICATORS_MAX; i++)
		a->indicators[a->indicator_count++] = hits->indicators[i];
}

static int read_record(struct reading *g, const struct correlation_record *record, struct err *why)
{
	struct rule_hits hits = { 0 };
	int failed;

	if (!record->rule_hits.ptr)
		return 0;
	if (rule_hits_read(record->rule_hits, &hits, why) != 0) {
		if (why->code != ERR_CORRUPT)
			return -1;
		g->damaged++;
		return 0;
	}
	g->newest = hits.version > g->newest ? hits.version : g->newest;
	keep_indicators(g, record, &hits);
	failed = take_rules(g, record, &hits, why);
	rule_hits_release(&hits);
	return failed;
}

/* --------------------------------------------------------------------------------------------------- mutes, drills */

static int take_mute(struct reading *g, const struct correlation_record *record, const struct incident_tags *drill,
		     struct err *why)
{
	const struct correlation_tally one = { record->mute_id, record->day, record->repeat_count };

	if (record->mute_id == 0 || record->alert == SIZE_MAX)
		return 0;
	if (record->cluster_key != 0 && add_tags(g, &g->batch->alerts[record->alert], drill, why) != 0)
		return -1;
	return count_one(&g->out->mutes, &g->out->mute_count, &g->out->mute_room, one, why);
}

static void forget(struct batch_rules *r, struct correlation_batch *b)
{
	batch_rules_release(r);
	for (size_t i = 0; i < b->alert_count; i++) {
		b->alerts[i].raise = (struct incident_raise){ 0 };
		b->alerts[i].tags = NULL;
	}
}

static int read_all(struct reading *g, struct err *why)
{
	const struct correlation_batch *b = g->batch;
	struct incident_tags *drill = pool_take(&g->out->pool, sizeof(*drill));

	if (!drill)
		return no_memory(why);
	incident_tags_add(drill, SLICE_LITERAL(INCIDENT_TAG_DRILL));
	g->damaged = 0;
	g->newest = 0;
	for (size_t i = 0; i < b->record_count; i++)
		if (read_record(g, &b->records[i], why) != 0 || take_mute(g, &b->records[i], drill, why) != 0)
			return -1;
	return 0;
}

int batch_rules_read(struct batch_rules *r, struct db *db, struct rule_book *book, struct correlation_batch *b,
		     struct err *why)
{
	struct reading g = { .out = r, .db = db, .book = book, .batch = b };
	int64_t version = rule_book_version(book);

	if (read_all(&g, why) != 0)
		return -1;
	if (g.newest > version && rule_book_refresh(book, db, why) != 0)
		return -1;
	if (rule_book_version(book) > version) { /* what was read refers to rules that are no longer in force */
		forget(r, b);
		if (read_all(&g, why) != 0)
			return -1;
	}
	if (g.damaged)
		log_error("%zu records have rule hits that this program does not understand: they count for no rule",
			  g.damaged);
	r->rule_count = correlation_tally_add_up(r->rules, r->rule_count);
	r->mute_count = correlation_tally_add_up(r->mutes, r->mute_count);
	return 0;
}

void batch_rules_release(struct batch_rules *r)
{
	free(r->singles);
	free(r->hits);
	free(r->rules);
	free(r->mutes);
	pool_release(&r->pool);
	*r = (struct batch_rules){ 0 };
}
