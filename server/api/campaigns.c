#include "server/api/campaigns.h"

#include "server/api/audit_trail.h"
#include "server/api/filters.h"
#include "server/api/incident_view.h"
#include "server/api/pages.h"
#include "server/store/campaign_query.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MOST = 4000, COMPANIES_MOST = 10000, SUBJECT_SIZE = 48 };

static const char *const kinds[] = { "source", "destination", "signature", "indicator", NULL };

static void put_own(struct json_writer *w, const struct campaign_row *c)
{
	if (c->own_first == TIME_NONE) {
		json_put_null(w, "own");
		return;
	}
	json_open_object(w, "own");
	json_put_time(w, "first_ts", c->own_first);
	json_put_time(w, "last_ts", c->own_last);
	json_put_integer(w, "alerts", c->own_alerts);
	json_put_integer(w, "severity", c->own_severity);
	json_close_object(w);
}

static void put_warning(struct json_writer *w, const struct campaign_row *c)
{
	if (c->warned_at == TIME_NONE) {
		json_put_null(w, "warning");
		return;
	}
	json_open_object(w, "warning");
	json_put_time(w, "at", c->warned_at);
	json_put_string(w, "text", c->warning);
	json_close_object(w);
}

/* `all`: for who sees all companies; one alone is not told what the others add up to. */
static void put_members(struct json_writer *w, const struct campaign_row *c, bool all)
{
	json_put_integer(w, "id", c->id);
	json_put_string(w, "kind", c->kind);
	json_put_string(w, "key", c->key);
	json_put_string(w, "title", c->title);
	json_put_integer(w, "severity", c->severity);
	json_put_time(w, "first_ts", c->first_ts);
	json_put_time(w, "last_ts", c->last_ts);
	json_put_string(w, "first_day", c->first_day);
	json_put_string(w, "last_day", c->last_day);
	json_put_integer(w, "companies", c->companies);
	json_put_known(w, "alerts", all, c->alerts);
	json_put_integer(w, "minimum", c->minimum);
	json_put_integer(w, "window_days", c->window_days);
	json_put_time(w, "created_at", c->created_at);
	json_put_time(w, "updated_at", c->updated_at);
	json_put_integer(w, "version", c->version);
	json_put_known(w, "merged_into", c->merged_into != 0, c->merged_into);
	put_own(w, c);
	put_warning(w, c);
}

/* ---------------------------------------------------------------------------------------------------------- the list
 */

static void write_list(struct call *call, const struct page *page, const struct db_result *result)
{
	int rows = db_rows(result);
	struct campaign_row campaign = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "campaigns");
	for (int i = 0; i < rows && i < page->limit; i++) {
		campaign_query_read(result, i, &campaign);
		json_open_object(&w, NULL);
		put_members(&w, &campaign, call->person.company_id == 0);
		json_close_object(&w);
	}
	json_close_array(&w);
	pages_next(call, page, rows > page->limit, campaign.last_ts, campaign.id, &w);
	json_close_object(&w);
}

static int read_filter(struct call *call, struct campaign_filter *filter, struct buffer *pattern, struct err *why)
{
	const char *text = NULL;
	int go = filters_company(call, &filter->company_id, why);

	if (go != 1)
		return go;
	if (!filters_word(call, "kind", kinds, &filter->kind) || !filters_text(call, "q", pattern, &text))
		return 0;
	filter->pattern = text ? buffer_string(pattern) : NULL;
	return filters_period(call, &filter->from, &filter->to, why);
}

static int list(struct call *call, struct buffer *pattern, struct err *why)
{
	struct campaign_filter filter = { .from = TIME_NONE, .to = TIME_NONE, .before_ts = TIME_NONE };
	int64_t own = call->person.company_id;
	struct db_result *result;
	struct page page;
	int go;

	if (!pages_read(call, CURSOR_CAMPAIGNS, &page))
		return 0;
	go = read_filter(call, &filter, pattern, why);
	if (go != 1)
		return go;
	if (page.continued) {
		filter.before_ts = page.cursor.time;
		filter.before_id = page.cursor.id;
	}
	filter.limit = page.limit + 1;
	if ((own ? campaign_query_list_own(call->db, own, &filter, &result, why)
		 : campaign_query_list(call->db, &filter, &result, why)) != 0)
		return -1;
	write_list(call, &page, result);
	db_result_free(result);
	return 0;
}

int campaigns_list(struct call *call, struct err *why)
{
	struct buffer pattern = { 0 };
	int failed = list(call, &pattern, why);

	buffer_release(&pattern);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------- one */

/* The one that the person sees; the row's texts belong to *result. */
static int find(struct call *call, struct db_result **result, struct campaign_row *out, struct err *why)
{
	int64_t own = call->person.company_id;

	if ((own ? campaign_query_get_own(call->db, own, call->id, result, why)
		 : campaign_query_get(call->db, call->id, result, why)) != 0)
		return -1;
	if (db_rows(*result) == 0) {
		db_result_free(*result);
		return err_set(why, ERR_NOT_FOUND, "no such campaign");
	}
	campaign_query_read(*result, 0, out);
	return 0;
}

/* The days of one company, which stand together; *at is where they begin, and moves behind them. */
static void put_days(const struct db_result *days, int64_t company_id, int *at, struct json_writer *w)
{
	json_open_array(w, "days");
	for (; *at < db_rows(days) && db_integer(days, *at, 0) == company_id; ++*at) {
		json_open_object(w, NULL);
		json_put_string(w, "day", db_text(days, *at, 1));
		json_put_integer(w, "alerts", db_integer(days, *at, 2));
		json_put_integer(w, "severity", db_integer(days, *at, 3));
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_companies(const struct db_result *members, const struct db_result *days, struct json_writer *w)
{
	int at = 0;

	json_open_array(w, "members");
	for (int i = 0; i < db_rows(members); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "company_id", db_integer(members, i, 0));
		json_put_string(w, "company", db_text(members, i, 1));
		json_put_time(w, "first_ts", db_time(members, i, 2));
		json_put_time(w, "last_ts", db_time(members, i, 3));
		json_put_integer(w, "alerts", db_integer(members, i, 4));
		json_put_integer(w, "severity", db_integer(members, i, 5));
		put_days(days, db_integer(members, i, 0), &at, w);
		json_close_object(w);
	}
	json_close_array(w);
}

static int put_matrix(struct call *call, struct json_writer *w, struct err *why)
{
	struct db_result *members, *days;

	if (campaign_query_members(call->db, call->person.company_id, call->id, &members, why) != 0)
		return -1;
	if (campaign_query_days(call->db, call->person.company_id, call->id, &days, why) != 0) {
		db_result_free(members);
		return -1;
	}
	put_companies(members, days, w);
	db_result_free(days);
	db_result_free(members);
	return 0;
}

/* In the order of `order`, whose columns are company and incident. */
static void put_rows(const struct db_result *order, const struct db_result *incidents, struct json_writer *w)
{
	for (int i = 0; i < db_rows(order); i++) {
		for (int k = 0; k < db_rows(incidents); k++) {
			struct incident_row row;

			incident_query_read(incidents, k, &row);
			if (row.id == db_integer(order, i, 1) && row.company_id == db_integer(order, i, 0))
				incident_view_put(w, NULL, &row);
		}
	}
}

static int put_incidents(struct call *call, struct json_writer *w, struct err *why)
{
	int64_t companies[CAMPAIGN_INCIDENTS_MAX], ids[CAMPAIGN_INCIDENTS_MAX];
	struct db_result *order, *incidents = NULL;
	size_t count = 0;
	int failed = 0;

	if (campaign_query_incidents(call->db, call->person.company_id, call->id, &order, why) != 0)
		return -1;
	for (; (int)count < db_rows(order) && count < CAMPAIGN_INCIDENTS_MAX; count++) {
		companies[count] = db_integer(order, (int)count, 0);
		ids[count] = db_integer(order, (int)count, 1);
	}
	if (count)
		failed = incident_query_ids(call->db, companies, ids, count, &incidents, why);
	json_open_array(w, "incidents");
	if (!failed && incidents)
		put_rows(order, incidents, w);
	json_close_array(w);
	db_result_free(incidents);
	db_result_free(order);
	return failed;
}

/* What other companies met is not for one alone. */
static int put_shared(struct call *call, struct json_writer *w, struct err *why)
{
	struct db_result *result = NULL;

	if (!call->person.company_id && campaign_query_shared(call->db, call->id, &result, why) != 0)
		return -1;
	json_open_array(w, "shared");
	for (int i = 0; result && i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_string(w, "kind", db_text(result, i, 0));
		json_put_string(w, "key", db_text(result, i, 1));
		json_put_string(w, "title", db_text(result, i, 2));
		json_put_integer(w, "companies", db_integer(result, i, 3));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int put_warnings(struct call *call, struct json_writer *w, struct err *why)
{
	bool all = call->person.company_id == 0;
	struct db_result *result;

	if (campaign_query_warnings(call->db, call->person.company_id, call->id, &result, why) != 0)
		return -1;
	json_open_array(w, "warnings");
	for (int i = 0; i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "company_id", db_integer(result, i, 0));
		json_put_string(w, "company", db_text(result, i, 1));
		json_put_time(w, "at", db_time(result, i, 2));
		incident_view_put_person(w, "user", all ? db_integer(result, i, 3) : 0, db_text(result, i, 4));
		json_put_string(w, "text", db_text(result, i, 5));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int put_not_hit(struct call *call, struct json_writer *w, struct err *why)
{
	bool all = call->person.company_id == 0;
	int64_t count = 0;

	if (all && campaign_query_not_hit(call->db, call->id, &count, why) != 0)
		return -1;
	json_put_known(w, "not_hit", all, count);
	return 0;
}

int campaigns_get(struct call *call, struct err *why)
{
	struct campaign_row campaign;
	struct db_result *result;
	struct json_writer w;

	if (find(call, &result, &campaign, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_members(&w, &campaign, call->person.company_id == 0);
	db_result_free(result);
	if (put_matrix(call, &w, why) != 0 || put_incidents(call, &w, why) != 0 || put_shared(call, &w, why) != 0 ||
	    put_warnings(call, &w, why) != 0 || put_not_hit(call, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

int campaigns_put_of_incident(struct call *call, const struct incident_row *incident, struct json_writer *w,
			      struct err *why)
{
	struct db_result *result;

	if (campaign_query_of_incident(call->db, incident->company_id, incident->id, &result, why) != 0)
		return -1;
	json_open_array(w, "campaigns");
	for (int i = 0; i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "id", db_integer(result, i, 0));
		json_put_string(w, "kind", db_text(result, i, 1));
		json_put_string(w, "title", db_text(result, i, 2));
		json_put_integer(w, "severity", db_integer(result, i, 3));
		json_put_integer(w, "companies", db_integer(result, i, 4));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- warning
 */

struct warning {
	int64_t *company_ids; /* NULL: all that were not hit */
	size_t count;
	const char *text;
};

/* 1: go on; 0: refused; -1. */
static int read_companies(struct call *call, struct warning *out, struct err *why)
{
	const struct json_reader *r = &call->body.reader;
	uint32_t list = body_find(&call->body, "company_ids");

	if (!json_read_is(r, list, JSON_KIND_ARRAY))
		return call_refuse_member(call, "company_ids", FAULT_TYPE);
	out->company_ids = malloc(COMPANIES_MOST * sizeof(*out->company_ids));
	if (!out->company_ids)
		return err_set(why, ERR_NOMEM, "no memory for a warning");
	for (uint32_t i = json_read_first(r, list); i < r->tokens[list].next; i = r->tokens[i].next) {
		if (out->count == COMPANIES_MOST)
			return call_refuse_member(call, "company_ids", FAULT_TOO_LONG);
		if (!json_read_integer(r, i, &out->company_ids[out->count]) || out->company_ids[out->count] < 1)
			return call_refuse_member(call, "company_ids", FAULT_TYPE);
		out->count++;
	}
	return out->count ? 1 : call_refuse_member(call, "company_ids", FAULT_TOO_SHORT);
}

static int read_warning(struct call *call, struct warning *out, struct err *why)
{
	uint32_t all = body_find(&call->body, "all_not_hit");
	bool some = body_find(&call->body, "company_ids") != JSON_NONE;

	if (!call_text(call, "text", 1, TEXT_MOST, true, &out->text))
		return 0;
	if (all != JSON_NONE && !json_read_is(&call->body.reader, all, JSON_KIND_TRUE))
		return call_refuse_member(call, "all_not_hit", FAULT_CHOICE);
	if (some == (all != JSON_NONE))
		return call_refuse_member(call, "company_ids", some ? FAULT_UNKNOWN : FAULT_MISSING);
	return some ? read_companies(call, out, why) : 1;
}

/* A warning never says who was hit. 1: it does not; 0: refused; -1. */
static int check_text(struct call *call, const struct warning *warning, struct err *why)
{
	struct db_result *named;
	int rows;

	if (campaign_query_named(call->db, call->id, warning->text, &named, why) != 0)
		return -1;
	rows = db_rows(named);
	db_result_free(named);
	return rows ? call_refuse_member(call, "text", FAULT_NAMES) : 1;
}

static void put_ids(const struct db_result *warned, struct json_writer *w)
{
	json_open_array(w, "warned");
	for (int i = 0; i < db_rows(warned); i++)
		json_put_integer(w, NULL, db_integer(warned, i, 0));
	json_close_array(w);
}

static int conclude(struct call *call, const struct warning *warning, const struct db_result *warned, struct err *why)
{
	struct buffer detail = { 0 };
	char subject[SUBJECT_SIZE];
	struct json_writer w;
	int64_t rows = db_rows(warned);

	call_reply(call, 201, &w);
	json_open_object(&w, NULL);
	put_ids(warned, &w);
	json_put_integer(&w, "left_out", warning->company_ids ? (int64_t)warning->count - rows : 0);
	json_close_object(&w);
	if (rows == 0)
		return 0;
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "text", warning->text);
	put_ids(warned, &w);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "campaign %" PRId64, call->id);
	return audit_trail_add(call, "campaign.warn", 0, subject, &detail, why);
}

static int warn(struct call *call, struct warning *warning, struct err *why)
{
	struct db_result *warned;
	int go = read_warning(call, warning, why), failed;

	if (go == 1)
		go = check_text(call, warning, why);
	if (go != 1)
		return go;
	if (campaign_query_warn(call->db, call->id, warning->company_ids, warning->count, call->person.user_id,
				warning->text, &warned, why) != 0)
		return -1;
	failed = conclude(call, warning, warned, why);
	db_result_free(warned);
	return failed;
}

int campaigns_warn(struct call *call, struct err *why)
{
	struct warning warning = { 0 };
	struct campaign_row campaign;
	struct db_result *result;
	int failed;

	if (find(call, &result, &campaign, why) != 0)
		return -1;
	db_result_free(result);
	failed = warn(call, &warning, why);
	free(warning.company_ids);
	return failed;
}
