#include "server/api/page_answers.h"

#include "server/api/audit_trail.h"
#include "server/api/body_members.h"
#include "server/api/headers.h"
#include "server/api/oncall_call.h"
#include "server/api/oncall_pages.h"
#include "server/api/page_json.h"
#include "server/store/page_act.h"

#include <inttypes.h>
#include <stdio.h>

enum { REASON_MOST = 500 };

/* If-Match may be left out: an answer must be quick, and the row's lock tells who was first. 1 or 0. */
static int read_condition(struct call *call, struct err *why, bool *stale)
{
	const char *header = http_request_header(call->exchange, "If-Match");
	struct page_row page;
	struct db_result *rows;

	*stale = false;
	if (!header)
		return 1;
	if (oncall_pages_find(call, call->id, &rows, &page, why) != 0)
		return -1;
	db_result_free(rows);
	return call_condition(call, page.version, stale) ? 1 : 0;
}

static void refuse_with_current(struct call *call, enum problem_code code, const struct page_row *page)
{
	struct json_writer w;

	call_refuse_open(call, code, &w);
	page_json_put(&w, "current", page);
	json_close_object(&w);
}

static int note(struct call *call, const struct page_act *act, const struct page_row *page, const char *action,
		struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[48];

	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "title", page->title);
	json_put_string(&w, "state", page->state);
	if (act->reason)
		json_put_string(&w, "reason", act->reason);
	if (act->to_user)
		json_put_integer(&w, "to", act->to_user);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "page %" PRId64, page->page_id);
	return audit_trail_add(call, action, 0, subject, &detail, why);
}

/* The page as it is now; what could not be done is a refusal that shows it. */
static int conclude(struct call *call, const struct page_act *act, enum page_act_verdict verdict, const char *action,
		    struct err *why)
{
	bool nothing = act->kind == PAGE_ACT_CONFIRM && verdict == PAGE_ACT_NOT_POSSIBLE;
	struct page_row page;
	struct db_result *rows;
	struct json_writer w;
	int failed = 0;

	if (oncall_pages_find(call, act->page_id, &rows, &page, why) != 0)
		return -1;
	if (verdict == PAGE_ACT_STALE) {
		refuse_with_current(call, PROBLEM_STALE, &page);
	} else if (verdict == PAGE_ACT_NOT_POSSIBLE && !nothing) {
		refuse_with_current(call, PROBLEM_PAGE_STATE, &page);
	} else {
		call_reply(call, 200, &w);
		oncall_call_etag(call, page.version);
		page_json_put(&w, NULL, &page);
		failed = nothing ? 0 : note(call, act, &page, action, why);
	}
	db_result_free(rows);
	return failed;
}

static int with_book(struct call *call, struct oncall_book *book, const struct page_act *act, const char *action,
		     struct err *why)
{
	const struct page_engine engine = oncall_call_engine(call, book);
	enum page_act_verdict verdict;

	if (act->kind == PAGE_ACT_HAND_OVER && !oncall_book_available(book, act->to_user))
		return call_refuse_reason(call, "user_id", FAULT_CHOICE, "nobody who can be paged has this number");
	if (page_act(call->db, &engine, act, &verdict, why) != 0)
		return -1;
	return conclude(call, act, verdict, action, why);
}

static int act_on(struct call *call, struct page_act *act, const char *action, struct err *why)
{
	struct oncall_book *book;
	bool stale;
	int go = read_condition(call, why, &stale), failed;

	if (go != 1)
		return go;
	act->page_id = call->id;
	act->user_id = call->person.user_id;
	act->via = VIA_SCREEN;
	if (stale)
		return conclude(call, act, PAGE_ACT_STALE, action, why);
	if (oncall_call_book(call, &book, why) != 0)
		return -1;
	failed = with_book(call, book, act, action, why);
	oncall_book_close(book);
	return failed;
}

int page_answers_acknowledge(struct call *call, struct err *why)
{
	return act_on(call, &(struct page_act){ .kind = PAGE_ACT_ACKNOWLEDGE }, "page.acknowledge", why);
}

int page_answers_confirm(struct call *call, struct err *why)
{
	return act_on(call, &(struct page_act){ .kind = PAGE_ACT_CONFIRM }, "page.confirm", why);
}

static bool read_reason(struct call *call, struct page_act *act)
{
	return body_members_nullable_text(call, "reason", REASON_MOST, &act->reason);
}

int page_answers_decline(struct call *call, struct err *why)
{
	struct page_act act = { .kind = PAGE_ACT_DECLINE };

	return read_reason(call, &act) ? act_on(call, &act, "page.decline", why) : 0;
}

int page_answers_escalate(struct call *call, struct err *why)
{
	struct page_act act = { .kind = PAGE_ACT_ESCALATE };

	return read_reason(call, &act) ? act_on(call, &act, "page.escalate", why) : 0;
}

int page_answers_hand_over(struct call *call, struct err *why)
{
	struct page_act act = { .kind = PAGE_ACT_HAND_OVER };

	if (!body_members_need(call, "user_id") || !body_members_integer(call, "user_id", 1, INT64_MAX, &act.to_user) ||
	    !read_reason(call, &act))
		return 0;
	return act_on(call, &act, "page.hand_over", why);
}
