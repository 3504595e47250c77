#include "server/api/answer_view.h"

#include "server/model/notice.h"
#include "server/store/notice_template.h"
#include "server/store/page_query.h"

#include <stdio.h>

bool answer_view_about(const char *kind, enum answer_about *about)
{
	const struct notice_kind *found = notice_kind_find(slice_of_string(kind));

	if (!found || !found->answerable)
		return false;
	if (strcmp(kind, "drill") == 0)
		*about = ANSWER_DRILL;
	else
		*about = slice_starts_with(slice_of_string(kind), "member") ? ANSWER_MEMBER : ANSWER_PAGE;
	return true;
}

void answer_view_release(struct answer_view *view)
{
	page_view_release(&view->page);
	db_result_free(view->link_rows);
	db_result_free(view->page_rows);
	db_result_free(view->other_rows);
	db_result_free(view->text_rows);
	buffer_release(&view->subject);
	buffer_release(&view->body);
	buffer_release(&view->whole);
}

/* ------------------------------------------------------------------------------------------------------------ a page
 */

static enum answer_state state_of(const struct notice_link_row *link, const struct page_row *page)
{
	if (strcmp(page->state, "closed") == 0)
		return ANSWER_CLOSED;
	if (strcmp(page->state, "joined") == 0)
		return ANSWER_JOINED;
	if (strcmp(page->state, "acknowledged") == 0)
		return page->ack_by && page->ack_by == link->user_id ? ANSWER_MINE : ANSWER_TAKEN;
	if (link->too_old)
		return ANSWER_EXPIRED;
	return !link->user_id && link->channel_id ? ANSWER_SHARED : ANSWER_OPEN;
}

static int load_others(struct call *call, struct answer_view *v, struct err *why)
{
	struct answer_facts *f = &v->facts;
	int rows;

	db_result_free(v->other_rows);
	v->other_rows = NULL;
	if (notice_link_others(call->db, v->link.page_id, v->link.user_id, &v->other_rows, why) != 0)
		return -1;
	rows = db_rows(v->other_rows);
	f->other_count = rows < ANSWER_OTHERS_MAX ? (size_t)rows : ANSWER_OTHERS_MAX;
	f->more_others = (size_t)rows - f->other_count;
	for (size_t i = 0; i < f->other_count; i++)
		f->others[i] = db_text(v->other_rows, (int)i, 0);
	f->next_who = rows ? f->others[0] : NULL;
	return 0;
}

static void put_page_texts(struct answer_view *v)
{
	struct answer_facts *f = &v->facts;
	int language = f->japanese ? PAGE_JA : PAGE_EN;

	f->severity = (int)v->page.severity;
	f->title = v->page.title[language];
	f->company = v->page.company[language];
	f->reference = v->page.reference;
	f->since = v->page.since[language];
	f->count = v->page.subjects;
	f->details = v->page.subjects > 1 ? NULL : v->page.details[language];
	f->url = v->page.url;
}

static int load_page(struct call *call, struct answer_view *v, struct err *why)
{
	struct answer_facts *f = &v->facts;
	struct page_row page;

	page_view_release(&v->page);
	db_result_free(v->page_rows);
	v->page_rows = NULL;
	if (page_view_read(call->db, v->link.page_id, &v->page, why) != 0 ||
	    page_query_get(call->db, v->link.page_id, &v->page_rows, why) != 0)
		return -1;
	if (db_rows(v->page_rows) == 0)
		return err_set(why, ERR_NOT_FOUND, "no such page");
	page_query_read(v->page_rows, 0, &page);
	put_page_texts(v);
	f->state = state_of(&v->link, &page);
	f->declined = v->link.declined;
	f->who = page.ack_name;
	if (oncall_call_local(call, f->state == ANSWER_CLOSED ? page.closed_at : page.ack_at, f->japanese, v->at,
			      why) != 0 ||
	    oncall_call_local(call, page.ack_until, f->japanese, v->until, why) != 0)
		return -1;
	f->at = v->at;
	/* A full answer runs out too, but long after: nothing that must be said here. */
	f->until = page.ack_via && strcmp(page.ack_via, "link") == 0 ? v->until : NULL;
	return load_others(call, v, why);
}

/* ------------------------------------------------------------------------------------------------- a member's notice
 */

static struct notice_text text_in_force(const struct notice_kind *kind, bool japanese, const struct db_result *rows)
{
	struct notice_template_row row;

	if (db_rows(rows)) {
		notice_template_read(rows, 0, &row);
		if (row.subject && row.body)
			return (struct notice_text){ slice_of_string(row.subject), slice_of_string(row.body) };
	}
	return notice_text_shipped(kind, japanese);
}

/* The text as it was sent, but for the link, which leads here. */
static int load_member(struct call *call, struct answer_view *v, struct err *why)
{
	const struct notice_kind *kind = notice_kind_find(slice_of_string(v->link.kind));
	const struct settings *s = call->api->settings;
	const struct notice_sender sender = { .desk_phone = s->escalator.desk_phone,
					      .desk_mail = s->escalator.desk_mail,
					      .sender = v->operator_name,
					      .japanese = v->facts.japanese };
	struct answer_facts *f = &v->facts;
	struct notice_text text;

	if (notice_template_get(call->db, v->link.kind, f->japanese ? "ja" : "en", false, &v->text_rows, why) != 0)
		return -1;
	text = text_in_force(kind, f->japanese, v->text_rows);
	if (notice_complete(slice_of_string(v->link.facts), &sender, &v->whole, why) != 0 ||
	    notice_render(kind, &text, buffer_slice(&v->whole), &v->subject, &v->body, why) != 0)
		return -1;
	f->title = buffer_string(&v->subject);
	f->message = buffer_string(&v->body);
	f->desk_phone = s->escalator.desk_phone;
	f->state = v->link.confirmed_at != TIME_NONE ? ANSWER_CONFIRMED
		   : v->link.too_old                 ? ANSWER_EXPIRED
						     : ANSWER_OPEN;
	return oncall_call_local(call, v->link.confirmed_at, f->japanese, v->at, why);
}

static void load_drill(struct answer_view *v)
{
	v->facts.state = v->link.answered ? ANSWER_CONFIRMED : v->link.too_old ? ANSWER_EXPIRED : ANSWER_OPEN;
}

int answer_view_load(struct call *call, struct answer_view *v, struct err *why)
{
	v->facts.token = v->token;
	v->facts.operator_name = v->operator_name;
	if (account_operator_name(call->db, v->operator_name, sizeof(v->operator_name), why) != 0)
		return -1;
	if (v->facts.about == ANSWER_PAGE)
		return load_page(call, v, why);
	if (v->facts.about == ANSWER_MEMBER)
		return load_member(call, v, why);
	load_drill(v);
	return 0;
}
