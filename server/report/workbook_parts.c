#include "server/report/workbook_parts.h"

#include "server/report/wording.h"

/* ------------------------------------------------------------------------------------------ overview */
void part_text(struct spreadsheet *s, const char *ja, const char *en, const char *value)
{
	spreadsheet_words(s, ja, en);
	spreadsheet_text(s, value);
	spreadsheet_row_end(s);
}

void part_number(struct spreadsheet *s, const char *ja, const char *en, int64_t value)
{
	spreadsheet_words(s, ja, en);
	spreadsheet_number(s, value);
	spreadsheet_row_end(s);
}

void part_share(struct spreadsheet *s, const char *ja, const char *en, int64_t portion, int64_t whole)
{
	spreadsheet_words(s, ja, en);
	spreadsheet_share(s, portion, whole);
	spreadsheet_row_end(s);
}

void part_day(struct spreadsheet *s, const char *ja, const char *en, const char *day)
{
	spreadsheet_words(s, ja, en);
	spreadsheet_day(s, day);
	spreadsheet_row_end(s);
}

void part_time(struct spreadsheet *s, const char *ja, const char *en, time_us at)
{
	spreadsheet_words(s, ja, en);
	spreadsheet_time(s, at);
	spreadsheet_row_end(s);
}

void part_yes(struct spreadsheet *s, const char *ja, const char *en, bool yes)
{
	spreadsheet_words(s, ja, en);
	spreadsheet_yes(s, yes);
	spreadsheet_row_end(s);
}

void part_overview(struct spreadsheet *s, const struct document_order *order)
{
	static const struct spreadsheet_column columns[] = { { "項目", "Item", 34 }, { "値", "Value", 60 } };
	const struct document_frame *frame = &order->frame;

	spreadsheet_sheet(s, "概要", "Overview", columns, ARRAY_LEN(columns));
	part_text(s, "番号", "Number", frame->number);
	part_number(s, "発行回", "Issue", frame->issue);
	if (frame->issue_reason && frame->issue_reason[0])
		part_text(s, "再発行の理由", "Why issued again", frame->issue_reason);
	part_number(s, "データの版", "Version of the data", frame->snapshot_version);
	part_text(s, "データのハッシュ（SHA-256）", "Hash of the data (SHA-256)", frame->snapshot_sha256);
	if (frame->draft)
		part_yes(s, "下書き", "Draft", true);
}

/* ------------------------------------------------------------------------------------------ lists */
void part_requests(struct spreadsheet *s, const struct request_row *rows, size_t count, bool japanese)
{
	static const struct spreadsheet_column columns[] = {
		{ "どなたに", "Who", 24 },       { "お願い", "What", 70 },          { "期限", "By", 12 },
		{ "目安（分）", "Minutes", 12 }, { "前からの続き", "Carried", 14 }, { "期限切れ", "Overdue", 12 },
	};

	spreadsheet_sheet(s, "お願い", "Requests", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < count; i++) {
		spreadsheet_text(s, japanese ? rows[i].who_ja : rows[i].who_en);
		spreadsheet_text(s, japanese ? rows[i].what_ja : rows[i].what_en);
		spreadsheet_day(s, rows[i].due_on);
		if (rows[i].minutes > 0)
			spreadsheet_number(s, rows[i].minutes);
		else
			spreadsheet_empty(s);
		spreadsheet_yes(s, rows[i].carried);
		spreadsheet_yes(s, rows[i].overdue);
		spreadsheet_row_end(s);
	}
}

void part_devices(struct spreadsheet *s, const struct device_count *rows, size_t count, bool japanese)
{
	static const struct spreadsheet_column columns[] = {
		{ "アドレス", "Address", 40 },      { "内容", "What", 44 },
		{ "件数", "Detections", 11 },       { "うち止めたもの", "Stopped", 14 },
		{ "最初の検知", "First seen", 18 }, { "最後の検知", "Last seen", 18 },
	};

	spreadsheet_sheet(s, "社内の機器", "Computers", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < count; i++) {
		spreadsheet_text(s, rows[i].address);
		spreadsheet_text(s, japanese ? rows[i].ja : rows[i].en);
		spreadsheet_number(s, rows[i].detections);
		spreadsheet_number(s, rows[i].stopped);
		spreadsheet_time(s, rows[i].first_at);
		spreadsheet_time(s, rows[i].last_at);
		spreadsheet_row_end(s);
	}
}

void part_dispatches(struct spreadsheet *s, const struct dispatch_row *rows, size_t count, bool japanese)
{
	static const struct spreadsheet_column columns[] = {
		{ "種類", "Kind", 12 },          { "事業者", "Vendor", 34 }, { "依頼", "Requested", 18 },
		{ "到着・開始", "Arrived", 18 }, { "終了", "Left", 18 },     { "契約に含む", "Included", 12 },
	};

	spreadsheet_sheet(s, "駆け付け", "Visits", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < count; i++) {
		spreadsheet_text(s, said_name(japanese, NAME_DISPATCH, rows[i].kind));
		spreadsheet_text(s, rows[i].vendor);
		spreadsheet_time(s, rows[i].requested_at);
		spreadsheet_time(s, rows[i].arrived_at);
		spreadsheet_time(s, rows[i].left_at);
		spreadsheet_yes(s, rows[i].entitled);
		spreadsheet_row_end(s);
	}
}

void part_peers(struct spreadsheet *s, const struct peer_row *rows, size_t count, bool japanese)
{
	static const struct spreadsheet_column columns[] = {
		{ "区分", "Of", 18 },
		{ "値", "Value", 24 },
		{ "監視企業数", "Monitored companies", 13 },
		{ "外→内があった企業", "With inbound", 18 },
		{ "外→内の割合", "Share inbound", 14 },
		{ "内→外があった企業", "With outbound", 18 },
		{ "内→外の割合", "Share outbound", 14 },
		{ "ウイルスがあった企業", "With viruses", 18 },
		{ "外→内の中央値（件）", "Median inbound", 18 },
		{ "内→外の中央値（件）", "Median outbound", 18 },
		{ "備考", "Note", 34 },
	};

	spreadsheet_sheet(s, "比較", "Peers", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < count; i++) {
		spreadsheet_text(s, said_name(japanese, NAME_PEERS, rows[i].dimension));
		spreadsheet_text(s, rows[i].value);
		spreadsheet_number(s, rows[i].companies);
		if (rows[i].hidden) {
			for (int k = 0; k < 7; k++)
				spreadsheet_empty(s);
			spreadsheet_words(s, "企業数が少ないか偏りがあるため伏せています",
					  "Hidden: too few companies, or one outweighs the others");
		} else {
			spreadsheet_number(s, rows[i].with_inbound);
			spreadsheet_share(s, rows[i].with_inbound, rows[i].companies);
			spreadsheet_number(s, rows[i].with_outbound);
			spreadsheet_share(s, rows[i].with_outbound, rows[i].companies);
			spreadsheet_number(s, rows[i].with_viruses);
			spreadsheet_number(s, rows[i].median_inbound);
			spreadsheet_number(s, rows[i].median_outbound);
		}
		spreadsheet_row_end(s);
	}
}

static void annex_row(struct spreadsheet *s, const struct annex_row *row, bool japanese)
{
	spreadsheet_time(s, row->first_at);
	spreadsheet_time(s, row->last_at);
	spreadsheet_number(s, row->detections);
	spreadsheet_text(s, said_severity(japanese, row->severity));
	spreadsheet_text(s, said_name(japanese, NAME_DIRECTION, row->direction));
	spreadsheet_text(s, said_name(japanese, NAME_ENGINE, row->engine));
	spreadsheet_text(s, said_name(japanese, NAME_ACTION, row->action));
	spreadsheet_text(s, row->signature);
	spreadsheet_text(s, row->signature_id);
	spreadsheet_text(s, row->source);
	spreadsheet_text(s, row->destination);
	if (row->destination_port > 0)
		spreadsheet_code(s, row->destination_port);
}

void part_annex(struct spreadsheet *s, const struct annex_row *rows, size_t count, int64_t more_rows,
		int64_t more_detections, bool japanese)
{
	static const struct spreadsheet_column columns[] = {
		{ "最初の検知", "First seen", 18 }, { "最後の検知", "Last seen", 18 }, { "件数", "Detections", 11 },
		{ "重要度", "Severity", 10 },       { "向き", "Direction", 10 },       { "検知機能", "Engine", 22 },
		{ "処置", "Action", 10 },           { "シグネチャ", "Signature", 60 }, { "番号", "Signature id", 14 },
		{ "送信元", "Source", 30 },         { "宛先", "Destination", 30 },     { "宛先ポート", "Port", 12 },
	};

	spreadsheet_sheet(s, "検知一覧", "Detections", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < count; i++) {
		annex_row(s, &rows[i], japanese);
		spreadsheet_row_end(s);
	}
	if (more_rows > 0) {
		spreadsheet_words(s, "このほか（行）", "Further rows");
		spreadsheet_number(s, more_rows);
		spreadsheet_number(s, more_detections);
		spreadsheet_row_end(s);
	}
}
