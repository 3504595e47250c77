/* 速報: one page that says what happened, what to do and whom to call. 続報 and 最終報告: the five steps of SCS 3
 * stars, 6-1-1-1, with their times, and an annex. */
#include "server/report/case_report_draw.h"

#include "server/report/document_body.h"
#include "server/report/document_parts.h"

#include <inttypes.h>

static const struct {
	const char *title, *intro;
} texts[] = {
	[DOCUMENT_FIRST] = { "title_first", "first_report_intro" },
	[DOCUMENT_INTERIM] = { "title_interim", "interim_intro" },
	[DOCUMENT_FINAL] = { "title_final", "final_intro" },
};

enum { REASON_IN_BOX = 1500 }; /* bytes */

static bool given(const char *text)
{
	return text && text[0];
}

/* ------------------------------------------------------------------------------------------ head */
static const char *addressee(const struct paper *p, const struct case_report *r)
{
	return p->w.japanese ? said(&p->w, "%s 様", r->company) : r->company;
}

static void put_head(struct paper *p, const struct case_report *r, const struct document_order *order)
{
	const struct document_frame *frame = &order->frame;
	const struct report_text_value number[] = {
		{ "number", said(&p->w, "%" PRId64, r->incident.no) },
		{ "severity", said_severity(p->w.japanese, r->incident.severity) },
	};

	paper_text(p, SHEET_TITLE, texts[order->kind].title);
	sheet_text(p->sheet, SHEET_ADDRESSEE, addressee(p, r));
	sheet_pair(p->sheet, SHEET_BODY, paper_fill(p, "case_number", number, ARRAY_LEN(number)),
		   said_time_year(&p->w, r->made_at));
	sheet_pair(p->sheet, SHEET_BODY, "", r->operator_name);
	if (frame->issue > 1 && given(frame->issue_reason))
		sheet_text(p->sheet, SHEET_STRONG,
			   said(&p->w, p->w.japanese ? "再発行の理由：%s" : "Issued again: %s", frame->issue_reason));
	sheet_space(p->sheet, 4);
}

static void put_what(struct paper *p, const struct case_report *r, const struct document_order *order)
{
	const struct case_row *incident = &r->incident;
	const char *what = p->w.japanese ? incident->ja : incident->en;
	const struct report_text_value intro[] = {
		{ "company", r->company },
		{ "at", said_time(&p->w, incident->event_at != TIME_NONE ? incident->event_at : incident->raised_at) },
		{ "what", what ? what : "" },
	};
	const struct report_text_value counts[] = {
		{ "count", said_number(&p->w, r->detections) },
		{ "stopped", said_number(&p->w, r->stopped) },
	};

	/* A box does not break. */
	bool long_reason = r->reason && strlen(r->reason) > REASON_IN_BOX;

	paper_text(p, SHEET_HEADING, "heading_case_what");
	sheet_box_begin(p->sheet, true, 0);
	paper_filled(p, SHEET_BODY, texts[order->kind].intro, intro, ARRAY_LEN(intro));
	paper_filled(p, SHEET_STRONG, "case_counts", counts, ARRAY_LEN(counts));
	if (!long_reason)
		sheet_text(p->sheet, SHEET_BODY, r->reason);
	if (order->kind == DOCUMENT_FIRST)
		paper_text(p, SHEET_BODY, "case_unknown_yet");
	sheet_box_end(p->sheet);
	if (long_reason)
		sheet_text(p->sheet, SHEET_BODY, r->reason);
}

/* Which computers, by their addresses: whoever reads it has to find them. */
static void put_devices(struct paper *p, const struct case_report *r)
{
	const struct sheet_column columns[] = {
		{ paper_words(p, "アドレス", "Address"), 30, false }, { paper_words(p, "内容", "What"), 38, false },
		{ paper_words(p, "件数", "Count"), 10, true },        { paper_words(p, "止めた", "Stopped"), 10, true },
		{ paper_words(p, "最後", "Last"), 22, false },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };

	if (r->devices_count == 0 && !given(r->incident.device))
		return;
	paper_text(p, SHEET_HEADING, "heading_case_devices");
	/* Of a case without detections of its own, the one that it is about. */
	if (r->devices_count == 0) {
		sheet_text(p->sheet, SHEET_BODY, r->incident.device);
		return;
	}
	for (size_t i = 0; i < r->devices_count; i++) {
		paper_cell(p, &t, r->devices[i].address);
		paper_cell(p, &t, p->w.japanese ? r->devices[i].ja : r->devices[i].en);
		paper_cell(p, &t, said_number(&p->w, r->devices[i].detections));
		paper_cell(p, &t, said_number(&p->w, r->devices[i].stopped));
		paper_cell(p, &t, said_time(&p->w, r->devices[i].last_at));
	}
	paper_table_put(p, &t, paper_get(p, "heading_case_devices"));
}

static void put_do(struct paper *p, const struct case_report *r)
{
	const char *advice = p->w.japanese ? r->do_ja : r->do_en;

	paper_text(p, SHEET_HEADING, "heading_case_do");
	sheet_box_begin(p->sheet, false, 0);
	sheet_text(p->sheet, SHEET_STRONG, given(advice) ? advice : paper_get(p, "case_do_default"));
	sheet_box_end(p->sheet);
	sheet_space(p->sheet, 4);
	case_requests(p, r);
}

/* ------------------------------------------------------------------------------------------ documents */
static void put_first(struct paper *p, const struct case_report *r, const struct document_order *order)
{
	put_do(p, r);
	paper_desk(p, &order->frame);
	put_devices(p, r);
	sheet_space(p->sheet, 4);
	paper_text(p, SHEET_BODY, "first_report_automatic");
	paper_text(p, SHEET_SMALL, "case_copies");
	paper_text(p, SHEET_SMALL, "tlp_case");
}

static void put_result(struct paper *p, const struct case_report *r)
{
	const struct case_row *incident = &r->incident;

	sheet_text(p->sheet, SHEET_HEADING, paper_words(p, "結果", "Result"));
	sheet_text(p->sheet, SHEET_BODY,
		   said(&p->w, p->w.japanese ? "判定：%s%s%s" : "Disposition: %s%s%s",
			given(incident->disposition) ? said_name(p->w.japanese, NAME_DISPOSITION, incident->disposition)
						     : paper_words(p, "なし", "none"),
			given(incident->close_reason) ? paper_words(p, "　", ". ") : "",
			given(incident->close_reason) ? incident->close_reason : ""));
}

static void put_stamps(struct paper *p)
{
	const char *const labels[] = { paper_get(p, "approval_president"), paper_get(p, "approval_it"),
				       paper_get(p, "approval_received") };

	paper_keep(p, 90);
	sheet_space(p->sheet, 6);
	sheet_stamp_boxes(p->sheet, labels, ARRAY_LEN(labels));
}

static void put_course(struct paper *p, const struct case_report *r, const struct document_order *order)
{
	const char *comment = order->frame.comment;

	if (order->kind == DOCUMENT_FINAL)
		put_result(p, r);
	if (given(comment)) {
		sheet_text(p->sheet, SHEET_HEADING, paper_words(p, "担当者から", "From our analyst"));
		sheet_text(p->sheet, SHEET_BODY, comment);
	}
	/* What to do at once is over when it is contained; what people asked for is not. */
	if (order->kind == DOCUMENT_INTERIM && r->incident.contained_at == TIME_NONE) {
		put_do(p, r);
	} else if (r->requests_count > 0) {
		paper_text(p, SHEET_HEADING, "heading_case_do");
		case_requests(p, r);
	}
	case_steps(p, r);
	case_times(p, r);
	case_visits(p, r);
	put_devices(p, r);
	paper_text(p, SHEET_SMALL, "case_copies");
	paper_text(p, SHEET_SMALL, "tlp_case");
	paper_keep(p, 190);
	paper_desk(p, &order->frame);
	put_stamps(p);
	case_annex(p, r, order);
}

static int draw(struct press *press, const struct document_order *order, const struct case_report *r, struct pool *pool,
		struct zone *zone, struct buffer *out, int *pages, struct err *why)
{
	struct paper p = { .texts = order->texts, .w = { order->japanese, zone, pool } };
	const struct sheet_info info = {
		.title = said(&p.w, "%s  %s", paper_get(&p, texts[order->kind].title), r->company),
		.author = r->operator_name,
		.subject = paper_get(&p, "tlp_case"),
		.japanese = order->japanese,
		.created_at = r->made_at,
		.sharing = paper_sharing(&p, "tlp_case"),
		.reference = document_reference(order, pool),
		.watermark = paper_watermark(&p, order, false),
	};

	p.sheet = document_sheet(press, order, &info, out);
	if (p.sheet) {
		put_head(&p, r, order);
		put_what(&p, r, order);
		if (order->kind == DOCUMENT_FIRST)
			put_first(&p, r, order);
		else
			put_course(&p, r, order);
	}
	if (sheet_finish(p.sheet, pages, why) != 0)
		return -1;
	return p.failed ? err_set(why, ERR_NOMEM, "no memory for the document") : 0;
}

int case_report_draw(struct press *press, const struct document_order *order, struct buffer *out, int *pages,
		     struct err *why)
{
	struct pool pool = { 0 };
	struct zone *zone = NULL;
	struct case_report r;
	int result = -1;

	if (body_case(order, &pool, &r, why) == 0 && zone_load(&zone, r.timezone, why) == 0)
		result = draw(press, order, &r, &pool, zone, out, pages, why);
	zone_release(zone);
	pool_release(&pool);
	return result;
}
