#include "server/report/chamber_report.h"

#include "server/report/document_body.h"
#include "server/report/document_parts.h"

static const struct table_row *total_of(const struct chamber_month *m, const char *direction)
{
	static const struct table_row none;

	for (size_t i = 0; i < m->table_count; i++)
		if (m->table[i].direction && m->table[i].engine && strcmp(m->table[i].direction, direction) == 0 &&
		    strcmp(m->table[i].engine, "total") == 0)
			return &m->table[i];
	return &none;
}

/* The month in four sentences. */
static void put_summary(struct paper *p, const struct chamber_month *m)
{
	const struct wording *w = &p->w;
	const struct table_row *outbound = total_of(m, "outbound");
	const struct report_text_value summary[] = {
		{ "companies", said_number(w, m->monitored_companies) },
		{ "days", said_number(w, m->monitored_days) },
		{ "inbound", said_number(w, total_of(m, "inbound")->detections) },
		{ "outbound", said_number(w, outbound->detections) },
		{ "incidents", said_number(w, m->incidents) },
	};
	const struct report_text_value prevalence[] = {
		{ "companies", said_number(w, m->monitored_companies) },
		{ "with", said_number(w, outbound->companies) },
		{ "percent", said_share(w, outbound->companies, m->monitored_companies) },
	};

	sheet_box_begin(p->sheet, true, 0);
	paper_filled(p, SHEET_BODY, "chamber_summary", summary, ARRAY_LEN(summary));
	if (m->monitored_companies > 0)
		paper_filled(p, SHEET_STRONG, "chamber_prevalence", prevalence, ARRAY_LEN(prevalence));
	sheet_box_end(p->sheet);
	sheet_space(p->sheet, 4);
}

static void put_head(struct paper *p, const struct chamber_month *m, const struct document_order *order)
{
	const struct report_text_value values[] = { { "month", said_month(&p->w, m->month) } };

	paper_filled(p, SHEET_TITLE, "chamber_title", values, ARRAY_LEN(values));
	sheet_pair(p->sheet, SHEET_BODY, m->operator_name,
		   said(&p->w, p->w.japanese ? "%s 集計" : "as of %s", said_time_year(&p->w, m->made_at)));
	if (m->preliminary)
		paper_text(p, SHEET_STRONG, "chamber_preliminary");
	if (order->frame.issue > 1 && order->frame.issue_reason && order->frame.issue_reason[0])
		sheet_text(
		    p->sheet, SHEET_STRONG,
		    said(&p->w, "%s%s", paper_words(p, "再発行の理由：", "Issued again: "), order->frame.issue_reason));
	put_summary(p, m);
	if (order->frame.comment && order->frame.comment[0]) {
		sheet_text(p->sheet, SHEET_SUBHEADING, paper_words(p, "総評", "Comment"));
		sheet_text(p->sheet, SHEET_BODY, order->frame.comment);
	}
}

static void put_all(struct paper *p, const struct chamber_month *m, const struct document_order *order)
{
	put_head(p, m, order);
	chamber_table(p, m);
	chamber_trend_charts(p, m);
	chamber_trend_table(p, m);
	chamber_growth(p, m);
	chamber_prices(p, m);
	chamber_incidents(p, m);
	chamber_response(p, m);
	chamber_promises(p, m);
	chamber_coverage(p, m);
	chamber_desk(p, m);
	chamber_peers(p, m);
	chamber_noisy(p, m);
}

static int draw(struct press *press, const struct document_order *order, const struct chamber_month *m,
		struct pool *pool, struct zone *zone, struct buffer *out, int *pages, struct err *why)
{
	struct paper p = { .texts = order->texts, .w = { order->japanese, zone, pool } };
	const struct report_text_value values[] = { { "month", said_month(&p.w, m->month) } };
	const struct sheet_info info = {
		.title = paper_fill(&p, "chamber_title", values, ARRAY_LEN(values)),
		.author = m->operator_name,
		.subject = paper_get(&p, "chamber_heading_table"),
		.japanese = order->japanese,
		.created_at = m->made_at,
		/* It names the companies of the noisiest devices. */
		.sharing = paper_sharing(&p, m->noisy_count > 0 ? "chamber_tlp_named" : "chamber_tlp"),
		.reference = document_reference(order, pool),
		.watermark = paper_watermark(&p, order, m->preliminary),
	};

	p.sheet = document_sheet(press, order, &info, out);
	if (p.sheet)
		put_all(&p, m, order);
	if (sheet_finish(p.sheet, pages, why) != 0)
		return -1;
	return p.failed ? err_set(why, ERR_NOMEM, "no memory for the document") : 0;
}

int chamber_report_draw(struct press *press, const struct document_order *order, struct buffer *out, int *pages,
			struct err *why)
{
	struct pool pool = { 0 };
	struct zone *zone = NULL;
	struct chamber_month m;
	int result = -1;

	if (body_chamber_month(order, &pool, &m, why) == 0 && zone_load(&zone, m.timezone, why) == 0)
		result = draw(press, order, &m, &pool, zone, out, pages, why);
	zone_release(zone);
	pool_release(&pool);
	return result;
}
