#include "server/api/incidents.h"

#include "server/api/campaigns.h"
#include "server/api/case_view.h"
#include "server/api/filters.h"
#include "server/api/incident_view.h"
#include "server/api/live.h"
#include "server/api/pages.h"
#include "server/model/incident_handling.h"

#include <inttypes.h>
#include <stdio.h>

enum { OPEN_MOST = 50, SEVERITIES = 5 };

static const char open_states[] = "{open,acknowledged,contained}";
/* In the order of enum incident_order. */
static const char *const orders[] = { "activity", "severity", "detections", NULL };
static const char *const booleans[] = { "true", "false", NULL };

void incidents_reply_version(struct call *call, int64_t version)
{
	char text[32];

	snprintf(text, sizeof(text), "\"%" PRId64 "\"", version);
	http_reply_header(call->reply, "ETag", text);
}

/* ---------------------------------------------------------------------------------------------------------- the list
 */

static bool take_state(struct slice word, unsigned *states)
{
	enum incident_state state;

	if (!incident_state_parse(word, &state))
		return false;
	*states |= 1U << state;
	return true;
}

static const char *state_name(unsigned state)
{
	return incident_state_name((enum incident_state)state);
}

/* As a literal of text[]; but for merged ones all when none is named. */
static bool read_states(struct call *call, struct buffer *literal)
{
	unsigned states;

	if (!filters_words(call, "state", take_state, &states))
		return false;
	if (!states)
		states = 1U << STATE_OPEN | 1U << STATE_ACKNOWLEDGED | 1U << STATE_CONTAINED | 1U << STATE_CLOSED;
	filters_words_literal(states, state_name, literal);
	return true;
}

struct texts {
	struct buffer states, pattern;
};

static bool read_words(struct call *call, struct incident_filter *filter, struct texts *texts)
{
	const char *text = NULL, *order = orders[INCIDENTS_BY_ACTIVITY];

	filter->tag = parameters_get(&call->query, "tag");
	if (!read_states(call, &texts->states) || !filters_severity(call, &filter->severity) ||
	    !call_id_parameter(call, "rule", &filter->rule_id) ||
	    !filters_word(call, "direction", filters_directions, &filter->direction) ||
	    !filters_word(call, "sort", orders, &order) || !filters_text(call, "q", &texts->pattern, &text))
		return false;
	while (orders[filter->order] != order)
		filter->order++;
	filter->states = buffer_string(&texts->states);
	if (!text)
		return true;
	filter->pattern = buffer_string(&texts->pattern);
	if (!slice_to_int64(slice_of_string(*text == '#' ? text + 1 : text), &filter->no))
		filter->no = 0;
	return true;
}

static int read_filter(struct call *call, struct incident_filter *filter, struct texts *texts, struct err *why)
{
	int go = filters_company(call, &filter->company_id, why);

	if (go == 1)
		go = read_words(call, filter, texts);
	return go == 1 ? filters_period(call, &filter->from, &filter->to, why) : go;
}

static void put_page(struct call *call, struct page *page, enum incident_order order, const struct db_result *result,
		     struct json_writer *w)
{
	struct incident_row row = { 0 };
	int rows = db_rows(result);

	json_open_array(w, "incidents");
	for (int i = 0; i < rows && i < page->limit; i++) {
		incident_query_read(result, i, &row);
		incident_view_put(w, NULL, &row);
	}
	json_close_array(w);
	page->cursor.rank = incident_query_rank(order, &row);
	pages_next(call, page, rows > page->limit, row.last_ts, row.id, w);
}

static int put_counts(struct call *call, const struct incident_filter *filter, struct json_writer *w, struct err *why)
{
	int64_t counts[SEVERITIES] = { 0 };
	struct db_result *result;

	if (incident_query_counts(call->db, filter, &result, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(result); i++) {
		int64_t severity = db_integer(result, i, 0);

		if (severity >= 1 && severity <= SEVERITIES)
			counts[severity - 1] = db_integer(result, i, 1);
	}
	json_open_array(w, "by_severity");
	for (int i = 0; i < SEVERITIES; i++)
		json_put_integer(w, NULL, counts[i]);
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int write_list(struct call *call, struct page *page, const struct incident_filter *filter,
		      const struct db_result *result, struct err *why)
{
	const char *counts = booleans[1];
	struct json_writer w;

	if (!filters_word(call, "counts", booleans, &counts))
		return 0;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_page(call, page, filter->order, result, &w);
	if (counts == booleans[0] && put_counts(call, filter, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

static int list(struct call *call, struct texts *texts, struct err *why)
{
	struct incident_filter filter = { .from = TIME_NONE, .to = TIME_NONE, .before_ts = TIME_NONE };
	char position[LIVE_POSITION_SIZE];
	struct db_result *result;
	struct page page;
	int go, failed;

	live_position(call, position);
	if (!pages_read(call, CURSOR_INCIDENTS, &page))
		return 0;
	go = read_filter(call, &filter, texts, why);
	if (go != 1)
		return go;
	if (page.continued) {
		filter.before_rank = page.cursor.rank;
		filter.before_ts = page.cursor.time;
		filter.before_id = page.cursor.id;
	}
	filter.limit = page.limit + 1;
	if (incident_query_list(call->db, &filter, &result, why) != 0)
		return -1;
	failed = write_list(call, &page, &filter, result, why);
	live_reply_position(call, position);
	db_result_free(result);
	return failed;
}

int incidents_list(struct call *call, struct err *why)
{
	struct texts texts = { 0 };
	int failed = list(call, &texts, why);

	buffer_release(&texts.states);
	buffer_release(&texts.pattern);
	return failed;
}

int incidents_put_open(struct call *call, int64_t company_id, struct json_writer *w, struct err *why)
{
	const struct incident_filter filter = { .company_id = company_id,
						.states = open_states,
						.from = TIME_NONE,
						.to = TIME_NONE,
						.order = INCIDENTS_BY_SEVERITY,
						.before_ts = TIME_NONE,
						.limit = OPEN_MOST };
	struct db_result *result;

	if (incident_query_list(call->db, &filter, &result, why) != 0)
		return -1;
	json_open_array(w, "open_incidents");
	for (int i = 0; i < db_rows(result); i++) {
		struct incident_row row;

		incident_query_read(result, i, &row);
		incident_view_put(w, NULL, &row);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------- one */

static int put_timeline(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (incident_query_timeline(call->db, incident->company_id, incident->id, &result, why) != 0)
		return -1;
	json_open_array(w, "timeline");
	for (int i = 0; i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "id", db_integer(result, i, 0));
		json_put_time(w, "at", db_time(result, i, 1));
		json_put_string(w, "kind", db_text(result, i, 2));
		incident_view_put_person(w, "user", db_integer(result, i, 3), db_text(result, i, 4));
		json_put_raw(w, "body", db_slice(result, i, 5));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int put_signatures(struct call *call, const struct incident_row *incident, struct json_writer *w,
			  struct err *why)
{
	struct db_result *result;

	if (incident_query_signatures(call->db, incident->company_id, incident->id, &result, why) != 0)
		return -1;
	json_open_array(w, "signatures");
	for (int i = 0; i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_string(w, "signature_id", db_text(result, i, 0));
		json_put_string(w, "signature", db_text(result, i, 1));
		json_put_integer(w, "count", db_integer(result, i, 2));
		json_put_integer(w, "severity", db_integer(result, i, 3));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int put_hosts(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (incident_query_hosts(call->db, incident->company_id, incident->id, &result, why) != 0)
		return -1;
	json_open_object(w, "hosts");
	json_put_raw(w, "inside", db_slice(result, 0, 0));
	json_put_raw(w, "outside", db_slice(result, 0, 1));
	json_close_object(w);
	db_result_free(result);
	return 0;
}

static void put_cause(const struct db_result *result, int row, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_open_object(w, "rule");
	json_put_integer(w, "id", db_integer(result, row, 0));
	json_put_string(w, "uid", db_text(result, row, 1));
	json_put_string(w, "title", db_text(result, row, 2));
	json_put_string(w, "title_ja", db_text(result, row, 3));
	json_put_string(w, "kind", db_text(result, row, 4));
	json_put_string(w, "level", db_text(result, row, 5));
	json_close_object(w);
	json_put_integer(w, "severity", db_integer(result, row, 6));
	json_put_time(w, "first_ts", db_time(result, row, 7));
	json_put_time(w, "last_ts", db_time(result, row, 8));
	json_put_integer(w, "hits", db_integer(result, row, 9));
	json_put_integer(w, "rule_set", db_integer(result, row, 10));
	json_put_raw(w, "detail", db_slice(result, row, 11));
	json_put_integer(w, "lost_hits", db_integer(result, row, 12));
	json_close_object(w);
}

static int put_causes(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (incident_query_causes(call->db, incident->company_id, incident->id, &result, why) != 0)
		return -1;
	json_open_array(w, "causes");
	for (int i = 0; i < db_rows(result); i++)
		put_cause(result, i, w);
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int put_rules(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (incident_query_rules(call->db, incident->company_id, incident->id, &result, why) != 0)
		return -1;
	json_open_array(w, "rules");
	for (int i = 0; i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "id", db_integer(result, i, 0));
		json_put_string(w, "title", db_text(result, i, 1));
		json_put_string(w, "title_ja", db_text(result, i, 2));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int write_incident(struct call *call, const struct db_result *result, struct err *why)
{
	struct incident_row row;
	struct json_writer w;

	if (db_rows(result) == 0)
		return err_set(why, ERR_NOT_FOUND, "no such incident");
	incident_query_read(result, 0, &row);
	call_reply(call, 200, &w);
	incidents_reply_version(call, row.version);
	json_open_object(&w, NULL);
	incident_view_put_members(&w, &row);
	if (put_timeline(call, &row, &w, why) != 0 || put_signatures(call, &row, &w, why) != 0 ||
	    put_hosts(call, &row, &w, why) != 0 || put_causes(call, &row, &w, why) != 0 ||
	    put_rules(call, &row, &w, why) != 0 || campaigns_put_of_incident(call, &row, &w, why) != 0 ||
	    case_view_clocks(call, &row, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

int incidents_get(struct call *call, struct err *why)
{
	struct db_result *result;
	int failed;

	if (incident_query_get(call->db, call->person.company_id, call->id, false, &result, why) != 0)
		return -1;
	failed = write_incident(call, result, why);
	db_result_free(result);
	return failed;
}
