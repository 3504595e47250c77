/* The annex, for whoever looks after the computers: what had no room on the two pages, each kind of detection with its
 * addresses and its maker's name, the devices, the words, and the boxes for stamps. */
#include "server/report/member_report.h"

/* ---------------------------------------------------------------------------------------------- times and states */

/* "10月14日 09:12 検知 → 09:15 対応開始": the day once. */
const char *case_moments(struct member_report *r, const struct case_row *c)
{
	const struct {
		const char *key;
		time_us at;
	} moments[] = {
		{ "case_moment_detected", c->event_at != TIME_NONE ? c->event_at : c->raised_at },
		{ "case_moment_acknowledged", c->acknowledged_at },
		{ "case_moment_told", c->told_at },
		{ "case_moment_confirmed", c->confirmed_at },
		{ "case_moment_contained", c->contained_at },
		{ "case_moment_resolved", c->resolved_at },
		{ "case_moment_closed", c->closed_at },
	};
	const char *text = "";
	int64_t day = INT64_MIN;

	for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
		struct civil_time t;
		const char *at;

		if (moments[i].at == TIME_NONE)
			continue;
		zone_civil(r->w.zone, moments[i].at, &t);
		at = zone_day(r->w.zone, moments[i].at) == day ? said(&r->w, "%02d:%02d", t.hour, t.minute)
							       : said_time(&r->w, moments[i].at);
		day = zone_day(r->w.zone, moments[i].at);
		text = said(&r->w, "%s%s%s %s", text, *text ? " → " : "", at, filled(r, moments[i].key, NULL));
	}
	return text;
}

const char *case_device(struct member_report *r, const struct case_row *c)
{
	const char *name =
	    c->device ? report_text_device(r->order->texts, c->device, r->order->japanese, r->pool) : NULL;

	return name ? said(&r->w, r->order->japanese ? "（%s）" : " (%s)", name) : "";
}

const char *last_heard(struct member_report *r, const struct sensor_row *sensor)
{
	struct civil_time t;
	const char *month;

	if (sensor->last_seen_at == TIME_NONE)
		return NULL;
	zone_civil(r->w.zone, sensor->last_seen_at, &t);
	month = said(&r->w, "%04d-%02d", t.year, t.month);
	return strcmp(month, r->m.month) > 0 ? NULL : said_time(&r->w, sensor->last_seen_at);
}

static const char *verdict_key(const struct case_row *c)
{
	struct slice disposition = slice_of_string(c->disposition);

	if (c->open)
		return "case_open";
	if (slice_is(disposition, "benign_positive"))
		return "case_benign";
	if (slice_is(disposition, "false_positive"))
		return "case_false_positive";
	if (slice_is(disposition, "undetermined"))
		return "case_undetermined";
	if (slice_is(slice_of_string(c->state), "contained"))
		return "case_contained";
	return "case_settled";
}

/* "重要度 高　対応を終えました　訪問 1回" */
const char *case_state(struct member_report *r, const struct case_row *c)
{
	const char *blank = r->order->japanese ? "　" : ". ";
	const char *text = said(&r->w, r->order->japanese ? "重要度 %s　%s" : "%s. %s",
				said_severity(r->order->japanese, c->severity), filled(r, verdict_key(c), NULL));

	if (c->visits > 0)
		text =
		    said(&r->w, "%s%s%s", text, blank, filled(r, "case_visits", "count", number(r, c->visits), NULL));
	if (c->carried)
		text = said(&r->w, "%s%s%s", text, blank, filled(r, "case_carried", NULL));
	return text;
}

/* ---------------------------------------------------------------------------------------------- what was left out */

static void rest_of_comment(struct member_report *r)
{
	if (!r->comment_cut)
		return;
	heading(r, "heading_comment");
	sheet_text(r->sheet, SHEET_BODY, r->order->frame.comment);
}

static void rest_of_requests(struct member_report *r)
{
	if (!r->requests_cut)
		return;
	heading(r, "heading_requests");
	for (size_t i = 0; i < r->m.requests_count; i++)
		sheet_text(
		    r->sheet, SHEET_BODY,
		    said(&r->w, "%zu. %s", i + 1, either(r, r->m.requests[i].what_ja, r->m.requests[i].what_en)));
}

static const char **cells_of(struct member_report *r, size_t rows, size_t columns)
{
	return pool_take_array(r->pool, rows * columns + 1, sizeof(const char *));
}

static void case_table(struct member_report *r)
{
	const bool ja = r->order->japanese;
	const struct sheet_column columns[] = {
		{ ja ? "番号" : "No.", 8, true },
		{ ja ? "内容" : "What", 34, false },
		{ ja ? "経過" : "Course", 58, false },
	};
	const char **cells = cells_of(r, r->m.cases_count, ARRAY_LEN(columns));

	if (!r->cases_cut || !cells)
		return;
	heading(r, "heading_cases");
	for (size_t i = 0; i < r->m.cases_count; i++) {
		const struct case_row *c = &r->m.cases[i];

		cells[i * 3] = number(r, c->no);
		cells[i * 3 + 1] = said(&r->w, "%s%s", either(r, c->ja, c->en), case_device(r, c));
		cells[i * 3 + 2] = said(&r->w, "%s\n%s", case_moments(r, c), case_state(r, c));
	}
	sheet_table_of(r->sheet, SHEET_SMALL, filled(r, "heading_cases", NULL), columns, ARRAY_LEN(columns), cells,
		       r->m.cases_count);
	if (r->m.cases_more > 0)
		sheet_text(r->sheet, SHEET_SMALL, filled(r, "cases_more", "count", number(r, r->m.cases_more), NULL));
}

/* ---------------------------------------------------------------------------------------------- detections */

static const char *engine_word(bool ja, const char *engine)
{
	struct slice s = slice_of_string(engine);

	if (slice_is(s, "ips"))
		return "IPS";
	if (slice_is(s, "antivirus"))
		return ja ? "ウイルス" : "virus";
	if (slice_is(s, "web"))
		return "Web";
	if (slice_is(s, "dns"))
		return "DNS";
	return ja ? "その他" : "other";
}

/* First and last, the day once. */
static const char *span(struct member_report *r, time_us first, time_us last)
{
	struct civil_time a, b;

	if (first == TIME_NONE)
		return "―";
	zone_civil(r->w.zone, first, &a);
	if (last == TIME_NONE || last == first)
		return said(&r->w, "%d/%d %02d:%02d", a.month, a.day, a.hour, a.minute);
	zone_civil(r->w.zone, last, &b);
	if (zone_day(r->w.zone, first) == zone_day(r->w.zone, last))
		return said(&r->w, "%d/%d %02d:%02d–%02d:%02d", a.month, a.day, a.hour, a.minute, b.hour, b.minute);
	return said(&r->w, "%d/%d %02d:%02d–%d/%d %02d:%02d", a.month, a.day, a.hour, a.minute, b.month, b.day, b.hour,
		    b.minute);
}

static const char *flow(struct member_report *r, const struct annex_row *a)
{
	const char *source = a->source ? a->source : "―", *destination = a->destination ? a->destination : "―";

	if (a->destination_port > 0)
		return said(&r->w, strchr(destination, ':') ? "%s → [%s]:%lld" : "%s → %s:%lld", source, destination,
			    (long long)a->destination_port);
	return said(&r->w, "%s → %s", source, destination);
}

enum { DETECTION_COLUMNS = 8 };

static void detection_cells(struct member_report *r, const struct annex_row *a, const char **cells)
{
	const bool ja = r->order->japanese;

	cells[0] = span(r, a->first_at, a->last_at);
	cells[1] = number(r, a->detections);
	cells[2] = said_severity(ja, a->severity);
	cells[3] = said_name(ja, NAME_DIRECTION, a->direction);
	cells[4] = engine_word(ja, a->engine);
	cells[5] = said_name(ja, NAME_ACTION, a->action);
	cells[6] = a->signature_id ? said(&r->w, "%s [%s]", a->signature ? a->signature : "―", a->signature_id)
				   : (a->signature ? a->signature : "―");
	cells[7] = flow(r, a);
}

static void detection_table(struct member_report *r)
{
	/* English words are longer than Japanese ones; the name of the signature gets what they leave. */
	const struct sheet_column japanese[DETECTION_COLUMNS] = {
		{ "日時", 14, false }, { "件数", 7.5, true }, { "重要度", 8, false },  { "向き", 8.5, false },
		{ "種類", 7, false },  { "処置", 7, false },  { "検知名", 36, false }, { "通信", 26, false },
	};
	const struct sheet_column english[DETECTION_COLUMNS] = {
		{ "Time", 14, false },      { "Count", 7.5, true },   { "Severity", 10, false },
		{ "Direction", 11, false }, { "Engine", 8, false },   { "Action", 9.5, false },
		{ "Signature", 31, false }, { "Traffic", 23, false },
	};
	const char **cells = cells_of(r, r->m.annex_count, DETECTION_COLUMNS);

	heading(r, "heading_annex_table");
	if (r->m.annex_count == 0 || !cells) {
		sheet_text(r->sheet, SHEET_SMALL, filled(r, "annex_none", NULL));
		return;
	}
	for (size_t i = 0; i < r->m.annex_count; i++)
		detection_cells(r, &r->m.annex[i], cells + i * DETECTION_COLUMNS);
	sheet_table_of(r->sheet, SHEET_SMALL, filled(r, "heading_annex_table", NULL),
		       r->order->japanese ? japanese : english, DETECTION_COLUMNS, cells, r->m.annex_count);
	if (r->m.annex_more_rows > 0)
		sheet_text(r->sheet, SHEET_SMALL,
			   filled(r, "annex_more", "rows", number(r, r->m.annex_more_rows), "detections",
				  number(r, r->m.annex_more_detections), NULL));
}

/* Counts by engine and direction, side by side. */
static int64_t engine_value(const struct member_report *r, const char *direction, const char *engine)
{
	for (size_t i = 0; i < r->m.engines_count; i++)
		if (slice_is(slice_of_string(r->m.engines[i].direction), direction) &&
		    slice_is(slice_of_string(r->m.engines[i].engine), engine))
			return r->m.engines[i].detections;
	return 0;
}

static void engine_table(struct member_report *r)
{
	static const char *const engines[] = { "ips", "antivirus", "web", "dns", "other", "total" };
	const bool ja = r->order->japanese;
	const struct sheet_column columns[] = {
		{ ja ? "見つけた仕組み" : "Engine", 50, false },
		{ said_name(ja, NAME_DIRECTION, "inbound"), 25, true },
		{ said_name(ja, NAME_DIRECTION, "outbound"), 25, true },
	};
	const char *cells[ARRAY_LEN(engines) * 3];
	double top, bottom;

	for (size_t i = 0; i < ARRAY_LEN(engines); i++) {
		cells[i * 3] = said_name(ja, NAME_ENGINE, engines[i]);
		cells[i * 3 + 1] = number(r, engine_value(r, "inbound", engines[i]));
		cells[i * 3 + 2] = number(r, engine_value(r, "outbound", engines[i]));
	}
	heading(r, "heading_annex_counts");
	top = sheet_y(r->sheet);
	sheet_columns(r->sheet, SHEET_MARGIN, SHEET_WIDTH / 2 + 8);
	sheet_table_of(r->sheet, SHEET_SMALL, filled(r, "heading_annex_counts", NULL), columns, 3, cells,
		       ARRAY_LEN(engines));
	bottom = sheet_y(r->sheet);
	sheet_columns(r->sheet, SHEET_WIDTH / 2 + 24, SHEET_WIDTH - SHEET_MARGIN);
	sheet_at(r->sheet, top);
	sheet_text(r->sheet, SHEET_SMALL, filled(r, "counting_rule", NULL));
	if (r->m.elsewhere > 0)
		sheet_text(r->sheet, SHEET_SMALL,
			   filled(r, "counting_elsewhere", "count", number(r, r->m.elsewhere), NULL));
	sheet_columns(r->sheet, SHEET_MARGIN, SHEET_WIDTH - SHEET_MARGIN);
	if (sheet_y(r->sheet) < bottom)
		sheet_at(r->sheet, bottom);
}

/* ---------------------------------------------------------------------------------------------- devices */

enum { DEVICE_COLUMNS = 5, SENSOR_COLUMNS = 7 };

static void device_table(struct member_report *r)
{
	const bool ja = r->order->japanese;
	const struct sheet_column columns[DEVICE_COLUMNS] = {
		{ ja ? "機器のアドレス" : "Device", 26, false },
		{ ja ? "内容" : "What", 36, false },
		{ ja ? "件数" : "Count", 9, true },
		{ ja ? "止めた" : "Stopped", 9, true },
		{ ja ? "最初–最後" : "First to last", 20, false },
	};
	const char **cells = cells_of(r, r->m.devices_count, DEVICE_COLUMNS);

	if (r->m.devices_count == 0 || !cells)
		return;
	heading(r, "heading_outbound");
	for (size_t i = 0; i < r->m.devices_count; i++) {
		const struct device_count *d = &r->m.devices[i];

		cells[i * DEVICE_COLUMNS] = d->address;
		cells[i * DEVICE_COLUMNS + 1] = either(r, d->ja, d->en);
		cells[i * DEVICE_COLUMNS + 2] = number(r, d->detections);
		cells[i * DEVICE_COLUMNS + 3] = number(r, d->stopped);
		cells[i * DEVICE_COLUMNS + 4] = span(r, d->first_at, d->last_at);
	}
	sheet_table_of(r->sheet, SHEET_SMALL, filled(r, "heading_outbound", NULL), columns, DEVICE_COLUMNS, cells,
		       r->m.devices_count);
}

static void sensor_cells(struct member_report *r, const struct sensor_row *s, const char **cells)
{
	const char *last = last_heard(r, s), *end = r->order->japanese ? "月末まで" : "to the end";

	cells[0] = s->site ? said(&r->w, r->order->japanese ? "%s（%s）" : "%s (%s)", s->name ? s->name : "", s->site)
			   : s->name;
	cells[1] = s->agent_version ? s->agent_version : "―";
	cells[2] = said_share_1(&r->w, s->seen_hours, s->due_hours);
	cells[3] = number(r, s->silent_days);
	/* What was sent later belongs to later days. */
	cells[4] = s->received > 0 || s->seen_hours == 0 ? number(r, s->received) : "―";
	cells[5] = s->dropped > 0 ? said(&r->w, "%s + %s", number(r, s->missing), number(r, s->dropped))
				  : number(r, s->missing);
	cells[6] = s->last_seen_at == TIME_NONE ? "―" : last ? last : end;
}

static void sensor_table(struct member_report *r)
{
	const bool ja = r->order->japanese;
	const struct sheet_column columns[SENSOR_COLUMNS] = {
		{ ja ? "見守り機器" : "Monitoring device", 30, false },
		{ ja ? "版" : "Version", 9, false },
		{ ja ? "見守りの割合" : "Coverage", 12, true },
		{ ja ? "記録のない日" : "Silent days", 12, true },
		{ ja ? "届いた記録" : "Records", 12, true },
		{ ja ? "欠けた記録" : "Missing", 12, true },
		{ ja ? "最後の記録" : "Last record", 16, false },
	};
	const char **cells = cells_of(r, r->m.sensors_count, SENSOR_COLUMNS);

	if (r->m.sensors_count == 0 || !cells)
		return;
	heading(r, "heading_watch");
	for (size_t i = 0; i < r->m.sensors_count; i++)
		sensor_cells(r, &r->m.sensors[i], cells + i * SENSOR_COLUMNS);
	sheet_table_of(r->sheet, SHEET_SMALL, filled(r, "heading_watch", NULL), columns, SENSOR_COLUMNS, cells,
		       r->m.sensors_count);
}

enum { DISPATCH_COLUMNS = 5 };

static void dispatch_table(struct member_report *r)
{
	const bool ja = r->order->japanese;
	const struct sheet_column columns[DISPATCH_COLUMNS] = {
		{ ja ? "方法" : "How", 16, false },     { ja ? "依頼" : "Asked for", 21, false },
		{ ja ? "到着" : "Arrived", 21, false }, { ja ? "終了" : "Left", 21, false },
		{ ja ? "担当" : "By", 31, false },
	};
	const char **cells = cells_of(r, r->m.dispatches_count, DISPATCH_COLUMNS);

	if (r->m.dispatches_count == 0 || !cells)
		return;
	heading(r, "heading_dispatches");
	for (size_t i = 0; i < r->m.dispatches_count; i++) {
		const struct dispatch_row *d = &r->m.dispatches[i];
		const char **row = cells + i * DISPATCH_COLUMNS;

		row[0] = said_name(ja, NAME_DISPATCH, d->kind);
		row[1] = said_time(&r->w, d->requested_at);
		row[2] = said_time(&r->w, d->arrived_at);
		row[3] = said_time(&r->w, d->left_at);
		row[4] = d->vendor;
	}
	sheet_table_of(r->sheet, SHEET_SMALL, filled(r, "heading_dispatches", NULL), columns, DISPATCH_COLUMNS, cells,
		       r->m.dispatches_count);
}

/* ---------------------------------------------------------------------------------------------- the rest */

static void glossary(struct member_report *r)
{
	static const char *const terms[] = { "detection", "inbound",  "outbound", "stopped", "removed", "signature",
					     "case",      "severity", "coverage", "device",  "tlp" };
	const size_t half = (ARRAY_LEN(terms) + 1) / 2;
	const double middle = SHEET_WIDTH / 2;
	double top, bottom = 0;

	/* Two columns: the block stays on one page. */
	if (sheet_room(r->sheet) < 180)
		sheet_new_page(r->sheet);
	heading(r, "heading_glossary");
	top = sheet_y(r->sheet);
	sheet_columns(r->sheet, SHEET_MARGIN, middle - 8);
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		if (i == half) {
			bottom = sheet_y(r->sheet);
			sheet_columns(r->sheet, middle + 8, SHEET_WIDTH - SHEET_MARGIN);
			sheet_at(r->sheet, top);
		}
		sheet_text(r->sheet, SHEET_SMALL, filled(r, said(&r->w, "glossary_%s", terms[i]), NULL));
	}
	sheet_columns(r->sheet, SHEET_MARGIN, SHEET_WIDTH - SHEET_MARGIN);
	if (sheet_y(r->sheet) < bottom)
		sheet_at(r->sheet, bottom);
}

static void closing(struct member_report *r)
{
	const char *labels[] = { filled(r, "approval_president", NULL), filled(r, "approval_it", NULL),
				 filled(r, "approval_received", NULL) };
	const struct document_frame *f = &r->order->frame;
	double top;

	if (sheet_room(r->sheet) < 96)
		sheet_new_page(r->sheet);
	sheet_space(r->sheet, 8);
	top = sheet_y(r->sheet);
	sheet_columns(r->sheet, SHEET_MARGIN, SHEET_WIDTH - SHEET_MARGIN - 180);
	sheet_text(r->sheet, SHEET_SMALL, filled(r, "tlp_note", NULL));
	if (f->approved_by && *f->approved_by)
		sheet_text(r->sheet, SHEET_SMALL, filled(r, "approved_note", "who", f->approved_by, NULL));
	if (f->snapshot_sha256 && *f->snapshot_sha256)
		sheet_text(r->sheet, SHEET_SMALL,
			   filled(r, "source_note", "version", number(r, f->snapshot_version), "hash",
				  f->snapshot_sha256, NULL));
	sheet_columns(r->sheet, SHEET_MARGIN, SHEET_WIDTH - SHEET_MARGIN);
	sheet_at(r->sheet, top);
	sheet_stamp_boxes(r->sheet, labels, ARRAY_LEN(labels));
}

void member_report_annex(struct member_report *r)
{
	sheet_text(r->sheet, SHEET_TITLE, filled(r, "heading_annex", NULL));
	rest_of_comment(r);
	rest_of_requests(r);
	engine_table(r);
	detection_table(r);
	device_table(r);
	case_table(r);
	dispatch_table(r);
	sensor_table(r);
	glossary(r);
	closing(r);
}
