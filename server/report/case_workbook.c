#include "server/report/wording.h"
#include "server/report/workbook_parts.h"

static void overview(struct spreadsheet *s, const struct case_report *r, const struct document_order *order)
{
	const struct case_row *row = &r->incident;
	bool ja = order->japanese;

	part_overview(s, order);
	part_text(s, "企業", "Company", r->company);
	part_text(s, "会員番号", "Member no.", r->member_no);
	part_text(s, "運営", "Operator", r->operator_name);
	part_number(s, "インシデントの番号", "Incident no.", row->no);
	part_text(s, "何が起きたか", "What happened", ja ? row->ja : row->en);
	part_text(s, "件名", "Title", r->title);
	part_text(s, "インシデントとした理由", "Why it is an incident", r->reason);
	part_text(s, "段階", "Stage", said_name(ja, NAME_STAGE, r->stage));
	part_text(s, "重要度", "Severity", said_severity(ja, row->severity));
	part_text(s, "向き", "Direction", said_name(ja, NAME_DIRECTION, row->direction));
	part_text(s, "状態", "State", said_name(ja, NAME_STATE, row->state));
	part_text(s, "判定", "Disposition", said_name(ja, NAME_DISPOSITION, row->disposition));
	part_text(s, "終了の理由", "Why closed", row->close_reason);
	part_text(s, "いまお願いしたいこと", "What to do now", ja ? r->do_ja : r->do_en);
	part_number(s, "検知（件）", "Detections", r->detections);
	part_number(s, "うち止めたもの（件）", "Of these, stopped", r->stopped);
	part_time(s, "発生", "Event", row->event_at);
	part_time(s, "検知", "Raised", row->raised_at);
	part_time(s, "対応開始", "Taken on", row->acknowledged_at);
	part_time(s, "ご連絡", "Told", row->told_at);
	part_time(s, "ご確認", "Confirmed", row->confirmed_at);
	part_time(s, "封じ込め", "Contained", row->contained_at);
	part_time(s, "解決", "Resolved", row->resolved_at);
	part_time(s, "完了", "Closed", row->closed_at);
	part_time(s, "作成した時刻", "As of", r->made_at);
}

static void steps(struct spreadsheet *s, const struct case_report *r, bool ja)
{
	static const struct spreadsheet_column columns[] = { { "ステップ", "Step", 22 },
							     { "時刻", "When", 18 },
							     { "内容", "What", 90 },
							     { "担当", "By", 24 },
							     { "終えた", "Done", 10 } };

	spreadsheet_sheet(s, "経過", "Steps", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < r->steps_count; i++) {
		spreadsheet_text(s, said_step(ja, r->steps[i].step));
		spreadsheet_time(s, r->steps[i].at);
		spreadsheet_text(s, r->steps[i].text);
		if (r->steps[i].by)
			spreadsheet_text(s, r->steps[i].by);
		else
			spreadsheet_words(s, "自動", "by itself");
		spreadsheet_yes(s, r->steps[i].done);
		spreadsheet_row_end(s);
	}
}

int case_workbook(const struct case_report *r, const struct document_order *order, struct buffer *out, struct err *why)
{
	bool ja = order->japanese;
	struct spreadsheet_info info = {
		.title = ja ? "インシデントの報告" : "Report of an incident",
		.subject = r->company,
		.author = r->operator_name,
		.created_at = r->made_at,
		.timezone = r->timezone,
		.japanese = ja,
	};
	struct spreadsheet *s = spreadsheet_open(&info);

	overview(s, r, order);
	steps(s, r, ja);
	part_requests(s, r->requests, r->requests_count, ja);
	part_devices(s, r->devices, r->devices_count, ja);
	part_dispatches(s, r->dispatches, r->dispatches_count, ja);
	part_annex(s, r->annex, r->annex_count, r->annex_more_rows, r->annex_more_detections, ja);
	return spreadsheet_finish(s, out, why);
}
