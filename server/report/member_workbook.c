#include "server/report/wording.h"
#include "server/report/workbook_parts.h"

static void overview(struct spreadsheet *s, const struct member_month *m, const struct document_order *order)
{
	bool ja = order->japanese;

	part_overview(s, order);
	part_text(s, "企業", "Company", m->company);
	part_text(s, "会員番号", "Member no.", m->member_no);
	part_text(s, "業種", "Industry", m->industry);
	part_text(s, "従業員数", "Employees", m->size_class);
	part_text(s, "地域", "Area", m->area);
	part_text(s, "運営", "Operator", m->operator_name);
	part_day(s, "期間の初日", "First day", m->first_day);
	part_day(s, "期間の末日", "Last day", m->last_day);
	part_yes(s, "月の途中の集計", "Preliminary", m->preliminary);
	part_text(s, "今月のまとめ", "The month", said_name(ja, NAME_GRADE, m->grade));
	for (size_t i = 0; i < m->reasons_count; i++)
		part_text(s, i == 0 ? "その理由" : "", i == 0 ? "Why" : "", ja ? m->reasons[i].ja : m->reasons[i].en);
	if (order->frame.comment && order->frame.comment[0])
		part_text(s, "総評", "Comment", order->frame.comment);
	part_number(s, "社内どうしなど、向きの表に含まない検知（件）", "Detections of no direction in the tables",
		    m->elsewhere);
	part_number(s, "ほかのお願い（件）", "Further requests", m->requests_more);
	part_number(s, "ほかの対応（件）", "Further cases", m->cases_more);
	part_number(s, "相談（件）", "Tickets", m->tickets);
	part_number(s, "うち回答済み（件）", "Of these, answered", m->tickets_answered);
	part_number(s, "保険の利用（件）", "Insurance cases", m->insurance_cases);
	part_number(s, "月の日数", "Days of the month", m->days);
	part_number(s, "見守った日数", "Monitored days", m->monitored_days);
	part_number(s, "見守るはずの時間", "Hours due", m->due_hours);
	part_number(s, "確認できた時間", "Hours seen", m->seen_hours);
	part_share(s, "見守れた割合", "Coverage", m->seen_hours, m->due_hours);
	part_number(s, "すべての機器から信号がなかった時間", "Silent hours", m->silent_hours);
	part_time(s, "集計した時刻", "As of", m->made_at);
}

static void months(struct spreadsheet *s, const struct member_month *m)
{
	static const struct spreadsheet_column columns[] = {
		{ "月", "Month", 10 },
		{ "見守った日数", "Monitored days", 13 },
		{ "外→内（件）", "Inbound", 12 },
		{ "うち止めたもの", "Of these, stopped", 14 },
		{ "内→外（件）", "Outbound", 12 },
		{ "うち止めたもの", "Of these, stopped", 14 },
		{ "ウイルス（件）", "Viruses", 14 },
		{ "うち除去", "Of these, removed", 12 },
		{ "インシデント", "Incidents", 13 },
	};

	spreadsheet_sheet(s, "13か月", "13 months", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->months_count; i++) {
		const struct month_count *row = &m->months[i];

		spreadsheet_month(s, row->month);
		spreadsheet_number(s, row->monitored_days);
		/* A month without any monitoring has no figures: not zero. */
		if (row->monitored_days > 0 || row->inbound + row->outbound + row->viruses + row->incidents > 0) {
			spreadsheet_number(s, row->inbound);
			spreadsheet_number(s, row->inbound_stopped);
			spreadsheet_number(s, row->outbound);
			spreadsheet_number(s, row->outbound_stopped);
			spreadsheet_number(s, row->viruses);
			spreadsheet_number(s, row->viruses_removed);
			spreadsheet_number(s, row->incidents);
		}
		spreadsheet_row_end(s);
	}
}

static void engines(struct spreadsheet *s, const struct member_month *m, bool ja)
{
	static const struct spreadsheet_column columns[] = { { "向き", "Direction", 12 },
							     { "検知機能", "Engine", 28 },
							     { "件数", "Detections", 12 } };

	spreadsheet_sheet(s, "検知機能別", "Engines", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->engines_count; i++) {
		spreadsheet_text(s, said_name(ja, NAME_DIRECTION, m->engines[i].direction));
		spreadsheet_text(s, said_name(ja, NAME_ENGINE, m->engines[i].engine));
		spreadsheet_number(s, m->engines[i].detections);
		spreadsheet_row_end(s);
	}
}

static void kinds_of(struct spreadsheet *s, const char *direction, const struct kind_count *kinds, size_t count,
		     bool ja)
{
	for (size_t i = 0; i < count; i++) {
		spreadsheet_text(s, direction);
		spreadsheet_text(s, ja ? kinds[i].ja : kinds[i].en);
		spreadsheet_number(s, kinds[i].detections);
		spreadsheet_number(s, kinds[i].stopped);
		spreadsheet_row_end(s);
	}
}

static void kinds(struct spreadsheet *s, const struct member_month *m, bool ja)
{
	static const struct spreadsheet_column columns[] = { { "向き・経路", "Direction or route", 18 },
							     { "内容", "What", 60 },
							     { "件数", "Detections", 12 },
							     { "うち止めたもの", "Stopped", 14 } };

	spreadsheet_sheet(s, "種類", "Kinds", columns, ARRAY_LEN(columns));
	kinds_of(s, said_name(ja, NAME_DIRECTION, "inbound"), m->inbound_kinds, m->inbound_kinds_count, ja);
	kinds_of(s, said_name(ja, NAME_DIRECTION, "outbound"), m->outbound_kinds, m->outbound_kinds_count, ja);
	for (size_t i = 0; i < m->virus_routes_count; i++) {
		spreadsheet_text(s, said_name(ja, NAME_ROUTE, m->virus_routes[i].route));
		spreadsheet_words(s, "ウイルス", "Viruses");
		spreadsheet_number(s, m->virus_routes[i].detections);
		spreadsheet_number(s, m->virus_routes[i].removed);
		spreadsheet_row_end(s);
	}
}

static void case_line(struct spreadsheet *s, const struct case_row *row, bool ja)
{
	spreadsheet_code(s, row->no);
	spreadsheet_text(s, ja ? row->ja : row->en);
	spreadsheet_text(s, said_severity(ja, row->severity));
	spreadsheet_text(s, said_name(ja, NAME_DIRECTION, row->direction));
	spreadsheet_text(s, said_name(ja, NAME_STATE, row->state));
	spreadsheet_text(s, said_name(ja, NAME_DISPOSITION, row->disposition));
	spreadsheet_text(s, row->close_reason);
	spreadsheet_yes(s, row->carried);
	spreadsheet_yes(s, row->open);
	spreadsheet_time(s, row->event_at);
	spreadsheet_time(s, row->raised_at);
	spreadsheet_time(s, row->acknowledged_at);
	spreadsheet_time(s, row->told_at);
	spreadsheet_time(s, row->confirmed_at);
	spreadsheet_time(s, row->contained_at);
	spreadsheet_time(s, row->resolved_at);
	spreadsheet_time(s, row->closed_at);
	spreadsheet_number(s, row->visits);
	spreadsheet_row_end(s);
}

static void cases(struct spreadsheet *s, const struct member_month *m, bool ja)
{
	static const struct spreadsheet_column columns[] = {
		{ "番号", "No.", 8 },
		{ "内容", "What", 50 },
		{ "重要度", "Severity", 10 },
		{ "向き", "Direction", 10 },
		{ "状態", "State", 14 },
		{ "判定", "Disposition", 14 },
		{ "終了の理由", "Why closed", 40 },
		{ "前月から", "Carried", 10 },
		{ "月末に未了", "Open", 10 },
		{ "発生", "Event", 18 },
		{ "検知", "Raised", 18 },
		{ "対応開始", "Taken on", 18 },
		{ "ご連絡", "Told", 18 },
		{ "ご確認", "Confirmed", 18 },
		{ "封じ込め", "Contained", 18 },
		{ "解決", "Resolved", 18 },
		{ "完了", "Closed", 18 },
		{ "訪問", "Visits", 8 },
	};

	spreadsheet_sheet(s, "対応の記録", "Cases", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->cases_count; i++)
		case_line(s, &m->cases[i], ja);
}

static void sensors(struct spreadsheet *s, const struct member_month *m)
{
	static const struct spreadsheet_column columns[] = {
		{ "センサー", "Sensor", 28 },
		{ "拠点", "Site", 24 },
		{ "ソフトの版", "Agent", 14 },
		{ "見守るはずの時間", "Hours due", 16 },
		{ "確認できた時間", "Hours seen", 14 },
		{ "見守れた割合", "Coverage", 12 },
		{ "記録の予定数", "Records expected", 14 },
		{ "届いた記録", "Received", 12 },
		{ "捨てた記録", "Dropped", 12 },
		{ "届かなかった記録", "Missing", 16 },
		{ "信号のない日", "Silent days", 13 },
		{ "最後の信号", "Last seen", 18 },
	};

	spreadsheet_sheet(s, "見守りの状態", "Sensors", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->sensors_count; i++) {
		const struct sensor_row *row = &m->sensors[i];

		spreadsheet_text(s, row->name);
		spreadsheet_text(s, row->site);
		spreadsheet_text(s, row->agent_version);
		spreadsheet_number(s, row->due_hours);
		spreadsheet_number(s, row->seen_hours);
		spreadsheet_share(s, row->seen_hours, row->due_hours);
		spreadsheet_number(s, row->expected);
		spreadsheet_number(s, row->received);
		spreadsheet_number(s, row->dropped);
		spreadsheet_number(s, row->missing);
		spreadsheet_number(s, row->silent_days);
		spreadsheet_time(s, row->last_seen_at);
		spreadsheet_row_end(s);
	}
}

int member_workbook(const struct member_month *m, const struct document_order *order, struct buffer *out,
		    struct err *why)
{
	bool ja = order->japanese;
	char title[96];
	struct spreadsheet_info info = {
		.title = title,
		.subject = m->company,
		.author = m->operator_name,
		.created_at = m->made_at,
		.timezone = m->timezone,
		.japanese = ja,
	};
	struct spreadsheet *s;

	snprintf(title, sizeof(title), "%s %s", ja ? "見守りレポート" : "Monthly report", m->month ? m->month : "");
	s = spreadsheet_open(&info);
	overview(s, m, order);
	months(s, m);
	engines(s, m, ja);
	kinds(s, m, ja);
	part_devices(s, m->devices, m->devices_count, ja);
	part_requests(s, m->requests, m->requests_count, ja);
	cases(s, m, ja);
	part_dispatches(s, m->dispatches, m->dispatches_count, ja);
	part_peers(s, m->peers, m->peers_count, ja);
	sensors(s, m);
	part_annex(s, m->annex, m->annex_count, m->annex_more_rows, m->annex_more_detections, ja);
	return spreadsheet_finish(s, out, why);
}
