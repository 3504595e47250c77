#include "server/store/mute_preview.h"

#include "server/api/alert_view.h"
#include "server/api/mute_handlers.h"
#include "server/api/mute_target.h"
#include "server/model/rule_hits.h"
#include "server/store/alert_query.h"

#include <stdlib.h>

enum { EXAMINED_MOST = 500000, TIME_MOST_MS = 10 * 1000, INCIDENTS_MOST = 20000, COMPANIES_SHOWN = 20, SAMPLE = 20 };
enum { DAYS_ROOM = MUTE_PREVIEW_DAYS + 2, UIDS_MOST = 64 };

struct tally { /* of an incident: `whole` is how many alerts it has */
	int64_t id, alerts, whole;
};
struct tallies { /* by id */
	struct tally *items;
	size_t count, room;
};

struct sampled {
	int64_t company_id, id;
	time_us ts;
};

struct preview {
	struct call *call;
	struct mutes *mutes;
	struct sigma_scratch *scratch;
	struct db_result *rules; /* rule_id, uid */
	struct mute_preview_place place;
	int64_t deadline_ms;
	bool complete;
	int64_t examined, alerts, detections, already_muted;
	int64_t days[DAYS_ROOM];
	struct tallies companies, incidents;
	struct sampled sample[SAMPLE]; /* the newest first */
	size_t sample_count;
	/* Of the page: alerts that match and have a key. */
	int64_t company_ids[MUTE_PREVIEW_PAGE], cluster_keys[MUTE_PREVIEW_PAGE];
	time_us times[MUTE_PREVIEW_PAGE];
	size_t key_count;
};

/* --------------------------------------------------------------------------------------------------------- counting */

/* Where id stands, or would. */
static size_t tally_place(const struct tallies *t, int64_t id)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->items[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct tally *tally_of(struct tallies *t, int64_t id)
{
	size_t at = tally_place(t, id), more = t->room ? t->room * 2 : 64;

	if (at < t->count && t->items[at].id == id)
		return &t->items[at];
	if (t->count == t->room) {
		struct tally *bigger = realloc(t->items, more * sizeof(*bigger));

		if (!bigger)
			return NULL;
		t->items = bigger;
		t->room = more;
	}
	memmove(&t->items[at + 1], &t->items[at], (t->count - at) * sizeof(t->items[0]));
	t->items[at] = (struct tally){ .id = id };
	t->count++;
	return &t->items[at];
}

static void sample(struct preview *p, const struct mute_preview_row *row)
{
	size_t at = p->sample_count;

	while (at > 0 && p->sample[at - 1].ts < row->ts)
		at--;
	if (at == SAMPLE)
		return;
	if (p->sample_count < SAMPLE)
		p->sample_count++;
	memmove(&p->sample[at + 1], &p->sample[at], (p->sample_count - at - 1) * sizeof(p->sample[0]));
	p->sample[at] = (struct sampled){ row->company_id, row->id, row->ts };
}

static int count(struct preview *p, const struct mute_preview_row *row, struct err *why)
{
	struct tally *company = tally_of(&p->companies, row->company_id);

	if (!company)
		return err_set(why, ERR_NOMEM, "no memory for a preview");
	company->alerts++;
	p->alerts++;
	p->detections += row->alert.repeat_count;
	p->already_muted += row->mute_id != 0;
	if (row->day >= 0 && row->day < DAYS_ROOM)
		p->days[row->day]++;
	sample(p, row);
	if (row->alert.cluster_key) {
		p->company_ids[p->key_count] = row->company_id;
		p->cluster_keys[p->key_count] = row->alert.cluster_key;
		p->times[p->key_count++] = row->ts;
	}
	return 0;
}

/* --------------------------------------------------------------------------------------------------------- matching */

static const char *uid_of(const struct preview *p, int64_t rule_id)
{
	int low = 0, high = db_rows(p->rules);

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (db_integer(p->rules, middle, 0) < rule_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < db_rows(p->rules) && db_integer(p->rules, low, 0) == rule_id ? db_text(p->rules, low, 1) : NULL;
}

static bool matches(struct preview *p, const struct mute_preview_row *row, const struct rule_hits *hits)
{
	const struct sigma_record record = {
		.event = SLICE_LITERAL("text"), .alert = &row->alert, .ts = row->ts, .zone = row->zone
	};
	struct mute_question question = { .company_id = row->company_id,
					  .ts = row->ts,
					  .now = row->ts,
					  .met_indicator = hits->indicator_count > 0,
					  .record = &record };
	const char *uids[UIDS_MOST];

	for (size_t i = 0; i < hits->rule_count && question.uid_count < UIDS_MOST; i++) {
		const char *uid = uid_of(p, hits->rules[i]);

		if (uid)
			uids[question.uid_count++] = uid;
	}
	question.rule_uids = uids;
	return mutes_find(p->mutes, p->scratch, &question) != NULL;
}

static int examine(struct preview *p, const struct mute_preview_row *row, struct err *why)
{
	struct rule_hits hits = { 0 };
	bool hidden;

	p->examined++;
	/* Hits that cannot be read tell nothing; the alert is there all the same. */
	if (row->rule_hits.ptr && rule_hits_read(row->rule_hits, &hits, why) != 0)
		hits = (struct rule_hits){ 0 };
	hidden = matches(p, row, &hits);
	rule_hits_release(&hits);
	return hidden ? count(p, row, why) : 0;
}

/* What the page's alerts belong to. */
static int count_incidents(struct preview *p, struct err *why)
{
	const struct mute_preview_keys keys = { p->company_ids, p->cluster_keys, p->times, p->key_count };
	struct db_result *result;
	int failed = 0;

	if (keys.count == 0)
		return 0;
	if (mute_preview_incidents(p->call->db, &keys, &result, why) != 0)
		return -1;
	for (int i = 0; !failed && i < db_rows(result) && p->complete; i++) {
		struct tally *incident = tally_of(&p->incidents, db_integer(result, i, 0));

		if (!incident) {
			failed = err_set(why, ERR_NOMEM, "no memory for a preview");
			break;
		}
		incident->alerts += db_integer(result, i, 1);
		incident->whole = db_integer(result, i, 2);
		p->complete = p->incidents.count < INCIDENTS_MOST;
	}
	db_result_free(result);
	return failed;
}

/* One page. *more: there may be another. */
static int examine_page(struct preview *p, bool *more, struct err *why)
{
	struct mute_preview_row row = { 0 };
	struct db_result *result;
	int rows, failed = 0;

	if (mute_preview_page(p->call->db, &p->place, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	p->key_count = 0;
	for (int i = 0; !failed && i < rows; i++) {
		mute_preview_read(result, i, &row);
		failed = examine(p, &row, why);
	}
	db_result_free(result);
	if (!failed)
		failed = count_incidents(p, why);
	*more = rows == MUTE_PREVIEW_PAGE;
	p->place.before_ts = row.ts;
	p->place.before_id = row.id;
	return failed;
}

/* The alerts of one company, or of all (0). */
static int examine_company(struct preview *p, int64_t company_id, struct err *why)
{
	bool more = true;

	p->place.company_id = company_id;
	p->place.before_ts = TIME_NONE;
	while (more && p->complete) {
		if (p->examined >= EXAMINED_MOST || clock_monotonic_ms() > p->deadline_ms)
			p->complete = false;
		else if (examine_page(p, &more, why) != 0)
			return -1;
	}
	return 0;
}

static int examine_group(struct preview *p, const char *tag, struct err *why)
{
	struct db_result *result;
	int failed = 0;

	if (mute_preview_group(p->call->db, tag, &result, why) != 0)
		return -1;
	for (int i = 0; !failed && i < db_rows(result) && p->complete; i++)
		failed = examine_company(p, db_integer(result, i, 0), why);
	db_result_free(result);
	return failed;
}

/* -------------------------------------------------------------------------------------------------------- the reply */

static int more_alerts(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	if (x->alerts != y->alerts)
		return x->alerts < y->alerts ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

static const char *name_of(const struct db_result *names, int64_t company_id)
{
	for (int i = 0; i < db_rows(names); i++)
		if (db_integer(names, i, 0) == company_id)
			return db_text(names, i, 1);
	return "";
}

static int put_companies(struct preview *p, struct json_writer *w, struct err *why)
{
	size_t shown = p->companies.count < COMPANIES_SHOWN ? p->companies.count : COMPANIES_SHOWN;
	int64_t ids[COMPANIES_SHOWN];
	struct db_result *names;

	if (p->companies.count)
		qsort(p->companies.items, p->companies.count, sizeof(p->companies.items[0]), more_alerts);
	for (size_t i = 0; i < shown; i++)
		ids[i] = p->companies.items[i].id;
	if (mute_preview_names(p->call->db, ids, shown, &names, why) != 0)
		return -1;
	json_put_integer(w, "company_count", (int64_t)p->companies.count);
	json_open_array(w, "companies");
	for (size_t i = 0; i < shown; i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "company_id", ids[i]);
		json_put_string(w, "company", name_of(names, ids[i]));
		json_put_integer(w, "alerts", p->companies.items[i].alerts);
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(names);
	return 0;
}

static void put_incidents(const struct preview *p, struct json_writer *w)
{
	int64_t fully = 0;

	for (size_t i = 0; i < p->incidents.count; i++)
		fully += p->incidents.items[i].alerts >= p->incidents.items[i].whole;
	json_put_integer(w, "incidents_fully", fully);
	json_put_integer(w, "incidents_partly", (int64_t)p->incidents.count - fully);
}

static int put_days(const struct preview *p, struct json_writer *w, struct err *why)
{
	struct db_result *days;

	if (mute_preview_days(p->call->db, &p->place, &days, why) != 0)
		return -1;
	json_open_array(w, "days");
	for (int i = 0; i < db_rows(days) && i < DAYS_ROOM; i++) {
		json_open_object(w, NULL);
		json_put_string(w, "day", db_text(days, i, 0));
		json_put_integer(w, "alerts", p->days[i]);
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(days);
	return 0;
}

static int put_sample(const struct preview *p, struct json_writer *w, struct err *why)
{
	json_open_array(w, "sample");
	for (size_t i = 0; i < p->sample_count; i++) {
		struct db_result *result;
		struct alert_row row;

		if (alert_query_get(p->call->db, p->sample[i].company_id, p->sample[i].id, &result, why) != 0)
			return -1;
		if (db_rows(result)) {
			alert_query_read(result, 0, &row);
			alert_view_put(w, NULL, &row, &(struct alert_record){ .wanted = false }, ALERT_NATIVE);
		}
		db_result_free(result);
	}
	json_close_array(w);
	return 0;
}

static int write_preview(struct preview *p, struct err *why)
{
	struct json_writer w;

	call_reply(p->call, 200, &w);
	json_open_object(&w, NULL);
	json_put_time(&w, "from", p->place.from);
	json_put_time(&w, "to", p->place.to);
	json_put_bool(&w, "complete", p->complete);
	json_put_integer(&w, "examined", p->examined);
	json_put_integer(&w, "alerts", p->alerts);
	json_put_integer(&w, "detections", p->detections);
	json_put_integer(&w, "already_muted", p->already_muted);
	put_incidents(p, &w);
	if (put_companies(p, &w, why) != 0 || put_days(p, &w, why) != 0 || put_sample(p, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------- the handler
 */

static int run(struct preview *p, const struct mute_target *target, struct err *why)
{
	bool got;
	int failed;

	p->scratch = sigma_scratch_new();
	if (!p->scratch)
		return err_set(why, ERR_NOMEM, "no memory for a preview");
	if (mute_preview_begin(p->call->db, &got, why) != 0)
		return -1;
	if (!got)
		return call_refuse(p->call, PROBLEM_BUSY);
	if (mute_preview_rules(p->call->db, &p->rules, why) != 0)
		return -1;
	failed =
	    target->group_tag ? examine_group(p, target->group_tag, why) : examine_company(p, target->company_id, why);
	return failed ? -1 : write_preview(p, why);
}

static int preview(struct call *call, const struct mute_target *target, struct err *why)
{
	struct preview *p = calloc(1, sizeof(*p));
	int failed;

	if (!p)
		return err_set(why, ERR_NOMEM, "no memory for a preview");
	p->call = call;
	p->mutes = target->mutes;
	p->complete = true;
	p->deadline_ms = clock_monotonic_ms() + TIME_MOST_MS;
	p->place.timezone = call->api->settings->timezone;
	p->place.to = clock_now();
	p->place.from = p->place.to - MUTE_PREVIEW_DAYS * US_PER_DAY;
	failed = run(p, target, why);
	db_result_free(p->rules);
	sigma_scratch_free(p->scratch);
	free(p->companies.items);
	free(p->incidents.items);
	free(p);
	return failed;
}

int mute_handlers_preview(struct call *call, struct err *why)
{
	struct mute_target target = { 0 };
	int go = mute_target_read(call, &target, why);

	if (go == 1)
		go = preview(call, &target, why);
	mute_target_release(&target);
	return go;
}
