#include "server/api/answer_page.h"

#include "server/api/plain_page.h"
#include "server/model/notice.h"

/* ------------------------------------------------------------------------------------------------------ head and end
 */

static void put_header(struct buffer *out, const struct answer_facts *f)
{
	buffer_put_string(out, "<header><span>");
	plain_page_text(out, f->operator_name);
	buffer_printf(out, "</span><a href=\"/a/%s?lang=%s\" lang=\"%s\">%s</a></header>", f->token,
		      f->japanese ? "en" : "ja", f->japanese ? "en" : "ja", f->japanese ? "English" : "日本語");
}

/* -------------------------------------------------------------------------------------------------- what it is about
 */

static void put_severity(struct buffer *out, const struct answer_facts *f)
{
	static const char *const shapes[] = { "■", "▲", "●", "○", "–" };
	int severity = f->severity >= 1 && f->severity <= 5 ? f->severity : 5;

	buffer_printf(out, "<div class=\"severity s%d\"><span aria-hidden=\"true\">%s</span>%s</div>", severity,
		      shapes[severity - 1], notice_severity_word(severity, f->japanese));
}

static void put_row(struct buffer *out, const char *name, const char *value)
{
	if (!plain_page_has(value))
		return;
	buffer_printf(out, "<dt>%s</dt><dd>", name);
	plain_page_text(out, value);
	buffer_put_string(out, "</dd>");
}

static void put_counted(struct buffer *out, const char *text, long long count)
{
	char number[24];

	snprintf(number, sizeof(number), "%lld", count);
	plain_page_naming(out, text, number);
}

static void put_others(struct buffer *out, const struct answer_facts *f)
{
	if (f->other_count == 0)
		return;
	buffer_printf(out, "<dt>%s</dt><dd>", plain_page_say(f->japanese, "ほかの連絡先", "Also asked"));
	for (size_t i = 0; i < f->other_count; i++) {
		buffer_put_string(out, i ? plain_page_say(f->japanese, "、", ", ") : "");
		plain_page_text(out, f->others[i]);
	}
	if (f->more_others)
		put_counted(out, plain_page_say(f->japanese, " ほか {} 名", " and {} more"), (long long)f->more_others);
	buffer_put_string(out, "</dd>");
}

static void put_about(struct buffer *out, const struct answer_facts *f)
{
	put_severity(out, f);
	buffer_put_string(out, "<h1>");
	plain_page_text(out, f->title);
	buffer_put_string(out, "</h1><dl>");
	put_row(out, plain_page_say(f->japanese, "会社", "Company"), f->company);
	if (f->count > 1) {
		buffer_printf(out, "<dt>%s</dt><dd>", plain_page_say(f->japanese, "件数", "Cases"));
		put_counted(out, plain_page_say(f->japanese, "{} 件", "{}"), (long long)f->count);
		buffer_put_string(out, "</dd>");
	}
	put_row(out, plain_page_say(f->japanese, "発生", "Since"), f->since);
	put_row(out, plain_page_say(f->japanese, "状況", "Details"), f->details);
	put_row(out, plain_page_say(f->japanese, "番号", "Number"), f->reference);
	put_others(out, f);
	buffer_put_string(out, "</dl>");
}

static void put_drill(struct buffer *out, const struct answer_facts *f)
{
	buffer_printf(out, "<h1>%s</h1><p>%s</p>", plain_page_say(f->japanese, "呼び出しの訓練", "A drill"),
		      plain_page_say(f->japanese,
				     "訓練です。実際の事案ではありません。呼び出しが届くかを確かめています。",
				     "This is a test: nothing has happened. It shows whether a page reaches you."));
}

static void put_message(struct buffer *out, const struct answer_facts *f)
{
	buffer_put_string(out, "<h1>");
	plain_page_text(out, f->title);
	buffer_put_string(out, "</h1><p class=\"message\">");
	plain_page_text(out, f->message);
	buffer_put_string(out, "</p>");
}

/* ------------------------------------------------------------------------------------------------ how things stand */

static void put_lasting(struct buffer *out, const struct answer_facts *f)
{
	if (plain_page_has(f->until))
		plain_page_naming(
		    out,
		    plain_page_say(
			f->japanese,
			"{} までにサインインして画面を開いてください。開かないと、もう一度呼び出しが始まります。",
			"Sign in and open it by {}; otherwise the paging begins again."),
		    f->until);
}

static void put_result(struct buffer *out, const struct answer_facts *f)
{
	if (f->result == RESULT_DECLINED) {
		plain_page_note(out, "wait",
				plain_page_say(f->japanese, "「対応できない」を受け付けました", "You cannot: noted"));
		if (plain_page_has(f->next_who))
			plain_page_naming(out,
					  plain_page_say(f->japanese, "次の人（{}）に連絡します。", "{} is asked now."),
					  f->next_who);
		else
			buffer_put_string(
			    out, plain_page_say(f->japanese, "次の人に連絡します。", "The next one is asked now."));
	} else if (f->about == ANSWER_PAGE) {
		plain_page_note(out, "done",
				plain_page_say(f->japanese, "対応開始を受け付けました", "You have taken it on"));
		put_lasting(out, f);
	} else {
		plain_page_note(
		    out, "done",
		    plain_page_say(f->japanese, "ご回答ありがとうございました", "Thank you for your answer"));
	}
	buffer_put_string(out, "</div>");
}

static void put_taken(struct buffer *out, const struct answer_facts *f)
{
	const char *head = f->state == ANSWER_MINE ? plain_page_say(f->japanese, "あなたが対応中です", "You have it")
			   : plain_page_has(f->who)
			       ? plain_page_say(f->japanese, "{} さんが対応しています", "{} has it")
			       : plain_page_say(f->japanese, "ほかの人が対応しています", "Somebody else has it");
	struct buffer text = { 0 };

	plain_page_naming(&text, head, f->who);
	plain_page_note(out, "done", buffer_string(&text));
	buffer_release(&text);
	if (plain_page_has(f->at))
		plain_page_naming(out, plain_page_say(f->japanese, "{} から。", "Since {}. "), f->at);
	if (f->state == ANSWER_MINE)
		put_lasting(out, f);
	else
		buffer_put_string(out, plain_page_say(f->japanese, "回答は不要です。", "You need not answer."));
	buffer_put_string(out, "</div>");
}

/* States in which nothing is asked: head, and more of it. */
static void put_still(struct buffer *out, const struct answer_facts *f)
{
	static const char *const texts[][4] = {
		[ANSWER_CLOSED] = { "この件は終わりました", "This is settled", "回答は不要です。",
				    "You need not answer." },
		[ANSWER_JOINED] = { "ほかの呼び出しにまとめられました", "It was joined with others",
				    "まとめた呼び出しの通知を別にお送りしています。そちらで回答してください。",
				    "A notice that speaks for all of them was sent; please answer that one." },
		[ANSWER_EXPIRED] = { "このリンクの有効期限が過ぎました", "This link is too old",
				     "リンクは 24 時間有効です。サインインして画面から対応してください。",
				     "Links hold for 24 hours. Sign in and go on from there." },
		[ANSWER_SHARED] = { "サインインして回答してください", "Sign in to answer",
				    "共有の宛先への通知のため、誰の回答か分かりません。",
				    "The notice went to a shared address: it does not tell who you are." },
		[ANSWER_CONFIRMED] = { "回答済みです", "Answered already", "ありがとうございました。", "Thank you." },
	};
	const char *const *text = texts[f->state];

	plain_page_note(out, f->state == ANSWER_CLOSED || f->state == ANSWER_CONFIRMED ? "done" : "wait",
			plain_page_say(f->japanese, text[0], text[1]));
	if (plain_page_has(f->at))
		plain_page_naming(out, plain_page_say(f->japanese, "{}。", "{}. "), f->at);
	buffer_put_string(out, plain_page_say(f->japanese, text[2], text[3]));
	buffer_put_string(out, "</div>");
}

static void put_late(struct buffer *out, const struct answer_facts *f)
{
	plain_page_note(out, "wait",
			plain_page_say(f->japanese, "回答は反映されませんでした", "Your answer changed nothing"));
	buffer_put_string(
	    out, plain_page_say(f->japanese, "先に状況が変わっていました。", "Things had moved on before it came."));
	buffer_put_string(out, "</div>");
}

static void put_state(struct buffer *out, const struct answer_facts *f)
{
	if (f->result == RESULT_DONE || f->result == RESULT_DECLINED) {
		put_result(out, f);
		return;
	}
	if (f->result == RESULT_LATE)
		put_late(out, f);
	if (f->state == ANSWER_MINE || f->state == ANSWER_TAKEN) {
		put_taken(out, f);
	} else if (f->state != ANSWER_OPEN) {
		put_still(out, f);
	} else if (f->declined) {
		plain_page_note(
		    out, "wait",
		    plain_page_say(f->japanese, "「対応できない」と回答済みです", "You said that you cannot"));
		buffer_put_string(out,
				  plain_page_say(f->japanese, "やはり対応できるときは、下のボタンを押してください。",
						 "If you can after all, say so below."));
		buffer_put_string(out, "</div>");
	}
}

/* --------------------------------------------------------------------------------------------------------- to answer
 */

static void put_button(struct buffer *out, const char *action, const char *sign, const char *text)
{
	buffer_printf(out,
		      "<button class=\"%s\" type=\"submit\" name=\"action\" value=\"%s\"><span "
		      "aria-hidden=\"true\">%s</span>%s</button>",
		      strcmp(action, "decline") == 0 ? "decline" : "ack", action, sign, text);
}

static void put_form(struct buffer *out, const struct answer_facts *f)
{
	buffer_printf(out, "<footer><form method=\"post\" action=\"/a/%s?lang=%s\">", f->token,
		      f->japanese ? "ja" : "en");
	if (f->about == ANSWER_PAGE) {
		put_button(out, "ack", "✓", plain_page_say(f->japanese, "対応開始", "I take it"));
		put_button(out, "decline", "✕", plain_page_say(f->japanese, "対応できない", "I cannot"));
	} else {
		put_button(out, "confirm", "✓",
			   f->about == ANSWER_DRILL ? plain_page_say(f->japanese, "届きました", "It reached me")
						    : plain_page_say(f->japanese, "確認しました", "I have read it"));
	}
	buffer_put_string(out, "</form></footer>");
}

static void put_way_on(struct buffer *out, const struct answer_facts *f)
{
	if (plain_page_has(f->url)) {
		buffer_put_string(out, "<footer><a class=\"open\" rel=\"noreferrer\" href=\"");
		plain_page_text(out, f->url);
		buffer_printf(out, "\">%s</a></footer>",
			      plain_page_say(f->japanese, "画面を開く（サインイン）", "Open it (sign in)"));
	} else {
		plain_page_questions(out, f->japanese, f->desk_phone);
	}
}

static bool asks(const struct answer_facts *f)
{
	return f->state == ANSWER_OPEN && f->result != RESULT_DONE && f->result != RESULT_DECLINED;
}

void answer_page_write(const struct answer_facts *f, struct buffer *out)
{
	plain_page_head(out, f->japanese, f->about == ANSWER_MEMBER,
			f->about == ANSWER_DRILL ? plain_page_say(f->japanese, "呼び出しの訓練", "A drill") : f->title);
	put_header(out, f);
	buffer_put_string(out, "<main>");
	put_state(out, f);
	if (f->about == ANSWER_PAGE)
		put_about(out, f);
	else if (f->about == ANSWER_DRILL)
		put_drill(out, f);
	else
		put_message(out, f);
	buffer_put_string(out, "</main>");
	if (asks(f))
		put_form(out, f);
	else
		put_way_on(out, f);
	buffer_put_string(out, "</body></html>\n");
}

/* ---------------------------------------------------------------------------------------------------------- trouble */

static const char *trouble_head(int status, bool japanese)
{
	switch (status) {
	case 400:
		return plain_page_say(japanese, "回答を読み取れませんでした", "The answer could not be read");
	case 404:
		return plain_page_say(japanese, "このリンクは使えません", "This link is of no use");
	case 429:
		return plain_page_say(japanese, "しばらく待ってください", "Please wait a moment");
	default:
		return plain_page_say(japanese, "今は応答できません", "Not available at the moment");
	}
}

static const char *trouble_text(int status, bool japanese)
{
	switch (status) {
	case 400:
		return plain_page_say(japanese, "前の画面に戻って、ボタンを押し直してください。",
				      "Go back and press one of the buttons.");
	case 404:
		return plain_page_say(
		    japanese,
		    "リンクが途中で切れているか、古いものです。通知のリンク全体を開くか、サインインして画面から対応して"
		    "ください。",
		    "It was cut off on the way, or is an old one. Open the whole link of the notice, or sign in and go "
		    "on from there.");
	case 429:
		return plain_page_say(
		    japanese,
		    "このアドレスから、使えないリンクが何度も開かれました。少し待ってからもう一度開いてください。",
		    "Too many links that are of no use were opened from this address. Wait a little, then open it "
		    "again.");
	default:
		return plain_page_say(
		    japanese,
		    "少し待ってからもう一度開いてください。急ぐときは、ほかの担当者に電話で連絡してください。",
		    "Wait a little, then open it again. If it cannot wait, ring up a colleague.");
	}
}

void answer_page_trouble(int status, bool japanese, struct buffer *out)
{
	plain_page_head(out, japanese, false, trouble_head(status, japanese));
	buffer_printf(out, "<main><h1>%s</h1><p>%s</p></main></body></html>\n", trouble_head(status, japanese),
		      trouble_text(status, japanese));
}
