/* The service: desk and visits, verdicts, prices, coverage, growth, peers, sensors. */
#include "server/report/chamber_report.h"

/* ------------------------------------------------------------------------------------------ desk */
static void count_table(struct paper *p, const char *title, enum name_kind kind, const struct named_count *rows,
			size_t count)
{
	const struct sheet_column columns[] = { { title, 70, false }, { paper_words(p, "件数", "Number"), 30, true } };
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };

	for (size_t i = 0; i < count; i++) {
		if (rows[i].count <= 0)
			continue;
		paper_cell(p, &t, said_name(p->w.japanese, kind, rows[i].name));
		paper_cell(p, &t, said_number(&p->w, rows[i].count));
	}
	if (t.filled > 0)
		paper_table_put_small(p, &t, title);
}

/* Left: what tickets were about. Right: how they came, and what became of visits. */
static void desk_tables(struct paper *p, const struct chamber_month *m)
{
	const double middle = SHEET_WIDTH / 2, gap = 10;
	double top = sheet_y(p->sheet), left_end;

	sheet_columns(p->sheet, SHEET_MARGIN, middle - gap);
	count_table(p, paper_words(p, "相談の内容", "Questions about"), NAME_CATEGORY, m->ticket_categories,
		    m->ticket_categories_count);
	left_end = sheet_y(p->sheet);
	sheet_at(p->sheet, top);
	sheet_columns(p->sheet, middle + gap, SHEET_WIDTH - SHEET_MARGIN);
	count_table(p, paper_words(p, "相談の経路", "How they came"), NAME_CHANNEL, m->ticket_channels,
		    m->ticket_channels_count);
	count_table(p, paper_words(p, "駆け付け・遠隔支援", "Dispatches"), NAME_DISPATCH, m->dispatch_kinds,
		    m->dispatch_kinds_count);
	count_table(p, paper_words(p, "駆け付け・遠隔支援の状態", "State of dispatches"), NAME_DISPATCH_STATE,
		    m->dispatch_states, m->dispatch_states_count);
	sheet_columns(p->sheet, SHEET_MARGIN, SHEET_WIDTH - SHEET_MARGIN);
	if (sheet_y(p->sheet) < left_end)
		sheet_at(p->sheet, left_end);
}

static void grades(struct paper *p, const struct chamber_month *m)
{
	const struct wording *w = &p->w;
	const char *line = "";

	if (m->grades_count == 0)
		return;
	paper_text(p, SHEET_SUBHEADING, "chamber_heading_grades");
	for (size_t i = 0; i < m->grades_count; i++)
		line =
		    said(w, w->japanese ? "%s%s%s %s社" : "%s%s%s: %s", line, i > 0 ? paper_words(p, "、", ", ") : "",
			 said_name(w->japanese, NAME_GRADE, m->grades[i].name), said_number(w, m->grades[i].count));
	sheet_text(p->sheet, SHEET_BODY, line);
}

void chamber_desk(struct paper *p, const struct chamber_month *m)
{
	const struct wording *w = &p->w;
	const struct report_text_value values[] = {
		{ "tickets", said_number(w, m->tickets) },
		{ "dispatches", said_number(w, m->dispatches) },
		{ "insurance", said_number(w, m->insurance_cases) },
		{ "paid", said_number(w, m->insurance_paid_yen) },
	};

	paper_keep(p, PAPER_HEADING + PAPER_SMALL_ROW * (double)(m->ticket_categories_count + 2));
	paper_text(p, SHEET_HEADING, "chamber_heading_desk");
	paper_filled(p, SHEET_BODY, "chamber_desk", values, ARRAY_LEN(values));
	desk_tables(p, m);
	grades(p, m);
}

/* ------------------------------------------------------------------------------------------ money */
static void price_cells(struct paper *p, struct paper_table *t, const char *plan, const char *member, int64_t companies,
			int64_t yen, int64_t taxed)
{
	paper_cell(p, t, plan);
	paper_cell(p, t, member);
	paper_cell(p, t, said_number(&p->w, companies));
	paper_cell(p, t, said_yen(&p->w, yen));
	paper_cell(p, t, said_yen(&p->w, taxed));
}

void chamber_prices(struct paper *p, const struct chamber_month *m)
{
	const struct sheet_column columns[] = {
		{ paper_words(p, "プラン", "Plan"), 34, false },
		{ paper_words(p, "会員区分", "Class"), 14, false },
		{ paper_words(p, "企業数", "Companies"), 14, true },
		{ paper_words(p, "月額合計（税抜）", "A month, without tax"), 19, true },
		{ paper_words(p, "月額合計（税込）", "A month, with tax"), 19, true },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };
	int64_t companies = 0, yen = 0, taxed = 0;

	if (m->prices_count == 0)
		return;
	paper_keep(p, PAPER_HEADING + PAPER_ROW * (double)(m->prices_count + 2));
	paper_text(p, SHEET_HEADING, "chamber_heading_prices");
	for (size_t i = 0; i < m->prices_count; i++) {
		const struct price_line *row = &m->prices[i];

		price_cells(p, &t, row->plan,
			    row->member ? paper_words(p, "会員", "member") : paper_words(p, "非会員", "no member"),
			    row->companies, row->yen, row->taxed_yen);
		companies += row->companies;
		yen += row->yen;
		taxed += row->taxed_yen;
	}
	price_cells(p, &t, paper_words(p, "合計", "Total"), NULL, companies, yen, taxed);
	paper_table_put(p, &t, paper_get(p, "chamber_heading_prices"));
	paper_text(p, SHEET_SMALL, "chamber_note_prices");
}

/* ------------------------------------------------------------------------------------------ watching */
void chamber_coverage(struct paper *p, const struct chamber_month *m)
{
	const struct wording *w = &p->w;
	const struct report_text_value values[] = {
		{ "percent", said_share_1(w, m->seen_hours, m->due_hours) },
		{ "due_hours", said_number(w, m->due_hours) },
		{ "seen", said_number(w, m->seen_hours) },
		{ "silent", said_number(w, m->silent_companies) },
	};

	paper_text(p, SHEET_HEADING, "chamber_heading_coverage");
	if (m->due_hours > 0)
		paper_filled(p, SHEET_BODY, "chamber_coverage", values, ARRAY_LEN(values));
	else if (m->monitored_companies > 0)
		sheet_text(
		    p->sheet, SHEET_BODY,
		    paper_words(p, "記録の届いた時間の集計はありません。", "Hours with records were not counted."));
	else
		sheet_text(p->sheet, SHEET_BODY,
			   paper_words(p, "監視した企業はありませんでした。", "No company was monitored."));
	paper_text(p, SHEET_SMALL, "chamber_note_coverage");
}

void chamber_noisy(struct paper *p, const struct chamber_month *m)
{
	const struct sheet_column columns[] = { { "", 5, true },
						{ paper_words(p, "企業", "Company"), 50, false },
						{ paper_words(p, "機器", "Device"), 27, false },
						{ paper_words(p, "件数", "Detections"), 18, true } };
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };

	if (m->noisy_count == 0)
		return;
	paper_keep(p, PAPER_HEADING + PAPER_SMALL_ROW * (double)(m->noisy_count + 2));
	paper_text(p, SHEET_HEADING, "chamber_heading_noisy");
	paper_text(p, SHEET_SMALL, "chamber_tlp_named");
	for (size_t i = 0; i < m->noisy_count; i++) {
		paper_cell(p, &t, said_number(&p->w, (int64_t)i + 1));
		paper_cell(p, &t, m->noisy[i].company);
		paper_cell(p, &t, m->noisy[i].sensor);
		paper_cell(p, &t, said_number(&p->w, m->noisy[i].detections));
	}
	paper_table_put_small(p, &t, paper_get(p, "chamber_heading_noisy"));
}

/* ------------------------------------------------------------------------------------------ growth */
static void growth_lines(struct paper *p, const struct chamber_month *m)
{
	const char *labels[MEMBER_MONTHS];
	int64_t companies[MEMBER_MONTHS], planned[MEMBER_MONTHS];
	size_t count = m->growth_count < MEMBER_MONTHS ? m->growth_count : MEMBER_MONTHS, lines = 1;
	const struct sheet_line all[] = {
		{ .name = paper_words(p, "監視企業数", "Monitored companies"), .values = companies },
		{ .name = paper_words(p, "計画", "Planned"), .values = planned, .dashed = true },
	};

	for (size_t i = 0; i < count; i++) {
		labels[i] = said_month_short(&p->w, m->growth[i].month);
		companies[i] = m->growth[i].companies;
		planned[i] = m->growth[i].planned > 0 ? m->growth[i].planned : -1;
		if (planned[i] > 0)
			lines = 2;
	}
	sheet_lines(p->sheet,
		    paper_words(p, "監視企業数と計画、月ごとの線", "Monitored companies and the plan, month by month"),
		    labels, count, all, lines, 120);
}

void chamber_growth(struct paper *p, const struct chamber_month *m)
{
	const struct wording *w = &p->w;
	const struct growth_point *last = m->growth_count > 0 ? &m->growth[m->growth_count - 1] : NULL;

	if (!last)
		return;
	const struct report_text_value values[] = {
		{ "companies", said_number(w, last->companies) },
		{ "planned", last->planned > 0 ? said_number(w, last->planned) : "" },
		{ "target", m->growth_target > 0 ? said_number(w, m->growth_target) : "" },
		{ "day", m->growth_target > 0 && m->growth_target_day ? said_day(w, m->growth_target_day) : "" },
	};

	paper_keep(p, 190);
	paper_text(p, SHEET_HEADING, "chamber_heading_growth");
	paper_filled(p, SHEET_BODY, "chamber_growth", values, ARRAY_LEN(values));
	growth_lines(p, m);
}

/* ------------------------------------------------------------------------------------------ peers */
static void peer_cells(struct paper *p, struct paper_table *t, const struct peer_row *row)
{
	const struct wording *w = &p->w;

	paper_cell(p, t, said_name(w->japanese, NAME_PEERS, row->dimension));
	paper_cell(p, t, row->value);
	paper_cell(p, t, said_number(w, row->companies));
	if (row->hidden) {
		paper_cell(p, t, paper_words(p, "非表示", "hidden"));
		for (int i = 0; i < 4; i++)
			paper_cell(p, t, NULL);
		return;
	}
	paper_cell(p, t,
		   said(w, w->japanese ? "%s（%s）" : "%s (%s)", said_number(w, row->with_inbound),
			said_share(w, row->with_inbound, row->companies)));
	paper_cell(p, t,
		   said(w, w->japanese ? "%s（%s）" : "%s (%s)", said_number(w, row->with_outbound),
			said_share(w, row->with_outbound, row->companies)));
	paper_cell(p, t,
		   said(w, w->japanese ? "%s（%s）" : "%s (%s)", said_number(w, row->with_viruses),
			said_share(w, row->with_viruses, row->companies)));
	paper_cell(p, t, said_number(w, row->median_inbound));
	paper_cell(p, t, said_number(w, row->median_outbound));
}

void chamber_peers(struct paper *p, const struct chamber_month *m)
{
	const struct sheet_column columns[] = {
		{ paper_words(p, "区分", "Of"), 13, false },
		{ NULL, 15, false },
		{ paper_words(p, "監視企業", "Companies"), 11, true },
		{ paper_words(p, "外→内が\nあった企業", "With\ninbound"), 14, true },
		{ paper_words(p, "内→外が\nあった企業", "With\noutbound"), 14, true },
		{ paper_words(p, "ウイルスが\nあった企業", "With\nviruses"), 14, true },
		{ paper_words(p, "外→内\n中央値", "Median\ninbound"), 10, true },
		{ paper_words(p, "内→外\n中央値", "Median\noutbound"), 10, true },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };

	if (m->peers_count == 0)
		return;
	paper_keep(p, PAPER_HEADING + PAPER_SMALL_ROW * (double)(m->peers_count + 1));
	paper_text(p, SHEET_HEADING, "chamber_heading_peers");
	for (size_t i = 0; i < m->peers_count; i++)
		peer_cells(p, &t, &m->peers[i]);
	paper_table_put_small(p, &t, paper_get(p, "chamber_heading_peers"));
	paper_text(p, SHEET_SMALL, "chamber_note_peers");
}
