#include "server/api/oncall_pages.h"

#include "server/api/filters.h"
#include "server/api/incident_view.h"
#include "server/api/live.h"
#include "server/api/notice_targets.h"
#include "server/api/oncall_call.h"
#include "server/api/page_json.h"
#include "server/api/pages.h"

#include <stdlib.h>

enum { MESSAGES_SHOWN = 500 };

/* ---------------------------------------------------------------------------------------------------------- the list
 */

static bool read_choice(struct call *call, enum page_choice *out)
{
	static const char *const words[] = { "unacked", "open", "all", NULL };
	const char *word = words[PAGES_OPEN];

	if (!filters_word(call, "state", words, &word))
		return false;
	*out = word == words[PAGES_UNACKED] ? PAGES_UNACKED : word == words[PAGES_OPEN] ? PAGES_OPEN : PAGES_ALL;
	return true;
}

static void write_list(struct call *call, const struct page *page, const char *position, const struct db_result *rows)
{
	struct page_row row = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	live_reply_position(call, position);
	json_open_object(&w, NULL);
	json_open_array(&w, "pages");
	for (int i = 0; i < db_rows(rows) && i < page->limit; i++) {
		page_query_read(rows, i, &row);
		page_json_put(&w, NULL, &row);
	}
	json_close_array(&w);
	pages_next(call, page, db_rows(rows) > page->limit, 0, row.page_id, &w);
	json_close_object(&w);
}

int oncall_pages_list(struct call *call, struct err *why)
{
	struct page_filter filter = { .from = TIME_NONE, .to = TIME_NONE };
	char position[LIVE_POSITION_SIZE];
	struct db_result *rows;
	struct page page;
	int go;

	live_position(call, position);
	if (!pages_read(call, CURSOR_PAGES, &page) || !read_choice(call, &filter.choice) ||
	    !call_id_parameter(call, "incident", &filter.incident_id))
		return 0;
	go = filters_period(call, &filter.from, &filter.to, why);
	if (go != 1)
		return go;
	filter.before = page.continued ? page.cursor.id : INT64_MAX;
	filter.limit = page.limit + 1;
	if (page_query_list(call->db, &filter, &rows, why) != 0)
		return -1;
	write_list(call, &page, position, rows);
	db_result_free(rows);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------- one */

int oncall_pages_find(struct call *call, int64_t page_id, struct db_result **rows, struct page_row *out,
		      struct err *why)
{
	if (page_query_get(call->db, page_id, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		db_result_free(*rows);
		*rows = NULL;
		return err_set(why, ERR_NOT_FOUND, "no such page");
	}
	page_query_read(*rows, 0, out);
	return 0;
}

static int put_subjects(struct call *call, struct json_writer *w, struct err *why)
{
	struct page_subject_row row;
	struct db_result *rows;

	if (page_query_subjects(call->db, call->id, &rows, why) != 0)
		return -1;
	json_open_array(w, "all_subjects");
	for (int i = 0; i < db_rows(rows); i++) {
		page_subject_read(rows, i, &row);
		page_json_put_subject(w, NULL, &row);
	}
	json_close_array(w);
	db_result_free(rows);
	return 0;
}

static int put_timeline(struct call *call, struct json_writer *w, struct err *why)
{
	struct db_result *rows;

	if (page_query_timeline(call->db, call->id, &rows, why) != 0)
		return -1;
	json_open_array(w, "timeline");
	for (int i = 0; i < db_rows(rows); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "id", db_integer(rows, i, 0));
		json_put_time(w, "at", db_time(rows, i, 1));
		json_put_string(w, "kind", db_text(rows, i, 2));
		incident_view_put_person(w, "user", db_integer(rows, i, 3), db_text(rows, i, 4));
		json_put_raw(w, "body", db_slice(rows, i, 5));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(rows);
	return 0;
}

static int put_messages(struct call *call, struct json_writer *w, struct err *why)
{
	struct message_filter filter = {
		.page_id = call->id, .from = TIME_NONE, .to = TIME_NONE, .limit = MESSAGES_SHOWN
	};
	struct message_row row;
	struct db_result *rows;

	if (message_query_list(call->db, &filter, &rows, why) != 0)
		return -1;
	json_open_array(w, "messages");
	for (int i = 0; i < db_rows(rows); i++) {
		message_query_read(rows, i, &row);
		page_json_put_message(w, NULL, &row);
	}
	json_close_array(w);
	db_result_free(rows);
	return 0;
}

/* What happens at next_at, with the very persons. */
static void put_next(struct json_writer *w, const struct page_held *held, const struct notice_look *look)
{
	static const struct policy_target leads[] = { { .kind = TARGET_ROLE, .role = "lead" },
						      { .kind = TARGET_ROLE, .role = "admin" } };
	const struct page_machine *m = &held->machine;
	bool to_leads = m->exhausted || m->step >= held->policy.step_count;
	const struct policy_step *step = to_leads ? NULL : &held->policy.steps[m->step];

	if (m->state != PAGE_TRIGGERED || m->next_at == TIME_NONE) {
		json_put_null(w, "next");
		return;
	}
	json_open_object(w, "next");
	json_put_time(w, "at", m->next_at);
	json_put_string(w, "kind", to_leads ? "leads" : "step");
	json_put_integer(w, "loop", (m->loop < held->policy.loops ? m->loop : held->policy.loops - 1) + 1);
	json_put_integer(w, "step", to_leads ? held->policy.step_count : m->step + 1);
	notice_targets_put(w, look, step ? step->targets : leads, step ? step->target_count : (int)ARRAY_LEN(leads),
			   m->next_at);
	json_close_object(w);
}

/* What a look ahead takes: too large for a stack. */
struct ahead {
	struct page_held held;
	struct oncall_book *book;
	struct page_audience audience;
};

static int look_ahead(struct call *call, const struct page_row *page, struct ahead *a, struct json_writer *w,
		      struct err *why)
{
	bool one = page->companies == 1;
	struct notice_look look;

	if (page_engine_hold(call->db, page->page_id, false, &a->held, why) != 0 ||
	    oncall_call_book(call, &a->book, why) != 0 ||
	    page_audience_load(&a->audience, call->db, one ? page->first.company_id : 0, why) != 0)
		return -1;
	look = (struct notice_look){
		.book = a->book, .audience = &a->audience, .one_company = one, .member_next = a->held.member_next
	};
	put_next(w, &a->held, &look);
	return 0;
}

static int put_ahead(struct call *call, const struct page_row *page, struct json_writer *w, struct err *why)
{
	struct ahead *a = calloc(1, sizeof(*a));
	int failed;

	if (!a)
		return err_set(why, ERR_NOMEM, "no memory for a page");
	failed = look_ahead(call, page, a, w, why);
	page_audience_release(&a->audience);
	oncall_book_close(a->book);
	free(a);
	return failed;
}

static int write_whole(struct call *call, const struct page_row *page, struct err *why)
{
	struct json_writer w;

	call_reply(call, 200, &w);
	oncall_call_etag(call, page->version);
	json_open_object(&w, NULL);
	page_json_put_members(&w, page);
	json_put_string(&w, "group_key", page->group_key);
	json_put_raw(&w, "rules", slice_of_string(page->policy));
	json_put_bool(&w, "may_answer", person_may(call->person.role, PERMISSION_ANSWER_PAGES));
	if (put_subjects(call, &w, why) != 0 || put_timeline(call, &w, why) != 0 || put_messages(call, &w, why) != 0 ||
	    put_ahead(call, page, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

int oncall_pages_get(struct call *call, struct err *why)
{
	struct page_row page;
	struct db_result *rows;
	int failed;

	if (oncall_pages_find(call, call->id, &rows, &page, why) != 0)
		return -1;
	failed = write_whole(call, &page, why);
	db_result_free(rows);
	return failed;
}
