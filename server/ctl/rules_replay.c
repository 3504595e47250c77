/* hinomictl rules replay: what rules would have found in the records that are stored. */
#include "server/ctl/rules.h"
#include "server/ctl/table.h"
#include "server/model/rule_run.h"
#include "server/store/company_admin.h"
#include "server/store/raw_record.h"
#include "server/store/replay.h"
#include "server/store/rule_set.h"
#include "server/store/zone.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FIRINGS_KEPT = 100000, FIRINGS_SHOWN = 100, HITS_MOST = 4000000, HITS_OF_GROUP_MOST = 100000 };

struct firing {
	size_t rule; /* index */
	int64_t company_id;
	char *company, *group;
	time_us first, last;
	size_t members;
	double measured;
};

struct replay {
	struct ctl *ctl;
	const struct rules *rules;
	struct rule_run *run;
	struct raw_coder *coder;
	struct replay_place place;
	const char *company; /* that is replayed */
	struct network *networks;
	size_t network_count;
	uint64_t records, matched, muted, damaged;
	uint64_t *matches, *fired; /* by index of the rule */
	struct firing *firings;
	size_t firing_count, firing_room;
	uint64_t left_out;
	bool no_memory;
};

static struct firing *new_firing(struct replay *r)
{
	if (r->firing_count == FIRINGS_KEPT) {
		r->left_out++;
		return NULL;
	}
	if (r->firing_count == r->firing_room) {
		size_t room = r->firing_room ? 2 * r->firing_room : 256;
		struct firing *items = realloc(r->firings, room * sizeof(*items));

		if (!items) {
			r->no_memory = true;
			return NULL;
		}
		r->firings = items;
		r->firing_room = room;
	}
	return &r->firings[r->firing_count];
}

static void on_fired(void *arg, const struct sigma_fired *fired)
{
	struct replay *r = arg;
	size_t rule = sigma_set_correlation(r->rules->sigma, fired->correlation)->rule;
	struct firing *f;

	r->fired[rule]++;
	if (!sigma_set_rule(r->rules->sigma, rule)->stands_alone)
		return; /* it only counts for another one */
	f = new_firing(r);
	if (!f)
		return;
	*f = (struct firing){ .rule = rule,
			      .company_id = r->place.company_id,
			      .company = slice_to_string(slice_of_string(r->company)),
			      .group = slice_to_string(fired->group),
			      .first = fired->first,
			      .last = fired->last,
			      .members = fired->members,
			      .measured = fired->measured };
	r->firing_count++;
	r->no_memory |= !f->company || !f->group;
}

/* ------------------------------------------------------------------------------------------------------- replaying */

static int read_networks(struct replay *r, struct err *why)
{
	struct db_result *result;

	r->network_count = 0;
	if (company_network_list(r->ctl->db, r->place.company_id, &result, why) != 0)
		return -1;
	free(r->networks);
	r->networks = calloc((size_t)db_rows(result) + 1, sizeof(*r->networks));
	for (int row = 0; r->networks && row < db_rows(result); row++) {
		struct company_network_row n;

		company_network_read(result, row, &n);
		if (network_parse(slice_of_string(n.network), &r->networks[r->network_count]))
			r->network_count++;
	}
	db_result_free(result);
	return r->networks ? 0 : err_set(why, ERR_NOMEM, "no memory for the company's networks");
}

static int replay_record(struct replay *r, const struct replay_row *row, struct buffer *text, struct err *why)
{
	const struct networks home = { r->networks, r->network_count };
	struct record record = { .received_at = row->received_at, .home = &home, .default_zone = row->zone };
	struct rule_run_seen seen;

	buffer_clear(text);
	if (raw_decode(r->coder, row->raw, REPLAY_RECORD_MOST, text, NULL) != 0) {
		r->damaged++;
		return 0;
	}
	if (text->failed)
		return err_set(why, ERR_NOMEM, "no memory for a record");
	record.bytes = buffer_slice(text);
	record.source = text->len > 0 && text->data[0] == '{' ? SOURCE_EVE : SOURCE_SYSLOG;
	if (rule_run_add(r->run, &record, row->ts, row->zone, &seen, why) != 0)
		return -1;
	r->matched += seen.matches.count > 0;
	for (size_t i = 0; i < seen.matches.count; i++)
		r->matches[seen.matches.rules[i]]++;
	return 0;
}

/* *rows: how many there were. */
static int replay_rows(struct replay *r, int *rows, struct buffer *text, struct err *why)
{
	struct db_result *result;
	int failed = 0;

	if (replay_page(r->ctl->db, &r->place, &result, why) != 0)
		return -1;
	*rows = db_rows(result);
	for (int i = 0; !failed && i < *rows; i++) {
		struct replay_row row;

		replay_read(result, i, &row);
		r->place.after_ts = row.ts;
		r->place.after_id = row.id;
		r->records++;
		if (row.muted)
			r->muted++;
		else
			failed = replay_record(r, &row, text, why);
	}
	db_result_free(result);
	return failed;
}

static int replay_company(struct replay *r, struct err *why)
{
	struct buffer text = { 0 };
	int failed = read_networks(r, why), rows = REPLAY_PAGE;

	r->place.after_ts = TIME_NONE;
	while (!failed && rows == REPLAY_PAGE)
		failed = replay_rows(r, &rows, &text, why);
	buffer_release(&text);
	if (!failed)
		failed = rule_run_finish(r->run, why);
	if (!failed && r->no_memory)
		failed = err_set(why, ERR_NOMEM, "no memory for what the rules found");
	return failed;
}

static int replay_all(struct replay *r, struct err *why)
{
	const struct sigma_stream_limits limits = { .hits = HITS_MOST, .hits_per_group = HITS_OF_GROUP_MOST };
	size_t count = sigma_set_count(r->rules->sigma) + 1;
	struct db_result *companies;
	int failed;

	r->matches = calloc(count, sizeof(*r->matches));
	r->fired = calloc(count, sizeof(*r->fired));
	if (!r->matches || !r->fired)
		return err_set(why, ERR_NOMEM, "no memory for counting");
	if (raw_coder_new(&r->coder, why) != 0 ||
	    rule_run_new(&r->run, r->rules->sigma, &limits, on_fired, r, why) != 0 ||
	    replay_companies(r->ctl->db, options_integer(&r->ctl->options, "--company", 0), &companies, why) != 0)
		return -1;
	failed = db_rows(companies) > 0 ? 0 : err_set(why, ERR_NOT_FOUND, "there is no such company");
	for (int row = 0; !failed && row < db_rows(companies); row++) {
		r->place.company_id = db_integer(companies, row, 0);
		r->company = db_text(companies, row, 1);
		failed = replay_company(r, why);
	}
	db_result_free(companies);
	return failed;
}

/* -------------------------------------------------------------------------------------------------------- telling */

static void put_rule(const struct replay *r, size_t index, struct json_writer *w)
{
	const struct sigma_rule *rule = sigma_set_rule(r->rules->sigma, index);

	json_put_string(w, "uid", rule->uid);
	json_put_string(w, "title", rule->title);
	json_put_string(w, "level", sigma_level_name(rule->level));
}

static void put_firing(const struct replay *r, const struct firing *f, struct json_writer *w)
{
	json_open_object(w, NULL);
	put_rule(r, f->rule, w);
	json_put_integer(w, "company_id", f->company_id);
	json_put_string(w, "company", f->company);
	json_put_raw(w, "group", slice_of_string(f->group));
	json_put_time(w, "first", f->first);
	json_put_time(w, "last", f->last);
	json_put_integer(w, "hits", (int64_t)f->members);
	json_put_real(w, "measured", f->measured);
	json_close_object(w);
}

static void print_replay_json(const struct replay *r)
{
	const struct sigma_stream_losses losses = rule_run_losses(r->run);
	struct buffer out = { 0 };
	struct json_writer w;

	json_writer_init(&w, &out);
	json_open_object(&w, NULL);
	json_put_string(&w, "from", options_text(&r->ctl->options, "--from"));
	json_put_string(&w, "to", options_text(&r->ctl->options, "--to"));
	json_put_known(&w, "version", r->rules->version > 0, r->rules->version);
	json_put_integer(&w, "records", (int64_t)r->records);
	json_put_integer(&w, "matched", (int64_t)r->matched);
	json_put_integer(&w, "muted", (int64_t)r->muted);
	json_put_integer(&w, "damaged", (int64_t)r->damaged);
	json_put_integer(&w, "hits_lost", (int64_t)losses.lost);
	json_put_integer(&w, "firings_left_out", (int64_t)r->left_out);
	json_open_array(&w, "rules");
	for (size_t i = 0; i < sigma_set_count(r->rules->sigma); i++) {
		if (r->matches[i] == 0 && r->fired[i] == 0)
			continue;
		json_open_object(&w, NULL);
		put_rule(r, i, &w);
		json_put_integer(&w, "matches", (int64_t)r->matches[i]);
		json_put_integer(&w, "firings", (int64_t)r->fired[i]);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_open_array(&w, "firings");
	for (size_t i = 0; i < r->firing_count; i++)
		put_firing(r, &r->firings[i], &w);
	json_close_array(&w);
	json_close_object(&w);
	print_json(&out);
}

static void print_rules(const struct replay *r)
{
	struct table t;

	table_open(&t, "level|rule|>records|>firings");
	for (size_t i = 0; i < sigma_set_count(r->rules->sigma); i++) {
		const struct sigma_rule *rule = sigma_set_rule(r->rules->sigma, i);

		if (!rule->stands_alone || (r->matches[i] == 0 && r->fired[i] == 0))
			continue;
		table_text(&t, sigma_level_name(rule->level));
		table_text(&t, rule->title);
		table_integer(&t, (int64_t)r->matches[i]);
		table_integer(&t, (int64_t)r->fired[i]);
	}
	table_print(&t, stdout);
}

static void print_firings(const struct replay *r)
{
	size_t shown = r->firing_count < FIRINGS_SHOWN ? r->firing_count : FIRINGS_SHOWN;
	struct table t;

	if (shown == 0)
		return;
	putchar('\n');
	table_open(&t, "rule|company|group|first|last|>hits");
	for (size_t i = 0; i < shown; i++) {
		const struct firing *f = &r->firings[i];

		table_text(&t, sigma_set_rule(r->rules->sigma, f->rule)->title);
		table_text(&t, f->company);
		table_text(&t, f->group);
		table_time(&t, f->first);
		table_time(&t, f->last);
		table_integer(&t, (int64_t)f->members);
	}
	table_print(&t, stdout);
	if (r->firing_count + r->left_out > shown)
		printf("... and %" PRIu64 " firings more\n", (uint64_t)(r->firing_count - shown) + r->left_out);
}

static void print_replay(const struct replay *r)
{
	const struct sigma_stream_losses losses = rule_run_losses(r->run);

	print_rules(r);
	print_firings(r);
	printf("\n%" PRIu64 " stored records were replayed; %" PRIu64 " match a rule.\n", r->records, r->matched);
	if (r->muted > 0)
		printf("%" PRIu64 " of them were muted and left out.\n", r->muted);
	if (r->damaged > 0)
		printf("%" PRIu64 " of them could not be read.\n", r->damaged);
	if (losses.lost > 0)
		printf("%" PRIu64 " hits did not fit into memory: firings may be missing.\n", losses.lost);
	puts("Context records (flow, dns, http, ...) that no rule asked for when they came were not stored, and cannot "
	     "be\n"
	     "replayed: rules about them find less here than they would have found.");
}

static int read_rules(struct ctl *ctl, struct rule_source *source, struct rules **rules, struct err *why)
{
	const char *folder = options_text(&ctl->options, "--rules");
	int64_t version;

	if (folder) {
		if (rule_source_open(source, folder, why) != 0)
			return -1;
		*rules = source->rules;
		source->rules = NULL;
		return 0;
	}
	if (rule_set_newest(ctl->db, &version, why) != 0)
		return -1;
	if (version == 0)
		return err_set(why, ERR_CONFIG, "no rules are loaded: hinomictl rules load, or name some with --rules");
	return rule_set_read(ctl->db, version, rules, why);
}

static void replay_release(struct replay *r)
{
	for (size_t i = 0; i < r->firing_count; i++) {
		free(r->firings[i].company);
		free(r->firings[i].group);
	}
	free(r->firings);
	free(r->networks);
	free(r->matches);
	free(r->fired);
	rule_run_free(r->run);
	raw_coder_free(r->coder);
}

int rules_replay(struct ctl *ctl, struct err *why)
{
	const char *from = options_text(&ctl->options, "--from"), *to = options_text(&ctl->options, "--to");
	struct rule_source source = { 0 };
	struct rules *rules = NULL;
	struct replay r = { .ctl = ctl, .place = { .timezone = ctl->settings.timezone } };
	int failed = read_rules(ctl, &source, &rules, why);

	r.rules = rules;
	if (!failed)
		failed = zone_day_begins(ctl->db, from, 0, ctl->settings.timezone, &r.place.from, why);
	if (!failed)
		failed = zone_day_begins(ctl->db, to, 1, ctl->settings.timezone, &r.place.to, why);
	if (!failed)
		failed = replay_all(&r, why);
	if (!failed && options_flag(&ctl->options, "--json"))
		print_replay_json(&r);
	else if (!failed)
		print_replay(&r);
	replay_release(&r);
	rules_free(rules);
	rule_source_release(&source);
	return failed;
}
