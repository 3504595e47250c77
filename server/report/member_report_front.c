/* Page 1: the verdict, what we ask for, attacks from outside. No abbreviation, no address, no signature. */
#include "server/report/member_report.h"

static void masthead(struct member_report *r)
{
	const struct document_frame *f = &r->order->frame;
	const char *left = r->m.operator_name ? r->m.operator_name : "", *right = "";

	if (f->sender && *f->sender)
		left = f->sender;
	if (f->published_on && *f->published_on)
		right = said_day(&r->w, f->published_on);
	else if (r->m.made_at != TIME_NONE)
		right = said_time_year(&r->w, r->m.made_at);
	sheet_pair(r->sheet, SHEET_BODY, left, right);
	sheet_space(r->sheet, 6);
	sheet_text_cut(r->sheet, SHEET_TITLE, filled(r, "title_monthly", "month", said_month(&r->w, r->m.month), NULL),
		       1);
	sheet_text_cut(r->sheet, SHEET_ADDRESSEE,
		       filled(r, "addressee", "company", r->m.company, "member_no", r->m.member_no, NULL), 3);
	if (r->m.preliminary)
		sentence(r, SHEET_STRONG, filled(r, "preliminary_note", NULL));
	if (f->issue > 1)
		sentence(r, SHEET_STRONG,
			 filled(r, "reissue_note", "issue", number(r, f->issue), "reason", f->issue_reason, NULL));
	sheet_space(r->sheet, 2);
}

static const char *reasons(struct member_report *r)
{
	const char *text = "";

	for (size_t i = 0; i < r->m.reasons_count && i < r->limits.reasons; i++)
		text = said(&r->w, "%s%s%s", text, i && !r->order->japanese ? " " : "",
			    either(r, r->m.reasons[i].ja, r->m.reasons[i].en));
	return text;
}

/* The grade as a word of its own. */
static const char *grade_word(struct member_report *r)
{
	const char *word = said_name(r->order->japanese, NAME_GRADE, r->m.grade);

	if (*word < 'a' || *word > 'z')
		return word;
	return said(&r->w, "%c%s", *word - 'a' + 'A', word + 1);
}

static void verdict(struct member_report *r)
{
	const char *word = grade_word(r), *text;
	const char *asked = r->m.requests_count ? number(r, (int64_t)r->m.requests_count) : NULL;
	const double left = SHEET_MARGIN + 14, size = r->limits.mark;
	double top;

	text = filled(r, said(&r->w, "verdict_%s", r->m.grade), "company", r->m.company, "month",
		      r->order->japanese ? said_month_short(&r->w, r->m.month) : said_month(&r->w, r->m.month),
		      "reason", reasons(r), "requests", asked, NULL);
	heading(r, "heading_summary");
	sheet_box_begin(r->sheet, true, size + 20);
	top = sheet_y(r->sheet);
	sheet_weather(r->sheet, r->m.grade, word, left, top, size);
	sheet_columns(r->sheet, left + size + 20, SHEET_WIDTH - SHEET_MARGIN - 12);
	sheet_text(r->sheet, SHEET_LARGE, word);
	sheet_text_cut(r->sheet, SHEET_BODY, text, r->limits.sentence + 3);
	sheet_box_end(r->sheet);
}

static void comment(struct member_report *r)
{
	const char *text = r->order->frame.comment;

	r->comment_cut = false;
	if (!text || !*text)
		return;
	heading(r, "heading_comment");
	r->comment_cut = sheet_text_cut(r->sheet, SHEET_BODY, text, r->limits.comment);
	if (r->comment_cut)
		sentence(r, SHEET_BODY, filled(r, "continued_note", NULL));
}

/* "約1時間", "20 min" */
static const char *duration(struct member_report *r, int64_t minutes)
{
	return minutes > 0 ? said_duration(&r->w, minutes * 60) : NULL;
}

static const char *request_terms(struct member_report *r, const struct request_row *q)
{
	const char *mark = q->overdue ? "requests_overdue" : q->carried ? "requests_carried" : NULL;
	const char *terms =
	    filled(r, "request_terms", "who", either(r, q->who_ja, q->who_en), "duration", duration(r, q->minutes),
		   "due", q->due_on ? said_day(&r->w, q->due_on) : NULL, "now", q->due_on ? NULL : "1", NULL);

	if (!mark)
		return terms;
	return said(&r->w, r->order->japanese ? "【%s】%s" : "[%s] %s", filled(r, mark, NULL), terms);
}

static void one_request(struct member_report *r, const struct request_row *q)
{
	double top = sheet_y(r->sheet) + 5;

	sheet_at(r->sheet, top);
	sheet_tick_box(r->sheet, SHEET_MARGIN + 4, top + 1, 12);
	sheet_columns(r->sheet, SHEET_MARGIN + 28, SHEET_WIDTH - SHEET_MARGIN);
	r->requests_cut |= sheet_text_cut(r->sheet, SHEET_STRONG, either(r, q->what_ja, q->what_en), r->limits.request);
	sheet_text_cut(r->sheet, SHEET_BODY, request_terms(r, q), 2);
	sheet_columns(r->sheet, SHEET_MARGIN, SHEET_WIDTH - SHEET_MARGIN);
	sheet_rule(r->sheet);
}

static void requests(struct member_report *r)
{
	r->requests_cut = false;
	heading(r, "heading_requests");
	if (r->s.requests) {
		sentence(r, SHEET_BODY, filled(r, r->s.requests, NULL));
		return;
	}
	for (size_t i = 0; i < r->m.requests_count && i < MEMBER_REQUESTS_MAX; i++)
		one_request(r, &r->m.requests[i]);
	if (r->requests_cut)
		sentence(r, SHEET_BODY, filled(r, "continued_note", NULL));
	sentence(r, SHEET_BODY, filled(r, "requests_done", NULL));
	if (r->m.requests_more > 0)
		sentence(r, SHEET_BODY, filled(r, "requests_more", "count", number(r, r->m.requests_more), NULL));
}

static const char *inbound_text(struct member_report *r, const struct month_count *month)
{
	int64_t left = month->inbound - month->inbound_stopped;
	const char *text = filled(r, r->s.inbound, "count", number(r, month->inbound), "stopped",
				  number(r, month->inbound_stopped), "left", number(r, left), NULL);

	if (!r->s.inbound_cases)
		return text;
	return said(&r->w, "%s%s%s", text, r->order->japanese ? "" : " ", filled(r, r->s.inbound_cases, NULL));
}

static void inbound(struct member_report *r)
{
	struct beside b;

	heading(r, "heading_inbound");
	beside_begin(r, &b);
	if (r->m.months_count == MEMBER_MONTHS)
		sentence(r, SHEET_BODY, inbound_text(r, &r->m.months[MEMBER_THIS]));
	if (r->m.monitored_days > 0)
		change_line(r, BARS_INBOUND);
	beside_end(r, &b, BARS_INBOUND);
	if (r->m.inbound_kinds_count > 0) {
		sheet_text_cut(r->sheet, SHEET_STRONG, filled(r, "heading_kinds", NULL), 1);
		kind_lines(r, r->m.inbound_kinds, r->m.inbound_kinds_count);
	}
	sentence(r, SHEET_SMALL, filled(r, "trend_note", NULL));
}

/* The help desk's number, at the foot of the page. */
static void foot(struct member_report *r)
{
	const char *phone = r->order->frame.desk_phone;

	if (!phone || !*phone)
		return;
	sheet_space(r->sheet, 4);
	r->foot = sheet_mark(r->sheet);
	sheet_text_cut(r->sheet, SHEET_STRONG, filled(r, "contact_foot", "phone", phone, NULL), 1);
}

void member_report_front(struct member_report *r)
{
	masthead(r);
	verdict(r);
	comment(r);
	requests(r);
	inbound(r);
	foot(r);
}
