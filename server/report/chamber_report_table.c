/* Detections: the table, the trend. */
#include "server/report/chamber_report.h"

#include "server/model/exposure.h"

/* ------------------------------------------------------------------------------------------ the table */
static const char *with_unit(const struct paper *p, const char *number, const char *unit)
{
	return p->w.japanese && strcmp(number, "―") != 0 ? said(&p->w, "%s%s", number, unit) : number;
}

static const char *rate(const struct paper *p, int64_t companies, int64_t detections, int64_t days)
{
	const struct exposure_row row = { companies, detections, days };
	char text[RATE_TEXT_SIZE];
	int64_t whole;

	exposure_rate_text(&row, text);
	/* A thousand and more: with its comma, like all other figures. */
	if (slice_to_int64(slice_of_string(text), &whole))
		return said_number(&p->w, whole);
	return said(&p->w, "%s", text);
}

static const char *row_name(const struct paper *p, const struct table_row *row)
{
	if (strcmp(row->engine, "total") == 0) {
		if (strcmp(row->direction, "inbound") == 0)
			return paper_words(p, "「外→内」の攻撃", "Inbound: attacks");
		return paper_words(p, "「内→外」の不正通信", "Outbound: suspicious traffic");
	}
	return said(&p->w, "%s%s", p->w.japanese ? "　　" : "      ",
		    said_name(p->w.japanese, NAME_ENGINE, row->engine));
}

/* A total, the two engines that every such table has, and whichever else detected something: so rows add up. */
static bool row_shown(const struct table_row *row)
{
	return row->detections > 0 || strcmp(row->engine, "total") == 0 || strcmp(row->engine, "ips") == 0 ||
	       strcmp(row->engine, "antivirus") == 0;
}

static void table_row(struct paper *p, struct paper_table *t, const struct chamber_month *m,
		      const struct table_row *row)
{
	paper_cell(p, t, row_name(p, row));
	paper_cell(p, t, with_unit(p, said_number(&p->w, row->companies), "社"));
	paper_cell(p, t, with_unit(p, said_number(&p->w, row->detections), "件"));
	paper_cell(p, t, with_unit(p, rate(p, row->companies, row->detections, row->days), "件"));
	paper_cell(p, t, with_unit(p, rate(p, m->monitored_companies, row->detections, m->monitored_days), "件"));
}

static void put_period(struct paper *p, const struct chamber_month *m)
{
	const struct wording *w = &p->w;
	int64_t mean = 0;

	if (m->monitored_companies > 0)
		mean = (m->monitored_days * 2 + m->monitored_companies) / (m->monitored_companies * 2);
	sheet_text(p->sheet, SHEET_BODY,
		   said(w,
			p->w.japanese ? "期間：%s～%s　　監視企業数：%s社　　平均監視期間：%s日"
				      : "Period: %s to %s.  Monitored companies: %s.  Monitored on average: %s days",
			said_day(w, m->first_day), said_day(w, m->last_day), said_number(w, m->monitored_companies),
			said_number(w, mean)));
}

static void put_note(struct paper *p, const char *text)
{
	sheet_text(p->sheet, SHEET_SMALL, p->w.japanese ? said(&p->w, "※%s", text) : text);
}

void chamber_table(struct paper *p, const struct chamber_month *m)
{
	const struct sheet_column columns[] = {
		{ paper_words(p, "項目", "Item"), 36, false },
		{ paper_words(p, "企業数", "Companies"), 14, true },
		{ paper_words(p, "件数", "Detections"), 15, true },
		{ paper_words(p, "件数/社月\n（検知のあった企業）", "Per company-month\n(affected companies)"), 19,
		  true },
		{ paper_words(p, "件数/社月\n（監視企業すべて）", "Per company-month\n(all monitored)"), 19, true },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };

	paper_text(p, SHEET_HEADING, "chamber_heading_table");
	put_period(p, m);
	for (size_t i = 0; i < m->table_count; i++)
		if (m->table[i].direction && m->table[i].engine && row_shown(&m->table[i]))
			table_row(p, &t, m, &m->table[i]);
	paper_table_put(p, &t, paper_get(p, "chamber_heading_table"));
	put_note(p, paper_get(p, "chamber_note_counting"));
	put_note(p, paper_get(p, "chamber_note_rate"));
	if (m->outside_spans > 0) {
		const struct report_text_value values[] = { { "count", said_number(&p->w, m->outside_spans) } };

		put_note(p, paper_fill(p, "chamber_note_outside", values, ARRAY_LEN(values)));
	}
}

/* ------------------------------------------------------------------------------------------ the trend */
static int64_t per_cent(int64_t part, int64_t whole)
{
	return whole > 0 ? (part * 200 + whole) / (whole * 2) : -1;
}

static void inbound_bars(struct paper *p, const struct chamber_month *m)
{
	struct sheet_bar bars[MEMBER_MONTHS];
	size_t count = m->trend_count < MEMBER_MONTHS ? m->trend_count : MEMBER_MONTHS;

	for (size_t i = 0; i < count; i++)
		bars[i] = (struct sheet_bar){
			.label = said_month_short(&p->w, m->trend[i].month),
			.value = m->trend[i].companies > 0 ? m->trend[i].inbound : -1,
			.part = m->trend[i].companies > 0 ? m->trend[i].inbound : 0,
		};
	sheet_text(p->sheet, SHEET_SUBHEADING, paper_words(p, "「外→内」の攻撃（件）", "Inbound: detections"));
	sheet_bars(p->sheet, paper_words(p, "外→内の検知件数、月ごとの棒", "Inbound detections, a bar for each month"),
		   bars, count, 110);
}

static void prevalence_lines(struct paper *p, const struct chamber_month *m)
{
	const char *labels[MEMBER_MONTHS];
	int64_t values[MEMBER_MONTHS];
	size_t count = m->trend_count < MEMBER_MONTHS ? m->trend_count : MEMBER_MONTHS;
	const struct sheet_line line = {
		.name = paper_words(p, "内→外の検知があった企業（%）", "Companies with outbound detections (%)"),
		.values = values,
	};

	for (size_t i = 0; i < count; i++) {
		/* Every other one: half the width has no room for all. */
		labels[i] = i % 2 == 0 ? said_month_short(&p->w, m->trend[i].month) : "";
		values[i] = per_cent(m->trend[i].outbound_companies, m->trend[i].companies);
	}
	sheet_text(p->sheet, SHEET_SUBHEADING, paper_get(p, "chamber_heading_prevalence"));
	sheet_lines(p->sheet,
		    paper_words(p, "内→外の検知があった企業の割合、月ごとの線",
				"Share of companies with outbound detections, month by month"),
		    labels, count, &line, 1, 110);
}

void chamber_trend_charts(struct paper *p, const struct chamber_month *m)
{
	const double middle = SHEET_WIDTH / 2, gap = 12;
	double top, left_end;

	if (m->trend_count == 0)
		return;
	paper_keep(p, 190);
	paper_text(p, SHEET_HEADING, "chamber_heading_trend");
	top = sheet_y(p->sheet);
	sheet_columns(p->sheet, SHEET_MARGIN, middle - gap);
	inbound_bars(p, m);
	left_end = sheet_y(p->sheet);
	sheet_at(p->sheet, top);
	sheet_columns(p->sheet, middle + gap, SHEET_WIDTH - SHEET_MARGIN);
	prevalence_lines(p, m);
	sheet_columns(p->sheet, SHEET_MARGIN, SHEET_WIDTH - SHEET_MARGIN);
	if (sheet_y(p->sheet) < left_end)
		sheet_at(p->sheet, left_end);
	paper_text(p, SHEET_SMALL, "chamber_note_prevalence");
}

static void trend_row(struct paper *p, struct paper_table *t, const struct chamber_trend *row)
{
	const struct wording *w = &p->w;

	paper_cell(p, t, said_month(w, row->month));
	paper_cell(p, t, said_number(w, row->companies));
	paper_cell(p, t, said_number(w, row->inbound_companies));
	paper_cell(p, t, said_number(w, row->inbound));
	paper_cell(p, t, rate(p, row->inbound_companies, row->inbound, row->inbound_days));
	paper_cell(p, t, said_number(w, row->outbound_companies));
	paper_cell(p, t, said_share(w, row->outbound_companies, row->companies));
	paper_cell(p, t, said_number(w, row->outbound));
	paper_cell(p, t, rate(p, row->outbound_companies, row->outbound, row->outbound_days));
	paper_cell(p, t, said_number(w, row->incidents));
	paper_cell(p, t, said_share_1(w, row->seen_hours, row->due_hours));
}

void chamber_trend_table(struct paper *p, const struct chamber_month *m)
{
	const struct sheet_column columns[] = {
		{ paper_words(p, "月", "Month"), 15, false },
		{ paper_words(p, "監視\n企業", "Moni-\ntored"), 8, true },
		{ paper_words(p, "外→内\n企業", "In:\nfirms"), 9, true },
		{ paper_words(p, "外→内\n件数", "In:\ncount"), 11, true },
		{ paper_words(p, "件数/\n社月", "per\nmonth"), 8, true },
		{ paper_words(p, "内→外\n企業", "Out:\nfirms"), 9, true },
		{ paper_words(p, "同\n割合", "Share"), 8, true },
		{ paper_words(p, "内→外\n件数", "Out:\ncount"), 10, true },
		{ paper_words(p, "件数/\n社月", "per\nmonth"), 8, true },
		{ paper_words(p, "インシ\nデント", "Inci-\ndents"), 9, true },
		{ paper_words(p, "見守れた\n割合", "Cover-\nage"), 11, true },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };

	paper_keep(p, PAPER_HEADING + PAPER_SMALL_ROW * (double)m->trend_count);
	for (size_t i = 0; i < m->trend_count; i++)
		trend_row(p, &t, &m->trend[i]);
	if (m->trend_count > 0)
		paper_table_put_small(p, &t, paper_get(p, "chamber_heading_trend"));
}
