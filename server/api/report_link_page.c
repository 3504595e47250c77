#include "server/api/report_link_page.h"

#include "server/api/plain_page.h"
#include "server/api/typed_text.h"
#include "server/store/report_delivery.h"

#include <inttypes.h>
#include <stdio.h>

/* ------------------------------------------------------------------------------------------------------------ parts
 */

static const char *say(const struct report_link_facts *f, const char *ja, const char *en)
{
	return plain_page_say(f->japanese, ja, en);
}

static const char *language(const struct report_link_facts *f)
{
	return f->japanese ? "ja" : "en";
}

/* Asks for the code. */
static bool takes_code(const struct report_link_facts *f)
{
	return f->state == REPORT_LINK_CODE || f->state == REPORT_LINK_SENT || f->state == REPORT_LINK_WRONG_CODE ||
	       f->state == REPORT_LINK_NO_MORE;
}

static void put_header(struct buffer *out, const struct report_link_facts *f)
{
	const char *other = f->japanese ? "en" : "ja";

	buffer_put_string(out, "<header><span>");
	plain_page_text(out, f->operator_name);
	buffer_printf(out, "</span><a href=\"/r/%s?%slang=%s\" lang=\"%s\">%s</a></header>", f->token,
		      takes_code(f) ? "step=code&amp;" : "", other, other, f->japanese ? "English" : "日本語");
}

static void put_row(struct buffer *out, const char *name, const char *value)
{
	if (!plain_page_has(value))
		return;
	buffer_printf(out, "<dt>%s</dt><dd>", name);
	plain_page_text(out, value);
	buffer_put_string(out, "</dd>");
}

static void put_about(struct buffer *out, const struct report_link_facts *f)
{
	buffer_put_string(out, "<h1>");
	plain_page_text(out, f->report);
	if (plain_page_has(f->about)) {
		buffer_put_string(out, say(f, "（", ", "));
		plain_page_text(out, f->about);
		buffer_put_string(out, say(f, "）", ""));
	}
	buffer_put_string(out, "</h1><dl>");
	put_row(out, say(f, "会社", "Company"), f->company);
	put_row(out, say(f, "番号", "Number"), f->reference);
	buffer_put_string(out, "</dl>");
}

/* A box: head, and what is said below it. */
static void put_note(struct buffer *out, bool good, const char *head, const char *text)
{
	plain_page_note(out, good ? "done" : "wait", head);
	buffer_put_string(out, text);
	buffer_put_string(out, "</div>");
}

/* -------------------------------------------------------------------------------------------------------- the states
 */

static const struct note {
	bool good;
	const char *ja_head, *en_head, *ja, *en;
} notes[] = {
	[REPORT_LINK_SENT] = { true, "確認コードをメールでお送りしました", "We have mailed you a code",
			       "届くまでに数分かかることがあります。コードは 10 分間、1 回だけ使えます。",
			       "It may take some minutes to arrive. It holds for 10 minutes, and for one time." },
	[REPORT_LINK_WRONG_CODE] = { false, "このコードでは開けません", "This code does not open it",
				     "数字が違うか、10 分を過ぎたか、すでに使われています。最後に届いたメールの 6 "
				     "桁の数字を"
				     "入力するか、新しいコードを受け取ってください。",
				     "The digits differ, it is older than 10 minutes, or it was used. Please type in "
				     "the six digits of the last mail, or ask for a new code." },
	[REPORT_LINK_NO_MORE] = { false, "確認コードは 1 時間に 3 通までです", "Three codes an hour are all we send",
				  "すでにお送りしたメールをご確認ください。届いていないときは、迷惑メールのフォルダーを"
				  "見るか、"
				  "しばらく待ってからもう一度お試しください。",
				  "Please look for the mails that we have sent already, in the folder for unwanted "
				  "mail too, or try again later." },
	[REPORT_LINK_LOCKED] = { false, "このリンクでは、確認コードを使えなくなりました",
				 "Codes cannot be used with this link any more",
				 "違う数字が何度も入力されました。ログインしてご覧いただくか、相談窓口にご連絡ください"
				 "。"
				 "新しいリンクをお送りします。",
				 "Wrong digits were typed in too often. Please sign in, or ask the help desk for a "
				 "new link." },
	[REPORT_LINK_TOO_MANY] = { false, "しばらく待ってください", "Please wait a moment",
				   "短い間に何度も試されました。少し待ってから、もう一度お試しください。",
				   "There were too many tries within a short time. Please try again a little later." },
	[REPORT_LINK_EXPIRED] = { false, "このリンクの有効期限が過ぎました", "This link is too old",
				  "リンクはお送りしてから 90 "
				  "日間有効です。ログインすると、これまでのレポートをご覧いただけます。",
				  "Links hold for 90 days. All your reports are there when you sign in." },
};

static void put_withdrawn(struct buffer *out, const struct report_link_facts *f)
{
	if (!f->newer_id) {
		put_note(out, false, say(f, "このレポートは取り下げられました", "This report was withdrawn"),
			 say(f, "お手元のものは使わないでください。ご不明な点は相談窓口にお尋ねください。",
			     "Please do not use the copy that you may have. The help desk knows more."));
		return;
	}
	put_note(out, false,
		 say(f, "このレポートは新しい版に差し替えられました", "A newer issue took the place of this report"),
		 say(f, "お手元のものは使わず、新しい版をご覧ください。",
		     "Please do not use the copy that you may have, but the newer one."));
	if (plain_page_has(f->newer_token))
		buffer_printf(out, "<p><a class=\"open\" href=\"/r/%s?lang=%s\">%s</a></p>", f->newer_token,
			      language(f), say(f, "新しい版を開く", "Open the newer issue"));
}

static void put_state(struct buffer *out, const struct report_link_facts *f)
{
	const struct note *n = (size_t)f->state < ARRAY_LEN(notes) ? &notes[f->state] : NULL;

	if (f->state == REPORT_LINK_WITHDRAWN)
		put_withdrawn(out, f);
	else if (n && n->ja_head)
		put_note(out, n->good, say(f, n->ja_head, n->en_head), say(f, n->ja, n->en));
}

/* ----------------------------------------------------------------------------------------------------------- ways on
 */

static void put_sign_in(struct buffer *out, const struct report_link_facts *f)
{
	int64_t id = f->state == REPORT_LINK_WITHDRAWN ? f->newer_id : f->report_id;

	if (!id)
		return;
	buffer_printf(out, "<p><a class=\"open%s\" rel=\"noreferrer\" href=\"/reports/%" PRId64 "\">%s</a></p>",
		      takes_code(f) ? " second" : "", id, say(f, "ログインして開く", "Sign in and open it"));
}

static void put_ask_for_code(struct buffer *out, const struct report_link_facts *f, bool again)
{
	buffer_printf(out,
		      "<form class=\"fields\" method=\"post\" action=\"/r/%s/code?lang=%s\"><button "
		      "class=\"%s\" type=\"submit\">%s</button>",
		      f->token, language(f), again ? "second" : "go",
		      again ? say(f, "新しい確認コードを受け取る", "Mail me a new code")
			    : say(f, "確認コードをメールで受け取る", "Mail me a code"));
	if (plain_page_has(f->address)) {
		buffer_put_string(out, "<p class=\"small\">");
		plain_page_naming(out, say(f, "お送りする先: {}", "It goes to {}"), f->address);
		buffer_put_string(out, "</p>");
	}
	buffer_put_string(out, "</form>");
}

static void put_code_form(struct buffer *out, const struct report_link_facts *f)
{
	buffer_printf(out,
		      "<form class=\"fields\" method=\"post\" action=\"/r/%s?lang=%s\"><label for=\"code\">%s</label>"
		      "<input id=\"code\" class=\"digits\" name=\"code\" inputmode=\"numeric\" "
		      "autocomplete=\"one-time-code\" maxlength=\"12\" required>"
		      "<button class=\"go\" type=\"submit\">%s</button></form>",
		      f->token, language(f), say(f, "確認コード（6 桁の数字）", "Code (six digits)"),
		      say(f, "レポートを開く（PDF）", "Open the report (PDF)"));
}

static void put_choice(struct buffer *out, const struct report_link_facts *f)
{
	buffer_printf(out, "<p>%s</p>",
		      say(f, "レポートの内容は、ログインするか、メールで届く確認コードを入力するとご覧になれます。",
			  "To read it, sign in, or type in a code that we mail to you."));
	put_sign_in(out, f);
	put_ask_for_code(out, f, false);
	buffer_printf(out, "<p><a href=\"/r/%s?step=code&amp;lang=%s\">%s</a></p>", f->token, language(f),
		      say(f, "確認コードをお持ちの方はこちら", "I have a code already"));
}

static void put_ways(struct buffer *out, const struct report_link_facts *f)
{
	switch (f->state) {
	case REPORT_LINK_CHOICE:
		put_choice(out, f);
		break;
	case REPORT_LINK_CODE:
	case REPORT_LINK_SENT:
	case REPORT_LINK_WRONG_CODE:
		put_code_form(out, f);
		put_ask_for_code(out, f, true);
		put_sign_in(out, f);
		break;
	case REPORT_LINK_NO_MORE:
		put_code_form(out, f);
		put_sign_in(out, f);
		break;
	case REPORT_LINK_LOCKED:
	case REPORT_LINK_TOO_MANY:
	case REPORT_LINK_EXPIRED:
	case REPORT_LINK_WITHDRAWN:
		put_sign_in(out, f);
		break;
	}
}

void report_link_page_write(const struct report_link_facts *f, struct buffer *out)
{
	plain_page_head(out, f->japanese, true, f->report);
	put_header(out, f);
	buffer_put_string(out, "<main>");
	put_state(out, f);
	put_about(out, f);
	put_ways(out, f);
	buffer_put_string(out, "</main>");
	plain_page_questions(out, f->japanese, f->desk_phone);
	buffer_put_string(out, "</body></html>\n");
}

/* ------------------------------------------------------------------------------------------------------ what is typed
 */

void report_link_hint(const char *address, char out[REPORT_LINK_HINT_SIZE])
{
	const char *at = strrchr(address, '@');

	snprintf(out, REPORT_LINK_HINT_SIZE, "%.*s…%.280s", address != at ? 1 : 0, address, at ? at : "");
}

void report_link_digits(const char *text, char out[REPORT_LINK_DIGITS_SIZE])
{
	if (!typed_text(text, out, REPORT_LINK_DIGITS_SIZE) || strspn(out, "0123456789") != (size_t)REPORT_CODE_DIGITS)
		out[0] = '\0';
}
