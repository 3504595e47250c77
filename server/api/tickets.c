#include "server/api/tickets.h"

#include "server/api/filters.h"
#include "server/api/incidents.h"
#include "server/api/orders.h"
#include "server/api/pages.h"
#include "server/api/ticket_view.h"
#include "server/model/phone.h"
#include "server/model/ticket.h"

const char tickets_unclosed[] = "{open,working,waiting}";
static const char *const booleans[] = { "true", "false", NULL };

bool tickets_for_member(const struct call *call)
{
	return call->person.role == PERSON_MEMBER;
}

/* ------------------------------------------------------------------------------------------------------------- words
 */

static void put_categories(struct json_writer *w)
{
	json_open_array(w, "categories");
	for (size_t i = 0; i < ticket_category_count; i++) {
		const struct ticket_category *c = &ticket_categories[i];

		json_open_object(w, NULL);
		json_put_string(w, "name", c->name);
		json_put_string(w, "group", ticket_group_name(c->group));
		json_put_integer(w, "severity", c->severity);
		json_put_bool(w, "by_member", c->by_member);
		json_put_string(w, "ja", c->ja);
		json_put_string(w, "en", c->en);
		json_close_object(w);
	}
	json_close_array(w);
}

int tickets_words(struct call *call, struct err *why)
{
	struct json_writer w;

	(void)why;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_categories(&w);
	json_open_array(&w, "closing_reasons");
	for (size_t i = 0; i < ticket_closing_count; i++) {
		json_open_object(&w, NULL);
		json_put_string(&w, "name", ticket_closings[i].name);
		json_put_bool(&w, "needs_answer", ticket_closings[i].needs_answer);
		json_put_string(&w, "ja", ticket_closings[i].ja);
		json_put_string(&w, "en", ticket_closings[i].en);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- the list
 */

struct texts {
	struct buffer states, pattern;
	char digits[PHONE_SIZE];
};

static void texts_release(struct texts *texts)
{
	buffer_release(&texts->states);
	buffer_release(&texts->pattern);
}

static bool take_state(struct slice word, unsigned *states)
{
	enum ticket_state state;

	if (!ticket_state_parse(word, &state))
		return false;
	*states |= 1U << state;
	return true;
}

static const char *state_name(unsigned state)
{
	return ticket_state_name((enum ticket_state)state);
}

static bool read_states(struct call *call, struct ticket_filter *filter, struct buffer *literal)
{
	unsigned states;

	if (!filters_words(call, "state", take_state, &states))
		return false;
	filter->states = tickets_unclosed;
	if (!states)
		return true;
	filters_words_literal(states, state_name, literal);
	filter->states = buffer_string(literal);
	return true;
}

static bool read_owner(struct call *call, struct ticket_filter *filter)
{
	const char *owner = parameters_get(&call->query, "owner"), *mine = booleans[1];

	if (!filters_word(call, "mine", booleans, &mine))
		return false;
	if (mine == booleans[0])
		filter->owner_id = call->person.user_id;
	if (!owner)
		return true;
	if (strcmp(owner, "me") == 0)
		filter->owner_id = call->person.user_id;
	else if (strcmp(owner, "none") == 0)
		filter->owner_id = -1;
	else
		return call_id_parameter(call, "owner", &filter->owner_id);
	return true;
}

static bool read_category(struct call *call, struct ticket_filter *filter)
{
	filter->category = parameters_get(&call->query, "category");
	if (!filter->category || ticket_category_find(slice_of_string(filter->category)))
		return true;
	call_refuse_parameter(call, "category", FAULT_CHOICE);
	return false;
}

/* A text may be part of a subject, a number, or a telephone number. */
static bool read_text(struct call *call, struct ticket_filter *filter, struct texts *texts)
{
	const char *text = NULL;
	struct slice number;

	if (!filters_text(call, "q", &texts->pattern, &text))
		return false;
	if (!text)
		return true;
	filter->pattern = buffer_string(&texts->pattern);
	number = slice_trim(slice_of_string(text));
	if (slice_is_ignoring_case(slice_take(number, 3), "HD-"))
		number = slice_skip(number, 3);
	if (!slice_to_int64(number, &filter->id) || filter->id < 0)
		filter->id = 0;
	if (phone_normalise(slice_of_string(text), texts->digits) && strlen(texts->digits) >= PHONE_SUFFIX_LEAST)
		filter->digits = texts->digits;
	return true;
}

/* 1: go on; 0: refused; -1. */
static int read_filter(struct call *call, struct ticket_filter *filter, struct texts *texts, struct err *why)
{
	int go = filters_company(call, &filter->company_id, why);

	if (go != 1)
		return go;
	return read_states(call, filter, &texts->states) && read_owner(call, filter) && read_category(call, filter) &&
	       filters_severity(call, &filter->severity) && call_id_parameter(call, "incident", &filter->incident_id) &&
	       read_text(call, filter, texts);
}

static int put_counts(struct call *call, const struct ticket_filter *filter, struct json_writer *w, struct err *why)
{
	int64_t counts[TICKET_STATES] = { 0 };
	struct db_result *result;

	if (ticket_counts(call->db, filter, &result, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(result); i++) {
		enum ticket_state state;

		if (ticket_state_parse(db_slice(result, i, 0), &state))
			counts[state] = db_integer(result, i, 1);
	}
	db_result_free(result);
	json_open_object(w, "counts");
	for (unsigned i = 0; i < TICKET_STATES; i++)
		json_put_integer(w, ticket_state_name((enum ticket_state)i), counts[i]);
	json_close_object(w);
	return 0;
}

static int write_list(struct call *call, const struct page *page, const struct ticket_filter *filter, bool counts,
		      struct err *why)
{
	struct ticket_row ticket = { 0 };
	struct db_result *result;
	struct json_writer w;
	int rows, failed = 0;

	if (ticket_list(call->db, filter, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "tickets");
	for (int i = 0; i < rows && i < page->limit; i++) {
		ticket_read(result, i, &ticket);
		ticket_view_put(&w, NULL, &ticket, tickets_for_member(call));
	}
	json_close_array(&w);
	pages_next(call, page, rows > page->limit, 0, ticket.id, &w);
	if (counts)
		failed = put_counts(call, filter, &w, why);
	json_close_object(&w);
	db_result_free(result);
	return failed;
}

int tickets_list(struct call *call, struct err *why)
{
	const char *counts = booleans[1];
	struct ticket_filter filter = { 0 };
	struct texts texts = { 0 };
	struct page page;
	int go;

	if (!pages_read(call, CURSOR_TICKETS, &page) || !filters_word(call, "counts", booleans, &counts))
		return 0;
	filter.before = page.continued ? page.cursor.id : INT64_MAX;
	filter.limit = page.limit + 1;
	go = read_filter(call, &filter, &texts, why);
	if (go == 1)
		go = write_list(call, &page, &filter, counts == booleans[0], why);
	texts_release(&texts);
	return go;
}

int tickets_put(struct call *call, const char *key, const struct ticket_filter *filter, struct json_writer *w,
		struct err *why)
{
	struct ticket_row ticket;
	struct db_result *result;

	if (ticket_list(call->db, filter, &result, why) != 0)
		return -1;
	json_open_array(w, key);
	for (int i = 0; i < db_rows(result); i++) {
		ticket_read(result, i, &ticket);
		ticket_view_put(w, NULL, &ticket, tickets_for_member(call));
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

/* --------------------------------------------------------------------------------------------------------------- one
 */

int tickets_find(struct call *call, int64_t id, bool lock, struct db_result **result, struct ticket_row *out,
		 struct err *why)
{
	if (ticket_get(call->db, call->person.company_id, id, lock, result, why) != 0)
		return -1;
	if (db_rows(*result) == 0) {
		db_result_free(*result);
		return err_set(why, ERR_NOT_FOUND, "no such ticket");
	}
	ticket_read(*result, 0, out);
	return 0;
}

static int put_events(struct call *call, int64_t id, struct json_writer *w, struct err *why)
{
	struct db_result *events;

	if (ticket_events(call->db, id, tickets_for_member(call), &events, why) != 0)
		return -1;
	ticket_view_put_events(w, events);
	db_result_free(events);
	return 0;
}

static int put_orders(struct call *call, const struct ticket_row *ticket, struct json_writer *w, struct err *why)
{
	const struct dispatch_filter filter = {
		.company_id = ticket->company_id, .ticket_id = ticket->id, .before = INT64_MAX, .limit = 100
	};

	if (ticket->company_id)
		return orders_put(call, &filter, w, why);
	json_open_array(w, "orders");
	json_close_array(w);
	return 0;
}

int tickets_reply(struct call *call, int64_t id, int status, struct err *why)
{
	struct db_result *result;
	struct ticket_row ticket;
	struct json_writer w;
	int failed;

	if (tickets_find(call, id, false, &result, &ticket, why) != 0)
		return -1;
	call_reply(call, status, &w);
	incidents_reply_version(call, ticket.version);
	json_open_object(&w, NULL);
	ticket_view_put_members(&w, &ticket, tickets_for_member(call));
	failed = put_events(call, id, &w, why) != 0 || put_orders(call, &ticket, &w, why) != 0 ? -1 : 0;
	json_close_object(&w);
	db_result_free(result);
	return failed;
}

int tickets_get(struct call *call, struct err *why)
{
	return tickets_reply(call, call->id, 200, why);
}
