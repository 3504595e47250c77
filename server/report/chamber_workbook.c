#include "server/report/wording.h"
#include "server/report/workbook_parts.h"

static void overview(struct spreadsheet *s, const struct chamber_month *m, const struct document_order *order)
{
	part_overview(s, order);
	part_text(s, "運営", "Operator", m->operator_name);
	part_day(s, "期間の初日", "First day", m->first_day);
	part_day(s, "期間の末日", "Last day", m->last_day);
	part_yes(s, "月の途中の集計", "Preliminary", m->preliminary);
	part_number(s, "監視企業数", "Monitored companies", m->monitored_companies);
	part_number(s, "監視日数（延べ）", "Monitored days, all together", m->monitored_days);
	part_number(s, "監視期間の外の検知（件）", "Detections outside monitoring spans", m->outside_spans);
	part_number(s, "インシデント（件）", "Incidents", m->incidents);
	part_number(s, "インシデントのあった企業", "Companies with incidents", m->companies_with_incidents);
	part_number(s, "相談（件）", "Tickets", m->tickets);
	part_number(s, "駆け付け・遠隔支援（件）", "Visits and remote support", m->dispatches);
	part_number(s, "保険の利用（件）", "Insurance cases", m->insurance_cases);
	part_number(s, "保険金（円）", "Paid by the insurer (yen)", m->insurance_paid_yen);
	part_number(s, "見守るはずの時間", "Hours due", m->due_hours);
	part_number(s, "確認できた時間", "Hours seen", m->seen_hours);
	part_share(s, "見守れた割合", "Coverage", m->seen_hours, m->due_hours);
	part_number(s, "丸1日以上信号のなかった企業", "Companies silent for a day or more", m->silent_companies);
	part_number(s, "目標（社）", "Target (companies)", m->growth_target);
	part_day(s, "目標の期日", "Target day", m->growth_target_day);
	part_time(s, "集計した時刻", "As of", m->made_at);
}

static void table(struct spreadsheet *s, const struct chamber_month *m, bool ja)
{
	static const struct spreadsheet_column columns[] = {
		{ "向き", "Direction", 12 },
		{ "項目", "Engine", 28 },
		{ "企業数", "Companies", 12 },
		{ "監視企業に占める割合", "Of the monitored", 18 },
		{ "件数", "Detections", 12 },
		{ "検知企業の監視日数", "Days of these companies", 18 },
		{ "件数/社月（検知のあった企業）", "Per company-month, affected", 26 },
		{ "件数/社月（監視企業）", "Per company-month, monitored", 22 },
	};

	spreadsheet_sheet(s, "検知・防御状況", "Detections", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->table_count; i++) {
		const struct table_row *row = &m->table[i];

		spreadsheet_text(s, said_name(ja, NAME_DIRECTION, row->direction));
		spreadsheet_text(s, said_name(ja, NAME_ENGINE, row->engine));
		spreadsheet_number(s, row->companies);
		spreadsheet_share(s, row->companies, m->monitored_companies);
		spreadsheet_number(s, row->detections);
		spreadsheet_number(s, row->days);
		spreadsheet_rate(s, row->detections, row->companies > 0 ? row->days : 0);
		spreadsheet_rate(s, row->detections, m->monitored_days);
		spreadsheet_row_end(s);
	}
}

static void trend(struct spreadsheet *s, const struct chamber_month *m)
{
	static const struct spreadsheet_column columns[] = {
		{ "月", "Month", 10 },
		{ "監視企業数", "Monitored companies", 12 },
		{ "監視日数", "Monitored days", 12 },
		{ "外→内の企業数", "Companies inbound", 14 },
		{ "外→内（件）", "Inbound", 12 },
		{ "外→内 件数/社月", "Inbound per company-month", 16 },
		{ "内→外の企業数", "Companies outbound", 14 },
		{ "内→外（件）", "Outbound", 12 },
		{ "内→外 件数/社月", "Outbound per company-month", 16 },
		{ "内→外の企業の割合", "Share of companies outbound", 18 },
		{ "インシデント", "Incidents", 13 },
		{ "見守るはずの時間", "Hours due", 16 },
		{ "確認できた時間", "Hours seen", 14 },
		{ "見守れた割合", "Coverage", 12 },
	};

	spreadsheet_sheet(s, "推移", "Trend", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->trend_count; i++) {
		const struct chamber_trend *row = &m->trend[i];

		spreadsheet_month(s, row->month);
		spreadsheet_number(s, row->companies);
		spreadsheet_number(s, row->days);
		spreadsheet_number(s, row->inbound_companies);
		spreadsheet_number(s, row->inbound);
		spreadsheet_rate(s, row->inbound, row->inbound_companies > 0 ? row->inbound_days : 0);
		spreadsheet_number(s, row->outbound_companies);
		spreadsheet_number(s, row->outbound);
		spreadsheet_rate(s, row->outbound, row->outbound_companies > 0 ? row->outbound_days : 0);
		spreadsheet_share(s, row->outbound_companies, row->companies);
		spreadsheet_number(s, row->incidents);
		spreadsheet_number(s, row->due_hours);
		spreadsheet_number(s, row->seen_hours);
		spreadsheet_share(s, row->seen_hours, row->due_hours);
		spreadsheet_row_end(s);
	}
}

static void incidents(struct spreadsheet *s, const struct chamber_month *m)
{
	static const struct spreadsheet_column columns[] = { { "1社あたりの件数（から）", "Incidents from", 22 },
							     { "（まで）", "to", 12 },
							     { "企業数", "Companies", 12 },
							     { "割合", "Share", 10 } };

	spreadsheet_sheet(s, "インシデントの分布", "Incidents per company", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->incident_classes_count; i++) {
		const struct incident_class *row = &m->incident_classes[i];

		spreadsheet_number(s, row->from);
		if (row->to == INT64_MAX)
			spreadsheet_words(s, "以上", "and more");
		else
			spreadsheet_number(s, row->to);
		spreadsheet_number(s, row->companies);
		spreadsheet_share(s, row->companies, m->monitored_companies);
		spreadsheet_row_end(s);
	}
	spreadsheet_words(s, "中央値（監視企業1社あたり）", "Median of a monitored company");
	spreadsheet_decimal(s, m->incidents_median_hundredths);
	spreadsheet_row_end(s);
	spreadsheet_words(s, "90パーセンタイル", "90th percentile");
	spreadsheet_decimal(s, m->incidents_p90_hundredths);
	spreadsheet_row_end(s);
	spreadsheet_words(s, "最大", "The most");
	spreadsheet_number(s, m->incidents_most);
	spreadsheet_row_end(s);
}

static void judged(struct spreadsheet *s, const struct chamber_month *m, bool ja)
{
	static const struct spreadsheet_column columns[] = { { "判定", "Disposition", 24 },
							     { "件数", "Incidents", 12 },
							     { "割合", "Share", 10 } };
	const struct named_count rows[] = {
		{ "true_positive", m->true_positives },
		{ "benign_positive", m->benign },
		{ "false_positive", m->false_positives },
		{ "undetermined", m->undetermined },
	};

	spreadsheet_sheet(s, "判定", "Judged", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		spreadsheet_text(s, said_name(ja, NAME_DISPOSITION, rows[i].name));
		spreadsheet_number(s, rows[i].count);
		spreadsheet_share(s, rows[i].count, m->incidents);
		spreadsheet_row_end(s);
	}
	spreadsheet_words(s, "判定済み", "Judged");
	spreadsheet_number(s, m->judged);
	spreadsheet_share(s, m->judged, m->incidents);
	spreadsheet_row_end(s);
	spreadsheet_words(s, "未判定", "Not judged");
	spreadsheet_number(s, m->not_judged);
	spreadsheet_share(s, m->not_judged, m->incidents);
	spreadsheet_row_end(s);
}

static void seconds(struct spreadsheet *s, int64_t count, int64_t value)
{
	if (count > 0)
		spreadsheet_number(s, value);
	else
		spreadsheet_empty(s);
}

static void response(struct spreadsheet *s, const struct chamber_month *m, bool ja)
{
	static const struct spreadsheet_column columns[] = {
		{ "重要度", "Severity", 10 },
		{ "時間", "Figure", 20 },
		{ "略称", "Short", 8 },
		{ "件数", "Incidents", 10 },
		{ "中央値（秒）", "Median (s)", 14 },
		{ "90パーセンタイル（秒）", "90th percentile (s)", 20 },
		{ "平均（秒）", "Mean (s)", 12 },
		{ "会員待ちを除く中央値（秒）", "Median without waiting (s)", 24 },
		{ "会員待ちを除く90パーセンタイル（秒）", "90th percentile without waiting (s)", 32 },
	};

	spreadsheet_sheet(s, "応答時間", "Response times", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->response_count; i++) {
		const struct response_line *row = &m->response[i];

		spreadsheet_text(s, said_severity(ja, row->severity));
		spreadsheet_text(s, said_name(ja, NAME_METRIC, row->metric));
		spreadsheet_text(s, said_name(ja, NAME_MEASURE, row->metric));
		spreadsheet_number(s, row->count);
		seconds(s, row->count, row->median_s);
		seconds(s, row->count, row->p90_s);
		seconds(s, row->count, row->mean_s);
		seconds(s, row->count, row->waiting_median_s);
		seconds(s, row->count, row->waiting_p90_s);
		spreadsheet_row_end(s);
	}
}

static void promises(struct spreadsheet *s, const struct chamber_month *m, bool ja)
{
	static const struct spreadsheet_column columns[] = {
		{ "重要度", "Severity", 10 }, { "約束", "Promise", 20 },  { "対象", "Promised", 10 },
		{ "守れた", "Kept", 10 },     { "超えた", "Missed", 10 }, { "期限内で継続中", "Running", 16 },
		{ "達成率", "Kept (%)", 10 },
	};

	spreadsheet_sheet(s, "応答目標", "Promises", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->promises_count; i++) {
		const struct promise_line *row = &m->promises[i];

		spreadsheet_text(s, said_severity(ja, row->severity));
		spreadsheet_text(s, said_name(ja, NAME_METRIC, row->promise));
		spreadsheet_number(s, row->promised);
		spreadsheet_number(s, row->kept);
		spreadsheet_number(s, row->missed);
		spreadsheet_number(s, row->running);
		spreadsheet_share(s, row->kept, row->kept + row->missed);
		spreadsheet_row_end(s);
	}
}

static void counts(struct spreadsheet *s, const char *group, enum name_kind kind, const struct named_count *rows,
		   size_t count, bool ja)
{
	for (size_t i = 0; i < count; i++) {
		spreadsheet_text(s, group);
		spreadsheet_text(s, said_name(ja, kind, rows[i].name));
		spreadsheet_number(s, rows[i].count);
		spreadsheet_row_end(s);
	}
}

static void desk(struct spreadsheet *s, const struct chamber_month *m, bool ja)
{
	static const struct spreadsheet_column columns[] = { { "区分", "Of", 24 },
							     { "項目", "Item", 30 },
							     { "件数", "Number", 12 } };

	spreadsheet_sheet(s, "相談と駆け付け", "Desk and visits", columns, ARRAY_LEN(columns));
	counts(s, ja ? "相談の内容" : "Tickets: about", NAME_CATEGORY, m->ticket_categories, m->ticket_categories_count,
	       ja);
	counts(s, ja ? "相談の経路" : "Tickets: how", NAME_CHANNEL, m->ticket_channels, m->ticket_channels_count, ja);
	counts(s, ja ? "駆け付けの種類" : "Visits: kind", NAME_DISPATCH, m->dispatch_kinds, m->dispatch_kinds_count,
	       ja);
	counts(s, ja ? "駆け付けの状態" : "Visits: state", NAME_DISPATCH_STATE, m->dispatch_states,
	       m->dispatch_states_count, ja);
	counts(s, ja ? "会員の今月のまとめ" : "Members' months", NAME_GRADE, m->grades, m->grades_count, ja);
}

static void prices(struct spreadsheet *s, const struct chamber_month *m)
{
	static const struct spreadsheet_column columns[] = {
		{ "プラン", "Plan", 34 },
		{ "会員区分", "Member", 12 },
		{ "企業数", "Companies", 12 },
		{ "月額の合計（税抜・円）", "Yen a month, without tax", 24 },
		{ "月額の合計（税込・円）", "Yen a month, with tax", 24 }
	};

	spreadsheet_sheet(s, "料金", "Prices", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->prices_count; i++) {
		spreadsheet_text(s, m->prices[i].plan);
		if (m->prices[i].member)
			spreadsheet_words(s, "会員", "member");
		else
			spreadsheet_words(s, "非会員", "no member");
		spreadsheet_number(s, m->prices[i].companies);
		spreadsheet_number(s, m->prices[i].yen);
		spreadsheet_number(s, m->prices[i].taxed_yen);
		spreadsheet_row_end(s);
	}
}

static void noisy(struct spreadsheet *s, const struct chamber_month *m)
{
	static const struct spreadsheet_column columns[] = {
		{ "企業", "Company", 44 },    { "企業の番号", "Company id", 12 },
		{ "センサー", "Sensor", 28 }, { "センサーの番号", "Sensor id", 14 },
		{ "件数", "Detections", 12 },
	};

	spreadsheet_sheet(s, "検知の多いセンサー", "Noisiest sensors", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->noisy_count; i++) {
		spreadsheet_text(s, m->noisy[i].company);
		spreadsheet_code(s, m->noisy[i].company_id);
		spreadsheet_text(s, m->noisy[i].sensor);
		spreadsheet_code(s, m->noisy[i].sensor_id);
		spreadsheet_number(s, m->noisy[i].detections);
		spreadsheet_row_end(s);
	}
}

static void growth(struct spreadsheet *s, const struct chamber_month *m)
{
	static const struct spreadsheet_column columns[] = { { "月", "Month", 10 },
							     { "月末の監視企業数", "Companies at the end", 18 },
							     { "計画", "Planned", 10 },
							     { "計画比", "Of the plan", 10 } };

	spreadsheet_sheet(s, "計画と実績", "Growth", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->growth_count; i++) {
		spreadsheet_month(s, m->growth[i].month);
		spreadsheet_number(s, m->growth[i].companies);
		if (m->growth[i].planned > 0)
			spreadsheet_number(s, m->growth[i].planned);
		else
			spreadsheet_empty(s);
		spreadsheet_share(s, m->growth[i].companies, m->growth[i].planned);
		spreadsheet_row_end(s);
	}
}

int chamber_workbook(const struct chamber_month *m, const struct document_order *order, struct buffer *out,
		     struct err *why)
{
	bool ja = order->japanese;
	char title[96];
	struct spreadsheet_info info = {
		.title = title,
		.subject = ja ? "運営団体の月次報告" : "Monthly report of the operator",
		.author = m->operator_name,
		.created_at = m->made_at,
		.timezone = m->timezone,
		.japanese = ja,
	};
	struct spreadsheet *s;

	snprintf(title, sizeof(title), "%s %s", ja ? "見守りサービス 月次報告" : "Monitoring service, monthly report",
		 m->month ? m->month : "");
	s = spreadsheet_open(&info);
	overview(s, m, order);
	table(s, m, ja);
	trend(s, m);
	incidents(s, m);
	judged(s, m, ja);
	response(s, m, ja);
	promises(s, m, ja);
	desk(s, m, ja);
	prices(s, m);
	noisy(s, m);
	growth(s, m);
	part_peers(s, m->peers, m->peers_count, ja);
	return spreadsheet_finish(s, out, why);
}
