#include "server/report/member_report.h"

#include "server/report/document_body.h"

#include <stdarg.h>

/* ---------------------------------------------------------------------------------------------- words */

const char *filled(struct member_report *r, const char *key, ...)
{
	struct report_text_value values[REPORT_TEXT_NAMES_MAX];
	size_t count = 0;
	va_list args;
	const char *text;

	va_start(args, key);
	while (count < ARRAY_LEN(values)) {
		values[count].name = va_arg(args, const char *);
		if (!values[count].name)
			break;
		values[count].value = va_arg(args, const char *);
		count++;
	}
	va_end(args);
	text = report_text_fill(r->order->texts, key, r->order->japanese, values, count, r->pool);
	return text ? text : "";
}

const char *number(struct member_report *r, int64_t value)
{
	return said_number(&r->w, value);
}

const char *either(const struct member_report *r, const char *ja, const char *en)
{
	const char *text = r->order->japanese ? ja : en;

	return text ? text : "";
}

/* ---------------------------------------------------------------------------------------------- blocks */

void sentence(struct member_report *r, enum sheet_style style, const char *text)
{
	sheet_text_cut(r->sheet, style, text, r->limits.sentence);
}

#define HANG 12.0

void item(struct member_report *r, const char *text, int lines)
{
	const double left = sheet_mark(r->sheet).left, right = sheet_mark(r->sheet).right;

	sheet_put(r->sheet, SHEET_BODY, SHEET_LEFT, r->order->japanese ? "・" : "•", left, sheet_y(r->sheet), HANG);
	sheet_columns(r->sheet, left + HANG, right);
	sheet_text_cut(r->sheet, SHEET_BODY, text, lines);
	sheet_columns(r->sheet, left, right);
}

void heading(struct member_report *r, const char *key)
{
	struct sheet_mark mark = sheet_mark(r->sheet);

	if (mark.strokes > 0 && r->block_count < REPORT_BLOCKS_MAX)
		r->blocks[r->block_count++] = mark;
	sheet_text_cut(r->sheet, SHEET_HEADING, filled(r, key, NULL), 1);
}

static int64_t month_value(const struct month_count *month, enum bars_of what, int64_t *part)
{
	switch (what) {
	case BARS_INBOUND:
		*part = month->inbound_stopped;
		return month->inbound;
	case BARS_OUTBOUND:
		*part = month->outbound_stopped;
		return month->outbound;
	case BARS_VIRUSES:
		break;
	}
	*part = month->viruses_removed;
	return month->viruses;
}

#define LEFT_SHARE 0.52
#define GUTTER     16.0
#define MOST_CASES 6
#define LEAST_ROW  16.0 /* points */
#define MOST_GAP   18.0 /* between blocks, where a page has much room */

void beside_begin(struct member_report *r, struct beside *b)
{
	double width = SHEET_WIDTH - 2 * SHEET_MARGIN;

	b->top = sheet_y(r->sheet);
	sheet_columns(r->sheet, SHEET_MARGIN, SHEET_MARGIN + width * LEFT_SHARE - GUTTER);
}

static const char *bars_alt(struct member_report *r, enum bars_of what)
{
	const char *text = filled(r, "trend_caption", NULL);

	for (size_t i = 0; i < r->m.months_count; i++) {
		int64_t part, value = month_value(&r->m.months[i], what, &part);
		const char *count = r->m.months[i].monitored_days > 0 ? number(r, value) : "―";

		text = said(&r->w, "%s%s%s %s", text, i ? ", " : ": ", said_month(&r->w, r->m.months[i].month), count);
	}
	return text;
}

static void month_bars(struct member_report *r, enum bars_of what)
{
	struct sheet_bar bars[MEMBER_MONTHS];
	size_t count = r->m.months_count < MEMBER_MONTHS ? r->m.months_count : MEMBER_MONTHS;

	for (size_t i = 0; i < count; i++) {
		bars[i].label = said_month_short(&r->w, r->m.months[i].month);
		bars[i].value = month_value(&r->m.months[i], what, &bars[i].part);
		if (r->m.months[i].monitored_days == 0)
			bars[i].value = bars[i].part = -1;
	}
	sheet_bars(r->sheet, bars_alt(r, what), bars, count, r->limits.bars);
}

void beside_end(struct member_report *r, const struct beside *b, enum bars_of what)
{
	double width = SHEET_WIDTH - 2 * SHEET_MARGIN, left_bottom = sheet_y(r->sheet), bottom;

	sheet_columns(r->sheet, SHEET_MARGIN + width * LEFT_SHARE, SHEET_WIDTH - SHEET_MARGIN);
	sheet_at(r->sheet, b->top - 6);
	sheet_text_cut(r->sheet, SHEET_SMALL, filled(r, "trend_caption", NULL), 1);
	month_bars(r, what);
	bottom = sheet_y(r->sheet);
	sheet_columns(r->sheet, SHEET_MARGIN, SHEET_WIDTH - SHEET_MARGIN);
	sheet_at(r->sheet, bottom > left_bottom ? bottom : left_bottom);
}

void change_line(struct member_report *r, enum bars_of what)
{
	const struct month_count *now, *before;
	int64_t part, more;

	if (r->m.months_count != MEMBER_MONTHS)
		return;
	now = &r->m.months[MEMBER_THIS];
	before = now - 1;
	if (before->monitored_days == 0) {
		sentence(r, SHEET_BODY, filled(r, "change_unknown", NULL));
		return;
	}
	more = month_value(now, what, &part) - month_value(before, what, &part);
	if (more > 0)
		sentence(r, SHEET_BODY, filled(r, "change_more", "count", number(r, more), NULL));
	else if (more < 0)
		sentence(r, SHEET_BODY, filled(r, "change_less", "count", number(r, -more), NULL));
	else
		sentence(r, SHEET_BODY, filled(r, "change_same", NULL));
}

void kind_lines(struct member_report *r, const struct kind_count *kinds, size_t count)
{
	for (size_t i = 0; i < count && i < r->limits.kinds; i++) {
		const char *line = filled(r, "kind_line", "what", either(r, kinds[i].ja, kinds[i].en), "count",
					  number(r, kinds[i].detections), "stopped", number(r, kinds[i].stopped), NULL);

		item(r, line, r->limits.sentence);
	}
}

/* ---------------------------------------------------------------------------------------------- fitting */

typedef void page_part(struct member_report *r);

static const struct report_limits front_limits[] = {
	{ .sentence = 7, .request = 6, .comment = 3, .reasons = 3, .kinds = 3, .mark = 92, .bars = 66 },
	{ .sentence = 7, .request = 6, .comment = 3, .reasons = 3, .kinds = 3, .mark = 74, .bars = 66 },
	{ .sentence = 6, .request = 4, .comment = 3, .reasons = 3, .kinds = 3, .mark = 70, .bars = 60 },
	{ .sentence = 6, .request = 3, .comment = 3, .reasons = 2, .kinds = 3, .mark = 70, .bars = 56 },
	{ .sentence = 5, .request = 3, .comment = 2, .reasons = 2, .kinds = 2, .mark = 66, .bars = 52 },
	{ .sentence = 5, .request = 2, .comment = 2, .reasons = 1, .kinds = 1, .mark = 66, .bars = 48 },
	{ .sentence = 4, .request = 1, .comment = 1, .reasons = 1, .kinds = 1, .mark = 60, .bars = 44 },
	{ .sentence = 2, .request = 1, .comment = 1, .reasons = 1, .kinds = 0, .mark = 60, .bars = 40 },
};
static const struct report_limits back_limits[] = {
	{ .sentence = 6, .devices = 5, .cases = 6, .sensors = 4, .bars = 66, .peers_table = true },
	{ .sentence = 6, .devices = 5, .cases = 4, .sensors = 3, .bars = 60, .peers_table = true },
	{ .sentence = 6, .devices = 4, .cases = 4, .sensors = 2, .bars = 54, .peers_table = true },
	{ .sentence = 6, .devices = 3, .cases = 3, .sensors = 2, .bars = 50, .peers_table = true },
	{ .sentence = 5, .devices = 3, .cases = 2, .sensors = 1, .bars = 46, .peers_table = true },
	{ .sentence = 5, .devices = 2, .cases = 2, .sensors = 1, .bars = 46, .peers_table = true },
	{ .sentence = 5, .devices = 2, .cases = 1, .sensors = 1, .bars = 44, .peers_table = true },
	{ .sentence = 5, .devices = 2, .cases = 2, .sensors = 1, .bars = 44, .peers_table = false },
	{ .sentence = 4, .devices = 2, .cases = 1, .sensors = 1, .bars = 44, .peers_table = false },
	{ .sentence = 3, .devices = 1, .cases = 1, .sensors = 0, .bars = 42, .peers_table = false },
	{ .sentence = 2, .devices = 1, .cases = 1, .sensors = 0, .bars = 40, .peers_table = false },
	{ .sentence = 1, .devices = 1, .cases = 1, .sensors = 0, .bars = 40, .peers_table = false },
};

/* Whether it stayed on the page that it began on. */
static bool try_part(struct member_report *r, page_part *part, const struct report_limits *limits)
{
	int page = sheet_pages(r->sheet);

	r->limits = *limits;
	r->block_count = 0;
	r->foot = (struct sheet_mark){ 0 };
	part(r);
	return sheet_pages(r->sheet) == page && sheet_room(r->sheet) >= 0;
}

/* The room that is left goes between the blocks, and the rest above the foot. */
static void spread(struct member_report *r)
{
	double room = sheet_room(r->sheet), gap = r->block_count ? room / (double)r->block_count : 0;

	if (gap > MOST_GAP)
		gap = MOST_GAP;
	for (size_t i = 0; i < r->block_count; i++)
		sheet_shift(r->sheet, &r->blocks[i], gap);
	if (r->foot.pages > 0)
		sheet_shift(r->sheet, &r->foot, sheet_room(r->sheet));
}

/* As many more lines of the comment as there is room for. Lines without a character are a little higher. */
static void lengthen_comment(struct member_report *r, page_part *part, const struct sheet_mark *start)
{
	const struct report_limits chosen = r->limits;
	double line = sheet_text_height(r->sheet, SHEET_BODY, "あ\nあ") - sheet_text_height(r->sheet, SHEET_BODY, "あ");
	int more = r->comment_cut && line > 0 ? (int)(sheet_room(r->sheet) / line) : 0;

	for (bool fits = more < 1; !fits; more--) {
		struct report_limits longer = chosen;

		longer.comment += more;
		sheet_rewind(r->sheet, start);
		fits = try_part(r, part, &longer) || more == 0;
	}
}

/* The first level that fits, found by halving; the last one when none does. */
static size_t first_level(struct member_report *r, page_part *part, const struct report_limits *limits, size_t count,
			  const struct sheet_mark *start)
{
	size_t low = 1, high = count - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;
		bool fits = try_part(r, part, &limits[middle]);

		sheet_rewind(r->sheet, start);
		if (fits)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* One more row where the page of that level still has room: of cases, else of devices. False: there is none. */
static bool one_more_row(const struct member_report *r, struct report_limits *limits)
{
	if (limits->cases > 0 && limits->cases < r->m.cases_count && limits->cases < MOST_CASES)
		limits->cases++;
	else if (limits->devices > 0 && limits->devices < r->m.devices_count)
		limits->devices++;
	else
		return false;
	return true;
}

static void add_rows(struct member_report *r, page_part *part, const struct sheet_mark *start)
{
	struct report_limits chosen = r->limits, longer = chosen;

	while (sheet_room(r->sheet) > LEAST_ROW && one_more_row(r, &longer)) {
		sheet_rewind(r->sheet, start);
		if (!try_part(r, part, &longer)) {
			sheet_rewind(r->sheet, start);
			try_part(r, part, &chosen);
			return;
		}
		chosen = longer;
	}
}

/* Lays out a page with the longest lists that fit; leaves it as it is when even the shortest do not. */
static void fit(struct member_report *r, page_part *part, const struct report_limits *limits, size_t count)
{
	struct sheet_mark start = sheet_mark(r->sheet);

	if (!try_part(r, part, &limits[0])) {
		size_t level;

		sheet_rewind(r->sheet, &start);
		level = first_level(r, part, limits, count, &start);
		try_part(r, part, &limits[level]);
	}
	if (sheet_pages(r->sheet) != (int)start.pages)
		return;
	lengthen_comment(r, part, &start);
	add_rows(r, part, &start);
	spread(r);
}

/* ---------------------------------------------------------------------------------------------- the document */

static const char *watermark(struct member_report *r)
{
	if (r->order->frame.draft)
		return filled(r, "draft_mark", NULL);
	return r->m.preliminary ? filled(r, "preliminary_mark", NULL) : NULL;
}

static void draw(struct member_report *r)
{
	fit(r, member_report_front, front_limits, ARRAY_LEN(front_limits));
	sheet_new_page(r->sheet);
	fit(r, member_report_back, back_limits, ARRAY_LEN(back_limits));
	sheet_new_page(r->sheet);
	member_report_annex(r);
}

int member_report_draw(struct press *press, const struct document_order *order, struct buffer *out, int *pages,
		       struct err *why)
{
	struct pool pool = { 0 };
	struct member_report r = { .order = order, .pool = &pool };
	struct zone *zone = NULL;
	int rc = body_member_month(order, &pool, &r.m, why);

	if (rc == 0)
		rc = zone_load(&zone, r.m.timezone, why);
	if (rc == 0) {
		struct sheet_info info = { .japanese = order->japanese, .created_at = r.m.made_at };

		month_sentences_choose(&r.m, &r.s);
		r.w = (struct wording){ order->japanese, zone, &pool };
		info.title = said(&r.w, "%s  %s",
				  filled(&r, "title_monthly", "month", said_month(&r.w, r.m.month), NULL), r.m.company);
		info.author = r.m.operator_name;
		info.subject = filled(&r, "tlp_note", NULL);
		info.sharing = "TLP:AMBER";
		info.reference = document_reference(order, &pool);
		info.watermark = watermark(&r);
		r.sheet = document_sheet(press, order, &info, out);
		if (r.sheet)
			draw(&r);
		rc = sheet_finish(r.sheet, pages, why);
	}
	zone_release(zone);
	pool_release(&pool);
	return rc;
}
