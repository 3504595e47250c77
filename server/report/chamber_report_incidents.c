/* Incidents: per company, judged, response times, promises. */
#include "server/report/chamber_report.h"

enum { INCIDENT_CLASSES_MAX = 12 };

static const char *class_label(const struct paper *p, const struct incident_class *c)
{
	const struct wording *w = &p->w;

	if (c->to == INT64_MAX)
		return said(w, w->japanese ? "%s件以上" : "%s+", said_number(w, c->from));
	if (c->from == c->to)
		return said(w, w->japanese ? "%s件" : "%s", said_number(w, c->from));
	return said(w, w->japanese ? "%s〜%s件" : "%s-%s", said_number(w, c->from), said_number(w, c->to));
}

static void distribution(struct paper *p, const struct chamber_month *m)
{
	struct sheet_bar bars[INCIDENT_CLASSES_MAX];
	size_t count =
	    m->incident_classes_count < INCIDENT_CLASSES_MAX ? m->incident_classes_count : INCIDENT_CLASSES_MAX;
	const struct wording *w = &p->w;

	for (size_t i = 0; i < count; i++)
		bars[i] = (struct sheet_bar){ .label = class_label(p, &m->incident_classes[i]),
					      .value = m->incident_classes[i].companies,
					      .part = m->incident_classes[i].companies };
	sheet_text(p->sheet, SHEET_SUBHEADING,
		   paper_words(p, "1社あたりの件数と企業数（社）", "Incidents of a company, and how many companies"));
	sheet_bars(p->sheet,
		   paper_words(p, "インシデントの件数ごとの企業数の棒", "Companies by number of incidents, as bars"),
		   bars, count, 96);
	sheet_text(p->sheet, SHEET_BODY,
		   said(w,
			w->japanese
			    ? "中央値 %s件、90パーセンタイル %s件、最大 %s件（監視企業1社・1か月あたり）。"
			    : "Median %s, 90th percentile %s, the most %s (of a monitored company in the month).",
			said_hundredths(w, m->incidents_median_hundredths),
			said_hundredths(w, m->incidents_p90_hundredths), said_number(w, m->incidents_most)));
}

static void judged(struct paper *p, const struct chamber_month *m)
{
	const struct wording *w = &p->w;
	const struct sheet_column columns[] = { { paper_words(p, "判定", "Disposition"), 50, false },
						{ paper_words(p, "件数", "Incidents"), 25, true },
						{ paper_words(p, "割合", "Share"), 25, true } };
	const struct named_count rows[] = {
		{ "true_positive", m->true_positives },
		{ "benign_positive", m->benign },
		{ "false_positive", m->false_positives },
		{ "undetermined", m->undetermined },
	};
	const struct report_text_value values[] = {
		{ "judged", said_number(w, m->judged) },
		{ "incidents", said_number(w, m->incidents) },
		{ "percent", said_share(w, m->judged, m->incidents) },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };

	sheet_text(p->sheet, SHEET_SUBHEADING, paper_words(p, "判定", "Judged"));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		paper_cell(p, &t, said_name(w->japanese, NAME_DISPOSITION, rows[i].name));
		paper_cell(p, &t, said_number(w, rows[i].count));
		paper_cell(p, &t, said_share(w, rows[i].count, m->incidents));
	}
	paper_cell(p, &t, paper_words(p, "未判定", "Not judged"));
	paper_cell(p, &t, said_number(w, m->not_judged));
	paper_cell(p, &t, said_share(w, m->not_judged, m->incidents));
	paper_table_put(p, &t, paper_words(p, "判定の内訳", "Dispositions of incidents"));
	if (m->incidents > 0)
		paper_filled(p, SHEET_BODY, "chamber_judged", values, ARRAY_LEN(values));
}

void chamber_incidents(struct paper *p, const struct chamber_month *m)
{
	const double middle = SHEET_MARGIN + (SHEET_WIDTH - 2 * SHEET_MARGIN) * 0.56, gap = 12;
	const struct wording *w = &p->w;
	double top, left_end;

	paper_keep(p, 210);
	paper_text(p, SHEET_HEADING, "chamber_heading_incidents");
	sheet_text(p->sheet, SHEET_BODY,
		   said(w,
			w->japanese ? "インシデント %s件、あった企業 %s社（監視企業の%s）。"
				    : "Incidents: %s, at %s companies (%s of the monitored).",
			said_number(w, m->incidents), said_number(w, m->companies_with_incidents),
			said_share(w, m->companies_with_incidents, m->monitored_companies)));
	if (m->incident_classes_count == 0)
		return;
	top = sheet_y(p->sheet);
	sheet_columns(p->sheet, SHEET_MARGIN, middle - gap);
	distribution(p, m);
	left_end = sheet_y(p->sheet);
	sheet_at(p->sheet, top);
	sheet_columns(p->sheet, middle + gap, SHEET_WIDTH - SHEET_MARGIN);
	judged(p, m);
	sheet_columns(p->sheet, SHEET_MARGIN, SHEET_WIDTH - SHEET_MARGIN);
	if (sheet_y(p->sheet) < left_end)
		sheet_at(p->sheet, left_end);
	paper_text(p, SHEET_SMALL, "chamber_note_incidents");
}

/* ------------------------------------------------------------------------------------------ response times */
static void response_row(struct paper *p, struct paper_table *t, const struct response_line *row, bool first)
{
	const struct wording *w = &p->w;

	paper_cell(p, t, first ? said_severity(w->japanese, row->severity) : NULL);
	paper_cell(p, t,
		   said(w, w->japanese ? "%s（%s）" : "%s (%s)", said_name(w->japanese, NAME_METRIC, row->metric),
			said_name(w->japanese, NAME_MEASURE, row->metric)));
	paper_cell(p, t, said_number(w, row->count));
	paper_cell(p, t, said_duration(w, row->median_s));
	paper_cell(p, t, said_duration(w, row->p90_s));
	paper_cell(p, t, said_duration(w, row->mean_s));
	paper_cell(p, t, said_duration(w, row->waiting_median_s));
	paper_cell(p, t, said_duration(w, row->waiting_p90_s));
}

void chamber_response(struct paper *p, const struct chamber_month *m)
{
	const struct sheet_column columns[] = {
		{ paper_words(p, "重要度", "Severity"), 9, false },
		{ paper_words(p, "時間", "Time to"), 22, false },
		{ paper_words(p, "件数", "Count"), 8, true },
		{ paper_words(p, "中央値", "Median"), 13, true },
		{ paper_words(p, "90パーセン\nタイル", "90th\npercentile"), 13, true },
		{ paper_words(p, "平均", "Mean"), 13, true },
		{ paper_words(p, "会員待ちを除く\n中央値", "Median,\nnot waiting"), 14, true },
		{ paper_words(p, "同 90パーセン\nタイル", "90th perc.,\nnot waiting"), 14, true },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };
	int64_t last = -1;

	paper_keep(p, PAPER_HEADING + PAPER_SMALL_ROW * (double)m->response_count);
	paper_text(p, SHEET_HEADING, "chamber_heading_response");
	for (size_t i = 0; i < m->response_count; i++) {
		const struct response_line *row = &m->response[i];

		if (row->count <= 0)
			continue;
		response_row(p, &t, row, row->severity != last);
		last = row->severity;
	}
	if (t.filled == 0)
		sheet_text(p->sheet, SHEET_BODY,
			   paper_words(p, "対象のインシデントはありませんでした。", "There were no such incidents."));
	else
		paper_table_put_small(p, &t, paper_get(p, "chamber_heading_response"));
	paper_text(p, SHEET_SMALL, "chamber_note_response");
}

void chamber_promises(struct paper *p, const struct chamber_month *m)
{
	const struct wording *w = &p->w;
	const struct sheet_column columns[] = {
		{ paper_words(p, "重要度", "Severity"), 12, false }, { paper_words(p, "約束", "Promise"), 26, false },
		{ paper_words(p, "対象", "Promised"), 12, true },    { paper_words(p, "達成", "Kept"), 12, true },
		{ paper_words(p, "未達成", "Missed"), 12, true },    { paper_words(p, "進行中", "Running"), 12, true },
		{ paper_words(p, "達成率", "Rate"), 14, true },
	};
	struct paper_table t = { .columns = columns, .column_count = ARRAY_LEN(columns) };

	paper_keep(p, PAPER_HEADING + PAPER_ROW * (double)m->promises_count);
	paper_text(p, SHEET_HEADING, "chamber_heading_promises");
	for (size_t i = 0; i < m->promises_count; i++) {
		const struct promise_line *row = &m->promises[i];

		if (row->promised <= 0)
			continue;
		paper_cell(p, &t, said_severity(w->japanese, row->severity));
		paper_cell(p, &t, said_name(w->japanese, NAME_METRIC, row->promise));
		paper_cell(p, &t, said_number(w, row->promised));
		paper_cell(p, &t, said_number(w, row->kept));
		paper_cell(p, &t, said_number(w, row->missed));
		paper_cell(p, &t, said_number(w, row->running));
		paper_cell(p, &t, said_share_1(w, row->kept, row->kept + row->missed));
	}
	if (t.filled == 0)
		sheet_text(
		    p->sheet, SHEET_BODY,
		    paper_words(p, "約束した時間の対象はありませんでした。", "Nothing was promised in this month."));
	else
		paper_table_put(p, &t, paper_get(p, "chamber_heading_promises"));
	paper_text(p, SHEET_SMALL, "chamber_note_promises");
}
