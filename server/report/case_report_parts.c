#include "server/report/case_report_draw.h"

#include <inttypes.h>

enum { STEPS = 5 };

static bool given(const char *text)
{
	return text && text[0];
}

/* ------------------------------------------------------------------------------------------ requests */
static const char *request_line(struct paper *p, const struct request_row *row)
{
	const struct wording *w = &p->w;
	const char *what = w->japanese ? row->what_ja : row->what_en, *tail = "";
	struct report_text_value minutes[] = { { "minutes", said_number(w, row->minutes) } };

	if (row->due_on)
		tail = said(w, w->japanese ? "%sまで" : "by %s", said_day(w, row->due_on));
	if (row->minutes > 0)
		tail = said(w, "%s%s%s", tail,
			    given(tail) ? paper_words(p, "、約", ", about ") : paper_words(p, "約", "about "),
			    row->minutes < 60 ? paper_fill(p, "duration_minutes", minutes, ARRAY_LEN(minutes))
					      : said_duration(w, row->minutes * 60));
	if (!given(tail))
		return what ? what : "";
	return said(w, w->japanese ? "%s（%s）" : "%s (%s)", what ? what : "", tail);
}

void case_requests(struct paper *p, const struct case_report *r)
{
	const double box = 11, left = SHEET_MARGIN + 22;

	for (size_t i = 0; i < r->requests_count; i++) {
		const struct request_row *row = &r->requests[i];
		const char *who = p->w.japanese ? row->who_ja : row->who_en, *line = request_line(p, row);
		double height;

		sheet_columns(p->sheet, left, SHEET_WIDTH - SHEET_MARGIN);
		height = sheet_text_height(p->sheet, SHEET_STRONG, who ? who : "") +
			 sheet_text_height(p->sheet, SHEET_BODY, line);
		paper_keep(p, height);
		sheet_tick_box(p->sheet, SHEET_MARGIN + 3, sheet_y(p->sheet) + 2, box);
		sheet_text(p->sheet, SHEET_STRONG, who);
		sheet_text(p->sheet, SHEET_BODY, line);
		sheet_space(p->sheet, 2);
	}
	sheet_columns(p->sheet, SHEET_MARGIN, SHEET_WIDTH - SHEET_MARGIN);
}

/* ------------------------------------------------------------------------------------------ steps */
static bool step_done(const struct case_report *r, int64_t step)
{
	for (size_t i = 0; i < r->steps_count; i++)
		if (r->steps[i].step == step && r->steps[i].done)
			return true;
	return false;
}

static const char *step_name(struct paper *p, const struct case_report *r, int64_t step)
{
	char key[16];

	snprintf(key, sizeof(key), "step_%" PRId64, step);
	if (!step_done(r, step))
		return paper_get(p, key);
	return said(&p->w, p->w.japanese ? "%s（済）" : "%s (done)", paper_get(p, key));
}

static void step_rows(struct paper *p, struct paper_table *t, const struct case_report *r, int64_t step)
{
	bool first = true;

	for (size_t i = 0; i < r->steps_count; i++) {
		const struct step_entry *entry = &r->steps[i];

		if (entry->step != step)
			continue;
		paper_cell(p, t, first ? step_name(p, r, step) : NULL);
		paper_cell(p, t, said_time(&p->w, entry->at));
		paper_cell(p, t, entry->text);
		paper_cell(p, t, entry->by ? entry->by : paper_words(p, "自動", "by itself"));
		first = false;
	}
	if (!first)
		return;
	paper_cell(p, t, step_name(p, r, step));
	paper_cell(p, t, NULL);
	paper_cell(p, t, paper_get(p, "step_none"));
	paper_cell(p, t, NULL);
}

void case_steps(struct paper *p, const struct case_report *r)
{
	const struct sheet_column columns[] = {
		{ paper_words(p, "ステップ", "Step"), 18, false },
		{ paper_words(p, "時刻", "When"), 16, false },
		{ paper_words(p, "内容", "What"), 50, false },
		{ paper_words(p, "担当", "By"), 16, false },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };

	paper_text(p, SHEET_HEADING, "heading_case_steps");
	for (int64_t step = 1; step <= STEPS; step++)
		step_rows(p, &t, r, step);
	paper_table_put(p, &t, paper_get(p, "heading_case_steps"));
}

/* ------------------------------------------------------------------------------------------ times */
static void time_row(struct paper *p, struct paper_table *t, const char *name, time_us at, time_us since)
{
	paper_cell(p, t, name);
	paper_cell(p, t, said_time_year(&p->w, at));
	if (at == TIME_NONE || since == TIME_NONE || at < since)
		paper_cell(p, t, NULL);
	else
		paper_cell(p, t, said_duration(&p->w, (at - since) / US_PER_SECOND));
}

void case_times(struct paper *p, const struct case_report *r)
{
	const struct sheet_column columns[] = {
		{ paper_words(p, "時刻", "Time"), 34, false },
		{ NULL, 36, false },
		{ paper_words(p, "検知から", "Since detection"), 30, true },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };
	const struct case_row *i = &r->incident;

	paper_keep(p, PAPER_HEADING + 8 * PAPER_ROW);
	paper_text(p, SHEET_HEADING, "heading_case_times");
	time_row(p, &t, paper_words(p, "発生", "Event"), i->event_at, TIME_NONE);
	time_row(p, &t, paper_words(p, "検知", "Detected"), i->raised_at, TIME_NONE);
	time_row(p, &t, paper_words(p, "対応開始", "Taken on"), i->acknowledged_at, i->raised_at);
	time_row(p, &t, paper_words(p, "ご連絡", "You were told"), i->told_at, i->raised_at);
	time_row(p, &t, paper_words(p, "ご確認", "You confirmed"), i->confirmed_at, i->raised_at);
	time_row(p, &t, paper_words(p, "封じ込め", "Contained"), i->contained_at, i->raised_at);
	time_row(p, &t, paper_words(p, "解決", "Resolved"), i->resolved_at, i->raised_at);
	time_row(p, &t, paper_words(p, "完了", "Closed"), i->closed_at, i->raised_at);
	paper_table_put(p, &t, paper_get(p, "heading_case_times"));
}

void case_visits(struct paper *p, const struct case_report *r)
{
	const struct sheet_column columns[] = {
		{ paper_words(p, "駆け付け・遠隔支援", "Visits and remote support"), 20, false },
		{ paper_words(p, "事業者", "Vendor"), 28, false },
		{ paper_words(p, "依頼", "Requested"), 17, false },
		{ paper_words(p, "到着・開始", "Arrived"), 17, false },
		{ paper_words(p, "終了", "Left"), 17, false },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };

	if (r->dispatches_count == 0)
		return;
	paper_keep(p, PAPER_HEADING + PAPER_ROW * (double)r->dispatches_count);
	for (size_t i = 0; i < r->dispatches_count; i++) {
		const struct dispatch_row *row = &r->dispatches[i];

		paper_cell(p, &t, said_name(p->w.japanese, NAME_DISPATCH, row->kind));
		paper_cell(p, &t, row->vendor);
		paper_cell(p, &t, said_time(&p->w, row->requested_at));
		paper_cell(p, &t, said_time(&p->w, row->arrived_at));
		paper_cell(p, &t, said_time(&p->w, row->left_at));
	}
	paper_table_put(p, &t, columns[0].title);
}

/* ------------------------------------------------------------------------------------------ annex */
static const char *endpoint(const struct paper *p, const char *address, int64_t port)
{
	if (!address)
		return NULL;
	if (port <= 0)
		return address;
	return said(&p->w, strchr(address, ':') ? "[%s]:%" PRId64 : "%s:%" PRId64, address, port);
}

static void annex_row(struct paper *p, struct paper_table *t, const struct annex_row *row)
{
	const struct wording *w = &p->w;
	bool ja = w->japanese;

	paper_cell(p, t,
		   row->last_at == row->first_at ? said_time(w, row->first_at)
						 : said(w, ja ? "%s〜\n%s" : "%s to\n%s", said_time(w, row->first_at),
							said_time(w, row->last_at)));
	paper_cell(p, t, said_number(w, row->detections));
	paper_cell(p, t, said_severity(ja, row->severity));
	paper_cell(p, t, said_name(ja, NAME_DIRECTION, row->direction));
	paper_cell(p, t, said_name(ja, NAME_ACTION, row->action));
	paper_cell(p, t,
		   given(row->signature_id)
		       ? said(w, "%s (%s)", row->signature ? row->signature : "", row->signature_id)
		       : row->signature);
	paper_cell(p, t, endpoint(p, row->source, 0));
	paper_cell(p, t, endpoint(p, row->destination, row->destination_port));
}

static void annex_table(struct paper *p, const struct case_report *r)
{
	const struct sheet_column columns[] = {
		{ paper_words(p, "時刻", "When"), 18, false },
		{ paper_words(p, "件数", "Count"), 7, true },
		{ paper_words(p, "重要度", "Severity"), 9, false },
		{ paper_words(p, "向き", "Direction"), 9, false },
		{ paper_words(p, "処置", "Action"), 9, false },
		{ paper_words(p, "シグネチャ", "Signature"), 26, false },
		{ paper_words(p, "送信元", "Source"), 16, false },
		{ paper_words(p, "宛先", "Destination"), 19, false },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };
	const struct report_text_value more[] = {
		{ "rows", said_number(&p->w, r->annex_more_rows) },
		{ "detections", said_number(&p->w, r->annex_more_detections) },
	};

	for (size_t i = 0; i < r->annex_count; i++)
		annex_row(p, &t, &r->annex[i]);
	if (t.filled > 0)
		paper_table_put_small(p, &t, paper_get(p, "heading_case_annex"));
	else
		paper_text(p, SHEET_BODY, "annex_none");
	if (r->annex_more_rows > 0)
		paper_filled(p, SHEET_SMALL, "annex_more", more, ARRAY_LEN(more));
}

void case_annex(struct paper *p, const struct case_report *r, const struct document_order *order)
{
	const struct document_frame *frame = &order->frame;
	const struct report_text_value source[] = {
		{ "version", said_number(&p->w, frame->snapshot_version) },
		{ "hash", frame->snapshot_sha256 },
	};

	paper_keep(p, 220);
	paper_text(p, SHEET_HEADING, "heading_case_annex");
	if (given(r->title))
		sheet_pair(p->sheet, SHEET_BODY, paper_words(p, "インシデントの件名", "Title of the incident"),
			   r->title);
	if (given(r->stage))
		sheet_pair(p->sheet, SHEET_BODY, paper_words(p, "攻撃の段階", "Stage of the kill chain"),
			   said_name(p->w.japanese, NAME_STAGE, r->stage));
	annex_table(p, r);
	paper_text(p, SHEET_SMALL, "counting_rule");
	if (given(frame->snapshot_sha256))
		paper_filled(p, SHEET_SMALL, "source_note", source, ARRAY_LEN(source));
}
