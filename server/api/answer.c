#include "server/api/answer.h"

#include "server/api/answer_view.h"
#include "server/api/link_page.h"
#include "server/api/plain_page.h"
#include "server/store/audit.h"
#include "server/store/drill.h"
#include "server/store/member_confirm.h"
#include "server/store/outbox.h"
#include "server/store/page_act.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* --------------------------------------------------------------------------------------------------------- the link */

/* 1: there is such a notice; 0: there is none; -1. */
static int find(struct call *call, struct answer_view *v, struct err *why)
{
	char notice[OUTBOX_ID_TEXT_SIZE];
	int ours = link_page_notice(call, LINK_ANSWER, notice, v->token, why);

	if (ours != 1)
		return ours;
	if (notice_link_get(call->db, notice, &v->link_rows, why) != 0)
		return -1;
	if (db_rows(v->link_rows) == 0)
		return 0;
	notice_link_read(v->link_rows, 0, &v->link);
	if (!answer_view_about(v->link.kind, &v->facts.about) || (v->facts.about == ANSWER_PAGE && !v->link.page_id))
		return 0;
	v->facts.japanese = link_page_japanese(call, v->link.language);
	return 1;
}

static void write_page(struct call *call, const struct answer_view *v)
{
	http_reply_clear(call->reply);
	call->reply->status = 200;
	plain_page_headers(call->reply, v->facts.japanese);
	answer_page_write(&v->facts, &call->reply->body);
}

int answer_show(struct call *call, struct err *why)
{
	struct answer_view *v = calloc(1, sizeof(*v));
	int go;

	if (!v)
		return err_set(why, ERR_NOMEM, "no memory for a page");
	go = find(call, v, why);
	if (go == 0)
		link_page_refuse(call);
	if (go == 1) {
		go = notice_link_opened(call->db, &v->link, why) != 0 || answer_view_load(call, v, why) != 0 ? -1 : 0;
		if (go == 0)
			write_page(call, v);
	}
	answer_view_release(v);
	free(v);
	return go;
}

/* --------------------------------------------------------------------------------------------------------- answering
 */

/* Whoever has the link; there is no session to tell who that is. */
static int note(struct call *call, const struct answer_view *v, const char *action, const char *subject,
		struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	char actor[400];
	int failed;

	snprintf(actor, sizeof(actor), "%s", v->link.user_email ? v->link.user_email : v->link.address);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "via", "link");
	json_put_string(&w, "message", v->link.id);
	json_put_string(&w, "address", call->address);
	json_close_object(&w);
	failed = detail.failed ? err_set(why, ERR_NOMEM, "no memory for the audit trail")
			       : audit_append(call->db, actor, action, v->link.contact_company_id, subject,
					      buffer_string(&detail), why);
	buffer_release(&detail);
	return failed;
}

static int act(struct call *call, const struct page_act *what, enum page_act_verdict *verdict, struct err *why)
{
	struct oncall_book *book;
	struct page_engine engine;
	int failed;

	if (oncall_call_book(call, &book, why) != 0)
		return -1;
	engine = oncall_call_engine(call, book);
	failed = page_act(call->db, &engine, what, verdict, why);
	oncall_book_close(book);
	return failed;
}

/* A second press of the same button is no mistake. */
static bool is_done_already(const struct answer_view *v, bool decline)
{
	return decline ? v->facts.declined : v->facts.state == ANSWER_MINE;
}

static int answer_page(struct call *call, struct answer_view *v, bool decline, struct err *why)
{
	const struct page_act what = { .kind = decline ? PAGE_ACT_DECLINE : PAGE_ACT_ACKNOWLEDGE,
				       .page_id = v->link.page_id,
				       .user_id = v->link.user_id,
				       .via = VIA_LINK };
	enum page_act_verdict verdict = PAGE_ACT_NOT_POSSIBLE;
	char subject[48];

	if (v->facts.state == ANSWER_OPEN && act(call, &what, &verdict, why) != 0)
		return -1;
	if (verdict == PAGE_ACT_DONE) {
		v->facts.result = decline ? RESULT_DECLINED : RESULT_DONE;
	} else {
		v->facts.result = is_done_already(v, decline) ? (decline ? RESULT_NONE : RESULT_DONE) : RESULT_LATE;
		return 0;
	}
	if (answer_view_load(call, v, why) != 0)
		return -1;
	snprintf(subject, sizeof(subject), "page %" PRId64, v->link.page_id);
	return note(call, v, decline ? "page.decline" : "page.acknowledge", subject, why);
}

/* "drill <id> user ..." */
static int64_t drill_of(const char *identity)
{
	struct slice rest = slice_skip(slice_of_string(identity), strlen("drill "));
	int64_t id = 0;

	return slice_to_int64(slice_take(rest, slice_find(rest, ' ')), &id) ? id : 0;
}

static int answer_drill(struct call *call, struct answer_view *v, struct err *why)
{
	int64_t drill_id = drill_of(v->link.identity);
	char subject[48];
	bool first = false;

	v->facts.result = RESULT_DONE;
	if (v->facts.state != ANSWER_OPEN) {
		v->facts.result = v->facts.state == ANSWER_CONFIRMED ? RESULT_DONE : RESULT_NONE;
		return 0;
	}
	if (drill_answer(call->db, drill_id, v->link.user_id, &first, why) != 0)
		return -1;
	snprintf(subject, sizeof(subject), "drill %" PRId64, drill_id);
	return first ? note(call, v, "drill.answer", subject, why) : 0;
}

static int answer_member(struct call *call, struct answer_view *v, struct err *why)
{
	const struct member_confirm confirm = { .company_id = v->link.contact_company_id,
						.incident_id = v->link.incident_id,
						.contact = v->link.contact_name,
						.message = v->link.id };
	char subject[64];

	v->facts.result = v->facts.state == ANSWER_EXPIRED ? RESULT_NONE : RESULT_DONE;
	if (v->facts.state != ANSWER_OPEN)
		return 0;
	if (confirm.incident_id && member_confirm(call->db, &confirm, why) != 0)
		return -1;
	if (confirm.incident_id)
		snprintf(subject, sizeof(subject), "incident %" PRId64, confirm.incident_id);
	else
		snprintf(subject, sizeof(subject), "message %s", v->link.id);
	return note(call, v, "member.confirm", subject, why);
}

/* 1: go on with *decline; 0: refused. */
static int read_action(struct call *call, const struct answer_view *v, bool *decline)
{
	const char *action = parameters_get(&call->form, "action");

	*decline = action && strcmp(action, "decline") == 0;
	if (action &&
	    (v->facts.about == ANSWER_PAGE ? *decline || strcmp(action, "ack") == 0 : strcmp(action, "confirm") == 0))
		return 1;
	return call_refuse_page(call->exchange, PROBLEM_BAD_REQUEST, v->facts.japanese);
}

static int take(struct call *call, struct answer_view *v, struct err *why)
{
	bool decline;
	int failed;

	if (read_action(call, v, &decline) != 1)
		return 0;
	if (answer_view_load(call, v, why) != 0)
		return -1;
	if (v->facts.about == ANSWER_PAGE)
		failed = answer_page(call, v, decline, why);
	else
		failed = v->facts.about == ANSWER_DRILL ? answer_drill(call, v, why) : answer_member(call, v, why);
	if (!failed)
		write_page(call, v);
	return failed;
}

int answer_take(struct call *call, struct err *why)
{
	struct answer_view *v = calloc(1, sizeof(*v));
	int go;

	if (!v)
		return err_set(why, ERR_NOMEM, "no memory for a page");
	go = find(call, v, why);
	if (go == 0)
		link_page_refuse(call);
	if (go == 1)
		go = take(call, v, why);
	answer_view_release(v);
	free(v);
	return go;
}
