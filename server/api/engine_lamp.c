#include "server/api/engine_lamp.h"

#include <inttypes.h>
#include <stdio.h>

enum { LATE_S = 30, VERY_LATE_S = 120, MAIL_SILENT_S = 300, HOLIDAYS_SOON = 60, PULSES_MISSED = 3 };

static void add(struct lamp_verdict *v, const char *code, bool red, const char *text)
{
	struct lamp_fault *fault;

	if (v->count == LAMP_FAULTS_MAX)
		return;
	fault = &v->faults[v->count++];
	fault->code = code;
	fault->red = red;
	snprintf(fault->text, sizeof(fault->text), "%s", text);
	if (red)
		v->lamp = LAMP_RED;
	else if (v->lamp == LAMP_GREEN)
		v->lamp = LAMP_AMBER;
}

/* Two languages of one text with a number or a word in it. */
static void add_number(struct lamp_verdict *v, const char *code, bool red, const char *before, int64_t number,
		       const char *after)
{
	char text[LAMP_TEXT_SIZE];

	snprintf(text, sizeof(text), "%s%" PRId64 "%s", before, number, after);
	add(v, code, red, text);
}

static void add_words(struct lamp_verdict *v, const char *code, bool red, const char *before, const char *words,
		      const char *after)
{
	char text[LAMP_TEXT_SIZE];

	snprintf(text, sizeof(text), "%s%.200s%s", before, words, after);
	add(v, code, red, text);
}

static bool older(time_us at, time_us now, int64_t seconds)
{
	return at == TIME_NONE || now - at > seconds * US_PER_SECOND;
}

static void judge_processes(const struct lamp_facts *f, bool ja, struct lamp_verdict *v)
{
	time_us now = f->figures.now;

	if (f->engines_alive == 0) {
		add(v, "no_engine", true,
		    ja ? "通知エンジンが動いていません。呼び出しは届きません。hinomid の escalator を確認してください。"
		       : "No engine is running: nobody is paged. See to the escalator of hinomid.");
		return; /* what it would say of mail and pulse is old */
	}
	if (f->mail_wanted && (f->mail_error || older(f->mail_ok_at, now, MAIL_SILENT_S)))
		add_words(v, "mail", true, ja ? "メールサーバーが応答しません: " : "The mail server does not answer: ",
			  f->mail_error ? f->mail_error : (ja ? "応答なし" : "no answer"), "");
	if (!f->mail_wanted)
		add(v, "mail", true,
		    ja ? "メールサーバーが設定されていません (escalator.smtp_url)。メールは送れません。"
		       : "No mail server is set (escalator.smtp_url): no mail is sent.");
	if (f->pulse_wanted &&
	    (f->pulse_error || older(f->pulsed_at, now, PULSES_MISSED * (f->pulse_every_ms / 1000 + 1))))
		add_words(v, "pulse", false,
			  ja ? "外部の監視先に生存信号を送れません: "
			     : "The outside watcher cannot be told that we live: ",
			  f->pulse_error ? f->pulse_error : (ja ? "応答なし" : "no answer"), "");
}

static void judge_queues(const struct board_figures *f, bool ja, struct lamp_verdict *v)
{
	if (f->oldest_request_s > LATE_S)
		add_number(v, "requests_late", true, ja ? "呼び出しの要求が " : "A request for a page has waited for ",
			   f->oldest_request_s, ja ? " 秒待っています。" : " s.");
	if (f->pages_late_s > LATE_S)
		add_number(v, "pages_late", true, ja ? "次の手順の時刻を " : "A page's next step is late by ",
			   f->pages_late_s, ja ? " 秒過ぎた呼び出しがあります。" : " s.");
	if (f->oldest_due_s > LATE_S)
		add_number(v, "messages_late", f->oldest_due_s > VERY_LATE_S,
			   ja ? "送信待ちの通知が " : "A message that is due has waited for ", f->oldest_due_s,
			   ja ? " 秒待っています。" : " s.");
	if (f->fenced)
		add_number(v, "fenced", true,
			   ja ? "処理に失敗し続けて止めた呼び出し: "
			      : "Pages put aside because the engine failed on them: ",
			   f->fenced, ja ? " 件。直接対応してください。" : ". See to them by hand.");
	if (f->quarantined)
		add_number(v, "quarantined", false,
			   ja ? "送信に失敗し続けて止めた通知 (7 日間): " : "Messages put aside within seven days: ",
			   f->quarantined, ja ? " 件" : "");
}

static void judge_people(const struct lamp_facts *f, bool ja, struct lamp_verdict *v)
{
	if (f->empty_schedule)
		add_words(v, "nobody", true, ja ? "当番のいない当番表があります: " : "Nobody is on call in ",
			  f->empty_schedule, "");
	if (f->figures.nobody)
		add_number(v, "nobody", true,
			   ja ? "当番不在で予備の連絡先に知らせた呼び出し: "
			      : "Open pages for which nobody was on call: ",
			   f->figures.nobody, ja ? " 件" : "");
	if (f->document_fault)
		add_words(v, "document", true,
			  ja ? "読み取れない設定があります。前の内容で動いています: "
			     : "A document cannot be read; what was there before is in force: ",
			  f->document_fault, "");
	if (f->figures.holiday_days < 0)
		add(v, "holidays", true,
		    ja ? "祝日の表が終わっています。hinomictl holidays load で更新してください。"
		       : "The table of holidays has ended: load a new one with hinomictl holidays load.");
	else if (f->figures.holiday_days < HOLIDAYS_SOON)
		add_number(v, "holidays", false, ja ? "祝日の表はあと " : "The table of holidays ends in ",
			   f->figures.holiday_days, ja ? " 日で終わります。" : " days.");
}

void engine_lamp_judge(const struct lamp_facts *facts, bool japanese, struct lamp_verdict *out)
{
	out->lamp = LAMP_GREEN;
	out->count = 0;
	judge_processes(facts, japanese, out);
	judge_queues(&facts->figures, japanese, out);
	judge_people(facts, japanese, out);
}

const char *engine_lamp_name(enum lamp lamp)
{
	return lamp == LAMP_RED ? "red" : lamp == LAMP_AMBER ? "amber" : "green";
}
