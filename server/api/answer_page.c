#include "server/api/answer_page.h"

#include "lib/encode.h"
#include "server/model/notice.h"

#include <openssl/evp.h>
#include <stdlib.h>

/* Dark for staff: whoever is woken looks at it with wide eyes. A member reads it in the office, and chooses. Buttons
 * stick to the lower edge, where the thumb is. */
static const char style[] =
    ":root{color-scheme:dark;--ground:#0b0e12;--raised:#171c23;--line:#343c47;--text:#eef1f5;--soft:#b3bcc8;"
    "--good:#1c6b48;--bad:#7d3a1a;--link:#8fc0ff}"
    "@media(prefers-color-scheme:light){.day{color-scheme:light;--ground:#f7f8fa;--raised:#fff;--line:#c9d0d8;"
    "--text:#16191d;--soft:#4d5763;--link:#0b57b0}}"
    "*{box-sizing:border-box}"
    "html{-webkit-text-size-adjust:100%}"
    "body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;background:var(--ground);"
    "color:var(--text);font:17px/1.55 system-ui,-apple-system,'Hiragino Sans','Noto Sans CJK JP','Noto Sans JP',"
    "sans-serif;overflow-wrap:anywhere}"
    "header,main,footer{width:100%;max-width:560px;margin:0 auto;padding:12px 16px}"
    "header{display:flex;justify-content:space-between;align-items:center;gap:12px;color:var(--soft);font-size:14px;"
    "padding-bottom:0}"
    "header a{padding:10px 0 10px 12px}"
    "a{color:var(--link)}"
    "main{flex:1}"
    "h1{font-size:23px;line-height:1.35;margin:6px 0 12px}"
    ".severity{display:inline-flex;align-items:center;gap:8px;font-weight:700;font-size:18px}"
    ".s1{color:#ff8a80}.s2{color:#ffb066}.s3{color:#ffd866}.s4,.s5{color:#b9c4d0}"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:6px 14px;margin:0}"
    "dt{color:var(--soft)}dd{margin:0}"
    ".note{background:var(--raised);border:1px solid var(--line);border-left-width:6px;border-radius:10px;"
    "padding:12px 14px;margin:0 0 16px}"
    ".note b{display:block;font-size:20px;line-height:1.4}"
    ".note.done{border-left-color:#4cc38a}.note.wait{border-left-color:#ffb066}"
    ".message{white-space:pre-wrap;background:var(--raised);border:1px solid var(--line);border-radius:10px;"
    "padding:14px 16px;margin:0}"
    "footer{position:sticky;bottom:0;background:var(--ground);border-top:1px solid var(--line);"
    "padding-bottom:calc(14px + env(safe-area-inset-bottom))}"
    "footer p{margin:0 0 10px;color:var(--soft);font-size:15px}"
    "form{display:flex;gap:12px;margin:0}"
    "button,.open{flex:1 1 0;min-width:0;min-height:88px;border:2px solid transparent;border-radius:14px;"
    "font:inherit;font-size:20px;font-weight:700;line-height:1.3;color:#fff;padding:8px;cursor:pointer;"
    "text-align:center;text-decoration:none;display:flex;flex-direction:column;align-items:center;"
    "justify-content:center}"
    "button span{font-size:26px;line-height:1.1}"
    ".ack{background:var(--good)}.decline{background:var(--bad)}.open{background:#1f4f8f;min-height:64px}"
    "button:focus-visible,.open:focus-visible,a:focus-visible{outline:3px solid #fff;outline-offset:2px}";

static void put_text(struct buffer *out, const char *text)
{
	if (text)
		html_encode(out, slice_of_string(text));
}

static bool is_there(const char *text)
{
	return text && *text;
}

/* The one of the two that the page's language wants. */
static const char *say(bool japanese, const char *ja, const char *en)
{
	return japanese ? ja : en;
}

/* A text in which {} stands for `name`. */
static void put_naming(struct buffer *out, const char *text, const char *name)
{
	const char *gap = strstr(text, "{}");

	if (!gap) {
		buffer_put_string(out, text);
		return;
	}
	buffer_put(out, text, (size_t)(gap - text));
	put_text(out, name);
	buffer_put_string(out, gap + 2);
}

/* ------------------------------------------------------------------------------------------------------ head and end
 */

static void put_head(struct buffer *out, bool japanese, bool day, const char *title)
{
	buffer_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\"%s><head><meta charset=\"utf-8\">",
		      japanese ? "ja" : "en", day ? " class=\"day\"" : "");
	buffer_put_string(out,
			  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1,viewport-fit=cover\">"
			  "<meta name=\"robots\" content=\"noindex,nofollow\"><meta name=\"format-detection\" "
			  "content=\"telephone=no\"><title>");
	put_text(out, title);
	buffer_put_string(out, "</title><style>");
	buffer_put_string(out, style);
	buffer_put_string(out, "</style></head><body>");
}

static void put_header(struct buffer *out, const struct answer_facts *f)
{
	buffer_put_string(out, "<header><span>");
	put_text(out, f->operator_name);
	buffer_printf(out, "</span><a href=\"/a/%s?lang=%s\" lang=\"%s\">%s</a></header>", f->token,
		      f->japanese ? "en" : "ja", f->japanese ? "en" : "ja", f->japanese ? "English" : "日本語");
}

static void put_note(struct buffer *out, const char *kind, const char *head)
{
	buffer_printf(out, "<div class=\"note %s\" role=\"status\"><b>", kind);
	buffer_put_string(out, head);
	buffer_put_string(out, "</b>");
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
	if (!is_there(value))
		return;
	buffer_printf(out, "<dt>%s</dt><dd>", name);
	put_text(out, value);
	buffer_put_string(out, "</dd>");
}

static void put_counted(struct buffer *out, const char *text, long long count)
{
	char number[24];

	snprintf(number, sizeof(number), "%lld", count);
	put_naming(out, text, number);
}

static void put_others(struct buffer *out, const struct answer_facts *f)
{
	if (f->other_count == 0)
		return;
	buffer_printf(out, "<dt>%s</dt><dd>", say(f->japanese, "ほかの連絡先", "Also asked"));
	for (size_t i = 0; i < f->other_count; i++) {
		buffer_put_string(out, i ? say(f->japanese, "、", ", ") : "");
		put_text(out, f->others[i]);
	}
	if (f->more_others)
		put_counted(out, say(f->japanese, " ほか {} 名", " and {} more"), (long long)f->more_others);
	buffer_put_string(out, "</dd>");
}

static void put_about(struct buffer *out, const struct answer_facts *f)
{
	put_severity(out, f);
	buffer_put_string(out, "<h1>");
	put_text(out, f->title);
	buffer_put_string(out, "</h1><dl>");
	put_row(out, say(f->japanese, "会社", "Company"), f->company);
	if (f->count > 1) {
		buffer_printf(out, "<dt>%s</dt><dd>", say(f->japanese, "件数", "Cases"));
		put_counted(out, say(f->japanese, "{} 件", "{}"), (long long)f->count);
		buffer_put_string(out, "</dd>");
	}
	put_row(out, say(f->japanese, "発生", "Since"), f->since);
	put_row(out, say(f->japanese, "状況", "Details"), f->details);
	put_row(out, say(f->japanese, "番号", "Number"), f->reference);
	put_others(out, f);
	buffer_put_string(out, "</dl>");
}

static void put_drill(struct buffer *out, const struct answer_facts *f)
{
	buffer_printf(out, "<h1>%s</h1><p>%s</p>", say(f->japanese, "呼び出しの訓練", "A drill"),
		      say(f->japanese, "訓練です。実際の事案ではありません。呼び出しが届くかを確かめています。",
			  "This is a test: nothing has happened. It shows whether a page reaches you."));
}

static void put_message(struct buffer *out, const struct answer_facts *f)
{
	buffer_put_string(out, "<h1>");
	put_text(out, f->title);
	buffer_put_string(out, "</h1><p class=\"message\">");
	put_text(out, f->message);
	buffer_put_string(out, "</p>");
}

/* ------------------------------------------------------------------------------------------------ how things stand */

static void put_lasting(struct buffer *out, const struct answer_facts *f)
{
	if (is_there(f->until))
		put_naming(
		    out,
		    say(f->japanese,
			"{} までにサインインして画面を開いてください。開かないと、もう一度呼び出しが始まります。",
			"Sign in and open it by {}; otherwise the paging begins again."),
		    f->until);
}

static void put_result(struct buffer *out, const struct answer_facts *f)
{
	if (f->result == RESULT_DECLINED) {
		put_note(out, "wait", say(f->japanese, "「対応できない」を受け付けました", "You cannot: noted"));
		if (is_there(f->next_who))
			put_naming(out, say(f->japanese, "次の人（{}）に連絡します。", "{} is asked now."),
				   f->next_who);
		else
			buffer_put_string(out, say(f->japanese, "次の人に連絡します。", "The next one is asked now."));
	} else if (f->about == ANSWER_PAGE) {
		put_note(out, "done", say(f->japanese, "対応開始を受け付けました", "You have taken it on"));
		put_lasting(out, f);
	} else {
		put_note(out, "done", say(f->japanese, "ご回答ありがとうございました", "Thank you for your answer"));
	}
	buffer_put_string(out, "</div>");
}

static void put_taken(struct buffer *out, const struct answer_facts *f)
{
	const char *head = f->state == ANSWER_MINE ? say(f->japanese, "あなたが対応中です", "You have it")
			   : is_there(f->who)      ? say(f->japanese, "{} さんが対応しています", "{} has it")
					      : say(f->japanese, "ほかの人が対応しています", "Somebody else has it");
	struct buffer text = { 0 };

	put_naming(&text, head, f->who);
	put_note(out, "done", buffer_string(&text));
	buffer_release(&text);
	if (is_there(f->at))
		put_naming(out, say(f->japanese, "{} から。", "Since {}. "), f->at);
	if (f->state == ANSWER_MINE)
		put_lasting(out, f);
	else
		buffer_put_string(out, say(f->japanese, "回答は不要です。", "You need not answer."));
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

	put_note(out, f->state == ANSWER_CLOSED || f->state == ANSWER_CONFIRMED ? "done" : "wait",
		 say(f->japanese, text[0], text[1]));
	if (is_there(f->at))
		put_naming(out, say(f->japanese, "{}。", "{}. "), f->at);
	buffer_put_string(out, say(f->japanese, text[2], text[3]));
	buffer_put_string(out, "</div>");
}

static void put_late(struct buffer *out, const struct answer_facts *f)
{
	put_note(out, "wait", say(f->japanese, "回答は反映されませんでした", "Your answer changed nothing"));
	buffer_put_string(out, say(f->japanese, "先に状況が変わっていました。", "Things had moved on before it came."));
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
		put_note(out, "wait", say(f->japanese, "「対応できない」と回答済みです", "You said that you cannot"));
		buffer_put_string(out, say(f->japanese, "やはり対応できるときは、下のボタンを押してください。",
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
		put_button(out, "ack", "✓", say(f->japanese, "対応開始", "I take it"));
		put_button(out, "decline", "✕", say(f->japanese, "対応できない", "I cannot"));
	} else {
		put_button(out, "confirm", "✓",
			   f->about == ANSWER_DRILL ? say(f->japanese, "届きました", "It reached me")
						    : say(f->japanese, "確認しました", "I have read it"));
	}
	buffer_put_string(out, "</form></footer>");
}

static void put_way_on(struct buffer *out, const struct answer_facts *f)
{
	if (is_there(f->url)) {
		buffer_put_string(out, "<footer><a class=\"open\" rel=\"noreferrer\" href=\"");
		put_text(out, f->url);
		buffer_printf(out, "\">%s</a></footer>",
			      say(f->japanese, "画面を開く（サインイン）", "Open it (sign in)"));
	} else if (is_there(f->desk_phone)) {
		buffer_put_string(out, "<footer><p>");
		put_naming(out, say(f->japanese, "お問い合わせ: {}", "Questions: {}"), f->desk_phone);
		buffer_put_string(out, "</p></footer>");
	}
}

static bool asks(const struct answer_facts *f)
{
	return f->state == ANSWER_OPEN && f->result != RESULT_DONE && f->result != RESULT_DECLINED;
}

void answer_page_write(const struct answer_facts *f, struct buffer *out)
{
	put_head(out, f->japanese, f->about == ANSWER_MEMBER,
		 f->about == ANSWER_DRILL ? say(f->japanese, "呼び出しの訓練", "A drill") : f->title);
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
		return say(japanese, "回答を読み取れませんでした", "The answer could not be read");
	case 404:
		return say(japanese, "このリンクは使えません", "This link is of no use");
	case 429:
		return say(japanese, "しばらく待ってください", "Please wait a moment");
	default:
		return say(japanese, "今は応答できません", "Not available at the moment");
	}
}

static const char *trouble_text(int status, bool japanese)
{
	switch (status) {
	case 400:
		return say(japanese, "前の画面に戻って、ボタンを押し直してください。",
			   "Go back and press one of the buttons.");
	case 404:
		return say(
		    japanese,
		    "リンクが途中で切れているか、古いものです。通知のリンク全体を開くか、サインインして画面から対応して"
		    "ください。",
		    "It was cut off on the way, or is an old one. Open the whole link of the notice, or sign in and go "
		    "on from there.");
	case 429:
		return say(
		    japanese,
		    "このアドレスから、使えないリンクが何度も開かれました。少し待ってからもう一度開いてください。",
		    "Too many links that are of no use were opened from this address. Wait a little, then open it "
		    "again.");
	default:
		return say(japanese,
			   "少し待ってからもう一度開いてください。急ぐときは、ほかの担当者に電話で連絡してください。",
			   "Wait a little, then open it again. If it cannot wait, ring up a colleague.");
	}
}

void answer_page_trouble(int status, bool japanese, struct buffer *out)
{
	put_head(out, japanese, false, trouble_head(status, japanese));
	buffer_printf(out, "<main><h1>%s</h1><p>%s</p></main></body></html>\n", trouble_head(status, japanese),
		      trouble_text(status, japanese));
}

/* CSP level 3, section 2.3.1: the style sheet is named by its hash, so that nothing that slips into the page counts as
 * one. */
static void put_policy(struct buffer *out)
{
	uint8_t hash[EVP_MAX_MD_SIZE];

	if (EVP_Digest(style, sizeof(style) - 1, hash, NULL, EVP_sha256(), NULL) != 1)
		abort();
	buffer_put_string(out, "default-src 'none'; style-src 'sha256-");
	base64_encode(out, slice_of(hash, 32));
	buffer_put_string(out, "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
}

void answer_page_headers(struct http_reply *reply, bool japanese)
{
	struct buffer policy = { 0 };

	put_policy(&policy);
	reply->content_type = "text/html; charset=utf-8";
	http_reply_header(reply, "Content-Security-Policy", buffer_string(&policy));
	http_reply_header(reply, "Content-Language", japanese ? "ja" : "en");
	http_reply_header(reply, "Cache-Control", "no-store");
	http_reply_header(reply, "X-Robots-Tag", "noindex, nofollow, noarchive");
	buffer_release(&policy);
}
