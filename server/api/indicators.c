#include "server/api/indicators.h"

#include "server/api/audit_trail.h"
#include "server/api/filters.h"
#include "server/api/pages.h"
#include "server/store/hunt.h"
#include "server/store/indicator.h"

#include <inttypes.h>
#include <stdio.h>

enum { REASON_MOST = 500, MEMBERS_MOST = 1000, REJECTS_SHOWN = 10, SEARCH_MOST = 200, SUBJECT_SIZE = 48 };

static const char *const kinds[] = { "ip", "domain", "url", "hash", NULL };
static const char *const states[] = { "active", "held_back", "revoked", NULL };

void indicators_put_source(struct json_writer *w, int64_t id, const char *name)
{
	json_open_object(w, "source");
	json_put_integer(w, "id", id);
	json_put_string(w, "name", name);
	json_close_object(w);
}

static void put_members(struct json_writer *w, const struct indicator_row *i)
{
	json_put_integer(w, "id", i->id);
	indicators_put_source(w, i->source_id, i->source);
	json_put_string(w, "external_id", i->external_id);
	json_put_string(w, "kind", i->kind);
	json_put_string(w, "value", i->value);
	json_put_time(w, "valid_from", i->valid_from);
	json_put_time(w, "valid_until", i->valid_until);
	json_put_integer(w, "confidence", i->confidence);
	json_put_string(w, "tlp", i->tlp);
	json_put_raw(w, "labels", slice_of_string(i->labels_json));
	json_put_string(w, "description", i->description);
	json_put_string(w, "state", i->state);
	json_put_string(w, "state_reason", i->state_reason);
	json_put_time(w, "created_at", i->created_at);
	json_put_time(w, "updated_at", i->updated_at);
}

/* ---------------------------------------------------------------------------------------------------------- the list
 */

static void write_list(struct call *call, const struct page *page, const struct db_result *result)
{
	int rows = db_rows(result);
	struct indicator_row indicator = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "indicators");
	for (int i = 0; i < rows && i < page->limit; i++) {
		indicator_read(result, i, &indicator);
		json_open_object(&w, NULL);
		put_members(&w, &indicator);
		json_close_object(&w);
	}
	json_close_array(&w);
	pages_next(call, page, rows > page->limit, 0, indicator.id, &w);
	json_close_object(&w);
}

static bool read_filter(struct call *call, struct indicator_filter *filter)
{
	const char *search = parameters_get(&call->query, "q");

	if (search && body_characters(search) > SEARCH_MOST) {
		call_refuse_parameter(call, "q", FAULT_TOO_LONG);
		return false;
	}
	filter->search = search && *search ? search : NULL;
	return filters_word(call, "kind", kinds, &filter->kind) &&
	       filters_word(call, "state", states, &filter->state) &&
	       call_id_parameter(call, "source", &filter->source_id);
}

int indicators_list(struct call *call, struct err *why)
{
	struct indicator_filter filter = { 0 };
	struct db_result *result;
	struct page page;

	if (!pages_read(call, CURSOR_INDICATORS, &page) || !read_filter(call, &filter))
		return 0;
	filter.before = page.continued ? page.cursor.id : 0;
	filter.limit = page.limit + 1;
	if (indicator_list(call->db, &filter, &result, why) != 0)
		return -1;
	write_list(call, &page, result);
	db_result_free(result);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------- one */

static int find(struct call *call, struct db_result **result, struct indicator_row *out, struct err *why)
{
	if (indicator_get(call->db, call->id, result, why) != 0)
		return -1;
	if (db_rows(*result) == 0) {
		db_result_free(*result);
		return err_set(why, ERR_NOT_FOUND, "no such indicator");
	}
	indicator_read(*result, 0, out);
	return 0;
}

static bool key_of(const struct indicator_row *i, struct indicator_key *key)
{
	struct slice value = slice_of_string(i->value);
	enum indicator_kind kind;

	if (!indicator_kind_parse(slice_of_string(i->kind), &kind))
		return false;
	switch (kind) {
	case INDICATOR_IP:
		return indicator_key_of_network(value, key);
	case INDICATOR_DOMAIN:
		return indicator_key_of_domain(value, key);
	case INDICATOR_URL:
		return indicator_key_of_url(value, key);
	case INDICATOR_HASH:
		return indicator_key_of_hash(value, key);
	default:
		return false;
	}
}

static void put_company(const struct db_result *result, int row, struct json_writer *w)
{
	struct hunt_company_row company;

	hunt_company_read(result, row, &company);
	json_open_object(w, NULL);
	json_put_integer(w, "company_id", company.company_id);
	json_put_string(w, "company", company.company);
	json_put_time(w, "first_ts", company.first);
	json_put_time(w, "last_ts", company.last);
	json_put_integer(w, "contacts", company.contacts);
	json_close_object(w);
}

/* Who met it. */
static int put_companies(struct call *call, const struct indicator_row *indicator, struct json_writer *w,
			 struct err *why)
{
	struct db_result *result = NULL;
	struct indicator_key key;

	if (key_of(indicator, &key) && hunt_members(call->db, &key, MEMBERS_MOST, &result, why) != 0)
		return -1;
	json_open_array(w, "members");
	for (int i = 0; result && i < db_rows(result); i++)
		put_company(result, i, w);
	json_close_array(w);
	db_result_free(result);
	return 0;
}

int indicators_get(struct call *call, struct err *why)
{
	struct indicator_row indicator;
	struct db_result *result;
	struct json_writer w;
	int failed;

	if (find(call, &result, &indicator, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_members(&w, &indicator);
	failed = put_companies(call, &indicator, &w, why);
	json_close_object(&w);
	db_result_free(result);
	return failed;
}

/* --------------------------------------------------------------------------------------------------------- revoking */

static int reply_one(struct call *call, struct err *why)
{
	struct indicator_row indicator;
	struct db_result *result;
	struct json_writer w;

	if (find(call, &result, &indicator, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_members(&w, &indicator);
	json_close_object(&w);
	db_result_free(result);
	return 0;
}

static int record(struct call *call, const char *value, const char *reason, struct err *why)
{
	struct buffer detail = { 0 };
	char subject[SUBJECT_SIZE];
	struct json_writer w;

	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "value", value);
	json_put_string(&w, "reason", reason);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "indicator %" PRId64, call->id);
	return audit_trail_add(call, "indicator.revoke", 0, subject, &detail, why);
}

static int revoke(struct call *call, const struct indicator_row *now, const char *reason, struct err *why)
{
	if (strcmp(now->state, "revoked") == 0)
		return reply_one(call, why);
	if (indicator_revoke(call->db, call->id, reason, why) != 0 || reply_one(call, why) != 0)
		return -1;
	return record(call, now->value, reason, why);
}

int indicators_revoke(struct call *call, struct err *why)
{
	struct indicator_row indicator;
	struct db_result *result;
	const char *reason;
	int failed;

	if (!call_text(call, "reason", 1, REASON_MOST, true, &reason))
		return 0;
	if (find(call, &result, &indicator, why) != 0)
		return -1;
	failed = revoke(call, &indicator, reason, why);
	db_result_free(result);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- sources
 */

int indicators_put_rejects(struct call *call, const char *key, int64_t source_id, int64_t most, struct json_writer *w,
			   struct err *why)
{
	struct db_result *result;

	if (indicator_rejects(call->db, source_id, 0, most, &result, why) != 0)
		return -1;
	json_open_array(w, key);
	for (int i = 0; i < db_rows(result); i++) {
		struct indicator_reject_row reject;

		indicator_reject_read(result, i, &reject);
		json_open_object(w, NULL);
		json_put_time(w, "at", reject.at);
		json_put_string(w, "entry", reject.entry);
		json_put_string(w, "reason", reject.reason);
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int put_source(struct call *call, const struct indicator_source_row *source, struct json_writer *w,
		      struct err *why)
{
	int failed;

	json_open_object(w, NULL);
	json_put_integer(w, "id", source->id);
	json_put_string(w, "name", source->name);
	json_put_time(w, "created_at", source->created_at);
	json_put_time(w, "imported_at", source->imported_at);
	json_put_integer(w, "active", source->active);
	json_put_integer(w, "held_back", source->held_back);
	json_put_integer(w, "revoked", source->revoked);
	json_put_integer(w, "rejects", source->rejects);
	failed = indicators_put_rejects(call, "last_rejects", source->id, REJECTS_SHOWN, w, why);
	json_close_object(w);
	return failed;
}

int indicators_sources(struct call *call, struct err *why)
{
	struct db_result *result;
	struct json_writer w;
	int failed = 0;

	if (indicator_sources(call->db, &result, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "sources");
	for (int i = 0; !failed && i < db_rows(result); i++) {
		struct indicator_source_row source;

		indicator_source_read(result, i, &source);
		failed = put_source(call, &source, &w, why);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(result);
	return failed;
}
