/* Page 2: suspicious traffic from inside, always above viruses; other companies; what was done; how well we watched;
 * advice; the help desk. */
#include "server/report/member_report.h"

static bool unmonitored(const struct member_report *r)
{
	return r->m.monitored_days == 0;
}

static const struct month_count *this_month(const struct member_report *r)
{
	static const struct month_count none = { 0 };

	return r->m.months_count == MEMBER_MONTHS ? &r->m.months[MEMBER_THIS] : &none;
}

/* "ほか3件（付録）" */
static void more_line(struct member_report *r, size_t left)
{
	if (left > 0)
		sheet_text_cut(r->sheet, SHEET_BODY,
			       filled(r, "more_in_annex", "count", number(r, (int64_t)left), NULL), 1);
}

/* ---------------------------------------------------------------------------------------------- outbound */

static const char *outbound_text(struct member_report *r)
{
	const struct month_sentences *s = &r->s;

	return filled(r, s->outbound, "count", number(r, s->outbound_count), "stopped", number(r, s->outbound_stopped),
		      "left", number(r, s->outbound_count - s->outbound_stopped), "hours", number(r, r->m.silent_hours),
		      NULL);
}

/* Everyday traffic beside it. */
static void outbound_rest(struct member_report *r)
{
	if (r->s.outbound_rest)
		sentence(r, SHEET_BODY,
			 filled(r, r->s.outbound_rest, "count", number(r, r->m.outbound_minor), "total",
				number(r, this_month(r)->outbound), NULL));
}

/* "10/14", "14 Oct"; NULL: not known */
static const char *day_of(struct member_report *r, time_us at)
{
	struct civil_time t;
	const char *text;

	if (at == TIME_NONE)
		return NULL;
	zone_civil(r->w.zone, at, &t);
	if (r->order->japanese)
		return said(&r->w, "%d/%d", t.month, t.day);
	text = said_time(&r->w, at);
	return said(&r->w, "%.*s", (int)(strlen(text) - strlen(" 00:00")), text);
}

static const char *device_line(struct member_report *r, const struct device_count *d)
{
	const char *name =
	    report_text_device(r->order->texts, d->address ? d->address : "", r->order->japanese, r->pool);
	const char *mark = d->check ? filled(r, "device_check", NULL) : "";

	return filled(r, "device_line", "device",
		      said(&r->w, "%s%s%s", mark, *mark && !r->order->japanese ? " " : "", name ? name : ""), "what",
		      either(r, d->ja, d->en), "more", d->kinds > 1 ? "1" : NULL, "count", number(r, d->detections),
		      "stopped", number(r, d->stopped), "last", day_of(r, d->last_at), "first", day_of(r, d->first_at),
		      NULL);
}

static void devices(struct member_report *r)
{
	size_t shown = r->m.devices_count < r->limits.devices ? r->m.devices_count : r->limits.devices;

	if (r->m.outbound_devices > 0)
		sheet_text_cut(r->sheet, SHEET_STRONG,
			       filled(r, "outbound_devices", "devices", number(r, r->m.outbound_devices), NULL), 1);
	for (size_t i = 0; i < shown; i++)
		item(r, device_line(r, &r->m.devices[i]), 2);
	more_line(r, r->m.devices_count - shown);
	if (r->s.outbound_then)
		sentence(r, SHEET_BODY, filled(r, r->s.outbound_then, NULL));
}

static void outbound(struct member_report *r)
{
	struct beside b;

	heading(r, "heading_outbound");
	beside_begin(r, &b);
	sentence(r, SHEET_BODY, outbound_text(r));
	if (!unmonitored(r))
		change_line(r, BARS_OUTBOUND);
	beside_end(r, &b, BARS_OUTBOUND);
	outbound_rest(r);
	devices(r);
}

/* ---------------------------------------------------------------------------------------------- viruses */

static const char *virus_text(struct member_report *r)
{
	const struct month_count *month = this_month(r);
	int64_t left = month->viruses - month->viruses_removed;

	return filled(r, r->s.virus, "count", number(r, month->viruses), "removed", number(r, month->viruses_removed),
		      "left", number(r, left), NULL);
}

static void viruses(struct member_report *r)
{
	struct beside b;

	heading(r, "heading_virus");
	beside_begin(r, &b);
	sentence(r, SHEET_BODY, virus_text(r));
	for (size_t i = 0; i < r->m.virus_routes_count && i < 3; i++) {
		const struct virus_route *v = &r->m.virus_routes[i];
		const char *key = said(&r->w, "virus_route_%s", v->route ? v->route : "other");

		if (v->detections > 0)
			item(r,
			     filled(r, key, "count", number(r, v->detections), "removed", number(r, v->removed), NULL),
			     1);
	}
	beside_end(r, &b, BARS_VIRUSES);
}

/* ---------------------------------------------------------------------------------------------- peers */

/* "6-20": 6～20人; "301-": 301人以上 */
static const char *size_words(struct member_report *r, const char *name)
{
	struct slice s = slice_of_string(name);
	size_t dash = slice_find(s, '-');
	int from = (int)dash, to = (int)(s.len > dash ? s.len - dash - 1 : 0);

	if (dash == s.len)
		return name;
	if (to == 0)
		return said(&r->w, r->order->japanese ? "%.*s人以上" : "%.*s people or more", from, name);
	return said(&r->w, r->order->japanese ? "%.*s～%.*s人" : "%.*s to %.*s people", from, name, to,
		    name + dash + 1);
}

static const char *group_name(struct member_report *r, const struct peer_row *p)
{
	struct slice dimension = slice_of_string(p->dimension);

	if (slice_is(dimension, "industry"))
		return filled(r, "peers_group_industry", "value", p->value, NULL);
	if (slice_is(dimension, "size"))
		return filled(r, "peers_group_size", "value", size_words(r, p->value ? p->value : ""), NULL);
	return filled(r, "peers_group_all", NULL);
}

enum { PEER_COLUMNS = 5, PEER_ROWS = 5 };

static const char *with_share(struct member_report *r, const struct peer_row *p, int64_t with)
{
	if (p->hidden)
		return "―";
	return said(&r->w, r->order->japanese ? "%s社（%s）" : "%s (%s)", number(r, with),
		    said_share(&r->w, with, p->companies));
}

static void peer_cells(struct member_report *r, const struct peer_row *p, const char **cells)
{
	cells[0] = group_name(r, p);
	cells[1] = p->hidden ? "―" : number(r, p->companies);
	cells[2] = with_share(r, p, p->with_inbound);
	cells[3] = with_share(r, p, p->with_outbound);
	cells[4] = with_share(r, p, p->with_viruses);
}

static void peers_table(struct member_report *r)
{
	const bool ja = r->order->japanese;
	const struct sheet_column columns[PEER_COLUMNS] = {
		{ ja ? "比べる会社" : "Companies", 35, false }, { ja ? "会社の数" : "Number", 11.5, true },
		{ ja ? "外→内の検知" : "Inbound", 18.5, true }, { ja ? "内→外の検知" : "Outbound", 18, true },
		{ ja ? "ウイルス" : "Viruses", 17, true },
	};
	const char *cells[PEER_ROWS * PEER_COLUMNS];
	size_t rows = 0;

	for (size_t i = 0; i < r->m.peers_count && rows + 1 < PEER_ROWS; i++)
		peer_cells(r, &r->m.peers[i], cells + PEER_COLUMNS * rows++);
	sheet_table_of(r->sheet, SHEET_BODY, filled(r, "heading_peers", NULL), columns, PEER_COLUMNS, cells, rows);
}

/* The nearest group whose figures may be shown. */
static const struct peer_row *nearest(const struct member_report *r)
{
	for (size_t i = 0; i < r->m.peers_count; i++)
		if (!r->m.peers[i].hidden)
			return &r->m.peers[i];
	return NULL;
}

static void peers(struct member_report *r)
{
	const struct peer_row *p = nearest(r);

	if (r->m.peers_count == 0)
		return;
	heading(r, "heading_peers");
	if (p) {
		const char *group = group_name(r, p), *companies = number(r, p->companies);

		sentence(r, SHEET_BODY,
			 filled(r, "peers_line", "group", group, "companies", companies, "with",
				number(r, p->with_outbound), "percent",
				said_share(&r->w, p->with_outbound, p->companies), "median",
				number(r, p->median_outbound), "own", number(r, this_month(r)->outbound), NULL));
		if (r->limits.peers_table)
			peers_table(r);
	} else {
		sentence(r, SHEET_BODY, filled(r, "peers_hidden", "group", group_name(r, &r->m.peers[0]), NULL));
	}
	sentence(r, SHEET_SMALL, filled(r, "peers_note", NULL));
}

/* ---------------------------------------------------------------------------------------------- cases */

static void one_case(struct member_report *r, const struct case_row *c)
{
	const char *what = said(&r->w, r->order->japanese ? "%lld番　%s%s" : "No. %lld  %s%s", (long long)c->no,
				either(r, c->ja, c->en), case_device(r, c));

	sheet_text_cut(r->sheet, SHEET_STRONG, what, 1);
	sheet_text_cut(r->sheet, SHEET_BODY, case_moments(r, c), 2);
	sheet_text_cut(r->sheet, SHEET_BODY, case_state(r, c), 1);
	sheet_space(r->sheet, 2);
}

/* Questions, visits and insurance, on one line. */
static void help_line(struct member_report *r)
{
	const char *text = "", *blank = r->order->japanese ? "　" : "   ";

	if (r->m.tickets > 0)
		text = filled(r, "tickets_line", "count", number(r, r->m.tickets), "answered",
			      number(r, r->m.tickets_answered), NULL);
	if (r->m.dispatches_count > 0)
		text = said(&r->w, "%s%s%s", text, *text ? blank : "",
			    filled(r, "dispatches_line", "count", number(r, (int64_t)r->m.dispatches_count), NULL));
	if (r->m.insurance_cases > 0)
		text = said(&r->w, "%s%s%s", text, *text ? blank : "",
			    filled(r, "insurance_line", "count", number(r, r->m.insurance_cases), NULL));
	sentence(r, SHEET_BODY, text);
}

static void cases(struct member_report *r)
{
	size_t shown = r->m.cases_count < r->limits.cases ? r->m.cases_count : r->limits.cases;
	int64_t left = (int64_t)(r->m.cases_count - shown) + r->m.cases_more;

	heading(r, "heading_cases");
	if (r->s.cases)
		sentence(r, SHEET_BODY, filled(r, r->s.cases, NULL));
	for (size_t i = 0; i < shown; i++)
		one_case(r, &r->m.cases[i]);
	r->cases_cut = shown < r->m.cases_count;
	if (left > 0)
		sentence(r, SHEET_BODY, filled(r, "more_in_annex", "count", number(r, left), NULL));
	help_line(r);
}

/* ---------------------------------------------------------------------------------------------- watch */

static const char *coverage_text(struct member_report *r)
{
	const char *line =
	    filled(r, "coverage_line", "days", number(r, r->m.days), "monitored", number(r, r->m.monitored_days),
		   "percent", said_share_1(&r->w, r->m.seen_hours, r->m.due_hours), NULL);
	const char *gap = r->m.silent_hours > 0 ? filled(r, "coverage_gap", "hours", number(r, r->m.silent_hours), NULL)
						: filled(r, "coverage_full", NULL);

	/* Hours of one of several sensors may be missing though some other spoke. */
	if (r->m.silent_hours == 0 && r->m.seen_hours < r->m.due_hours)
		return line;
	return said(&r->w, "%s%s%s", line, r->order->japanese ? "" : " ", gap);
}

static void watch(struct member_report *r)
{
	size_t shown = r->m.sensors_count < r->limits.sensors ? r->m.sensors_count : r->limits.sensors;

	heading(r, "heading_watch");
	if (unmonitored(r)) {
		sentence(r, SHEET_BODY, filled(r, "no_monitoring", NULL));
		return;
	}
	sentence(r, SHEET_BODY, coverage_text(r));
	for (size_t i = 0; i < shown; i++) {
		const struct sensor_row *s = &r->m.sensors[i];
		const char *last = last_heard(r, s);
		const char *end = !last && s->last_seen_at != TIME_NONE ? filled(r, "sensor_until_end", NULL) : NULL;
		const char *line = filled(r, "sensor_line", "name", s->name ? s->name : "", "site", s->site, "last",
					  last, "end", end, "version", s->agent_version, NULL);

		item(r, line, 1);
	}
	more_line(r, r->m.sensors_count - shown);
}

/* ---------------------------------------------------------------------------------------------- advice, help desk */

/* "2026-10": advice_10 */
static void advice(struct member_report *r)
{
	struct slice month = slice_of_string(r->m.month);
	const char *text = month.len == 7 ? filled(r, said(&r->w, "advice_%s", r->m.month + 5), NULL) : "";

	if (!*text)
		return;
	heading(r, "heading_advice");
	sentence(r, SHEET_BODY, text);
}

static void contact_details(struct member_report *r)
{
	const struct document_frame *f = &r->order->frame;

	sheet_text_cut(r->sheet, SHEET_STRONG, filled(r, "contact_line", NULL), 2);
	if (f->desk_hours && *f->desk_hours)
		sheet_text_cut(r->sheet, SHEET_BODY, filled(r, "contact_hours", "hours", f->desk_hours, NULL), 2);
	if (f->desk_mail && *f->desk_mail)
		sheet_text_cut(r->sheet, SHEET_BODY, filled(r, "contact_mail", "mail", f->desk_mail, NULL), 1);
	sheet_text_cut(r->sheet, SHEET_BODY,
		       filled(r, "contact_mention", "member_no", r->m.member_no, "number",
			      f->number && *f->number ? f->number : "―", NULL),
		       2);
}

/* At the foot of the page, whatever stands above. */
static void contact(struct member_report *r)
{
	const struct document_frame *f = &r->order->frame;
	const double left = SHEET_MARGIN + 12, middle = SHEET_MARGIN + 200;
	double top;

	sheet_space(r->sheet, 8);
	r->foot = sheet_mark(r->sheet);
	sheet_box_begin(r->sheet, true, 0);
	top = sheet_y(r->sheet);
	sheet_columns(r->sheet, left, middle - 12);
	sheet_text_cut(r->sheet, SHEET_SUBHEADING, filled(r, "heading_contact", NULL), 1);
	if (f->desk_phone && *f->desk_phone)
		sheet_put(r->sheet, SHEET_LARGE, SHEET_LEFT, f->desk_phone, left, sheet_y(r->sheet) + 2,
			  middle - 12 - left);
	sheet_columns(r->sheet, middle, SHEET_WIDTH - SHEET_MARGIN - 12);
	sheet_at(r->sheet, top);
	contact_details(r);
	sheet_box_end(r->sheet);
}

void member_report_back(struct member_report *r)
{
	outbound(r);
	viruses(r);
	peers(r);
	cases(r);
	watch(r);
	advice(r);
	contact(r);
}
