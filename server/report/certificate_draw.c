/* 継続監視証明書: one page to show to a trading partner. Nothing of any incident is in it. */
#include "server/report/document_body.h"
#include "server/report/document_parts.h"
#include "server/report/paper.h"
#include "server/report/qr_code.h"

#include <inttypes.h>

#define LEFT      74.0
#define RIGHT     (SHEET_WIDTH - 74.0)
#define QR_SIZE   96.0
#define SEAL_SIZE 62.0
/* From here down: how to check it, and who issued it. */
#define CHECK_TOP  560.0
#define ISSUER_TOP 682.0

enum { GROUP = 4, TEXT_SIZE = 64 };

struct certificate {
	struct paper p;
	const struct monitoring_certificate *c;
	const char *number, *code, *url;
};

/* ------------------------------------------------------------------------------------------ lines */
static void put_line(struct certificate *d, const char *label, const char *value)
{
	sheet_pair(d->p.sheet, SHEET_BODY, paper_get(&d->p, label), value);
	sheet_rule(d->p.sheet);
}

static const char *counted(struct certificate *d, const char *key, const char *other, int64_t count, int64_t part)
{
	const struct report_text_value values[] = { { "count", said_number(&d->p.w, count) },
						    { other, said_number(&d->p.w, part) } };

	return paper_fill(&d->p, key, values, ARRAY_LEN(values));
}

static const char *response(struct certificate *d, int64_t count, int64_t seconds)
{
	const struct report_text_value values[] = { { "duration", said_duration(&d->p.w, seconds) },
						    { "count", said_number(&d->p.w, count) } };

	if (count <= 0)
		return paper_get(&d->p, "certificate_time_none");
	return paper_fill(&d->p, "certificate_time", values, ARRAY_LEN(values));
}

static void put_watching(struct certificate *d)
{
	const struct wording *w = &d->p.w;
	const struct monitoring_certificate *c = d->c;
	const struct report_text_value days[] = {
		{ "days", said_number(w, c->days) },
		{ "monitored", said_number(w, c->monitored_days) },
	};
	const struct report_text_value coverage[] = {
		{ "percent", said_share_1(w, c->seen_hours, c->due_hours) },
		{ "due_hours", said_number(w, c->due_hours) },
		{ "seen", said_number(w, c->seen_hours) },
	};
	const struct report_text_value sensors[] = { { "count", said_number(w, c->sensors) } };

	put_line(d, "certificate_days_label", paper_fill(&d->p, "certificate_days", days, ARRAY_LEN(days)));
	put_line(d, "certificate_coverage_label",
		 paper_fill(&d->p, "certificate_coverage", coverage, ARRAY_LEN(coverage)));
	put_line(d, "certificate_sensors_label", paper_fill(&d->p, "certificate_sensors", sensors, ARRAY_LEN(sensors)));
}

static void put_figures(struct certificate *d)
{
	const struct monitoring_certificate *c = d->c;
	const struct report_text_value viruses[] = { { "count", said_number(&d->p.w, c->viruses_removed) } };

	put_line(d, "certificate_inbound_label",
		 counted(d, "certificate_inbound", "stopped", c->inbound, c->inbound_stopped));
	put_line(d, "certificate_outbound_label",
		 counted(d, "certificate_outbound", "stopped", c->outbound, c->outbound_stopped));
	put_line(d, "certificate_viruses_label", paper_fill(&d->p, "certificate_viruses", viruses, ARRAY_LEN(viruses)));
	put_line(d, "certificate_cases_label", counted(d, "certificate_cases", "closed", c->cases, c->cases_closed));
	put_line(d, "certificate_acknowledged_label", response(d, c->acknowledged_count, c->acknowledged_median_s));
	put_line(d, "certificate_told_label", response(d, c->told_count, c->told_median_s));
}

/* ------------------------------------------------------------------------------------------ the page */
/* A long name takes a second line, and then smaller letters: it is never cut. */
static void put_company(struct certificate *d)
{
	const double two_lines = 66;
	bool large = sheet_text_height(d->p.sheet, SHEET_LARGE, d->c->company) <= two_lines;

	sheet_centred(d->p.sheet, large ? SHEET_LARGE : SHEET_ADDRESSEE, d->c->company);
}

static void put_head(struct certificate *d)
{
	const struct wording *w = &d->p.w;
	const struct report_text_value number[] = { { "number", d->number } };
	const struct report_text_value body[] = {
		{ "operator", d->c->operator_name },
		{ "company", d->c->company },
		{ "from", said_day(w, d->c->first_day) },
		{ "to", said_day(w, d->c->last_day) },
	};

	sheet_at(d->p.sheet, 64);
	sheet_put(d->p.sheet, SHEET_BODY, SHEET_RIGHT,
		  paper_fill(&d->p, "certificate_number", number, ARRAY_LEN(number)), LEFT, 64, RIGHT - LEFT);
	sheet_at(d->p.sheet, 96);
	sheet_centred(d->p.sheet, SHEET_DISPLAY, paper_get(&d->p, "certificate_title"));
	sheet_space(d->p.sheet, 22);
	put_company(d);
	sheet_space(d->p.sheet, 14);
	paper_filled(&d->p, SHEET_BODY, "certificate_body", body, ARRAY_LEN(body));
	sheet_space(d->p.sheet, 10);
}

static void put_check(struct certificate *d, const struct qr_code *qr)
{
	const struct report_text_value values[] = {
		{ "url", d->c->check_url },
		{ "number", d->number },
		{ "code", d->code },
	};
	double top = sheet_y(d->p.sheet) > CHECK_TOP ? sheet_y(d->p.sheet) : CHECK_TOP;

	sheet_modules(d->p.sheet, d->url, qr->modules, qr->side, LEFT, top, QR_SIZE);
	sheet_at(d->p.sheet, top);
	sheet_columns(d->p.sheet, LEFT + QR_SIZE + 22, RIGHT);
	paper_filled(&d->p, SHEET_BODY, "certificate_check", values, ARRAY_LEN(values));
	/* Alone on its line, to be copied by eye. */
	sheet_space(d->p.sheet, 3);
	sheet_text(d->p.sheet, SHEET_STRONG, said(&d->p.w, "%s　　%s", d->number, d->code));
	sheet_columns(d->p.sheet, LEFT, RIGHT);
	if (sheet_y(d->p.sheet) < top + QR_SIZE)
		sheet_at(d->p.sheet, top + QR_SIZE);
}

static void put_issuer(struct certificate *d)
{
	const struct wording *w = &d->p.w;
	const struct report_text_value values[] = {
		{ "issued", said_day(w, d->c->issued_on) },
		{ "until", said_day(w, d->c->valid_until) },
	};
	double top = sheet_y(d->p.sheet) + 8 > ISSUER_TOP ? sheet_y(d->p.sheet) + 8 : ISSUER_TOP;

	sheet_at(d->p.sheet, top);
	sheet_columns(d->p.sheet, LEFT, RIGHT - SEAL_SIZE - 14);
	paper_filled(&d->p, SHEET_BODY, "certificate_valid", values, ARRAY_LEN(values));
	sheet_space(d->p.sheet, 10);
	sheet_text(d->p.sheet, SHEET_ADDRESSEE, d->c->operator_name);
	sheet_columns(d->p.sheet, LEFT, RIGHT);
	sheet_seal(d->p.sheet, paper_words(&d->p, "印", "seal"), RIGHT - SEAL_SIZE, top, SEAL_SIZE);
}

static void put_all(struct certificate *d, const struct qr_code *qr)
{
	sheet_border(d->p.sheet);
	sheet_columns(d->p.sheet, LEFT, RIGHT);
	put_head(d);
	sheet_rule(d->p.sheet);
	put_watching(d);
	put_figures(d);
	sheet_space(d->p.sheet, 4);
	paper_text(&d->p, SHEET_SMALL, "certificate_note");
	/* Texts that the chamber made longer than the page. */
	if (sheet_y(d->p.sheet) + QR_SIZE + SEAL_SIZE + 70 > SHEET_HEIGHT - 60) {
		sheet_new_page(d->p.sheet);
		sheet_border(d->p.sheet);
	}
	put_check(d, qr);
	put_issuer(d);
}

/* ------------------------------------------------------------------------------------------ the document */
/* "K7QJ-2M5X-WPA4-TRHZ": to be typed in. */
static const char *grouped(const struct wording *w, const char *code)
{
	char text[TEXT_SIZE];
	size_t n = 0;

	for (size_t i = 0; code[i] && n + 2 < sizeof(text); i++) {
		if (i > 0 && i % GROUP == 0)
			text[n++] = '-';
		text[n++] = code[i];
	}
	text[n] = '\0';
	return said(w, "%s", text);
}

static int draw(struct press *press, const struct document_order *order, const struct monitoring_certificate *c,
		struct pool *pool, struct buffer *out, int *pages, struct err *why)
{
	struct certificate d = { .p = { .texts = order->texts, .w = { order->japanese, NULL, pool } }, .c = c };
	const struct wording *w = &d.p.w;
	struct qr_code *qr = pool_take(pool, sizeof(*qr));

	d.number = said(w, "KM-%" PRId64, c->number);
	d.code = grouped(w, c->code);
	d.url = said(w, "%s?number=%s&code=%s", c->check_url, d.number, c->code);
	if (!qr || !d.url[0])
		return err_set(why, ERR_NOMEM, "no memory for the document");
	if (qr_code_make(d.url, qr, why) != 0)
		return -1;

	const struct sheet_info info = {
		.title = said(w, "%s  %s  %s", paper_get(&d.p, "certificate_title"), d.number, c->company),
		.author = c->operator_name,
		.subject = paper_get(&d.p, "certificate_title"),
		.japanese = order->japanese,
		.created_at = c->made_at,
		.sharing = "", /* to whom, the member decides */
		.reference = document_reference(order, pool),
		.watermark = paper_watermark(&d.p, order, false),
	};

	d.p.sheet = document_sheet(press, order, &info, out);
	if (d.p.sheet)
		put_all(&d, qr);
	if (sheet_finish(d.p.sheet, pages, why) != 0)
		return -1;
	return d.p.failed ? err_set(why, ERR_NOMEM, "no memory for the document") : 0;
}

int certificate_draw(struct press *press, const struct document_order *order, struct buffer *out, int *pages,
		     struct err *why)
{
	struct pool pool = { 0 };
	struct monitoring_certificate c;
	int result = body_certificate(order, &pool, &c, why);

	if (result == 0)
		result = draw(press, order, &c, &pool, out, pages, why);
	pool_release(&pool);
	return result;
}
