#include "server/api/rules.h"

#include "server/api/filters.h"
#include "server/api/pages.h"
#include "server/api/rule_text.h"
#include "server/api/tallies.h"
#include "server/store/rule_query.h"

#include <math.h>

enum { CHANGES_MOST = 50 };

/* In the order of enum rule_order. */
static const char *const orders[] = { "alerts", "incidents", "false_positives", "false_positive_rate", "level", NULL };
static const char *const levels[] = { "informational", "low", "medium", "high", "critical", NULL };
static const char *const kinds[] = { "detection", "correlation", "grouping", "builtin", NULL };
static const char *const booleans[] = { "true", "false", NULL };

/* What is not there of nothing: not a number, which JSON writes as null. */
static double share(int64_t part, int64_t whole)
{
	return whole ? (double)part / (double)whole : (double)NAN;
}

static void put_figures(struct json_writer *w, const struct rule_figures *r)
{
	int64_t judged = r->true_positives + r->benign_positives + r->false_positives + r->undetermined;

	json_put_integer(w, "alerts", r->alerts);
	json_put_integer(w, "incidents", r->incidents);
	json_put_integer(w, "judged", judged);
	json_put_real(w, "judged_share", share(judged, r->incidents));
	json_put_integer(w, "true_positives", r->true_positives);
	json_put_integer(w, "benign_positives", r->benign_positives);
	json_put_integer(w, "false_positives", r->false_positives);
	json_put_integer(w, "undetermined", r->undetermined);
	json_put_real(w, "false_positive_rate", share(r->false_positives, judged));
	json_put_integer(w, "companies", r->companies);
}

static void put_members(struct json_writer *w, const struct rule_figures *r)
{
	json_put_integer(w, "id", r->id);
	json_put_string(w, "uid", r->uid);
	json_put_string(w, "title", r->title);
	json_put_string(w, "title_ja", r->title_ja);
	json_put_string(w, "kind", r->kind);
	json_put_string(w, "level", r->level);
	json_put_raw(w, "tags", slice_of_string(r->tags));
	json_put_string(w, "file", r->file);
	json_put_integer(w, "line", r->line);
	json_put_integer(w, "first_version", r->first_version);
	json_put_known(w, "last_version", r->last_version != 0, r->last_version);
	json_put_bool(w, "in_force", r->last_version == 0);
	put_figures(w, r);
}

/* ---------------------------------------------------------------------------------------------------------- the list
 */

static int write_period(struct call *call, const struct rule_filter *filter, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (rule_query_period(call->db, &filter->period, &result, why) != 0)
		return -1;
	json_put_string(w, "from", db_text(result, 0, 0));
	json_put_string(w, "to", db_text(result, 0, 1));
	db_result_free(result);
	return 0;
}

static int write_list(struct call *call, struct page *page, const struct rule_filter *filter,
		      const struct db_result *result, struct err *why)
{
	int rows = db_rows(result);
	struct rule_figures rule = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	if (write_period(call, filter, &w, why) != 0)
		return -1;
	json_open_array(&w, "rules");
	for (int i = 0; i < rows && i < page->limit; i++) {
		rule_query_read(result, i, &rule);
		json_open_object(&w, NULL);
		put_members(&w, &rule);
		json_close_object(&w);
	}
	json_close_array(&w);
	page->cursor.rank = rule.rank;
	pages_next(call, page, rows > page->limit, 0, rule.id, &w);
	json_close_object(&w);
	return 0;
}

static bool read_filter(struct call *call, struct rule_filter *filter, struct buffer *pattern)
{
	const char *text = NULL, *order = orders[RULES_BY_ALERTS];

	filter->company_id = call->person.company_id;
	filter->period.timezone = call->api->settings->timezone;
	if (!filters_text(call, "q", pattern, &text) || !filters_word(call, "level", levels, &filter->level) ||
	    !filters_word(call, "kind", kinds, &filter->kind) ||
	    !filters_word(call, "in_force", booleans, &filter->in_force) ||
	    !filters_word(call, "sort", orders, &order) ||
	    !filters_days_if_any(call, &filter->period.from, &filter->period.to))
		return false;
	while (orders[filter->order] != order)
		filter->order++;
	filter->pattern = text ? buffer_string(pattern) : NULL;
	return true;
}

static int list(struct call *call, struct buffer *pattern, struct err *why)
{
	struct rule_filter filter = { 0 };
	struct db_result *result;
	struct page page;
	int failed;

	if (!pages_read(call, CURSOR_RULES, &page) || !read_filter(call, &filter, pattern))
		return 0;
	filter.continued = page.continued;
	filter.before_rank = page.cursor.rank;
	filter.before_id = page.cursor.id;
	filter.limit = page.limit + 1;
	if (rule_query_list(call->db, &filter, &result, why) != 0)
		return -1;
	failed = write_list(call, &page, &filter, result, why);
	db_result_free(result);
	return failed;
}

int rules_list(struct call *call, struct err *why)
{
	struct buffer pattern = { 0 };
	int failed = list(call, &pattern, why);

	buffer_release(&pattern);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------- one */

static int put_days(struct call *call, const struct rule_filter *filter, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (rule_query_days(call->db, filter->company_id, filter->rule_id, &filter->period, &result, why) != 0)
		return -1;
	tallies_put_days(w, "days", result);
	db_result_free(result);
	return 0;
}

static int put_noisiest(struct call *call, const struct rule_filter *filter, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (rule_query_noisiest(call->db, filter->company_id, filter->rule_id, &filter->period, &result, why) != 0)
		return -1;
	tallies_put_companies(w, "noisiest", result);
	db_result_free(result);
	return 0;
}

static int put_lost(struct call *call, const struct rule_filter *filter, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (rule_query_lost(call->db, filter->company_id, filter->rule_id, &result, why) != 0)
		return -1;
	json_open_object(w, "lost_hits");
	json_put_integer(w, "thinned", db_integer(result, 0, 0));
	json_put_integer(w, "dropped", db_integer(result, 0, 1));
	json_put_integer(w, "companies", db_integer(result, 0, 2));
	json_put_time(w, "last_at", db_time(result, 0, 3));
	json_close_object(w);
	db_result_free(result);
	return 0;
}

static void put_change(const struct db_result *result, int row, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_integer(w, "version", db_integer(result, row, 0));
	json_put_time(w, "created_at", db_time(result, row, 1));
	json_put_string(w, "actor", db_text(result, row, 2));
	json_put_string(w, "note", db_text(result, row, 3));
	json_close_object(w);
}

/* The rule's text in one row of rule_query_texts(); ptr NULL: it is not in there. */
static struct slice text_at(const struct db_result *result, int row, const char *uid)
{
	struct slice text;

	if (row >= db_rows(result) || !rule_text_find(db_slice(result, row, 4), slice_of_string(uid), &text))
		return slice_of(NULL, 0);
	return text;
}

/* A version is a change when the one before has another text, or none. */
static int put_texts(struct call *call, const struct rule_figures *rule, struct json_writer *w, struct err *why)
{
	struct db_result *result;
	int rows;

	if (rule_query_texts(call->db, rule->file, rule->first_version, rule->last_version, CHANGES_MOST + 1, &result,
			     why) != 0)
		return -1;
	rows = db_rows(result);
	json_put_slice(w, "text", text_at(result, 0, rule->uid));
	json_open_array(w, "changes");
	for (int i = 0; i < rows && i < CHANGES_MOST; i++) {
		struct slice now = text_at(result, i, rule->uid), old = text_at(result, i + 1, rule->uid);

		if (now.ptr && (!old.ptr || !slice_equal(now, old)))
			put_change(result, i, w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int write_rule(struct call *call, const struct rule_filter *filter, const struct db_result *result,
		      struct err *why)
{
	struct rule_figures rule;
	struct json_writer w;

	if (db_rows(result) == 0)
		return err_set(why, ERR_NOT_FOUND, "no such rule");
	rule_query_read(result, 0, &rule);
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_members(&w, &rule);
	json_put_string(&w, "from", rule.from);
	json_put_string(&w, "to", rule.to);
	json_put_string(&w, "description", rule.description);
	if (put_texts(call, &rule, &w, why) != 0 || put_days(call, filter, &w, why) != 0 ||
	    put_noisiest(call, filter, &w, why) != 0 || put_lost(call, filter, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

int rules_get(struct call *call, struct err *why)
{
	struct rule_filter filter = { .company_id = call->person.company_id, .rule_id = call->id, .limit = 1 };
	struct db_result *result;
	int failed;

	filter.period.timezone = call->api->settings->timezone;
	if (!filters_days_if_any(call, &filter.period.from, &filter.period.to))
		return 0;
	if (rule_query_list(call->db, &filter, &result, why) != 0)
		return -1;
	failed = write_rule(call, &filter, result, why);
	db_result_free(result);
	return failed;
}
