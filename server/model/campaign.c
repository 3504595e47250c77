#include "server/model/campaign.h"

#include "server/model/incident_facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { DNS_PORT = 53, DNS_TLS_PORT = 853, FIRST_ROOM = 64, KEYS_MAX = 3 + CAMPAIGN_INDICATORS_MAX };

static const char *const kind_names[] = {
	[CAMPAIGN_SOURCE] = "source",
	[CAMPAIGN_DESTINATION] = "destination",
	[CAMPAIGN_SIGNATURE] = "signature",
	[CAMPAIGN_INDICATOR] = "indicator",
};

const char *campaign_kind_name(enum campaign_kind kind)
{
	return kind_names[kind];
}

bool campaign_kind_parse(struct slice name, enum campaign_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
		if (!slice_is(name, kind_names[i]))
			continue;
		*out = (enum campaign_kind)i;
		return true;
	}
	return false;
}

/* --------------------------------------------------------------------------------------------------------- sightings
 */

static bool is_source(const struct campaign_alert *a)
{
	return a->direction == DIRECTION_INBOUND && a->attacker.len && a->score > POLICY_SCORE_MAX &&
	       (!a->blocked || a->severity <= SEVERITY_MEDIUM);
}

static bool is_destination(const struct campaign_alert *a)
{
	return a->direction == DIRECTION_OUTBOUND && a->remote.len && a->engine != ENGINE_DNS &&
	       a->remote_port != DNS_PORT && a->remote_port != DNS_TLS_PORT &&
	       (a->score > POLICY_SCORE_MAX || a->stage != STAGE_NONE);
}

static bool is_signature(const struct campaign_alert *a)
{
	bool from_inside =
	    a->direction == DIRECTION_OUTBOUND || a->direction == DIRECTION_INTERNAL || a->engine == ENGINE_ANTIVIRUS;

	return from_inside && a->stage >= STAGE_INSTALLATION;
}

static int make_room(void **items, size_t count, size_t wanted, size_t *room, size_t size, struct err *why)
{
	size_t more = *room ? *room : FIRST_ROOM;
	void *grown;

	while (more < count + wanted)
		more *= 2;
	if (more == *room)
		return 0;
	grown = realloc(*items, more * size);
	if (!grown)
		return err_set(why, ERR_NOMEM, "no memory for %zu sightings", more);
	*items = grown;
	*room = more;
	return 0;
}

static uint64_t half_of(time_us ts)
{
	const time_us length = US_PER_DAY / CAMPAIGN_HALVES;
	time_us of_day = ts % US_PER_DAY;

	return (uint64_t)1 << ((of_day < 0 ? of_day + US_PER_DAY : of_day) / length);
}

static void put(struct campaign_sightings *s, const struct campaign_alert *a, enum campaign_kind kind, struct slice key)
{
	if (key.len == 0)
		return;
	s->items[s->count++] = (struct campaign_sighting){
		.kind = kind,
		.key = slice_take(key, CAMPAIGN_KEY_MAX),
		.day = a->day,
		.cluster_key = a->cluster_key,
		.first = a->ts,
		.last = a->ts,
		.alerts = 1,
		.severity = a->severity,
		.title_ts = a->ts,
		.title = a->title,
		.halves = half_of(a->ts),
	};
}

/* The text moves when there are more, so the key is set in campaign_sightings_add_up(): until then its length is 0 and
 * its place is number_count's. */
static void put_indicators(struct campaign_sightings *s, const struct campaign_alert *a)
{
	for (size_t i = 0; i < a->indicator_count; i++) {
		put(s, a, CAMPAIGN_INDICATOR, SLICE_LITERAL("?"));
		s->items[s->count - 1].key = (struct slice){ 0 };
		snprintf(s->numbers[s->number_count++].text, sizeof(s->numbers->text), "%" PRId64, a->indicators[i]);
	}
}

int campaign_sightings_add(struct campaign_sightings *s, const struct campaign_alert *a, struct err *why)
{
	void *items = s->items, *numbers = s->numbers;

	if (a->cluster_key == 0 || a->drill)
		return 0;
	if (make_room(&items, s->count, KEYS_MAX, &s->room, sizeof(*s->items), why) != 0)
		return -1;
	s->items = items;
	if (make_room(&numbers, s->number_count, CAMPAIGN_INDICATORS_MAX, &s->number_room, sizeof(*s->numbers), why) !=
	    0)
		return -1;
	s->numbers = numbers;
	if (is_source(a))
		put(s, a, CAMPAIGN_SOURCE, a->attacker);
	if (is_destination(a))
		put(s, a, CAMPAIGN_DESTINATION, a->remote);
	if (is_signature(a))
		put(s, a, CAMPAIGN_SIGNATURE, a->signature_id.len ? a->signature_id : a->title);
	put_indicators(s, a);
	return 0;
}

static int order_of_bytes(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.ptr, b.ptr, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_run(const void *left, const void *right)
{
	const struct campaign_sighting *a = left, *b = right;
	int order;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	order = order_of_bytes(a->key, b->key);
	if (order)
		return order;
	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return (a->cluster_key > b->cluster_key) - (a->cluster_key < b->cluster_key);
}

static bool is_better_title(const struct campaign_sighting *a, const struct campaign_sighting *than)
{
	if (a->severity != than->severity)
		return a->severity < than->severity;
	if (a->title_ts != than->title_ts)
		return a->title_ts < than->title_ts;
	return order_of_bytes(a->title, than->title) < 0;
}

static void combine(struct campaign_sighting *into, const struct campaign_sighting *s)
{
	if (is_better_title(s, into)) {
		into->severity = s->severity;
		into->title_ts = s->title_ts;
		into->title = s->title;
	}
	into->first = s->first < into->first ? s->first : into->first;
	into->last = s->last > into->last ? s->last : into->last;
	into->alerts += s->alerts;
	into->halves |= s->halves;
}

void campaign_sightings_add_up(struct campaign_sightings *s)
{
	size_t kept = 0, number = 0;

	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].kind == CAMPAIGN_INDICATOR)
			s->items[i].key = slice_of_string(s->numbers[number++].text);
	if (s->count == 0)
		return;
	qsort(s->items, s->count, sizeof(*s->items), by_run);
	for (size_t i = 1; i < s->count; i++) {
		if (by_run(&s->items[kept], &s->items[i]) == 0)
			combine(&s->items[kept], &s->items[i]);
		else
			s->items[++kept] = s->items[i];
	}
	s->count = kept + 1;
}

void campaign_sightings_release(struct campaign_sightings *s)
{
	free(s->items);
	free(s->numbers);
	*s = (struct campaign_sightings){ 0 };
}

/* ----------------------------------------------------------------------------------------------------------- judging
 */

static int by_day(const void *left, const void *right)
{
	const struct campaign_day *a = left, *b = right;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return (a->company_id > b->company_id) - (a->company_id < b->company_id);
}

static int by_number(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

static void sort_days(struct campaign_day *days, size_t *count)
{
	size_t kept = 0;

	if (*count == 0)
		return;
	qsort(days, *count, sizeof(*days), by_day);
	for (size_t i = 1; i < *count; i++)
		if (by_day(&days[kept], &days[i]) != 0)
			days[++kept] = days[i];
	*count = kept + 1;
}

/* The companies in a window that slides over the days. */
struct sweep {
	const struct campaign_day *days;
	size_t count, from, to; /* days[from] .. days[to - 1] are in the window */
	int64_t *companies;     /* all there are, sorted */
	size_t company_count;
	size_t *mentions; /* of each, in the window */
	int64_t distinct;
};

static size_t *mentions_of(const struct sweep *s, size_t index)
{
	const int64_t *at =
	    bsearch(&s->days[index].company_id, s->companies, s->company_count, sizeof(*s->companies), by_number);

	return &s->mentions[at - s->companies];
}

static void enter(struct sweep *s)
{
	s->distinct += (*mentions_of(s, s->to++))++ == 0;
}

static void leave(struct sweep *s)
{
	s->distinct -= --(*mentions_of(s, s->from++)) == 0;
}

static int sweep_begin(struct sweep *s, struct err *why)
{
	s->companies = calloc(s->count + 1, sizeof(*s->companies));
	s->mentions = calloc(s->count + 1, sizeof(*s->mentions));
	if (!s->companies || !s->mentions)
		return err_set(why, ERR_NOMEM, "no memory for %zu days of a campaign", s->count);
	for (size_t i = 0; i < s->count; i++)
		s->companies[i] = s->days[i].company_id;
	qsort(s->companies, s->count, sizeof(*s->companies), by_number);
	for (size_t i = 0; i < s->count; i++)
		if (i == 0 || s->companies[i] != s->companies[s->company_count - 1])
			s->companies[s->company_count++] = s->companies[i];
	return 0;
}

/* Windows that end on the same days hold the same sightings as others that end on a day with one, or fewer: these are
 * enough. Each goes from its day back. */
static size_t sweep_all(struct sweep *s, int64_t minimum, int window_days, struct campaign_span *spans)
{
	size_t found = 0;

	while (s->to < s->count) {
		int32_t last = s->days[s->to].day;

		while (s->to < s->count && s->days[s->to].day == last)
			enter(s);
		while ((int64_t)last - s->days[s->from].day >= window_days)
			leave(s);
		if (s->distinct < minimum)
			continue;
		if (found && s->days[s->from].day <= spans[found - 1].last_day)
			spans[found - 1].last_day = last;
		else
			spans[found++] = (struct campaign_span){ s->days[s->from].day, last, 0 };
	}
	return found;
}

int campaign_judge(struct campaign_day *days, size_t *count, int64_t minimum, int window_days,
		   struct campaign_span **spans, size_t *span_count, struct err *why)
{
	struct sweep s = { .days = days };
	int failed;

	sort_days(days, count);
	s.count = *count;
	*span_count = 0;
	*spans = calloc(*count + 1, sizeof(**spans));
	failed = *spans ? sweep_begin(&s, why) : err_set(why, ERR_NOMEM, "no memory for a campaign");
	if (!failed)
		*span_count = sweep_all(&s, minimum, window_days, *spans);
	free(s.companies);
	free(s.mentions);
	if (failed) {
		free(*spans);
		*spans = NULL;
	}
	return failed;
}

static int by_first_day(const void *left, const void *right)
{
	const struct campaign_span *a = left, *b = right;

	if (a->first_day != b->first_day)
		return a->first_day < b->first_day ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

void campaign_spans_join(struct campaign_span *spans, size_t *count, struct campaign_absorbed *absorbed,
			 size_t *absorbed_count)
{
	size_t kept = 0, into = 0;

	*absorbed_count = 0;
	if (*count == 0)
		return;
	qsort(spans, *count, sizeof(*spans), by_first_day);
	for (size_t i = 0; i < *count; i++) {
		struct campaign_span *s = &spans[kept], next = spans[i];
		int64_t loser;

		if (i == 0)
			continue;
		if (next.first_day > s->last_day) {
			spans[++kept] = next;
			into = *absorbed_count;
			continue;
		}
		s->last_day = next.last_day > s->last_day ? next.last_day : s->last_day;
		if (next.id == 0 || next.id == s->id)
			continue;
		loser = s->id > next.id ? s->id : next.id;
		s->id = s->id && s->id < next.id ? s->id : next.id;
		if (loser != s->id)
			absorbed[(*absorbed_count)++].id = loser;
		for (size_t k = into; k < *absorbed_count; k++)
			absorbed[k].into = s->id;
	}
	*count = kept + 1;
}
